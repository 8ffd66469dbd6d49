// Every field of every question changes the answer. The fields are those of the messages'
// descriptors, so that a new one without a row here fails.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "services/ask/node_queries.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::ask {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::TextFormat;
using testing::Corrected;
using testing::kKvinnor;
using testing::kVarmland;
using testing::ManualClock;
using testing::Registered;
using testing::Submitted;
using testing::TestNode;

constexpr char kKarlstad[] = "se/17/karlstad";

// A question and its fields, each with what changes it.
struct Question {
  const Descriptor* request;
  std::string base;                            // In text format; answered.
  std::map<std::string, std::string> changed;  // By field: what it is instead.
};

// Fields that no question here changes, and where each is tested.
const std::map<std::string, std::string>& TestedElsewhere() {
  static const std::map<std::string, std::string> fields = {
      {"node", "which node is asked is the service's: every_method_test, services_test"},
      {"page", "pages_test"},
      {"AwaitFrontierRequest.positions", "frontier_waiters_test"},
  };
  return fields;
}

std::vector<Question> Questions() {
  const std::string earlier = R"(known_by: "se/17" at_index: 1)";  // Varmland's first chunk alone.
  const std::string report = R"(subject: "rapport/2024/se/17/varmland")";
  const std::string other_report = R"("rapport/2024/se/17/karlstad")";
  return {
      {v1::GetStateRequest::descriptor(), report, {{"subject", other_report}, {"moment", earlier}}},
      {v1::ListWithoutEffectRequest::descriptor(),
       report,
       {{"subject", other_report}, {"moment", earlier}}},
      {v1::GetHistoryRequest::descriptor(),
       report,
       {{"subject", other_report}, {"path_prefix", R"("klienter[man]")"}, {"moment", earlier}}},
      {v1::GetTableRequest::descriptor(),
       R"(table: "klienter" year: 2024)",
       {{"table", R"("ombud")"},
        {"year", "2023"},
        {"scope", R"("se/17/karlstad")"},
        {"moment", earlier},
        {"publishable", "true"},
        {"from_year", "2023"}}},
      {v1::ExplainCellRequest::descriptor(),
       R"(table: "klienter" year: 2024 row: "man" column: "30-49")",
       {{"table", R"("ombud")"},
        {"year", "2023"},
        {"scope", R"("se/17/karlstad")"},
        {"moment", earlier},
        {"row", R"("kvinna")"},
        {"column", R"("18-29")"},
        {"publishable", "true"}}},
      {v1::ListFindingsRequest::descriptor(),
       "year: 2024",
       {{"year", "2023"}, {"scope", R"("se/17/karlstad")"}, {"moment", earlier}}},
      {v1::ListDutiesRequest::descriptor(),
       R"(year: 2024 on: "2025-03-01")",
       {{"year", "2023"},
        {"scope", R"("se/17/karlstad")"},
        {"moment", earlier},
        {"on", R"("2025-03-02")"}}},
      {v1::ListBristerRequest::descriptor(),
       R"(on: "2023-12-01")",
       {{"year", "2022"},
        {"scope", R"("se/17/karlstad")"},
        {"moment", earlier},
        {"on", R"("2023-12-02")"},
        {"open_only", "true"}}},
      {v1::ListExamplesRequest::descriptor(),
       "",
       {{"scope", R"("se/17/karlstad")"}, {"moment", earlier}}},
      {v1::ListSubjectsRequest::descriptor(),
       "",
       {{"prefix", R"("rapport/")"},
        {"subjects_max", "1"},
        {"after", R"("rapport/2024/se/17/karlstad")"}}},
      {v1::GetStateDigestRequest::descriptor(),
       "",
       {{"prefix", R"("rapport/2024/")"}, {"moment", earlier}, {"with_subjects", "true"}}},
  };
}

