#include "services/domain/place/subject.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/place/kommun.h"

namespace liggare::domain {
namespace {

// What follows the kind in a subject's name.
enum class Tail {
  kPath,
  kPathNumber,
  kYearPath,
  kYearKommun,
  kYearLan,
  kYear,
  kYearKommunNumber,
  kYearToken
};

struct Form {
  SubjectKind kind;
  std::string_view name;
  Tail tail;
  std::string_view example;
};

// In the order of SubjectKind.
constexpr std::array<Form, 12> kForms = {{
    {SubjectKind::kVerksamhet, "verksamhet", Tail::kPath, "verksamhet/se/17/varmland"},
    {SubjectKind::kRapport, "rapport", Tail::kYearPath, "rapport/2024/se/17/varmland"},
    {SubjectKind::kAnsokan, "ansokan", Tail::kYearKommun, "ansokan/2024/1780"},
    {SubjectKind::kBidrag, "bidrag", Tail::kYearKommun, "bidrag/2024/1780"},
    {SubjectKind::kRekvisition, "rekvisition", Tail::kYearLan, "rekvisition/2024/17"},
    {SubjectKind::kAnslag, "anslag", Tail::kYear, "anslag/2024"},
    {SubjectKind::kAterkrav, "aterkrav", Tail::kYearKommunNumber, "aterkrav/2024/1780/1"},
    {SubjectKind::kTabell, "tabell", Tail::kYearToken, "tabell/2024/klienter"},
    {SubjectKind::kNode, "node", Tail::kPath, "node/se/17/varmland"},
    {SubjectKind::kLansrapport, "lansrapport", Tail::kYearLan, "lansrapport/2024/17"},
    {SubjectKind::kBrist, "brist", Tail::kPathNumber, "brist/se/17/varmland/1"},
    {SubjectKind::kExempel, "exempel", Tail::kPathNumber, "exempel/se/17/varmland/1"},
}};

absl::Status Wrong(std::string_view text, std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_INVALID_SUBJECT,
                   {.message = "\"" + std::string(text) + "\": " + std::move(message),
                    .field = "subject",
                    .expected = std::move(expected)});
}

// Cuts off and returns what stands before the next slash; all if there is none.
std::string_view TakeSegment(std::string_view& rest) {
  const size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return segment;
}

std::optional<int> PositiveNumber(std::string_view text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || parsed_to != end || text.front() < '1') return std::nullopt;
  return number;
}

// Of a claim, a brist, an example.
std::optional<int> NumberFromOne(std::string_view text) {
  const std::optional<int> number = text.empty() ? std::nullopt : PositiveNumber(text);
  return number && *number <= kSubjectNumberMax ? number : std::nullopt;
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
  });
}

// Fills in what follows the year, if the tail has one.
absl::Status ParseTail(std::string_view text, std::string_view rest, const Form& form,
                       Subject& subject) {
  const std::string expected(form.example);
  switch (form.tail) {
    case Tail::kPathNumber: {
      const size_t slash = rest.rfind('/');
      const auto number =
          slash == std::string_view::npos ? std::nullopt : NumberFromOne(rest.substr(slash + 1));
      if (!number)
        return Wrong(text, "the number at the end is missing or not one from 1", expected);
      subject.number = *number;
      rest = rest.substr(0, slash);
    }
      [[fallthrough]];
    case Tail::kPath:
    case Tail::kYearPath:
      subject.path = rest;
      if (name::IsNodePath(rest)) return absl::OkStatus();
      return Wrong(text, "\"" + std::string(rest) + "\" is not the path of a node", expected);
    case Tail::kYear:
      return rest.empty() ? absl::OkStatus() : Wrong(text, "nothing follows the year", expected);
    case Tail::kYearToken:
      subject.code = rest;
      return IsToken(rest) ? absl::OkStatus() : Wrong(text, "a table's id is missing", expected);
    case Tail::kYearLan:
      subject.code = rest;
      if (FindLan(rest) != nullptr) return absl::OkStatus();
      return Wrong(text, "there is no län \"" + std::string(rest) + "\"", expected);
    case Tail::kYearKommun:
      subject.code = rest;
      break;
    case Tail::kYearKommunNumber:
      subject.code = TakeSegment(rest);
      if (auto number = NumberFromOne(rest)) {
        subject.number = *number;
        break;
      }
      return Wrong(text, "the claim's number is missing or not one from 1", expected);
  }
  if (FindKommun(subject.code) != nullptr) return absl::OkStatus();
  return Wrong(text, "there is no kommun \"" + std::string(subject.code) + "\"",
               expected + ", with a kommunkod of SCB");
}

