#include "services/presentation/swedish_text.h"

#include <cstdio>
#include <ctime>

namespace liggare::presentation {
namespace {

constexpr char kHardSpace[] = "\u00A0";
constexpr char kMinus[] = "\u2212";
constexpr size_t kGroup = 3;

bool IsDecimal(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? "0" : text.substr(point + 1);
  const auto digits = [](std::string_view t) {
    return !t.empty() && t.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return digits(whole) && digits(part);
}

std::tm PartsOf(int64_t ms) {
  // Rounded down, also before 1970.
  const time_t seconds = ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string Formatted(int64_t ms, const char* form) {
  const std::tm parts = PartsOf(ms);
  char text[64];
  return std::string(text, std::strftime(text, sizeof(text), form, &parts));
}

}  // namespace

std::string SwedishNumber(std::string_view decimal) {
  std::string_view digits = decimal;
  std::string text;
  if (digits.starts_with('-')) {
    text = kMinus;
    digits.remove_prefix(1);
  }
  if (!IsDecimal(digits)) return std::string(decimal);
  const size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  for (size_t i = 0; i < whole.size(); ++i) {
    if (i > 0 && (whole.size() - i) % kGroup == 0) text += kHardSpace;
    text += whole[i];
  }
  if (point != std::string_view::npos) text += "," + std::string(digits.substr(point + 1));
  return text;
}

std::string IsoTime(int64_t ms) {
  const int64_t thousandths = ((ms % 1000) + 1000) % 1000;
  char part[16];
  std::snprintf(part, sizeof(part), ".%03dZ", static_cast<int>(thousandths));
  return Formatted(ms, "%Y-%m-%dT%H:%M:%S") + part;
}

std::string TimeText(int64_t ms) { return Formatted(ms, "%Y-%m-%d %H:%M:%SZ"); }

}  // namespace liggare::presentation
