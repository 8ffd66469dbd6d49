#include "tests/simulation/client.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kLatencyUs = 20'000;     // At most, each way.
constexpr int64_t kTimeoutUs = 5'000'000;  // After which the same is sent again.
constexpr size_t kOpenMax = 32;
constexpr size_t kRepeatMax = 10;

std::string IdOf(const v1::Submission& submission) {
  const auto header = log::ParseDataHeader(submission.data());
  return header.ok() ? std::string(header->event_id) : "";
}

// Whether the same may be recorded if it is sent again later.
bool IsPassing(v1::ErrorCode code) {
  return code == v1::ERROR_CODE_UNAVAILABLE || code == v1::ERROR_CODE_READ_ONLY;
}

}  // namespace

Client::Client(Network& network, Machine& machine, Events events, Pace pace, Random random)
    : network_(network),
      machine_(machine),
      events_(std::move(events)),
      pace_(pace),
      random_(random) {}

void Client::Enrol(const std::vector<std::string>& children) {
  for (const std::string& child : children) {
    std::vector<v1::Submission> one;
    one.push_back(events_.Enrolment(child, TrueNowMs(network_.parts().scheduler)));
    Begin(std::move(one), domain::Certificate::kOperator);
  }
}

void Client::Start() {
  network_.parts().scheduler.After(random_.Between(0, pace_.pause_max_us), [this] {
    if (finished_) return;
    Next();
    Start();
  });
}

void Client::Next() { Burst(static_cast<int>(random_.Between(1, pace_.batch_max))); }

void Client::Burst(int count) {
  if (open_.size() >= kOpenMax || machine_.process() == nullptr) return;
  std::vector<v1::Submission> submissions;
  for (int i = 0; i < count; ++i) {
    submissions.push_back(
        events_.Next(machine_.process()->states(), TrueNowMs(network_.parts().scheduler)));
  }
  Begin(std::move(submissions));
}

void Client::Begin(std::vector<v1::Submission> submissions, domain::Certificate certificate) {
  auto request = std::make_shared<Request>();
  for (const v1::Submission& submission : submissions) request->ids.push_back(IdOf(submission));
  request->submissions = std::move(submissions);
  request->certificate = certificate;
  open_.push_back(request);
  Send(request);
}

void Client::Send(const std::shared_ptr<Request>& request) {
  Scheduler& scheduler = network_.parts().scheduler;
  if (!Lost()) {
    scheduler.After(random_.Between(1, kLatencyUs), [this, request] { Arrive(request); });
  }
  scheduler.After(kTimeoutUs, [this, request] {
    if (std::find(open_.begin(), open_.end(), request) != open_.end()) Send(request);
  });
}

void Client::Arrive(const std::shared_ptr<Request>& request) {
  Process* process = machine_.process();
  if (process == nullptr || !process->alive()) return;
  record::Submissions submissions;
  for (const v1::Submission& each : request->submissions) *submissions.Add() = each;
  auto results = std::make_shared<record::RecordResults>();
  const bool is_operators = request->certificate == domain::Certificate::kOperator;
  const record::Sender sender = {
      .principal = process->path() + (is_operators ? "/operator" : "/system") + "/simulation",
      .certificate = request->certificate};
  record::RecordBatch(process->hosted(), sender, std::move(submissions), *results,
                      process->workers(), [this, process, request, results] {
                        // A process that has died while it wrote answers nobody.
                        if (!process->alive()) return;
                        Check(*request, *results);
                        if (Lost()) return;
                        network_.parts().scheduler.After(
                            random_.Between(1, kLatencyUs),
                            [this, request, results] { Answer(request, *results); });
                      });
  process->Wake();
}

void Client::Check(const Request& request, const record::RecordResults& results) {
  for (int i = 0; i < results.size(); ++i) {
    if (!results[i].has_recorded()) continue;
    const v1::Recorded& recorded = results[i].recorded();
    network_.parts().checker.OnAcknowledged(machine_.name(), request.ids[i],
                                            {recorded.log(), recorded.index()});
  }
}

void Client::Answer(const std::shared_ptr<Request>& request, const record::RecordResults& results) {
  bool again = false;
  for (int i = 0; i < results.size(); ++i) {
    const v1::RecordResult& result = results[i];
    again |= !result.has_recorded() && IsPassing(result.error().code());
    if (!network_.parts().trace.on()) continue;
    network_.parts().trace.Add(
        "client", machine_.name() + " " + form::UuidText(request->ids[i]).substr(24) + " " +
                      (result.has_recorded() ? "recorded as " + result.recorded().log() + ":" +
                                                   std::to_string(result.recorded().index()) +
                                                   (result.recorded().duplicate() ? " before" : "")
                                             : ErrorText(result.error())));
  }
  if (again || std::erase(open_, request) == 0) return;
  answered_.push_back(request);
  if (answered_.size() > kRepeatMax) answered_.pop_front();
}

void Client::Repeat() {
  for (const auto& request : std::exchange(answered_, {})) {
    open_.push_back(request);
    Send(request);
  }
}

}  // namespace liggare::simulation
