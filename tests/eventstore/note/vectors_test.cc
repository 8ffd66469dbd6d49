// Every published item in signed_note.json.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/merkle/verify.h"
#include "eventstore/note/base64.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "eventstore/note/note.h"
#include "tests/eventstore/merkle/memory_tiles.h"
#include "tests/eventstore/merkle/vector_file.h"

namespace liggare::note {
namespace {

std::array<uint8_t, kSeedBytes> SeedOfHex(const std::string& hex) {
  return testing::HashOfHex(hex);
}

merkle::Proof ProofOfBase64(const nlohmann::json& list) {
  merkle::Proof proof;
  for (const auto& text : list) {
    proof.push_back(*merkle::HashFromBytes(*BytesOfBase64(text.get<std::string>())));
  }
  return proof;
}

class SignedNoteVectorsTest : public ::testing::Test {
 protected:
  nlohmann::json Item(const std::string& id) const {
    for (const auto& item : vectors_["items"]) {
      if (item["id"] == id) return item;
    }
    ADD_FAILURE() << "no item " << id;
    return {};
  }

  // The i-th published signature line.
  static std::string Line(const nlohmann::json& item, size_t i) {
    return item["signature_lines"][i];
  }

  const nlohmann::json vectors_ = testing::ReadVectorFile("signed_note.json");
};

// A signature as a line of a note.
std::string LineOf(const Signature& signature) {
  return Note{.text = "", .signatures = {signature}}.Encode().substr(1);
}

TEST_F(SignedNoteVectorsTest, EveryItemParsesAndIsWrittenAgainAsItWas) {
  ASSERT_EQ(vectors_["items"].size(), 9u);
  for (const auto& item : vectors_["items"]) {
    SCOPED_TRACE(item["id"]);
    const auto note = ParseNote(item["note"].get<std::string>());
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(note->text, item["text"]);
    EXPECT_EQ(note->Encode(), item["note"]);
    ASSERT_EQ(note->signatures.size(), item["signature_lines"].size());
    for (size_t i = 0; i < note->signatures.size(); ++i) {
      EXPECT_EQ(LineOf(note->signatures[i]), Line(item, i));
    }
  }
}

TEST_F(SignedNoteVectorsTest, EverySignatureVerifiesAndNotOverAnotherText) {
  for (const auto& item : vectors_["items"]) {
    SCOPED_TRACE(item["id"]);
    const Note note = ParseNote(item["note"].get<std::string>()).value();
    const Note other = {note.text + "more\n", note.signatures};
    for (const auto& vkey : item["vkeys"]) {
      const VerifierKey key = VerifierKey::Parse(vkey.get<std::string>()).value();
      EXPECT_EQ(key.Text(), vkey);
      if (key.type() == KeyType::kEd25519) {
        EXPECT_EQ(VerifyNote(note, key), absl::OkStatus());
        EXPECT_TRUE(absl::IsInvalidArgument(VerifyNote(other, key)));
      } else {
        EXPECT_EQ(VerifyCosignature(note, key).value(), item["cosign_timestamp"]);
        EXPECT_TRUE(absl::IsInvalidArgument(VerifyCosignature(other, key).status()));
      }
    }
  }
}

TEST_F(SignedNoteVectorsTest, PublishedCheckpointsOpenUnderTheirOrigin) {
  int opened = 0;
  for (const auto& item : vectors_["items"]) {
    SCOPED_TRACE(item["id"]);
    const std::string text = item["text"];
    const bool is_checkpoint = std::count(text.begin(), text.end(), '\n') == 3;
    EXPECT_EQ(ParseCheckpoint(text).ok(), is_checkpoint);
    if (!is_checkpoint) continue;
    const VerifierKey key = VerifierKey::Parse(item["vkeys"][0].get<std::string>()).value();
    const std::string origin = text.substr(0, text.find('\n'));
    const auto checkpoint = OpenCheckpoint(item["note"].get<std::string>(), origin, key);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->checkpoint.Text(), text);
    ++opened;
  }
  EXPECT_EQ(opened, 6);
}

TEST_F(SignedNoteVectorsTest, PublishedTestKeysMakeThePublishedSignatures) {
  const auto peter = Item("go-peter");
  const SigningKey parsed =
      SigningKey::Parse(peter["published_test_signer_key"].get<std::string>()).value();
  EXPECT_EQ(LineOf(SignText(parsed, peter["text"].get<std::string>())), Line(peter, 0));
  const SigningKey from_seed =
      SigningKey::FromSeed("PeterNeumann", SeedOfHex(peter["seed_hex"])).value();
  EXPECT_EQ(from_seed.Text(), peter["published_test_signer_key"].get<std::string>() + "\n");

  const auto both = Item("go-peter-enoch");
  const SigningKey enoch =
      SigningKey::FromSeed("EnochRoot", SeedOfHex(both["enoch_seed_hex"])).value();
  EXPECT_EQ(enoch.verifier().Text(), both["vkeys"][1]);
  EXPECT_EQ(LineOf(SignText(enoch, both["text"].get<std::string>())), Line(both, 1));
}

TEST_F(SignedNoteVectorsTest, ComputedCheckpointAndCosignatureAreMadeByteForByte) {
  const auto item = Item("computed-checkpoint-with-cosignature");
  const SigningKey log =
      SigningKey::FromSeed("example.test/verksamhet/0001", SeedOfHex(item["log_seed_hex"])).value();
  const SigningKey mirror =
      SigningKey::FromSeed("example.test/lansstyrelse/mirror", SeedOfHex(item["cosigner_seed_hex"]))
          .value();
  const auto rfc6962 = testing::ReadVectorFile("rfc6962.json");
  Note note = SignCheckpoint({.origin = "example.test/verksamhet/0001",
                              .size = 8,
                              .root = testing::HashOfHex(rfc6962["roots_by_size"]["8"])},
                             log);
  note.signatures.push_back(Cosign(mirror, note.text, item["cosign_timestamp"]));
  EXPECT_EQ(note.Encode(), item["note"]);
}

TEST_F(SignedNoteVectorsTest, KeyWithAPlusInItsBase64IsSplitAtTheFirstTwo) {
  const std::string vkey = vectors_["key_id_vector"]["vkey"];
  const auto key = VerifierKey::Parse(vkey);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->name(), "example.org/key");
  EXPECT_EQ(key->key_id(), 0x57bfe580u);
  EXPECT_EQ(key->type(), KeyType::kCosignatureV1);
  EXPECT_EQ(key->Text(), vkey);
}

