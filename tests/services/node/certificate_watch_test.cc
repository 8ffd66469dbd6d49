#include "services/node/certificate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::node {
namespace {

using ::liggare::testing::CertificateSpec;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1'700'000'000;
constexpr int64_t kDay = rpc::kSecondsPerDay;
constexpr char kClient[] = "spiffe://po.example.se/se/system/test";

std::string Text(const std::string& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The nation's process, without the process.
class CertificateWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    host_ = authority_.Issue("host", CertificateSpec{.uris = {"spiffe://po.example.se/host/h"},
                                                     .not_after_s = kNow + 100 * kDay});
    node_ = authority_.Issue("se", CertificateSpec{.uris = {"spiffe://po.example.se/se"},
                                                   .not_after_s = kNow + 50 * kDay});
    client_ = Text(authority_.Issue("client", kClient).certificate);
    deny_ = scratch_.Write("denied", "");
    crl_ = scratch_.Write("revoked.crl", authority_.Crl({.next_update_s = kNow + 10}));
    const note::SigningKey key = *note::SigningKey::Generate("po.example.se/se");
    const std::string key_file = scratch_.Write("se-signing.key", key.Text());
    chmod(key_file.c_str(), 0600);
    text_ = "trust_domain = 'po.example.se'\nnational_key = '" + key.verifier().Text() +
            "'\nlisten = '127.0.0.1:0'\n[tls]\nca = '" + host_.ca + "'\ncertificate = '" +
            host_.certificate + "'\nkey = '" + host_.key + "'\ndeny = '" + deny_ + "'\ncrl = '" +
            crl_ + "'\n[[node]]\npath = 'se'\ndata = '" + scratch_ / "data" + "'\nsigning_key = '" +
            key_file + "'\ncertificate = '" + node_.certificate + "'\nkey = '" + node_.key + "'\n";
    config_ = *ParseConfig(text_, scratch_ / "liggared.toml");
  }

  void Start(int64_t interval_ms = 1) {
    absl::StatusOr<Secrets> secrets = ReadSecrets(config_, kNow);
    ASSERT_TRUE(secrets.ok()) << secrets.status();
    secrets_ = *std::move(secrets);
    watch_ = std::make_unique<CertificateWatch>(
        config_, *secrets_, CertificateWatch::Options{.interval_ms = interval_ms, .now_s = [this] {
                                                        return now_s_.load();
                                                      }});
    watch_->Start([this] {
      ++readings_;
      readings_.notify_all();
    });
  }
  // Waits until all that was written before has been read.
  void AwaitReading() {
    for (int still = 2, seen = readings_; still > 0; --still, seen = readings_) {
      readings_.wait(seen);
    }
  }
  // The state of the file with this name, after the next reading.
  rpc::CertificateState StateOf(const std::string& name) {
    AwaitReading();
    for (const rpc::CertificateState& state : watch_->States()) {
      if (state.name == name) return state;
    }
    ADD_FAILURE() << name;
    return {};
  }
  // Replaces a file whole.
  static void Put(const std::string& file, const std::string& text) {
    std::ofstream(file + ".new") << text;
    std::filesystem::rename(file + ".new", file);
  }
  bool IsGood(const std::string& pem) { return secrets_->judge->Judge(pem, now_s_).ok(); }

  testing::ScratchDirectory scratch_;
  testing::TestAuthority authority_{scratch_.path()};
  rpc::CredentialFiles host_;
  rpc::CredentialFiles node_;
  std::string client_;
  std::string deny_;
  std::string crl_;
  std::string text_;
  Config config_;
  std::optional<Secrets> secrets_;
  std::atomic<int64_t> now_s_ = kNow;
  std::atomic<int> readings_ = 0;
  std::unique_ptr<CertificateWatch> watch_;
};

