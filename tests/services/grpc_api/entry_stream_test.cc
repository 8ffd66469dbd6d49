// How many entries are in one answer of Read and of Subscribe.
#include "services/grpc_api/entry_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/services/grpc_api/served_node.h"
#include "tests/testing/sample_events.h"

namespace liggare::grpc_api {
namespace {

using ::liggare::testing::Registered;
using ::liggare::testing::ServedNode;
using ::testing::ElementsAre;

v1::EventData Event(uint64_t id, size_t name_bytes) {
  v1::EventData event = Registered(id);
  event.mutable_verksamhet_registered()->set_namn(std::string(name_bytes, 'n'));
  return event;
}

// A log whose entries before `end_` are together as large as an answer may be, and
// whose entry `end_` is one byte larger than its first.
class EntryStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RecordMany(1'000);
    const size_t usual = SizeOf(end_ - 1);
    ASSERT_LT(bytes_ + 3 * usual, kResponseBytesMax);
    RecordMany((kResponseBytesMax - bytes_) / usual - 2);
    RecordOne((kResponseBytesMax - bytes_) / 3, usual);
    RecordOne((kResponseBytesMax - bytes_) / 2, usual);
    RecordOne(kResponseBytesMax - bytes_, usual);
    ASSERT_EQ(bytes_, kResponseBytesMax);
    const size_t first = SizeOf(0);
    RecordOne(first + 1, usual);
    --end_;
    ASSERT_EQ(SizeOf(end_), first + 1);
  }

  v1::LogPosition From(uint64_t index) const {
    v1::LogPosition position;
    position.set_log(node_.log().own_log());
    position.set_next_index(index);
    return position;
  }
  // How many entries there are in each answer.
  std::vector<uint64_t> Read(uint64_t index) {
    v1::ReadRequest request;
    *request.mutable_log() = From(index);
    grpc::ClientContext context;
    const auto stub = node_.NewClient();
    const auto reader = stub->Read(&context, request);
    std::vector<uint64_t> counts;
    v1::ReadResponse response;
    while (reader->Read(&response)) counts.push_back(response.entries().entries_size());
    EXPECT_TRUE(reader->Finish().ok());
    return counts;
  }
  std::vector<uint64_t> Subscribe(uint64_t index) {
    v1::SubscribeRequest request;
    *request.add_positions() = From(index);
    grpc::ClientContext context;
    const auto stub = node_.NewClient();
    const auto reader = stub->Subscribe(&context, request);
    std::vector<uint64_t> counts;
    v1::SubscribeResponse response;
    while (reader->Read(&response) && !response.caught_up()) {
      counts.push_back(response.entries().entries_size());
    }
    context.TryCancel();
    reader->Finish();
    return counts;
  }

  uint64_t end_ = 0;  // At first: how many there are.

 private:
  static constexpr size_t kNameBytes = 300;

  size_t SizeOf(uint64_t index) const {
    return node_.log().Read(node_.log().own_log(), index)->size();
  }
  void Record(const std::vector<v1::EventData>& events) {
    node_.Record(events);
    for (size_t i = 0; i < events.size(); ++i) bytes_ += SizeOf(end_++);
  }
  void RecordMany(size_t count) {
    std::vector<v1::EventData> events;
    for (size_t i = 0; i < count; ++i) events.push_back(Event(end_ + i, kNameBytes));
    Record(events);
  }
  // An entry of so many bytes; with a name of kNameBytes they would be `usual`.
  void RecordOne(size_t bytes, size_t usual) { Record({Event(end_, kNameBytes + bytes - usual)}); }

  ServedNode node_;
  size_t bytes_ = 0;  // Of all entries.
};

TEST_F(EntryStreamTest, EntriesAsLargeAsAnAnswerMayBeAreReadInOne) {
  EXPECT_THAT(Read(0), ElementsAre(end_, 1));
  EXPECT_THAT(Subscribe(0), ElementsAre(end_, 1));
}

TEST_F(EntryStreamTest, EntriesLargerByOneByteAreReadInTwo) {
  EXPECT_THAT(Read(1), ElementsAre(end_ - 1, 1));
  EXPECT_THAT(Subscribe(1), ElementsAre(end_ - 1, 1));
}

}  // namespace
}  // namespace liggare::grpc_api
