// A text that is recorded at a verksamhet is on the disks of three tiers. When it is
// erased it is on none of them, and no way back brings it again.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "eventstore/log/care/backup.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/proof/receipt_verifier.h"
#include "liggare/v1/admin_service.grpc.pb.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "proto/error/error.h"
#include "tests/services/restore/ways_back.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kLog[] = "se/17/varmland@1";
constexpr char kCountyLog[] = "se/17@1";
constexpr char kText[] = "Klienten Åsa ringde själv och rättade uppgiften.";

class ErasureWayTest : public WaysBack {
 protected:
  // Records a report and its correction with a text, which come to all three tiers.
  void RecordText() {
    ASSERT_TRUE(cluster_.Record(kVerksamhet, Registered(1)).has_recorded());
    ASSERT_TRUE(cluster_.Record(kVerksamhet, Report(2, 3)).has_recorded());
    const v1::RecordResult recorded = Submit(kVerksamhet, WithText());
    ASSERT_TRUE(recorded.has_recorded()) << recorded.ShortDebugString();
    cluster_.AwaitSize("se", kLog, 3);
    for (const char* path : kTiers) EXPECT_TRUE(HasText(path)) << path;
  }
  v1::RecordResult Submit(const std::string& path, const v1::Submission& submission) {
    v1::RecordRequest request;
    *request.add_submissions() = submission;
    v1::RecordResponse response;
    grpc::ClientContext context;
    const grpc::Status status = v1::EventService::NewStub(cluster_.DialAsSystem(path))
                                    ->Record(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return status.ok() ? response.results(0) : v1::RecordResult();
  }
  static v1::Submission WithText() {
    v1::EventData event = Correction(3, 3, 4);
    const v1::Disclosure disclosure = AddReason(event, kText);
    v1::Submission submission = SubmissionOf(event);
    *submission.add_disclosures() = disclosure;
    return submission;
  }
  static v1::EventData Redaction(uint64_t id) {
    v1::EventData text = Correction(3, 3, 4);
    AddReason(text, kText);
    v1::EventData event;
    event.set_event_id(SampleId(id));
    event.set_subject(kReportSubject);
    event.mutable_actor()->set_id("anna");
    event.mutable_actor()->set_role("handlaggare");
    event.mutable_redacted()->set_grund("gallringsbeslut");
    v1::RedactedText& erased = *event.mutable_redacted()->add_texter();
    erased.set_commitment(text.reason().commitment());
    erased.set_falt("reason");
    return event;
  }
  void Erase(const std::string& path, uint64_t id = 4) {
    const v1::RecordResult erased = cluster_.Record(path, Redaction(id));
    ASSERT_TRUE(erased.has_recorded()) << erased.ShortDebugString();
  }

  // Whether a file of the node's directory holds the text.
  bool HasText(const std::string& path) { return Holds(cluster_.data_directory(path)); }
  static bool Holds(const std::string& directory) {
    std::error_code gone;  // Files go while they are listed.
    for (fs::recursive_directory_iterator it(directory, gone), end; !gone && it != end;
         it.increment(gone)) {
      std::error_code unknown;
      if (!it->is_regular_file(unknown)) continue;
      std::ifstream stream(it->path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(stream), {});
      if (bytes.find(kText) != std::string::npos) return true;
    }
    return false;
  }
  // Waits: the files are purged after the answer.
  bool IsErased(const std::string& path) {
    return Eventually([&] { return !HasText(path); });
  }
  // What was recorded still verifies, without the text.
  void ExpectProofs(const std::string& path) {
    const v1::Receipt receipt = Receipt(path, Correction(3, 3, 4));
    EXPECT_EQ(receipt.disclosures_size(), 0) << path;
    const auto verified = proof::VerifyReceipt(receipt, cluster_.verifier("se").Text());
    EXPECT_TRUE(verified.ok()) << path << ": " << verified.status().message();
  }
  void ExpectWhole(const std::string& path) {
    Stop(path);
    EXPECT_EQ(FaultsOf(path), "") << path;
    log::SharedResources shared;
    const auto checked = log::FsckDirectory(cluster_.data_directory(path), shared, {});
    ASSERT_TRUE(checked.ok()) << checked.status();
    for (const log::FsckFinding& finding : checked->findings) {
      ADD_FAILURE() << path << ": " << log::FindingText(finding);
    }
    EXPECT_FALSE(HasText(path)) << path;
  }
  void BackUp(const std::string& path) {
    v1::BackupRequest request;
    v1::BackupResponse response;
    grpc::ClientContext context;
    const grpc::Status status = v1::AdminService::NewStub(cluster_.DialAsOperator(path))
                                    ->Backup(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  static constexpr const char* kTiers[] = {kVerksamhet, "se/17", "se"};
};

TEST_F(ErasureWayTest, ErasedAtTheVerksamhetItIsGoneOnAllThree) {
  RecordText();
  Erase(kVerksamhet);
  cluster_.AwaitSize("se", kLog, 4);
  for (const char* path : kTiers) EXPECT_TRUE(IsErased(path)) << path;
  // A client that was offline sends it again.
  const v1::RecordResult again = Submit(kVerksamhet, WithText());
  ASSERT_TRUE(again.has_recorded()) << again.ShortDebugString();
  EXPECT_TRUE(again.recorded().duplicate());
  for (const char* path : kTiers) ExpectProofs(path);
  for (const char* path : kTiers) ExpectWhole(path);
}

TEST_F(ErasureWayTest, ErasedAtTheCountyItIsGoneOnAllThree) {
  RecordText();
  const uint64_t before = SizeOf("se/17", kCountyLog);
  Erase("se/17");
  cluster_.AwaitSize("se", kCountyLog, before + 1);
  for (const char* path : kTiers) EXPECT_TRUE(IsErased(path)) << path;
  for (const char* path : kTiers) ExpectProofs(path);
  // The verksamhet sends more: nothing comes back with it.
  const v1::RecordResult more = cluster_.Record(kVerksamhet, Correction(5, 4, 5));
  ASSERT_TRUE(more.has_recorded()) << more.ShortDebugString();
  cluster_.AwaitSize("se", kLog, more.recorded().index() + 1);
  for (const char* path : kTiers) ExpectWhole(path);
}

TEST_F(ErasureWayTest, NobodyBesideOrBelowErasesIt) {
  RecordText();
  const v1::RecordResult refused = cluster_.Record(kOther, Redaction(4));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code(), v1::ERROR_CODE_NOT_AUTHORISED);
  for (const char* path : kTiers) EXPECT_TRUE(HasText(path)) << path;
}

TEST_F(ErasureWayTest, BackupOlderThanTheErasureComesBackWithoutTheText) {
  RecordText();
  BackUp(kVerksamhet);
  ASSERT_TRUE(Holds(cluster_.backup_directory(kVerksamhet)));
  Erase(kVerksamhet);
  cluster_.AwaitSize("se", kLog, 4);
  EXPECT_TRUE(IsErased("se/17"));
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);
  log::SharedResources shared;
  const auto back = log::RestoreBackup(cluster_.backup_directory(kVerksamhet), {},
                                       cluster_.data_directory(kVerksamhet), shared);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_TRUE(HasText(kVerksamhet)) << "the backup is older";
  const auto report = Restore(kVerksamhet);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_FALSE(HasText(kVerksamhet));
  Start(kVerksamhet);
  cluster_.AwaitSize("se", "se/17/varmland@2", 1);
  const v1::RecordResult again = Submit(kVerksamhet, WithText());
  EXPECT_TRUE(again.recorded().duplicate()) << again.ShortDebugString();
  BackUp(kVerksamhet);
  EXPECT_FALSE(Holds(cluster_.backup_directory(kVerksamhet)));
  ExpectWhole(kVerksamhet);
}

TEST_F(ErasureWayTest, NodeThatComesBackFromItsParentHasNoText) {
  RecordText();
  Erase("se/17");
  EXPECT_TRUE(IsErased("se/17"));
  Stop(kVerksamhet);
  LoseDisk(kVerksamhet);
  const auto report = Restore(kVerksamhet);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_FALSE(HasText(kVerksamhet));
  Start(kVerksamhet);
  cluster_.AwaitSize("se", "se/17/varmland@2", 1);
  ExpectProofs(kVerksamhet);
  ExpectWhole(kVerksamhet);
}

TEST_F(ErasureWayTest, CountyThatIsSetBackErasesItAgain) {
  RecordText();
  Stop("se/17");
  KeepDisk("se/17", "county.before");
  Start("se/17");
  const uint64_t before = SizeOf("se/17", kCountyLog);
  Erase("se/17");
  cluster_.AwaitSize("se", kCountyLog, before + 1);
  Stop("se/17");
  PutDisk("se/17", "county.before");
  ASSERT_TRUE(HasText("se/17"));
  const auto report = Restore("se/17");
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_FALSE(HasText("se/17"));
  Start("se/17");
  cluster_.AwaitSize("se", "se/17@2", 1);
  ExpectProofs("se/17");
  ExpectWhole("se/17");
}

}  // namespace
}  // namespace liggare::testing
