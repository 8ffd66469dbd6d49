// What a server, and through it every sender, can make `liggare` print: each command is
// answered with hostile text in every field, and must print the lines that harmless text
// gives, and nothing that moves a cursor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "clients/cli/commands/commands.h"
#include "eventstore/note/key.h"
#include "nlohmann/json.hpp"
#include "proto/text/shown_text.h"
#include "tests/clients/cli/filled_server.h"

namespace liggare::cli {
namespace {

using testing::Answers;

constexpr char kHarmless[] = "x";
constexpr char kHostile[] =
    "x\nMottagen\r\n  se  2024-01-01\x1b[2J\x7f \u0085\u009b2J\u202e\u2066\u2028liggare: \uFEFF";
constexpr int kVariants = 6;  // As many as the longest enum of an answer has values.

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome RunLine(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"liggare"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out, err;
  Shell shell(out, err);
  const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
  return {code, out.str(), err.str()};
}

using Lines = std::vector<std::vector<std::string>>;

class ShownAnswersTest : public ::testing::Test {
 protected:
  // By command, the lines that ask a server.
  std::map<std::string, Lines> Commands() const {
    const std::string event = server_.directory.Write(
        "event",
        R"({"id": "0190163d-8694-739b-aea5-966c26f8ad91", "subject": "verksamhet/se/17/x",)"
        R"( "verksamhet_registered": {"namn": "X"}})");
    const std::string frontier = server_.directory.Write("frontier", R"({"se/17@1": 1})");
    const std::string digest = server_.directory.Write(
        "digest",
        R"({"format": "liggare.digest/1", "fold_version": 1, "prefix": "", "digest": "00",)"
        R"( "subjects": {}, "frontier": {}})");
    const std::string vkey = server_.directory.Write("se_17_x.vkey", Vkey("se/17/x"));
    return {
        {"state", {{"state", "x"}, {"state", "x", "--without-effect"}}},
        {"history", {{"history", "x"}}},
        {"brister", {{"brister"}}},
        {"examples", {{"examples"}}},
        {"findings", {{"findings", "--year", "2024"}}},
        {"missing",
         {{"missing", "--year", "2024"},
          {"missing", "--year", "2024", "--all"},
          {"missing", "--year", "2024", "--reminders"}}},
        {"status", {{"status"}}},
        {"subjects", {{"subjects"}}},
        {"digest", {{"digest"}, {"digest", "--against", digest}}},
        {"table",
         {{"table", "klienter", "--year", "2024"},
          {"table", "klienter", "--year", "2024", "--format", "csv"},
          {"table", "klienter", "--year", "2024", "--explain", "a,b"},
          {"table", "--all", "--year", "2024"}}},
        {"backup", {{"backup"}}},
        {"read", {{"read", "--subject", "x"}}},
        {"record", {{"record", event}}},
        {"await", {{"await", "--frontier", frontier}}},
        {"receipt", {{"receipt", "se/17@1#1", "-o", "-"}}},
        {"checkpoint", {{"checkpoint"}}},
        {"verify", {{"verify", "--trust", Vkey("se"), "--live"}}},
        {"export-tiles",
         {{"export-tiles", "--trust", Vkey("se"), "--log", "se@1", server_.directory / "tiles"}}},
        {"node enrol", {{"node", "enrol", "--vkey", vkey, "--any-host"}}},
        {"node revoke-key", {{"node", "revoke-key", "--path", "se/17/x"}}},
        {"node close", {{"node", "close", "--path", "se/17/x"}}},
    };
  }

  Outcome Ask(const std::vector<std::string>& line, const std::string& text, int variant,
              Answers answers) {
    server_.service.filling = {text, variant};
    server_.service.answers = answers;
    std::vector<std::string> all = server_.Options();
    all.insert(all.end(), line.begin(), line.end());
    return RunLine(all);
  }

  static std::string Vkey(const std::string& path) {
    return note::SigningKey::Generate("liggare.test/" + path)->verifier().Text();
  }

