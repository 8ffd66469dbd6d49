#include "eventstore/note/checkpoint.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <array>

#include "eventstore/note/origin_key.h"

namespace liggare::note {
namespace {

constexpr std::string_view kOrigin = "liggare.test/se/17@1";
constexpr uint64_t kTimeS = 1'768'431'600;

Checkpoint Example() {
  return {.origin = std::string(kOrigin), .size = 8, .root = merkle::LeafHash("entry")};
}

class CheckpointTest : public ::testing::Test {
 protected:
  const SigningKey log_ = SigningKey::Generate("liggare.test/se/17").value();
  const SigningKey parent_ = SigningKey::Generate("liggare.test/se").value();
  Note note_ = SignCheckpoint(Example(), log_);
};

// What a policy of C2SP looks for: a line whose key has the origin for its name, under the
// id that signed-note gives that key.
TEST_F(CheckpointTest, IsSignedInTheNameOfItsNodeAndOfItsOrigin) {
  ASSERT_EQ(note_.signatures.size(), 2u);
  EXPECT_EQ(note_.signatures[0].name, "liggare.test/se/17");
  EXPECT_EQ(note_.signatures[1].name, kOrigin);
  std::string keyed = std::string(kOrigin) + "\n\x01";
  const auto& bytes = log_.verifier().public_key();
  keyed.append(bytes.begin(), bytes.end());
  std::array<uint8_t, 32> hash = {};
  SHA256(reinterpret_cast<const uint8_t*>(keyed.data()), keyed.size(), hash.data());
  const uint32_t key_id =
      static_cast<uint32_t>(hash[0]) << 24 | hash[1] << 16 | hash[2] << 8 | hash[3];
  EXPECT_EQ(note_.signatures[1].key_id, key_id);
  const VerifierKey in_its_name = InNameOfOrigin(kOrigin, log_.verifier());
  EXPECT_EQ(in_its_name.key_id(), key_id);
  EXPECT_TRUE(OpenCheckpoint(note_.Encode(), kOrigin, log_.verifier()).ok());
  EXPECT_TRUE(OpenCheckpoint(note_.Encode(), kOrigin, in_its_name).ok());
  for (size_t line : {0, 1}) {
    Note changed = note_;
    changed.signatures[line].signature[5] ^= 1;
    EXPECT_EQ(VerifyNote(changed, log_.verifier()).ok(), line == 1);
    EXPECT_EQ(VerifyNote(changed, in_its_name).ok(), line == 0);
  }
}

TEST_F(CheckpointTest, AKeyWithTheOriginForItsNameSignsOnce) {
  const SigningKey key = SigningKey::Generate(std::string(kOrigin)).value();
  EXPECT_EQ(SignCheckpoint(Example(), key).signatures.size(), 1u);
}

bool IsRefused(const std::string& text) {
  return absl::IsInvalidArgument(ParseCheckpoint(text).status());
}

TEST_F(CheckpointTest, TextIsParsedToTheSameCheckpoint) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{10}, UINT64_MAX}) {
    Checkpoint checkpoint = Example();
    checkpoint.size = size;
    EXPECT_EQ(ParseCheckpoint(checkpoint.Text()).value(), checkpoint);
  }
}

TEST_F(CheckpointTest, OtherThanThreeLinesAreRefused) {
  const std::string text = Example().Text();
  EXPECT_TRUE(IsRefused(""));
  EXPECT_TRUE(IsRefused(text.substr(0, text.size() - 1)));
  EXPECT_TRUE(IsRefused(text + "extension\n"));
  EXPECT_TRUE(IsRefused(text + "\n"));
  EXPECT_TRUE(IsRefused(text + "x"));
  EXPECT_TRUE(IsRefused("\n" + text));
  EXPECT_TRUE(IsRefused(text.substr(kOrigin.size())));
}

TEST_F(CheckpointTest, SizeIsAPlainDecimalOf64Bits) {
  const std::string text = Example().Text();
  const std::string root = text.substr(text.rfind('\n', text.size() - 2));
  const auto with_size = [&](const std::string& size) {
    return std::string(kOrigin) + "\n" + size + root;
  };
  EXPECT_TRUE(ParseCheckpoint(with_size("0")).ok());
  EXPECT_TRUE(ParseCheckpoint(with_size("18446744073709551615")).ok());
  for (const char* size : {"", "00", "08", "-1", "+8", " 8", "8 ", "8.0", "1e3", "0x8", "0xabcdef",
                           "18446744073709551616", "99999999999999999999", "8\r"}) {
    EXPECT_TRUE(IsRefused(with_size(size))) << size;
  }
}

TEST_F(CheckpointTest, RootIs32BytesOfBase64) {
  const std::string start = std::string(kOrigin) + "\n8\n";
  EXPECT_TRUE(IsRefused(start + "\n"));
  EXPECT_TRUE(IsRefused(start + "AAAA\n"));
  EXPECT_TRUE(IsRefused(start + std::string(43, 'A') + "\n"));    // No padding.
  EXPECT_TRUE(IsRefused(start + std::string(44, 'A') + "\n"));    // 33 bytes.
  EXPECT_TRUE(IsRefused(start + std::string(42, 'A') + "B=\n"));  // Bits left over.
  EXPECT_TRUE(IsRefused(start + std::string(40, 'A') + "A A=\n"));
  EXPECT_FALSE(IsRefused(start + std::string(43, 'A') + "=\n"));
}