class EveryFieldTest : public ::testing::Test {
 protected:
  void SetUp() override {
    varmland_.Record(Registered(kVarmland));
    county_.Receive(varmland_, varmland_.log().own_log());
    const std::string report = "rapport/2024/se/17/varmland";
    v1::EventData submitted = Submitted(report, 3, 40);
    v1::Klientrorelse& movement = *submitted.mutable_report_submitted()->mutable_klientrorelse();
    movement.set_nya(1);
    movement.set_kvarstaende(1);
    movement.set_avslutade(0);
    v1::KlientAntal& young = *submitted.mutable_report_submitted()->add_klienter();
    young.set_kon(v1::KON_KVINNA);
    young.set_alder(v1::ALDER_18_29);
    young.set_antal(4);
    varmland_.Record(submitted);
    varmland_.Record(Submitted("rapport/2023/se/17/varmland", 7, 8));
    RecordBrist("brist/se/17/varmland/1", "2023-11-01", "2023-11-10");
    RecordBrist("brist/se/17/varmland/2", "2022-11-01", "");
    v1::EventData example = About("exempel/se/17/varmland/1");
    example.mutable_good_example_shared()->set_rubrik("Drop-in");
    example.mutable_good_example_shared()->mutable_beskrivning()->set_commitment(
        std::string(32, 'd'));
    varmland_.Record(example);
    county_.Receive(varmland_, varmland_.log().own_log());
    karlstad_.Record(Registered(kKarlstad));
    karlstad_.Record(Submitted("rapport/2024/se/17/karlstad", 30, 50));
    karlstad_.Record(Corrected(report, kKvinnor, 1));  // Without effect: it is another's.
    county_.Receive(karlstad_, karlstad_.log().own_log());
  }
  static v1::EventData About(const std::string& subject) {
    v1::EventData event;
    event.set_subject(subject);
    return event;
  }
  void RecordBrist(const std::string& subject, const std::string& day, const std::string& due) {
    v1::EventData event = About(subject);
    v1::BristReported& brist = *event.mutable_brist_reported();
    brist.set_niva(v1::BRIST_NIVA_LOKAL);
    brist.set_omrade(v1::BRIST_OMRADE_FORSAKRINGSKASSAN);
    brist.set_rubrik("Köer");
    brist.mutable_beskrivning()->set_commitment(std::string(32, 'b'));
    brist.mutable_konsekvens()->set_commitment(std::string(32, 'k'));
    brist.set_observed_on(day);
    varmland_.Record(event);
    if (due.empty()) return;
    v1::EventData asked = About(subject);
    asked.mutable_feedback_requested()->set_av_vem("FK");
    asked.mutable_feedback_requested()->set_due_on(due);
    varmland_.Record(asked);
  }

  template <typename Request, typename Response>
  std::string Answer(const std::string& text,
                     absl::StatusOr<Response> (NodeQueries::*question)(const Request&) const) {
    Request request;
    EXPECT_TRUE(TextFormat::ParseFromString(text, &request)) << text;
    const auto answer = (at_county_.*question)(request);
    return answer.ok() ? answer->DebugString() : "refused: " + ErrorText(ErrorOf(answer.status()));
  }
  std::string Ask(const Descriptor* request, const std::string& text) {
    const std::map<const Descriptor*, std::function<std::string()>> asks = {
        {v1::GetStateRequest::descriptor(), [&] { return Answer(text, &NodeQueries::GetState); }},
        {v1::ListWithoutEffectRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ListWithoutEffect); }},
        {v1::GetHistoryRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::GetHistory); }},
        {v1::GetTableRequest::descriptor(), [&] { return Answer(text, &NodeQueries::GetTable); }},
        {v1::ExplainCellRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ExplainCell); }},
        {v1::ListFindingsRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ListFindings); }},
        {v1::ListDutiesRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ListDuties); }},
        {v1::ListBristerRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ListBrister); }},
        {v1::ListExamplesRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ListExamples); }},
        {v1::ListSubjectsRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::ListSubjects); }},
        {v1::GetStateDigestRequest::descriptor(),
         [&] { return Answer(text, &NodeQueries::GetStateDigest); }},
    };
    return asks.at(request)();
  }
  // The base with one field that is something else.
  static std::string Changed(const Question& question,
                             const google::protobuf::FieldDescriptor* field) {
    std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(question.request)
            ->New());
    EXPECT_TRUE(TextFormat::ParseFromString(question.base, request.get()));
    request->GetReflection()->ClearField(request.get(), field);
    const std::string& value = question.changed.at(field->name());
    std::string text;
    TextFormat::PrintToString(*request, &text);
    return text + field->name() +
           (field->message_type() == nullptr ? ": " + value : " {" + value + "}");
  }

  ManualClock clock_;
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  TestNode karlstad_{kKarlstad, clock_};
  const NodeQueries::Clock now_ms_ = [this] { return clock_.now_ms; };
  NodeQueries at_county_{county_.log(), county_.states(), now_ms_};
};

