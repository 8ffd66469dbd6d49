// A year of the nation as events: made up, of the size that the reports have.
#ifndef TESTS_BENCHMARKS_NATIONAL_YEAR_H_
#define TESTS_BENCHMARKS_NATIONAL_YEAR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/services/state/test_node.h"

namespace liggare::testing {

// 110 verksamheter of 20 län, each with a whole report, corrections of it, and a
// register of brister with actions and återkoppling; applications and grants of 250
// kommuner. Recorded by 130 nodes in memory and received by the nation, whose
// database is the caller's, in the order of time, in several sittings.
class NationalYear {
 public:
  struct Size {
    int verksamheter = 110;
    int corrections = 500;  // Of each report.
    int brister = 40;       // Of each verksamhet,
    int steps = 10;         // each with this many events.
    int sittings = 20;      // In which the county receives.
  };
  NationalYear(log::Database& nation, Size size);

  TestNode& nation() { return nation_; }
  // Entries at the nation, those of nodes (received) not counted.
  uint64_t event_count() const { return event_count_; }
  // The nation's own index in the middle of the year.
  uint64_t middle() const { return middle_; }

  static constexpr int kYear = 2024;

 private:
  struct Verksamhet {
    std::unique_ptr<TestNode> node;
    TestNode* county = nullptr;
    int recorded = 0;  // Of its events.
  };
  void RecordBeginning();
  void RecordGrants();
  void RecordFunds(TestNode& county);
  void RecordSitting(int sitting);
  void RecordNext(Verksamhet& verksamhet, int number);
  void ReceiveAll();
  void Add(TestNode& node, v1::EventData event);

  const Size size_;
  ManualClock clock_;
  TestNode nation_;
  std::vector<std::unique_ptr<TestNode>> counties_;
  std::vector<Verksamhet> verksamheter_;
  uint64_t event_count_ = 0;
  uint64_t middle_ = 0;
};

}  // namespace liggare::testing

#endif  // TESTS_BENCHMARKS_NATIONAL_YEAR_H_
