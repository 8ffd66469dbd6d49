#include "services/node/config.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/calendar/calendar.h"
#include "services/node/stray_letter.h"
#include "services/node/table_reader.h"

namespace liggare::node {
namespace {

namespace fs = std::filesystem;

constexpr char kPathForm[] = "se, or a path below it: segments of [a-z0-9-]{1,40}, at most 8";
constexpr char kAddressForm[] = "<host>:<port>, such as 127.0.0.1:7443";

// Makes a path absolute, from the folder of the configuration.
void Resolve(Setting& setting) {
  if (setting.value.empty()) return;
  const fs::path folder = fs::absolute(setting.file).parent_path();
  setting.value = (folder / setting.value).lexically_normal().string();
  if (setting.value.size() > 1 && setting.value.back() == '/') setting.value.pop_back();
}

Setting PathText(TableReader& table, std::string_view key) {
  Setting setting = table.Text(key);
  Resolve(setting);
  return setting;
}

std::optional<Setting> OptionalPathText(TableReader& table, std::string_view key) {
  std::optional<Setting> setting = table.OptionalText(key);
  if (setting) Resolve(*setting);
  return setting;
}

std::optional<ParentConfig> ReadParent(const toml::table& table, const std::string& file,
                                       const std::string& key, absl::Status& status) {
  TableReader reader(table, file, key, status);
  ParentConfig parent;
  parent.address = reader.Text("address");
  parent.host = reader.Text("host");
  parent.path = reader.OptionalText("path");
  reader.Finish();
  return parent;
}

NodeConfig ReadNode(const toml::table& table, const std::string& file, const std::string& key,
                    absl::Status& status) {
  TableReader reader(table, file, key, status);
  NodeConfig node;
  node.path = reader.Text("path");
  node.data = PathText(reader, "data");
  node.signing_key = PathText(reader, "signing_key");
  node.certificate = PathText(reader, "certificate");
  node.key = PathText(reader, "key");
  node.backup = OptionalPathText(reader, "backup");
  node.smallest_count =
      reader
          .OptionalNumber("smallest_count", {domain::kSmallestCountMin, domain::kSmallestCountMax})
          .value_or(domain::kSmallestCountDefault);
  node.operators_required =
      reader.OptionalNumber("operators_required", {1, kOperatorsRequiredMax}).value_or(1);
  if (const toml::table* parent = reader.OptionalTable("parent")) {
    node.parent = ReadParent(*parent, file, key + ".parent", status);
  }
  reader.Finish();
  if (status.ok() && node.path.value != name::kNationPath && !node.parent.has_value()) {
    Setting place = reader.Here();
    place.key += ".parent";
    status = SettingError(place, "is missing: " + node.path.value + " is not the nation",
                          R"(parent = { address = "<host>:<port>", host = "<name>" })");
  }
  return node;
}

Config ReadTables(const toml::table& root, const std::string& file, absl::Status& status) {
  TableReader reader(root, file, "", status);
  Config config;
  config.trust_domain = reader.Text("trust_domain");
  config.clock_confirmed = reader.OptionalText("clock_confirmed");
  config.national_key = reader.Text("national_key");
  config.listen = reader.Text("listen");
  if (const toml::table* table = reader.Table("tls")) {
    TableReader tls(*table, file, "tls", status);
    config.tls.ca = PathText(tls, "ca");
    config.tls.certificate = PathText(tls, "certificate");
    config.tls.key = PathText(tls, "key");
    config.tls.deny = OptionalPathText(tls, "deny");
    config.tls.crl = OptionalPathText(tls, "crl");
    tls.Finish();
  }
  for (const toml::table* table : reader.Tables("node")) {
    const std::string key = "node[" + std::to_string(config.nodes.size()) + "]";
    config.nodes.push_back(ReadNode(*table, file, key, status));
  }
  reader.Finish();
  return config;
}

absl::Status CheckTrustDomain(const Setting& setting) {
  const std::string& name = setting.value;
  const bool right =
      !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
      });
  if (right) return absl::OkStatus();
  return SettingError(setting, "'" + name + "' is not a trust domain",
                      "lower-case letters, digits, '-', '.' and '_'");
}

absl::Status CheckNationalKey(const Config& config) {
  const Setting& setting = config.national_key;
  absl::StatusOr<note::VerifierKey> key = note::VerifierKey::Parse(setting.value);
  if (!key.ok()) {
    return SettingError(setting, "is not a vkey: " + std::string(key.status().message()),
                        "<trust domain>/se+<key id>+<base64>");
  }
  const std::string name = config.trust_domain.value + "/" + std::string(name::kNationPath);
  if (key->name() == name && key->type() == note::KeyType::kEd25519) return absl::OkStatus();
  return SettingError(setting, "is a key named " + key->name(), "an Ed25519 key named " + name);
}

absl::Status CheckAddress(const Setting& setting, bool zero_port_allowed) {
  absl::StatusOr<Endpoint> endpoint = ParseEndpoint(setting.value);
  if (!endpoint.ok()) {
    return SettingError(setting,
                        "'" + setting.value + "': " + std::string(endpoint.status().message()),
                        kAddressForm);
  }
  if (endpoint->port == 0 && !zero_port_allowed) {
    return SettingError(setting, "port 0 can't be dialled", kAddressForm);
  }
  return absl::OkStatus();
}

