// liggared as a process: its command line, its exit codes and its signals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/testing/cluster.h"
#include "tests/testing/liggared_process.h"
#include "tests/testing/open_umask.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;

using Process = LiggaredProcess;

class LiggaredTest : public ::testing::Test {
 protected:
  std::string ConfigFile() {
    return cluster_.scratch().Write("liggared.toml", cluster_.config_text("nation"));
  }

  Cluster cluster_{{{"nation", {"se"}}}};
};

TEST_F(LiggaredTest, VersionAndHelpExitWithZero) {
  Process version(cluster_.scratch(), {"--version"});
  EXPECT_EQ(version.AwaitExit(), 0);
  EXPECT_THAT(version.out(), HasSubstr("liggared 0."));
  Process help(cluster_.scratch(), {"--help"});
  EXPECT_EQ(help.AwaitExit(), 0);
}

TEST_F(LiggaredTest, WrongCommandLineExitsWithTwo) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"--nonsense"}, {"--config"}}) {
    Process process(cluster_.scratch(), arguments);
    EXPECT_EQ(process.AwaitExit(), 2);
  }
}

TEST_F(LiggaredTest, WrongConfigurationExitsWithTwoAndSaysWhere) {
  const std::string file =
      cluster_.scratch().Write("bad.toml", "trust_domain = 'a'\nnonsense = 1\n");
  Process process(cluster_.scratch(), {"--config", file});
  EXPECT_EQ(process.AwaitReady(), "");
  EXPECT_EQ(process.AwaitExit(), 2);
  EXPECT_THAT(process.err(), HasSubstr("CONFIGURATION: "));
  EXPECT_THAT(process.err(), HasSubstr("bad.toml:1: national_key: is missing"));
}

TEST_F(LiggaredTest, CheckConfigStartsNothing) {
  Process right(cluster_.scratch(), {"--config", ConfigFile(), "--check-config"});
  EXPECT_EQ(right.AwaitReady(), "");
  EXPECT_EQ(right.AwaitExit(), 0) << right.err();
  EXPECT_THAT(right.out(), HasSubstr("is right, 1 nodes"));
  EXPECT_FALSE(std::filesystem::exists(cluster_.data_directory("se")));
  chmod((cluster_.scratch() / "se.signing").c_str(), 0644);
  Process wrong(cluster_.scratch(), {"--config", ConfigFile(), "--check-config"});
  EXPECT_EQ(wrong.AwaitExit(), 2);
  EXPECT_THAT(wrong.err(), HasSubstr("mode 0600"));
}

TEST_F(LiggaredTest, TermAndIntStopItWithZero) {
  for (const int number : {SIGTERM, SIGINT}) {
    const std::string ready_file = cluster_.scratch() / "ready";
    Process process(cluster_.scratch(), {"--config", ConfigFile(), "--ready-file", ready_file});
    const std::string ready = process.AwaitReady();
    EXPECT_THAT(ready, HasSubstr("liggared: ready, 1 nodes, listening on 127.0.0.1:"))
        << process.err();
    std::ostringstream in_file;
    in_file << std::ifstream(ready_file).rdbuf();
    EXPECT_EQ(in_file.str(), ready);
    process.Signal(number);
    EXPECT_EQ(process.AwaitExit(), 0) << process.err();
    EXPECT_EQ(process.out(), ready);
  }
}

TEST_F(LiggaredTest, HangUpHasCertificatesReadAgainAndEndsNothing) {
  Process process(cluster_.scratch(), {"--config", ConfigFile()});
  ASSERT_NE(process.AwaitReady(), "") << process.err();
  process.Signal(SIGHUP);
  process.Signal(SIGTERM);  // Of signals that wait, the lowest number is taken first.
  EXPECT_EQ(process.AwaitExit(), 0) << process.err();
  EXPECT_THAT(process.err(), HasSubstr("signal 1: certificates and lists of denied ones are read"));
}

TEST_F(LiggaredTest, DataIsItsOwnersAloneUnderAnyUmask) {
  const OpenUmask umask;
  Process process(cluster_.scratch(), {"--config", ConfigFile()});
  ASSERT_NE(process.AwaitReady(), "") << process.err();
  EXPECT_EQ(ModeOf(cluster_.data_directory("se")), 0700u);
  for (const auto& file : std::filesystem::directory_iterator(cluster_.data_directory("se"))) {
    EXPECT_EQ(ModeOf(file.path().string()) & 0077, 0u) << file.path();
  }
}

TEST_F(LiggaredTest, DataOpenToOthersExitsWithTwoAndSaysHowToCloseIt) {
  const std::string data = cluster_.data_directory("se");
  std::filesystem::create_directory(data);
  ASSERT_EQ(chmod(data.c_str(), 0750), 0);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--check-config"}, {"--restore", "se"}}) {
    std::vector<std::string> arguments = {"--config", ConfigFile()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process(cluster_.scratch(), arguments);
    EXPECT_EQ(process.AwaitReady(), "");
    EXPECT_EQ(process.AwaitExit(), 2);
    EXPECT_THAT(process.err(), HasSubstr("node[0].data: "));
    EXPECT_THAT(process.err(), HasSubstr("chmod 700 " + data));
  }
}

TEST_F(LiggaredTest, DirectoryInUseExitsWithTwo) {
  Process first(cluster_.scratch(), {"--config", ConfigFile()});
  ASSERT_NE(first.AwaitReady(), "");
  Process second(cluster_.scratch(), {"--config", ConfigFile()});
  EXPECT_EQ(second.AwaitReady(), "");
  EXPECT_EQ(second.AwaitExit(), 2);
  EXPECT_THAT(second.err(), HasSubstr("node[0].data"));
}

}  // namespace
}  // namespace liggare::testing
