// Reading UTF-8 (RFC 3629), and the two questions that signed notes ask of text.
// Private to this folder.
#ifndef EVENTSTORE_NOTE_UTF8_H_
#define EVENTSTORE_NOTE_UTF8_H_

#include <optional>
#include <string_view>

namespace liggare::note {

// Takes the first code point off `text`, which must not be empty. Nothing if the
// text does not begin with well-formed UTF-8 (overlong forms, surrogates and
// values beyond U+10FFFF are refused); then `text` is as it was.
std::optional<char32_t> TakeCodePoint(std::string_view& text);

// Whether the text may stand in a note: well-formed UTF-8 without a control
// character below U+0020 except the newline (C2SP signed-note).
bool IsNoteText(std::string_view text);

// Whether the text may be a key's name: not empty, well-formed UTF-8, without a
// Unicode space, a plus (C2SP signed-note) or a control character.
bool IsKeyName(std::string_view text);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_UTF8_H_
