// How much of a RecordStream is taken while nothing of it is answered.
#include "services/grpc_api/record_stream.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/rpc/call/channel.h"
#include "tests/services/grpc_api/served_node.h"
#include "tests/testing/sample_events.h"

namespace liggare::grpc_api {
namespace {

using ::liggare::testing::Registered;
using ::liggare::testing::ServedNode;
using ::liggare::testing::SubmissionOf;

using Requests = std::vector<v1::RecordStreamRequest>;

// One event, answered when the sequencer has recorded it, and not before.
v1::RecordStreamRequest Waiting(uint64_t id) {
  v1::RecordStreamRequest request;
  *request.add_submissions() = SubmissionOf(Registered(id));
  return request;
}

// Refused at once, and answered in its turn.
v1::RecordStreamRequest Refused() {
  v1::RecordStreamRequest request;
  request.add_submissions()->set_data("no event");
  return request;
}

size_t QueueBytes(const v1::RecordStreamRequest& request) {
  return request.ByteSizeLong() + request.submissions_size() * RecordStream::kResultBytes;
}

// The same, of so many bytes in the queue: 3 to 6 million.
v1::RecordStreamRequest LargeRefused(size_t queue_bytes) {
  v1::RecordStreamRequest request = Refused();
  std::string& data = *request.mutable_submissions(0)->mutable_data();
  data.resize(queue_bytes);
  data.resize(2 * queue_bytes - QueueBytes(request));
  EXPECT_EQ(QueueBytes(request), queue_bytes);
  return request;
}

// A stream to which requests are written as fast as they are taken.
class Sender {
 public:
  Sender(ServedNode& node, Requests requests) : stub_(node.NewClient()) {
    // An answer that is left in a buffer would go out with the next ping.
    context_.set_deadline(std::chrono::system_clock::now() +
                          std::chrono::milliseconds(rpc::kKeepaliveTimeMs / 2));
    stream_ = stub_->RecordStream(&context_);
    writer_ = std::thread([this, requests = std::move(requests)] {
      for (const v1::RecordStreamRequest& request : requests) {
        if (!stream_->Write(request)) return;
      }
      stream_->WritesDone();
    });
  }
  ~Sender() {
    context_.TryCancel();
    writer_.join();
    stream_->Finish();
  }
  // Reads so many; false if the stream ends before.
  bool ReadAnswers(size_t count) {
    v1::RecordStreamResponse answer;
    for (size_t i = 0; i < count; ++i) {
      if (!stream_->Read(&answer)) return false;
    }
    return true;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::EventService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::RecordStreamRequest, v1::RecordStreamResponse>>
      stream_;
  std::thread writer_;
};

class RecordStreamTest : public ::testing::Test {
 protected:
  // By then the server has done what it could with what came before.
  void AnswerAnotherConnection() {
    const auto other = node_.NewClient();
    for (int i = 0; i < 20; ++i) {
      v1::ReadRequest request;
      request.mutable_log()->set_log(node_.log().own_log());
      v1::ReadResponse response;
      grpc::ClientContext context;
      const auto reader = other->Read(&context, request);
      while (reader->Read(&response)) {
      }
      ASSERT_TRUE(reader->Finish().ok());
    }
  }

  // That of these, `taken` are taken while none is answered, and all once they are.
  void ExpectTaken(size_t taken, const Requests& requests) {
    Sender sender(node_, requests);
    ASSERT_TRUE(node_.AwaitTaken(taken));
    AnswerAnotherConnection();
    EXPECT_EQ(node_.Taken(), taken);
    node_.Run();
    EXPECT_TRUE(sender.ReadAnswers(requests.size()));
  }

  ServedNode node_;
};

TEST_F(RecordStreamTest, FirstAnswerGoesOutAlsoWhenTheNextIsReadyBeforeIt) {
  Sender sender(node_, {Waiting(1), Refused()});
  ASSERT_TRUE(node_.AwaitTaken(2));
  AnswerAnotherConnection();
  node_.Run();
  EXPECT_TRUE(sender.ReadAnswers(2));
}

TEST_F(RecordStreamTest, RequestsAreTakenUpToTheirNumberThatWaits) {
  Requests requests;
  for (size_t i = 0; i <= RecordStream::kRequestsMax; ++i) requests.push_back(Waiting(i));
  ExpectTaken(RecordStream::kRequestsMax, requests);
}

TEST_F(RecordStreamTest, OneMoreRequestIsTakenWhileTheirBytesAreBelowTheLimit) {
  const size_t bytes = RecordStream::kBytesMax - 1 - QueueBytes(Waiting(1));
  ExpectTaken(3, {Waiting(1), LargeRefused(bytes), Waiting(2), Waiting(3)});
}

TEST_F(RecordStreamTest, NoMoreRequestIsTakenWhileTheirBytesAreAtTheLimit) {
  const size_t bytes = RecordStream::kBytesMax - QueueBytes(Waiting(1));
  ExpectTaken(2, {Waiting(1), LargeRefused(bytes), Waiting(2), Waiting(3)});
}

}  // namespace
}  // namespace liggare::grpc_api
