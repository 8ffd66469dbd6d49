#include "services/domain/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "proto/form/plan.h"

namespace liggare::domain {
namespace {

struct Case {
  std::string subject;
  std::set<std::string> writers;  // Of kNodes: those who may.
};

const std::vector<std::string> kNodes = {
    "se", "se/17", "se/18", "se/17/varmland", "se/17/karlstad", "se/17/varmland/norr"};

// The table of authority.h, written down a second time.
const std::map<std::string, Case>& Table() {
  static const auto& table = *new std::map<std::string, Case>{
      {"received", {"node/se/17", {"se/17"}}},
      {"epoch_opened", {"node/se/17", {"se/17"}}},
      {"node_enrolled", {"node/se/17/varmland", {"se/17"}}},
      {"node_key_changed", {"node/se/17", {"se"}}},
      {"node_key_revoked", {"node/se/17/varmland", {"se/17"}}},
      {"node_closed", {"node/se/17/varmland", {"se/17"}}},
      {"verksamhet_registered", {"verksamhet/se/17/varmland", {"se/17/varmland"}}},
      {"kommun_assigned", {"verksamhet/se/17/varmland", {"se/17"}}},
      {"appropriation_set", {"anslag/2024", {"se"}}},
      {"grant_rate_set", {"anslag/2024", {"se"}}},
      {"own_cost_booked", {"anslag/2024", {"se"}}},
      {"money_returned", {"anslag/2024", {"se"}}},
      {"application_received", {"ansokan/2024/1780", {"se/17"}}},
      {"grant_decided", {"bidrag/2024/1780", {"se/17"}}},
      {"grant_paid", {"bidrag/2024/1880", {"se/18"}}},
      {"funds_requisitioned", {"rekvisition/2024/17", {"se/17"}}},
      {"funds_paid", {"rekvisition/2024/17", {"se"}}},
      {"report_submitted", {"rapport/2024/se/17/varmland", {"se/17/varmland"}}},
      {"report_corrected", {"rapport/2024/se/17/varmland", {"se", "se/17", "se/17/varmland"}}},
      {"aterkrav_decided", {"aterkrav/2024/1780/1", {"se"}}},
      {"repayment_received", {"aterkrav/2024/1780/1", {"se"}}},
      {"table_published", {"tabell/2024/budget", {"se"}}},
  };
  return table;
}

absl::Status Authorise(const std::string& type, const std::string& writer,
                       const std::string& subject) {
  return AuthoriseWriter(form::FindEventType(std::string_view(type))->number, writer, subject);
}

TEST(AuthorityTest, ExactlyTheWritersOfTheTableMayWrite) {
  ASSERT_EQ(Table().size(), form::EventTypes().size());
  for (const auto& [type, wanted] : Table()) {
    for (const std::string& node : kNodes) {
      const absl::Status status = Authorise(type, node, wanted.subject);
      EXPECT_EQ(status.ok(), wanted.writers.count(node) == 1) << type << " by " << node;
      if (status.ok()) continue;
      EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_NOT_AUTHORISED) << type;
      EXPECT_FALSE(ErrorOf(status).expected().empty());
    }
  }
}

TEST(AuthorityTest, TheNationEnrolsItselfAndIsNotClosed) {
  EXPECT_TRUE(Authorise("node_enrolled", "se", "node/se").ok());
  EXPECT_TRUE(Authorise("node_key_changed", "se", "node/se").ok());
  EXPECT_TRUE(Authorise("node_key_revoked", "se", "node/se").ok());
  EXPECT_FALSE(Authorise("node_key_revoked", "se/17", "node/se/17").ok());
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

TEST(AuthorityTest, AnotherKindOfSubjectIsNamed) {
  const v1::Error error = ErrorOf(Authorise("grant_paid", "se/17", "ansokan/2024/1780"));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_INVALID_SUBJECT);
  EXPECT_THAT(error.expected(), testing::HasSubstr("bidrag/"));
  EXPECT_EQ(ErrorOf(Authorise("grant_paid", "se/17", "nonsense")).code(),
            v1::ERROR_CODE_INVALID_SUBJECT);
}

TEST(AuthorityTest, UnknownTypesHaveNoWriter) {
  EXPECT_EQ(ErrorOf(AuthoriseWriter(999, "se", "anslag/2024")).code(), v1::ERROR_CODE_UNKNOWN_TYPE);
}

}  // namespace
}  // namespace liggare::domain
