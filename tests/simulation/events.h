// The events that the systems around a node send it: lawful and unlawful ones,
// small and large, about subjects that several nodes write to.
#ifndef TESTS_SIMULATION_EVENTS_H_
#define TESTS_SIMULATION_EVENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "services/domain/state/state_view.h"
#include "tests/simulation/random.h"

namespace liggare::simulation {

class Events {
 public:
  struct Options {
    std::string path;                       // Of the node that is to record them.
    std::vector<std::string> verksamheter;  // At or below it.
    bool large = false;                     // Now and then at the limit of size, or past it.
  };
  Events(Options options, Random random);

  // The next event, as it is sent. `states` are the node's, where the old value of
  // a field is looked up; `now_ms` is the sender's clock.
  v1::Submission Next(domain::StateView& states, int64_t now_ms);
  // The enrolment of a child in its parent's log, or of the nation in its own.
  v1::Submission Enrolment(const std::string& child, int64_t now_ms);

 private:
  v1::EventData Make(domain::StateView& states);
  v1::EventData Registered(const std::string& verksamhet);
  v1::EventData Submitted(const std::string& verksamhet);
  v1::EventData Corrected(const std::string& verksamhet, domain::StateView& states);
  v1::EventData Assigned(const std::string& verksamhet);
  v1::EventData Appropriation();
  v1::Submission Seal(v1::EventData event, int64_t now_ms);

  const Options options_;
  Random random_;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_EVENTS_H_
