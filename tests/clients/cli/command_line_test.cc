#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "eventstore/note/key.h"
#include "eventstore/proof/receipt_verifier.h"
#include "nlohmann/json.hpp"
#include "tests/eventstore/proof/fake_logs.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

using ::testing::HasSubstr;

// What a command line did.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome RunLine(std::vector<std::string> arguments) {
  std::vector<const char*> argv = {"liggare"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out, err;
  Shell shell(out, err);
  const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
  return {code, out.str(), err.str()};
}

TEST(CommandLineTest, WrongUseIsExitCode2WithOneLine) {
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"state"},
                                             {"state", "x", "--nonsense"},
                                             {"table", "klienter"},
                                             {"table", "klienter", "--year", "x"},
                                             {"state", "x", "--known-by", "se"},
                                             {"verify", "x"},
                                             {"restore"},
                                             {"restore", "x"},
                                             {"restore", "x", "--to", "y", "--from-parent"},
                                             {"restore", "--from-parent", "--config", "x"},
                                             {"--node", "se/17", "restore", "--from-parent"},
                                             {"read", "--trust"}}) {
    const Outcome outcome = RunLine(line);
    EXPECT_EQ(outcome.code, kUsage) << ::testing::PrintToString(line);
    EXPECT_THAT(outcome.err, ::testing::StartsWith("liggare: "));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
}

TEST(CommandLineTest, HelpIsExitCode0) {
  EXPECT_EQ(RunLine({"--help"}).code, kDone);
  EXPECT_THAT(RunLine({"record", "--help"}).out, HasSubstr("--stop-on-error"));
}

TEST(CommandLineTest, MissingServerOrFileIsUsage) {
  EXPECT_THAT(RunLine({"status"}).err, HasSubstr("CONFIGURATION: server"));
  EXPECT_EQ(RunLine({"status"}).code, kUsage);
  const Outcome outcome = RunLine({"status", "--server", "127.0.0.1:1", "--ca", "/nonexistent"});
  EXPECT_THAT(outcome.err, HasSubstr("ca: /nonexistent cannot be read"));
}

TEST(CommandLineTest, NameOfAServerIsOneOrNotGiven) {
  for (const char* name : {"", " ", "lan17/x", "../x", "Lan17", "lan17\n"}) {
    const Outcome outcome = RunLine({"status", "--host", name});
    EXPECT_EQ(outcome.code, kUsage) << name;
    EXPECT_THAT(outcome.err, HasSubstr("is not the <name> of host/<name>"));
  }
  EXPECT_THAT(RunLine({"status", "--host", "lan17"}).err, HasSubstr("CONFIGURATION: server"));
}

TEST(CommandLineTest, WithoutAHomeTheServersNameMustBeGiven) {
  testing::ScratchDirectory directory;
  testing::TestAuthority authority(directory.path());
  const auto files = authority.Issue("c", "spiffe://liggare.test/se/17/system/c");
  const std::vector<std::string> line = {"status", "--server", "127.0.0.1:1",     "--ca",
                                         files.ca, "--cert",   files.certificate, "--key",
                                         files.key};
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  unsetenv("HOME");
  unsetenv("XDG_CONFIG_HOME");
  unsetenv("LIGGARE_HOST");
  unsetenv("LIGGARE_KNOWN_HOSTS");
  const Outcome outcome = RunLine(line);
  if (home != nullptr) setenv("HOME", before.c_str(), 1);
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("CONFIGURATION: host: "));
  EXPECT_THAT(outcome.err, HasSubstr("--host <name>"));
}

TEST(CommandLineTest, NewIdsAreAsManyAsAsked) {
  const Outcome outcome = RunLine({"new-id", "-n", "3"});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 3);
}

TEST(NodeInitTest, KeyIsPrivateAndTheVkeyIsItsOwn) {
  const testing::ScratchDirectory directory;
  const Outcome outcome = RunLine({"node", "init", "--path", "se/17/varmland", "--trust-domain",
                                   "liggare.test", "--dir", directory / "keys"});
  ASSERT_EQ(outcome.code, kDone) << outcome.err;
  const std::string file = directory / "keys/se_17_varmland.key";
  struct stat info = {};
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto key = note::SigningKey::Parse(*ReadFile(file));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->verifier().name(), "liggare.test/se/17/varmland");
  EXPECT_EQ(outcome.out, key->verifier().Text() + "\n");
  EXPECT_EQ(*ReadFile(directory / "keys/se_17_varmland.vkey"), outcome.out);
}