class SignedConsistencyTest : public SignedNoteVectorsTest {
 protected:
  SignedConsistencyTest() {
    for (const auto& hash : vectors_["signed_consistency"]["leaf_hashes_hex"]) {
      tiled_.Append(testing::HashOfHex(hash.get<std::string>()));
    }
  }

  absl::StatusOr<SignedCheckpoint> Open(uint64_t size) const {
    const auto item = Item("litewitness-" + std::to_string(size));
    const std::string text = item["text"];
    return OpenCheckpoint(item["note"].get<std::string>(), text.substr(0, text.find('\n')),
                          VerifierKey::Parse(item["vkeys"][0].get<std::string>()).value());
  }

  merkle::SizedRoot Signed(uint64_t size) const {
    const Checkpoint checkpoint = Open(size)->checkpoint;
    return {checkpoint.size, checkpoint.root};
  }

  testing::TiledTree tiled_;
};

TEST_F(SignedConsistencyTest, SignedRootsAreThoseOfTheTree) {
  for (const uint64_t size : {1, 3, 5}) {
    EXPECT_EQ(Signed(size).size, size);
    EXPECT_EQ(merkle::RootAt(tiled_.tree, tiled_.tiles, size).value(), Signed(size).root);
  }
}

TEST_F(SignedConsistencyTest, PublishedProofsAreMadeAndVerifiedAndNoOthers) {
  const auto& proofs = vectors_["signed_consistency"]["proofs_base64"];
  ASSERT_EQ(proofs.size(), 3u);
  for (const auto& [sizes, published] : proofs.items()) {
    SCOPED_TRACE(sizes);
    const uint64_t old_size = std::stoull(sizes.substr(0, 1));
    const uint64_t new_size = std::stoull(sizes.substr(3));
    merkle::Proof proof = ProofOfBase64(published);
    EXPECT_EQ(merkle::ConsistencyProof(tiled_.tree, tiled_.tiles, old_size, new_size).value(),
              proof);
    EXPECT_TRUE(merkle::VerifyConsistency(Signed(old_size), Signed(new_size), proof).ok());
    EXPECT_FALSE(merkle::VerifyConsistency(Signed(old_size), Signed(new_size), {}).ok());
    proof[0][31] ^= 1;
    EXPECT_FALSE(merkle::VerifyConsistency(Signed(old_size), Signed(new_size), proof).ok());
  }
}

TEST_F(SignedConsistencyTest, AnyFirstCheckpointExtendsTheEmptyTree) {
  EXPECT_TRUE(merkle::VerifyConsistency({0, merkle::EmptyRoot()}, Signed(1), {}).ok());
}

// The published kinds of what must be refused, each with how it is made here.
class MustRejectTest : public SignedNoteVectorsTest {
 protected:
  const std::string text_ = Item("go-peter")["text"];
  const std::string line_ = Item("go-peter")["signature_lines"][0];
  const std::string vkey_ = Item("go-peter")["vkeys"][0];
  const std::string bad_line_ = [] {
    const SigningKey other = SigningKey::Generate("PeterNeumann").value();
    Signature signature = SignText(other, "text\n");
    signature.key_id = 0xc74f20a3;
    return LineOf(signature);
  }();
};

