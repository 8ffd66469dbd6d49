#include "services/domain/rapport/report_kontroll.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proto/form/plan.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/field_sum.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/rapport/klient_figures.h"

namespace liggare::domain {
namespace {

using Findings = std::vector<v1::Finding>;

const form::MessagePlan& ReportForm() {
  static const form::MessagePlan& form = form::PlanOf(*v1::ReportSubmitted::descriptor());
  return form;
}

std::string Path(const State& report) {
  const absl::StatusOr<Subject> subject = ParseSubject(report.subject);
  return subject.ok() ? std::string(subject->path) : report.subject;
}

std::string CountText(int64_t count) { return SwedishText({count, 0}); }

// One figure beside the fields.
struct StatedFigure {
  std::string field;  // uppgifter[summa][klienter].varde
  std::string of;     // klienter
  bool is_text = false;
  bool is_percent = false;
  Decimal value;
};

std::vector<StatedFigure> StatedFigures(const State& report) {
  std::vector<StatedFigure> figures;
  report.ForEachElement("uppgifter", [&](const std::vector<std::string_view>& keys,
                                         std::string_view name, const FieldValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    const std::optional<Decimal> stated = text ? ParseDecimal(*text) : std::nullopt;
    if (keys.size() != 2 || name != "varde" || !stated) return;
    const std::string element =
        "uppgifter[" + std::string(keys[0]) + "][" + std::string(keys[1]) + "].";
    figures.push_back({element + "varde", std::string(keys[1]), keys[0] == "text",
                       report.Flag(element + "procent").value_or(false), *stated});
  });
  return figures;
}

// The group without which the total would be right; empty if there is none.
std::string HiddenGroup(const State& report, const StatedFigure& figure, const Fraction& sum) {
  struct Group {
    std::string_view pattern;
    std::string_view name;
  };
  for (const Group& group :
       {Group{"klienter.annan", "annan könsidentitet"}, Group{"klienter.*.okand", "okänd ålder"}}) {
    const std::optional<Fraction> part = FieldSum(report, ReportForm(), group.pattern);
    if (figure.of != "klienter" || !part || part->numerator == 0) continue;
    if (PrintsAs(Count(sum.numerator - part->numerator), figure.value)) {
      return std::string(group.name);
    }
  }
  return "";
}

void CheckShare(const State& report, const StatedFigure& figure, const Fraction& sum,
                Findings& out) {
  const int64_t klienter = FiguresOf(report).AllKlienter();
  if (klienter == 0) return;
  const Fraction share{100 * sum.numerator, sum.denominator * klienter};
  if (PrintsAs(share, figure.value)) return;
  const std::string computed = SwedishText(Round(share, 2)) + " %";
  out.push_back(MakeFinding("SHARE_DIFFERS",
                            {.subject = report.subject,
                             .fields = {figure.field, figure.of},
                             .stated = SwedishText(figure.value) + " %",
                             .computed = computed,
                             .sentence = Path(report) + ": andelen " + figure.of + " anges till " +
                                         SwedishText(figure.value) +
                                         " % av klienterna, men fälten ger " + computed + "."}));
}

void CheckFigure(const State& report, const StatedFigure& figure, Findings& out) {
  const std::optional<Fraction> sum = FieldSum(report, ReportForm(), figure.of);
  if (!sum) {
    out.push_back(MakeFinding(
        "TEXT_DIFFERS",
        {.subject = report.subject,
         .fields = {figure.field},
         .stated = SwedishText(figure.value),
         .computed = "",
         .sentence = Path(report) + ": " + figure.of + " anges till " + SwedishText(figure.value) +
                     ", men rapporten har inga sådana fält."}));
    return;
  }
  if (figure.is_percent) return CheckShare(report, figure, *sum, out);
  if (PrintsAs(*sum, figure.value)) return;
  const std::string computed = SwedishText(Round(*sum, sum->denominator == 1 ? 0 : 2));
  const std::string hidden = HiddenGroup(report, figure, *sum);
  const std::string where = figure.is_text ? "i texten" : "som summa";
  std::string sentence = Path(report) + ": " + figure.of + " anges " + where + " till " +
                         SwedishText(figure.value) + ", men fälten ger " + computed + ".";
  if (!hidden.empty()) sentence += " Det som anges utelämnar " + hidden + ".";
  const std::string_view code = !hidden.empty()  ? "GROUP_HIDDEN"
                                : figure.is_text ? "TEXT_DIFFERS"
                                                 : "SUM_DIFFERS";
  out.push_back(MakeFinding(code, {.subject = report.subject,
                                   .fields = {figure.field, figure.of},
                                   .stated = SwedishText(figure.value),
                                   .computed = computed,
                                   .sentence = std::move(sentence)}));
}

// A part that is larger than its whole.
struct PartOfWhole {
  std::string_view code;
  std::string part;
  std::string whole;
  int64_t part_count = 0;
  int64_t whole_count = 0;
  std::string part_name;  // "Kvinnor som bor med barn"
  std::string whole_name;
};

void CheckPart(const State& report, const PartOfWhole& check, Findings& out) {
  if (check.part_count <= check.whole_count) return;
  out.push_back(MakeFinding(
      check.code,
      {.subject = report.subject,
       .fields = {check.part, check.whole},
       .stated = CountText(check.part_count),
       .computed = "högst " + CountText(check.whole_count),
       .sentence = Path(report) + ": " + check.part_name + " är " + CountText(check.part_count) +
                   ", fler än de " + CountText(check.whole_count) + " " + check.whole_name + "."}));
}

// Most reports are correct, so no string is built before a check fails.
void CheckBarn(const State& report, const KlientFigures& figures, Findings& out) {
  for (const Heading& kon : KonHeadings()) {
    const int64_t barn = figures.Barn(kon.id);
    const int64_t klienter = figures.Klienter(kon.id);
    if (barn <= klienter) continue;
    const std::string id(kon.id);
    CheckPart(report,
              {"BARN_EXCEEDS_KLIENTER", "barn[" + id + "].antal", "klienter[" + id + "]", barn,
               klienter, std::string(kon.label) + " som bor med barn", "klienterna"},
              out);
  }
}

void CheckKontaktorsaker(const State& report, const KlientFigures& figures, Findings& out) {
  std::map<std::string, int64_t, std::less<>> klienter;
  for (const auto& [kon, by_alder] : figures.klienter) klienter[kon] = figures.Klienter(kon);
  report.ForEachElement("kontaktorsaker", [&](const std::vector<std::string_view>& keys,
                                              std::string_view, const FieldValue& value) {
    const auto* antal = std::get_if<int64_t>(&value);
    if (keys.size() != 2 || antal == nullptr) return;
    const auto of_kon = klienter.find(keys[1]);
    const int64_t whole = of_kon == klienter.end() ? 0 : of_kon->second;
    if (*antal <= whole) return;
    const std::string orsak(keys[0]);
    const std::string kon(keys[1]);
    CheckPart(report,
              {"KONTAKTORSAK_EXCEEDS_KLIENTER", "kontaktorsaker[" + orsak + "][" + kon + "].antal",
               "klienter[" + kon + "]", *antal, whole, "kontaktorsaken " + orsak + " för " + kon,
               "klienterna"},
              out);
  });
}

void CheckMovement(const State& report, const KlientFigures& figures, Findings& out) {
  const auto nya = report.Number("klientrorelse.nya");
  const auto kvar = report.Number("klientrorelse.kvarstaende");
  const auto avslutade = report.Number("klientrorelse.avslutade");
  if (!nya || !kvar || !avslutade) return;
  const int64_t all = figures.AllKlienter();
  if (*nya + *kvar != all) {
    out.push_back(MakeFinding(
        "MOVEMENT_DIFFERS",
        {.subject = report.subject,
         .fields = {"klientrorelse.nya", "klientrorelse.kvarstaende", "klienter"},
         .stated = CountText(*nya + *kvar),
         .computed = CountText(all),
         .sentence = Path(report) + ": nytillkomna och kvarstående är tillsammans " +
                     CountText(*nya + *kvar) + ", men klienterna är " + CountText(all) + "."}));
  }
  CheckPart(report,
            {"MOVEMENT_DIFFERS", "klientrorelse.avslutade", "klienter", *avslutade, all,
             "avslutade klienter", "klienterna"},
            out);
}

// Single fields of which one is a part of the other.
void CheckParts(const State& report, const KlientFigures& figures, Findings& out) {
  struct Pair {
    const char* part;
    const char* whole;
    const char* part_name;
    const char* whole_name;
    int64_t whole_factor = 1;
  };
  static constexpr Pair kPairs[] = {
      {"ombud.kvinnor", "ombud.personer", "kvinnor bland ombuden", "ombuden"},
      {"ombud.heltid_hundredths", "ombud.personer", "hundradels heltidstjänster",
       "hundradelar som ombuden räcker till", 100},
      {"ko.vantetid_median_dagar", "ko.vantetid_langst_dagar", "dagar i median",
       "dagarna i den längsta väntetiden"},
  };
  for (const Pair& pair : kPairs) {
    const auto part = report.Number(pair.part);
    const auto whole = report.Number(pair.whole);
    if (!part || !whole || *part <= *whole * pair.whole_factor) continue;
    CheckPart(report,
              {"PART_EXCEEDS_WHOLE", pair.part, pair.whole, *part, *whole * pair.whole_factor,
               pair.part_name, pair.whole_name},
              out);
  }
  CheckPart(report,
            {"PART_EXCEEDS_WHOLE", "hanvisade_av_myndighet", "klienter",
             report.Number("hanvisade_av_myndighet").value_or(0), figures.AllKlienter(),
             "klienter som en myndighet har hänvisat", "klienterna"},
            out);
  if (const auto antal = report.Number("avvikelser.antal")) {
    const auto slag = FieldSum(report, ReportForm(), "avvikelser.slag");
    CheckPart(report,
              {"PART_EXCEEDS_WHOLE", "avvikelser.slag", "avvikelser.antal",
               slag ? slag->numerator : 0, *antal, "avvikelser av alla slag", "avvikelserna"},
              out);
  }
}

void CheckAnswer(const State& report, const char* flag, const std::string& figures,
                 bool has_figures, Findings& out) {
  if (report.Flag(flag).value_or(true) || !has_figures) return;
  out.push_back(MakeFinding(
      "ANSWER_CONTRADICTS",
      {.subject = report.subject,
       .fields = {flag, figures},
       .stated = "nej",
       .computed = "ja",
       .sentence = Path(report) + ": " + flag + " är nej, men " + figures + " är ifyllt."}));
}

bool HasElements(const State& report, std::string_view prefix) {
  auto it = report.fields.lower_bound(prefix);
  for (; it != report.fields.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
    if (HasValue(it->second.value)) return true;
  }
  return false;
}

void CheckAnswers(const State& report, Findings& out) {
  CheckAnswer(report, "ko.finns", "ko.personer", report.Number("ko.personer").value_or(0) > 0, out);
  CheckAnswer(report, "prioritering.finns", "prioritering.grupper",
              HasElements(report, "prioritering.grupper["), out);
  CheckAnswer(report, "malgrupp.forandrad", "malgrupp.grupper",
              HasElements(report, "malgrupp.grupper["), out);
}

}  // namespace

std::vector<v1::Finding> ReportFindings(const State& report) {
  Findings findings;
  if (!IsReported(report)) return findings;
  for (const StatedFigure& figure : StatedFigures(report)) CheckFigure(report, figure, findings);
  const KlientFigures figures = FiguresOf(report);
  CheckBarn(report, figures, findings);
  CheckKontaktorsaker(report, figures, findings);
  CheckMovement(report, figures, findings);
  CheckParts(report, figures, findings);
  CheckAnswers(report, findings);
  return findings;
}

}  // namespace liggare::domain
