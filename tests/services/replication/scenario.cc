#include "tests/services/replication/scenario.h"

#include <sstream>

namespace liggare::replication {
namespace {

constexpr char kSeparator[] = "----";

int64_t NumberOr(const std::map<std::string, std::string>& options, const std::string& name,
                 int64_t otherwise) {
  auto it = options.find(name);
  return it == options.end() ? otherwise : std::stoll(it->second);
}

std::string TextOr(const std::map<std::string, std::string>& options, const std::string& name,
                   const std::string& otherwise) {
  auto it = options.find(name);
  return it == options.end() ? otherwise : it->second;
}

}  // namespace

Scenario::Scenario() : simulation_([this](const std::string& line) { happened_ += line + "\n"; }) {}

std::string Scenario::Run(const std::string& command) {
  happened_.clear();
  std::istringstream in(command);
  Words words;
  Options options;
  for (std::string word; in >> word;) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      words.push_back(word);
    } else {
      options[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  Execute(words, options);
  return happened_;
}

void Scenario::Execute(const Words& words, const Options& options) {
  const std::string& verb = words.at(0);
  if (verb == "node") {
    for (size_t i = 1; i < words.size(); ++i) simulation_.AddNode(words[i]);
  } else if (verb == "enrol") {
    for (size_t i = 2; i < words.size(); ++i) simulation_.Enrol(words[1], words[i]);
  } else if (verb == "link") {
    simulation_.Connect(words.at(1));
  } else if (verb == "cut") {
    simulation_.Cut(words.at(1));
  } else if (verb == "record") {
    Simulation::Recording recording;
    recording.count = std::stoi(words.at(2));
    recording.bytes = static_cast<size_t>(NumberOr(options, "bytes", 0));
    recording.ahead_ms = NumberOr(options, "ahead_ms", 0);
    recording.kind = TextOr(options, "kind", "event");
    simulation_.Record(words.at(1), recording);
  } else if (verb == "run") {
    if (!simulation_.RunUntilIdle()) happened_ += "it never ends\n";
  } else if (verb == "tick") {
    simulation_.Tick(std::stoll(words.at(1)));
    simulation_.RunUntilIdle();
  } else if (verb == "hold" || verb == "release") {
    simulation_.Hold(words.at(1), verb == "hold");
  } else if (verb == "rollback") {
    simulation_.Rollback(words.at(1), words.at(2), std::stoull(words.at(3)));
  } else if (verb == "restore") {
    Simulation::Restoring restoring{TextOr(options, "from", ""), {}};
    if (options.contains("claimed")) restoring.claimed_size = std::stoull(options.at("claimed"));
    simulation_.Restore(words.at(1), restoring);
  } else if (verb == "clone") {
    simulation_.Clone(words.at(1));
  } else if (verb == "swap") {
    simulation_.Swap(words.at(1));
  } else if (verb == "inject") {
    Inject(words, options);
  } else if (verb == "show") {
    happened_ += simulation_.Show(words.at(1));
  } else {
    happened_ += "no such command: " + verb + "\n";
  }
}

void Scenario::Inject(const Words& words, const Options& options) {
  const std::string& log = words.at(4);
  v1::Frame frame;
  *frame.mutable_chunk() =
      simulation_.MakeChunk(TextOr(options, "from", words.at(1)), log, std::stoull(words.at(5)),
                            std::stoull(words.at(6)));
  std::optional<SimulatedCheckpoint> checkpoint =
      SimulatedCheckpoint::Parse(frame.chunk().checkpoint());
  if (TextOr(options, "root", "") == "bad") checkpoint->extent.root[0] ^= 1;
  checkpoint->signer = TextOr(options, "signer", checkpoint->signer);
  frame.mutable_chunk()->set_checkpoint(checkpoint->Text());
  simulation_.Inject(words.at(1), words.at(2), std::move(frame));
}

std::string Scenario::Replay(const std::string& script) {
  std::istringstream in(script);
  std::string result, happened;
  bool in_expectation = false;
  for (std::string line; std::getline(in, line);) {
    if (in_expectation) {
      if (!line.empty()) continue;  // What was expected; what happened takes its place.
      in_expectation = false;
      result += "\n";
    } else if (line == kSeparator) {
      result += line + "\n" + happened;
      happened.clear();
      in_expectation = true;
    } else {
      result += line + "\n";
      if (!line.empty() && line[0] != '#') happened += Run(line);
    }
  }
  return result;
}

}  // namespace liggare::replication
