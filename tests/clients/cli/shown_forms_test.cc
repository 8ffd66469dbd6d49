// What a file can make `liggare` print: a receipt, evidence, a data directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "clients/cli/verify/log_report.h"
#include "eventstore/proof/evidence_verification.h"
#include "proto/error/error.h"
#include "proto/text/shown_text.h"
#include "services/presentation/receipt_form.h"
#include "services/presentation/shown_message.h"
#include "services/presentation/state_form.h"
#include "tests/clients/cli/filled_message.h"

namespace liggare::cli {
namespace {

constexpr char kHostile[] = "x\nMottagen\r\n  se  2024-01-01\x1b[2J\u0085\u202e\u2028";

proof::VerifiedReceipt ReceiptOf(const std::string& text) {
  proof::VerifiedReceipt receipt;
  testing::Fill({text}, receipt.event);
  testing::Fill({text}, receipt.data);
  receipt.path = text;
  receipt.checkpoint.origin = text;
  for (const v1::Custody custody : {v1::CUSTODY_OWN, v1::CUSTODY_HOSTED}) {
    receipt.signers.push_back({.path = text,
                               .vkey = text,
                               .display_name = text,
                               .custody = custody,
                               .hosted_by = text,
                               .is_origin = true,
                               .superseded = true});
  }
  receipt.received.push_back({.path = text, .time_s = 1, .size = 1});
  receipt.texts.push_back({.field = text, .disclosed = true, .text = text});
  receipt.texts.push_back({.field = text, .disclosed = false, .text = text});
  receipt.left_out.push_back({text, {text, note::LeftOut::kUnknown}});
  return receipt;
}

std::string EvidenceTextOf(const std::string& text) {
  proof::VerifiedEvidence evidence;
  evidence.log = evidence.path = evidence.vkey = evidence.what = text;
  evidence.index = 1;
  return proof::EvidenceText(evidence);
}

std::string LogReportTextOf(const std::string& text, absl::Status status) {
  LogReport report;
  report.node = text;
  report.log = text;
  report.status = std::move(status);
  report.cosigned.push_back({text, 1});
  report.left_out.push_back({text, note::LeftOut::kUnknown});
  report.closed = note::Reach{text, 1};
  return LogReportText(report);
}

void ExpectSameLines(const std::string& hostile, const std::string& harmless) {
  EXPECT_EQ(std::count(hostile.begin(), hostile.end(), '\n'),
            std::count(harmless.begin(), harmless.end(), '\n'))
      << hostile;
  EXPECT_EQ(text::ShownLines(hostile), hostile);
}

TEST(ShownFormsTest, GenuineReceiptWithHostileTextsAddsNoLine) {
  ExpectSameLines(presentation::ReceiptText(ReceiptOf(kHostile)),
                  presentation::ReceiptText(ReceiptOf("x")));
}

TEST(ShownFormsTest, EvidenceWithHostileTextsAddsNoLine) {
  ExpectSameLines(EvidenceTextOf(kHostile), EvidenceTextOf("x"));
}

TEST(ShownFormsTest, LogWithAHostileNameAddsNoLine) {
  const auto failed = [](const std::string& text) {
    return LogReportTextOf(text, MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                                           {.message = text, .field = text, .expected = text}));
  };
  ExpectSameLines(failed(kHostile), failed("x"));
  ExpectSameLines(LogReportTextOf(kHostile, absl::OkStatus()),
                  LogReportTextOf("x", absl::OkStatus()));
}

TEST(ShownMessageTest, EveryTextIsShownAndNothingElseIsChanged) {
  v1::GetStateResponse raw;
  testing::Fill({"a\nb"}, raw);
  v1::GetStateResponse expected;
  testing::Fill({"a\\u000ab"}, expected);
  EXPECT_EQ(presentation::Shown(raw).SerializeAsString(), expected.SerializeAsString());
}

}  // namespace
}  // namespace liggare::cli
