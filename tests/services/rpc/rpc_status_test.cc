#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "services/rpc/call/status.h"

namespace liggare::rpc {
namespace {

TEST(RpcStatusTest, ErrorSurvivesThePassage) {
  const absl::Status before =
      MakeError(v1::ERROR_CODE_OLD_VALUE_DIFFERS,
                {.message = "m", .field = "klienter[man][18-29].antal", .expected = "12"});
  const grpc::Status wire = ToGrpcStatus(before);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(wire.error_message(), "m");
  const absl::Status after = FromGrpcStatus(wire);
  EXPECT_EQ(after.code(), before.code());
  EXPECT_EQ(ErrorText(ErrorOf(after)), ErrorText(ErrorOf(before)));
}

TEST(RpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(RpcStatusTest, StatusWithoutAnErrorKeepsItsCode) {
  const absl::Status after =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too large"));
  EXPECT_EQ(after.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorOf(after).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST(RpcStatusTest, DetailsThatAreNoErrorAreIgnored) {
  const absl::Status after =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone", "\xff\xff\xff"));
  EXPECT_EQ(after.code(), absl::StatusCode::kUnavailable);
}

TEST(RpcStatusTest, TextIsCutAboveItsLimit) {
  constexpr size_t kTextBytesMax = 1024;
  const std::string at_limit(kTextBytesMax, 'x');
  const auto sent = [](const std::string& message) {
    return ToGrpcStatus(MakeError(v1::ERROR_CODE_MALFORMED, {.message = message})).error_message();
  };
  EXPECT_EQ(sent(at_limit), at_limit);
  EXPECT_EQ(sent(at_limit + "x"), at_limit + "...");
}

TEST(RpcStatusTest, LongMessageIsCutBetweenCharacters) {
  std::string message = "a";
  while (message.size() < 100'000) message += "\xc3\xa5";  // å
  const grpc::Status wire = ToGrpcStatus(MakeError(v1::ERROR_CODE_MALFORMED, {.message = message}));
  EXPECT_LT(wire.error_details().size(), 2'000u);
  EXPECT_EQ(wire.error_message().substr(wire.error_message().size() - 5), "\xc3\xa5...");
}

}  // namespace
}  // namespace liggare::rpc
