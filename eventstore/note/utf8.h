// The two questions that signed notes ask of text.
// Private to this folder.
#ifndef EVENTSTORE_NOTE_UTF8_H_
#define EVENTSTORE_NOTE_UTF8_H_

#include <string_view>

namespace liggare::note {

// Whether the text may stand in a note: well-formed UTF-8 without a control
// character below U+0020 except the newline (C2SP signed-note).
bool IsNoteText(std::string_view text);

// Whether the text may be a key's name: not empty, well-formed UTF-8, without a
// Unicode space, a plus (C2SP signed-note) or a control character.
bool IsKeyName(std::string_view text);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_UTF8_H_
