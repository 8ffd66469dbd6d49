// Text that somebody else wrote, made fit for a terminal, a line of a log or a table:
// nothing in it moves the cursor, hides, turns the direction of what follows, or begins
// a line that others would take for this program's own.
#ifndef PROTO_TEXT_SHOWN_TEXT_H_
#define PROTO_TEXT_SHOWN_TEXT_H_

#include <string>
#include <string_view>

namespace liggare::text {

// One line of it. As escapes such as \u001b (above U+FFFF two of them, as in JSON) come
// control characters (C0, DEL, C1; the newline too), separators of lines and paragraphs,
// what sets the direction of writing (Unicode's Bidi_Control), invisible tags,
// noncharacters and the byte order mark; as U+FFFD each byte that is not UTF-8.
std::string ShownText(std::string_view text);

// The same of a text that this program has put together: its newlines (also after a
// carriage return, as in CSV) and tabs stay.
std::string ShownLines(std::string_view text);

}  // namespace liggare::text

#endif  // PROTO_TEXT_SHOWN_TEXT_H_
