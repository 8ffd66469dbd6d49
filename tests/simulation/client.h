// The systems around one machine: they send it events, wait for the answer, and
// send the same again, same id, when none comes.
#ifndef TESTS_SIMULATION_CLIENT_H_
#define TESTS_SIMULATION_CLIENT_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "liggare/v1/event_service.pb.h"
#include "services/record/record_batch.h"
#include "tests/simulation/events.h"
#include "tests/simulation/machine.h"

namespace liggare::simulation {

class Client {
 public:
  struct Pace {
    int64_t pause_max_us = 4'000'000;  // Between two requests.
    int batch_max = 3;                 // Submissions in one.
    int lost_percent = 5;              // Of requests, and of answers.
  };
  // All must outlive the scheduler's last step.
  Client(Network& network, Machine& machine, Events events, Pace pace, Random random);

  // Sends the enrolments, before anything else.
  void Enrol(const std::vector<std::string>& children);
  void Start();
  // Sends a number of events in one request.
  void Burst(int count);
  // Sends again the last that were answered, as one does who has no receipt for them.
  void Repeat();
  // Nothing new is begun.
  void Finish() { finished_ = true; }
  // Every event has been answered, with a place or with a refusal.
  bool idle() const { return open_.empty(); }

 private:
  struct Request {
    std::vector<v1::Submission> submissions;
    std::vector<std::string> ids;
    domain::Certificate certificate = domain::Certificate::kSystem;
  };
  void Next();
  void Send(const std::shared_ptr<Request>& request);
  void Arrive(const std::shared_ptr<Request>& request);
  // When the node says it, whether or not the answer arrives.
  void Check(const Request& request, const record::RecordResults& results);
  void Answer(const std::shared_ptr<Request>& request, const record::RecordResults& results);
  void Begin(std::vector<v1::Submission> submissions,
             domain::Certificate certificate = domain::Certificate::kSystem);
  bool Lost() { return random_.Chance(finished_ ? 0 : pace_.lost_percent); }

  Network& network_;
  Machine& machine_;
  Events events_;
  const Pace pace_;
  Random random_;
  bool finished_ = false;
  std::vector<std::shared_ptr<Request>> open_;
  std::deque<std::shared_ptr<Request>> answered_;  // The last kRepeatMax.
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_CLIENT_H_
