// docs/errors.md against the enum and the gRPC codes.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "proto/error/error.h"
#include "tests/testing/paths.h"

namespace liggare {
namespace {

// The rows "| `CODE` | … | `GRPC` | HTTP |" of the table: code → gRPC name.
std::map<std::string, std::string> DocumentedCodes() {
  std::ifstream file(testing::SourcePath("docs/errors.md"));
  std::map<std::string, std::string> codes;
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("| `", 0) != 0) continue;
    const size_t end = line.find('`', 3);
    const size_t grpc_end = line.rfind('`');
    const size_t grpc = line.rfind('`', grpc_end - 1) + 1;
    codes[line.substr(3, end - 3)] = line.substr(grpc, grpc_end - grpc);
  }
  return codes;
}

// A file's name may be any bytes; what an error says is sent.
TEST(ErrorTest, BytesThatAreNotUtf8AreReplaced) {
  const v1::Error error = ErrorOf(MakeError(
      v1::ERROR_CODE_NOT_FOUND, {.message = "k\xFF", .field = "\xC3", .expected = "\xE5l"}));
  EXPECT_EQ(error.message(), "k\uFFFD");
  EXPECT_EQ(error.field(), "\uFFFD");
  EXPECT_EQ(error.expected(), "\uFFFDl");
}

TEST(ErrorTest, WhatIsUtf8StaysAsItIs) {
  const v1::Error error =
      ErrorOf(MakeError(v1::ERROR_CODE_NOT_FOUND, {.message = "två\nrader\u202e"}));
  EXPECT_EQ(error.message(), "två\nrader\u202e");
}

TEST(ErrorsDocumentTest, EveryCodeIsDocumentedAndNoOther) {
  std::set<std::string> expected;
  for (int i = 1; i < v1::ErrorCode_descriptor()->value_count(); ++i) {
    expected.insert(
        ErrorName(static_cast<v1::ErrorCode>(v1::ErrorCode_descriptor()->value(i)->number())));
  }
  std::set<std::string> documented;
  for (const auto& [code, grpc] : DocumentedCodes()) documented.insert(code);
  EXPECT_EQ(documented, expected);
}

TEST(ErrorsDocumentTest, GrpcCodesAreThoseOfTheStatus) {
  for (const auto& [name, grpc] : DocumentedCodes()) {
    v1::ErrorCode code = v1::ERROR_CODE_UNSPECIFIED;
    ASSERT_TRUE(v1::ErrorCode_Parse("ERROR_CODE_" + name, &code)) << name;
    const absl::Status status = MakeError(code, {.message = "x"});
    EXPECT_EQ(absl::StatusCodeToString(status.code()), grpc) << name;
  }
}

}  // namespace
}  // namespace liggare
