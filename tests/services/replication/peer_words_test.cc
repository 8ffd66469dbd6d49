// What a peer gives as its reason stands in the status and the log of the other.
#include "services/replication/session/peer_words.h"

#include <gtest/gtest.h>

#include <string>

#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

v1::Error Said(int code, const std::string& message) {
  v1::Error error;
  error.set_code(static_cast<v1::ErrorCode>(code));
  error.set_message(message);
  return error;
}

TEST(PeerWordsTest, WhatIsFitToBeShownIsLeftAsItIs) {
  v1::Error error = Said(v1::ERROR_CODE_FORKED, "se/17@1 är fryst");
  error.set_field("previous");
  error.set_expected("en återställning");
  EXPECT_EQ(PeerWords(error).SerializeAsString(), error.SerializeAsString());
}

TEST(PeerWordsTest, LongWordsAreCut) {
  const std::string longest(kPeerTextBytesMax, 'm');
  EXPECT_EQ(PeerWords(Said(1, longest)).message(), longest);
  EXPECT_EQ(PeerWords(Said(1, longest + "m")).message(), longest);
}

TEST(PeerWordsTest, NothingInThemMovesACursor) {
  const std::string message = PeerWords(Said(1, "a\x1b[2J\n\xff")).message();
  EXPECT_EQ(message.find_first_of("\x1b\n\xff"), std::string::npos) << message;
}

TEST(PeerWordsTest, ACodeThatIsNotKnownIsUnavailable) {
  for (const int code : {0, -1, 999}) {
    EXPECT_EQ(PeerWords(Said(code, "")).code(), v1::ERROR_CODE_UNAVAILABLE) << code;
  }
}

}  // namespace
}  // namespace liggare::replication