TEST_F(CheckpointTest, SignedCheckpointOpens) {
  const auto opened = OpenCheckpoint(note_.Encode(), kOrigin, log_.verifier());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->checkpoint, Example());
  EXPECT_EQ(opened->note.Encode(), note_.Encode());
}

TEST_F(CheckpointTest, CheckpointOfAnotherLogOrEpochDoesNotOpen) {
  for (const char* origin :
       {"liggare.test/se/17@2", "liggare.test/se/1", "", "liggare.test/se/17"}) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(OpenCheckpoint(note_.Encode(), origin, log_.verifier()).status()));
  }
}

TEST_F(CheckpointTest, CheckpointSignedByAnotherDoesNotOpen) {
  EXPECT_TRUE(
      absl::IsNotFound(OpenCheckpoint(note_.Encode(), kOrigin, parent_.verifier()).status()));
}

TEST_F(CheckpointTest, ChangedSizeDoesNotOpen) {
  std::string bytes = note_.Encode();
  bytes[bytes.find("\n8\n") + 1] = '9';
  EXPECT_TRUE(absl::IsInvalidArgument(OpenCheckpoint(bytes, kOrigin, log_.verifier()).status()));
}

TEST_F(CheckpointTest, CosignatureGivesItsTimeAndLeavesTheLogsSignatureGood) {
  note_.signatures.push_back(Cosign(parent_, note_.text, kTimeS));
  const Note parsed = ParseNote(note_.Encode()).value();
  EXPECT_EQ(VerifyCosignature(parsed, parent_.verifier()).value(), kTimeS);
  EXPECT_EQ(VerifyCosignature(parsed, parent_.verifier().WithType(KeyType::kCosignatureV1)).value(),
            kTimeS);
  EXPECT_TRUE(VerifyNote(parsed, log_.verifier()).ok());
}

TEST_F(CheckpointTest, ANodeMayCosignItsOwnCheckpoint) {
  note_.signatures.push_back(Cosign(log_, note_.text, kTimeS));
  EXPECT_TRUE(VerifyNote(note_, log_.verifier()).ok());
  EXPECT_EQ(VerifyCosignature(note_, log_.verifier()).value(), kTimeS);
}

TEST_F(CheckpointTest, NoCosignatureIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(VerifyCosignature(note_, parent_.verifier()).status()));
  EXPECT_TRUE(absl::IsNotFound(VerifyCosignature(note_, log_.verifier()).status()));
}

TEST_F(CheckpointTest, CosignatureWithAnotherTimeDoesNotVerify) {
  note_.signatures.push_back(Cosign(parent_, note_.text, kTimeS));
  note_.signatures.back().signature[7] ^= 1;
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyCosignature(note_, parent_.verifier()).status()));
}

TEST_F(CheckpointTest, CosignatureOverAnotherTextDoesNotVerify) {
  Checkpoint other = Example();
  other.size = 9;
  note_.signatures.push_back(Cosign(parent_, other.Text(), kTimeS));
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyCosignature(note_, parent_.verifier()).status()));
}

TEST_F(CheckpointTest, CosignatureOfAWrongLengthDoesNotVerify) {
  const Signature good = Cosign(parent_, note_.text, kTimeS);
  for (const std::string& bytes : {good.signature.substr(8), good.signature.substr(0, 3),
                                   good.signature + "x", std::string()}) {
    note_.signatures = {{.name = good.name, .key_id = good.key_id, .signature = bytes}};
    EXPECT_TRUE(absl::IsInvalidArgument(VerifyCosignature(note_, parent_.verifier()).status()));
  }
}

TEST_F(CheckpointTest, SignatureOnTheTextIsNoCosignature) {
  Signature signature = SignText(parent_, note_.text);
  signature.key_id = parent_.verifier().WithType(KeyType::kCosignatureV1).key_id();
  signature.signature.insert(0, 8, '\0');
  note_.signatures.push_back(signature);
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyCosignature(note_, parent_.verifier()).status()));
}

TEST_F(CheckpointTest, TheEarliestOfSeveralCosignaturesCounts) {
  note_.signatures.push_back(Cosign(parent_, note_.text, kTimeS + 5));
  note_.signatures.push_back(Cosign(parent_, note_.text, kTimeS));
  note_.signatures.push_back(Cosign(parent_, note_.text, kTimeS + 9));
  EXPECT_EQ(VerifyCosignature(note_, parent_.verifier()).value(), kTimeS);
}

TEST_F(CheckpointTest, ABadCosignatureTakesNothingFromTheGoodOne) {
  const Signature good = Cosign(parent_, note_.text, kTimeS);
  const Signature bad = Cosign(parent_, "another\n", kTimeS - 1);
  for (const std::vector<Signature>& lines : {std::vector{good, bad}, std::vector{bad, good}}) {
    note_.signatures = lines;
    EXPECT_EQ(VerifyCosignature(note_, parent_.verifier()).value(), kTimeS);
  }
  note_.signatures = {bad};
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyCosignature(note_, parent_.verifier()).status()));
}

}  // namespace
}  // namespace liggare::note
