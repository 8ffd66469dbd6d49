// What may be signed, and what may stand beside a signature.
#include <gtest/gtest.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr auto kNotVerified = v1::ERROR_CODE_VERIFICATION_FAILED;

// An honest chunk under a note that was changed.
std::function<void(Scene&)> Under(
    const std::function<std::string(Scene&, const ForgedLog&)>& note) {
  return [note](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog forged = scene.log();
    const uint64_t before = forged.size();
    forged.AppendMany(1);
    v1::Chunk chunk = forged.ChunkFrom(before);
    chunk.set_checkpoint(note(scene, forged));
    peer.Send(chunk);
  };
}

// The same, where the log goes on with it.
std::function<void(Scene&)> BesideOthers(const std::function<void(Scene&, note::Note&)>& add) {
  return [add](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog& log = scene.log();
    const uint64_t before = log.size();
    log.AppendMany(1);
    v1::Chunk chunk = log.ChunkFrom(before);
    note::Note note = log.SignedAt(log.size());
    add(scene, note);
    chunk.set_checkpoint(note.Encode());
    peer.Send(chunk);
    const auto all = [&](const v1::Frame& frame) {
      return frame.acknowledged().state().size() == log.size();
    };
    const auto taken = peer.Await(v1::Frame::kAcknowledged, all);
    ASSERT_TRUE(taken);
    // What the victim makes of it can be read by all who get it.
    const std::string& cosigned = taken->acknowledged().cosigned_checkpoint();
    EXPECT_TRUE(cosigned.empty() || note::ParseNote(cosigned).ok()) << cosigned;
  };
}

std::string Garbage(size_t bytes = note::kSignatureBytes) { return std::string(bytes, 'g'); }

note::Signature Line(std::string name, uint32_t key_id, std::string signature) {
  return {std::move(name), key_id, std::move(signature)};
}

std::string NameOfKey(const std::string& path) { return kTrustDomain + ("/" + path); }

// A line in the name of a node, with its right key id, that is none of its.
void Forge(Scene& scene, const std::string& path, note::Note& note) {
  const note::VerifierKey key =
      scene.keyring().KeyOf(path).verifier().WithType(note::KeyType::kCosignatureV1);
  note.signatures.push_back(Line(key.name(), key.key_id(), Garbage(8 + note::kSignatureBytes)));
}

// The checkpoint of a log with something changed, signed all the same.
std::string Signed(const ForgedLog& log, const std::function<void(note::Checkpoint&)>& change) {
  note::Checkpoint checkpoint = log.CheckpointAt(log.size());
  change(checkpoint);
  return note::SignCheckpoint(checkpoint, log.key()).Encode();
}

std::string SignedText(const ForgedLog& log, const std::string& text) {
  return note::Note{text, {note::SignText(log.key(), text)}}.Encode();
}

