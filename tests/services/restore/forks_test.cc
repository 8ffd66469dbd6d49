// Two histories of one log, signed by its own key: each way that they come about
// is found, the log alone is frozen, and the evidence holds offline.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <sstream>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/proof/evidence_verification.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/node/host.h"
#include "services/node/secrets.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/services/restore/ways_back.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr char kLog[] = "se/17/varmland@1";
constexpr char kCountysLog[] = "se/17@1";
constexpr int64_t kValidAtS = 1'700'000'000;

v1::Evidence EvidenceIn(const std::string& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_TRUE(proof::IsEvidence(text.str())) << file;
  const auto evidence = proof::EvidenceFromJson(text.str());
  EXPECT_TRUE(evidence.ok()) << evidence.status().message();
  return evidence.ok() ? *evidence : v1::Evidence();
}

class ForksTest : public WaysBack {
 protected:
  v1::Recorded Record(const std::string& path, const v1::EventData& event) {
    const v1::RecordResult result = cluster_.Record(path, event);
    EXPECT_TRUE(result.has_recorded()) << result.ShortDebugString();
    return result.recorded();
  }
  // An event that any node may record about a child.
  v1::EventData Enrolment(uint64_t id, const std::string& parent) {
    const std::string path = parent + "/n" + std::to_string(id);
    v1::EventData event;
    event.set_event_id(SampleId(id));
    event.set_subject("node/" + path);
    event.mutable_actor()->set_id("test");
    v1::NodeEnrolled& enrolled = *event.mutable_node_enrolled();
    enrolled.set_verifier_key(
        note::SigningKey::Generate(std::string(kClusterDomain) + "/" + path)->verifier().Text());
    enrolled.set_display_name(path);
    enrolled.set_custody(v1::CUSTODY_OWN);
    enrolled.set_host("test");
    return event;
  }

  // The evidence against a log, at a node; checked as anyone could.
  proof::VerifiedEvidence EvidenceAt(const std::string& path, const std::string& log) {
    const v1::Evidence evidence = EvidenceIn(AwaitEvidence(path, log));
    const auto verified = proof::VerifyEvidence(evidence, cluster_.verifier("se").Text());
    EXPECT_TRUE(verified.ok()) << verified.status().message();
    if (!verified.ok()) return {};
    EXPECT_EQ(verified->log, log);
    const v1::NodeStatus status_of_node = Status(path);
    for (const v1::Alarm& alarm : status_of_node.alarms()) {
      if (alarm.log() == log) {
        EXPECT_THAT(alarm.advice(), HasSubstr("docs/operations.md"));
      }
    }
    return *verified;
  }

  // Everybody else's entries reach the nation as before.
  void ExpectTheRestFlows() {
    static uint64_t id = 900;
    const v1::Recorded other = Record(kOther, Registered(++id, kOther));
    cluster_.AwaitSize("se", std::string(kOther) + "@1", other.index() + 1);
  }
};

TEST_F(ForksTest, VerksamhetRestoredFromAnOldBackup) {
  Record(kVerksamhet, Registered(1));
  cluster_.AwaitSize("se", kLog, 1);
  Stop(kVerksamhet);
  KeepDisk(kVerksamhet, "backup");
  Start(kVerksamhet);
  Record(kVerksamhet, Report(2, 3));
  Record(kVerksamhet, Correction(3, 3, 4));
  cluster_.AwaitSize("se", kLog, 3);
  Stop(kVerksamhet);
  Stop("se/17");
  PutDisk(kVerksamhet, "backup");
  Start(kVerksamhet);
  Record(kVerksamhet, Report(4, 7));  // In the place of the first report.
  Start("se/17");
  const std::string reason = AwaitStopped(kVerksamhet);
  EXPECT_THAT(reason, HasSubstr("Restore needed"));
  EXPECT_THAT(reason, HasSubstr("docs/operations.md"));
  const auto at_county = EvidenceAt("se/17", kLog);
  EXPECT_EQ(at_county.kind, v1::EVIDENCE_KIND_TWO_ROOTS);
  EXPECT_EQ(at_county.size, 2u);
  EXPECT_EQ(EvidenceAt(kVerksamhet, kLog).vkey, cluster_.verifier(kVerksamhet).Text());
  EXPECT_EQ(SizeOf("se/17", kLog), 3u);
  EXPECT_TRUE(cluster_.Record(kVerksamhet, Correction(5, 7, 8)).has_error());
  ExpectTheRestFlows();
}

