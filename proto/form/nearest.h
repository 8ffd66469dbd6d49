// What someone probably meant: the names nearest to a mistyped one.
#ifndef PROTO_FORM_NEAREST_H_
#define PROTO_FORM_NEAREST_H_

#include <string>
#include <string_view>
#include <vector>

namespace liggare::form {

// At most this many names are listed in an error.
inline constexpr size_t kNamesListedMax = 24;

// All names if they are few; otherwise the nearest, by edits (Levenshtein).
// "antal" for "antall" among many; "kon, alder, antal" among three.
std::string NamesLike(std::string_view name, const std::vector<std::string_view>& candidates);

// The candidates within a third of the name's length in edits, nearest first.
std::vector<std::string_view> Nearest(std::string_view name,
                                      const std::vector<std::string_view>& candidates);

}  // namespace liggare::form

#endif  // PROTO_FORM_NEAREST_H_