Attacks Beside() {
  return {
      {"AHundredLinesOfItsOwnName", kEverywhere, GoesOn(),
       BesideOthers([](Scene& s, note::Note& note) {
         for (uint32_t i = 1; note.signatures.size() < note::kSignaturesMax; ++i) {
           note.signatures.push_back(Line(NameOfKey(s.self()), i, "x"));
         }
       })},
      {"NinetyNineStrangers", kEverywhere, GoesOn(), BesideOthers([](Scene&, note::Note& note) {
         for (uint32_t i = 1; note.signatures.size() < note::kSignaturesMax; ++i) {
           note.signatures.push_back(Line("stranger" + std::to_string(i), i, Garbage()));
         }
       })},
      {"AHundredLinesOfTheVictimsName", kEverywhere, GoesOn(),
       BesideOthers([](Scene& s, note::Note& note) {
         for (uint32_t i = 1; note.signatures.size() < note::kSignaturesMax; ++i) {
           note.signatures.push_back(Line(NameOfKey(s.victim()), i, Garbage(72)));
         }
       })},
      {"AForgedCosignatureOfTheVictim", kEverywhere, GoesOn(),
       BesideOthers([](Scene& s, note::Note& note) { Forge(s, s.victim(), note); })},
      {"AForgedCosignatureOfTheNation",
       {From::kChild},
       GoesOn(),
       BesideOthers([](Scene& s, note::Note& note) { Forge(s, "se", note); })},
      {"AForgedCosignatureOfABystander", kEverywhere, GoesOn(),
       BesideOthers([](Scene& s, note::Note& note) { Forge(s, s.bystander(), note); })},
      {"LongLines", kEverywhere, GoesOn(), BesideOthers([](Scene& s, note::Note& note) {
         for (uint32_t i = 1; i < 10; ++i) {
           note.signatures.push_back(Line(NameOfKey(s.self()), i, Garbage(4'000)));
         }
       })},
  };
}

Attacks Instead() {
  return {
      {"NoCheckpoint", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog&) { return std::string(); })},
      {"ACheckpointWithoutASignature", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) {
         return log.CheckpointAt(log.size()).Text() + "\n";
       })},
      {"ACheckpointOfFewerEntries", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) { return log.SignedAt(log.size() - 1).Encode(); })},
      {"ACheckpointOfNothing", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) { return log.SignedAt(0).Encode(); })},
      {"ACheckpointWithoutEnd", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) {
         return Signed(log, [](note::Checkpoint& checkpoint) { checkpoint.size = UINT64_MAX; });
       })},
      {"ACheckpointOfAnothersLog", kEverywhere, Ends(kNotVerified),
       Under([](Scene& s, const ForgedLog& log) {
         return Signed(log, [&](note::Checkpoint& checkpoint) {
           checkpoint.origin = NameOfKey(s.bystander()) + "@1";
         });
       })},
      {"ACheckpointOfAnotherEpoch", kEverywhere, Ends(kNotVerified),
       Under([](Scene& s, const ForgedLog& log) {
         return Signed(log, [&](note::Checkpoint& checkpoint) {
           checkpoint.origin = NameOfKey(s.self()) + "@2";
         });
       })},
      {"ACheckpointOfAnotherTrustDomain", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) {
         return Signed(log, [&](note::Checkpoint& checkpoint) {
           checkpoint.origin = "elsewhere.example/" + log.name();
         });
       })},
      {"ACheckpointWithExtensionLines", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) {
         return SignedText(log, log.CheckpointAt(log.size()).Text() + "extension\n");
       })},
      {"ANulInTheCheckpoint", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) {
         std::string text = log.CheckpointAt(log.size()).Text();
         text.insert(3, 1, '\0');
         return SignedText(log, text);
       })},
      {"AHundredAndOneLines", kEverywhere, Ends(kNotVerified),
       Under([](Scene& s, const ForgedLog& log) {
         note::Note note = log.SignedAt(log.size());
         for (uint32_t i = 0; note.signatures.size() <= note::kSignaturesMax; ++i) {
           note.signatures.push_back(Line(NameOfKey(s.self()), i, "x"));
         }
         return note.Encode();
       })},
      {"ANoteOfTwoMegabytes", kEverywhere, Ends(kNotVerified),
       Under([](Scene& s, const ForgedLog& log) {
         note::Note note = log.SignedAt(log.size());
         note.signatures.push_back(Line(NameOfKey(s.self()), 1, Garbage(2 << 20)));
         return note.Encode();
       })},
      {"AnotherSignatureUnderItsKeyId", kEverywhere, Ends(kNotVerified),
       Under([](Scene&, const ForgedLog& log) {
         note::Note note = log.SignedAt(log.size());
         note.signatures[0].signature = Garbage();
         return note.Encode();
       })},
      {"ASignatureOfTheVictimsNameAlone", kEverywhere, Ends(kNotVerified),
       Under([](Scene& s, const ForgedLog& log) {
         note::Note note = log.SignedAt(log.size());
         note.signatures[0].name = NameOfKey(s.victim());
         return note.Encode();
       })},
      {"AKeyThatNobodyEnrolled", kEverywhere, Holds("key"),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog forged = scene.log();
         forged.AppendMany(1);
         const auto other = note::SigningKey::Generate(NameOfKey(scene.self()));
         v1::Chunk chunk = forged.ChunkFrom(forged.size() - 1);
         chunk.set_checkpoint(
             note::SignCheckpoint(forged.CheckpointAt(forged.size()), *other).Encode());
         peer.Send(chunk);
       }},
  };
}

// --- Proofs -------------------------------------------------------------------

std::function<void(Scene&)> WithProof(const std::function<void(v1::Chunk&)>& change) {
  return [change](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog forged = scene.log();
    const uint64_t before = forged.size();
    forged.AppendMany(5);
    v1::Chunk chunk = forged.ChunkUnder(before, before + 1, forged.size());
    change(chunk);
    peer.Send(chunk);
  };
}

Attacks Proofs() {
  return {
      {"NoProof", kEverywhere, Ends(kNotVerified),
       WithProof([](v1::Chunk& chunk) { chunk.clear_consistency_proof(); })},
      {"AProofThatIsTooLong", kEverywhere, Ends(kNotVerified), WithProof([](v1::Chunk& chunk) {
         for (int i = 0; i < 100'000; ++i) {
           chunk.add_consistency_proof(std::string(merkle::kHashBytes, 'p'));
         }
       })},
      {"AProofWithHashesOfOddSizes", kEverywhere, Ends(kNotVerified),
       WithProof([](v1::Chunk& chunk) { chunk.mutable_consistency_proof(0)->push_back('p'); })},
      {"AProofOfSomethingElse", kEverywhere, Ends(kNotVerified),
       WithProof([](v1::Chunk& chunk) { chunk.mutable_consistency_proof(0)->front() ^= 1; })},
  };
}

}  // namespace

Attacks CheckpointAttacks() {
  Attacks all = Beside();
  for (Attack& attack : Instead()) all.push_back(std::move(attack));
  for (Attack& attack : Proofs()) all.push_back(std::move(attack));
  return all;
}

}  // namespace liggare::hostile