TEST_F(ForksTest, TwoLiveCopiesOfOneNode) {
  Record(kVerksamhet, Registered(1));
  cluster_.AwaitSize("se", kLog, 1);
  Stop(kVerksamhet);
  KeepDisk(kVerksamhet, "clone");
  Start(kVerksamhet);

  std::string text = cluster_.config_text("verksamhet");
  const std::string data = cluster_.data_directory(kVerksamhet);
  text.replace(text.find(data), data.size(), cluster_.scratch() / "clone");
  const size_t listen = text.find("listen = '") + 10;
  text.replace(listen, text.find("'", listen) - listen, "127.0.0.1:0");
  auto config = node::ParseConfig(text, cluster_.scratch() / "clone.toml");
  ASSERT_TRUE(config.ok()) << config.status().message();
  auto secrets = node::ReadSecrets(*config, kValidAtS);
  ASSERT_TRUE(secrets.ok());
  auto clone = node::Host::Start(*std::move(config), *std::move(secrets));
  ASSERT_TRUE(clone.ok()) << clone.status().message();

  const rpc::CredentialFiles files =
      cluster_.authority().Issue("clones-client", "spiffe://" + std::string(kClusterDomain) + "/" +
                                                      kVerksamhet + "/system/test");
  const auto own = rpc::LoadCredentials(files, kClusterDomain, kValidAtS);
  const auto stub = v1::EventService::NewStub(rpc::Dial(
      (*clone)->address(), rpc::ChannelCredentials(*own, {kClusterDomain, "verksamhet"})));
  // Both record until one of them is told; whoever comes second is.
  Record(kVerksamhet, Report(2, 3));
  grpc::ClientContext context;
  v1::RecordRequest request;
  *request.add_submissions() = SubmissionOf(Report(3, 9));
  v1::RecordResponse response;
  ASSERT_TRUE(stub->Record(&context, request, &response).ok());
  const auto evidence = EvidenceAt("se/17", kLog);
  EXPECT_EQ(evidence.kind, v1::EVIDENCE_KIND_TWO_ROOTS);
  EXPECT_EQ(evidence.size, 2u);
  ExpectTheRestFlows();
  (*clone)->Stop();
}

TEST_F(ForksTest, LogRewrittenOnDisk) {
  Record(kVerksamhet, Registered(1));
  Record(kVerksamhet, Report(2, 3));
  cluster_.AwaitSize("se", kLog, 2);
  Stop(kVerksamhet);
  {
    // Carefully: the indexes agree with what is there now.
    log::SharedResources shared;
    auto database = log::RocksDatabase::Open(cluster_.data_directory(kVerksamhet), shared, {});
    ASSERT_TRUE(database.ok());
    const std::string key = log::keys::Encode(log::keys::EventKey{.log = 1, .index = 1});
    v1::Event entry;
    ASSERT_TRUE(entry.ParseFromString(**(*database)->Get(log::Family::kEvents, key)));
    v1::EventData data;
    ASSERT_TRUE(data.ParseFromString(entry.data()));
    data.mutable_report_submitted()->mutable_ombud()->set_personer(300);
    entry.set_data(data.SerializeAsString());
    const std::string forged = entry.SerializeAsString();
    log::Batch batch;
    batch.Put(log::Family::kEvents, key, forged);
    batch.Put(log::Family::kIds,
              log::keys::Encode(log::keys::IdKey{.event_id = data.event_id(), .log = 1}),
              log::keys::Encode(log::keys::IdValue{
                  .index = 1, .leaf_prefix = log::keys::LeafPrefix(merkle::LeafHash(forged))}));
    ASSERT_TRUE((*database)->Write(batch, log::Durability::kSynced).ok());
  }
  Start(kVerksamhet);
  EXPECT_THAT(AwaitStopped(kVerksamhet), HasSubstr("Restore needed"));
  EXPECT_EQ(EvidenceAt("se/17", kLog).size, 2u);
  ExpectTheRestFlows();
}

