#include "services/presentation/left_out_form.h"

#include <map>
#include <utility>

namespace liggare::presentation {
namespace {

constexpr char kNameCharacters[] = "abcdefghijklmnopqrstuvwxyz0123456789-./@";
constexpr size_t kNameBytesMax = 400;

// Empty for what nobody here would name a key.
std::string NameText(const std::string& name) {
  const bool is_plain =
      name.size() <= kNameBytesMax && name.find_first_not_of(kNameCharacters) == std::string::npos;
  return is_plain ? name : "";
}

std::string_view WhyText(note::LeftOut why) {
  switch (why) {
    case note::LeftOut::kUnknown:
      return "nyckeln är okänd";
    case note::LeftOut::kDoesNotVerify:
      return "underskriften stämmer inte";
    case note::LeftOut::kRevoked:
      return "nyckeln är återkallad";
    case note::LeftOut::kRepeated:
      return "nyckeln har redan skrivit under";
    case note::LeftOut::kNoRoom:
      return "det finns för många";
  }
  return "";
}

std::string_view WhyCode(note::LeftOut why) {
  switch (why) {
    case note::LeftOut::kUnknown:
      return "unknown";
    case note::LeftOut::kDoesNotVerify:
      return "does_not_verify";
    case note::LeftOut::kRevoked:
      return "revoked";
    case note::LeftOut::kRepeated:
      return "repeated";
    case note::LeftOut::kNoRoom:
      return "no_room";
  }
  return "";
}

using Counts = std::map<std::pair<note::LeftOut, std::string>, size_t>;

Counts CountsOf(const std::vector<note::LeftOutLine>& lines) {
  Counts counts;
  for (const note::LeftOutLine& line : lines) ++counts[{line.why, NameText(line.name)}];
  return counts;
}

}  // namespace

std::string LeftOutText(const std::vector<note::LeftOutLine>& lines) {
  std::string text;
  size_t shown = 0;
  size_t told = 0;
  for (const auto& [kind, count] : CountsOf(lines)) {
    if (shown++ == kLeftOutShownMax) break;
    told += count;
    text += "Obs: " + std::to_string(count) +
            (count == 1 ? " underskrift utelämnad, " : " underskrifter utelämnade, ") +
            (kind.second.empty() ? "av okänd" : kind.second) + ": " +
            std::string(WhyText(kind.first)) + ".\n";
  }
  if (told < lines.size()) {
    text += "Obs: " + std::to_string(lines.size() - told) + " till utelämnade.\n";
  }
  return text;
}

Json LeftOutJson(const std::vector<note::LeftOutLine>& lines) {
  Json json = Json::array();
  size_t told = 0;
  for (const auto& [kind, count] : CountsOf(lines)) {
    if (json.size() == kLeftOutShownMax) break;
    told += count;
    json.push_back({{"name", kind.second.empty() ? Json(nullptr) : Json(kind.second)},
                    {"why", WhyCode(kind.first)},
                    {"count", count}});
  }
  if (told < lines.size()) json.push_back({{"name", nullptr}, {"count", lines.size() - told}});
  return json;
}

std::vector<note::LeftOutLine> LinesOf(const std::vector<proof::LeftOutSignature>& left_out) {
  std::vector<note::LeftOutLine> lines;
  for (const proof::LeftOutSignature& one : left_out) lines.push_back(one.line);
  return lines;
}

}  // namespace liggare::presentation