TEST(NodeInitTest, KeyThatIsThereIsNotOverwritten) {
  const testing::ScratchDirectory directory;
  const std::vector<std::string> line = {
      "node", "init", "--path", "se", "--trust-domain", "liggare.test", "--dir", directory.path()};
  ASSERT_EQ(RunLine(line).code, kDone);
  const std::string before = *ReadFile(directory / "se.key");
  const Outcome again = RunLine(line);
  EXPECT_EQ(again.code, kFailed);
  EXPECT_THAT(again.err, HasSubstr("ALREADY_EXISTS"));
  EXPECT_EQ(*ReadFile(directory / "se.key"), before);
}

TEST(NodeInitTest, PathThatIsNoneIsRefused) {
  const testing::ScratchDirectory directory;
  for (const char* path :
       {"", "no", "se/", "se//x", "se/Värmland", "se/system", "se/host/x", "se/a/b/c/d/e/f/g/h"}) {
    EXPECT_EQ(RunLine({"node", "init", "--path", path, "--trust-domain", "liggare.test", "--dir",
                       directory.path()})
                  .code,
              kFailed)
        << path;
  }
}

// A receipt of the nation's own event, in a file.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() : nation_("se", 1) {
    nation_.Enrol(nation_);
    nation_.Add(testing::MakeData("anslag/2024", 2));
    v1::Receipt receipt;
    receipt.set_receipt_version(1);
    *receipt.mutable_event() = nation_.Prove(1, 2);
    file_ = directory_.Write("receipt.json", proof::ReceiptToJson(receipt));
    trust_ = nation_.key().verifier().Text();
  }

  testing::ScratchDirectory directory_;
  testing::FakeLog nation_;
  std::string file_, trust_;
};

TEST_F(VerifyTest, GoodReceiptIsExitCode0) {
  const Outcome outcome = RunLine({"verify", "--trust", trust_, file_});
  EXPECT_EQ(outcome.code, kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Kvittot håller."));
  EXPECT_THAT(outcome.out, HasSubstr("se@1#1"));
  EXPECT_THAT(RunLine({"--json", "verify", "--trust", trust_, file_}).out,
              HasSubstr("\"verified\": true"));
}

TEST_F(VerifyTest, KeyMayStandInAFile) {
  const std::string key_file = directory_.Write("se.vkey", trust_ + "\n");
  EXPECT_EQ(RunLine({"verify", "--trust", key_file, file_}).code, kDone);
}

TEST_F(VerifyTest, ReceiptThatDoesNotHoldIsExitCode3AndNamesTheStep) {
  const std::string other = testing::MakeKey("se", 5).verifier().Text();
  const Outcome outcome = RunLine({"verify", "--trust", other, file_});
  EXPECT_EQ(outcome.code, kVerificationFailed);
  EXPECT_THAT(outcome.err, HasSubstr("event.checkpoint"));
  EXPECT_EQ(outcome.out, "");
  const std::string no_receipt = directory_.Write("no.json", "{}x");
  EXPECT_EQ(RunLine({"verify", "--trust", trust_, no_receipt}).code, kVerificationFailed);
}

TEST_F(VerifyTest, FileOrKeyThatIsNotThereIsExitCode1) {
  EXPECT_EQ(RunLine({"verify", "--trust", trust_, directory_ / "none"}).code, kFailed);
  EXPECT_EQ(RunLine({"verify", "--trust", "nonsense", file_}).code, kFailed);
}

TEST_F(VerifyTest, OneThingIsVerifiedAtATime) {
  EXPECT_EQ(RunLine({"verify", "--trust", trust_}).code, kUsage);
  EXPECT_EQ(RunLine({"verify", "--trust", trust_, file_, "--live"}).code, kUsage);
}

// A key's file as node init makes it, and the event that rotates it.
class RotateKeyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Outcome made = RunLine({"node", "init", "--path", "se/17/varmland", "--trust-domain",
                                  "liggare.test", "--dir", directory_.path()});
    ASSERT_EQ(made.code, kDone) << made.err;
  }
  Outcome Rotate() { return RunLine({"node", "rotate-key", "--key", file_}); }
  static mode_t ModeOf(const std::string& file) {
    struct stat info = {};
    stat(file.c_str(), &info);
    return info.st_mode & 0777;
  }

  testing::ScratchDirectory directory_;
  const std::string file_ = directory_ / "se_17_varmland.key";
  const std::string next_ = file_ + ".next";
};

