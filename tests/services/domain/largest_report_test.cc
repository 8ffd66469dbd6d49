// That the largest report fits into an entry: every element of every list, the largest
// figures and the longest words, for a verksamhet that serves all kommuner of the län
// that has most of them. Made from the form itself, so that it grows with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/name/node_path.h"
#include "services/domain/form/shape.h"
#include "services/domain/place/kommun.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {
namespace {

using form::FieldKind;
using form::FieldPlan;
using form::MessagePlan;
using google::protobuf::Message;

std::string_view LargestLan() {
  return std::ranges::max_element(AllLan(), {},
                                  [](const Lan& lan) { return KommunerOfLan(lan.lanskod).size(); })
      ->lanskod;
}

// Every sum that a report can give beside its fields: a form's totals and those in the
// running text, by list, by key and by column.
std::vector<std::string> Sums() {
  std::vector<std::string> sums = {"klienter", "barn", "kontaktorsaker"};
  const auto add = [&](const std::string& before, const char* field, const MessagePlan& plan) {
    for (const auto& token : plan.Find(field)->enumeration->tokens) {
      sums.push_back(before + token.token);
    }
  };
  const MessagePlan& klienter = form::PlanOf(*v1::KlientAntal::descriptor());
  const MessagePlan& orsaker = form::PlanOf(*v1::KontaktorsakAntal::descriptor());
  add("klienter.", "kon", klienter);
  add("klienter.*.", "alder", klienter);
  add("barn.", "kon", form::PlanOf(*v1::BarnAntal::descriptor()));
  add("kontaktorsaker.", "orsak", orsaker);
  add("kontaktorsaker.*.", "kon", orsaker);
  for (const FieldPlan& field : form::PlanOf(*v1::KommunEkonomi::descriptor()).fields) {
    if (field.kind == FieldKind::kInteger) sums.push_back("ekonomi.*." + field.name);
  }
  return sums;
}

// The values that a key of an element may have.
std::vector<std::string> KeyTexts(const FieldPlan& field) {
  std::vector<std::string> texts;
  const auto kommuner = KommunerOfLan(LargestLan());
  if (field.form == v1::TEXT_FORM_FIELD_PATTERN) return Sums();
  for (const Kommun& kommun : kommuner) {
    const std::string code(kommun.kommunkod);
    if (field.form == v1::TEXT_FORM_KOMMUNKOD) texts.push_back(code);
    // One verksamhet for each kommun, none of which has a longer name.
    if (field.form == v1::TEXT_FORM_NODE_PATH) {
      texts.push_back("se/" + std::string(LargestLan()) + "/" +
                      std::string(name::kPathSegmentBytesMax - code.size(), 'v') + code);
    }
  }
  return texts;
}

void Fill(Message& message, const MessagePlan& plan);

void FillSingle(Message& message, const FieldPlan& field) {
  const auto* reflection = field.reflection;
  switch (field.kind) {
    case FieldKind::kInteger:
      return reflection->SetInt64(&message, field.descriptor, kFigureMax);
    case FieldKind::kFlag:
      return reflection->SetBool(&message, field.descriptor, true);
    case FieldKind::kEnum:
      return reflection->SetEnumValue(&message, field.descriptor,
                                      field.enumeration->tokens.back().number);
    case FieldKind::kString: {
      std::string text;
      for (size_t i = 0; i < kTextCharsMax; ++i) text += "å";
      if (field.form == v1::TEXT_FORM_DECIMAL) text = "-99999999999999.99";
      return reflection->SetString(&message, field.descriptor, text);
    }
    case FieldKind::kText:
      return static_cast<v1::Text&>(*reflection->MutableMessage(&message, field.descriptor))
          .set_commitment(std::string(kCommitmentBytes, 'c'));
    case FieldKind::kMessage:
      return Fill(*reflection->MutableMessage(&message, field.descriptor), *field.message);
    default:
      FAIL() << "a report has no such field: " << field.name;
  }
}

// An element for every key, one key field after the other.
void FillElements(Message& message, const FieldPlan& field) {
  const MessagePlan& plan = *field.message;
  const std::function<void(std::vector<std::function<void(Message&)>>&)> add = [&](auto& keys) {
    if (keys.size() == plan.keys.size()) {
      Message& element = *field.reflection->AddMessage(&message, field.descriptor);
      Fill(element, plan);
      for (const auto& set : keys) set(element);
      return;
    }
    const FieldPlan& key = plan.fields[plan.keys[keys.size()]];
    const auto with = [&](std::function<void(Message&)> set) {
      keys.push_back(std::move(set));
      add(keys);
      keys.pop_back();
    };
    if (key.kind == FieldKind::kEnum) {
      for (const auto& token : key.enumeration->tokens) {
        with([&](Message& out) {
          key.reflection->SetEnumValue(&out, key.descriptor, token.number);
        });
      }
      return;
    }
    for (const std::string& text : KeyTexts(key)) {
      with([&](Message& out) { key.reflection->SetString(&out, key.descriptor, text); });
    }
  };
  std::vector<std::function<void(Message&)>> keys;
  add(keys);
}

void Fill(Message& message, const MessagePlan& plan) {
  for (const FieldPlan& field : plan.fields) {
    if (field.repeated) {
      FillElements(message, field);
    } else if (!field.key) {
      FillSingle(message, field);
    }
  }
}

v1::EventData LargestReport() {
  const std::string path =
      "se/" + std::string(LargestLan()) + "/" + std::string(name::kPathSegmentBytesMax, 'v');
  v1::EventData event = EventOf("rapport/2025/" + path, "report_submitted",
                                R"("ombud": {"personer": 1, "heltid_hundredths": 1})");
  event.set_form_version(2);
  event.mutable_actor()->set_id(std::string(kTextCharsMax, 'a'));
  event.mutable_actor()->set_role(std::string(64, 'r'));
  event.mutable_actor()->set_organisationsnummer("202100-5489");
  event.set_reason_code(std::string(64, 'r'));
  event.mutable_reason()->set_commitment(std::string(kCommitmentBytes, 'c'));
  v1::ReportSubmitted& report = *event.mutable_report_submitted();
  report.Clear();
  Fill(report, form::PlanOf(*v1::ReportSubmitted::descriptor()));
  return event;
}

TEST(LargestReportTest, FitsIntoAnEntry) {
  const v1::EventData event = LargestReport();
  const absl::Status shape = CheckShape(event);
  ASSERT_TRUE(shape.ok()) << ErrorText(ErrorOf(shape));
  const v1::ReportSubmitted& report = event.report_submitted();
  EXPECT_EQ(report.ekonomi_size(), 49) << "Västra Götaland";
  EXPECT_EQ(report.klienter_size(), 15);
  EXPECT_EQ(report.kontaktorsaker_size(), 30);
  const size_t bytes = event.SerializeAsString().size();
  EXPECT_TRUE(log::CheckDataBytes(bytes).ok());
  EXPECT_LT(bytes, log::kDataBytesMax / 2) << "half of an entry is left for what a form may become";
  RecordProperty("bytes", static_cast<int>(bytes));
}

// What does not fit says what to do.
TEST(LargestReportTest, AReportWithMoreThanFitsIsRefused) {
  v1::EventData event = LargestReport();
  auto& parts = *event.mutable_report_submitted()->mutable_ledningsgrupp()->mutable_delas_med();
  while (event.ByteSizeLong() <= log::kDataBytesMax) *parts.Add() = parts.Get(0);
  const absl::Status status = log::CheckDataBytes(event.ByteSizeLong());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_EQ(ErrorOf(status).field(), "data");
  EXPECT_NE(ErrorOf(status).expected().find("corrections"), std::string::npos);
}

}  // namespace
}  // namespace liggare::domain