TEST_F(EveryFieldTest, EveryFieldOfEveryQuestionHasARow) {
  std::map<std::string, Question> by_name;
  for (const Question& question : Questions()) by_name[question.request->name()] = question;
  const auto* service =
      v1::GetStateRequest::descriptor()->file()->FindServiceByName("QueryService");
  ASSERT_NE(service, nullptr);
  for (int m = 0; m < service->method_count(); ++m) {
    const Descriptor* request = service->method(m)->input_type();
    for (int f = 0; f < request->field_count(); ++f) {
      const std::string& field = request->field(f)->name();
      const auto found = by_name.find(request->name());
      const bool is_changed = found != by_name.end() && found->second.changed.contains(field);
      const bool is_elsewhere = TestedElsewhere().contains(field) ||
                                TestedElsewhere().contains(request->name() + "." + field);
      EXPECT_TRUE(is_changed || is_elsewhere) << "no row for " << request->name() << "." << field;
    }
  }
}

TEST_F(EveryFieldTest, EveryFieldChangesTheAnswer) {
  for (const Question& question : Questions()) {
    const std::string base = Ask(question.request, question.base);
    EXPECT_NE(base.substr(0, 7), "refused") << question.request->name() << ": " << base;
    for (const auto& [name, value] : question.changed) {
      const auto* field = question.request->FindFieldByName(name);
      ASSERT_NE(field, nullptr) << question.request->name() << " has no field " << name;
      EXPECT_NE(Ask(question.request, Changed(question, field)), base)
          << question.request->name() << "." << name << " changes nothing";
    }
  }
}

// As it may be published: what is small is withheld, in one year's table and in a series.
TEST_F(EveryFieldTest, SmallCountsAreWithheldFromWhatMayBePublished) {
  for (const int from_year : {0, 2023}) {
    v1::GetTableRequest request;
    request.set_table("klienter");
    request.set_year(2024);
    request.set_scope(std::string(kVarmland));
    request.set_from_year(from_year);
    const auto withheld = [&] {
      const auto table = at_county_.GetTable(request);
      EXPECT_TRUE(table.ok()) << table.status();
      int count = 0;
      for (const v1::TableRow& row : table->rows()) {
        for (const v1::TableCell& cell : row.cells()) {
          if (!cell.suppressed()) continue;
          ++count;
          EXPECT_EQ(cell.text(), "..");
          EXPECT_EQ(cell.numerator(), 0);
        }
      }
      return count;
    };
    EXPECT_EQ(withheld(), 0) << from_year;
    request.set_publishable(true);
    EXPECT_GT(withheld(), 0) << from_year;
  }
}

// What is small, the node says.
TEST_F(EveryFieldTest, TheNodesSmallestCountIsUsed) {
  v1::GetTableRequest request;
  request.set_table("klienter");
  request.set_year(2024);
  request.set_scope(std::string(kVarmland));
  request.set_publishable(true);
  const auto text = [&](int64_t smallest) {
    const NodeQueries queries(county_.log(), county_.states(), now_ms_, smallest);
    return queries.GetTable(request)->DebugString();
  };
  EXPECT_EQ(text(3).find("suppressed"), std::string::npos);
  EXPECT_NE(text(4).find("suppressed"), std::string::npos);
  v1::ExplainCellRequest cell;
  cell.set_table("klienter");
  cell.set_year(2024);
  cell.set_scope(std::string(kVarmland));
  cell.set_row("kvinna");
  cell.set_column("30-49");
  cell.set_publishable(true);
  const auto is_withheld = [&](int64_t smallest) {
    const NodeQueries queries(county_.log(), county_.states(), now_ms_, smallest);
    return queries.ExplainCell(cell)->cell().suppressed();
  };
  EXPECT_FALSE(is_withheld(3));
  EXPECT_TRUE(is_withheld(4));
}

}  // namespace
}  // namespace liggare::ask
