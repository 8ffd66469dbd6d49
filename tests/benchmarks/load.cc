// Drives running nodes and prints what they did, one JSON object a measurement.
//
//   load raw     --dir D                       the disk's own limits
//   load record  --mode unary|stream|batch     durable records per second
//   load fill    --count N                     records N events, in batches
//   load steady  --rate R                      lag from answer to visible above
//   load replay                                entries per second to one reader
//
// tests/benchmarks/run.sh starts the nodes and calls this.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/connection.h"
#include "clients/cpp/reader.h"
#include "nlohmann/json.hpp"
#include "tests/benchmarks/bench_event.h"
#include "tests/benchmarks/raw_disk.h"

namespace liggare::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;
using Json = nlohmann::ordered_json;

struct Flags {
  std::string certificates;  // <dir>/<node with _>.demo.crt|key
  std::string ca;
  std::vector<std::string> nodes;  // Who records.
  std::string address;             // Of their process.
  std::string above_node = "se";   // Where arrival is watched.
  std::string above_address;
  std::string mode = "stream";
  std::string dir;
  int clients = 1;
  int window = 1;  // Requests under way per client.
  int batch = 1;   // Events per request.
  int duration_s = 5;
  int rate = 1000;
  uint64_t count = 200'000;
};

[[noreturn]] void Die(const std::string& message) {
  std::cerr << "load: " << message << "\n";
  std::exit(1);
}

std::unique_ptr<client::Connection> Connect(const Flags& flags, const std::string& node,
                                            const std::string& address) {
  std::string name = node;
  std::replace(name.begin(), name.end(), '/', '_');
  client::ConnectionOptions options;
  options.address = address;
  options.files = {.ca = flags.ca,
                   .certificate = flags.certificates + "/" + name + ".demo.crt",
                   .key = flags.certificates + "/" + name + ".demo.key"};
  // The processes of deploy/cluster.sh.
  const auto depth = std::count(node.begin(), node.end(), '/');
  options.host = depth == 0 ? "nation" : depth == 1 ? "counties" : "verksamheter";
  options.node = node;
  auto connection = client::Connection::Open(options, time(nullptr));
  if (!connection.ok()) Die(std::string(connection.status().message()));
  return *std::move(connection);
}

// Spreads clients over the nodes that record.
const std::string& NodeOf(const Flags& flags, int client) {
  return flags.nodes[client % flags.nodes.size()];
}

template <class Request>
Request MakeRequest(const Flags& flags, const std::string& node, EventMaker& maker) {
  Request request;
  request.set_node(node);
  for (int i = 0; i < flags.batch; ++i) *request.add_submissions() = maker.Next();
  return request;
}

// Dies unless every event was recorded.
template <class Response>
void CheckRecorded(const Response& response) {
  for (const auto& result : response.results()) {
    if (!result.has_recorded()) Die("refused: " + result.error().ShortDebugString());
  }
}

void RunUnary(const Flags& flags, int client, Clock::time_point end, std::atomic<uint64_t>& count) {
  const std::string& node = NodeOf(flags, client);
  auto connection = Connect(flags, node, flags.address);
  EventMaker maker(node, client + 1);
  while (Clock::now() < end) {
    auto response = connection->Call(connection->events(), &v1::EventService::Stub::Record,
                                     MakeRequest<v1::RecordRequest>(flags, node, maker));
    if (!response.ok()) Die(std::string(response.status().message()));
    CheckRecorded(*response);
    count += response->results_size();
  }
}

void RunStream(const Flags& flags, int client, const std::function<bool()>& more,
               std::atomic<uint64_t>& count) {
  const std::string& node = NodeOf(flags, client);
  auto connection = Connect(flags, node, flags.address);
  EventMaker maker(node, client + 1);
  grpc::ClientContext context;
  auto stream = connection->events().RecordStream(&context);
  int under_way = 0;
  v1::RecordStreamResponse response;
  while (true) {
    while (under_way < flags.window && more()) {
      if (!stream->Write(MakeRequest<v1::RecordStreamRequest>(flags, node, maker))) Die("stream");
      ++under_way;
    }
    if (under_way == 0) break;
    if (!stream->Read(&response)) Die("stream: " + stream->Finish().error_message());
    CheckRecorded(response);
    count += response.results_size();
    --under_way;
  }
  stream->WritesDone();
  stream->Finish();
}

