// Letters beyond ASCII where TOML allows none: outside of texts and comments. The
// parser is not defined for some of them (å, ä and ö among them), so they are looked
// for before it sees them.
#ifndef SERVICES_NODE_STRAY_LETTER_H_
#define SERVICES_NODE_STRAY_LETTER_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace liggare::node {

// The byte where the first of them begins; nothing if there is none.
std::optional<size_t> FindStrayLetter(std::string_view text);

}  // namespace liggare::node

#endif  // SERVICES_NODE_STRAY_LETTER_H_
