#include "services/domain/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "tests/domain/world.h"

namespace liggare::domain {
namespace {

constexpr char kVerksamhet[] = "verksamhet/se/17/varmland";
constexpr char kRapport[] = "rapport/2024/se/17/varmland";

// Everything that comes before a report in the year 2024.
class JudgeTest : public testing::Test {
 protected:
  void Register(const std::string& path = "se/17/varmland", const std::string& rest = "") {
    Ok(path, "verksamhet/" + path, "verksamhet_registered",
       R"("namn": "PO", "driftsform": "kommunal_regi", "huvudman": "1780",
          "from": "2020-01-01")" +
           rest);
  }
  void Assign(const std::string& subject = kVerksamhet) {
    Ok("se/17", subject, "kommun_assigned", kAssigned);
  }
  void Apply() {
    Ok("se/17", "ansokan/2024/1780", "application_received", R"("posts_hundredths": 100)");
  }
  void SetRate() { Ok("se", "anslag/2024", "grant_rate_set", R"("rate_ore": 39577400)"); }
  void Decide() {
    Ok("se/17", "bidrag/2024/1780", "grant_decided",
       R"("posts_hundredths": 100, "amount_ore": 1000)");
  }
  void Pay(int ore) { Ok("se/17", "bidrag/2024/1780", "grant_paid", Amount(ore)); }
  void Report() { Ok("se/17/varmland", kRapport, "report_submitted", kReport); }

  static std::string Amount(int ore) { return "\"amount_ore\": " + std::to_string(ore); }

  void Ok(const std::string& writer, const std::string& subject, const std::string& type,
          const std::string& fields) {
    const absl::Status status = world_.Record(writer, subject, type, fields);
    EXPECT_TRUE(status.ok()) << type << ": " << ErrorText(ErrorOf(status));
  }
  void Refused(v1::ErrorCode code, const std::string& writer, const std::string& subject,
               const std::string& type, const std::string& fields) {
    const uint64_t before = world_.entry_count();
    error_ = world_.Refusal(writer, subject, type, fields);
    EXPECT_EQ(ErrorName(error_.code()), ErrorName(code)) << error_.ShortDebugString();
    EXPECT_FALSE(error_.message().empty());
    EXPECT_FALSE(error_.expected().empty());
    EXPECT_EQ(world_.entry_count(), before);
  }

  static constexpr char kAssigned[] =
      R"("kommunkod": "1780", "from": "2020-01-01", "redovisar_ekonomi": true)";
  static constexpr char kReport[] =
      R"("ombud": {"personer": 8, "heltid_hundredths": 750},
         "klienter": [{"kon": "kvinna", "alder": "30-49", "antal": 41}])";

  World world_;
  v1::Error error_;
};

TEST_F(JudgeTest, TheWholeYearInOrderIsAllowed) {
  Register();
  Assign();
  Apply();
  SetRate();
  Decide();
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned",
     R"("posts_hundredths": 100, "amount_ore": 1000)");
  Ok("se", "rekvisition/2024/17", "funds_paid", Amount(1000));
  Pay(600);
  Pay(400);
  Report();
  Ok("se", "aterkrav/2024/1780/1", "aterkrav_decided", R"("grund": "oanvant", "amount_ore": 300)");
  Ok("se", "aterkrav/2024/1780/1", "repayment_received", Amount(100));
  Ok("se", "aterkrav/2024/1780/1", "repayment_received", Amount(200));
}

TEST_F(JudgeTest, AssignedKommunIsOfTheLan) {
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", kVerksamhet, "kommun_assigned",
          R"("kommunkod": "1880", "from": "2020-01-01", "redovisar_ekonomi": false)");
  EXPECT_EQ(error_.field(), "kommunkod");
}

TEST_F(JudgeTest, OneVerksamhetReportsAKommunsEconomyAtATime) {
  Assign();
  Assign();  // The same verksamhet again is no other.
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
          kAssigned);
  EXPECT_EQ(error_.field(), "redovisar_ekonomi");
  EXPECT_THAT(error_.message(), testing::HasSubstr("se/17/varmland"));
  Ok("se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
     R"("kommunkod": "1780", "from": "2020-01-01", "redovisar_ekonomi": false)");
}