void Record(const Flags& flags) {
  std::atomic<uint64_t> count = 0;
  const auto start = Clock::now();
  const auto end = start + seconds(flags.duration_s);
  std::vector<std::thread> threads;
  for (int c = 0; c < flags.clients; ++c) {
    threads.emplace_back([&, c] {
      if (flags.mode == "unary")
        RunUnary(flags, c, end, count);
      else
        RunStream(
            flags, c, [end] { return Clock::now() < end; }, count);
    });
  }
  for (auto& thread : threads) thread.join();
  const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << Json{{"measure", "record"},      {"mode", flags.mode},
                    {"clients", flags.clients}, {"window", flags.window},
                    {"batch", flags.batch},     {"events_per_s", count / elapsed}}
            << std::endl;
}

// Records `count` events and prints the log's size when all are acknowledged.
void Fill(Flags flags) {
  flags.batch = 256;
  flags.window = 4;
  std::atomic<int64_t> left = static_cast<int64_t>(flags.count);
  std::atomic<uint64_t> count = 0;
  const auto start = Clock::now();
  RunStream(
      flags, 0, [&] { return left.fetch_sub(flags.batch) > 0; }, count);
  const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << Json{{"measure", "fill"}, {"events", count.load()}, {"seconds", elapsed}}
            << std::endl;
}

// When an entry was acknowledged below and seen above.
class LagTable {
 public:
  void Acknowledged(const std::string& log, uint64_t index) { Set(acknowledged_, log, index); }
  void Visible(const std::string& log, uint64_t index) { Set(visible_, log, index); }

  // Waits until all that was acknowledged is visible, at most a minute.
  std::vector<double> LagsMs() {
    std::unique_lock lock(mutex_);
    const bool all = changed_.wait_for(lock, seconds(60), [this] {
      return std::all_of(acknowledged_.begin(), acknowledged_.end(),
                         [this](const auto& entry) { return visible_.contains(entry.first); });
    });
    if (!all) Die("not everything became visible above within a minute");
    std::vector<double> lags;
    for (const auto& [place, at] : acknowledged_) {
      const auto lag = visible_.at(place) - at;
      lags.push_back(std::max(0.0, std::chrono::duration<double, std::milli>(lag).count()));
    }
    std::sort(lags.begin(), lags.end());
    return lags;
  }

 private:
  using Times = std::map<std::pair<std::string, uint64_t>, Clock::time_point>;
  void Set(Times& times, const std::string& log, uint64_t index) {
    const auto now = Clock::now();
    {
      std::lock_guard lock(mutex_);
      times.emplace(std::pair(log, index), now);
    }
    if (&times == &visible_ && draining_) changed_.notify_all();
  }

 public:
  std::atomic<bool> draining_ = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Times acknowledged_;
  Times visible_;
};

