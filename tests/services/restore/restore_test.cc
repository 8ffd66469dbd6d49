// Lost and set-back disks, restored from those that hold verified copies: real
// nodes on RocksDB over TLS.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/note/checkpoint.h"
#include "proto/error/error.h"
#include "tests/services/restore/ways_back.h"
#include "tests/testing/open_umask.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kOld[] = "se/17/varmland@1";
constexpr char kNew[] = "se/17/varmland@2";

class RestoreTest : public WaysBack {
 protected:
  // Records, and gives the answer.
  v1::Recorded Record(const v1::EventData& event) {
    const v1::RecordResult result = cluster_.Record(kVerksamhet, event);
    EXPECT_TRUE(result.has_recorded()) << result.ShortDebugString();
    return result.recorded();
  }
  uint64_t OwnSizeOnDisk(const std::string& path) {
    log::SharedResources shared;
    const auto database =
        log::RocksDatabase::OpenForInspection(cluster_.data_directory(path), shared);
    const auto log =
        log::EventLog::Open(**database, {.trust_domain = "", .path = path, .read_only = true});
    return (*log)->Find((*log)->own_log())->size;
  }
  // Until the origin has its parent's cosignature of its last event.
  void AwaitReceipt(const v1::EventData& event) {
    ASSERT_TRUE(Eventually([&] {
      const auto note = note::ParseNote(Receipt(kVerksamhet, event).event().checkpoint());
      return note.ok() && note::VerifyCosignature(*note, cluster_.verifier("se/17")).ok();
    }));
  }
  // A register, a report and a correction, at every tier.
  void RecordThree() {
    Record(Registered(1));
    Record(Report(2, 3));
    const v1::Recorded last = Record(Correction(3, 3, 4));
    cluster_.AwaitSize("se/17", kOld, last.index() + 1);
    cluster_.AwaitSize("se", kOld, last.index() + 1);
  }
};

TEST_F(RestoreTest, LostDiskComesBackFromTheParentInANewEpoch) {
  RecordThree();
  const std::string before = ReportState(kVerksamhet);
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);
  const auto report = Restore(kVerksamhet);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->own_log, kNew);
  EXPECT_EQ(report->previous.log, kOld);
  EXPECT_EQ(report->previous.size, 3u);
  EXPECT_THAT(report->moved, IsEmpty());
  EXPECT_THAT(report->kept_directory, IsEmpty());

  Start(kVerksamhet);
  EXPECT_EQ(ReportState(kVerksamhet), before);
  const v1::Recorded next = Record(Correction(4, 4, 5));
  EXPECT_EQ(next.log(), kNew);
  cluster_.AwaitSize("se", kNew, next.index() + 1);
  for (const char* log : {kOld, kNew}) {
    EXPECT_EQ(ReadAll("se", log), ReadAll(kVerksamhet, log)) << log;
  }
  v1::Event first;
  v1::EventData data;
  ASSERT_TRUE(first.ParseFromString(ReadAll("se", kNew).at(0)));
  ASSERT_TRUE(data.ParseFromString(first.data()));
  EXPECT_EQ(data.epoch_opened().previous().log(), kOld);
  EXPECT_EQ(data.epoch_opened().previous().size(), 3u);
  for (const char* path : {kVerksamhet, "se/17", "se"}) Stop(path);
  for (const char* path : {kVerksamhet, "se/17", "se"}) EXPECT_EQ(FaultsOf(path), "") << path;
}

TEST_F(RestoreTest, ClientsRetriesLandOnce) {
  RecordThree();
  Stop("se/17");  // What is recorded now, nobody above has.
  const v1::Recorded lost = Record(Correction(4, 4, 5));
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);
  Start("se/17");
  ASSERT_TRUE(Restore(kVerksamhet).ok());
  Start(kVerksamhet);
  const v1::Recorded known = Record(Correction(3, 3, 4));
  EXPECT_TRUE(known.duplicate());
  EXPECT_EQ(known.log(), kOld);
  const v1::Recorded again = Record(Correction(4, 4, 5));
  EXPECT_FALSE(again.duplicate());
  EXPECT_EQ(again.log(), kNew);
  EXPECT_EQ(lost.log(), kOld);
  EXPECT_TRUE(Record(Correction(4, 4, 5)).duplicate());
  cluster_.AwaitSize("se", kNew, again.index() + 1);
  EXPECT_EQ(PlaceOf("se", Correction(4, 4, 5)),
            std::string(kNew) + "#" + std::to_string(again.index()));
}

