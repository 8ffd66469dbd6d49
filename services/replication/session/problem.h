// Something that hinders a log in a session, or the session itself, for people to read.
#ifndef SERVICES_REPLICATION_SESSION_PROBLEM_H_
#define SERVICES_REPLICATION_SESSION_PROBLEM_H_

#include <cstdint>
#include <string>

namespace liggare::replication {

struct Problem {
  std::string text = {};    // A sentence.
  std::string log = {};     // That is hindered; empty: the session is, or several are.
  int64_t until_ms = 0;     // When it ends by itself, on the wall clock; 0: it does not.
  std::string advice = {};  // What to do; may be empty.
  // What it is told apart by where the sentence counts something; empty: the sentence.
  std::string key = {};
  bool has_alarm = false;  // An alarm of its own says the same.
};

// "1 entry", "2 entries"; "1 entry waits", "2 entries wait".
std::string EntriesText(uint64_t count);
std::string EntriesWaitText(uint64_t count);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_PROBLEM_H_
