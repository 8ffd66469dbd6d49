#include "proto/text/hex.h"

#include "absl/strings/escaping.h"

namespace liggare::text {

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace liggare::text
