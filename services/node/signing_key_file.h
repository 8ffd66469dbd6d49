// Files of signing keys. The key that a node signs with lies where its
// configuration says; one that is to replace it lies beside it, under the same
// name and .next, until it is enrolled.
#ifndef SERVICES_NODE_SIGNING_KEY_FILE_H_
#define SERVICES_NODE_SIGNING_KEY_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/note/key.h"
#include "services/node/setting.h"

namespace liggare::node {

inline constexpr char kNextKeySuffix[] = ".next";
inline constexpr size_t kKeyFileBytesMax = 4096;

// Reads the file at `place`. CONFIGURATION, by file, line and key, if it can't be
// read, is not mode 0600 or larger than kKeyFileBytesMax, is no signing key, or its key is
// not named `name`.
absl::StatusOr<note::SigningKey> ReadSigningKey(const Setting& place, const std::string& name);

// The private half of `wanted`, from the file at `place` or the one beside it.
// CONFIGURATION as above, or if it is in neither.
absl::StatusOr<note::SigningKey> ReadSigningKeyOf(const Setting& place,
                                                  const note::VerifierKey& wanted);

}  // namespace liggare::node

#endif  // SERVICES_NODE_SIGNING_KEY_FILE_H_
