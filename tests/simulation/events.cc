#include "tests/simulation/events.h"

#include <array>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/bytes/entry.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "services/domain/state/state.h"
#include "tests/simulation/node_keys.h"

namespace liggare::simulation {
namespace {

constexpr char kField[] = "ombud.personer";
constexpr size_t kLongTextBytes = 60 * 1024;
constexpr size_t kSaltBytes = 32;

std::string Rapport(const std::string& verksamhet) { return "rapport/2024/" + verksamhet; }

bool Has(domain::StateView& states, const std::string& subject, std::string_view field) {
  const auto state = states.StateOf(subject);
  return state.ok() && (*state)->Has(field);
}

}  // namespace

Events::Events(Options options, Random random) : options_(std::move(options)), random_(random) {}

v1::Submission Events::Next(domain::StateView& states, int64_t now_ms) {
  return Seal(Make(states), now_ms);
}

v1::EventData Events::Make(domain::StateView& states) {
  const std::string& path = options_.path;
  const auto& below = options_.verksamheter;
  if (path == name::kNationPath && (below.empty() || random_.Chance(50))) return Appropriation();
  const std::string& verksamhet = below[random_.Below(below.size())];
  const int kind = static_cast<int>(random_.Below(100));
  // Now and then what comes too early, to be refused.
  const bool is_careless = random_.Chance(5);
  if (verksamhet != path) {
    const bool corrects = is_careless || Has(states, Rapport(verksamhet), kField);
    if (name::DepthOf(path) == 2 && (kind < 30 || !corrects)) return Assigned(verksamhet);
    return Corrected(verksamhet, states);
  }
  if (is_careless) return Corrected(verksamhet, states);
  if (kind < 10 || !Has(states, "verksamhet/" + verksamhet, "namn")) return Registered(verksamhet);
  if (kind < 40 || !Has(states, Rapport(verksamhet), kField)) return Submitted(verksamhet);
  return Corrected(verksamhet, states);
}

v1::EventData Events::Registered(const std::string& verksamhet) {
  v1::EventData event;
  event.set_subject("verksamhet/" + verksamhet);
  v1::VerksamhetRegistered& registered = *event.mutable_verksamhet_registered();
  registered.set_namn("PO " + std::to_string(random_.Below(10)));
  if (options_.large && random_.Chance(30)) {
    // Some are too large by a few bytes.
    registered.mutable_namn()->resize(log::kDataBytesMax - random_.Below(400), 'x');
  }
  registered.set_driftsform(v1::DRIFTSFORM_KOMMUNAL_REGI);
  registered.set_huvudman("1780");
  registered.set_from("2020-01-01");
  return event;
}

v1::EventData Events::Submitted(const std::string& verksamhet) {
  v1::EventData event;
  event.set_subject(Rapport(verksamhet));
  v1::Ombud& ombud = *event.mutable_report_submitted()->mutable_ombud();
  ombud.set_personer(random_.Between(1, 9));
  ombud.set_heltid_hundredths(random_.Between(100, 900));
  return event;
}

v1::EventData Events::Corrected(const std::string& verksamhet, domain::StateView& states) {
  v1::EventData event;
  event.set_subject(Rapport(verksamhet));
  event.set_reason_code("rattelse");
  v1::ReportCorrected& corrected = *event.mutable_report_corrected();
  corrected.set_path(kField);
  const auto state = states.StateOf(event.subject());
  const auto now = state.ok() ? (*state)->Number(kField) : std::nullopt;
  if (now && random_.Chance(90)) corrected.mutable_old()->set_number(*now);
  corrected.mutable_new_()->set_number(random_.Between(1, 9));
  return event;
}

v1::EventData Events::Assigned(const std::string& verksamhet) {
  v1::EventData event;
  event.set_subject("verksamhet/" + verksamhet);
  v1::KommunAssigned& assigned = *event.mutable_kommun_assigned();
  assigned.set_kommunkod(std::string(name::LanskodOf(verksamhet)) + "80");
  assigned.set_from("2020-01-01");
  assigned.set_redovisar_ekonomi(random_.Chance(50));
  return event;
}

v1::EventData Events::Appropriation() {
  v1::EventData event;
  event.set_subject("anslag/2024");
  v1::AnslagsBelopp& post = *event.mutable_appropriation_set()->add_poster();
  post.set_post(v1::ANSLAGSPOST_OMBUDSTJANSTER);
  post.set_amount_ore(random_.Between(1, 1'000'000));
  return event;
}

v1::Submission Events::Enrolment(const std::string& child, int64_t now_ms) {
  v1::EventData event;
  event.set_subject("node/" + child);
  v1::NodeEnrolled& enrolled = *event.mutable_node_enrolled();
  enrolled.set_verifier_key(KeyOf(child).verifier().Text());
  enrolled.set_custody(v1::CUSTODY_OWN);
  return Seal(std::move(event), now_ms);
}

v1::Submission Events::Seal(v1::EventData event, int64_t now_ms) {
  std::array<uint8_t, 10> random;
  random_.Fill(random.data(), random.size());
  event.set_event_id(form::MakeUuid7(now_ms, random));
  event.mutable_actor()->set_id("anna");
  v1::Submission submission;
  const bool is_long = options_.large && random_.Chance(50);
  if (is_long || random_.Chance(20)) {
    v1::Disclosure& disclosure = *submission.add_disclosures();
    std::string salt(kSaltBytes, '\0');
    random_.Fill(reinterpret_cast<uint8_t*>(salt.data()), salt.size());
    disclosure.set_salt(salt);
    disclosure.set_text(is_long ? std::string(kLongTextBytes, 'y') : "Fel i underlaget.");
    event.mutable_reason()->set_commitment(log::CommitmentOf(salt, disclosure.text()));
  }
  submission.set_data(event.SerializeAsString());
  return submission;
}

}  // namespace liggare::simulation