TEST_F(JudgeTest, EconomyMayPassOnWhenTheDaysDoNotMeet) {
  Ok("se/17", kVerksamhet, "kommun_assigned",
     R"("kommunkod": "1780", "from": "2020-01-01", "to": "2024-06-30", "redovisar_ekonomi": true)");
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
          R"("kommunkod": "1780", "from": "2024-06-30", "redovisar_ekonomi": true)");
  Ok("se/17", "verksamhet/se/17/karlstad", "kommun_assigned",
     R"("kommunkod": "1780", "from": "2024-07-01", "redovisar_ekonomi": true)");
}

TEST_F(JudgeTest, ApplicationNeedsAnAssignmentInTheYear) {
  const auto refused = [this] {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "ansokan/2024/1780",
            "application_received", R"("posts_hundredths": 100)");
    EXPECT_THAT(error_.message(), testing::HasSubstr("8 §"));
  };
  refused();
  Ok("se/17", kVerksamhet, "kommun_assigned",
     R"("kommunkod": "1780", "from": "2020-01-01", "to": "2023-12-31", "redovisar_ekonomi": true)");
  refused();
  Assign();
  Apply();
}

TEST_F(JudgeTest, DecisionNeedsApplicationAndRate) {
  const auto refused = [this](const char* paragraph) {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "bidrag/2024/1780", "grant_decided",
            R"("posts_hundredths": 100, "amount_ore": 1000)");
    EXPECT_THAT(error_.message(), testing::HasSubstr(paragraph));
  };
  refused("8 §");
  Assign();
  Apply();
  refused("HSLF-FS 2016:98, 5 §");
  SetRate();
  Decide();
}

TEST_F(JudgeTest, PaymentNeedsADecisionAndStaysWithinIt) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "bidrag/2024/1780", "grant_paid",
          Amount(1));
  Assign();
  Apply();
  SetRate();
  Decide();
  Pay(600);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se/17", "bidrag/2024/1780", "grant_paid", Amount(401));
  EXPECT_EQ(error_.field(), "amount_ore");
  EXPECT_EQ(error_.expected(), "at most 400 öre");
  Pay(400);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se/17", "bidrag/2024/1780", "grant_paid", Amount(1));
}

TEST_F(JudgeTest, RequisitionNeedsADecisionInTheLan) {
  const std::string fields = R"("posts_hundredths": 100, "amount_ore": 1000)";
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17", "rekvisition/2024/17",
          "funds_requisitioned", fields);
  Assign();
  Apply();
  SetRate();
  Decide();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/18", "rekvisition/2024/18",
          "funds_requisitioned", fields);
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned", fields);
}

TEST_F(JudgeTest, PaymentToTheCountyNeedsARequisitionAndStaysWithinIt) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "rekvisition/2024/17", "funds_paid",
          Amount(1));
  Assign();
  Apply();
  SetRate();
  Decide();
  Ok("se/17", "rekvisition/2024/17", "funds_requisitioned",
     R"("posts_hundredths": 100, "amount_ore": 1000)");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "rekvisition/2024/17", "funds_paid", Amount(1001));
  Ok("se", "rekvisition/2024/17", "funds_paid", Amount(1000));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "rekvisition/2024/17", "funds_paid", Amount(1));
}

TEST_F(JudgeTest, ReportNeedsARegistrationInTheYear) {
  const auto refused = [this] {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "report_submitted",
            kReport);
    EXPECT_THAT(error_.message(), testing::HasSubstr("10 §"));
  };
  refused();
  Register("se/17/varmland", R"(, "to": "2023-12-31")");
  refused();
  Register();
  Report();
}

TEST_F(JudgeTest, CorrectionNeedsAReport) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se/17/varmland", kRapport, "report_corrected",
          R"("path": "ombud.personer", "old": 8, "new": 9)");
}

