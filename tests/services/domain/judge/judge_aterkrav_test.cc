// A case of återkrav, step by step; and under a second regulation.
#include <random>

#include "services/domain/judge/judge.h"
#include "services/domain/register/aterkrav_case.h"
#include "tests/services/domain/judge/judge_fixture.h"
#include "tests/testing/seed.h"

namespace liggare::domain {
namespace {

constexpr char kCase[] = "aterkrav/2024/1780/1";

class JudgeAterkravTest : public JudgeTest {
 protected:
  void SetUp() override { PayGrant(1000); }

  static std::string Opened(int ore, const std::string& grund = "oanvant") {
    return "\"grund\": \"" + grund + R"(", "opened_on": "2025-05-19", )" + Amount(ore);
  }
  static std::string Decided(const std::string& utfall, int ore, int waived_ore = 0,
                             const std::string& day = "2025-06-11") {
    const std::string skal = waived_ore > 0 ? R"(, "sarskilda_skal": "Kommunen har brunnit.")" : "";
    return R"("grund": "oanvant", "motivering": "Medlen har inte använts.", "utfall": ")" + utfall +
           "\", " + Amount(ore) + ", \"eftergift_ore\": " + std::to_string(waived_ore) +
           ", \"decided_on\": \"" + day + "\"" + skal +
           R"(, "beslutsfattare": [{"id": "berit", "befattning": "enhetschef"}])";
  }
  static std::string Changed(const std::string& utfall, int ore, int waived_ore = 0) {
    return R"("grund": "fl_37", "motivering": "Fel.", "decided_on": "2025-07-01", "utfall": ")" +
           utfall + "\", " + Amount(ore) + ", \"eftergift_ore\": " + std::to_string(waived_ore) +
           R"(, "beslutsfattare": [{"id": "berit", "befattning": "enhetschef"}])";
  }
  void Open(int ore = 300) { Ok("se", kCase, "aterkrav_opened", Opened(ore)); }
  void Communicate() { Ok("se", kCase, "communication_sent", kCommunication); }
  void Answer() { Ok("se", kCase, "statement_received", kStatement); }
  void Decide(const std::string& utfall = "helt", int ore = 300, int waived_ore = 0) {
    Ok("se", kCase, "aterkrav_decided", Decided(utfall, ore, waived_ore));
  }
  void OpenAndDecide() {
    Open();
    Communicate();
    Answer();
    Decide();
  }
  AterkravCase Case() { return AterkravCaseOf(**world_.StateOf(kCase)); }

  static constexpr char kCommunication[] =
      R"("sent_on": "2025-05-20", "answer_by": "2025-06-10",
         "material": [{"log": "se@1", "index": 0, "beskrivning": "Rapporten"}])";
  static constexpr char kStatement[] = R"("received_on": "2025-05-30", "yttrande": "Inget.")";
  static constexpr char kClosed[] = R"("grund": "betalt", "closed_on": "2025-08-01")";
};

TEST_F(JudgeAterkravTest, ACaseFromInquiryToClosing) {
  OpenAndDecide();
  Ok("se", kCase, "repayment_received", Amount(100));
  EXPECT_EQ(Case().owed_ore(), 200);
  Ok("se", kCase, "repayment_received", Amount(200));
  Ok("se", kCase, "aterkrav_closed", kClosed);
  EXPECT_TRUE(Case().is_closed);
}

TEST_F(JudgeAterkravTest, EveryStepOutOfOrderIsRefusedWithItsParagraph) {
  const auto missing = [this](const char* type, const std::string& fields, const char* paragraph) {
    Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", kCase, type, fields);
    EXPECT_THAT(error_.message(), ::testing::HasSubstr(paragraph)) << type;
  };
  missing("communication_sent", kCommunication, "15 §");
  missing("statement_received", kStatement, "15 §");
  missing("aterkrav_decided", Decided("helt", 300), "15 §");
  Open();
  missing("statement_received", kStatement, "25 §");
  missing("aterkrav_decided", Decided("helt", 300), "25 §");
  missing("repayment_received", Amount(1), "15 §");
  missing("aterkrav_closed", kClosed, "15 §");
  missing("decision_corrected", R"("path": "pay_by", "new": "2025-10-01")", "15 §");
  missing("decision_changed", Changed("inget", 0), "15 §");
  Communicate();
  Answer();
  Decide();
  const auto forbidden = [this](const char* type, const std::string& fields) {
    Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", kCase, type, fields);
  };
  forbidden("aterkrav_opened", Opened(300));
  forbidden("communication_sent", kCommunication);
  forbidden("statement_received", kStatement);
  forbidden("aterkrav_decided", Decided("helt", 300));
  missing("aterkrav_closed", kClosed, "15 §");
}

