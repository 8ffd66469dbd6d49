#include "services/replication/session/peer_words.h"

#include <string>
#include <string_view>

#include "proto/text/shown_text.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

std::string Words(const std::string& text) {
  return text::ShownText(std::string_view(text).substr(0, kPeerTextBytesMax));
}

}  // namespace

v1::Error PeerWords(const v1::Error& error) {
  v1::Error words;
  words.set_code(v1::ERROR_CODE_UNAVAILABLE);
  if (v1::ErrorCode_IsValid(error.code()) && error.code() != v1::ERROR_CODE_UNSPECIFIED) {
    words.set_code(error.code());
  }
  words.set_message(Words(error.message()));
  words.set_field(Words(error.field()));
  words.set_expected(Words(error.expected()));
  return words;
}

}  // namespace liggare::replication
