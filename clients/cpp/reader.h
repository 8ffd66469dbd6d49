// Reads and follows entries as a pull iterator.
//
//   EntryReader reader = EntryReader::Read(connection, request);
//   while (true) {
//     auto entries = reader.Next();            // blocks
//     if (!entries.ok() || !entries->has_value()) break;
//   }
//
// Not thread-safe but for Cancel. The connection must outlive the reader.
#ifndef CLIENTS_CPP_READER_H_
#define CLIENTS_CPP_READER_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "clients/cpp/connection.h"
#include "liggare/v1/event_service.grpc.pb.h"

namespace liggare::client {

class EntryReader {
 public:
  // What is there now. A request without a node is for the connection's.
  static EntryReader Read(Connection& connection, v1::ReadRequest request);
  // What is there and what comes. The iterator ends only by an error or Cancel.
  static EntryReader Subscribe(Connection& connection, v1::SubscribeRequest request);

  EntryReader(EntryReader&&) noexcept;
  EntryReader& operator=(EntryReader&&) = delete;
  ~EntryReader();  // Cancels.

  // The next entries, in order within their log; nothing at the end of a Read.
  // The error that the call ended with is given again at each further call.
  absl::StatusOr<std::optional<v1::Entries>> Next();

  // Whether everything that was durable when the subscription began has come.
  bool caught_up() const;

  // Ends the call; Next, also one in progress, gives UNAVAILABLE. Any thread.
  void Cancel();

 private:
  class Stream;
  class ReadStream;
  class SubscribeStream;
  explicit EntryReader(std::unique_ptr<Stream> stream);
  std::unique_ptr<Stream> stream_;
};

}  // namespace liggare::client

#endif  // CLIENTS_CPP_READER_H_
