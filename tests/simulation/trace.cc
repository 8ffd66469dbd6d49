#include "tests/simulation/trace.h"

#include <cstdio>
#include <memory>
#include <mutex>

#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

namespace liggare::simulation {
namespace {

class TraceSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit TraceSink(Trace& trace) : trace_(trace) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    trace_.Add("",
               std::string("LOG ") + std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  Trace& trace_;
};

}  // namespace

Trace::Trace(const Scheduler& scheduler, bool on) : scheduler_(scheduler), on_(on) {
  auto logger = std::make_shared<spdlog::logger>("simulation", std::make_shared<TraceSink>(*this));
  logger->set_level(on ? spdlog::level::info : spdlog::level::off);
  spdlog::set_default_logger(std::move(logger));
}

Trace::~Trace() {
  auto silent = std::make_shared<spdlog::logger>("silent");
  silent->set_level(spdlog::level::off);
  spdlog::set_default_logger(std::move(silent));
}

void Trace::Add(std::string_view who, std::string_view what) {
  if (!on()) return;
  char head[64];
  const int64_t us = scheduler_.now_us();
  std::snprintf(head, sizeof(head), "%5lld.%06lld  %-22.*s ",
                static_cast<long long>(us / 1'000'000), static_cast<long long>(us % 1'000'000),
                static_cast<int>(who.size()), who.data());
  std::string text(what);
  const size_t at = hidden_.empty() ? std::string::npos : text.find(hidden_);
  if (at != std::string::npos) text.erase(at, hidden_.size());
  lines_.push_back(head + text);
}

}  // namespace liggare::simulation
