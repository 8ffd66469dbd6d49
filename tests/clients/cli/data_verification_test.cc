#include "clients/cli/verify/data_verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cli/commands/commands.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "proto/error/error.h"
#include "tests/eventstore/proof/fake_logs.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

using testing::FakeLog;
using ::testing::HasSubstr;
using testing::kTrustDomain;
using testing::MakeData;
using testing::MakeKey;

constexpr int64_t kNowMs = 1'736'846'000'000;

// Lets everything in.
class OpenJudge : public log::Judge {
 public:
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader&,
                                                   const log::Submission&) override {
    return std::vector<log::LogIndex>();
  }
  void Accepted(const log::EntryHeader&, std::string_view, const log::Submission&) override {}
  void Stored(const log::Chunk&) override {}
  bool SameFields(std::string_view, const std::vector<log::DisclosureText>&,
                  const log::Submission&) override {
    return false;
  }
};

// A data directory of the nation: its own log, which enrols a county, and the
// county's log.
class DataVerificationTest : public ::testing::Test {
 protected:
  DataVerificationTest() : key_(MakeKey("se", 1)), county_("se/17", 2) {
    for (const uint8_t id : {1, 2}) {
      v1::EventData data = MakeData("ansokan/2024/1780", id);
      data.mutable_application_received()->set_posts_hundredths(250);
      county_.Add(data);
    }
    auto database = log::RocksDatabase::Open(path(), shared_, {.create_if_missing = true});
    EXPECT_TRUE(database.ok()) << database.status();
    auto log = log::EventLog::Open(**database, {kTrustDomain, "se"});
    EXPECT_TRUE(log.ok()) << log.status();
    OpenJudge judge;
    log::Sequencer sequencer(**database, **log, judge, key_,
                             {[] { return kNowMs; },
                              [this](uint8_t* out, size_t n) { std::fill_n(out, n, ++random_); }});
    RecordEnrolments(sequencer);
    StoreCounty(sequencer);
    SaveOwnCheckpoint(sequencer);
  }

  void RecordEnrolments(log::Sequencer& sequencer) {
    FakeLog nation("se", 1);  // For the senders' bytes only.
    nation.Enrol(nation);
    nation.Enrol(county_);
    std::vector<log::Submission> submissions;
    for (const std::string& entry : nation.entries()) {
      v1::Event event;
      EXPECT_TRUE(event.ParseFromString(entry));
      submissions.push_back({event.data(), "", "spiffe://liggare.test/se", {}, nullptr});
    }
    sequencer.Record(std::move(submissions), [](auto results) {
      for (const auto& result : results) EXPECT_TRUE(result.ok()) << result.status();
    });
    sequencer.Step();
  }

  void StoreCounty(log::Sequencer& sequencer) {
    log::Chunk chunk{county_.name(), 0, county_.entries(), county_.Checkpoint(2), {}, {}};
    auto verdict =
        log::VerifyChunk(chunk, merkle::Tree(), 0, kTrustDomain, county_.key().verifier());
    EXPECT_TRUE(verdict.status.ok()) << verdict.status;
    sequencer.Store(std::move(verdict.verified),
                    [](absl::Status status, auto) { EXPECT_TRUE(status.ok()) << status; });
    sequencer.Step();
  }

  static void SaveOwnCheckpoint(log::Sequencer& sequencer) {
    const auto checkpoint = sequencer.OwnCheckpoint();
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    sequencer.SaveCheckpoint("se@1", *checkpoint);
    sequencer.Step();
  }

  // Changes the last byte of the value of the `n`th row of the entries.
  void DamageEntry(int n) {
    auto database = log::RocksDatabase::Open(path(), shared_, {});
    ASSERT_TRUE(database.ok());
    auto cursor = (*database)->NewCursor(log::Family::kEvents);
    cursor->Seek("");
    for (int i = 0; i < n; ++i) cursor->Next();
    ASSERT_TRUE(cursor->Valid());
    std::string value(cursor->value());
    value.back() = static_cast<char>(value.back() ^ 1);
    log::Batch batch;
    batch.Put(log::Family::kEvents, std::string(cursor->key()), value);
    cursor.reset();
    ASSERT_TRUE((*database)->Write(batch, log::Durability::kSynced).ok());
  }

  std::string path() const { return directory_ / "data"; }

  // The reports by log.
  std::map<std::string, LogReport> Verify(const std::string& key) {
    auto reports = VerifyData(path(), key, [](const LogReport&) {});
    EXPECT_TRUE(reports.ok()) << reports.status();
    std::map<std::string, LogReport> by_log;
    if (!reports.ok()) return by_log;
    for (const LogReport& report : *reports) by_log[report.log] = report;
    return by_log;
  }
  std::string trust() const { return key_.verifier().Text(); }

  testing::ScratchDirectory directory_;
  log::SharedResources shared_;
  note::SigningKey key_;
  FakeLog county_;
  uint8_t random_ = 0;
};