TEST_F(JudgeAterkravTest, NothingIsRecordedInAClosedCase) {
  OpenAndDecide();
  Ok("se", kCase, "repayment_received", Amount(300));
  Ok("se", kCase, "aterkrav_closed", kClosed);
  const std::map<std::string, std::string> all = {
      {"aterkrav_opened", Opened(300)},
      {"communication_sent", kCommunication},
      {"statement_received", kStatement},
      {"aterkrav_decided", Decided("helt", 300)},
      {"decision_corrected", R"("path": "pay_by", "new": "2025-10-01")"},
      {"decision_changed", Changed("inget", 0)},
      {"repayment_received", Amount(0)},
      {"appeal_lodged", R"("received_on": "2025-08-02")"},
      {"aterkrav_closed", kClosed}};
  for (const auto& [type, fields] : all) {
    Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", kCase, type, fields);
    EXPECT_THAT(error_.message(), ::testing::HasSubstr("closed")) << type;
  }
}

TEST_F(JudgeAterkravTest, OnlyTheGroundsOfTheRegulation) {
  Ok("se", kCase, "aterkrav_opened", Opened(300, "ej_redovisat"));
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", kCase, "aterkrav_opened",
          Opened(300, "felaktigt"));
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("SFS 2013:522"));
  EXPECT_THAT(error_.expected(), ::testing::HasSubstr("15 § första stycket 2"));
}

TEST_F(JudgeAterkravTest, InquiriesAndClaimsStayWithinWhatWasPaid) {
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", "aterkrav/2024/1715/1", "aterkrav_opened",
          Opened(1));
  Open(700);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "aterkrav/2024/1780/2", "aterkrav_opened",
          Opened(301));
  Ok("se", "aterkrav/2024/1780/2", "aterkrav_opened", Opened(200));
  Ok("se", "bidrag/2024/1780", "grant_returned", Amount(100));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "aterkrav/2024/1780/3", "aterkrav_opened",
          Opened(1));
  // An inquiry that is opened anew replaces its own amount.
  Open(300);
  Ok("se", "aterkrav/2024/1780/3", "aterkrav_opened", Opened(400));
}

TEST_F(JudgeAterkravTest, TheKommunMayAnswerUntilTheLastDay) {
  Open();
  Communicate();
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", kCase, "aterkrav_decided",
          Decided("helt", 300, 0, "2025-06-10"));
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("2025-06-10"));
  Ok("se", kCase, "aterkrav_decided", Decided("helt", 300, 0, "2025-06-11"));
}

// Of several communications, in whatever order they come.
TEST_F(JudgeAterkravTest, TheLastDayIsThatOfTheLatestCommunication) {
  const auto until = [](const std::string& day) {
    return R"("sent_on": "2025-05-21", "answer_by": ")" + day +
           R"(", "material": [{"log": "se@1", "index": 0, "beskrivning": "Rapporten"}])";
  };
  Open();
  Ok("se", kCase, "communication_sent", until("2025-06-01"));
  Ok("se", kCase, "communication_sent", until("2025-06-20"));
  Ok("se", kCase, "communication_sent", until("2025-06-10"));
  EXPECT_EQ(Case().answer_by, "2025-06-20");
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", kCase, "aterkrav_decided",
          Decided("helt", 300, 0, "2025-06-20"));
  Ok("se", kCase, "aterkrav_decided", Decided("helt", 300, 0, "2025-06-21"));
}

TEST_F(JudgeAterkravTest, CommunicationGivesTimeToAnswer) {
  Open();
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "communication_sent",
          R"("sent_on": "2025-05-20", "answer_by": "2025-05-19",
             "material": [{"log": "se@1", "index": 0, "beskrivning": "Rapporten"}])");
  EXPECT_EQ(error_.field(), "answer_by");
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "communication_sent",
          R"("sent_on": "2025-05-18", "answer_by": "2025-06-19",
             "material": [{"log": "se@1", "index": 0, "beskrivning": "Rapporten"}])");
  EXPECT_EQ(error_.field(), "sent_on");
}

