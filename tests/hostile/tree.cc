#include "tests/hostile/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "proto/error/error.h"
#include "tests/hostile/forged_log.h"

namespace liggare::hostile {
namespace {

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

const std::vector<std::string> kVerksamheter = {"se/17/a", "se/17/b", "se/01/c"};
const std::vector<std::string> kCounties = {"se/17", "se/01"};

}  // namespace

bool IsHostile(const std::string& name) { return name.find("/x-") != std::string::npos; }

Tree::Tree() {
  const auto add = [this](const std::string& host) -> NodeProcess& {
    processes_.push_back(std::make_unique<NodeProcess>(keyring_, host, ""));
    return *processes_.back();
  };
  NodeProcess& nation = add("nation");
  nation.Host("se", {});
  nation.Start();
  for (const std::string& county : kCounties) {
    NodeProcess& process = add(FileName(county));
    process.Host(county, nation.AsParent());
    process.Start();
  }
  NodeProcess& verksamheter = add("verksamheter");
  for (const std::string& path : kVerksamheter) {
    verksamheter.Host(path, At(ParentOf(path)).AsParent());
  }
  verksamheter.Start();
  for (const std::string& path : kCounties) Enrol(path, At(path).host());
  for (const std::string& path : kVerksamheter) Enrol(path, At(path).host());
}

Tree::~Tree() {
  for (auto process = processes_.rbegin(); process != processes_.rend(); ++process) {
    (*process)->Stop();
  }
}

NodeProcess& Tree::At(const std::string& path) {
  for (const auto& process : processes_) {
    if (std::ranges::count(process->paths(), path) > 0) return *process;
  }
  abort();
}

void Tree::Enrol(const std::string& path, const std::string& host) {
  const std::string parent = ParentOf(path);
  const v1::RecordResult result =
      At(parent).Record(parent, Enrolling(path, keyring_.KeyOf(path).verifier().Text(), host));
  EXPECT_TRUE(result.has_recorded()) << "enrolling " << path << ": " << ErrorText(result.error());
}

void Tree::ExpectHonestGoOn() {
  NodeProcess& nation = At("se");
  for (const std::string& path : kVerksamheter) {
    const v1::RecordResult result = At(path).Record(path, AboutVerksamhet(path));
    EXPECT_TRUE(result.has_recorded()) << path << ": " << ErrorText(result.error());
    nation.AwaitSize("se", result.recorded().log(), result.recorded().index() + 1);
  }
  const uint64_t national = nation.SizeOf("se", "se@1");
  for (const std::string& county : kCounties) At(county).AwaitSize(county, "se@1", national);
  for (const auto& process : processes_) {
    for (const std::string& path : process->paths()) ExpectBlameless(path);
  }
}

void Tree::ExpectBlameless(const std::string& path) {
  const v1::NodeStatus status = At(path).StatusOf(path);
  EXPECT_EQ(status.read_only_reason(), "") << path;
  if (path != "se") {
    EXPECT_TRUE(status.parent().connected()) << path << ": " << status.parent().last_error();
  }
  for (const v1::Alarm& alarm : status.alarms()) {
    EXPECT_TRUE(IsHostile(alarm.log()) || IsHostile(alarm.message()))
        << path << " accuses " << alarm.log() << ": " << alarm.message();
  }
}

void Tree::RestartChecked() {
  for (auto process = processes_.rbegin(); process != processes_.rend(); ++process) {
    (*process)->Stop();
  }
  for (const auto& process : processes_) {
    for (const std::string& path : process->paths()) process->ExpectSound(path);
  }
  for (const auto& process : processes_) process->Start();
  ExpectHonestGoOn();
}

}  // namespace liggare::hostile
