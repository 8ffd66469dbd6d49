#include "tests/simulation/run.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "proto/name/node_path.h"
#include "services/replication/session/limits.h"
#include "tests/simulation/convergence.h"
#include "tests/simulation/operators.h"
#include "tests/simulation/quick_signatures.h"
#include "tests/simulation/trace.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kFaultsMaxUs = 90 * kSecondUs;
// After which a fork must have been found; nothing else is to happen then. A copy
// of a node whose connection is dead notices it by silence, and then dials.
constexpr int64_t kRestUs = (replication::kSilenceMaxMs + 30'000) * 1'000;
constexpr int64_t kLookUs = kSecondUs / 2;  // How often the end is looked for.
// The longest wait between two dials is two minutes; then everything must flow.
constexpr int64_t kHealingMaxUs = 600 * kSecondUs;
// A clock further ahead than this holds entries back until time has caught up.
constexpr int64_t kClockAheadMs = log::kClockAheadMaxMs - 60'000;

// A tree of nodes, by path; parents before children.
std::vector<std::string> DrawTree(Random& random) {
  std::vector<std::string> paths = {"se"};
  const int counties = static_cast<int>(random.Between(1, 3));
  const char* codes[] = {"17", "01", "25"};
  for (int i = 0; i < counties; ++i) {
    const std::string county = std::string("se/") + codes[i];
    paths.push_back(county);
    const int below = static_cast<int>(random.Between(1, 3));
    for (int j = 0; j < below; ++j) {
      paths.push_back(county + "/v" + std::to_string(j));
      if (random.Chance(25)) paths.push_back(paths.back() + "/kontor");
    }
  }
  return paths;
}

class Run {
 public:
  explicit Run(const RunOptions& options);
  // The processes end before the network that their sessions write to.
  ~Run();
  RunResult Do();

 private:
  void Build();
  void AddMachine(const std::string& name);
  void AddClient(Machine& machine, bool enrols);
  std::vector<std::string> EnrolledBy(const std::string& path) const;
  void CloneOf(Machine& original);
  // Makes one of the nodes below the nation a hostile one.
  void DrawHostile();
  // It records what no judge admits, again and again.
  void WriteUnjudged();
  Faults::Plan DrawFaults(int64_t faults_us);
  // Steps until the time, or a violation; false then.
  bool StepUntil(int64_t us);
  // A night without power, as long as any clock was ahead.
  bool WaitForClocks();
  bool Heal();
  void CompareSomeStates(int count);

  const RunOptions options_;
  Random random_;
  Scheduler scheduler_;
  Trace trace_;
  Checker checker_;
  testing::ScratchDirectory directory_;
  Machines machines_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  Network network_;
  std::vector<std::string> paths_;
  std::unique_ptr<Operators> operators_;
  std::unique_ptr<Faults> faults_;
  std::string hostile_;  // Its path.
  std::unique_ptr<Misdeeds> misdeeds_;
  RunResult result_;
};

Run::Run(const RunOptions& options)
    : options_(options),
      random_(options.seed),
      trace_(scheduler_, options.trace),
      network_({.scheduler = scheduler_,
                .trace = trace_,
                .checker = checker_,
                .find = [this](const std::string& path) { return machines_.at(path)->process(); }},
               Random(random_.Next())) {
  trace_.Hide(directory_ / "");
}

Run::~Run() {
  for (const auto& [name, machine] : machines_) machine->Retire();
}

void Run::AddMachine(const std::string& name) {
  auto machine = std::make_unique<Machine>(Machine::Parts{.network = network_,
                                                          .name = name,
                                                          .evidence_directory = directory_ / name,
                                                          .plants = options_.plants,
                                                          .random = Random(random_.Next())});
  machines_.emplace(name, std::move(machine));
}

std::vector<std::string> Run::EnrolledBy(const std::string& path) const {
  std::vector<std::string> children;
  for (const std::string& other : paths_) {
    const bool is_nation = other == path && path == name::kNationPath;
    if (is_nation || name::ParentOf(other) == path) children.push_back(other);
  }
  return children;
}

void Run::AddClient(Machine& machine, bool enrols) {
  Events::Options events;
  events.path = machine.path();
  events.large = random_.Chance(5);
  for (const std::string& path : paths_) {
    if (name::DepthOf(path) >= 3 && name::IsAtOrBelow(path, machine.path())) {
      events.verksamheter.push_back(path);
    }
  }
  Client::Pace pace;
  pace.pause_max_us = random_.Between(2 * kSecondUs, 25 * kSecondUs);
  auto client =
      std::make_unique<Client>(network_, machine, Events(std::move(events), Random(random_.Next())),
                               pace, Random(random_.Next()));
  if (enrols) client->Enrol(EnrolledBy(machine.path()));
  client->Start();
  clients_.emplace(machine.name(), std::move(client));
}

void Run::CloneOf(Machine& original) {
  const std::string name = original.name() + "'";
  if (machines_.contains(name)) return;
  AddMachine(name);
  machines_.at(name)->CloneFrom(original);
  machines_.at(name)->Start();
  AddClient(*machines_.at(name), /*enrols=*/false);
}

void Run::Build() {
  paths_ = DrawTree(random_);
  for (const std::string& path : paths_) AddMachine(path);
  if (options_.hostile) DrawHostile();
  for (const auto& [name, machine] : machines_) machine->Start();
  for (const auto& [name, machine] : machines_) AddClient(*machine, /*enrols=*/true);
}

void Run::DrawHostile() {
  hostile_ = paths_[1 + random_.Below(paths_.size() - 1)];
  std::vector<std::string> others;
  for (const std::string& path : paths_) {
    if (path != hostile_) others.push_back(path);
  }
  misdeeds_ = std::make_unique<Misdeeds>(hostile_, std::move(others), Random(random_.Next()));
  machines_.at(hostile_)->temper().misdeeds = misdeeds_.get();
  checker_.SetHostile(hostile_);
  trace_.Add(hostile_, "is hostile");
  if (misdeeds_->writes()) WriteUnjudged();
}

void Run::WriteUnjudged() {
  scheduler_.After(random_.Between(kSecondUs / 10, 5 * kSecondUs), [this] {
    Process* process = machines_.at(hostile_)->process();
    if (process != nullptr && process->alive()) {
      process->RecordUnjudged(misdeeds_->NextEvent(process->now_ms()));
    }
    WriteUnjudged();
  });
}

Faults::Plan Run::DrawFaults(int64_t faults_us) {
  if (!options_.hostile) return Faults::Draw(random_, faults_us);
  return {.count = 0, .until_us = faults_us, .kinds = {}, .clock_max_ms = 0};
}

bool Run::StepUntil(int64_t us) {
  while (scheduler_.now_us() < us) {
    scheduler_.Step();
    if (checker_.violation()) return false;
  }
  return true;
}

bool Run::WaitForClocks() {
  const int64_t ahead_ms = faults_->clock_ahead_max_ms();
  if (ahead_ms < kClockAheadMs) return true;
  for (const auto& [name, machine] : machines_) {
    machine->Kill(Machine::Death::kProcess, (ahead_ms + 1'000) * 1'000);
  }
  scheduler_.Skip(ahead_ms * 1'000);
  return StepUntil(scheduler_.now_us() + 2 * kSecondUs);
}

bool Run::Heal() {
  faults_->Heal();
  if (!options_.hostile) operators_->Heal();
  for (const auto& [name, client] : clients_) client->Finish();
  if (!WaitForClocks()) return false;
  const int64_t began_us = scheduler_.now_us();
  std::optional<std::string> missing;
  while (scheduler_.now_us() < began_us + kHealingMaxUs) {
    if (!StepUntil(scheduler_.now_us() + kLookUs)) return false;
    if (!options_.hostile && operators_->HasWork()) {
      missing = "somebody must be restored";
      continue;
    }
    missing = WhatIsMissing(machines_, checker_);
    for (const auto& [name, client] : clients_) {
      if (missing || client->idle() || name != PathOfMachine(name)) continue;
      if (checker_.IsBehindHostile(name)) continue;
      missing = "the clients of " + name + " have no answer";
    }
    result_.healing_us = scheduler_.now_us() - began_us;
    if (!missing) return true;
  }
  CheckForks(machines_, checker_);
  checker_.Fail(Invariant::kConverges, *missing);
  return false;
}

void Run::CompareSomeStates(int count) {
  for (int i = 0; i < count && !checker_.violation(); ++i) {
    const std::string& path = paths_[random_.Below(paths_.size())];
    std::string above(name::ParentOf(path));
    while (!above.empty() && above != name::kNationPath && random_.Chance(50)) {
      above = name::ParentOf(above);
    }
    if (above.empty() || machines_.at(path)->process() == nullptr) continue;
    if (checker_.IsBehindHostile(path)) continue;
    const std::string log = machines_.at(path)->process()->log().own_log();
    // A tier that does not hold the newest epoch takes the moment for one of before.
    if (!checker_.Agree(path, above, log) || checker_.NewestLogAt(above, path) != log) continue;
    const uint64_t size =
        std::min(checker_.DurableSize(path, log), checker_.DurableSize(above, log));
    result_.comparisons +=
        CompareStates(*machines_.at(path), *machines_.at(above), random_.Below(size + 1), checker_);
  }
}

RunResult Run::Do() {
  Build();
  const int64_t faults_us = random_.Between(0, kFaultsMaxUs);
  operators_ = std::make_unique<Operators>(
      Operators::Parts{network_, machines_, clients_, options_.plants,
                       [this](Machine& machine) {
                         clients_.at(machine.name())->Enrol(EnrolledBy(machine.path()));
                       }},
      Random(random_.Next()));
  if (!options_.hostile) operators_->Start();
  faults_ = std::make_unique<Faults>(
      FaultTargets{network_, machines_, clients_, [this](Machine& machine) { CloneOf(machine); },
                   [this](Machine& machine) { operators_->OnDiskLost(machine); }},
      DrawFaults(faults_us), Random(random_.Next()));
  faults_->Start();
  bool sound = true;
  for (int part = 1; sound && part <= 3; ++part) {
    sound = StepUntil(faults_us * part / 3);
    if (sound) CompareSomeStates(1);
  }
  if (sound && Heal() && StepUntil(scheduler_.now_us() + kRestUs)) {
    CheckAccusations(machines_, checker_);
    CheckForks(machines_, checker_);
    checker_.CheckNothingLost();
    CompareSomeStates(4);
    if (options_.hostile) CheckHonestData(machines_, checker_);
  }
  result_.violation = checker_.violation();
  result_.fingerprint = checker_.Fingerprint();
  result_.trace = trace_.lines();
  result_.steps = scheduler_.steps();
  result_.frames = network_.frames();
  result_.events = checker_.events_acknowledged();
  result_.events_moved = checker_.events_moved();
  result_.restores = operators_->restores();
  result_.simulated_us = scheduler_.now_us();
  if (misdeeds_ != nullptr) result_.misdeeds = misdeeds_->done();
  return std::move(result_);
}

}  // namespace

RunResult RunSeed(const RunOptions& options) {
  ForgetSignatures();
  return Run(options).Do();
}

}  // namespace liggare::simulation
