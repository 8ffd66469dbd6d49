#include "eventstore/note/reduction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "eventstore/note/origin_key.h"

namespace liggare::note {
namespace {

constexpr std::string_view kOrigin = "liggare.test/se/17/a@1";
constexpr uint64_t kTimeS = 1'768'431'600;

SigningKey KeyOf(const std::string& path) {
  return SigningKey::Generate("liggare.test/" + path).value();
}

Signature RandomLine(const std::string& name, uint32_t key_id, size_t bytes) {
  return {.name = name, .key_id = key_id, .signature = std::string(bytes, 'r')};
}

// A verksamhet's checkpoint, its county and the nation.
class ReductionTest : public ::testing::Test {
 protected:
  ReductionTest() {
    Know(log_);
    Know(county_);
    Know(nation_);
  }
  void Know(const SigningKey& key) {
    std::vector<VerifierKey>& keys = signers_[key.verifier().name()].keys;
    keys.insert(keys.begin(), key.verifier());
  }
  absl::StatusOr<ReducedCheckpoint> Reduce(const std::string& bytes,
                                           std::string_view origin = kOrigin) const {
    return ReduceCheckpoint(bytes, origin, [this](std::string_view name) -> std::optional<Signer> {
      const auto found = signers_.find(std::string(name));
      if (found == signers_.end()) return {};
      return found->second;
    });
  }
  // What is kept of the note as it is now, which must open.
  ReducedCheckpoint Kept() const {
    auto reduced = Reduce(note_.Encode());
    EXPECT_TRUE(reduced.ok()) << reduced.status();
    return *std::move(reduced);
  }
  static std::vector<std::string> NamesOf(const std::vector<Signature>& lines) {
    std::vector<std::string> names;
    for (const Signature& line : lines) names.push_back(line.name);
    return names;
  }
  uint32_t CosignerId(const SigningKey& key) const {
    return key.verifier().WithType(KeyType::kCosignatureV1).key_id();
  }

