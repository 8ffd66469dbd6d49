#include "eventstore/note/note.h"

#include <gtest/gtest.h>

#include "eventstore/note/utf8.h"

namespace liggare::note {
namespace {

const SigningKey& Key() {
  static const SigningKey key = SigningKey::Generate("liggare.test/se/17").value();
  return key;
}

Note SignedNote(const std::string& text) { return {text, {SignText(Key(), text)}}; }

bool IsMalformed(const std::string& bytes) {
  return absl::IsInvalidArgument(ParseNote(bytes).status());
}

TEST(NoteTest, EncodedNoteIsParsedToTheSameNote) {
  Note note = SignedNote("one\n\nthree\n");
  note.signatures.push_back(SignText(SigningKey::Generate("other").value(), note.text));
  const auto parsed = ParseNote(note.Encode());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->text, note.text);
  ASSERT_EQ(parsed->signatures.size(), 2u);
  EXPECT_EQ(parsed->signatures[1].name, "other");
  EXPECT_EQ(parsed->Encode(), note.Encode());
  EXPECT_TRUE(VerifyNote(*parsed, Key().verifier()).ok());
}

TEST(NoteTest, EveryPrefixOfANoteIsMalformed) {
  const std::string bytes = SignedNote("text\n").Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(IsMalformed(bytes.substr(0, size))) << size;
  }
}

TEST(NoteTest, EveryChangedByteIsMalformedOrDoesNotVerify) {
  const std::string bytes = SignedNote("text\n").Encode();
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string changed = bytes;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
    const auto note = ParseNote(changed);
    EXPECT_FALSE(note.ok() && VerifyNote(*note, Key().verifier()).ok()) << "bit " << i;
  }
}

TEST(NoteTest, HundredSignaturesAreAcceptedAndOneMoreIsNot) {
  Note note = SignedNote("text\n");
  note.signatures.resize(kSignaturesMax, note.signatures[0]);
  EXPECT_TRUE(ParseNote(note.Encode()).ok());
  note.signatures.push_back(note.signatures[0]);
  EXPECT_TRUE(IsMalformed(note.Encode()));
}

TEST(NoteTest, TooLargeANoteIsRefused) {
  const size_t rest = SignedNote("").Encode().size() + 1;
  EXPECT_TRUE(ParseNote(SignedNote(std::string(kNoteBytesMax - rest, 'x') + "\n").Encode()).ok());
  EXPECT_TRUE(IsMalformed(SignedNote(std::string(kNoteBytesMax - rest + 1, 'x') + "\n").Encode()));
}

TEST(NoteTest, SignatureWithoutBytesAfterTheKeyIdIsMalformed) {
  EXPECT_TRUE(IsMalformed("text\n\n\u2014 name AAAAAA==\n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014 name \n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014 name\n"));
  EXPECT_FALSE(IsMalformed("text\n\n\u2014 name AAAAAAA=\n"));
}

TEST(NoteTest, SignatureLineNeedsTheDashAndOneSpace) {
  EXPECT_TRUE(IsMalformed("text\n\n- name AAAAAAA=\n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014name AAAAAAA=\n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014  name AAAAAAA=\n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014 name  AAAAAAA=\n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014 na+me AAAAAAA=\n"));
  EXPECT_TRUE(IsMalformed("text\n\n\u2014 name AAAAAAA=\r\n"));
}

TEST(VerifyNoteTest, NoteWithoutASignatureOfTheKeyIsNotFound) {
  const Note note = SignedNote("text\n");
  EXPECT_TRUE(absl::IsNotFound(VerifyNote(note, SigningKey::Generate("other").value().verifier())));
  // Same name, another key.
  EXPECT_TRUE(absl::IsNotFound(
      VerifyNote(note, SigningKey::Generate(Key().verifier().name()).value().verifier())));
}

TEST(VerifyNoteTest, SignatureOverAnotherTextIsInvalid) {
  Note note = SignedNote("text\n");
  note.text = "another\n";
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyNote(note, Key().verifier())));
}

TEST(VerifyNoteTest, OneBadSignatureOfTheKeySpoilsAGoodOneBeforeOrAfterIt) {
  const Note good = SignedNote("text\n");
  const Signature bad = SignText(Key(), "another\n");
  Note note = good;
  note.signatures.push_back(bad);
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyNote(note, Key().verifier())));
  note.signatures = {bad, good.signatures[0]};
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyNote(note, Key().verifier())));
}

TEST(VerifyNoteTest, CosignatureKeyDoesNotSignNotes) {
  const VerifierKey cosigner = Key().verifier().WithType(KeyType::kCosignatureV1);
  Note note = SignedNote("text\n");
  note.signatures[0].key_id = cosigner.key_id();
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyNote(note, cosigner)));
}

TEST(Utf8Test, TextOfAllLengthsOfCodePointIsAccepted) {
  EXPECT_TRUE(IsNoteText("a\n"));
  EXPECT_TRUE(IsNoteText("\u00e5\u2014\U0001F4D6\U0010FFFF\u007f"));
  EXPECT_TRUE(IsNoteText(""));
}

TEST(Utf8Test, IllFormedTextIsRefused) {
  for (const char* text : {
           "\xff", "\x80", "\xc3", "\xe2\x80", "\xf0\x9f\x93",  // Alone or cut off.
           "\xc3(", "\xe2(\xa1", "\xe2\x82(",                   // Not continued.
           "\xc1\x81", "\xe0\x81\x81", "\xf0\x80\x81\x81",      // Overlong.
           "\xed\xa0\x80", "\xf4\x90\x80\x80",                  // No scalar value.
       }) {
    EXPECT_FALSE(IsNoteText(text)) << ::testing::PrintToString(text);
  }
}

TEST(Utf8Test, ControlCharactersBelowSpaceAreRefusedExceptTheNewline) {
  for (char byte = 0; byte < 0x20; ++byte) {
    EXPECT_EQ(IsNoteText(std::string(1, byte)), byte == '\n') << int{byte};
  }
}

}  // namespace
}  // namespace liggare::note