TEST_F(JudgeAterkravTest, TheOutcomeIsWhatTheAmountsSay) {
  Open();
  Communicate();
  Answer();
  const auto refused = [this](const std::string& fields) {
    Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "aterkrav_decided", fields);
    EXPECT_EQ(error_.field(), "utfall");
  };
  refused(Decided("helt", 200));
  refused(Decided("delvis", 300));
  refused(Decided("delvis", 0, 300));
  refused(Decided("eftergift", 100, 200));
  refused(Decided("inget", 0, 300));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "aterkrav_decided",
          Decided("delvis", 200, 101));
  Ok("se", kCase, "aterkrav_decided", Decided("delvis", 200, 100));
}

TEST_F(JudgeAterkravTest, WaivingNeedsItsReasons) {
  Open();
  Communicate();
  Answer();
  Refused(v1::ERROR_CODE_MISSING_FIELD, "se", kCase, "aterkrav_decided",
          R"("grund": "oanvant", "motivering": "M", "utfall": "eftergift", "amount_ore": 0,
             "eftergift_ore": 300, "decided_on": "2025-06-11",
             "beslutsfattare": [{"id": "berit", "befattning": "enhetschef"}])");
  EXPECT_EQ(error_.field(), "sarskilda_skal");
  Decide("eftergift", 0, 300);
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "aterkrav_closed", kClosed);
  EXPECT_EQ(error_.expected(), "eftergivet");
  Ok("se", kCase, "aterkrav_closed", R"("grund": "eftergivet", "closed_on": "2025-06-12")");
}

TEST_F(JudgeAterkravTest, ASlipOfThePenIsCorrectedFromItsCurrentValue) {
  OpenAndDecide();
  Refused(v1::ERROR_CODE_OLD_VALUE_DIFFERS, "se", kCase, "decision_corrected",
          R"("path": "decided_on", "old": "2025-06-01", "new": "2025-06-12")");
  EXPECT_EQ(error_.expected(), "2025-06-11");
  Ok("se", kCase, "decision_corrected",
     R"("path": "decided_on", "old": "2025-06-11", "new": "2025-06-12")");
  EXPECT_EQ(Case().decided_on, "2025-06-12");
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "decision_corrected",
          R"("path": "amount", "old": 1, "new": 2)");
}

// A slip of the pen in an amount is not a way around the limits of a decision.
TEST_F(JudgeAterkravTest, ACorrectedAmountIsOneThatCouldHaveBeenDecided) {
  OpenAndDecide();
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "decision_corrected",
          R"("path": "amount_ore", "old": 300, "new": 301)");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "decision_corrected",
          R"("path": "eftergift_ore", "old": 0, "new": 1)");
  Ok("se", kCase, "repayment_received", Amount(200));
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "decision_corrected",
          R"("path": "amount_ore", "old": 300, "new": 199)");
  EXPECT_EQ(error_.field(), "new");
  Ok("se", kCase, "decision_corrected", R"("path": "amount_ore", "old": 300, "new": 200)");
  EXPECT_EQ(Case().owed_ore(), 0);
}

// What the kommun has paid back by itself is not claimed from it again.
TEST_F(JudgeAterkravTest, NoKronaComesBackTwice) {
  Open(1000);
  Communicate();
  Answer();
  Ok("se", "bidrag/2024/1780", "grant_returned", Amount(400));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "aterkrav_decided", Decided("helt", 1000));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "aterkrav_decided", Decided("delvis", 601));
  Decide("delvis", 600);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "decision_changed", Changed("delvis", 601));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "decision_corrected",
          R"("path": "amount_ore", "old": 600, "new": 601)");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "bidrag/2024/1780", "grant_returned", Amount(1));
  Ok("se", kCase, "decision_changed", Changed("delvis", 500));
  Ok("se", "bidrag/2024/1780", "grant_returned", Amount(100));
}

