#include "services/node/stray_letter.h"

#include <algorithm>
#include <string>

namespace liggare::node {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Whether a quote there begins a text: only where a key or a value may begin. The
// parser takes any other for a part of what is before it.
bool MayBeginText(std::string_view toml, size_t at) {
  const std::string_view before = toml.substr(0, at);
  const size_t last = before.find_last_not_of(" \t");
  return last == std::string_view::npos ||
         (last + 1 == kByteOrderMark.size() && toml.starts_with(kByteOrderMark)) ||
         std::string_view("\r\n=[,.{").find(before[last]) != std::string_view::npos;
}

// After the text in quotes that begins at `begin`; after the quote, if it has no end.
size_t EndOfText(std::string_view toml, size_t begin) {
  const char quote = toml[begin];
  const std::string three(3, quote);
  const bool is_long = toml.substr(begin, 3) == three;
  for (size_t i = begin + (is_long ? 3 : 1); i < toml.size(); ++i) {
    if (!is_long && toml[i] == '\n') break;
    if (quote == '"' && toml[i] == '\\') {
      ++i;
    } else if (is_long && toml.substr(i, 3) == three) {
      return i + 3;
    } else if (!is_long && toml[i] == quote) {
      return i + 1;
    }
  }
  return begin + 1;
}

}  // namespace

std::optional<size_t> FindStrayLetter(std::string_view text) {
  size_t i = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (i < text.size()) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return i;
    if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if ((text[i] == '"' || text[i] == '\'') && MayBeginText(text, i)) {
      i = EndOfText(text, i);
    } else {
      ++i;
    }
  }
  return {};
}

}  // namespace liggare::node
