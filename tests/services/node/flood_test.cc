// Many at once, at real processes' parts: a herd that reconnects, a client that floods.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "liggare/v1/event_service.grpc.pb.h"
#include "tests/testing/cluster.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

std::vector<std::string> PathsOfHerd(int count) {
  std::vector<std::string> paths;
  for (int i = 0; i < count; ++i) paths.push_back("se/17/v" + std::to_string(i));
  return paths;
}

TEST(HerdTest, HundredAndTenNodesComeBackAtOnceAndNoneIsLockedOut) {
  const std::vector<std::string> paths = PathsOfHerd(110);
  Cluster cluster({{"nation", {"se"}}, {"county", {"se/17"}}, {"herd", paths}});
  cluster.Start();
  cluster.StopHost("county");
  for (size_t i = 0; i < paths.size(); ++i) {
    ASSERT_TRUE(cluster.Record(paths[i], Registered(i, paths[i])).has_recorded()) << paths[i];
  }
  ASSERT_TRUE(cluster.StartHost("county").ok());
  for (const std::string& path : paths) cluster.AwaitSize("se", path + "@1", 1);
}

// Streams that send batches as fast as they are taken, until they are stopped.
class Flood {
 public:
  Flood(std::shared_ptr<grpc::Channel> channel, std::string path, uint64_t first_id)
      : stub_(v1::EventService::NewStub(std::move(channel))),
        stream_(stub_->RecordStream(&context_)) {
    writer_ = std::thread([this, path = std::move(path), first_id] {
      v1::RecordStreamRequest request;
      for (uint64_t id = first_id;; ++id) {
        *request.add_submissions() = SubmissionOf(Registered(id, path));
        if (request.submissions_size() < kBatch) continue;
        if (!stream_->Write(request)) return;
        request.clear_submissions();
      }
    });
    reader_ = std::thread([this] {
      v1::RecordStreamResponse response;
      while (stream_->Read(&response)) ++answers;
    });
  }
  ~Flood() {
    context_.TryCancel();
    writer_.join();
    reader_.join();
    stream_->Finish();
  }
  std::atomic<uint64_t> answers = 0;

 private:
  static constexpr int kBatch = 200;
  grpc::ClientContext context_;
  std::unique_ptr<v1::EventService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::RecordStreamRequest, v1::RecordStreamResponse>>
      stream_;
  std::thread writer_;
  std::thread reader_;
};

class FloodTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    for (uint64_t i = 0; i < 4; ++i) {
      floods_.push_back(std::make_unique<Flood>(cluster_.Dial("hosted", "se/17/a/system/flood"),
                                                "se/17/a", (i + 1) << 32));
    }
    for (const auto& flood : floods_) {
      while (flood->answers < 4) std::this_thread::yield();
    }
  }
  // All are recorded, none is told to come again.
  void RecordTen(const std::string& path) {
    const auto stub = v1::EventService::NewStub(cluster_.Dial("hosted", path + "/system/other"));
    for (uint64_t id = 0; id < 10; ++id) {
      v1::RecordRequest request;
      *request.add_submissions() = SubmissionOf(Registered(id, path));
      v1::RecordResponse response;
      grpc::ClientContext context;
      const grpc::Status status = stub->Record(&context, request, &response);
      ASSERT_TRUE(status.ok()) << status.error_message();
      ASSERT_TRUE(response.results(0).has_recorded()) << response.ShortDebugString();
    }
  }

  Cluster cluster_{{{"nation", {"se"}}, {"county", {"se/17"}}, {"hosted", {"se/17/a", "se/17/b"}}}};
  std::vector<std::unique_ptr<Flood>> floods_;
};

TEST_F(FloodTest, AnotherClientOfTheNodeIsNeverTurnedAway) { RecordTen("se/17/a"); }

TEST_F(FloodTest, AnotherNodeOfTheProcessIsNotStopped) {
  RecordTen("se/17/b");
  cluster_.AwaitSize("se", "se/17/b@1", 10);
}

}  // namespace
}  // namespace liggare::testing
