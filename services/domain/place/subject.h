// What an event is about. The kinds, with who may write about them, stand in
// authority.h.
//
//   verksamhet/<path>             rapport/<bidragsår>/<path>
//   ansokan/<år>/<kommunkod>      bidrag/<år>/<kommunkod>
//   rekvisition/<år>/<länskod>    anslag/<år>
//   aterkrav/<år>/<kommunkod>/<n> tabell/<år>/<id>
//   lansrapport/<år>/<länskod>    node/<path>
//   brist/<path>/<n>              exempel/<path>/<n>
#ifndef SERVICES_DOMAIN_PLACE_SUBJECT_H_
#define SERVICES_DOMAIN_PLACE_SUBJECT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace liggare::domain {

// The grant was first given for 2014 (SFS 2013:522, övergångsbestämmelserna).
inline constexpr int kYearMin = 2014;
inline constexpr int kYearMax = 2099;
inline constexpr int kSubjectNumberMax = 999'999;

enum class SubjectKind {
  kVerksamhet,
  kRapport,
  kAnsokan,
  kBidrag,
  kRekvisition,
  kAnslag,
  kAterkrav,
  kTabell,
  kNode,
  kLansrapport,
  kBrist,
  kExempel,
};

// Views into the text it was parsed from. What a kind does not have is empty
// or 0.
struct Subject {
  SubjectKind kind = SubjectKind::kNode;
  int year = 0;
  std::string_view path;  // Of verksamhet, rapport, node, brist, exempel.
  std::string_view code;  // Kommunkod, länskod or table id.
  int number = 0;         // Of aterkrav, brist, exempel, from 1.
};

// INVALID_SUBJECT, with `field` "subject" and the right form in `expected`.
// Checks that kommunkod and länskod exist and that the year is one of
// kYearMin to kYearMax.
absl::StatusOr<Subject> ParseSubject(std::string_view text);

// The first word: rapport.
std::string_view KindName(SubjectKind kind);

std::string VerksamhetSubject(std::string_view path);
std::string RapportSubject(int year, std::string_view path);
std::string AnsokanSubject(int year, std::string_view kommunkod);
std::string BidragSubject(int year, std::string_view kommunkod);
std::string RekvisitionSubject(int year, std::string_view lanskod);
std::string AnslagSubject(int year);
std::string AterkravSubject(int year, std::string_view kommunkod, int number);
std::string TabellSubject(int year, std::string_view table);
std::string NodeSubject(std::string_view path);
std::string LansrapportSubject(int year, std::string_view lanskod);
std::string BristSubject(std::string_view path, int number);
std::string ExempelSubject(std::string_view path, int number);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PLACE_SUBJECT_H_