// A decision that is changed back counts against what the other cases claim by then.
TEST_F(JudgeAterkravTest, WhatAnotherCaseClaimsIsNotClaimedAgain) {
  constexpr char kOther[] = "aterkrav/2024/1780/2";
  Open(1000);
  Communicate();
  Answer();
  Decide("helt", 1000);
  Ok("se", kCase, "decision_changed", Changed("inget", 0));
  Ok("se", kOther, "aterkrav_opened", Opened(1000));
  Ok("se", kOther, "communication_sent", kCommunication);
  Ok("se", kOther, "statement_received", kStatement);
  Ok("se", kOther, "aterkrav_decided", Decided("delvis", 999));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "decision_changed", Changed("helt", 1000));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "decision_changed", Changed("delvis", 2));
  Ok("se", kCase, "decision_changed", Changed("delvis", 1));
}

TEST_F(JudgeAterkravTest, ACaseIsClosedAtTheLastOre) {
  OpenAndDecide();
  Ok("se", kCase, "repayment_received", Amount(299));
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", kCase, "aterkrav_closed", kClosed);
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("1 öre is still owed"));
  Ok("se", kCase, "repayment_received", Amount(1));
  Ok("se", kCase, "aterkrav_closed", kClosed);
}

TEST_F(JudgeAterkravTest, NoMoreGoesBackToTheAppropriationThanWasRepaid) {
  OpenAndDecide();
  const auto returned = [](int ore) { return Amount(ore) + R"(, "aterkrav": ")" + kCase + "\""; };
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "anslag/2025", "money_returned", returned(1));
  Ok("se", kCase, "repayment_received", Amount(200));
  Ok("se", "anslag/2025", "money_returned", returned(150));
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", "anslag/2026", "money_returned", returned(51));
  Ok("se", "anslag/2026", "money_returned", returned(50));
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", "anslag/2026", "money_returned",
          Amount(1) + R"(, "aterkrav": "bidrag/2024/1780")");
  // Of money that nobody has claimed no case is named.
  Ok("se", "anslag/2026", "money_returned", Amount(10'000));
}

TEST_F(JudgeAterkravTest, AChangedDecisionHoldsFromThenOn) {
  OpenAndDecide();
  Ok("se", kCase, "repayment_received", Amount(100));
  Refused(v1::ERROR_CODE_INVALID_FIELD, "se", kCase, "decision_changed", Changed("delvis", 99));
  Ok("se", kCase, "decision_changed", Changed("delvis", 100, 200));
  EXPECT_EQ(Case().claimed_ore, 100);
  EXPECT_EQ(Case().waived_ore, 200);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "repayment_received", Amount(1));
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", kCase, "decision_corrected",
          R"("path": "amount_ore", "old": 300, "new": 250)");
  Ok("se", kCase, "aterkrav_closed", kClosed);
}

TEST_F(JudgeAterkravTest, ThisRegulationHasNoAppeal) {
  OpenAndDecide();
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", kCase, "appeal_lodged",
          R"("received_on": "2025-07-01")");
  EXPECT_THAT(error_.message(), ::testing::HasSubstr("17 §"));
  Refused(v1::ERROR_CODE_PREREQUISITE_MISSING, "se", kCase, "appeal_decided",
          R"("domstol": "FR", "malnummer": "1-25", "decided_on": "2026-01-01", "amount_ore": 0)");
}

// SFS 2015:553 as amended by 2025:1007 (domain.md, 7): more grounds, and an appeal.
const Regulation& ForeningsRegulation(int) {
  static constexpr std::array<Ground, 3> kGrounds = {{
      {v1::ATERKRAV_GRUND_EJ_REDOVISAT, "förordning 2015:553, 19 § 4"},
      {v1::ATERKRAV_GRUND_OANVANT, "förordning 2015:553, 19 § 2"},
      {v1::ATERKRAV_GRUND_FELAKTIGT, "förordning 2015:553, 19 § 1"},
  }};
  static constexpr Regulation kRegulation = {
      .name = "SFS 2015:553",
      .first_year = 2026,
      .claims_back = Claimant::kSocialstyrelsen,
      .claim_source = "förordning 2015:553, 19 §",
      .appealable = true,
      .appeal_source = "förvaltningslagen 2017:900, 40 §",
      .requisition_source = "",
      .deadlines = {},
      .grounds = kGrounds,
  };
  return kRegulation;
}

