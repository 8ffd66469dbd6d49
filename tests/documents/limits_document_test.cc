// docs/limits.md against the constants, read as text: no library is linked for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing/paths.h"

namespace liggare {
namespace {

struct Row {
  std::string name;
  uint64_t value = 0;
  std::string file;
};

std::string Contents(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// The rows "| `name` | value unit | `file` | … |".
std::vector<Row> Rows() {
  static const std::regex kRow(R"(^\| `(\w+)` \| (\d+)[^|]* \| `([^`]+)` \|.*\|$)");
  std::vector<Row> rows;
  std::istringstream document(Contents(testing::SourcePath("docs/limits.md")));
  for (std::string line; std::getline(document, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kRow)) {
      rows.push_back({match[1], std::stoull(match[2]), match[3]});
    }
  }
  return rows;
}

// The value of `name` in a source; its definition is a sum of products of numbers
// and of constants of the same source.
std::optional<uint64_t> ValueIn(const std::string& source, const std::string& name) {
  std::smatch match;
  const std::regex definition("\\b" + name + R"( = ([\w'*+ ]+);)");
  if (!std::regex_search(source, match, definition)) return {};
  std::string text = match[1];
  std::erase(text, '\'');
  std::istringstream words("+ " + text);
  uint64_t sum = 0;
  uint64_t product = 0;
  for (std::string sign, word; words >> sign >> word;) {
    const bool number = std::isdigit(static_cast<unsigned char>(word[0])) != 0;
    const std::optional<uint64_t> factor = number ? std::stoull(word) : ValueIn(source, word);
    if (!factor) return {};
    if (sign == "+") sum += std::exchange(product, 1);
    product *= *factor;
  }
  return sum + product;
}

TEST(LimitsDocumentTest, EveryValueIsThatOfItsConstant) {
  const std::vector<Row> rows = Rows();
  EXPECT_GT(rows.size(), 50u);
  for (const Row& row : rows) {
    const std::string source = Contents(testing::SourcePath(row.file));
    EXPECT_FALSE(source.empty()) << row.file;
    const std::optional<uint64_t> value = ValueIn(source, row.name);
    ASSERT_TRUE(value.has_value()) << row.name << " in " << row.file;
    EXPECT_EQ(*value, row.value) << row.name;
  }
}

// Constants that end in Max and bound nothing that comes from outside.
const std::set<std::string> kOthers = {
    "kYearMax",     "kFigureMax", "kPlacesMax",        "kNamesListedMax",
    "kAnswerMaxMs", "kLevelsMax", "kSmallestCountMax", "kOperatorsRequiredMax",
};

TEST(LimitsDocumentTest, EveryConstantOfAHeaderThatEndsInMaxIsInIt) {
  std::set<std::string> documented;
  for (const Row& row : Rows()) documented.insert(row.name);
  const std::regex definition(R"(constexpr \w+ (k\w+Max(?:Ms)?) =)");
  for (const char* top : {"services", "eventstore", "clients", "proto"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(testing::SourcePath(top))) {
      if (entry.path().extension() != ".h") continue;
      const std::string source = Contents(entry.path().string());
      for (std::sregex_iterator it(source.begin(), source.end(), definition), end; it != end;
           ++it) {
        const std::string name = (*it)[1];
        EXPECT_TRUE(documented.contains(name) || kOthers.contains(name))
            << name << " of " << entry.path();
      }
    }
  }
}

}  // namespace
}  // namespace liggare