TEST_F(ForksTest, ParentRestoredFromAnOldBackup) {
  Record(kVerksamhet, Registered(1));
  cluster_.AwaitSize("se", kLog, 1);
  Stop("se/17");
  KeepDisk("se/17", "backup");
  Start("se/17");
  Record("se/17", Enrolment(50, "se/17"));
  Record("se/17", Enrolment(51, "se/17"));
  cluster_.AwaitSize("se", kCountysLog, SizeOf("se/17", kCountysLog));
  Stop("se/17");
  Stop("se");
  Stop(kVerksamhet);
  PutDisk("se/17", "backup");
  Start("se/17");
  Record("se/17", Enrolment(60, "se/17"));
  Start("se");
  EXPECT_THAT(AwaitStopped("se/17"), HasSubstr("Restore needed"));
  EXPECT_EQ(EvidenceAt("se", kCountysLog).path, "se/17");
  // Its children's logs are not blamed. While it waits for its restore it takes nothing of se@1.
  Start(kVerksamhet);
  const v1::NodeStatus nation = Status("se");
  for (const v1::Alarm& alarm : nation.alarms()) {
    EXPECT_THAT(alarm.log(), AnyOf(kCountysLog, "se@1")) << alarm.ShortDebugString();
    if (alarm.log() == "se@1") {
      EXPECT_THAT(alarm.message(), HasSubstr("se/17 refuses se@1"));
    }
  }
  const uint64_t before = SizeOf("se", "se@1");
  Record("se", Enrolment(70, "se"));
  EXPECT_GT(SizeOf("se", "se@1"), before);
}

TEST_F(ForksTest, TwoViewsOfAParentShownByItsChild) {
  Record("se", Enrolment(70, "se"));
  cluster_.AwaitSize("se/17", "se@1", SizeOf("se", "se@1"));
  Stop("se");
  KeepDisk("se", "view");
  Start("se");
  Record("se", Enrolment(71, "se"));
  cluster_.AwaitSize("se/17", "se@1", SizeOf("se", "se@1"));
  Stop("se");
  Stop("se/17");
  PutDisk("se", "view");
  Start("se");
  Record("se", Enrolment(72, "se"));  // To somebody else, this is the nation's log.
  Start("se/17");
  EXPECT_EQ(EvidenceAt("se/17", "se@1").path, "se");
  EXPECT_THAT(AwaitStopped("se"), HasSubstr("Restore needed"));
  // The county and what is below it goes on.
  const v1::Recorded next = Record(kVerksamhet, Registered(80));
  cluster_.AwaitSize("se/17", kLog, next.index() + 1);
}

TEST_F(ForksTest, CopyThatLivesOnAfterTheRestoreIsConvicted) {
  Record(kVerksamhet, Registered(1));
  cluster_.AwaitSize("se/17", kLog, 1);
  Stop(kVerksamhet);
  KeepDisk(kVerksamhet, "clone");
  const auto report = Restore(kVerksamhet);
  ASSERT_TRUE(report.ok()) << report.status().message();
  Stop("se/17");
  KeepDisk(kVerksamhet, "restored");
  Start("se/17");
  Start(kVerksamhet);
  cluster_.AwaitSize("se", "se/17/varmland@2", 1);
  Stop(kVerksamhet);
  // The clone knows nothing of the second epoch, and is told.
  PutDisk(kVerksamhet, "clone");
  Start(kVerksamhet);
  EXPECT_THAT(AwaitStopped(kVerksamhet), HasSubstr("se/17/varmland@2"));
  EXPECT_EQ(SizeOf("se/17", kLog), 1u);
  ExpectTheRestFlows();
}

