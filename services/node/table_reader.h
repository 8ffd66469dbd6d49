// Reads one table of a TOML file strictly: each key must be known, there if it
// is required, and of the right type. The first mistake is kept and ends the
// reading; what is read after it is empty. Private to this folder.
#ifndef SERVICES_NODE_TABLE_READER_H_
#define SERVICES_NODE_TABLE_READER_H_

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// What is wrong in a text is an error to be told, not a reason to stop: the parser
// asserts that a table header holds a key, and says so itself if it does not.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/node/setting.h"

namespace liggare::node {

class TableReader {
 public:
  // `prefix` is the dotted key of the table: empty for the whole file. The table
  // and `status`, which collects the first mistake, must outlive the reader.
  TableReader(const toml::table& table, std::string file, std::string prefix, absl::Status& status);

  // The text under `key`.
  Setting Text(std::string_view key);
  std::optional<Setting> OptionalText(std::string_view key);
  // The whole number under `key`, which must be within the range.
  struct NumberRange {
    int64_t first;
    int64_t last;
  };
  std::optional<int64_t> OptionalNumber(std::string_view key, NumberRange range);
  // The table under `key`; null after a mistake.
  const toml::table* Table(std::string_view key);
  const toml::table* OptionalTable(std::string_view key);
  // The tables under [[key]], at least one.
  std::vector<const toml::table*> Tables(std::string_view key);

  // Records a mistake unless all keys of the table have been asked for.
  void Finish();

  // The place of the table itself.
  Setting Here() const;

 private:
  const toml::node* Find(std::string_view key);
  const toml::node* Require(std::string_view key, const char* expected);
  Setting Place(std::string_view key, const toml::node& node) const;
  void Fail(const Setting& place, const std::string& what, const std::string& expected);

  const toml::table& table_;
  const std::string file_;
  const std::string prefix_;
  absl::Status& status_;
  std::vector<std::string_view> known_;
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_TABLE_READER_H_
