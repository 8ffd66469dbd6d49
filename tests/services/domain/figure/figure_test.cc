// Figures straight from a log that nobody checked: whatever stands there, no sum overflows,
// none is negative, and what no node would record has no effect.
#include "services/domain/figure/figure.h"

#include <gtest/gtest.h>

#include <random>

#include "services/domain/figure/fraction.h"
#include "services/domain/fold/fold.h"
#include "services/domain/form/shape.h"
#include "services/domain/kontroll/kontroll.h"
#include "services/domain/place/table_id.h"
#include "services/domain/state/state_proto.h"
#include "services/domain/table/table.h"
#include "tests/services/domain/world.h"
#include "tests/testing/seed.h"

namespace liggare::domain {
namespace {

constexpr char kRapport[] = "rapport/2024/se/17/varmland";
constexpr char kLog[] = "se/17/varmland@1";

v1::EventData Report(int64_t antal) {
  v1::EventData event = EventOf(kRapport, "report_submitted",
                                R"("ombud": {"personer": 8, "heltid_hundredths": 750},
                                   "klienter": [{"kon": "kvinna", "alder": "30-49", "antal": 1}])");
  event.mutable_report_submitted()->mutable_klienter(0)->set_antal(antal);
  return event;
}

TEST(FigureTest, SumsStopAtTheirBounds) {
  EXPECT_EQ(AddFigure(40, 2), 42);
  EXPECT_EQ(AddFigure(40, -42), -2);
  EXPECT_EQ(AddFigure(kSumMax, 1), kSumMax);
  EXPECT_EQ(AddFigure(-kSumMax, -1), -kSumMax);
  EXPECT_EQ(AddFigure(kSumMax, INT64_MAX), kSumMax);
  EXPECT_EQ(AddFigure(-kSumMax, INT64_MIN), -kSumMax);
  EXPECT_EQ(AddFigure(INT64_MAX, INT64_MIN), -1);
  // What is computed of them stays within 64 bits.
  EXPECT_LE(kSumMax, INT64_MAX / 100);
  EXPECT_GE(kSumMax, 50 * kFigureMax);
}

TEST(FigureTest, RoundingSaturates) {
  EXPECT_EQ(Round({INT64_MAX, 1}, 16).units, INT64_MAX);
  EXPECT_EQ(Round({INT64_MIN, 1}, 16).units, -INT64_MAX);
  EXPECT_EQ(Sum({INT64_MAX, 0}, {INT64_MAX, 16}, 1).units, INT64_MAX);
  EXPECT_EQ(Sum({-INT64_MAX, 0}, {INT64_MAX, 16}, -1).units, -INT64_MAX);
  EXPECT_FALSE(SwedishText(Sum({INT64_MIN, 0}, {INT64_MIN, 0}, 1)).empty());
}

TEST(FigureTest, FigureThatNoNodeWouldRecordHasNoEffectAndIsShown) {
  for (const int64_t antal : {INT64_MAX, int64_t{-5}, kFigureMax + 1, INT64_MIN}) {
    State state = FoldAll({EntryOf(kLog, 0, 1, {}, Report(41))});
    const FoldEntry attack = EntryOf(kLog, 1, 2, {{kLog, 0}}, Report(antal));
    EXPECT_EQ(Fold(state, attack, [](std::string_view) { return UINT64_MAX; }),
              FoldOutcome::kDisregarded);
    EXPECT_EQ(state.Number("klienter[kvinna][30-49].antal"), 41);
    const v1::State shown = ToProto(state);
    ASSERT_EQ(shown.disregarded_size(), 1) << antal;
    EXPECT_EQ(shown.disregarded(0).code(), "INVALID_FIELD");
    EXPECT_EQ(shown.without_effect(0).count(), 1u);
  }
  const State most = FoldAll({EntryOf(kLog, 0, 1, {}, Report(kFigureMax))});
  EXPECT_EQ(most.Number("klienter[kvinna][30-49].antal"), kFigureMax);
}

TEST(FigureTest, CorrectionStraightInALogIsCheckedAsWell) {
  v1::EventData event =
      EventOf(kRapport, "report_corrected", R"("path": "klienter[kvinna][30-49].antal", "new": 3)");
  event.mutable_report_corrected()->mutable_new_()->set_number(-3);
  const State state =
      FoldAll({EntryOf(kLog, 0, 1, {}, Report(41)), EntryOf(kLog, 1, 2, {{kLog, 0}}, event)});
  EXPECT_EQ(state.Number("klienter[kvinna][30-49].antal"), 41);
  EXPECT_EQ(state.disregarded.size(), 1u);
}

TEST(FigureTest, FieldThatThisVersionDoesNotKnowIsPassedOver) {
  v1::EventData event = Report(41);
  v1::ReportSubmitted& report = *event.mutable_report_submitted();
  report.GetReflection()->MutableUnknownFields(&report)->AddVarint(900, 1);
  EXPECT_FALSE(CheckShape(event).ok());
  EXPECT_TRUE(CheckFoldedShape(event).ok());
  EXPECT_EQ(FoldAll({EntryOf(kLog, 0, 1, {}, event)}).event_count, 1u);
}

TEST(FigureTest, PrincipalIsAsLongAsANodeAttests) {
  FoldEntry entry = EntryOf(kLog, 0, 1, {}, Report(41));
  entry.principal = std::string(100'000, 'p');
  const v1::State state = ToProto(FoldAll({entry}));
  EXPECT_EQ(state.event_count(), 0u);
  ASSERT_EQ(state.disregarded_size(), 1);
  EXPECT_EQ(state.disregarded(0).code(), "LIMIT_EXCEEDED");
  EXPECT_LE(state.ByteSizeLong(), 2'000u);
}

// Every figure of the state, and of the tables over it.
void ExpectFigures(World& world) {
  const auto state = *world.StateOf(kRapport);
  for (const auto& [path, field] : state->fields) {
    const auto* number = std::get_if<int64_t>(&field.value);
    if (number == nullptr) continue;
    EXPECT_GE(*number, 0) << path;
    EXPECT_LE(*number, kFigureMax) << path;
  }
  for (const std::string_view id : kTableIds) {
    const auto table = ComputeTable(world, id, {"se", 2024});
    ASSERT_TRUE(table.ok()) << id << ": " << table.status();
    if (id != "klienter") continue;
    for (const v1::TableRow& row : table->rows()) {
      for (const v1::TableCell& cell : row.cells()) {
        EXPECT_GE(cell.numerator(), 0);
        EXPECT_LE(cell.numerator(), kSumMax);
      }
    }
  }
  EXPECT_TRUE(FindingsOf(world, {"se", 2024}).ok());
}

void ExpectFiguresOfAnyLog(uint32_t seed) {
  SCOPED_TRACE(testing::HowToRepeat(seed));
  std::mt19937_64 random(seed);
  const auto extreme = [&random]() -> int64_t {
    static constexpr int64_t kEnds[] = {
        INT64_MIN,      INT64_MIN + 1, -5,       -1, 0, 1, kFigureMax,
        kFigureMax + 1, INT64_MAX - 1, INT64_MAX};
    if (random() % 4 == 0) return static_cast<int64_t>(random());
    return kEnds[random() % std::size(kEnds)];
  };
  World world;
  for (int i = 0; i < 200; ++i) {
    v1::EventData event = Report(extreme());
    v1::ReportSubmitted& report = *event.mutable_report_submitted();
    report.mutable_ombud()->set_personer(extreme());
    report.mutable_ombud()->set_heltid_hundredths(extreme());
    for (const auto kon : {v1::KON_MAN, v1::KON_KVINNA}) {
      v1::KlientAntal& row = *report.add_klienter();
      row.set_kon(kon);
      row.set_alder(v1::ALDER_18_29);
      row.set_antal(extreme());
    }
    const std::string path = "se/17/v" + std::to_string(i % 40);
    event.set_subject(i % 3 == 0 ? kRapport : "rapport/2024/" + path);
    world.Append(i % 3 == 0 ? "se/17/varmland" : path, event, {});
  }
  ExpectFigures(world);
}

TEST(FigureTest, WhateverStandsInALogNoTotalOverflowsOrIsNegative) {
  for (const uint32_t seed : testing::TestSeeds()) ExpectFiguresOfAnyLog(seed);
}

TEST(FigureTest, ManyOfTheLargestFiguresSumToTheBound) {
  World world;
  for (int i = 0; i < 200; ++i) {
    const std::string path = "se/17/v" + std::to_string(i);
    v1::EventData event = Report(kFigureMax);
    event.set_subject("rapport/2024/" + path);
    world.Append(path, event, {});
  }
  const auto table = ComputeTable(world, "klienter", {"se", 2024});
  ASSERT_TRUE(table.ok()) << table.status();
  const v1::TableRow& total = table->rows(table->rows_size() - 1);
  EXPECT_EQ(total.cells(total.cells_size() - 1).numerator(), kSumMax);
}

TEST(FigureTest, OneWriterGivesASubjectOnlySoManyFields) {
  State state;
  const auto held = [](std::string_view) { return UINT64_MAX; };
  const v1::EventData event = EventOf("anslag/2024", "own_cost_booked", R"("amount_ore": 1)");
  uint64_t index = 0;
  // As if it had come so far.
  state.fields_made["se"] = kFieldsOfWriterMax;
  EXPECT_EQ(Fold(state, EntryOf("se@2", index, 1, {}, event), held), FoldOutcome::kDisregarded);
  EXPECT_EQ(ToProto(state).disregarded(0).code(), "LIMIT_EXCEEDED");
  state.fields_made["se"] = kFieldsOfWriterMax - 1;
  EXPECT_EQ(Fold(state, EntryOf("se@2", index + 1, 2, {}, event), held), FoldOutcome::kFolded);
  EXPECT_GE(state.fields_made["se"], kFieldsOfWriterMax);
}

}  // namespace
}  // namespace liggare::domain
