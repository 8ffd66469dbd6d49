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

bool IsLetter(std::string_view text, size_t at) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80;
}

// One that a backslash in the text in quotes toml[begin, end) leads to, over white space
// and ends of lines.
std::optional<size_t> LetterAfterBackslash(std::string_view toml, size_t begin, size_t end) {
  if (toml[begin] != '"') return {};
  for (size_t i = begin; i < end; ++i) {
    if (toml[i] != '\\') continue;
    const size_t next = std::min(toml.find_first_not_of(" \t\n\v\f\r", i + 1), end);
    if (IsLetter(toml, next)) return next;
    i = std::max(i + 1, next - 1);
  }
  return {};
}

}  // namespace

std::string WithoutLetters(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string plain(text);
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsLetter(text, i)) plain[i] = 'x';
  }
  return plain;
}

std::optional<size_t> FindStrayLetter(std::string_view text) {
  size_t i = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (i < text.size()) {
    if (IsLetter(text, i)) return i;
    if (text[i] == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if ((text[i] == '"' || text[i] == '\'') && MayBeginText(text, i)) {
      const size_t end = EndOfText(text, i);
      if (const auto letter = LetterAfterBackslash(text, i, end)) return letter;
      i = end;
    } else {
      ++i;
    }
  }
  return {};
}

}  // namespace liggare::node
