// Letters beyond ASCII that the parser of TOML is not defined for: å, ä and ö among them,
// wherever it asks whether they are white space. That is outside of texts and comments,
// where TOML allows none, and behind the backslash at the end of a line in a text. They
// are looked for before it sees them.
#ifndef SERVICES_NODE_STRAY_LETTER_H_
#define SERVICES_NODE_STRAY_LETTER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace liggare::node {

// The byte where the first of them begins; nothing if there is none. What is a text is
// only sure in what is TOML: the parser has to take WithoutLetters(text) first.
std::optional<size_t> FindStrayLetter(std::string_view text);

// The same with an x for each byte of a letter beyond ASCII.
std::string WithoutLetters(std::string_view text);

}  // namespace liggare::node

#endif  // SERVICES_NODE_STRAY_LETTER_H_