TEST_F(JudgeAterkravTest, AnotherRegulationHasItsOwnGroundsAndItsAppeal) {
  world_.regulation_of = ForeningsRegulation;
  Ok("se", kCase, "aterkrav_opened", Opened(300, "felaktigt"));
  Refused(v1::ERROR_CODE_STEP_NOT_ALLOWED, "se", kCase, "aterkrav_opened", Opened(300, "villkor"));
  EXPECT_THAT(error_.expected(), ::testing::HasSubstr("2015:553, 19 § 1"));
  Communicate();
  Answer();
  Decide();
  Ok("se", kCase, "appeal_lodged", R"("received_on": "2025-07-01")");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "appeal_decided",
          R"("domstol": "FR", "malnummer": "1", "decided_on": "2026-01-01", "amount_ore": 301)");
  Ok("se", kCase, "appeal_decided",
     R"("domstol": "FR", "malnummer": "1", "decided_on": "2026-01-01", "amount_ore": 100)");
  EXPECT_EQ(Case().claimed_ore, 100);
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "repayment_received", Amount(101));
}

// A judgment holds over what the authority had changed before it; and the other way round.
TEST_F(JudgeAterkravTest, TheLastOfJudgmentAndChangeHolds) {
  world_.regulation_of = ForeningsRegulation;
  OpenAndDecide();
  Ok("se", kCase, "decision_changed", Changed("delvis", 200));
  EXPECT_EQ(Case().claimed_ore, 200);
  Ok("se", kCase, "appeal_lodged", R"("received_on": "2025-07-02")");
  Ok("se", kCase, "appeal_decided",
     R"("domstol": "FR", "malnummer": "1", "decided_on": "2026-01-01", "amount_ore": 100)");
  EXPECT_EQ(Case().claimed_ore, 100);
  EXPECT_EQ(Case().decided_on, "2026-01-01");
  Refused(v1::ERROR_CODE_AMOUNT_EXCEEDED, "se", kCase, "repayment_received", Amount(101));
  Ok("se", kCase, "decision_changed", Changed("delvis", 50));
  EXPECT_EQ(Case().claimed_ore, 50);
}

// Random steps, legal and illegal: whatever happens, what is inquired into holds
// what is claimed and waived, repayments stay within the claim, and a closed case
// stays as it is.
TEST_F(JudgeAterkravTest, NoSequenceOfStepsBreaksTheInvariants) {
  for (const uint32_t seed : testing::TestSeeds()) {
    SCOPED_TRACE(testing::HowToRepeat(seed));
    world_ = World();
    PayGrant(1000);
    std::mt19937 random(seed);
    const auto any = [&random](int n) { return static_cast<int>(random() % n); };
    const std::vector<std::string> outcomes = {"helt", "delvis", "eftergift", "inget"};
    for (int number = 1; number <= 60; ++number) {
      const std::string subject = "aterkrav/2024/1780/" + std::to_string(number);
      bool was_closed = false;
      for (int step = 0; step < 40; ++step) {
        const std::vector<std::pair<std::string, std::string>> steps = {
            {"aterkrav_opened", Opened(any(30))},
            {"communication_sent", kCommunication},
            {"statement_received", kStatement},
            {"aterkrav_decided", Decided(outcomes[any(4)], any(30), any(2) * any(30))},
            {"decision_changed", Changed(outcomes[any(4)], any(30), any(2) * any(30))},
            {"repayment_received", Amount(any(30))},
            {"aterkrav_closed",
             any(2) == 0 ? kClosed : R"("grund": "inget_krav", "closed_on": "2025-08-01")"}};
        const auto& [type, fields] = steps[any(static_cast<int>(steps.size()))];
        const bool recorded = world_.Record("se", subject, type, fields).ok();
        const AterkravCase found = AterkravCaseOf(**world_.StateOf(subject));
        ASSERT_FALSE(was_closed && recorded) << type << " in a closed case";
        ASSERT_LE(found.claimed_ore + found.waived_ore, found.inquired_ore) << type;
        ASSERT_LE(found.repaid_ore, found.claimed_ore) << type;
        ASSERT_TRUE(!found.is_closed || found.owed_ore() == 0) << type;
        was_closed = found.is_closed;
      }
    }
    // All claims together stay within what was paid.
    int64_t claimed_ore = 0;
    const auto cases = *world_.ListSubjects("aterkrav/2024/1780/");
    for (const std::string& subject : cases) {
      claimed_ore += AterkravCaseOf(**world_.StateOf(subject)).claimed_ore;
    }
    EXPECT_LE(claimed_ore, 1000);
  }
}

}  // namespace
}  // namespace liggare::domain
