// docs/authority.md is the table; every event type is tried at every tier, in
// every role, against what it says.
#include "services/domain/law/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "services/domain/law/arkivbildare.h"
#include "tests/testing/paths.h"

namespace liggare::domain {
namespace {

const std::vector<std::string> kNodes = {
    "se", "se/17", "se/18", "se/17/varmland", "se/17/karlstad", "se/17/varmland/norr"};
const std::vector<std::string> kRoles = {"", "system", "ombud", "handlaggare", "beslutsfattare"};

constexpr size_t kColumns = 6;

struct Row {
  std::string subject;
  std::string writer;
  std::string role;
  std::string archive;
  std::string certificate;
};

// The cells between bars, without backticks around the whole.
std::vector<std::string> CellsOf(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream stream(line.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) {
    const size_t first = cell.find_first_not_of(' ');
    const size_t last = cell.find_last_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return cells;
}

std::string WithoutTicks(std::string text) {
  std::erase(text, '`');
  return text;
}

// By event type.
const std::map<std::string, Row>& Document() {
  static const auto& rows = *new auto([] {
    std::map<std::string, Row> read;
    std::ifstream file(testing::SourcePath("docs/authority.md"));
    for (std::string line; std::getline(file, line);) {
      if (line.rfind("| `", 0) != 0) continue;
      const std::vector<std::string> cells = CellsOf(line);
      if (cells.size() != kColumns) continue;  // Of another table.
      read[WithoutTicks(cells.at(0))] = {WithoutTicks(cells.at(1)), WithoutTicks(cells.at(2)),
                                         cells.at(3), WithoutTicks(cells.at(4)), cells.at(5)};
    }
    return read;
  }());
  return rows;
}

// A subject of each form of the document that concerns se/17/varmland or its county.
const std::map<std::string, std::vector<std::string>>& Subjects() {
  static const auto& subjects = *new std::map<std::string, std::vector<std::string>>{
      {"node/<path>", {"node/se/17/varmland"}},
      {"verksamhet/<path>", {"verksamhet/se/17/varmland"}},
      {"rapport/<år>/<path>", {"rapport/2024/se/17/varmland"}},
      {"ansokan/<år>/<kommunkod>", {"ansokan/2024/1780"}},
      {"bidrag/<år>/<kommunkod>", {"bidrag/2024/1780"}},
      {"rekvisition/<år>/<länskod>", {"rekvisition/2024/17"}},
      {"lansrapport/<år>/<länskod>", {"lansrapport/2024/17"}},
      {"anslag/<år>", {"anslag/2024"}},
      {"aterkrav/<år>/<kommunkod>/<n>", {"aterkrav/2024/1780/1"}},
      {"tabell/<år>/<id>", {"tabell/2024/budget"}},
      {"brist/<path>/<n>", {"brist/se/17/varmland/1"}},
      {"exempel/<path>/<n>", {"exempel/se/17/varmland/1"}},
      {"any but a node",
       {"verksamhet/se/17/varmland", "rapport/2024/se/17/varmland", "ansokan/2024/1780",
        "bidrag/2024/1780", "rekvisition/2024/17", "lansrapport/2024/17", "anslag/2024",
        "aterkrav/2024/1780/1", "tabell/2024/budget", "brist/se/17/varmland/1",
        "exempel/se/17/varmland/1"}},
  };
  return subjects;
}

using Nodes = std::set<std::string>;

// Of kNodes, those that the document's words mean for the subject.
Nodes WritersOf(const std::string& words, const std::string& subject) {
  const std::string kind = subject.substr(0, subject.find('/'));
  const Nodes above = {"se", "se/17"};
  const Nodes with_above = {"se", "se/17", "se/17/varmland"};
  static const auto& fixed = *new std::map<std::string, Nodes>{
      {"the node itself", {"se/17/varmland"}},
      {"its parent; se of itself", {"se/17"}},
      {"its parent", {"se/17"}},
      {"the verksamhet", {"se/17/varmland"}},
      {"its county", {"se/17"}},
      {"a node above", above},
      {"the verksamhet or a node above", with_above},
      {"the node or one above", with_above},
      {"the kommun's county", {"se/17"}},
      {"the county", {"se/17"}},
      {"se", {"se"}},
      {"the authority that claims back", {"se"}},
  };
  if (words != "who is responsible") return fixed.at(words);
  if (kind == "anslag" || kind == "tabell" || kind == "aterkrav") return {"se"};
  const std::set<std::string> of_paths = {"verksamhet", "rapport", "brist", "exempel"};
  return of_paths.count(kind) == 1 ? with_above : above;
}

int TypeNumber(const std::string& type) {
  return form::FindEventType(std::string_view(type))->number;
}

absl::Status Authorise(const std::string& type, const std::string& writer,
                       const std::string& subject) {
  return AuthoriseWriter(TypeNumber(type), writer, subject);
}

TEST(AuthorityTest, WhoMayWriteNoTypeMayNotWriteAboutTheSubject) {
  for (const std::string& subject : Subjects().at("any but a node")) {
    for (const std::string& node : kNodes) {
      const auto& types = form::EventTypes();
      const bool may_some = std::any_of(types.begin(), types.end(), [&](const auto& type) {
        return AuthoriseWriter(type.number, node, subject).ok();
      });
      EXPECT_EQ(MayWriteAbout(node, subject), may_some) << node << ": " << subject;
    }
  }
  EXPECT_TRUE(MayWriteAbout("se/17/varmland", "node/se/17/varmland"));
  EXPECT_TRUE(MayWriteAbout("se/17", "node/se/17/varmland"));
  EXPECT_FALSE(MayWriteAbout("se", "node/se/17/varmland"));
  EXPECT_FALSE(MayWriteAbout("se/17/karlstad", "rapport/2024/se/17/varmland"));
  EXPECT_FALSE(MayWriteAbout("se", "rapporter/2024"));
}

TEST(AuthorityTest, ExactlyTheWritersOfTheDocumentMayWrite) {
  ASSERT_EQ(Document().size(), form::EventTypes().size());
  for (const auto& [type, row] : Document()) {
    for (const std::string& subject : Subjects().at(row.subject)) {
      const Nodes wanted = WritersOf(row.writer, subject);
      for (const std::string& node : kNodes) {
        const absl::Status status = Authorise(type, node, subject);
        EXPECT_EQ(status.ok(), wanted.count(node) == 1)
            << type << " by " << node << ": " << subject;
        if (status.ok()) continue;
        EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_NOT_AUTHORISED) << type;
        EXPECT_FALSE(ErrorOf(status).expected().empty());
      }
    }
  }
}

TEST(AuthorityTest, ExactlyTheRolesOfTheDocumentMayRecord) {
  for (const auto& [type, row] : Document()) {
    for (const std::string& role : kRoles) {
      const bool is_decider = role == "handlaggare" || role == "beslutsfattare";
      const bool is_person = is_decider || role == "ombud";
      const std::map<std::string, bool> may = {
          {"any", true}, {"a person", is_person}, {"a decider", is_decider}};
      const absl::Status status = AuthoriseRole(TypeNumber(type), role);
      EXPECT_EQ(status.ok(), may.at(row.role)) << type << " as " << role;
      if (status.ok()) continue;
      EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_NOT_AUTHORISED);
      EXPECT_EQ(ErrorOf(status).field(), "actor.role");
    }
  }
}

TEST(AuthorityTest, ExactlyTheCertificatesOfTheDocumentMayRecord) {
  for (const auto& [type, row] : Document()) {
    const int number = TypeNumber(type);
    // What a node writes by itself is refused before its certificate matters.
    const bool is_nobodys = type == "received" || type == "epoch_opened";
    EXPECT_EQ(row.certificate == "none", is_nobodys) << type;
    if (is_nobodys) continue;
    for (const Certificate shown : {Certificate::kSystem, Certificate::kOperator}) {
      const bool is_operator = shown == Certificate::kOperator;
      const absl::Status status = AuthoriseCertificate(number, shown, "se/17");
      EXPECT_EQ(status.ok(), row.certificate == (is_operator ? "an operator" : "a system")) << type;
      if (status.ok()) continue;
      EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_PERMISSION_DENIED);
      EXPECT_THAT(
          ErrorOf(status).expected(),
          ::testing::HasSubstr(is_operator ? "se/17/system/<name>" : "se/17/operator/<name>"));
    }
    // Every type that says whose key it is, or opens or shuts a log, is of a node.
    EXPECT_EQ(CertificateFor(number) == Certificate::kOperator, row.subject == "node/<path>")
        << type;
  }
}

