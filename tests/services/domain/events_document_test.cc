// Every example of docs/events.md is read, is well formed and may be written by
// some node; every event type and every field of it is there.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
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

void ExpectFieldsDescribed(const form::MessagePlan& plan, const std::string& section,
                           const std::string& type) {
  for (const form::FieldPlan& field : plan.fields) {
    EXPECT_NE(section.find("`" + field.name + "`"), std::string::npos)
        << type << " says nothing of " << field.name;
    if (field.kind == form::FieldKind::kMessage) {
      ExpectFieldsDescribed(*field.message, section, type);
    }
    if (field.kind != form::FieldKind::kEnum) continue;
    for (const auto& token : field.enumeration->tokens) {
      EXPECT_NE(section.find("`" + token.token + "`"), std::string::npos)
          << type << " says nothing of " << token.token;
    }
  }
}

TEST(EventsDocumentTest, EveryFieldAndTokenIsDescribed) {
  const auto sections = Sections();
  for (const form::EventType& type : form::EventTypes()) {
    auto section = sections.find(type.name);
    if (section == sections.end()) continue;
    ExpectFieldsDescribed(*type.plan, section->second, type.name);
  }
}

}  // namespace
}  // namespace liggare::domain
