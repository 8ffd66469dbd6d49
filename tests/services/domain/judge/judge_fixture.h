// Recording events in a World, with the steps that most of them need before.
#ifndef TESTS_SERVICES_DOMAIN_JUDGE_JUDGE_FIXTURE_H_
#define TESTS_SERVICES_DOMAIN_JUDGE_JUDGE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {

// Everything that comes before a report in the year 2024.
class JudgeTest : public ::testing::Test {
 protected:
  void Register(const std::string& path = "se/17/varmland", const std::string& rest = "") {
    Ok(path, "verksamhet/" + path, "verksamhet_registered",
       R"("namn": "PO", "driftsform": "kommunal_regi", "huvudman": "1780",
          "from": "2020-01-01")" +
           rest);
  }
  void Assign(const std::string& subject = kVerksamhet) {
    Ok("se/17", subject, "kommun_assigned", kAssigned);
  }
  void Apply() {
    Ok("se/17", "ansokan/2024/1780", "application_received", R"("posts_hundredths": 100)");
  }
  void Sum() {
    Ok("se/17", "rekvisition/2024/17", "applications_summed",
       R"("posts_hundredths": 100, "kommuner": 1)");
  }
  void SetRate() {
    Sum();
    Ok("se", "anslag/2024", "grant_rate_set", R"("rate_ore": 39577400)");
  }
  void Account() {
    Ok("se/17", "lansrapport/2023/17", "county_account_submitted",
       R"("submitted_on": "2024-02-28", "utbetalt_ore": 1000, "anvant_ore": 900,
          "oanvant_ore": 100, "plan": "Nätverk.")");
  }
  void Decide() {
    Ok("se/17", "bidrag/2024/1780", "grant_decided",
       R"("posts_hundredths": 100, "amount_ore": 1000)");
  }
  // Everything up to a payment to the kommun.
  void PayGrant(int ore) {
    Assign();
    Apply();
    SetRate();
    Decide();
    Pay(ore);
  }
  void Pay(int ore) { Ok("se/17", "bidrag/2024/1780", "grant_paid", Amount(ore)); }
  void Report() { Ok("se/17/varmland", kRapport, "report_submitted", kReport); }

  static constexpr char kVerksamhet[] = "verksamhet/se/17/varmland";
  static constexpr char kRapport[] = "rapport/2024/se/17/varmland";

  static std::string Amount(int ore) { return "\"amount_ore\": " + std::to_string(ore); }

  void Ok(const std::string& writer, const std::string& subject, const std::string& type,
          const std::string& fields) {
    const absl::Status status = world_.Record(writer, subject, type, fields);
    EXPECT_TRUE(status.ok()) << type << ": " << ErrorText(ErrorOf(status));
  }
  void Refused(v1::ErrorCode code, const std::string& writer, const std::string& subject,
               const std::string& type, const std::string& fields) {
    const uint64_t before = world_.entry_count();
    error_ = world_.Refusal(writer, subject, type, fields);
    EXPECT_EQ(ErrorName(error_.code()), ErrorName(code)) << error_.ShortDebugString();
    EXPECT_FALSE(error_.message().empty());
    EXPECT_FALSE(error_.expected().empty());
    EXPECT_EQ(world_.entry_count(), before);
  }

  static constexpr char kAssigned[] =
      R"("kommunkod": "1780", "from": "2020-01-01", "redovisar_ekonomi": true)";
  static constexpr char kReport[] =
      R"("ombud": {"personer": 8, "heltid_hundredths": 750},
         "klienter": [{"kon": "kvinna", "alder": "30-49", "antal": 41}])";

  World world_;
  v1::Error error_;
};

}  // namespace liggare::domain

#endif  // TESTS_SERVICES_DOMAIN_JUDGE_JUDGE_FIXTURE_H_
