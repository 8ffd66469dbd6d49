// Which texts may be ordered erased, and by whose entry they are.
#include "services/domain/fold/erasure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "liggare/v1/entry.pb.h"
#include "proto/form/plan.h"
#include "services/domain/form/form_version.h"
#include "tests/services/domain/judge/judge_fixture.h"

namespace liggare::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ErasureTest : public JudgeTest {
 protected:
  ErasureTest() {
    Register();
    Report();
  }
  // Records an event with a text; its commitment, as JSON has it.
  std::string RecordText(const std::string& text) {
    const v1::EventData event = EventOf(kRapport, "completion_requested",
                                        R"("fraga": ")" + text + R"(", "answer_by": "2025-02-03")");
    EXPECT_TRUE(world_.Record("se/17", event).ok());
    return absl::Base64Escape(form::CommitmentsOf(event).at(0));
  }
  static std::string Redaction(const std::string& commitments) {
    return R"("grund": "gallringsbeslut", "texter": [)" + commitments + "]";
  }
  static std::string Text(const std::string& commitment) {
    return R"({"falt": "fraga", "commitment": ")" + commitment + "\"}";
  }

  static constexpr char kUnheld[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
};

TEST_F(ErasureTest, TextOfTheSubjectMayBeErasedByWhoIsResponsible) {
  const std::string first = RecordText("Hur många?");
  const std::string second = RecordText("Vilka?");
  Ok("se/17", kRapport, "redacted", Redaction(Text(first)));
  Ok("se", kRapport, "redacted", Redaction(Text(first) + ", " + Text(second)));
  const auto state = *world_.StateOf(kRapport);
  EXPECT_EQ(state->disregarded.size(), 0u);
  std::string bytes;
  ASSERT_TRUE(absl::Base64Unescape(second, &bytes));
  const std::string erased = "].texter[" + absl::BytesToHexString(bytes) + "].falt";
  const auto shown =
      std::find_if(state->fields.begin(), state->fields.end(), [&](const auto& field) {
        return field.first.starts_with("gallrade[") && field.first.ends_with(erased);
      });
  ASSERT_NE(shown, state->fields.end());
  EXPECT_EQ(state->Text(shown->first.substr(0, shown->first.find(']')) + "].grund"),
            "gallringsbeslut");
}

TEST_F(ErasureTest, TextOfANodeAboveIsNotErasedButAskedFor) {
  const std::string county = RecordText("Hur många?");
  Refused(v1::ERROR_CODE_NOT_AUTHORISED, "se/17/varmland", kRapport, "redacted",
          Redaction(Text(county)));
  EXPECT_EQ(error_.field(), "texter[0].commitment");
  EXPECT_THAT(error_.expected(), HasSubstr("redacted by se/17 or a node above it"));
  Ok("se/17/varmland", kRapport, "redaction_requested", Redaction(Text(county)));
  const auto state = *world_.StateOf(kRapport);
  EXPECT_TRUE(std::any_of(state->fields.begin(), state->fields.end(), [](const auto& field) {
    return field.first.starts_with("gallringsbegaran[") && field.first.ends_with("].grund");
  }));
  Ok("se/17", kRapport, "redacted", Redaction(Text(county)));
}

TEST_F(ErasureTest, RequestIsForATextThatIsThere) {
  const std::string held = RecordText("Hur många?");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "redaction_requested",
          Redaction(Text(kUnheld)));
  EXPECT_THAT(error_.expected(), HasSubstr(held));
}

TEST_F(ErasureTest, TextThatNoEntryHasIsRefusedAndTheRightOnesAreNamed) {
  const std::string held = RecordText("Hur många?");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "redacted",
          Redaction(Text(held) + ", " + Text(kUnheld)));
  EXPECT_EQ(error_.field(), "texter[1].commitment");
  EXPECT_THAT(error_.expected(), HasSubstr(held));
}

TEST_F(ErasureTest, TextOfAnotherSubjectIsRefused) {
  const std::string held = RecordText("Hur många?");
  Ok("se/17/varmland", "brist/se/17/varmland/1", "brist_reported",
     R"("niva": "central", "omrade": "forsakringskassan", "rubrik": "Bara digitalt",
        "beskrivning": "Om någon.", "observed_on": "2024-03-01")");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", "brist/se/17/varmland/1",
          "redacted", Redaction(Text(held)));
  EXPECT_THAT(error_.expected(), ::testing::Not(HasSubstr(held)));
}

TEST_F(ErasureTest, WithoutAnyTextThatIsSaid) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", kRapport, "redacted",
          Redaction(Text(kUnheld)));
  EXPECT_THAT(error_.expected(), HasSubstr("first"));
}

// What an entry of a log erases.
class ErasedByTest : public ::testing::Test {
 protected:
  static std::vector<std::string> Of(const std::string& log, const v1::EventData& data) {
    v1::Event entry;
    entry.set_log(log);
    entry.set_data(data.SerializeAsString());
    return ErasedBy(log, static_cast<uint32_t>(form::TypeNumberOf(data)),
                    entry.SerializeAsString());
  }
  const std::string commitment_ = std::string(32, 'c');
  v1::EventData data_ =
      EventOf("rapport/2024/se/17/varmland", "redacted",
              R"("grund": "gallringsbeslut", "texter": [{"falt": "fraga", "commitment": ")" +
                  absl::Base64Escape(std::string(32, 'c')) + "\"}]");
};

TEST_F(ErasedByTest, RedactedErasesWhatItNamesInWhateverEpoch) {
  EXPECT_THAT(Of("se/17/varmland@1", data_), ElementsAre(commitment_));
  EXPECT_THAT(Of("se/17/varmland@7", data_), ElementsAre(commitment_));
  EXPECT_THAT(Of("se/17@1", data_), ElementsAre(commitment_));
  EXPECT_THAT(Of("se@1", data_), ElementsAre(commitment_));
}

TEST_F(ErasedByTest, EntryWithoutAuthorityErasesNothing) {
  EXPECT_THAT(Of("se/18@1", data_), IsEmpty());
  EXPECT_THAT(Of("se/17/arvika@1", data_), IsEmpty());
  EXPECT_THAT(Of("se/17/varmland/norr@1", data_), IsEmpty());
}

TEST_F(ErasedByTest, RequestErasesNothing) {
  EXPECT_THAT(
      Of("se/17/varmland@1", EventOf("rapport/2024/se/17/varmland", "redaction_requested",
                                     R"("grund": "gallringsbeslut", "texter": [{"falt": "fraga",
                            "commitment": ")" +
                                         absl::Base64Escape(commitment_) + "\"}]")),
      IsEmpty());
}

TEST_F(ErasedByTest, EntryOfABrokenShapeErasesNothing) {
  data_.mutable_redacted()->clear_grund();
  EXPECT_THAT(Of("se/17@1", data_), IsEmpty());
}

TEST_F(ErasedByTest, LaterFormErasesNothing) {
  data_.set_form_version(kFormVersionMax + 1);
  EXPECT_THAT(Of("se/17/varmland@1", data_), IsEmpty());
}

TEST_F(ErasedByTest, OtherEventsAndBytesThatAreNoneEraseNothing) {
  EXPECT_THAT(Of("se/17@1", EventOf("rapport/2024/se/17/varmland", "completion_requested",
                                    R"("fraga": "Vem?", "answer_by": "2025-02-03")")),
              IsEmpty());
  EXPECT_THAT(ErasedBy("se@1", v1::EventData::kRedactedFieldNumber, "\xff\xff"), IsEmpty());
}

}  // namespace
}  // namespace liggare::domain
