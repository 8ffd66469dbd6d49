// Reading UTF-8 (RFC 3629).
#ifndef PROTO_TEXT_UTF8_H_
#define PROTO_TEXT_UTF8_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace liggare::text {

// Takes the first code point off `text`, which must not be empty. Nothing if the
// text does not begin with well-formed UTF-8 (overlong forms, surrogates and
// values beyond U+10FFFF are refused); then `text` is as it was.
std::optional<char32_t> TakeCodePoint(std::string_view& text);

// Where the text stops being well-formed UTF-8, in bytes; nothing if it nowhere does.
std::optional<size_t> FirstByteNotUtf8(std::string_view text);

// Whether text of an ASCII beginning, such as JSON or a key, is UTF-16 or UTF-32, with a byte
// order mark or without: one of the first two bytes is NUL, or they are the mark (RFC 4627, 3).
bool IsWideText(std::string_view bytes);

// U+FEFF, which an editor may put before a text.
inline constexpr std::string_view kByteOrderMark = "\uFEFF";

// The text without a byte order mark before it.
std::string_view WithoutByteOrderMark(std::string_view text);

// Whether Unicode gives the code point to no character, ever: U+FDD0 to U+FDEF, and the
// last two of each plane. XML 1.0 can't hold U+FFFE and U+FFFF.
bool IsNoncharacter(char32_t point);

// The code points with the Unicode property White_Space.
bool IsSpace(char32_t point);

}  // namespace liggare::text

#endif  // PROTO_TEXT_UTF8_H_
