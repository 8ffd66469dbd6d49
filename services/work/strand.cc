#include "services/work/strand.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"

namespace liggare::work {
namespace {

// How many closures a strand runs before another has its turn.
constexpr int kRunMax = 64;

}  // namespace

struct WorkerPool::State {
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<Closure> queue ABSL_GUARDED_BY(mutex);
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  std::vector<std::thread> threads;  // Touched by the constructor and Stop() only.

  bool Post(Closure closure) {
    {
      std::lock_guard lock(mutex);
      if (stopped) return false;
      queue.push_back(std::move(closure));
    }
    ready.notify_one();
    return true;
  }

  void Work() {
    for (;;) {
      std::unique_lock lock(mutex);
      ready.wait(lock, [this] { return stopped || !queue.empty(); });
      if (queue.empty()) return;
      RunFirst(lock);
    }
  }

  bool Step() {
    std::unique_lock lock(mutex);
    if (queue.empty()) return false;
    RunFirst(lock);
    return true;
  }

  void RunFirst(std::unique_lock<std::mutex>& lock) {
    Closure closure = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    std::move(closure)();
  }
};

WorkerPool::WorkerPool(int thread_count) : state_(std::make_shared<State>()) {
  State* state = state_.get();
  for (int i = 0; i < thread_count; ++i) {
    state->threads.emplace_back([state] { state->Work(); });
  }
}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::Post(Closure closure) { return state_->Post(std::move(closure)); }

bool WorkerPool::Step() { return state_->Step(); }

void WorkerPool::Stop() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopped = true;
  }
  state_->ready.notify_all();
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
  while (Step()) {
  }
}

struct Strand::State : std::enable_shared_from_this<Strand::State> {
  std::shared_ptr<WorkerPool::State> pool;
  std::mutex mutex;
  std::deque<Closure> queue ABSL_GUARDED_BY(mutex);
  bool scheduled ABSL_GUARDED_BY(mutex) = false;  // A Drain is queued or running.

  // Runs what is queued, and makes way for other strands from time to time. A
  // strand that has been scheduled when the pool stops finishes all it holds.
  void Drain() {
    std::unique_lock lock(mutex);
    for (int run = 0; !queue.empty(); ++run) {
      if (run >= kRunMax && pool->Post([self = shared_from_this()] { self->Drain(); })) return;
      Closure closure = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      std::move(closure)();
      closure = nullptr;  // What it owned dies outside the lock.
      lock.lock();
    }
    scheduled = false;
  }
};

Strand::Strand(WorkerPool& pool) : state_(std::make_shared<State>()) { state_->pool = pool.state_; }

Strand::~Strand() = default;

bool Strand::Post(Closure closure) {
  std::lock_guard lock(state_->mutex);
  if (!state_->scheduled) {
    if (!state_->pool->Post([state = state_] { state->Drain(); })) return false;
    state_->scheduled = true;
  }
  state_->queue.push_back(std::move(closure));
  return true;
}

}  // namespace liggare::work
