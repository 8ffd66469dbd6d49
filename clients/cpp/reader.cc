#include "clients/cpp/reader.h"

#include <utility>

namespace liggare::client {

class EntryReader::Stream {
 public:
  explicit Stream(Connection& connection) : connection_(connection) {}
  virtual ~Stream() { context_.TryCancel(); }

  // The next entries, or nothing when the stream has ended.
  virtual std::optional<v1::Entries> Pull() = 0;
  virtual grpc::Status Finish() = 0;

  absl::StatusOr<std::optional<v1::Entries>> Next() {
    if (!end_) {
      if (auto entries = Pull()) return entries;
      end_ = connection_.Result(Finish());
    }
    if (!end_->ok()) return *end_;
    return std::optional<v1::Entries>();
  }

  void Cancel() { context_.TryCancel(); }
  bool caught_up() const { return caught_up_; }

 protected:
  Connection& connection_;
  grpc::ClientContext context_;
  bool caught_up_ = false;

 private:
  std::optional<absl::Status> end_;
};

class EntryReader::ReadStream : public EntryReader::Stream {
 public:
  ReadStream(Connection& connection, const v1::ReadRequest& request)
      : Stream(connection), reader_(connection.events().Read(&context_, request)) {}

  std::optional<v1::Entries> Pull() override {
    v1::ReadResponse response;
    if (!reader_->Read(&response)) return std::nullopt;
    return std::move(*response.mutable_entries());
  }
  grpc::Status Finish() override { return reader_->Finish(); }

 private:
  std::unique_ptr<grpc::ClientReader<v1::ReadResponse>> reader_;
};

class EntryReader::SubscribeStream : public EntryReader::Stream {
 public:
  SubscribeStream(Connection& connection, const v1::SubscribeRequest& request)
      : Stream(connection), reader_(connection.events().Subscribe(&context_, request)) {}

  std::optional<v1::Entries> Pull() override {
    v1::SubscribeResponse response;
    while (reader_->Read(&response)) {
      if (response.has_entries()) return std::move(*response.mutable_entries());
      caught_up_ = caught_up_ || response.caught_up();
    }
    return std::nullopt;
  }
  grpc::Status Finish() override { return reader_->Finish(); }

 private:
  std::unique_ptr<grpc::ClientReader<v1::SubscribeResponse>> reader_;
};

EntryReader EntryReader::Read(Connection& connection, v1::ReadRequest request) {
  if (request.node().empty()) request.set_node(connection.node());
  return EntryReader(std::make_unique<ReadStream>(connection, request));
}

EntryReader EntryReader::Subscribe(Connection& connection, v1::SubscribeRequest request) {
  if (request.node().empty()) request.set_node(connection.node());
  return EntryReader(std::make_unique<SubscribeStream>(connection, request));
}

EntryReader::EntryReader(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
EntryReader::EntryReader(EntryReader&&) noexcept = default;
EntryReader::~EntryReader() = default;

absl::StatusOr<std::optional<v1::Entries>> EntryReader::Next() { return stream_->Next(); }
bool EntryReader::caught_up() const { return stream_->caught_up(); }
void EntryReader::Cancel() { stream_->Cancel(); }

}  // namespace liggare::client