TEST_F(DataVerificationTest, SoundDirectoryVerifiesLogByLog) {
  const auto reports = Verify(trust());
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_TRUE(reports.at("se@1").status.ok()) << reports.at("se@1").status;
  EXPECT_EQ(reports.at("se@1").entries, 3u) << "two enrolments and a Received";
  EXPECT_TRUE(reports.at("se/17@1").status.ok()) << reports.at("se/17@1").status;
  EXPECT_EQ(reports.at("se/17@1").entries, 2u);
  EXPECT_EQ(reports.at("se/17@1").checkpoint_size, 2u);
}

TEST_F(DataVerificationTest, ChangedByteIsFoundInItsPlace) {
  DamageEntry(1);
  const auto reports = Verify(trust());
  ASSERT_TRUE(reports.contains("se@1"));
  EXPECT_EQ(ErrorOf(reports.at("se@1").status).code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_THAT(LogReportText(reports.at("se@1")), HasSubstr("se@1 1"));
}

TEST_F(DataVerificationTest, ChangedByteOfAnotherNodesLogIsFoundInItsPlace) {
  DamageEntry(4);
  const auto reports = Verify(trust());
  ASSERT_TRUE(reports.contains("se/17@1"));
  EXPECT_FALSE(reports.at("se/17@1").status.ok());
  EXPECT_THAT(LogReportText(reports.at("se/17@1")), HasSubstr("se/17@1 1"));
}

TEST_F(DataVerificationTest, OtherNationalKeyVerifiesNothing) {
  const auto reports = Verify(MakeKey("se", 9).verifier().Text());
  EXPECT_FALSE(reports.at("se@1").status.ok());
  EXPECT_FALSE(reports.at("se/17@1").status.ok());
}

TEST_F(DataVerificationTest, DirectoryThatIsNotThereIsAnError) {
  EXPECT_FALSE(VerifyData(directory_ / "none", trust(), [](const LogReport&) {}).ok());
}

// What the exit code says of a directory: 0 it is sound, 1 the work failed, 3 it is not.
class DirectoryExitCodeTest : public DataVerificationTest {
 protected:
  static int CodeOf(const std::vector<std::string>& line) {
    std::vector<const char*> argv = {"liggare"};
    for (const std::string& argument : line) argv.push_back(argument.c_str());
    std::ostringstream out, err;
    Shell shell(out, err);
    return RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
  }
  // A row of what is derived from the entries goes.
  void LoseAnIdRow() {
    auto database = log::RocksDatabase::Open(path(), shared_, {});
    ASSERT_TRUE(database.ok());
    auto cursor = (*database)->NewCursor(log::Family::kIds);
    cursor->Seek("");
    ASSERT_TRUE(cursor->Valid());
    log::Batch batch;
    batch.Delete(log::Family::kIds, std::string(cursor->key()));
    cursor.reset();
    ASSERT_TRUE((*database)->Write(batch, log::Durability::kSynced).ok());
  }
};

TEST_F(DirectoryExitCodeTest, ASoundDirectoryIsExitCode0) {
  EXPECT_EQ(CodeOf({"fsck", path()}), kDone);
  EXPECT_EQ(CodeOf({"fsck", "--repair", path()}), kDone);
  EXPECT_EQ(CodeOf({"verify", "--trust", trust(), "--data", path()}), kDone);
}

TEST_F(DirectoryExitCodeTest, ADamagedOneIsExitCode3AlsoAfterARepairThatLeavesDamage) {
  DamageEntry(4);
  EXPECT_EQ(CodeOf({"fsck", path()}), kVerificationFailed);
  EXPECT_EQ(CodeOf({"fsck", "--json", path()}), kVerificationFailed);
  EXPECT_EQ(CodeOf({"fsck", "--repair", path()}), kVerificationFailed);
  EXPECT_EQ(CodeOf({"fsck", "--repair", "--json", path()}), kVerificationFailed);
  EXPECT_EQ(CodeOf({"verify", "--trust", trust(), "--data", path()}), kVerificationFailed);
  EXPECT_EQ(CodeOf({"verify", "--json", "--trust", trust(), "--data", path()}),
            kVerificationFailed);
}

TEST_F(DirectoryExitCodeTest, WhatIsDerivedIsRepairedWithExitCode0) {
  LoseAnIdRow();
  EXPECT_EQ(CodeOf({"fsck", path()}), kVerificationFailed);
  EXPECT_EQ(CodeOf({"fsck", "--repair", path()}), kDone);
  EXPECT_EQ(CodeOf({"fsck", path()}), kDone);
}

TEST_F(DirectoryExitCodeTest, OneThatIsNotThereIsExitCode1) {
  EXPECT_EQ(CodeOf({"fsck", directory_ / "none"}), kFailed);
  EXPECT_EQ(CodeOf({"fsck", "--repair", directory_ / "none"}), kFailed);
  EXPECT_EQ(CodeOf({"verify", "--trust", trust(), "--data", directory_ / "none"}), kFailed);
}

TEST_F(DirectoryExitCodeTest, AnotherNationsKeyIsExitCode3) {
  EXPECT_EQ(CodeOf({"verify", "--trust", MakeKey("se", 9).verifier().Text(), "--data", path()}),
            kVerificationFailed);
}

}  // namespace
}  // namespace liggare::cli