TEST_F(MustRejectTest, MalformedNotes) {
  std::string with_control = text_;
  with_control[5] = '\x01';
  std::string not_utf8 = text_;
  not_utf8[5] = '\xff';
  std::string hundred_and_one;
  for (int i = 0; i < 101; ++i) hundred_and_one += line_;
  std::string spaced = line_;
  spaced.insert(spaced.find("Neumann"), " ");
  const std::map<std::string, std::string> forms = {
      {"text without signatures", text_},
      {"text + blank line without signatures", text_ + "\n"},
      {"last signature line without LF", text_ + "\n" + line_.substr(0, line_.size() - 1)},
      {"0x01 anywhere in the text", with_control + "\n" + line_},
      {"invalid UTF-8 (0xff)", not_utf8 + "\n" + line_},
      {"key name with a space", text_ + "\n" + spaced},
      {"a non-signature line after the signatures", text_ + "\n" + line_ + "more\n"},
      {"more than 100 signatures (their limit; C2SP: accept at least 16)",
       text_ + "\n" + hundred_and_one},
  };
  EXPECT_TRUE(ParseNote(text_ + "\n" + line_).ok());
  for (const auto& kind : vectors_["must_reject"]["malformed_note"]) {
    const auto form = forms.find(kind.get<std::string>());
    ASSERT_NE(form, forms.end()) << "not tested: " << kind;
    EXPECT_TRUE(absl::IsInvalidArgument(ParseNote(form->second).status())) << kind;
  }
}

TEST_F(MustRejectTest, InvalidSignatureSpoilsTheWholeNote) {
  ASSERT_EQ(vectors_["must_reject"]["invalid_signature"].size(), 1u);
  const VerifierKey key = VerifierKey::Parse(vkey_).value();
  for (const std::string& lines : {bad_line_, line_ + bad_line_, bad_line_ + line_}) {
    const Note note = ParseNote(text_ + "\n" + lines).value();
    EXPECT_TRUE(absl::IsInvalidArgument(VerifyNote(note, key))) << lines;
  }
}

TEST_F(MustRejectTest, SignaturesOfUnknownKeysAreIgnored) {
  ASSERT_EQ(vectors_["must_reject"]["ignored"].size(), 1u);
  const VerifierKey key = VerifierKey::Parse(vkey_).value();
  const SigningKey same_name = SigningKey::Generate("PeterNeumann").value();
  const SigningKey unknown = SigningKey::Generate("Unknown").value();
  const std::string ignored =
      LineOf(SignText(same_name, "other\n")) + LineOf(SignText(unknown, "other\n"));
  EXPECT_TRUE(VerifyNote(ParseNote(text_ + "\n" + ignored + line_).value(), key).ok());
  EXPECT_TRUE(absl::IsNotFound(VerifyNote(ParseNote(text_ + "\n" + ignored).value(), key)));
}

// The keys that a kind stands for: itself up to its remark, or all of a form.
std::vector<std::string> BadKeys(const std::string& kind, const std::string& vkey) {
  std::vector<std::string> keys;
  if (kind == "any proper substring of a vkey") {
    for (size_t begin = 0; begin < vkey.size(); ++begin) {
      for (size_t end = begin; end <= vkey.size(); ++end) {
        if (end - begin < vkey.size()) keys.push_back(vkey.substr(begin, end - begin));
      }
    }
  } else if (kind == "any single byte of a vkey incremented") {
    for (size_t i = 0; i < vkey.size(); ++i) {
      keys.push_back(vkey);
      ++keys.back()[i];
    }
  } else {
    keys.push_back(kind.substr(0, kind.find(" (")));
  }
  return keys;
}

TEST_F(MustRejectTest, BadVerifierKeys) {
  ASSERT_EQ(vectors_["must_reject"]["bad_vkey"].size(), 4u);
  for (const auto& item : vectors_["items"]) {
    for (const auto& vkey : item["vkeys"]) {
      for (const auto& kind : vectors_["must_reject"]["bad_vkey"]) {
        for (const std::string& bad : BadKeys(kind, vkey)) {
          ASSERT_TRUE(absl::IsInvalidArgument(VerifierKey::Parse(bad).status())) << bad;
        }
      }
    }
  }
}

TEST_F(MustRejectTest, BadCheckpointTexts) {
  const SigningKey log = SigningKey::Generate("log").value();
  const std::string root = "\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n";
  const std::map<std::string, std::string> forms = {
      {"wrong first line (origin)", "another tree\n35225469" + root},
      {"size written 0xabcdef", "go.sum database tree\n0xabcdef" + root},
      {"root hash that is not 32 bytes of base64", "go.sum database tree\n35225469\nvt5T6GaL\n"},
  };
  const auto open = [&](const std::string& text) {
    const Note note = {text, {SignText(log, text)}};
    return OpenCheckpoint(note.Encode(), "go.sum database tree", log.verifier()).status();
  };
  EXPECT_TRUE(open("go.sum database tree\n35225469" + root).ok());
  for (const auto& kind : vectors_["must_reject"]["bad_checkpoint_text"]) {
    const auto form = forms.find(kind.get<std::string>());
    ASSERT_NE(form, forms.end()) << "not tested: " << kind;
    EXPECT_TRUE(absl::IsInvalidArgument(open(form->second))) << kind;
  }
}

}  // namespace
}  // namespace liggare::note
