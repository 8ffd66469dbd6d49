#include "proto/form/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace liggare::form {
namespace {

TEST(PlanTest, AnnotationsAreRead) {
  const MessagePlan& plan = PlanOf(*v1::KlientAntal::descriptor());
  ASSERT_EQ(plan.fields.size(), 3u);
  EXPECT_THAT(plan.keys, testing::ElementsAre(0, 1));
  const FieldPlan& antal = *plan.Find("antal");
  EXPECT_FALSE(antal.key);
  EXPECT_TRUE(antal.required);
  EXPECT_TRUE(antal.has_presence);
  EXPECT_EQ(antal.unit, v1::UNIT_COUNT);
  EXPECT_EQ(plan.Find("alder")->enumeration->AllTokens(), "18-29, 30-49, 50-64, 65+, okand");
  EXPECT_EQ(plan.Find("saknas"), nullptr);
}

TEST(PlanTest, CollectionsAreRead) {
  EXPECT_EQ(PlanOf(*v1::GrantPaid::descriptor()).collection, "payments");
  EXPECT_EQ(PlanOf(*v1::GrantDecided::descriptor()).collection, "");
}

TEST(PlanTest, EveryPayloadIsAnEventType) {
  EXPECT_EQ(EventTypes().size(),
            static_cast<size_t>(v1::EventData::descriptor()->oneof_decl(0)->field_count()));
  for (const EventType& type : EventTypes()) {
    EXPECT_EQ(FindEventType(type.number), &type);
    EXPECT_EQ(FindEventType(std::string_view(type.name)), &type);
    EXPECT_NE(type.plan, nullptr);
  }
  EXPECT_EQ(FindEventType(999), nullptr);
}

// Figures without a unit would be shown and added up wrongly.
TEST(PlanTest, EveryFigureOfAFormHasAUnitAndEveryEnumValueAToken) {
  for (const EventType& type : EventTypes()) {
    if (type.number < 110) continue;
    std::vector<const MessagePlan*> plans = {type.plan};
    while (!plans.empty()) {
      const MessagePlan* plan = plans.back();
      plans.pop_back();
      for (const FieldPlan& field : plan->fields) {
        if (field.kind == FieldKind::kInteger) {
          EXPECT_NE(field.unit, v1::UNIT_UNSPECIFIED) << field.descriptor->full_name();
        }
        if (field.kind == FieldKind::kEnum) {
          std::set<std::string> tokens;
          for (const auto& token : field.enumeration->tokens) {
            EXPECT_FALSE(token.token.empty()) << field.descriptor->full_name();
            EXPECT_TRUE(tokens.insert(token.token).second) << token.token;
          }
        }
        if (field.kind == FieldKind::kMessage) plans.push_back(field.message);
      }
    }
  }
}

TEST(PlanTest, CommitmentsAreFoundWhereverTheyStand) {
  v1::EventData event;
  event.mutable_reason()->set_commitment("first");
  event.mutable_aterkrav_decided()->mutable_motivering()->set_commitment("second");
  EXPECT_THAT(CommitmentsOf(event), testing::ElementsAre("first", "second"));
  EXPECT_THAT(CommitmentsOf(v1::EventData()), testing::IsEmpty());
}

TEST(PlanTest, NumberOfAnUnknownPayloadIsFound) {
  v1::EventData event;
  EXPECT_EQ(TypeNumberOf(event), 0);
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(999, "later");
  EXPECT_EQ(TypeNumberOf(event), 999);
  EXPECT_EQ(TypeOf(event), nullptr);
  event.mutable_grant_paid();
  EXPECT_EQ(TypeNumberOf(event), 222);
  EXPECT_EQ(TypeOf(event)->name, "grant_paid");
}

}  // namespace
}  // namespace liggare::form
