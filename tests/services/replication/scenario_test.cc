// Replays every script of tests/scenarios. With --rewrite, writes what happened
// into the scripts; read the difference before keeping it.
#include "tests/services/replication/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/testing/paths.h"

namespace liggare::replication {
namespace {

bool rewrite = false;

std::vector<std::string> ScenarioNames() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::SourcePath("tests/scenarios"))) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

class ScenarioTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ScenarioTest, GoesAsWritten) {
  const std::string path = testing::SourcePath("tests/scenarios/" + GetParam() + ".txt");
  std::stringstream script;
  script << std::ifstream(path).rdbuf();
  ASSERT_FALSE(script.str().empty()) << path;
  Scenario scenario;
  const std::string happened = scenario.Replay(script.str());
  if (rewrite) {
    std::ofstream(path) << happened;
  } else {
    EXPECT_EQ(happened, script.str()) << "in " << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Scripts, ScenarioTest, ::testing::ValuesIn(ScenarioNames()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::ranges::replace_if(
                               name, [](unsigned char c) { return !std::isalnum(c); }, '_');
                           return name;
                         });

}  // namespace
}  // namespace liggare::replication

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--rewrite") liggare::replication::rewrite = true;
  }
  return RUN_ALL_TESTS();
}