// Sends `rate` events a second, spread evenly over the nodes, open loop.
void RunPaced(const Flags& flags, LagTable& lags) {
  struct Client {
    std::unique_ptr<client::Connection> connection;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::RecordStreamRequest, v1::RecordStreamResponse>>
        stream;
    std::unique_ptr<EventMaker> maker;
    std::thread reader;
  };
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < flags.nodes.size(); ++i) {
    auto client = std::make_unique<Client>();
    client->connection = Connect(flags, flags.nodes[i], flags.address);
    client->stream = client->connection->events().RecordStream(&client->context);
    client->maker = std::make_unique<EventMaker>(flags.nodes[i], i + 1);
    client->reader = std::thread([&lags, stream = client->stream.get()] {
      v1::RecordStreamResponse response;
      while (stream->Read(&response)) {
        CheckRecorded(response);
        for (const auto& result : response.results()) {
          lags.Acknowledged(result.recorded().log(), result.recorded().index());
        }
      }
    });
    clients.push_back(std::move(client));
  }
  const auto start = Clock::now();
  const int total = flags.rate * flags.duration_s;
  for (int n = 0; n < total; ++n) {
    std::this_thread::sleep_until(start +
                                  std::chrono::nanoseconds(1'000'000'000LL * n / flags.rate));
    auto& client = *clients[n % clients.size()];
    const auto& node = flags.nodes[n % clients.size()];
    client.stream->Write(MakeRequest<v1::RecordStreamRequest>(flags, node, *client.maker));
  }
  for (auto& client : clients) client->stream->WritesDone();
  for (auto& client : clients) {
    client->reader.join();
    client->stream->Finish();
  }
}

// The sizes of all logs at the node above, so that only news is followed.
void FollowFromNow(client::Connection& above, const std::string& node,
                   v1::SubscribeRequest& follow) {
  v1::GetStatusRequest request;
  request.set_node(node);
  auto status = above.Call(above.admin(), &v1::AdminService::Stub::GetStatus, request);
  if (!status.ok()) Die(std::string(status.status().message()));
  for (const auto& log : status->nodes(0).logs()) {
    auto& position = *follow.add_positions();
    position.set_log(log.state().log());
    position.set_next_index(log.state().size());
  }
}

void Steady(const Flags& flags) {
  LagTable lags;
  auto above = Connect(flags, flags.above_node, flags.above_address);
  v1::SubscribeRequest follow;
  follow.set_node(flags.above_node);
  FollowFromNow(*above, flags.above_node, follow);
  auto reader = client::EntryReader::Subscribe(*above, follow);
  std::thread watcher([&] {
    while (true) {
      auto entries = reader.Next();
      if (!entries.ok() || !entries->has_value()) return;
      const v1::Entries& some = **entries;
      for (int i = 0; i < some.entries_size(); ++i) {
        lags.Visible(some.log(), some.first_index() + i);
      }
    }
  });
  RunPaced(flags, lags);
  lags.draining_ = true;
  const auto sorted = lags.LagsMs();
  reader.Cancel();
  watcher.join();
  const auto percentile = [&](double p) {
    return sorted[static_cast<size_t>(p * (sorted.size() - 1))];
  };
  std::cout << Json{{"measure", "steady"},       {"nodes", flags.nodes.size()},
                    {"rate", flags.rate},        {"events", sorted.size()},
                    {"p50_ms", percentile(0.5)}, {"p99_ms", percentile(0.99)},
                    {"max_ms", sorted.back()}}
            << std::endl;
}

void Replay(const Flags& flags) {
  auto connection = Connect(flags, flags.nodes[0], flags.address);
  v1::ReadRequest request;
  request.set_node(flags.nodes[0]);
  request.mutable_log()->set_log(flags.nodes[0] + "@1");
  const auto start = Clock::now();
  auto reader = client::EntryReader::Read(*connection, request);
  uint64_t count = 0;
  while (true) {
    auto entries = reader.Next();
    if (!entries.ok()) Die(std::string(entries.status().message()));
    if (!entries->has_value()) break;
    count += (*entries)->entries_size();
  }
  const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << Json{{"measure", "replay"}, {"events", count}, {"events_per_s", count / elapsed}}
            << std::endl;
}

void Raw(const Flags& flags) {
  const auto append = AppendSyncRate(flags.dir, seconds(flags.duration_s));
  const auto one = RocksDbRate(flags.dir, 1, seconds(flags.duration_s));
  const auto batch = RocksDbRate(flags.dir, 256, seconds(flags.duration_s));
  if (!append.ok() || !one.ok() || !batch.ok()) Die("the raw limits can't be measured");
  std::cout << Json{{"measure", "raw"},
                    {"append_fdatasync_per_s", *append},
                    {"rocksdb_1_per_s", *one},
                    {"rocksdb_256_per_s", *batch}}
            << std::endl;
}

}  // namespace
}  // namespace liggare::benchmarks

int main(int argc, char** argv) {
  using namespace liggare::benchmarks;
  Flags flags;
  CLI::App app{"Drives running nodes and prints what they did"};
  app.require_subcommand(1);
  app.add_option("--certificates", flags.certificates);
  app.add_option("--ca", flags.ca);
  app.add_option("--node", flags.nodes);
  app.add_option("--address", flags.address);
  app.add_option("--above-node", flags.above_node);
  app.add_option("--above-address", flags.above_address);
  app.add_option("--mode", flags.mode)->check(CLI::IsMember({"unary", "stream"}));
  app.add_option("--dir", flags.dir);
  app.add_option("--clients", flags.clients);
  app.add_option("--window", flags.window);
  app.add_option("--batch", flags.batch);
  app.add_option("--seconds", flags.duration_s);
  app.add_option("--rate", flags.rate);
  app.add_option("--count", flags.count);
  app.add_subcommand("raw")->fallthrough()->callback([&] { Raw(flags); });
  app.add_subcommand("record")->fallthrough()->callback([&] { Record(flags); });
  app.add_subcommand("fill")->fallthrough()->callback([&] { Fill(flags); });
  app.add_subcommand("steady")->fallthrough()->callback([&] { Steady(flags); });
  app.add_subcommand("replay")->fallthrough()->callback([&] { Replay(flags); });
  CLI11_PARSE(app, argc, argv);
  return 0;
}
