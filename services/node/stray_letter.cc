#include "services/node/stray_letter.h"

#include <algorithm>
#include <string>

namespace liggare::node {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// After the text in quotes that begins at `begin`. One on a single line ends with
// the line, at the latest: the parser will say so.
size_t EndOfText(std::string_view toml, size_t begin) {
  const char quote = toml[begin];
  const std::string three(3, quote);
  const bool is_long = toml.substr(begin, 3) == three;
  for (size_t i = begin + (is_long ? 3 : 1); i < toml.size(); ++i) {
    if (quote == '"' && toml[i] == '\\') {
      ++i;
    } else if (is_long && toml.substr(i, 3) == three) {
      return i + 3;
    } else if (!is_long && (toml[i] == quote || toml[i] == '\n')) {
      return i + 1;
    }
  }
  return toml.size();
}

}  // namespace

std::optional<size_t> FindStrayLetter(std::string_view text) {
  size_t i = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (i < text.size()) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return i;
    if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '"' || text[i] == '\'') {
      i = EndOfText(text, i);
    } else {
      ++i;
    }
  }
  return {};
}

}  // namespace liggare::node
