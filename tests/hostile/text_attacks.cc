// What may be sent, kept and erased beside the entries.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr size_t kMessageBytes = 8 * 1024 * 1024;  // The most that the transport takes.

v1::Disclosure TextOf(const std::string& text, char salt = 's') {
  v1::Disclosure disclosure;
  disclosure.set_salt(std::string(32, salt));
  disclosure.set_text(text);
  return disclosure;
}

// HMAC-SHA256 of the text under the salt (entry.proto).
std::string CommitmentOf(const v1::Disclosure& text) {
  std::string out(32, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), text.salt().data(), static_cast<int>(text.salt().size()),
       reinterpret_cast<const unsigned char*>(text.text().data()), text.text().size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

std::string ReportOf(const std::string& path) { return "rapport/2024/" + path; }

v1::EventData Report(const std::string& path) {
  v1::EventData event = AboutVerksamhet(path);
  event.set_subject(ReportOf(path));
  v1::Ombud& ombud = *event.mutable_report_submitted()->mutable_ombud();
  ombud.set_personer(2);
  ombud.set_heltid_hundredths(200);
  return event;
}

// A report with a text, and the text beside it.
v1::EventData WithText(const std::string& path, const v1::Disclosure& text) {
  v1::EventData event = Report(path);
  event.mutable_report_submitted()->mutable_andra_handelser()->set_commitment(CommitmentOf(text));
  return event;
}

// The hostile log goes on with an honest event, beside which something stands.
std::function<void(Scene&)> Beside(const std::function<void(Scene&, v1::Chunk&)>& add) {
  return [add](Scene& scene) {
    Speaker& peer = scene.Live();
    const uint64_t before = scene.log().size();
    scene.log().Append(WithText(scene.self(), TextOf("en text")));
    v1::Chunk chunk = scene.log().ChunkFrom(before);
    add(scene, chunk);
    peer.Send(chunk);
  };
}

v1::EventData Asking(const std::string& path, const v1::Disclosure& text) {
  v1::EventData event = AboutVerksamhet(path);
  event.set_subject(ReportOf(path));
  event.mutable_actor()->set_role("handlaggare");
  v1::CompletionRequested& request = *event.mutable_completion_requested();
  request.mutable_fraga()->set_commitment(CommitmentOf(text));
  request.set_answer_by("2025-03-01");
  return event;
}

v1::EventData Erasing(const std::string& subject, const std::string& commitment,
                      const std::string& field) {
  v1::EventData event = AboutVerksamhet("se");
  event.set_subject(subject);
  event.mutable_actor()->set_role("ombud");
  v1::Redacted& redacted = *event.mutable_redacted();
  redacted.set_grund("dataskyddsforordningen_17");
  v1::RedactedText& text = *redacted.add_texter();
  text.set_commitment(commitment);
  text.set_falt(field);
  return event;
}

// The county asks a question with a text; the verksamhet, whose report it is about, erases
// it.
void EraseTheCountysQuestion(Scene& scene) {
  Speaker& peer = scene.Live();
  ForgedLog& log = scene.log();
  uint64_t before = log.size();
  log.Append(Report(scene.self()));
  peer.Send(log.ChunkFrom(before));
  scene.ExpectTaken();
  const v1::Disclosure question = TextOf("FRAGAN OM " + scene.self());
  const v1::RecordResult asked =
      scene.victims_process().Record(scene.victim(), Asking(scene.self(), question), {question});
  ASSERT_TRUE(asked.has_recorded()) << asked.ShortDebugString();
  const auto texts = [&] {
    return scene.victims_process().StateWithTexts(scene.victim(), ReportOf(scene.self())).texts();
  };
  ASSERT_EQ(texts().size(), 1u) << "the question is not kept";
  before = log.size();
  log.Append(Erasing(ReportOf(scene.self()), CommitmentOf(question), "kompletteringar"));
  peer.Send(log.ChunkFrom(before));
  scene.ExpectTaken();
  const auto kept = texts();
  ASSERT_EQ(kept.size(), 1u) << "the county's text is gone";
  EXPECT_EQ(kept[0].text(), question.text());
}

}  // namespace

Attacks TextAttacks() {
  return {
      {"TheCountysQuestionErasedByTheVerksamhet",
       {From::kChild},
       GoesOn(),
       EraseTheCountysQuestion},
      {"ATextThatNoEntryCommitsTo", kEverywhere, GoesOn(), Beside([](Scene&, v1::Chunk& chunk) {
         *chunk.add_disclosures() = TextOf("en annan text");
       })},
      {"AnotherTextUnderTheSameSalt", kEverywhere, GoesOn(), Beside([](Scene&, v1::Chunk& chunk) {
         for (int i = 0; i < 50; ++i) *chunk.add_disclosures() = TextOf(std::to_string(i));
       })},
      {"ASaltOfTheWrongLength", kEverywhere, Ends(v1::ERROR_CODE_VERIFICATION_FAILED),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog forged = scene.log();
         forged.AppendMany(1);
         v1::Chunk chunk = forged.ChunkFrom(forged.size() - 1);
         chunk.add_disclosures()->set_salt("salt");
         peer.Send(chunk);
       }},
      {"OneTextAThousandTimes", kEverywhere, GoesOn(), Beside([](Scene&, v1::Chunk& chunk) {
         for (int i = 0; i < 1'000; ++i) *chunk.add_disclosures() = TextOf("en text");
       })},
      {"AMillionEmptyTexts", kEverywhere, Ends(v1::ERROR_CODE_LIMIT_EXCEEDED),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog forged = scene.log();
         forged.AppendMany(1);
         v1::Chunk chunk = forged.ChunkFrom(forged.size() - 1);
         for (int i = 0; i < 1'000'000; ++i) chunk.add_disclosures();
         peer.Send(chunk);
       }},
      // It fits into a message of the child's, and would not into one of its county's.
      {"ATextThatFillsAMessage", kEverywhere, Ends(v1::ERROR_CODE_LIMIT_EXCEEDED),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         size_t bytes = kMessageBytes;
         for (;;) {
           ForgedLog forged = scene.log();
           const v1::Disclosure text = TextOf(std::string(bytes, 't'));
           forged.Append(WithText(scene.self(), text));
           v1::ReplicateRequest request;
           v1::Chunk& chunk = *request.mutable_frame()->mutable_chunk();
           chunk = forged.ChunkFrom(forged.size() - 1);
           *chunk.add_disclosures() = text;
           const size_t all = request.ByteSizeLong();
           if (all <= kMessageBytes) {
             peer.Send(chunk);
             return;
           }
           bytes -= all - kMessageBytes;
         }
       }},
      {"TwelveMegabytesOfTexts",
       {From::kChild},
       GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         for (int i = 0; i < 200; ++i) {
           const v1::Disclosure text = TextOf(std::string(64 * 1024, 't'));
           scene.log().Append(WithText(scene.self(), text));
           v1::Chunk chunk = scene.log().ChunkFrom(scene.log().size() - 1);
           *chunk.add_disclosures() = text;
           if (!peer.Send(chunk)) return;
         }
       }},
  };
}

}  // namespace liggare::hostile
