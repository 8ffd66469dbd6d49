// Receipts as files: none verifies under a key that signed nothing.
#include "clients/cpp/receipt_verifier.h"
#include "tests/fuzz/fuzz_input.h"

namespace client = liggare::client;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr char kUnusedKey[] =
      "liggare.example/se+0a1b2c3d+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  const auto receipt = client::ReceiptFromJson(liggare::testing::FuzzInput(data, size).rest());
  if (!receipt.ok()) return 0;
  FUZZ_CHECK(!client::VerifyReceipt(*receipt, kUnusedKey).ok());
  const auto again = client::ReceiptFromJson(client::ReceiptToJson(*receipt));
  FUZZ_CHECK(again.ok());
  return 0;
}