TEST(AuthorityTest, EveryTypeIsAboutTheSubjectsOfTheDocumentAndNoOthers) {
  for (const auto& [type, row] : Document()) {
    const std::vector<std::string>& own = Subjects().at(row.subject);
    for (const auto& [form, subjects] : Subjects()) {
      const std::string& subject = subjects.front();
      const bool is_own = std::find(own.begin(), own.end(), subject) != own.end();
      const absl::Status status = Authorise(type, "se", subject);
      const bool is_wrong_kind =
          !status.ok() && ErrorOf(status).code() == v1::ERROR_CODE_INVALID_SUBJECT;
      EXPECT_EQ(is_wrong_kind, !is_own) << type << " about " << subject;
    }
  }
}

// Of a subject that concerns se/17/varmland, 1780 or its county, written by `writer`.
std::string ArchiveSaid(const std::string& said, const std::string& subject,
                        const std::string& writer) {
  if (said == "the recording node") return writer;
  if (said == "the node of the path") return "se/17/varmland";
  if (said == "se" || said == "the authority that claims back") return "se";
  if (said.ends_with("county")) return "se/17";
  EXPECT_EQ(said, "the subject's");
  for (const auto& [type, row] : Document()) {  // What the others about it say.
    const std::vector<std::string>& subjects = Subjects().at(row.subject);
    if (subjects.size() == 1 && subjects.front() == subject) {
      return ArchiveSaid(row.archive, subject, writer);
    }
  }
  return "";
}

