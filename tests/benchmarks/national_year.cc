#include "tests/benchmarks/national_year.h"

#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"

namespace liggare::testing {
namespace {

constexpr size_t kCounties = 20;
constexpr int64_t kRateOre = 39'577'400;

v1::EventData About(std::string subject) {
  v1::EventData event;
  event.set_subject(std::move(subject));
  event.mutable_actor()->set_id("anna.a");
  event.mutable_actor()->set_role("handlaggare");
  return event;
}

// Every kön, age and reason.
v1::EventData WholeReport(const std::string& path) {
  v1::EventData event = About(domain::RapportSubject(NationalYear::kYear, path));
  v1::ReportSubmitted& report = *event.mutable_report_submitted();
  report.mutable_ombud()->set_personer(3);
  report.mutable_ombud()->set_heltid_hundredths(275);
  for (int kon = v1::KON_MAN; kon <= v1::KON_ANNAN; ++kon) {
    for (int alder = v1::ALDER_18_29; alder <= v1::ALDER_OKAND; ++alder) {
      v1::KlientAntal& klienter = *report.add_klienter();
      klienter.set_kon(static_cast<v1::Kon>(kon));
      klienter.set_alder(static_cast<v1::Alder>(alder));
      klienter.set_antal(10 + alder);
    }
    v1::BarnAntal& barn = *report.add_barn();
    barn.set_kon(static_cast<v1::Kon>(kon));
    barn.set_antal(4);
    for (int orsak = v1::KONTAKTORSAK_MYNDIGHETER; orsak <= v1::KONTAKTORSAK_ANNAN; ++orsak) {
      v1::KontaktorsakAntal& antal = *report.add_kontaktorsaker();
      antal.set_orsak(static_cast<v1::Kontaktorsak>(orsak));
      antal.set_kon(static_cast<v1::Kon>(kon));
      antal.set_antal(5);
    }
  }
  return event;
}

v1::EventData CorrectionOf(const std::string& path, int number) {
  v1::EventData event = About(domain::RapportSubject(NationalYear::kYear, path));
  event.set_reason_code("rattelse");
  v1::ReportCorrected& correction = *event.mutable_report_corrected();
  correction.set_path(number % 2 == 0 ? "klienter[kvinna][30-49].antal"
                                      : "klienter[man][18-29].antal");
  correction.mutable_new_()->set_number(20 + number);
  return event;
}

v1::EventData StepOf(const std::string& subject, int step) {
  v1::EventData event = About(subject);
  if (step == 0) {
    v1::BristReported& brist = *event.mutable_brist_reported();
    brist.set_niva(v1::BRIST_NIVA_CENTRAL);
    brist.set_omrade(v1::BRIST_OMRADE_FORSAKRINGSKASSAN);
    brist.set_rubrik("Lång handläggningstid");
    brist.set_observed_on("2024-03-01");
    brist.mutable_beskrivning()->set_commitment(std::string(32, 'c'));
  } else if (step % 3 == 0) {
    v1::FeedbackRequested& asked = *event.mutable_feedback_requested();
    asked.set_av_vem("Försäkringskassan");
    asked.set_due_on("2024-09-01");
  } else {
    v1::ActionReported& action = *event.mutable_action_reported();
    action.set_vem("Ledningsgruppen");
    action.set_done_on("2024-05-02");
    action.set_avhjalpt(false);
    action.mutable_atgard()->set_commitment(std::string(32, 'a'));
  }
  return event;
}

}  // namespace

NationalYear::NationalYear(log::Database& nation, Size size)
    : size_(size), nation_("se", clock_, nation) {
  for (size_t i = 0; i < kCounties; ++i) {
    counties_.push_back(
        std::make_unique<TestNode>(name::CountyPath(domain::AllLan()[i].lanskod), clock_));
  }
  for (int i = 0; i < size_.verksamheter; ++i) {
    TestNode* county = counties_[static_cast<size_t>(i) % kCounties].get();
    verksamheter_.push_back(
        {std::make_unique<TestNode>(county->path() + "/v" + std::to_string(i), clock_), county});
  }
  RecordBeginning();
  RecordGrants();
  ReceiveAll();
  for (int sitting = 0; sitting < size_.sittings; ++sitting) {
    RecordSitting(sitting);
    ReceiveAll();
    if (sitting + 1 == size_.sittings / 2) middle_ = nation_.own_size();
  }
}

void NationalYear::Add(TestNode& node, v1::EventData event) {
  ++clock_.now_ms;
  ++event_count_;
  node.Record(std::move(event));
}

void NationalYear::RecordBeginning() {
  v1::EventData anslag = About(domain::AnslagSubject(kYear));
  anslag.mutable_grant_rate_set()->set_rate_ore(kRateOre);
  Add(nation_, anslag);
  for (Verksamhet& verksamhet : verksamheter_) {
    const std::string& path = verksamhet.node->path();
    v1::EventData event = About(domain::VerksamhetSubject(path));
    v1::VerksamhetRegistered& registered = *event.mutable_verksamhet_registered();
    registered.set_namn("PO " + path);
    registered.set_driftsform(v1::DRIFTSFORM_KOMMUNAL_REGI);
    registered.set_huvudman("0180");
    registered.set_from("2014-01-01");
    Add(*verksamhet.node, event);
    Add(*verksamhet.node, WholeReport(path));
  }
}

void NationalYear::RecordGrants() {
  for (const std::unique_ptr<TestNode>& county : counties_) {
    RecordFunds(*county);
    for (const domain::Kommun& kommun : domain::KommunerOfLan(name::LanskodOf(county->path()))) {
      v1::EventData applied = About(domain::AnsokanSubject(kYear, kommun.kommunkod));
      applied.mutable_application_received()->set_posts_hundredths(100);
      Add(*county, applied);
      v1::EventData decided = About(domain::BidragSubject(kYear, kommun.kommunkod));
      decided.mutable_grant_decided()->set_posts_hundredths(100);
      decided.mutable_grant_decided()->set_amount_ore(kRateOre);
      Add(*county, decided);
      v1::EventData paid = About(domain::BidragSubject(kYear, kommun.kommunkod));
      paid.mutable_grant_paid()->set_amount_ore(kRateOre);
      Add(*county, paid);
    }
  }
}

// What all kommuner of the län are granted.
void NationalYear::RecordFunds(TestNode& county) {
  const auto lanskod = name::LanskodOf(county.path());
  const auto kommuner = static_cast<int64_t>(domain::KommunerOfLan(lanskod).size());
  v1::EventData requisitioned = About(domain::RekvisitionSubject(kYear, lanskod));
  requisitioned.mutable_funds_requisitioned()->set_posts_hundredths(100 * kommuner);
  requisitioned.mutable_funds_requisitioned()->set_amount_ore(kRateOre * kommuner);
  Add(county, requisitioned);
  v1::EventData paid = About(domain::RekvisitionSubject(kYear, lanskod));
  paid.mutable_funds_paid()->set_amount_ore(kRateOre * kommuner);
  Add(nation_, paid);
}

void NationalYear::RecordSitting(int sitting) {
  const int all = size_.corrections + size_.brister * size_.steps;
  const int until = all * (sitting + 1) / size_.sittings;
  for (Verksamhet& verksamhet : verksamheter_) {
    for (; verksamhet.recorded < until; ++verksamhet.recorded) {
      RecordNext(verksamhet, verksamhet.recorded);
    }
  }
}

// Corrections and brister in turn, while there are both.
void NationalYear::RecordNext(Verksamhet& verksamhet, int number) {
  const std::string& path = verksamhet.node->path();
  const int brist_events = size_.brister * size_.steps;
  const int both = 2 * std::min(brist_events, size_.corrections);
  const bool is_brist = number < both ? number % 2 == 1 : brist_events > size_.corrections;
  if (!is_brist) return Add(*verksamhet.node, CorrectionOf(path, number));
  const int brist_number = number < both ? number / 2 : number - size_.corrections;
  const std::string subject = domain::BristSubject(path, 1 + brist_number / size_.steps);
  Add(*verksamhet.node, StepOf(subject, brist_number % size_.steps));
}

void NationalYear::ReceiveAll() {
  for (Verksamhet& verksamhet : verksamheter_) {
    const std::string log = verksamhet.node->log().own_log();
    ++clock_.now_ms;
    verksamhet.county->Receive(*verksamhet.node, log);
    nation_.Receive(*verksamhet.county, log);
  }
  for (const std::unique_ptr<TestNode>& county : counties_) {
    nation_.Receive(*county, county->log().own_log());
  }
}

}  // namespace liggare::testing
