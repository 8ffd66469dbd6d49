#include "tests/eventstore/log/crash_history.h"

#include <gtest/gtest.h>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/care/fsck.h"

namespace liggare::testing {

void CrashHistory::Attempted(int sender, const std::string& event_id, const std::string& data) {
  const std::lock_guard lock(mutex_);
  attempts_[event_id].data = data;
  sent_[sender].push_back(event_id);
}

void CrashHistory::Acknowledged(const std::string& event_id, const log::Recorded& recorded) {
  const std::lock_guard lock(mutex_);
  auto& answer = attempts_[event_id].answer;
  if (answer) {
    EXPECT_EQ(answer->index, recorded.index) << "one event, two answers";
    EXPECT_TRUE(recorded.duplicate);
    return;
  }
  answer = recorded;
  ++acknowledged_;
}

void CrashHistory::Shown(const std::string& log, uint64_t size, const merkle::Hash& root) {
  const std::lock_guard lock(mutex_);
  shown_.push_back({.log = log, .size = size, .root = root});
}

void CrashHistory::NewLife() {
  const std::lock_guard lock(mutex_);
  sent_.clear();
}

std::vector<std::string> CrashHistory::UnacknowledgedIds() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, attempt] : attempts_) {
    if (!attempt.answer) ids.push_back(id);
  }
  return ids;
}

uint64_t CrashHistory::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

std::map<std::string, uint64_t> CrashHistory::CheckOwnEntries(const log::EventLog& log) {
  std::map<std::string, uint64_t> places;
  const uint64_t size = log.Find(log.own_log())->size;
  for (uint64_t index = 0; index < size; ++index) {
    const auto entry = log.Read(log.own_log(), index);
    if (!entry.ok()) {
      ADD_FAILURE() << entry.status();
      continue;
    }
    const auto header = log::ParseEntryHeader(*entry);
    EXPECT_TRUE(header.ok()) << header.status();
    if (!header.ok() || header->data_header.type == log::kReceivedType) continue;
    const std::string id(header->data_header.event_id);
    EXPECT_TRUE(places.emplace(id, index).second) << "an event twice, again at " << index;
    const auto attempt = attempts_.find(id);
    EXPECT_TRUE(attempt != attempts_.end() && attempt->second.data == header->data)
        << "nobody sent the entry " << index;
  }
  return places;
}

void CrashHistory::CheckAnswers(const std::map<std::string, uint64_t>& places) {
  for (const auto& [id, attempt] : attempts_) {
    if (!attempt.answer) continue;
    const auto place = places.find(id);
    if (place == places.end()) {
      ADD_FAILURE() << "the acknowledged entry " << attempt.answer->index << " is lost";
    } else {
      EXPECT_EQ(place->second, attempt.answer->index) << "an acknowledged entry has moved";
    }
  }
}

void CrashHistory::CheckOrder(const std::map<std::string, uint64_t>& places) {
  for (const auto& [sender, ids] : sent_) {
    bool ended = false;
    for (const std::string& id : ids) {
      const bool held = places.contains(id);
      EXPECT_FALSE(ended && held) << "sender " << sender << ": a later event is held, an earlier "
                                  << "one is not";
      ended = ended || !held;
    }
  }
}

void CrashHistory::Check(const log::EventLog& log, const log::Database& database) {
  const std::lock_guard lock(mutex_);
  const auto places = CheckOwnEntries(log);
  CheckAnswers(places);
  CheckOrder(places);
  for (const Point& point : shown_) {
    const auto held = log.Find(point.log);
    if (!held || held->size < point.size) {
      ADD_FAILURE() << point.log << " was shown with " << point.size << " entries and has "
                    << (held ? held->size : 0);
      continue;
    }
    const auto root = log.RootAt(point.log, point.size);
    EXPECT_TRUE(root.ok() && *root == point.root) << point.log << " forked at " << point.size;
  }
  for (const auto& finding : log::Fsck(database, {}).findings) {
    ADD_FAILURE() << "fsck: " << log::FindingText(finding);
  }
}

}  // namespace liggare::testing