TEST(AuthorityTest, EveryTypeFormsArchiveWhereTheDocumentSays) {
  for (const auto& [type, row] : Document()) {
    for (const std::string& subject : Subjects().at(row.subject)) {
      for (const std::string writer : {"se", "se/17", "se/17/varmland"}) {
        if (!Authorise(type, writer, subject).ok()) continue;
        EXPECT_EQ(ArkivbildareOf(*ParseSubject(subject), writer),
                  ArchiveSaid(row.archive, subject, writer))
            << type << " about " << subject << " by " << writer;
      }
    }
  }
}

TEST(AuthorityTest, DeeperVerksamheterFormArchiveAtTheirCounty) {
  EXPECT_EQ(ArkivbildareOf(*ParseSubject("rapport/2024/se/01/stockholm/soderort"),
                           "se/01/stockholm/soderort"),
            "se/01");
}

TEST(AuthorityTest, TheNationEnrolsItselfAndIsNotClosed) {
  EXPECT_TRUE(Authorise("node_enrolled", "se", "node/se").ok());
  EXPECT_TRUE(Authorise("node_key_changed", "se", "node/se").ok());
  EXPECT_FALSE(Authorise("node_closed", "se", "node/se").ok());
  EXPECT_FALSE(Authorise("node_enrolled", "se/17", "node/se/17").ok());
  EXPECT_FALSE(Authorise("node_enrolled", "se", "node/se/17/varmland").ok());
}

TEST(AuthorityTest, DeeperVerksamheterBelongToTheirCounty) {
  EXPECT_TRUE(Authorise("kommun_assigned", "se/01", "verksamhet/se/01/stockholm/soderort").ok());
  EXPECT_FALSE(
      Authorise("kommun_assigned", "se/01/stockholm", "verksamhet/se/01/stockholm/soderort").ok());
  EXPECT_TRUE(
      Authorise("report_corrected", "se/01/stockholm", "rapport/2024/se/01/stockholm/soderort")
          .ok());
}

TEST(AuthorityTest, CountiesAndTheNationAreNoVerksamheter) {
  EXPECT_FALSE(Authorise("verksamhet_registered", "se/17", "verksamhet/se/17").ok());
  EXPECT_FALSE(Authorise("report_submitted", "se", "rapport/2024/se").ok());
}

TEST(AuthorityTest, CountiesAndTheNationReportBristerOfTheirOwn) {
  EXPECT_TRUE(Authorise("brist_reported", "se/17", "brist/se/17/1").ok());
  EXPECT_TRUE(Authorise("brist_grouped", "se", "brist/se/2").ok());
  EXPECT_FALSE(Authorise("brist_grouped", "se", "brist/se/17/2").ok());
}

TEST(AuthorityTest, AnotherKindOfSubjectIsNamed) {
  const v1::Error error = ErrorOf(Authorise("grant_paid", "se/17", "ansokan/2024/1780"));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_SUBJECT);
  EXPECT_THAT(error.expected(), ::testing::HasSubstr("bidrag/"));
  EXPECT_EQ(ErrorOf(Authorise("grant_paid", "se/17", "nonsense")).code(),
            v1::ERROR_CODE_INVALID_SUBJECT);
}

TEST(AuthorityTest, UnknownTypesHaveNoWriter) {
  EXPECT_EQ(ErrorOf(AuthoriseWriter(999, "se", "anslag/2024")).code(), v1::ERROR_CODE_UNKNOWN_TYPE);
}

}  // namespace
}  // namespace liggare::domain