TEST_F(RestoreTest, EventsThatNoParentHadAreRecordedAgainNamingTheirOldPlace) {
  Record(Registered(1));
  cluster_.AwaitSize("se/17", kOld, 1);
  Stop(kVerksamhet);
  KeepDisk(kVerksamhet, "old");
  Start(kVerksamhet);
  Record(Report(2, 3));
  cluster_.AwaitSize("se/17", kOld, 2);
  Stop(kVerksamhet);
  Stop("se/17");
  PutDisk(kVerksamhet, "old");
  Start(kVerksamhet);  // Offline, it can't know.
  const v1::Recorded first = Record(Report(21, 7));
  const v1::Recorded second = Record(Correction(22, 7, 8));
  Start("se/17");
  AwaitStopped(kVerksamhet);
  Stop(kVerksamhet);

  const auto report = Restore(kVerksamhet);
  ASSERT_TRUE(report.ok()) << report.status().message();
  ASSERT_THAT(report->moved, SizeIs(2));
  EXPECT_EQ(report->moved[0].from, (log::LogIndex{kOld, first.index()}));
  EXPECT_EQ(report->moved[1].from, (log::LogIndex{kOld, second.index()}));
  EXPECT_TRUE(std::filesystem::exists(report->kept_directory));
  Start(kVerksamhet);
  const v1::Recorded retry = Record(Correction(22, 7, 8));
  EXPECT_TRUE(retry.duplicate());
  EXPECT_EQ(retry.log(), kNew);
  EXPECT_EQ(retry.index(), report->moved[1].to.index);
  cluster_.AwaitSize("se", kNew, retry.index() + 1);
  v1::Event moved;
  ASSERT_TRUE(moved.ParseFromString(ReadAll("se", kNew).at(retry.index())));
  EXPECT_EQ(moved.earlier().log(), kOld);
  EXPECT_EQ(moved.earlier().index(), second.index());
  EXPECT_EQ(moved.earlier().recorded_at_ms(), second.recorded_at_ms());
  EXPECT_EQ(moved.earlier().clock(), second.clock());
  // It was recorded with knowledge of the report before it, where that is now.
  ASSERT_EQ(moved.basis_size(), 1);
  EXPECT_EQ(moved.basis(0).log(), kNew);
  EXPECT_EQ(moved.basis(0).index(), report->moved[0].to.index);
  // The report of before the backup, which the disk had forgotten, and the one in
  // its place were recorded without knowledge of each other.
  EXPECT_EQ(ReportState("se"), ReportState(kVerksamhet));
  EXPECT_THAT(ReportState("se"), HasSubstr("conflict"));
  Stop(kVerksamhet);
  EXPECT_EQ(FaultsOf(kVerksamhet), "");
}

TEST_F(RestoreTest, RestoreOfARunningNodeOrFromNobodyIsRefused) {
  RecordThree();
  const auto running = Restore(kVerksamhet);
  ASSERT_FALSE(running.ok());
  EXPECT_THAT(std::string(running.status().message()), HasSubstr("in use by another process"));
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);
  Stop("se/17");
  EXPECT_FALSE(Restore(kVerksamhet).ok());
  EXPECT_FALSE(std::filesystem::exists(cluster_.data_directory(kVerksamhet)));
  const auto nation = Restore("se");
  ASSERT_FALSE(nation.ok());
  EXPECT_EQ(ErrorOf(nation.status()).code(), v1::ERROR_CODE_CONFIGURATION);
}

TEST_F(RestoreTest, NodeOfWhichNothingIsHeldHasNothingToRestore) {
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);
  const auto report = Restore(kVerksamhet);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(ErrorOf(report.status()).code(), v1::ERROR_CODE_NOT_FOUND);
}

// The time of the county's own cosignature in the first checkpoint of a receipt.
uint64_t CountysTime(const v1::Receipt& receipt, const note::VerifierKey& county) {
  const auto note = note::ParseNote(receipt.event().checkpoint());
  const auto time_s = note::VerifyCosignature(*note, county);
  EXPECT_TRUE(time_s.ok()) << time_s.status().message();
  return time_s.value_or(0);
}