absl::Status CheckParent(const NodeConfig& node) {
  if (!node.parent.has_value()) return absl::OkStatus();
  const ParentConfig& parent = *node.parent;
  if (node.path.value == name::kNationPath) {
    return SettingError(parent.address, "se has no parent", "no parent for se");
  }
  const std::string above(name::ParentOf(node.path.value));
  if (parent.path.has_value() && parent.path->value != above) {
    return SettingError(*parent.path, node.path.value + " is not under " + parent.path->value,
                        above);
  }
  if (absl::Status status = CheckAddress(parent.address, false); !status.ok()) return status;
  const std::string& host = parent.host.value;
  const bool right = host.size() <= name::kPathSegmentBytesMax &&
                     std::all_of(host.begin(), host.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                     });
  if (right) return absl::OkStatus();
  return SettingError(parent.host, "'" + host + "' is not a host's name",
                      "the <name> of .../host/<name> in the parent's certificate");
}

// Finds two nodes with the same value; by the path that a directory really has.
absl::Status CheckDistinct(const std::vector<NodeConfig>& nodes) {
  std::map<std::string, const NodeConfig*> paths;
  std::map<std::string, const NodeConfig*> directories;
  for (const NodeConfig& node : nodes) {
    const auto [path, new_path] = paths.emplace(node.path.value, &node);
    if (!new_path) {
      return SettingError(node.path,
                          node.path.value + " is already the path of line " +
                              std::to_string(path->second->path.line),
                          "every path once");
    }
    std::error_code ignored;
    const std::string real = fs::weakly_canonical(node.data.value, ignored).string();
    const auto [data, new_data] = directories.emplace(real, &node);
    if (!new_data) {
      return SettingError(
          node.data, node.data.value + " is already the directory of " + data->second->path.value,
          "a directory of its own for every node");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckConfig(const Config& config) {
  if (absl::Status status = CheckTrustDomain(config.trust_domain); !status.ok()) return status;
  if (absl::Status status = CheckNationalKey(config); !status.ok()) return status;
  if (absl::Status status = CheckAddress(config.listen, true); !status.ok()) return status;
  if (config.clock_confirmed && !domain::ParseDate(config.clock_confirmed->value)) {
    return SettingError(*config.clock_confirmed,
                        "'" + config.clock_confirmed->value + "' is not a day", "YYYY-MM-DD");
  }
  if (config.nodes.size() > kNodesMax) {
    return SettingError(config.nodes[kNodesMax].path, "too many nodes",
                        "at most " + std::to_string(kNodesMax));
  }
  for (const NodeConfig& node : config.nodes) {
    const std::string& path = node.path.value;
    if (!name::IsNodePath(path) || !name::IsAtOrBelow(path, name::kNationPath)) {
      return SettingError(node.path, "'" + path + "' is not a node's path", kPathForm);
    }
    if (absl::Status status = CheckParent(node); !status.ok()) return status;
  }
  return CheckDistinct(config.nodes);
}

absl::StatusOr<toml::table> Parse(std::string_view text, const std::string& file) {
  toml::parse_result parsed = toml::parse(text, file);
  if (parsed) return std::move(parsed).table();
  const Setting place{.value = "",
                      .file = file,
                      .line = static_cast<int>(parsed.error().source().begin.line),
                      .key = ""};
  return SettingError(place, std::string(parsed.error().description()), "valid TOML");
}

// Keeps from the parser what it is not defined for (stray_letter.h).
absl::StatusOr<toml::table> ParseToml(std::string_view text, const std::string& file) {
  if (const std::optional<size_t> stray = FindStrayLetter(text)) {
    const auto line = 1 + std::ranges::count(text.substr(0, *stray), '\n');
    const Setting place{.value = "", .file = file, .line = static_cast<int>(line), .key = ""};
    return SettingError(place,
                        "a letter that is not ASCII, outside of a text and a comment or after a "
                        "backslash",
                        "texts in quotes, and keys of the letters a to z");
  }
  const auto without_letters = Parse(WithoutLetters(text), file);
  return without_letters.ok() ? Parse(text, file) : without_letters.status();
}

}  // namespace

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return absl::InvalidArgumentError("there is no port");
  Endpoint endpoint{.host = std::string(address.substr(0, colon))};
  const std::string_view port = address.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || end != port.data() + port.size() || endpoint.port < 0 ||
      endpoint.port > 65'535) {
    return absl::InvalidArgumentError("the port is not a number from 0 to 65535");
  }
  const bool bracketed =
      endpoint.host.size() > 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']';
  if (endpoint.host.empty() ||
      (!bracketed && endpoint.host.find_first_of(":[]/ ") != std::string::npos)) {
    return absl::InvalidArgumentError("there is no host");
  }
  return endpoint;
}

int64_t ClockConfirmedMs(const Config& config) {
  if (!config.clock_confirmed) return 0;
  const auto day = domain::ParseDate(config.clock_confirmed->value);
  const auto end = std::chrono::sys_days(*day) + std::chrono::days(1);
  return std::chrono::duration_cast<std::chrono::milliseconds>(end.time_since_epoch()).count();
}

absl::StatusOr<Config> ParseConfig(std::string_view text, const std::string& file) {
  const auto table = ParseToml(text, file);
  if (!table.ok()) return table.status();
  absl::Status status;
  Config config = ReadTables(*table, file, status);
  if (!status.ok()) return status;
  if (status = CheckConfig(config); !status.ok()) return status;
  return config;
}

absl::StatusOr<Config> ReadConfig(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION, {.message = file + ": can't be read",
                                                    .field = "--config",
                                                    .expected = "a readable TOML file"});
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > kConfigBytesMax) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION, {.message = file + ": is larger than 1 MiB",
                                                    .field = "--config",
                                                    .expected = "at most 1 MiB"});
  }
  return ParseConfig(text, file);
}

}  // namespace liggare::node