  const SigningKey log_ = KeyOf("se/17/a");
  const SigningKey county_ = KeyOf("se/17");
  const SigningKey nation_ = KeyOf("se");
  std::map<std::string, Signer> signers_;
  Note note_ = SignCheckpoint(
      {.origin = std::string(kOrigin), .size = 8, .root = merkle::LeafHash("entry")}, log_);
};

TEST_F(ReductionTest, WhatVerifiesIsKeptAsItIs) {
  note_.signatures.push_back(Cosign(county_, note_.text, kTimeS));
  note_.signatures.push_back(Cosign(nation_, note_.text, kTimeS + 1));
  const ReducedCheckpoint kept = Kept();
  EXPECT_EQ(kept.checkpoint.note.Encode(), note_.Encode());
  EXPECT_EQ(kept.checkpoint.checkpoint.size, 8u);
  EXPECT_EQ(kept.key, log_.verifier());
  EXPECT_TRUE(kept.left_out.empty());
  ASSERT_EQ(kept.cosignatures.size(), 2u);
  EXPECT_EQ(kept.cosignatures[0].name, "liggare.test/se/17");
  EXPECT_EQ(kept.cosignatures[1].time_s, kTimeS + 1);
}

TEST_F(ReductionTest, OfAHundredLinesInTheLogsNameOneIsKept) {
  const std::string plain = note_.Encode();
  while (note_.signatures.size() < kSignaturesMax) {
    const uint32_t id = static_cast<uint32_t>(note_.signatures.size());
    note_.signatures.push_back(RandomLine("liggare.test/se/17/a", id, 1));
  }
  const ReducedCheckpoint kept = Kept();
  EXPECT_EQ(kept.checkpoint.note.Encode(), plain);
  EXPECT_EQ(kept.left_out.size(), kSignaturesMax - 2);
  EXPECT_EQ(kept.left_out[0], (LeftOutLine{"liggare.test/se/17/a", LeftOut::kUnknown}));
}

TEST_F(ReductionTest, OfTwoGoodLinesOfTheLogOneIsKept) {
  const std::string plain = note_.Encode();
  note_.signatures.push_back(note_.signatures[0]);
  EXPECT_EQ(Kept().checkpoint.note.Encode(), plain);
  EXPECT_EQ(Kept().left_out[0].why, LeftOut::kRepeated);
}

TEST_F(ReductionTest, AForgedLineOfTheLogBeforeTheGoodOneIsLeftOut) {
  const std::string plain = note_.Encode();
  const uint32_t id = log_.verifier().key_id();
  note_.signatures.insert(note_.signatures.begin(),
                          RandomLine("liggare.test/se/17/a", id, kSignatureBytes));
  EXPECT_EQ(Kept().checkpoint.note.Encode(), plain);
  EXPECT_EQ(Kept().left_out[0].why, LeftOut::kDoesNotVerify);
}

TEST_F(ReductionTest, ALineOfTheSameKeyInTheOriginsNameIsKeptIfItVerifies) {
  const VerifierKey named = InNameOfOrigin(kOrigin, log_.verifier());
  const Signature good = note_.signatures[1];
  EXPECT_EQ(good.name, kOrigin);
  const std::string both = note_.Encode();
  EXPECT_EQ(Kept().checkpoint.note.Encode(), both);
  note_.signatures.push_back(good);
  note_.signatures.push_back(RandomLine(std::string(kOrigin), named.key_id(), kSignatureBytes));
  note_.signatures.push_back(RandomLine(std::string(kOrigin), 7, kSignatureBytes));
  EXPECT_EQ(Kept().checkpoint.note.Encode(), both);
  EXPECT_EQ(Kept().left_out.size(), 3u);
}

TEST_F(ReductionTest, ForgedCosignaturesAreLeftOutAndTheTrueOneKept) {
  const Signature true_one = Cosign(nation_, note_.text, kTimeS);
  Signature forged = true_one;
  forged.signature = std::string(8 + kSignatureBytes, 'r');
  while (note_.signatures.size() < kSignaturesMax - 1) note_.signatures.push_back(forged);
  note_.signatures.push_back(true_one);
  const ReducedCheckpoint kept = Kept();
  EXPECT_EQ(
      NamesOf(kept.checkpoint.note.signatures),
      (std::vector<std::string>{"liggare.test/se/17/a", std::string(kOrigin), "liggare.test/se"}));
  EXPECT_EQ(kept.cosignatures[0].time_s, kTimeS);
  EXPECT_EQ(kept.left_out.size(), kSignaturesMax - 3);
}

TEST_F(ReductionTest, OfACosignersKeyTheEarliestIsKept) {
  for (const uint64_t later : {5, 0, 9, 0}) {
    note_.signatures.push_back(Cosign(county_, note_.text, kTimeS + later));
  }
  const ReducedCheckpoint kept = Kept();
  ASSERT_EQ(kept.cosignatures.size(), 1u);
  EXPECT_EQ(kept.cosignatures[0].time_s, kTimeS);
  EXPECT_EQ(kept.checkpoint.note.signatures.size(), 3u);
}

TEST_F(ReductionTest, LinesOfStrangersAndOfOtherKindsAreLeftOut) {
  const std::string plain = note_.Encode();
  note_.signatures.push_back(Cosign(KeyOf("se/18"), note_.text, kTimeS));
  note_.signatures.push_back(Cosign(KeyOf("se/17"), note_.text, kTimeS));  // Not its key.
  note_.signatures.push_back(SignText(county_, note_.text));
  note_.signatures.push_back(Cosign(log_, note_.text, kTimeS));  // Of itself.
  note_.signatures.push_back(RandomLine("elsewhere.test/se", CosignerId(nation_), 72));
  EXPECT_EQ(Kept().checkpoint.note.Encode(), plain);
  EXPECT_EQ(Kept().left_out.size(), 5u);
}

TEST_F(ReductionTest, ACosignatureByARevokedKeyIsKeptUpToItsTime) {
  signers_["liggare.test/se/17"].revocations = {
      {.key = county_.verifier(), .log = "se/17@1", .size = 3, .cosigned_until_s = kTimeS}};
  note_.signatures.push_back(Cosign(county_, note_.text, kTimeS + 1));
  EXPECT_EQ(Kept().left_out[0].why, LeftOut::kRevoked);
  note_.signatures.push_back(Cosign(county_, note_.text, kTimeS));
  EXPECT_EQ(Kept().cosignatures[0].time_s, kTimeS);
}

TEST_F(ReductionTest, ARevokedKeyDoesNotSpeakForTheLogAndAnOlderOneStill) {
  const SigningKey newer = KeyOf("se/17/a");
  note_.signatures.insert(note_.signatures.begin(), SignText(newer, note_.text));
  Know(newer);
  EXPECT_EQ(Kept().key, newer.verifier());
  signers_["liggare.test/se/17/a"].revocations = {
      {.key = newer.verifier(), .log = "se/17/a@1", .size = 7}};
  EXPECT_EQ(Kept().key, log_.verifier());
  EXPECT_EQ(Kept().left_out[0].why, LeftOut::kRevoked);
  note_.signatures.resize(1);
  EXPECT_TRUE(absl::IsFailedPrecondition(Reduce(note_.Encode()).status()));
}

TEST_F(ReductionTest, WhatTheLogHasNotSignedDoesNotOpen) {
  EXPECT_TRUE(absl::IsInvalidArgument(Reduce(note_.Encode(), "liggare.test/se/17/a@2").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Reduce("no note").status()));
  Note other = note_;
  other.text[other.text.find("\n8\n") + 1] = '9';
  EXPECT_TRUE(absl::IsInvalidArgument(Reduce(other.Encode()).status()));
  other.signatures = {Cosign(county_, other.text, kTimeS)};
  EXPECT_TRUE(absl::IsNotFound(Reduce(other.Encode()).status()));
  signers_.erase("liggare.test/se/17/a");
  EXPECT_TRUE(absl::IsNotFound(Reduce(note_.Encode()).status()));
}

// Somebody may have enrolled many nodes that all cosign.
TEST_F(ReductionTest, ThereIsAlwaysRoomForTheLogTheNodeItselfAndThoseAbove) {
  std::vector<Signature> others;
  for (int i = 0; i < static_cast<int>(kSignaturesMax) - 2; ++i) {
    const SigningKey key = KeyOf("se/17/a/" + std::to_string(i));
    Know(key);
    note_.signatures.push_back(Cosign(key, note_.text, kTimeS));
  }
  const ReducedCheckpoint kept = Kept();
  EXPECT_EQ(kept.checkpoint.note.signatures.size(), kKeptSignaturesMax);
  EXPECT_EQ(kept.left_out.size(), kSignaturesMax - kKeptSignaturesMax);
  EXPECT_EQ(kept.left_out[0].why, LeftOut::kNoRoom);
  const std::vector<Signature> late = {Cosign(nation_, note_.text, kTimeS),
                                       Cosign(KeyOf("se/01"), note_.text, kTimeS),
                                       Cosign(county_, note_.text, kTimeS)};
  const std::vector<Signature> merged =
      MergeSignatures(kOrigin, "liggare.test/se/01", kept.checkpoint.note.signatures, late);
  EXPECT_EQ(merged.size(), kKeptSignaturesMax);
  const std::vector<std::string> names = NamesOf(merged);
  for (const std::string_view needed : std::initializer_list<std::string_view>{
           "liggare.test/se/17/a", kOrigin, "liggare.test/se/01", "liggare.test/se/17",
           "liggare.test/se"}) {
    EXPECT_EQ(std::ranges::count(names, needed), 1) << needed;
  }
  EXPECT_TRUE(ParseNote(Note{note_.text, merged}.Encode()).ok());
}

TEST_F(ReductionTest, OfOneKeyTheStoredLineStays) {
  const Signature first = Cosign(county_, note_.text, kTimeS);
  const Signature second = Cosign(county_, note_.text, kTimeS - 5);
  const auto merged = MergeSignatures(kOrigin, "", {note_.signatures[0], first}, {second});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[1].signature, first.signature);
}

}  // namespace
}  // namespace liggare::note
