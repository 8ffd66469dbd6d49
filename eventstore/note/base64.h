// Standard base64 with padding (RFC 4648, 4), read strictly: one text for each
// sequence of bytes. Private to this folder.
#ifndef EVENTSTORE_NOTE_BASE64_H_
#define EVENTSTORE_NOTE_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace liggare::note {

std::string Base64(std::string_view bytes);

// Nothing unless `text` is exactly what Base64 gives for some bytes: no spaces or
// newlines, all padding, and zero in the bits that padding leaves over.
std::optional<std::string> BytesOfBase64(std::string_view text);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_BASE64_H_
