#include "services/domain/figure/heading.h"

#include <array>

namespace liggare::domain {
namespace {

constexpr std::array kKon = std::to_array<Heading>(
    {{"man", "Män"}, {"kvinna", "Kvinnor"}, {"annan", "Annan könsidentitet"}});

constexpr std::array kAlder = std::to_array<Heading>({{"18-29", "18–29 år"},
                                                      {"30-49", "30–49 år"},
                                                      {"50-64", "50–64 år"},
                                                      {"65+", "≥65 år"},
                                                      {"okand", "Okänd ålder"}});

constexpr std::array kKontaktorsaker =
    std::to_array<Heading>({{"myndigheter", "Stöd i kontakten med myndigheter"},
                            {"ekonomi", "Ekonomi"},
                            {"sjukvard", "Stöd i kontakten med sjukvården"},
                            {"bostad", "Bostad"},
                            {"struktur_i_vardagen", "Struktur i vardagen"},
                            {"sysselsattning", "Sysselsättning"},
                            {"bryta_isolering", "Bryta isolering"},
                            {"relationsfragor", "Relationsfrågor"},
                            {"existentiella_fragor", "Existentiella frågor"},
                            {"annan", "Annan orsak"}});

constexpr std::array kKlientgrupper = std::to_array<Heading>(
    {{"barnhushall", "Hushåll med barn under 18 år"},
     {"unga_vuxna", "Unga vuxna"},
     {"bostadsloshet", "Vräkningshotade och hemlösa"},
     {"saknar_kontakt", "Saknar myndighetskontakt, insats eller nätverk"},
     {"akut", "Akut situation"},
     {"vill_ha_forandring", "Vill ha förändring"},
     {"relationsvald", "Våldsutsatta i nära relation"},
     {"suicidrisk", "Suicidrisk"},
     {"samsjuklighet", "Samsjuklighet"},
     {"npf", "Neuropsykiatrisk funktionsnedsättning"},
     {"intellektuell_funktionsnedsattning", "Intellektuell funktionsnedsättning"},
     {"digitalisering", "Svårigheter med digitala tjänster"},
     {"kriminell_bakgrund", "Kriminell bakgrund"},
     {"sprak", "Språksvårigheter"},
     {"somatisk_sjukdom", "Somatisk sjukdom"},
     {"anhoriga", "Anhöriga"},
     {"annan", "Annan grupp"}});

constexpr std::array kParter =
    std::to_array<Heading>({{"kommun", "Kommunen"},
                            {"primarvard", "Regionens primärvård"},
                            {"psykiatri", "Regionens psykiatri"},
                            {"arbetsformedlingen", "Arbetsförmedlingen"},
                            {"forsakringskassan", "Försäkringskassan"},
                            {"brukarorganisationer", "Patient-, brukar- och anhörigorganisationer"},
                            {"annan", "Annan part"}});

constexpr std::array kHandledning =
    std::to_array<Heading>({{"erbjuden", "Erbjuden"},
                            {"kollegialt_utbyte", "Avböjd för kollegialt utbyte"},
                            {"kunskapsdagar", "Ersatt av kunskapsdagar"},
                            {"saknar_handledare", "Inte erbjuden: kvalificerad handledare saknas"},
                            {"ej_erbjuden", "Inte erbjuden av annat skäl"}});

constexpr std::array kDriftsformer =
    std::to_array<Heading>({{"kommunal_regi", "Kommunal regi"},
                            {"kommunalforbund", "Kommunalförbund"},
                            {"stiftelse", "Stiftelse"},
                            {"ideell_forening", "Ideell förening"},
                            {"ekonomisk_forening", "Ekonomisk förening"},
                            {"region_och_kommuner", "Region och kommuner"}});

constexpr std::array kOmraden =
    std::to_array<Heading>({{"halso_och_sjukvard", "Hälso- och sjukvården"},
                            {"socialtjanst", "Socialtjänsten"},
                            {"arbetsformedlingen", "Arbetsförmedlingen"},
                            {"forsakringskassan", "Försäkringskassan"},
                            {"kronofogden", "Kronofogden"},
                            {"skatteverket", "Skatteverket"},
                            {"kriminalvarden", "Kriminalvården"},
                            {"overformyndaren", "Överförmyndaren"},
                            {"pensionsmyndigheten", "Pensionsmyndigheten"},
                            {"servicecenter", "Statens servicecenter"},
                            {"ovrig", "Övriga"}});

constexpr std::array kNivaer = std::to_array<Heading>(
    {{"handlaggare", "Handläggarnivå"}, {"lokal", "Lokal nivå"}, {"central", "Central nivå"}});

constexpr std::array kBarnDefinitioner =
    std::to_array<Heading>({{"bor_helt_eller_delvis", "bor helt eller delvis med barn"},
                            {"levde_med_barn_under_18", "levde med barn under 18 år"},
                            {"hushall_med_hemmavarande", "hushåll med hemmavarande barn"},
                            {"hemmavarande_eller_placerade", "hemmavarande eller placerade barn"}});

}  // namespace

std::span<const Heading> KonHeadings() { return kKon; }
std::span<const Heading> AlderHeadings() { return kAlder; }
std::span<const Heading> KontaktorsakHeadings() { return kKontaktorsaker; }
std::span<const Heading> KlientgruppHeadings() { return kKlientgrupper; }
std::span<const Heading> SamverkanspartHeadings() { return kParter; }
std::span<const Heading> HandledningHeadings() { return kHandledning; }
std::span<const Heading> DriftsformHeadings() { return kDriftsformer; }
std::span<const Heading> BristOmradeHeadings() { return kOmraden; }
std::span<const Heading> BristNivaHeadings() { return kNivaer; }
std::span<const Heading> BarnDefinitionHeadings() { return kBarnDefinitioner; }

std::string_view LabelOf(std::span<const Heading> headings, std::string_view id) {
  for (const Heading& heading : headings) {
    if (heading.id == id) return heading.label;
  }
  return id;
}

}  // namespace liggare::domain
