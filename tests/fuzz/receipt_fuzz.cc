// Receipts: files that hold anything, none of which verifies under a key that signed
// nothing; and a true receipt that was changed, which then proves nothing new: if it
// verifies, the entry is one that the county recorded, received when it was received.
//
// An input that begins with "{" or white space is a file; any other says what changes.
#include <algorithm>
#include <set>
#include <string>

#include "eventstore/proof/receipt_verifier.h"
#include "services/ask/receipt.h"
#include "services/replication/drive/refill.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/node_in_memory.h"
#include "tests/fuzz/spoil.h"

namespace {

namespace proof = liggare::proof;
namespace replication = liggare::replication;
namespace v1 = liggare::v1;
using liggare::testing::FuzzInput;
using liggare::testing::FuzzKeyOf;
using liggare::testing::kFuzzNowMs;
using liggare::testing::NodeInMemory;

constexpr char kCounty[] = "se/17";
constexpr char kCountyLog[] = "se/17@1";
constexpr uint64_t kEntries = 5;

struct Genuine {
  v1::Receipt receipt;
  std::set<std::string> entries;
  std::string national_key;
};

Genuine Make() {
  NodeInMemory nation("se");
  FUZZ_CHECK(nation.Enrol("se").ok() && nation.Enrol(kCounty).ok());
  NodeInMemory county(kCounty);
  v1::EventData event;
  event.set_subject("rekvisition/2024/17");
  event.mutable_funds_requisitioned();
  for (uint64_t i = 0; i < kEntries; ++i) FUZZ_CHECK(county.Record(event).ok());
  v1::GetChunkRequest ask;
  ask.set_log(kCountyLog);
  ask.set_end_index(kEntries);
  auto chunk =
      replication::ChunkFor(county.parts(), {replication::Side::kChild, kCounty, "se"}, ask);
  FUZZ_CHECK(chunk.ok());
  nation.Take(std::move(*chunk->mutable_chunk()));

  Genuine genuine;
  genuine.national_key = FuzzKeyOf("se").verifier().Text();
  const auto receipt = liggare::ask::BuildReceipt(
      {nation.log(), nation.parts().sequencer, nation.parts().keys}, {kCountyLog, 2});
  FUZZ_CHECK(receipt.ok());
  genuine.receipt = *receipt;
  for (uint64_t i = 0; i < kEntries; ++i) genuine.entries.insert(*county.log().Read(kCountyLog, i));
  FUZZ_CHECK(proof::VerifyReceipt(genuine.receipt, genuine.national_key).ok());
  return genuine;
}

// Exchanges parts of the receipt for each other, before bytes are changed.
void Rearrange(FuzzInput& input, v1::Receipt& receipt) {
  auto& links = *receipt.mutable_enrolment()->mutable_links();
  switch (input.Byte() % 6) {
    case 0:
      if (links.size() > 1) links.SwapElements(0, input.Byte() % links.size());
      break;
    case 1:
      *links.Add() = receipt.event();
      break;
    case 2:
      *receipt.add_cosigned() = receipt.event();
      break;
    case 3:
      if (!links.empty()) *receipt.mutable_event() = links[input.Byte() % links.size()];
      break;
    case 4:
      if (!links.empty()) links.RemoveLast();
      break;
    default:
      break;
  }
}

void CheckFile(std::string_view text) {
  constexpr char kUnusedKey[] =
      "liggare.example/se+0a1b2c3d+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  const auto receipt = proof::ReceiptFromJson(text);
  if (!receipt.ok()) return;
  FUZZ_CHECK(!proof::VerifyReceipt(*receipt, kUnusedKey).ok());
  const auto again = proof::ReceiptFromJson(proof::ReceiptToJson(*receipt));
  FUZZ_CHECK(again.ok());
}

void CheckChanged(FuzzInput& input) {
  static const Genuine* const genuine = new Genuine(Make());
  v1::Receipt receipt = genuine->receipt;
  while (!input.empty()) {
    Rearrange(input, receipt);
    if (!liggare::testing::Spoil(input, receipt)) return;
  }
  const auto verified = proof::VerifyReceipt(receipt, genuine->national_key);
  if (!verified.ok()) return;
  const std::string& entry = receipt.event().entry();
  const bool is_national = verified->path == "se";
  FUZZ_CHECK(is_national || genuine->entries.contains(entry));
  FUZZ_CHECK(std::ranges::all_of(verified->received, [](const proof::ProvenReceipt& received) {
    return received.path == "se" && received.time_s == kFuzzNowMs / 1000;
  }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const std::string_view text = input.rest();
  if (text.empty() || text.front() == '{' || text.front() == ' ' || text.front() == '\n') {
    CheckFile(text);
  } else {
    CheckChanged(input);
  }
  return 0;
}
