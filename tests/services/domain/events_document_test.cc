// Every example of docs/events.md is read, is well formed and may be written by
// some node; every event type and every field of it is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/json/event_json.h"
#include "services/domain/form/shape.h"
#include "services/domain/law/authority.h"
#include "tests/testing/paths.h"

namespace liggare::domain {
namespace {

std::string Document() {
  std::ifstream file(testing::SourcePath("docs/events.md"));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The text under "### <type>", by type.
std::map<std::string, std::string> Sections() {
  std::map<std::string, std::string> sections;
  std::stringstream document(Document());
  std::string line;
  std::string type;
  while (std::getline(document, line)) {
    if (line.rfind("### ", 0) == 0) {
      type = line.substr(4);
    } else if (line.rfind("#", 0) == 0) {
      type.clear();
    } else if (!type.empty()) {
      sections[type] += line + "\n";
    }
  }
  return sections;
}

std::vector<std::string> Examples() {
  const std::string document = Document();
  const std::string begin = "```json\n";
  std::vector<std::string> examples;
  for (size_t at = document.find(begin); at != std::string::npos;) {
    const size_t start = at + begin.size();
    const size_t end = document.find("```", start);
    examples.push_back(document.substr(start, end - start));
    at = document.find(begin, end);
  }
  return examples;
}

TEST(EventsDocumentTest, EveryExampleIsAccepted) {
  std::set<std::string> ids;
  for (const std::string& example : Examples()) {
    const auto parsed = json::EventFromJson(example, json::SystemSalts());
    ASSERT_TRUE(parsed.ok()) << example << ErrorText(ErrorOf(parsed.status()));
    const absl::Status shape = CheckShape(parsed->data);
    EXPECT_TRUE(shape.ok()) << example << ErrorText(ErrorOf(shape));
    EXPECT_TRUE(ids.insert(parsed->data.event_id()).second) << "an id occurs twice: " << example;
    bool may_be_written = false;
    for (const char* writer : {"se", "se/17", "se/17/varmland"}) {
      may_be_written |=
          AuthoriseWriter(form::TypeNumberOf(parsed->data), writer, parsed->data.subject()).ok();
    }
    EXPECT_TRUE(may_be_written) << example;
  }
}

TEST(EventsDocumentTest, EveryTypeHasASectionWithAnExample) {
  const auto sections = Sections();
  EXPECT_EQ(sections.size(), form::EventTypes().size());
  EXPECT_EQ(Examples().size(), form::EventTypes().size());
  for (const form::EventType& type : form::EventTypes()) {
    auto section = sections.find(type.name);
    ASSERT_NE(section, sections.end()) << type.name;
    EXPECT_NE(section->second.find("\"" + type.name + "\": {"), std::string::npos) << type.name;
  }
}

// "required, key", as the second column says it.
std::string NeedOf(const form::FieldPlan& field) {
  std::string need;
  if (field.required) need = "required";
  if (field.required_from > 0) need = "required in form " + std::to_string(field.required_from);
  if (field.key) need += need.empty() ? "key" : ", key";
  return need;
}

// A row of a table of fields: its path, klienter[].kon, and when it is required.
struct Row {
  std::string path;
  std::string need;
  std::string meaning;
};

void AddRows(const form::MessagePlan& plan, const std::string& prefix, std::vector<Row>& rows) {
  for (const form::FieldPlan& field : plan.fields) {
    const std::string path = prefix + field.name + (field.repeated ? "[]" : "");
    rows.push_back({path, NeedOf(field), ""});
    if (field.kind == form::FieldKind::kMessage) AddRows(*field.message, path + ".", rows);
  }
}

std::vector<Row> RowsIn(const std::string& section) {
  static const std::regex kRow(R"(^\| `([a-z_.\[\]]+)` \| ([^|]*?) ?\| (.*) \|$)");
  std::vector<Row> rows;
  std::istringstream lines(section);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kRow)) rows.push_back({match[1], match[2], match[3]});
  }
  return rows;
}

// Whoever follows the table sends what is accepted: every member stands under its path, in the
// order of the form, and is required where the form requires it. What is required of one of two
// members, or together with another, stands in words.
TEST(EventsDocumentTest, EveryFieldStandsUnderItsPathAndSaysWhetherItIsRequired) {
  const auto sections = Sections();
  for (const form::EventType& type : form::EventTypes()) {
    const auto section = sections.find(type.name);
    if (section == sections.end()) continue;
    std::vector<Row> expected;
    AddRows(*type.plan, "", expected);
    const std::vector<Row> rows = RowsIn(section->second);
    ASSERT_EQ(rows.size(), expected.size()) << type.name;
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].path, expected[i].path) << type.name;
      const bool is_in_words = expected[i].need.empty() && !rows[i].need.starts_with("required");
      if (!is_in_words) {
        EXPECT_EQ(rows[i].need, expected[i].need) << type.name << rows[i].path;
      }
      EXPECT_FALSE(rows[i].meaning.empty()) << type.name << rows[i].path;
    }
  }
}

void ExpectTokensDescribed(const form::MessagePlan& plan, const std::string& prefix,
                           const std::vector<Row>& rows) {
  for (const form::FieldPlan& field : plan.fields) {
    const std::string path = prefix + field.name + (field.repeated ? "[]" : "");
    if (field.kind == form::FieldKind::kMessage) {
      ExpectTokensDescribed(*field.message, path + ".", rows);
    }
    if (field.kind != form::FieldKind::kEnum) continue;
    const auto row = std::ranges::find(rows, path, &Row::path);
    if (row == rows.end()) continue;  // The test above.
    for (const auto& token : field.enumeration->tokens) {
      EXPECT_NE(row->meaning.find("`" + token.token + "`"), std::string::npos)
          << path << " says nothing of " << token.token;
    }
  }
}

TEST(EventsDocumentTest, EveryTokenIsNamedWhereItMayStand) {
  const auto sections = Sections();
  for (const form::EventType& type : form::EventTypes()) {
    const auto section = sections.find(type.name);
    if (section != sections.end()) {
      ExpectTokensDescribed(*type.plan, "", RowsIn(section->second));
    }
  }
}

}  // namespace
}  // namespace liggare::domain