TEST_F(CertificateWatchTest, DaysLeftAreKnownOfAll) {
  Start();
  const rpc::CertificateState host = StateOf("spiffe://po.example.se/host/h");
  EXPECT_EQ(host.node, "");
  EXPECT_EQ(host.file, host_.certificate);
  EXPECT_EQ(host.days_left, 100);
  EXPECT_EQ(host.problem, "");
  const rpc::CertificateState node = StateOf("spiffe://po.example.se/se");
  EXPECT_EQ(node.node, "se");
  EXPECT_EQ(node.days_left, 50);
  EXPECT_GT(StateOf("ca").days_left, 10'000);
  EXPECT_EQ(StateOf("deny").days_left, std::nullopt);
  EXPECT_EQ(StateOf("crl").days_left, 0);
  EXPECT_EQ(StateOf("crl").problem, "");
}

TEST_F(CertificateWatchTest, WhatEndsSoonIsAnAlarmAndWhatHasEndedToo) {
  Start();
  now_s_ = kNow + 20 * kDay;
  EXPECT_EQ(StateOf("spiffe://po.example.se/se").problem, "");
  now_s_ = kNow + 20 * kDay + 1;
  EXPECT_THAT(StateOf("spiffe://po.example.se/se").problem, HasSubstr("expires in 29 days"));
  EXPECT_EQ(StateOf("spiffe://po.example.se/host/h").problem, "");
  now_s_ = kNow + 50 * kDay;
  EXPECT_THAT(StateOf("spiffe://po.example.se/se").problem, HasSubstr("expired"));
}

TEST_F(CertificateWatchTest, AWrongFileIsAnAlarmUntilItIsRight) {
  Start();
  const std::string before = Text(node_.certificate);
  Put(node_.certificate, Text(host_.certificate));
  EXPECT_THAT(StateOf("spiffe://po.example.se/se").problem, HasSubstr("is not the key of"));
  EXPECT_EQ(StateOf("spiffe://po.example.se/host/h").problem, "");
  EXPECT_EQ(secrets_->nodes[0].credentials.kept->texts().certificate, before);
  Put(node_.certificate, before);
  EXPECT_EQ(StateOf("spiffe://po.example.se/se").problem, "");
}

TEST_F(CertificateWatchTest, ARenewedCertificateIsUsed) {
  Start();
  const rpc::CredentialFiles renewed = authority_.Issue(
      "renewed",
      CertificateSpec{.uris = {"spiffe://po.example.se/se"}, .not_after_s = kNow + 400 * kDay});
  std::filesystem::rename(renewed.key, node_.key);
  std::filesystem::rename(renewed.certificate, node_.certificate);
  EXPECT_EQ(StateOf("spiffe://po.example.se/se").days_left, 400);
  EXPECT_EQ(secrets_->nodes[0].credentials.kept->texts().certificate, Text(node_.certificate));
}

TEST_F(CertificateWatchTest, AReadingThatIsAskedForDoesNotWaitForItsTime) {
  Start(/*interval_ms=*/3'600'000);
  Put(deny_, "uri " + std::string(kClient) + "\n");
  EXPECT_TRUE(IsGood(client_));
  watch_->ReadSoon();
  readings_.wait(0);
  EXPECT_FALSE(IsGood(client_));
}

TEST_F(CertificateWatchTest, WhoIsDeniedIsRefusedFromTheNextReadingOn) {
  Start();
  ASSERT_TRUE(IsGood(client_));
  Put(deny_, "uri " + std::string(kClient) + "\n");
  AwaitReading();
  EXPECT_FALSE(IsGood(client_));
  Put(deny_, "");
  AwaitReading();
  EXPECT_TRUE(IsGood(client_));
}

TEST_F(CertificateWatchTest, AListThatIsWrongLeavesWhatStoodAndTheOtherIsStillRead) {
  Start();
  Put(deny_, "uri " + std::string(kClient) + "\n");
  AwaitReading();
  Put(deny_, "nonsense\n");
  EXPECT_THAT(StateOf("deny").problem, HasSubstr("denied:1: 'nonsense' denies nothing"));
  EXPECT_FALSE(IsGood(client_));
  std::filesystem::remove(deny_);
  EXPECT_THAT(StateOf("deny").problem, HasSubstr("No such file"));
  EXPECT_FALSE(IsGood(client_));

  const std::string other = Text(authority_.Issue("o", "spiffe://po.example.se/se/17").certificate);
  ASSERT_TRUE(IsGood(other));
  Put(crl_, authority_.Crl({.serials = {testing::SerialOf(other)}}));
  AwaitReading();
  EXPECT_FALSE(IsGood(other));
  EXPECT_FALSE(IsGood(client_));
  Put(crl_, "nonsense");
  EXPECT_THAT(StateOf("crl").problem, HasSubstr("holds no revocation list"));
  EXPECT_FALSE(IsGood(other));
  Put(deny_, "");
  EXPECT_EQ(StateOf("deny").problem, "");
  EXPECT_TRUE(IsGood(client_));
}

TEST_F(CertificateWatchTest, ALateRevocationListIsAnAlarm) {
  Start();
  now_s_ = kNow + 10;
  EXPECT_THAT(StateOf("crl").problem, HasSubstr("was due for renewal"));
  Put(crl_, authority_.Crl({.next_update_s = kNow + 20}));
  EXPECT_EQ(StateOf("crl").problem, "");
}

TEST_F(CertificateWatchTest, AtTheStartWrongListsAreMistakesOfTheConfiguration) {
  const auto refused = [&](const std::string& key) {
    const v1::Error error = ErrorOf(ReadSecrets(config_, kNow).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION);
    EXPECT_EQ(error.field(), key);
    return error.message();
  };
  Put(deny_, "nonsense");
  EXPECT_THAT(refused("tls.deny"), HasSubstr("denied:1: "));
  Put(deny_, "");
  Put(crl_, "");
  EXPECT_THAT(refused("tls.crl"), HasSubstr("revoked.crl"));
}

TEST(DaysLeftTest, CountsWholeDaysBothWays) {
  EXPECT_EQ(rpc::DaysLeft(kNow + kDay, kNow), 1);
  EXPECT_EQ(rpc::DaysLeft(kNow + kDay - 1, kNow), 0);
  EXPECT_EQ(rpc::DaysLeft(kNow, kNow), 0);
  EXPECT_EQ(rpc::DaysLeft(kNow - 1, kNow), -1);
  EXPECT_EQ(rpc::DaysLeft(kNow - kDay, kNow), -1);
  EXPECT_EQ(rpc::DaysLeft(kNow - kDay - 1, kNow), -2);
}

}  // namespace
}  // namespace liggare::node