// --- The evidence itself ------------------------------------------------------

// Changes one thing in every field of a message in turn, and calls `check` with the
// field's name each time.
void ForEachChange(google::protobuf::Message& message, const std::string& name,
                   const std::function<void(const std::string&)>& check) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  using Field = google::protobuf::FieldDescriptor;
  const auto flip = [](std::string bytes) {
    if (bytes.empty()) return std::string("x");
    bytes[0] ^= 1;
    return bytes;
  };
  for (const Field* field : fields) {
    const std::string at = name + "." + field->name();
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
        ForEachChange(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                           : *reflection->MutableMessage(&message, field),
                      at, check);
      } else if (field->cpp_type() == Field::CPPTYPE_STRING) {
        const std::string was = field->is_repeated()
                                    ? reflection->GetRepeatedString(message, field, i)
                                    : reflection->GetString(message, field);
        const auto set = [&](const std::string& value) {
          if (field->is_repeated()) {
            reflection->SetRepeatedString(&message, field, i, value);
          } else {
            reflection->SetString(&message, field, value);
          }
        };
        set(flip(was));
        check(at);
        set(was);
      } else if (field->cpp_type() == Field::CPPTYPE_UINT64) {
        const uint64_t was = reflection->GetUInt64(message, field);
        reflection->SetUInt64(&message, field, was + 1);
        check(at);
        reflection->SetUInt64(&message, field, was);
      }
    }
  }
}

TEST_F(ForksTest, TamperedEvidenceIsRefused) {
  Record(kVerksamhet, Registered(1));
  Stop(kVerksamhet);
  KeepDisk(kVerksamhet, "backup");
  Start(kVerksamhet);
  Record(kVerksamhet, Report(2, 3));
  cluster_.AwaitSize("se/17", kLog, 2);
  Stop(kVerksamhet);
  Stop("se/17");
  PutDisk(kVerksamhet, "backup");
  Start(kVerksamhet);
  Record(kVerksamhet, Report(4, 7));
  Start("se/17");
  v1::Evidence evidence = EvidenceIn(AwaitEvidence("se/17", kLog));
  const std::string trust = cluster_.verifier("se").Text();
  ASSERT_TRUE(proof::VerifyEvidence(evidence, trust).ok());
  int changes = 0;
  ForEachChange(evidence, "evidence", [&](const std::string& field) {
    // Words for people; what is proven does not rest on them.
    if (field == "evidence.reason" || field == "evidence.found_by") return;
    ++changes;
    const auto verified = proof::VerifyEvidence(evidence, trust);
    EXPECT_FALSE(verified.ok()) << field << " was changed";
    if (!verified.ok()) {
      EXPECT_EQ(ErrorOf(verified.status()).code(), v1::ERROR_CODE_VERIFICATION_FAILED) << field;
    }
  });
  EXPECT_GE(changes, 12);
  EXPECT_FALSE(proof::VerifyEvidence(evidence, cluster_.verifier("se/17").Text()).ok());
  v1::Evidence same = evidence;
  *same.mutable_claimed() = same.held();
  EXPECT_FALSE(proof::VerifyEvidence(same, trust).ok()) << "one history alone";
  v1::Evidence unenrolled = evidence;
  unenrolled.clear_enrolment();
  EXPECT_FALSE(proof::VerifyEvidence(unenrolled, trust).ok()) << "nobody enrols the key";
}

}  // namespace
}  // namespace liggare::testing
