// A directory where a file is expected, at every option of every command that takes one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cli/commands/commands.h"
#include "eventstore/note/key.h"
#include "tests/clients/cli/filled_server.h"

namespace liggare::cli {
namespace {

using ::testing::HasSubstr;

// By command ("" for the global ones) and option. What takes a file has a line below.
using Options = std::set<std::pair<std::string, std::string>>;

// Options that take no file, by name; that of a command's own directory is no file either.
const std::set<std::string>& NoFiles() {
  static const std::set<std::string> names = {"--all",
                                              "--any-host",
                                              "--at",
                                              "--backup-id",
                                              "--bom",
                                              "--cosigned-until",
                                              "--custody",
                                              "--data",
                                              "--dir",
                                              "--display-name",
                                              "--epoch-above",
                                              "--explain",
                                              "--field",
                                              "--follow",
                                              "--format",
                                              "--from-line",
                                              "--from-parent",
                                              "--help",
                                              "--host",
                                              "--host-name",
                                              "--hosted-by",
                                              "--json",
                                              "--known-by",
                                              "--live",
                                              "--log",
                                              "--max",
                                              "--node",
                                              "--on",
                                              "--open",
                                              "--path",
                                              "--publishable",
                                              "--raw",
                                              "--reason-code",
                                              "--reminders",
                                              "--repair",
                                              "--scope",
                                              "--server",
                                              "--size",
                                              "--stop-on-error",
                                              "--subject",
                                              "--timeout",
                                              "--to",
                                              "--trust-domain",
                                              "--version",
                                              "--without-effect",
                                              "--year",
                                              "backup",
                                              "dir",
                                              "event",
                                              "id",
                                              "log",
                                              "prefix",
                                              "subject",
                                              "-n"};
  return names;
}

// Of a name that takes a file in one command only.
const Options& NoFilesHere() {
  static const Options options = {{"read", "--from"},
                                  {"table", "--from"},
                                  {"restore", "--from"},
                                  {"node revoke-key", "--vkey"},
                                  // Written only where there is a checkpoint, or evidence.
                                  {"checkpoint", "--out"},
                                  {"verify", "--evidence-out"},
                                  // liggared reads it.
                                  {"restore", "--config"}};
  return options;
}

void Collect(const CLI::App& app, const std::string& name, Options& options) {
  for (const CLI::Option* option : app.get_options()) options.insert({name, option->get_name()});
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    Collect(*below, name.empty() ? below->get_name() : name + " " + below->get_name(), options);
  }
}

class DirectoryAsFileTest : public ::testing::Test {
 protected:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> Lines() const {
    const std::string d = server_.directory.path();
    const std::string file = server_.directory.Write("file", "{}");
    const std::string vkey = note::SigningKey::Generate("liggare.test/se")->verifier().Text();
    const auto restore = [&](std::vector<std::string> rest) {
      std::vector<std::string> line = {"--node",   "se/17",    "restore",   "--from-parent",
                                       "--config", "/nowhere", "--receipts"};
      line.insert(line.end(), rest.begin(), rest.end());
      return line;
    };
    return {{{"", "--ca"}, {"status", "--ca", d}},
            {{"", "--cert"}, {"status", "--cert", d}},
            {{"", "--key"}, {"status", "--key", d}},
            {{"record", "file"}, {"record", d}},
            {{"record", "--frontier-out"}, {"record", file, "--frontier-out", d}},
            {{"record", "--answers-out"}, {"record", file, "--answers-out", d}},
            {{"await", "--frontier"}, {"await", "--frontier", d}},
            {{"digest", "--against"}, {"digest", "--against", d}},
            {{"receipt", "--out"}, {"receipt", "se/17@1#1", "--out", d}},
            {{"verify", "--trust"}, {"verify", "--trust", d, file}},
            {{"verify", "file"}, {"verify", "--trust", vkey, d}},
            {{"verify", "--seen"}, {"verify", "--trust", vkey, "--live", "--seen", d}},
            {{"export-tiles", "--trust"}, {"export-tiles", "--trust", d, "--log", "se@1", d}},
            {{"restore", "--receipts"}, restore({d, "--trust", vkey})},
            {{"restore", "--trust"}, restore({file, "--trust", d})},
            {{"table", "--output"}, {"table", "klienter", "--year", "2024", "--output", d}},
            {{"node enrol", "--vkey"}, {"node", "enrol", "--any-host", "--vkey", d}},
            {{"node enrol", "--from"}, {"node", "enrol", "--any-host", "--from", d}},
            {{"node rotate-key", "--key"}, {"node", "rotate-key", "--key", d}}};
  }

  // The line's exit code; its errors in `err`.
  int Run(const std::vector<std::string>& line, std::string& err) const {
    std::vector<const char*> argv = {"liggare"};
    for (const std::string& word : line) argv.push_back(word.c_str());
    std::ostringstream out, errors;
    Shell shell(out, errors);
    const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
    err = errors.str();
    return code;
  }

  testing::FilledServer server_;
};

TEST_F(DirectoryAsFileTest, EveryOptionThatTakesAFileSaysThatItIsADirectory) {
  for (const auto& [option, line] : Lines()) {
    SCOPED_TRACE(::testing::PrintToString(line));
    std::vector<std::string> whole = server_.Options();
    if (option.first.empty()) {  // The option may stand but once.
      const auto at = std::find(whole.begin(), whole.end(), option.second);
      whole.erase(at, at + 2);
    }
    whole.insert(whole.end(), line.begin(), line.end());
    std::string err;
    const int code = Run(whole, err);
    EXPECT_TRUE(code == kFailed || code == kUsage) << code;
    EXPECT_THAT(err, HasSubstr(server_.directory.path()));
    EXPECT_THAT(err, HasSubstr("Is a directory"));
  }
}

TEST_F(DirectoryAsFileTest, ListOfKnownServersIsAFileAndNobodyIsToldToCloseAFolder) {
  std::vector<std::string> line = server_.Options();
  const auto host = std::find(line.begin(), line.end(), "--host");
  line.erase(host, host + 2);
  line.insert(line.end(), {"--known-hosts", "/usr", "status"});
  std::string err;
  EXPECT_EQ(Run(line, err), kUsage);
  EXPECT_THAT(err, HasSubstr("/usr is no list of servers"));
}

TEST_F(DirectoryAsFileTest, NoOptionIsForgotten) {
  std::ostringstream none;
  Shell shell(none, none);
  Options options;
  Collect(*MakeCommandLine(shell), "", options);
  const auto lines = Lines();
  for (const auto& option : options) {
    const bool is_known = NoFiles().contains(option.second) || NoFilesHere().contains(option) ||
                          lines.contains(option) || option.second == "--known-hosts";
    EXPECT_TRUE(is_known) << "'" << option.first << "' " << option.second;
  }
  for (const auto& [option, line] : lines) {
    EXPECT_TRUE(options.contains(option)) << option.first << " " << option.second;
  }
}

}  // namespace
}  // namespace liggare::cli