TEST_F(RestoreTest, SetBackCountyGetsFromItsChildWhatItMissedAndHonoursItsReceipts) {
  Record(Registered(1));
  cluster_.AwaitSize("se", kOld, 1);
  Stop("se/17");
  KeepDisk("se/17", "old");
  Start("se/17");
  RecordThree();
  const std::string countys = "se/17@1";
  const uint64_t size_before = SizeOf("se", countys);
  AwaitReceipt(Correction(3, 3, 4));
  const uint64_t given_s =
      CountysTime(Receipt(kVerksamhet, Correction(3, 3, 4)), cluster_.verifier("se/17"));
  Stop("se/17");
  Stop("se");  // So that its child alone can tell it.
  PutDisk("se/17", "old");
  const uint64_t size_old = OwnSizeOnDisk("se/17");
  Start("se/17");
  EXPECT_THAT(AwaitStopped("se/17"), HasSubstr("Restore needed"));
  EXPECT_EQ(SizeOf("se/17", countys), size_old) << "an index of its log was used again";
  EXPECT_EQ(SizeOf("se/17", kOld), 1u);

  Stop("se/17");
  Start("se");
  const auto report = Restore("se/17");
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->previous.size, size_before);
  Start("se/17");
  cluster_.AwaitSize("se/17", kOld, 3);
  cluster_.AwaitSize("se", "se/17@2", 1);
  EXPECT_EQ(CountysTime(Receipt("se/17", Correction(3, 3, 4)), cluster_.verifier("se/17")),
            given_s);
  EXPECT_TRUE(Status("se/17").read_only_reason().empty());
  const v1::Recorded next = Record(Correction(4, 4, 5));
  cluster_.AwaitSize("se", kOld, next.index() + 1);
  Stop("se/17");
  EXPECT_EQ(FaultsOf("se/17"), "");
}

TEST_F(RestoreTest, LostNationComesBackFromACounty) {
  RecordThree();
  const std::string before = ReportState("se");
  const uint64_t size = SizeOf("se", "se@1");
  cluster_.AwaitSize("se/17", "se@1", size);
  Stop("se");
  LoseDisk("se");
  const auto report = Restore("se", {{"se/17", cluster_.address("county"), "county"}});
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->own_log, "se@2");
  EXPECT_EQ(report->previous.size, size);
  Start("se");
  EXPECT_EQ(ReportState("se"), before);
  cluster_.AwaitSize("se/17", "se@2", 1);
  const v1::Recorded next = Record(Correction(4, 4, 5));
  cluster_.AwaitSize("se", kOld, next.index() + 1);
  for (const char* path : {"se/17", "se"}) Stop(path);
  for (const char* path : {"se/17", "se"}) EXPECT_EQ(FaultsOf(path), "") << path;
}

// What a peer gives is believed once it verifies, so only the process that was enrolled
// for it, or is named, is asked.
TEST_F(RestoreTest, PeerIsAskedOnlyAtTheProcessThatIsEnrolledOrNamed) {
  RecordThree();
  cluster_.AwaitSize("se/17", "se@1", SizeOf("se", "se@1"));
  Stop("se");
  KeepDisk("se", "nation");
  LoseDisk("se");
  const std::string county = cluster_.address("county");
  const auto unnamed = Restore("se", {{"se/17", county, ""}});
  EXPECT_EQ(ErrorOf(unnamed.status()).code(), v1::ERROR_CODE_CONFIGURATION) << unnamed.status();
  EXPECT_THAT(ErrorOf(unnamed.status()).expected(), HasSubstr("<path>=<name of its process>@"));
  const auto another = Restore("se", {{"se/17", county, "nation"}});
  EXPECT_FALSE(another.ok());
  PutDisk("se", "nation");
  // The verksamhet's process, in the county's place: its own directory names the county's.
  EXPECT_FALSE(Restore("se", {{"se/17", cluster_.address("verksamhet"), ""}}).ok());
  const auto enrolled = Restore("se", {{"se/17", county, ""}});
  ASSERT_TRUE(enrolled.ok()) << enrolled.status();
  EXPECT_EQ(enrolled->own_log, "se@2");
}

TEST(RestorePeerTest, HostStandsBeforeTheAddress) {
  const auto named = node::ParseRestorePeer("se/17=lan17@10.0.0.2:7443");
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->path, "se/17");
  EXPECT_EQ(named->host, "lan17");
  EXPECT_EQ(named->address, "10.0.0.2:7443");
  EXPECT_EQ(node::ParseRestorePeer("se/17=10.0.0.2:7443")->host, "");
  for (const char* wrong :
       {"", "se/17", "se/17=", "se/17=@10.0.0.2:7443", "se/17=lan17@", "se/17=LAN@10.0.0.2:7443",
        "=lan17@10.0.0.2:7443", "se/17=10.0.0.2:7443=lan17", "se/17=a@b@10.0.0.2:7443"}) {
    EXPECT_FALSE(node::ParseRestorePeer(wrong).ok()) << wrong;
  }
}