TEST_F(RotateKeyTest, MakesAPrivateKeyBesideTheOldOneAndTheParentsEvent) {
  const std::string before = *ReadFile(file_);
  const Outcome rotated = Rotate();
  ASSERT_EQ(rotated.code, kDone) << rotated.err;
  EXPECT_EQ(*ReadFile(file_), before);
  EXPECT_EQ(ModeOf(next_), 0600u);
  const auto json = nlohmann::json::parse(rotated.out);
  EXPECT_EQ(json["node"], "se/17");
  EXPECT_EQ(json["subject"], "node/se/17/varmland");
  const auto next = note::SigningKey::Parse(*ReadFile(next_));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(json["node_key_changed"]["verifier_key"], next->verifier().Text());
}

TEST_F(RotateKeyTest, DoneAgainItIsTheSameKey) {
  ASSERT_EQ(Rotate().code, kDone);
  const std::string next = *ReadFile(next_);
  ASSERT_EQ(Rotate().code, kDone);
  EXPECT_EQ(*ReadFile(next_), next);
}

TEST_F(RotateKeyTest, AfterAKillInTheMiddleItIsDoneAnew) {
  directory_.Write("se_17_varmland.key.next.unfinished", "PRIVATE+KE");
  ASSERT_EQ(Rotate().code, kDone);
  EXPECT_TRUE(note::SigningKey::Parse(*ReadFile(next_)).ok());
  EXPECT_FALSE(ReadFile(next_ + ".unfinished").ok());
}

TEST_F(RotateKeyTest, KeysThatOthersCanReadAreRefused) {
  for (const std::string& file : {next_, file_}) {
    ASSERT_EQ(Rotate().code, kDone);
    chmod(file.c_str(), 0640);
    const Outcome refused = Rotate();
    EXPECT_EQ(refused.code, kFailed) << file;
    EXPECT_THAT(refused.err, HasSubstr("mode 0600"));
    chmod(file.c_str(), 0600);
  }
}

TEST_F(RotateKeyTest, AnotherNodesKeyBesideItIsNotTaken) {
  const auto other = note::SigningKey::Generate("liggare.test/se/17/other");
  chmod(directory_.Write("se_17_varmland.key.next", other->Text()).c_str(), 0600);
  EXPECT_EQ(Rotate().code, kFailed);
}

TEST(CommandLineTest, ADirectoryInPlaceOfAFileIsSaidToBeOne) {
  testing::ScratchDirectory directory;
  const std::string folder = directory.path();
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"verify", "--trust",
            "liggare.test/se+3ef76521+AX/CzftV1rd51d7FbGPAMG3w2H5o2gMZDr5wsKfXzH3X", folder},
           {"verify", "--trust", folder, "x"},
           {"--server", "127.0.0.1:1", "--ca", folder, "--cert", folder, "--key", folder, "status"},
           {"record", folder}}) {
    const Outcome outcome = RunLine(line);
    EXPECT_TRUE(outcome.code == kFailed || outcome.code == kUsage) << outcome.code;
    EXPECT_THAT(outcome.err, HasSubstr("Is a directory")) << ::testing::PrintToString(line);
  }
}

TEST(CommandLineTest, NumbersBelowZeroAreRefused) {
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"record", "x", "--from-line", "-1"},
                                             {"record", "x", "--from-line", "0"},
                                             {"read", "se@1", "--from", "-1"},
                                             {"read", "se@1", "--max", "-1"},
                                             {"state", "x", "--known-by", "se", "--at", "-1"}}) {
    EXPECT_EQ(RunLine(line).code, kUsage) << ::testing::PrintToString(line);
  }
}

TEST(CommandLineTest, AFileForTrustIsToldFromAKey) {
  testing::ScratchDirectory directory;
  const std::string proof = directory.Write("x.json", "{}");
  const std::string vkey =
      "liggare.test/se+3ef76521+AX/CzftV1rd51d7FbGPAMG3w2H5o2gMZDr5wsKfXzH3X\n";
  const auto said = [&](const std::string& trust) {
    return RunLine({"verify", "--trust", trust, proof}).err;
  };
  EXPECT_THAT(said(directory / "missing.vkey"), HasSubstr("No such file"));
  EXPECT_THAT(said(directory.Write("se.key", "PRIVATE+KEY+liggare.test/se+3ef76521+AYEK\n")),
              HasSubstr("holds a private key"));
  for (const std::string& right : {vkey, "\uFEFF" + vkey}) {
    EXPECT_THAT(said(directory.Write("se.vkey", right)), HasSubstr("receipt_version"));
  }
}

}  // namespace
}  // namespace liggare::cli
