// Where there is no room for what a command writes, it says so and fails: half a table must not
// look like a whole one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cli/commands/commands.h"
#include "tests/clients/cli/filled_server.h"

namespace liggare::cli {
namespace {

using ::testing::HasSubstr;

class FullDiskTest : public ::testing::Test {
 protected:
  struct Outcome {
    int code = 0;
    std::string err;
  };
  Outcome Run(const std::vector<std::string>& line, std::ostream& out) const {
    std::vector<std::string> words = server_.Options();
    words.insert(words.end(), line.begin(), line.end());
    std::vector<const char*> argv = {"liggare"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::ostringstream err;
    Shell shell(out, err);
    const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
    return {code, err.str()};
  }
  std::string Event() const {
    return server_.directory.Write(
        "event",
        R"({"id": "0190163d-8694-739b-aea5-966c26f8ad91", "subject": "verksamhet/se/17/x",)"
        R"( "verksamhet_registered": {"namn": "X"}})");
  }

  testing::FilledServer server_;
};

TEST_F(FullDiskTest, StandardOutputThatIsFullIsAnError) {
  // Recorded, and not refused: of a oneof the first member.
  server_.service.filling = {"x", 0};
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"table", "klienter", "--year", "2024"},
        {"table", "klienter", "--year", "2024", "--format", "csv"},
        {"receipt", "se/17@1#1", "-o", "-"},
        {"record", Event()},
        {"state", "x"},
        {"--json", "status"},
        {"read", "--subject", "x"}}) {
    SCOPED_TRACE(::testing::PrintToString(line));
    std::ostringstream room;
    EXPECT_EQ(Run(line, room).code, kDone);
    std::ofstream full("/dev/full");
    const Outcome outcome = Run(line, full);
    EXPECT_EQ(outcome.code, kFailed);
    EXPECT_THAT(outcome.err,
                HasSubstr("standard output cannot be written: No space left on device"));
  }
}

TEST_F(FullDiskTest, FileThatIsFullIsAnError) {
  server_.service.filling = {"x", 0};
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"record", Event(), "--answers-out", "/dev/full"},
        {"record", Event(), "--frontier-out", "/dev/full"},
        {"receipt", "se/17@1#1", "-o", "/dev/full"},
        {"table", "klienter", "--year", "2024", "--output", "/dev/full"}}) {
    SCOPED_TRACE(::testing::PrintToString(line));
    std::ostringstream out;
    const Outcome outcome = Run(line, out);
    EXPECT_EQ(outcome.code, kFailed);
    EXPECT_THAT(outcome.err, HasSubstr("/dev/full"));
    EXPECT_THAT(outcome.err, HasSubstr("No space left on device"));
  }
}

TEST_F(FullDiskTest, FolderThatIsNotThereIsNamed) {
  server_.service.filling = {"x", 0};
  const std::string file = server_.directory / "not there/file";
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"record", Event(), "--answers-out", file},
        {"record", Event(), "--frontier-out", file},
        {"receipt", "se/17@1#1", "-o", file},
        {"table", "klienter", "--year", "2024", "--output", file},
        {"table", "klienter", "--year", "2024", "--format", "xlsx", "--output", file}}) {
    SCOPED_TRACE(::testing::PrintToString(line));
    std::ostringstream out;
    const Outcome outcome = Run(line, out);
    EXPECT_TRUE(outcome.code == kFailed || outcome.code == kUsage);
    EXPECT_THAT(outcome.err, HasSubstr(file + " cannot be written: No such file or directory"));
  }
}

}  // namespace
}  // namespace liggare::cli