// Nobody else has the whole of their logs: docs/operations.md, "The nation and every county
// are lost", with its steps.
TEST_F(RestoreTest, NationAndEveryCountyGoOnFromTheirBackups) {
  Record(Registered(1));
  cluster_.AwaitSize("se", kOld, 1);
  for (const char* path : {"se", "se/17"}) {
    Stop(path);
    KeepDisk(path, "backup of " + HostOf(path));
    Start(path);
  }
  RecordThree();
  const std::string before = ReportState("se");
  // The verksamhet has the nation's receipt for what the nation's backup lacks.
  ASSERT_TRUE(Eventually([&] {
    const auto note =
        note::ParseNote(Receipt(kVerksamhet, Correction(3, 3, 4)).event().checkpoint());
    return note.ok() && note::VerifyCosignature(*note, cluster_.verifier("se")).ok();
  }));
  for (const char* path : {"se/17", "se"}) {
    Stop(path);
    PutDisk(path, "backup of " + HostOf(path));
  }
  Start("se");
  const auto county = Restore("se/17");
  ASSERT_TRUE(county.ok()) << county.status().message();
  Start("se/17");
  EXPECT_THAT(AwaitStopped("se"), HasSubstr("Restore needed"));
  Stop("se");
  const auto nation = Restore("se", {{"se/17", cluster_.address("county"), "county"}});
  ASSERT_TRUE(nation.ok()) << nation.status().message();
  Start("se");
  cluster_.AwaitSize("se", kOld, 3);
  EXPECT_EQ(ReportState("se"), before);
  const v1::Recorded next = Record(Correction(4, 4, 5));
  cluster_.AwaitSize("se", kOld, next.index() + 1);
  EXPECT_TRUE(Status("se").read_only_reason().empty());
  EXPECT_TRUE(Status("se/17").read_only_reason().empty());
  for (const char* path : {"se/17", "se"}) Stop(path);
  for (const char* path : {"se/17", "se"}) EXPECT_EQ(FaultsOf(path), "") << path;
}

TEST_F(RestoreTest, SecondLossOpensAThirdEpoch) {
  RecordThree();
  for (const char* own : {kNew, "se/17/varmland@3"}) {
    Stop(kVerksamhet);
    LoseDisk(kVerksamhet);
    const auto report = Restore(kVerksamhet);
    ASSERT_TRUE(report.ok()) << report.status().message();
    EXPECT_EQ(report->own_log, own);
    Start(kVerksamhet);
    cluster_.AwaitSize("se", own, 1);
  }
  EXPECT_TRUE(Record(Correction(3, 3, 4)).duplicate());
}

TEST_F(RestoreTest, DirectoryOpenToOthersIsNeitherReadNorReplaced) {
  RecordThree();
  Stop(kVerksamhet);
  const std::string data = cluster_.data_directory(kVerksamhet);
  ASSERT_EQ(chmod(data.c_str(), 0755), 0);
  const auto refused = Restore(kVerksamhet);
  EXPECT_EQ(ErrorOf(refused.status()).code(), v1::ERROR_CODE_CONFIGURATION) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("chmod 700 " + data));
  ASSERT_EQ(chmod(data.c_str(), 0700), 0);
  const OpenUmask umask;
  const auto restored = Restore(kVerksamhet);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(ModeOf(data), 0700u);
  EXPECT_EQ(ModeOf(restored->kept_directory), 0700u);
}

TEST_F(RestoreTest, InterruptedRestoreIsDoneAgain) {
  RecordThree();
  Stop(kVerksamhet);
  const std::string data = cluster_.data_directory(kVerksamhet);
  LoseDisk(kVerksamhet);
  std::filesystem::create_directories(data + ".restoring");  // Of a first attempt.
  cluster_.scratch().Write("data-se-17-varmland.restoring/rubbish", "x");
  ASSERT_TRUE(Restore(kVerksamhet).ok());
  // Cut off between its last two steps.
  std::filesystem::rename(data, data + ".restored");
  const auto finished = Restore(kVerksamhet);
  ASSERT_FALSE(finished.ok());
  EXPECT_THAT(std::string(finished.status().message()), HasSubstr("that is done now"));
  Start(kVerksamhet);
  EXPECT_TRUE(Record(Correction(3, 3, 4)).duplicate());
}

}  // namespace
}  // namespace liggare::testing
