#include "services/domain/form/text_form.h"

#include <algorithm>

#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "proto/text/utf8.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/form/personnummer.h"
#include "services/domain/form/shape.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/luhn.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsTokenChar(char c) {
  return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '_' || c == '-' || c == '+';
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kTokenBytesMax &&
         std::all_of(text.begin(), text.end(), IsTokenChar);
}

bool IsControl(char32_t point) { return point < 0x20 || (point >= 0x7f && point < 0xa0); }

// Characters of valid UTF-8: all bytes but continuations.
size_t CharsOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

// Not one of spaces alone, which nobody could see.
bool IsPlainText(std::string_view text) {
  if (CharsOf(text) > kTextCharsMax) return false;
  bool is_blank = !text.empty();
  while (!text.empty()) {
    const auto point = text::TakeCodePoint(text);
    if (!point || IsControl(*point) || text::IsNoncharacter(*point)) return false;
    is_blank = is_blank && text::IsSpace(*point);
  }
  return !is_blank;
}

// -?digits(.digits)?, with no superfluous zero in front.
bool IsDecimal(std::string_view text) {
  constexpr size_t kDigitsMax = 17;
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals = point == std::string_view::npos ? "0" : text.substr(point + 1);
  const auto all_digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), IsDigit);
  };
  return all_digits(whole) && all_digits(decimals) &&
         whole.size() + decimals.size() <= kDigitsMax &&
         (whole.size() == 1 || whole.front() != '0');
}

// <name>+<8 hexadecimal digits>+<base64> (C2SP signed-note). Whether the parts
// belong together is eventstore/note's to say.
bool IsVerifierKey(std::string_view text) {
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (first == 0 || second == std::string_view::npos || second - first != 9) return false;
  const std::string_view hash = text.substr(first + 1, 8);
  const std::string_view key = text.substr(second + 1);
  const bool is_hash = std::all_of(hash.begin(), hash.end(),
                                   [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
  const bool is_key = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' ||
           c == '=';
  });
  return is_hash && is_key && IsPlainText(text) && text.find(' ') == std::string_view::npos;
}

// Names, keys and * in place of any key, with dots between them.
bool IsFieldPattern(std::string_view text) {
  if (text.empty() || text.size() > kPatternBytesMax) return false;
  bool is_part_empty = true;
  for (char c : text) {
    if (c == '.' && is_part_empty) return false;
    if (c != '.' && c != '*' && !IsTokenChar(c)) return false;
    is_part_empty = c == '.';
  }
  return !is_part_empty;
}

}  // namespace

bool IsOrganisationsnummer(std::string_view text) {
  // With less it is the personnummer of who runs a business in their own name.
  constexpr char kThirdDigitMin = '2';
  if (text.size() != 11 || text[6] != '-' || text[2] < kThirdDigitMin) return false;
  const std::string digits = std::string(text.substr(0, 6)) + std::string(text.substr(7));
  return std::all_of(digits.begin(), digits.end(), IsDigit) && HasLuhnDigit(digits);
}

bool HasForm(v1::TextForm form, std::string_view text) {
  switch (form) {
    case v1::TEXT_FORM_DATE:
      return ParseDate(text).has_value();
    case v1::TEXT_FORM_KOMMUNKOD:
      return FindKommun(text) != nullptr;
    case v1::TEXT_FORM_NODE_PATH:
      return name::IsNodePath(text);
    case v1::TEXT_FORM_ORGANISATIONSNUMMER:
      return IsOrganisationsnummer(text);
    case v1::TEXT_FORM_DECIMAL:
      return IsDecimal(text);
    case v1::TEXT_FORM_VERIFIER_KEY:
      return IsVerifierKey(text);
    case v1::TEXT_FORM_TOKEN:
      return IsToken(text);
    case v1::TEXT_FORM_SUBJECT:
      return ParseSubject(text).ok();
    case v1::TEXT_FORM_EVENT_ID:
      return form::UuidBytes(text).has_value();
    case v1::TEXT_FORM_FIELD_PATTERN:
      return IsFieldPattern(text);
    default:
      return IsPlainText(text);
  }
}

bool HoldsPersonnummer(v1::TextForm form, std::string_view text) {
  const bool is_written = form == v1::TEXT_FORM_UNSPECIFIED || form == v1::TEXT_FORM_TOKEN;
  return is_written && FindPersonnummer(text).has_value();
}

std::string DescriptionOf(v1::TextForm form) {
  switch (form) {
    case v1::TEXT_FORM_DATE:
      return "a date that exists, YYYY-MM-DD";
    case v1::TEXT_FORM_KOMMUNKOD:
      return "a kommunkod of SCB, four digits";
    case v1::TEXT_FORM_NODE_PATH:
      return "the path of a node, such as se/17/varmland";
    case v1::TEXT_FORM_ORGANISATIONSNUMMER:
      return "an organisationsnummer with the right check digit, NNNNNN-NNNC, whose third "
             "digit is 2 or more (else it is a personnummer)";
    case v1::TEXT_FORM_DECIMAL:
      return "a decimal number with a point and at most 17 digits, such as 328.47";
    case v1::TEXT_FORM_VERIFIER_KEY:
      return "a C2SP verifier key, <name>+<hash>+<key>";
    case v1::TEXT_FORM_TOKEN:
      return "1 to " + std::to_string(kTokenBytesMax) + " of a-z, 0-9, _, + and -";
    case v1::TEXT_FORM_SUBJECT:
      return "a subject, such as brist/se/17/varmland/4";
    case v1::TEXT_FORM_EVENT_ID:
      return "the id of an event, a UUID";
    case v1::TEXT_FORM_FIELD_PATTERN:
      return "names and keys with dots, * for any key, such as klienter.*.18-29";
    default:
      return "at most " + std::to_string(kTextCharsMax) +
             " characters, not spaces alone, no control characters or noncharacters";
  }
}

}  // namespace liggare::domain