TEST_F(JudgeTest, CorrectionNeedsTheCurrentValue) {
  Register();
  Report();
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se/17", kRapport, "report_corrected",
          R"("path": "klienter[kvinna][30-49].antal", "old": 40, "new": 14)");
  EXPECT_EQ(error_.field(), "klienter[kvinna][30-49].antal");
  EXPECT_EQ(error_.expected(), "41");
  Ok("se/17", kRapport, "report_corrected",
     R"("path": "klienter[kvinna][30-49].antal", "old": 41, "new": 14)");
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se", kRapport, "report_corrected",
          R"("path": "klienter[kvinna][30-49].antal", "old": 41, "new": 15)");
  EXPECT_EQ(error_.expected(), "14");
}

TEST_F(JudgeTest, CorrectionMayAddAndRemoveAField) {
  Register();
  Report();
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se/17", kRapport, "report_corrected",
          R"("path": "barn[man].antal", "old": 1, "new": 2)");
  EXPECT_EQ(error_.expected(), "no value");
  Ok("se/17", kRapport, "report_corrected", R"("path": "barn[man].antal", "new": 2)");
  Ok("se/17", kRapport, "report_corrected", R"("path": "barn[man].antal", "old": 2)");
  EXPECT_FALSE((*world_.StateOf(kRapport))->Has("barn[man].antal"));
}

TEST_F(JudgeTest, ClaimNeedsAPaidGrantAndClaimsStayWithinIt) {
  const auto claim = [](int ore) { return R"("grund": "oanvant", )" + Amount(ore); };
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "aterkrav/2024/1780/1", "aterkrav_decided",
          claim(1));
  EXPECT_THAT(error_.message(), testing::HasSubstr("15 §"));
  Assign();
  Apply();
  SetRate();
  Decide();
  Pay(1000);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "aterkrav/2024/1780/1", "aterkrav_decided",
          claim(1001));
  Ok("se", "aterkrav/2024/1780/1", "aterkrav_decided", claim(700));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "aterkrav/2024/1780/2", "aterkrav_decided",
          claim(301));
  Ok("se", "aterkrav/2024/1780/2", "aterkrav_decided", claim(300));
  // A changed decision replaces its own amount.
  Ok("se", "aterkrav/2024/1780/1", "aterkrav_decided", claim(100));
}

TEST_F(JudgeTest, RepaymentNeedsAClaimAndStaysWithinIt) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "aterkrav/2024/1780/1", "repayment_received",
          Amount(1));
  Assign();
  Apply();
  SetRate();
  Decide();
  Pay(1000);
  Ok("se", "aterkrav/2024/1780/1", "aterkrav_decided", R"("grund": "oanvant", "amount_ore": 300)");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "aterkrav/2024/1780/1", "repayment_received",
          Amount(301));
  Ok("se", "aterkrav/2024/1780/1", "repayment_received", Amount(300));
}

TEST_F(JudgeTest, AMovedSubjectIsRefusedWithItsPosition) {
  Register();
  Report();
  v1::EventData event =
      EventOf(kRapport, "report_corrected", R"("path": "ombud.personer", "old": 8, "new": 9)");
  v1::Basis& expected = *event.add_expected();
  expected.set_log("se/17/varmland@1");
  expected.set_index(0);
  const absl::Status moved = world_.Record("se/17", event);
  EXPECT_EQ(ErrorOf(moved).code(), v1::ERROR_CODE_SUBJECT_MOVED);
  EXPECT_EQ(ErrorOf(moved).expected(), "se/17/varmland@1:1");
  expected.set_index(1);
  EXPECT_TRUE(world_.Record("se/17", event).ok());
  // Another log's entry moves the subject too.
  v1::EventData next =
      EventOf(kRapport, "report_corrected", R"("path": "ombud.personer", "old": 9, "new": 8)");
  *next.add_expected() = expected;
  const absl::Status again = world_.Record("se/17", next);
  EXPECT_EQ(ErrorOf(again).code(), v1::ERROR_CODE_SUBJECT_MOVED);
  EXPECT_EQ(ErrorOf(again).expected(), "se/17/varmland@1:1, se/17@1:0");
}

}  // namespace
}  // namespace liggare::domain
