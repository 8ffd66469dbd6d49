#include "clients/cli/shell/frontier_file.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "proto/error/error.h"

namespace liggare::cli {

std::string FrontierJson(const Frontier& frontier) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [log, next_index] : frontier) json[log] = next_index;
  return json.dump() + "\n";
}

absl::Status AddFrontier(std::string_view json, Frontier& frontier) {
  const auto wrong = [] {
    return MakeError(v1::ERROR_CODE_MALFORMED,
                     {"not a frontier", "", R"({"<log>": <next index>, …})"});
  };
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return wrong();
  for (const auto& [log, next_index] : parsed.items()) {
    if (!next_index.is_number_unsigned()) return wrong();
    uint64_t& held = frontier[log];
    held = std::max(held, next_index.get<uint64_t>());
  }
  return absl::OkStatus();
}

}  // namespace liggare::cli
