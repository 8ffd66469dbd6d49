// Every test program names the test that dies, and the one that does not end: linked into all
// of them (liggare_test in CMakeLists.txt).
//
// A test that waits says itself what for, and fails within a minute; this is for what it
// cannot say: a thread that is joined and never ends, a signal, an abort() in the product.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"

namespace liggare::testing {
namespace {

// Half of what ctest gives a whole program, so that the test is named before that.
constexpr int kTestSecondsMax = 300;

// Read in a signal handler: bytes alone.
std::array<char, 256> running = {};  // "Suite.Test", and a newline.

void NameTheTest(int signal_number) {
  constexpr char kText[] = "\n[  DIED   ] ";
  (void)!write(STDERR_FILENO, kText, sizeof kText - 1);
  (void)!write(STDERR_FILENO, running.data(), strnlen(running.data(), running.size()));
  raise(signal_number);  // The handler is gone by now.
}

int SecondsMax() {
  const char* given = std::getenv("LIGGARE_TEST_SECONDS");
  return given == nullptr ? kTestSecondsMax : std::max(1, std::atoi(given));
}

class TestWatch final : public ::testing::EmptyTestEventListener {
 public:
  TestWatch() {
    for (const int signal_number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
      struct sigaction before = {};
      sigaction(signal_number, nullptr, &before);
      if (before.sa_handler != SIG_DFL) continue;  // A sanitizer's.
      struct sigaction action = {};
      action.sa_handler = NameTheTest;
      action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
      sigaction(signal_number, &action, nullptr);
    }
  }

  void OnTestProgramStart(const ::testing::UnitTest&) override {
    // Signals are for the threads of the test.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    watching_ = std::thread([this] { Watch(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  void OnTestStart(const ::testing::TestInfo& test) override {
    const std::string name = std::string(test.test_suite_name()) + "." + test.name() + "\n";
    std::lock_guard lock(mutex_);
    running = {};
    std::copy_n(name.begin(), std::min(name.size(), running.size() - 1), running.begin());
    ends_at_ = std::chrono::steady_clock::now() + std::chrono::seconds(SecondsMax());
    changed_.notify_all();
  }
  void OnTestEnd(const ::testing::TestInfo&) override {
    std::lock_guard lock(mutex_);
    ends_at_ = kNever;
  }
  void OnTestProgramEnd(const ::testing::UnitTest&) override {
    {
      std::lock_guard lock(mutex_);
      done_ = true;
      changed_.notify_all();
    }
    watching_.join();
  }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr TimePoint kNever = TimePoint::max();

  void Watch() {
    std::unique_lock lock(mutex_);
    while (!done_) {
      if (ends_at_ == kNever) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, TimePoint(ends_at_));
      }
      if (std::chrono::steady_clock::now() < ends_at_) continue;
      std::fprintf(stderr, "\n[ NO END  ] after %d s (LIGGARE_TEST_SECONDS): %s", SecondsMax(),
                   running.data());
      std::abort();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  TimePoint ends_at_ ABSL_GUARDED_BY(mutex_) = kNever;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watching_;
};

// The list of listeners owns it.
[[maybe_unused]] const bool kIsWatched = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new TestWatch);
  return true;
}();

}  // namespace
}  // namespace liggare::testing