std::string Numbered(SubjectKind kind, int year, std::string_view rest) {
  std::string text(KindName(kind));
  text += '/';
  text += std::to_string(year);
  if (!rest.empty()) {
    text += '/';
    text += rest;
  }
  return text;
}

}  // namespace

absl::StatusOr<Subject> ParseSubject(std::string_view text) {
  std::string_view rest = text;
  const std::string_view word = TakeSegment(rest);
  const auto* form = std::find_if(kForms.begin(), kForms.end(),
                                  [word](const Form& known) { return known.name == word; });
  if (form == kForms.end()) {
    return Wrong(
        text, "subjects do not begin so",
        "verksamhet, rapport, ansokan, bidrag, rekvisition, lansrapport, anslag, aterkrav, "
        "tabell, brist, exempel or node, as in rapport/2024/se/17/varmland");
  }
  Subject subject;
  subject.kind = form->kind;
  if (form->tail != Tail::kPath && form->tail != Tail::kPathNumber) {
    const std::string_view year = TakeSegment(rest);
    const std::optional<int> number = year.size() == 4 ? PositiveNumber(year) : std::nullopt;
    if (!number || *number < kYearMin || *number > kYearMax) {
      return Wrong(text, "\"" + std::string(year) + "\" is not a bidragsår",
                   std::string(form->example) + ", with a year from " + std::to_string(kYearMin) +
                       " to " + std::to_string(kYearMax));
    }
    subject.year = *number;
  }
  if (absl::Status status = ParseTail(text, rest, *form, subject); !status.ok()) return status;
  return subject;
}

std::string_view KindName(SubjectKind kind) { return kForms[static_cast<size_t>(kind)].name; }

std::string VerksamhetSubject(std::string_view path) { return "verksamhet/" + std::string(path); }

std::string RapportSubject(int year, std::string_view path) {
  return Numbered(SubjectKind::kRapport, year, path);
}

std::string AnsokanSubject(int year, std::string_view kommunkod) {
  return Numbered(SubjectKind::kAnsokan, year, kommunkod);
}

std::string BidragSubject(int year, std::string_view kommunkod) {
  return Numbered(SubjectKind::kBidrag, year, kommunkod);
}

std::string RekvisitionSubject(int year, std::string_view lanskod) {
  return Numbered(SubjectKind::kRekvisition, year, lanskod);
}

std::string AnslagSubject(int year) { return Numbered(SubjectKind::kAnslag, year, ""); }

std::string AterkravSubject(int year, std::string_view kommunkod, int number) {
  return Numbered(SubjectKind::kAterkrav, year, kommunkod) + "/" + std::to_string(number);
}

std::string TabellSubject(int year, std::string_view table) {
  return Numbered(SubjectKind::kTabell, year, table);
}

std::string NodeSubject(std::string_view path) { return "node/" + std::string(path); }

std::string LansrapportSubject(int year, std::string_view lanskod) {
  return Numbered(SubjectKind::kLansrapport, year, lanskod);
}

std::string BristSubject(std::string_view path, int number) {
  return "brist/" + std::string(path) + "/" + std::to_string(number);
}

std::string ExempelSubject(std::string_view path, int number) {
  return "exempel/" + std::string(path) + "/" + std::to_string(number);
}

}  // namespace liggare::domain