  testing::FilledServer server_;
};

auto LinesOf(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

void ExpectSameLines(const Outcome& hostile, const Outcome& harmless) {
  EXPECT_EQ(hostile.code, harmless.code);
  EXPECT_EQ(LinesOf(hostile.out), LinesOf(harmless.out)) << hostile.out;
  EXPECT_EQ(LinesOf(hostile.err), LinesOf(harmless.err)) << hostile.err;
  for (const std::string& text : {hostile.out, hostile.err}) {
    EXPECT_EQ(text::ShownLines(text), text) << "something is not shown";
  }
}

TEST_F(ShownAnswersTest, HostileTextInAnAnswerBeginsNoLine) {
  for (const auto& [command, lines] : Commands()) {
    for (const std::vector<std::string>& line : lines) {
      for (int variant = 0; variant < kVariants; ++variant) {
        SCOPED_TRACE(::testing::PrintToString(line) + " " + std::to_string(variant));
        ExpectSameLines(Ask(line, kHostile, variant, Answers::kFilled),
                        Ask(line, kHarmless, variant, Answers::kFilled));
      }
    }
  }
}

TEST_F(ShownAnswersTest, HostileTextInAnErrorBeginsNoLine) {
  for (const auto& [command, lines] : Commands()) {
    for (const std::vector<std::string>& line : lines) {
      for (const Answers answers : {Answers::kError, Answers::kStatus}) {
        SCOPED_TRACE(::testing::PrintToString(line));
        const Outcome harmless = Ask(line, kHarmless, 0, answers);
        ExpectSameLines(Ask(line, kHostile, 0, answers), harmless);
        EXPECT_EQ(harmless.code, kFailed);
        EXPECT_THAT(harmless.err, ::testing::StartsWith("liggare: "));
      }
    }
  }
}

// Without this the tests above would be content with errors.
TEST_F(ShownAnswersTest, FilledAnswersArePrinted) {
  const std::set<std::string> unverified = {"checkpoint", "export-tiles",    "verify",
                                            "node enrol", "node revoke-key", "node close"};
  for (const auto& [command, lines] : Commands()) {
    if (unverified.contains(command)) continue;
    for (const std::vector<std::string>& line : lines) {
      SCOPED_TRACE(::testing::PrintToString(line));
      int printed = 0;
      for (int variant = 0; variant < kVariants; ++variant) {
        const Outcome outcome = Ask(line, kHarmless, variant, Answers::kFilled);
        printed += outcome.code == kDone || outcome.code == kVerificationFailed ? 1 : 0;
      }
      EXPECT_GT(printed, 0);
    }
  }
}

TEST_F(ShownAnswersTest, HostileTextInJsonStaysJson) {
  const std::set<std::string> others = {"await", "record", "verify", "export-tiles", "node enrol"};
  for (const auto& [command, lines] : Commands()) {
    if (others.contains(command)) continue;
    std::vector<std::string> line = lines.front();
    line.push_back("--json");
    SCOPED_TRACE(::testing::PrintToString(line));
    const Outcome outcome = Ask(line, kHostile, 0, Answers::kFilled);
    ExpectSameLines(outcome, Ask(line, kHarmless, 0, Answers::kFilled));
    std::istringstream out(outcome.out);
    if (command == "read") {
      std::string first;
      std::getline(out, first);
      out.str(first);
    }
    if (outcome.code == kDone) {
      EXPECT_TRUE(nlohmann::json::accept(out.str())) << out.str();
    }
  }
}

// The names of the commands that do something, such as "node enrol".
std::set<std::string> LeavesOf(const CLI::App& app, const std::string& prefix = "") {
  std::set<std::string> leaves;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string name = prefix + command->get_name();
    const std::set<std::string> below = LeavesOf(*command, name + " ");
    if (below.empty()) leaves.insert(name);
    leaves.insert(below.begin(), below.end());
  }
  return leaves;
}

TEST_F(ShownAnswersTest, EveryCommandThatAsksAServerIsTried) {
  std::set<std::string> tried = {"node init", "node rotate-key", "new-id", "fsck", "restore"};
  for (const auto& [command, lines] : Commands()) tried.insert(command);
  std::ostringstream none;
  Shell shell(none, none);
  EXPECT_EQ(LeavesOf(*MakeCommandLine(shell)), tried);
}

}  // namespace
}  // namespace liggare::cli
