#include "services/domain/fold/fold.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "liggare/v1/entry.pb.h"
#include "services/domain/fold/history.h"
#include "services/domain/form/assignments.h"
#include "services/domain/state/fold_version.h"
#include "services/domain/state/state_proto.h"
#include "tests/services/domain/world.h"
#include "tests/testing/seed.h"

namespace liggare::domain {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr char kRapport[] = "rapport/2024/se/17/varmland";
constexpr char kOwnLog[] = "se/17/varmland@1";
constexpr char kCountyLog[] = "se/17@1";
constexpr char kNationLog[] = "se@1";
constexpr char kPath[] = "klienter[kvinna][30-49].antal";

uint64_t Everything(std::string_view) { return UINT64_MAX; }

v1::EventData Report(int antal) {
  return EventOf(kRapport, "report_submitted",
                 R"("ombud": {"personer": 8, "heltid_hundredths": 750},
                    "klienter": [{"kon": "kvinna", "alder": "30-49", "antal": )" +
                     std::to_string(antal) + "}]");
}

v1::EventData Correction(const std::string& values) {
  return EventOf(kRapport, "report_corrected",
                 "\"path\": \"" + std::string(kPath) + "\", " + values);
}

// Report, then a correction by the county that knew it.
std::vector<FoldEntry> ReportAndCorrection() {
  return {EntryOf(kOwnLog, 3, 100, {}, Report(41)),
          EntryOf(kCountyLog, 7, 200, {{kOwnLog, 3}}, Correction(R"("old": 41, "new": 14)"))};
}

TEST(FoldTest, FieldsKnowTheEventThatSetThem) {
  const State state = FoldAll(ReportAndCorrection());
  EXPECT_EQ(state.subject, kRapport);
  EXPECT_EQ(state.Number(kPath), 14);
  EXPECT_EQ(state.Number("ombud.personer"), 8);
  EXPECT_EQ(state.event_count, 2u);
  const v1::State proto = ToProto(state);
  ASSERT_EQ(proto.fields_size(), 3);
  EXPECT_EQ(proto.fields(0).path(), kPath);
  EXPECT_EQ(proto.fields(0).set_by().log(), kCountyLog);
  EXPECT_EQ(proto.fields(0).set_by().index(), 7u);
  EXPECT_EQ(proto.fields(0).set_by().type(), "report_corrected");
  EXPECT_EQ(proto.fields(1).set_by().type(), "report_submitted");
  EXPECT_EQ(proto.conflicts_size(), 0);
  EXPECT_EQ(proto.fold_version(), kFoldVersion);
  ASSERT_EQ(proto.positions_size(), 2);
  EXPECT_EQ(proto.positions(0).log(), kOwnLog);
  EXPECT_EQ(proto.positions(0).index(), 3u);
}

TEST(FoldTest, AReportReplacesTheOneBeforeWholly) {
  const v1::EventData second = EventOf(kRapport, "report_submitted",
                                       R"("ombud": {"personer": 9, "heltid_hundredths": 750})");
  const State state = FoldAll(
      {EntryOf(kOwnLog, 0, 1, {}, Report(41)), EntryOf(kOwnLog, 1, 2, {{kOwnLog, 0}}, second)});
  EXPECT_FALSE(state.Has(kPath));
  EXPECT_EQ(state.Number("ombud.personer"), 9);
  EXPECT_TRUE(state.conflicts.empty());
}

TEST(FoldTest, ACorrectionMayRemoveAField) {
  const State state = FoldAll({EntryOf(kOwnLog, 0, 1, {}, Report(41)),
                               EntryOf(kOwnLog, 1, 2, {{kOwnLog, 0}}, Correction(R"("old": 41)"))});
  EXPECT_FALSE(state.Has(kPath));
  EXPECT_EQ(ToProto(state).fields_size(), 2);
}

TEST(FoldTest, ElementsOfACollectionStandBesideEachOther) {
  const std::string subject = "verksamhet/se/17/varmland";
  const auto assigned = [&](const char* rest) {
    return EventOf(subject, "kommun_assigned",
                   std::string(rest) + R"(, "redovisar_ekonomi": true)");
  };
  const State state = FoldAll(
      {EntryOf(kOwnLog, 0, 1, {},
               EventOf(subject, "verksamhet_registered",
                       R"("namn": "PO", "driftsform": "stiftelse", "huvudman": "1780",
                          "from": "2020-01-01")")),
       EntryOf(kCountyLog, 0, 2, {}, assigned(R"("kommunkod": "1780", "from": "2020-01-01",
                                                 "to": "2024-01-31")")),
       EntryOf(kCountyLog, 1, 3, {}, assigned(R"("kommunkod": "1781", "from": "2021-01-01")")),
       EntryOf(kCountyLog, 2, 4, {}, assigned(R"("kommunkod": "1780", "from": "2020-02-01")"))});
  EXPECT_EQ(state.Text("namn"), "PO");
  EXPECT_EQ(state.Text("driftsform"), "stiftelse");
  EXPECT_EQ(state.Text("kommuner[1780].from"), "2020-02-01");
  EXPECT_FALSE(state.Has("kommuner[1780].to"));
  EXPECT_EQ(state.Text("kommuner[1781].from"), "2021-01-01");
  EXPECT_EQ(state.Flag("kommuner[1781].redovisar_ekonomi"), true);
}

TEST(FoldTest, EventsWithoutAKeyAddUp) {
  std::vector<FoldEntry> entries;
  for (int i = 0; i < 3; ++i) {
    entries.push_back(EntryOf(kNationLog, i, i + 1, {},
                              EventOf("anslag/2024", "own_cost_booked", R"("amount_ore": 5)")));
  }
  EXPECT_EQ(FoldAll(entries).SumOf("own_costs", "amount_ore"), 15);
}

TEST(FoldTest, TextsStandAsTheirCommitments) {
  const State state =
      FoldAll({EntryOf(kNationLog, 0, 1, {},
                       EventOf("aterkrav/2024/1780/1", "aterkrav_decided",
                               R"("grund": "oanvant", "amount_ore": 5, "motivering": "hemligt",
                          "decided_on": "2025-06-11", "utfall": "delvis",
                          "beslutsfattare": [{"id": "b", "befattning": "chef"}])"))});
  ASSERT_TRUE(state.Text("motivering").has_value());
  EXPECT_EQ(state.Text("motivering")->substr(0, 12), "hmac-sha256:");
  EXPECT_EQ(state.Text("motivering")->size(), 12 + 64u);
}

// Both knew the report, neither the other.
std::vector<FoldEntry> TwoConcurrentCorrections() {
  return {EntryOf(kOwnLog, 0, 100, {}, Report(41)),
          EntryOf(kCountyLog, 0, 200, {{kOwnLog, 0}}, Correction(R"("old": 41, "new": 14)")),
          EntryOf(kNationLog, 0, 300, {{kOwnLog, 0}}, Correction(R"("old": 41, "new": 15)"))};
}

TEST(FoldTest, EventsThatDidNotKnowEachOtherConflict) {
  const State state = FoldAll(TwoConcurrentCorrections());
  EXPECT_EQ(state.Number(kPath), 15);
  const v1::State proto = ToProto(state);
  ASSERT_EQ(proto.conflicts_size(), 1);
  EXPECT_EQ(proto.conflicts(0).path(), kPath);
  EXPECT_EQ(proto.conflicts(0).overridden().value().number(), 14);
  EXPECT_EQ(proto.conflicts(0).overridden().set_by().log(), kCountyLog);
  EXPECT_EQ(proto.conflicts(0).in_effect().value().number(), 15);
  EXPECT_EQ(proto.conflicts(0).in_effect().set_by().log(), kNationLog);
}

TEST(FoldTest, TheSameValueTwiceIsNoConflict) {
  std::vector<FoldEntry> entries = TwoConcurrentCorrections();
  entries[2] = EntryOf(kNationLog, 0, 300, {{kOwnLog, 0}}, Correction(R"("old": 41, "new": 14)"));
  EXPECT_TRUE(FoldAll(entries).conflicts.empty());
}

TEST(FoldTest, AnEventThatKnewBothSettlesTheConflict) {
  std::vector<FoldEntry> entries = TwoConcurrentCorrections();
  entries.push_back(EntryOf(kOwnLog, 1, 400, {{kOwnLog, 0}, {kCountyLog, 0}, {kNationLog, 0}},
                            Correction(R"("old": 15, "new": 14)")));
  EXPECT_TRUE(FoldAll(entries).conflicts.empty());
  EXPECT_EQ(FoldAll(entries).Number(kPath), 14);
}

TEST(FoldTest, AnEventThatKnewOneSideSettlesNothing) {
  std::vector<FoldEntry> entries = TwoConcurrentCorrections();
  entries.push_back(EntryOf(kOwnLog, 1, 400, {{kOwnLog, 0}, {kNationLog, 0}},
                            Correction(R"("old": 15, "new": 16)")));
  const v1::State proto = ToProto(FoldAll(entries));
  ASSERT_EQ(proto.conflicts_size(), 1);
  EXPECT_EQ(proto.conflicts(0).overridden().value().number(), 14);
  EXPECT_EQ(proto.conflicts(0).in_effect().value().number(), 16);
}

TEST(FoldTest, TheOwnLogIsAlwaysKnown) {
  const State state =
      FoldAll({EntryOf(kOwnLog, 0, 1, {}, Report(41)), EntryOf(kOwnLog, 1, 2, {}, Report(42))});
  EXPECT_TRUE(state.conflicts.empty());
  EXPECT_EQ(state.Number(kPath), 42);
}

TEST(FoldTest, EqualClocksAreOrderedByLogName) {
  const auto county = EntryOf(kCountyLog, 0, 200, {{kOwnLog, 0}}, Correction(R"("new": 1)"));
  const auto nation = EntryOf(kNationLog, 9, 200, {{kOwnLog, 0}}, Correction(R"("new": 2)"));
  const State state = FoldAll({EntryOf(kOwnLog, 0, 100, {}, Report(41)), nation, county});
  ASSERT_LT(std::string(kCountyLog), std::string(kNationLog));
  EXPECT_EQ(state.Number(kPath), 2);
}

TEST(FoldTest, AnEntryAwaitsItsBasis) {
  std::vector<FoldEntry> entries = ReportAndCorrection();
  State state;
  uint64_t held_of_own = 3;
  const auto held = [&](std::string_view log) -> uint64_t {
    return log == kOwnLog ? held_of_own : UINT64_MAX;
  };
  EXPECT_EQ(Fold(state, entries[1], held), FoldOutcome::kAwaiting);
  EXPECT_FALSE(state.Has(kPath));
  EXPECT_EQ(state.event_count, 0u);
  const v1::State proto = ToProto(state);
  ASSERT_EQ(proto.awaiting_size(), 1);
  EXPECT_EQ(proto.awaiting(0).log(), kOwnLog);
  EXPECT_EQ(proto.awaiting(0).index(), 3u);
  EXPECT_EQ(proto.awaiting(0).event().log(), kCountyLog);
  EXPECT_FALSE(AwaitedHasCome(state, held));
  held_of_own = 4;
  EXPECT_TRUE(AwaitedHasCome(state, held));
}

TEST(FoldTest, AWriterWithoutAuthorityHasNoEffect) {
  State state = FoldAll({EntryOf(kOwnLog, 0, 1, {}, Report(41))});
  const FoldEntry foreign =
      EntryOf("se/18@1", 0, 2, {{kOwnLog, 0}}, Correction(R"("old": 41, "new": 0)"));
  EXPECT_EQ(Fold(state, foreign, Everything), FoldOutcome::kDisregarded);
  EXPECT_EQ(state.Number(kPath), 41);
  EXPECT_EQ(state.event_count, 1u);
  const v1::State proto = ToProto(state);
  ASSERT_EQ(proto.disregarded_size(), 1);
  EXPECT_EQ(proto.disregarded(0).code(), "NOT_AUTHORISED");
  EXPECT_EQ(proto.disregarded(0).event().log(), "se/18@1");
  EXPECT_EQ(proto.positions_size(), 2);
}

TEST(FoldTest, UnknownTypesAreKeptAndShown) {
  v1::EventData later = Report(41);
  later.clear_payload();
  later.GetReflection()->MutableUnknownFields(&later)->AddLengthDelimited(999, "later");
  v1::EventData newer_form = Report(41);
  newer_form.set_form_version(3);
  const v1::State proto =
      ToProto(FoldAll({EntryOf(kOwnLog, 0, 1, {}, later), EntryOf(kOwnLog, 1, 2, {}, newer_form)}));
  EXPECT_EQ(proto.fields_size(), 0);
  ASSERT_EQ(proto.disregarded_size(), 2);
  EXPECT_EQ(proto.disregarded(0).code(), "UNKNOWN_TYPE");
  EXPECT_EQ(proto.disregarded(0).event().type(), "unknown(999)");
  EXPECT_EQ(proto.disregarded(1).event().type(), "report_submitted");
}

TEST(FoldTest, EntriesAreReadFromTheirBytes) {
  v1::Event event;
  event.set_log(kCountyLog);
  event.set_index(7);
  event.set_clock(200);
  event.set_recorded_at_ms(5);
  event.set_principal("p");
  v1::Basis& basis = *event.add_basis();
  basis.set_log(kOwnLog);
  basis.set_index(3);
  event.set_data(Report(41).SerializeAsString());
  const auto entry = ParseFoldEntry(event.SerializeAsString());
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->log, kCountyLog);
  EXPECT_EQ(entry->type, 240);
  EXPECT_EQ(entry->basis, (std::vector<LogPoint>{{kOwnLog, 3}}));
  EXPECT_EQ(entry->data->subject(), kRapport);
  EXPECT_FALSE(ParseFoldEntry("\xff").ok());
  event.set_data("\xff");
  EXPECT_FALSE(ParseFoldEntry(event.SerializeAsString()).ok());
}

TEST(FoldTest, HistoryComesFromTheFold) {
  HistoryRecorder all;
  HistoryRecorder klienter("klienter");
  State state;
  State again;
  for (const FoldEntry& entry : ReportAndCorrection()) {
    Fold(state, entry, Everything, &all);
    Fold(again, entry, Everything, &klienter);
  }
  EXPECT_EQ(all.changes().size(), 4u);
  ASSERT_EQ(klienter.changes().size(), 2u);
  const v1::Change& first = klienter.changes()[0].change;
  EXPECT_FALSE(first.has_old());
  EXPECT_EQ(first.new_().number(), 41);
  const v1::Change& second = klienter.changes()[1].change;
  EXPECT_EQ(second.path(), kPath);
  EXPECT_EQ(second.old().number(), 41);
  EXPECT_EQ(second.new_().number(), 14);
  EXPECT_EQ(second.event().log(), kCountyLog);
}

TEST(FoldTest, HistoryKeepsTheReasonsCommitment) {
  v1::EventData event = Report(41);
  event.mutable_reason()->set_commitment(std::string(32, 'c'));
  HistoryRecorder history;
  State state;
  Fold(state, EntryOf(kOwnLog, 0, 1, {}, event), Everything, &history);
  EXPECT_EQ(history.changes().front().reason_commitment, std::string(32, 'c'));
}

// Random reports and corrections by three writers who each know some prefix of
// the others' logs.
std::vector<FoldEntry> RandomEntries(std::mt19937_64& random) {
  const std::vector<std::string> logs = {kOwnLog, kCountyLog, kNationLog};
  std::map<std::string, uint64_t> sizes;
  std::vector<FoldEntry> entries;
  const auto below = [&](uint64_t n) {
    return std::uniform_int_distribution<uint64_t>(0, n)(random);
  };
  for (uint64_t clock = 1; clock <= 40; ++clock) {
    const std::string& log = logs[below(2)];
    std::vector<LogPoint> basis;
    for (const std::string& other : logs) {
      if (sizes[other] == 0) continue;
      basis.push_back({other, other == log ? sizes[other] - 1 : below(sizes[other] - 1)});
    }
    const bool is_report = log == kOwnLog && below(3) == 0;
    v1::EventData event = is_report ? Report(static_cast<int>(below(3)))
                                    : Correction("\"new\": " + std::to_string(below(3)));
    entries.push_back(EntryOf(log, sizes[log]++, clock / 2 + 1, std::move(basis), event));
  }
  return entries;
}

// A tier that gets entries as they come: folds on, or anew when one comes out of
// order or is no longer awaited.
class Tier {
 public:
  void Arrive(const FoldEntry& entry) {
    held_[entry.log] = std::max(held_[entry.log], entry.index + 1);
    entries_.push_back(entry);
    const auto held = [this](std::string_view log) -> uint64_t { return held_[std::string(log)]; };
    if (!state_.empty && entry.Key() < state_.last_key) return Refold();
    if (AwaitedHasCome(state_, held)) return Refold();
    Fold(state_, entry, held);
  }
  const State& state() const { return state_; }

 private:
  void Refold() {
    std::sort(entries_.begin(), entries_.end(),
              [](const FoldEntry& a, const FoldEntry& b) { return a.Key() < b.Key(); });
    state_ = State();
    const auto held = [this](std::string_view log) -> uint64_t { return held_[std::string(log)]; };
    for (const FoldEntry& entry : entries_) Fold(state_, entry, held);
  }

  std::map<std::string, uint64_t> held_;
  std::vector<FoldEntry> entries_;
  State state_;
};

// Logs arrive in their own order, but in any order among each other.
std::vector<FoldEntry> RandomArrival(std::vector<FoldEntry> entries, std::mt19937_64& random) {
  std::vector<FoldEntry> shuffled = entries;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  std::map<std::string, std::vector<FoldEntry>> by_log;
  for (const FoldEntry& entry : entries) by_log[entry.log].push_back(entry);
  std::map<std::string, size_t> next;
  for (FoldEntry& slot : shuffled) {
    const std::string log = slot.log;
    slot = by_log[log][next[log]++];
  }
  return shuffled;
}

TEST(FoldTest, OrderOfArrivalDoesNotMatter) {
  for (const uint32_t seed : testing::TestSeeds()) {
    SCOPED_TRACE(testing::HowToRepeat(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 30; ++round) {
      const std::vector<FoldEntry> entries = RandomEntries(random);
      const v1::State wanted = ToProto(FoldAll(entries));
      for (int arrival = 0; arrival < 4; ++arrival) {
        Tier tier;
        for (const FoldEntry& entry : RandomArrival(entries, random)) tier.Arrive(entry);
        EXPECT_TRUE(MessageDifferencer::Equals(ToProto(tier.state()), wanted))
            << ToProto(tier.state()).DebugString() << wanted.DebugString();
      }
    }
  }
}

TEST(AssignmentsTest, PathsAreThoseOfTheForm) {
  const v1::EventData event = EventOf(kRapport, "report_submitted",
                                      R"("ombud": {"personer": 0, "heltid_hundredths": 5},
                 "kontaktorsaker": [{"orsak": "ekonomi", "kon": "man", "antal": 3}],
                 "ekonomi": [{"kommunkod": "1780", "anvant_ore": 1, "oanvant_ore": 2}])");
  std::vector<std::string> paths;
  for (const Assignment& assignment : AssignmentsOf(event, *form::TypeOf(event))) {
    paths.push_back(assignment.path + "=" + TextOf(assignment.value));
  }
  EXPECT_THAT(paths,
              ::testing::ElementsAre("ombud.personer=0", "ombud.heltid_hundredths=5",
                                     "kontaktorsaker[ekonomi][man].antal=3",
                                     "ekonomi[1780].anvant_ore=1", "ekonomi[1780].oanvant_ore=2"));
}

}  // namespace
}  // namespace liggare::domain
