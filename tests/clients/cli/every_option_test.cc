// Every option of every command that asks a server changes what is sent. The options are
// those of the command line itself, so that a new one without a row here fails.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "clients/cli/commands/commands.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

constexpr char kDomain[] = "liggare.test";
constexpr int64_t kValidAtS = 1'736'845'953;

// The method and the first message of every call; each is refused.
class ListeningService final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Call(*this, context->method());
  }
  std::vector<std::string> Take() {
    std::lock_guard lock(mutex_);
    return std::exchange(heard_, {});
  }

 private:
  class Call final : public grpc::ServerGenericBidiReactor {
   public:
    Call(ListeningService& service, std::string method)
        : service_(service), method_(std::move(method)) {
      StartRead(&message_);
    }
    void OnReadDone(bool ok) override {
      std::string bytes;
      std::vector<grpc::Slice> slices;
      if (ok && message_.Dump(&slices).ok()) {
        for (const grpc::Slice& slice : slices) {
          bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
      }
      {
        std::lock_guard lock(service_.mutex_);
        service_.heard_.push_back(method_ + " " + bytes);
      }
      Finish({grpc::StatusCode::INVALID_ARGUMENT, "heard"});
    }
    void OnDone() override { delete this; }

   private:
    ListeningService& service_;
    const std::string method_;
    grpc::ByteBuffer message_;
  };

  std::mutex mutex_;
  std::vector<std::string> heard_ ABSL_GUARDED_BY(mutex_);
};

class EveryOptionTest : public ::testing::Test {
 protected:
  EveryOptionTest() {
    const auto own = rpc::LoadCredentials(
        authority_.Issue("host", "spiffe://" + std::string(kDomain) + "/host/lan17"), kDomain,
        kValidAtS);
    EXPECT_TRUE(own.ok()) << own.status();
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", rpc::ServerCredentials(*own), &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    const auto client =
        authority_.Issue("client", "spiffe://" + std::string(kDomain) + "/se/17/system/test");
    connection_ = {"--server", "127.0.0.1:" + std::to_string(port_),
                   "--host",   "lan17",
                   "--ca",     client.ca,
                   "--cert",   client.certificate,
                   "--key",    client.key};
  }
  ~EveryOptionTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  // What the command line sends.
  std::vector<std::string> SentBy(const std::vector<std::string>& line) {
    std::vector<std::string> whole = {"liggare"};
    whole.insert(whole.end(), connection_.begin(), connection_.end());
    whole.insert(whole.end(), line.begin(), line.end());
    std::vector<const char*> argv;
    for (const std::string& argument : whole) argv.push_back(argument.c_str());
    std::ostringstream out, err;
    Shell shell(out, err);
    const int code = RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
    EXPECT_EQ(code, kFailed) << ::testing::PrintToString(line) << out.str() << err.str();
    return service_.Take();
  }

  testing::ScratchDirectory directory_;
  testing::TestAuthority authority_{directory_.path()};
  ListeningService service_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> connection_;
  int port_ = 0;
};

using Line = std::vector<std::string>;

// A command, how it is asked, and what each of its options is changed to.
struct Command {
  Line base;
  std::map<std::string, Line> changed;  // By option: the whole line.
};

std::map<std::string, Command> Commands() {
  const Line state = {"state", "rapport/2024/se/17/a"};
  const auto more = [](Line line, const Line& rest) {
    line.insert(line.end(), rest.begin(), rest.end());
    return line;
  };
  const Line moment = {"--known-by", "se/17", "--at", "3"};
  const Line later = {"--known-by", "se/17", "--at", "4"};
  std::map<std::string, Command> commands;
  // The base knows a moment, so that each half of it can be changed alone.
  const auto with_moment = [&](const std::string& name, const Line& base,
                               std::map<std::string, Line> changed) {
    changed["known-by"] = more(base, {"--known-by", "se", "--at", "3"});
    changed["at"] = more(base, later);
    commands[name] = {more(base, moment), std::move(changed)};
  };
  with_moment("state", state,
              {{"subject", more({"state", "rapport/2024/se/17/b"}, moment)},
               {"without-effect", more(more(state, moment), {"--without-effect"})}});
  const Line history = {"history", "rapport/2024/se/17/a"};
  with_moment("history", history,
              {{"subject", more({"history", "rapport/2024/se/17/b"}, moment)},
               {"field", more(more(history, moment), {"--field", "klienter"})}});
  const Line digest = {"digest", "rapport/2024"};
  with_moment("digest", digest, {{"prefix", more({"digest", "rapport/2023"}, moment)}});
  commands["subjects"] = {{"subjects", "rapport/2024/"}, {{"prefix", {"subjects", "anslag/"}}}};
  const Line table = {"table", "klienter", "--year", "2024"};
  with_moment("table", table,
              {{"id", more({"table", "barn", "--year", "2024"}, moment)},
               {"all", more({"table", "--all", "--year", "2024"}, moment)},
               {"year", more({"table", "klienter", "--year", "2023"}, moment)},
               {"from", more({"table", "klienter", "--from", "2023", "--to", "2024"}, moment)},
               {"to", more({"table", "klienter", "--from", "2023", "--to", "2025"}, moment)},
               {"scope", more(more(table, moment), {"--scope", "se/17/a"})},
               {"explain", more(more(table, moment), {"--explain", "man,18-29"})},
               {"publishable", more(more(table, moment), {"--publishable"})}});
  const Line findings = {"findings", "--year", "2024"};
  with_moment("findings", findings,
              {{"year", more({"findings", "--year", "2023"}, moment)},
               {"scope", more(more(findings, moment), {"--scope", "se/17/a"})}});
  const Line missing = {"missing", "--year", "2024"};
  with_moment("missing", missing,
              {{"year", more({"missing", "--year", "2023"}, moment)},
               {"scope", more(more(missing, moment), {"--scope", "se/17/a"})},
               {"on", more(more(missing, moment), {"--on", "2025-03-01"})}});
  const Line brister = {"brister"};
  with_moment("brister", brister,
              {{"year", more({"brister", "--year", "2023"}, moment)},
               {"scope", more(more(brister, moment), {"--scope", "se/17/a"})},
               {"on", more(more(brister, moment), {"--on", "2025-03-01"})},
               {"open", more(more(brister, moment), {"--open"})}});
  const Line examples = {"examples"};
  with_moment("examples", examples,
              {{"scope", more(more(examples, moment), {"--scope", "se/17/a"})}});
  const Line read = {"read", "se/17@1"};
  commands["read"] = {read,
                      {{"log", {"read", "se@1"}},
                       {"subject", {"read", "--subject", "anslag/2024"}},
                       {"from", more(read, {"--from", "2"})},
                       {"max", more(read, {"--max", "2"})},
                       {"follow", more(read, {"--follow"})}}};
  commands["receipt"] = {{"receipt", "se/17@1#2", "-o", "-"},
                         {{"event", {"receipt", "se/17@1#3", "-o", "-"}}}};
  commands["checkpoint"] = {{"checkpoint"}, {{"log", {"checkpoint", "--log", "se@1"}}}};
  commands["status"] = {{"status"}, {}};
  commands["backup"] = {{"backup"}, {}};
  return commands;
}

// What is not sent, and where it is tested.
const std::map<std::string, std::set<std::string>>& NotSent() {
  static const std::map<std::string, std::set<std::string>> options = {
      {"digest", {"against"}},                 // end_to_end_test
      {"table", {"format", "output", "bom"}},  // table_export_test
      {"missing", {"reminders", "all"}},       // end_to_end_test, duty_form_test
      {"receipt", {"out"}},                    // end_to_end_test
      {"checkpoint", {"out"}},                 // end_to_end_test
      {"read", {"raw"}},                       // interop_test
  };
  return options;
}

// Commands that are no question: they record, or work on files. Each has tests of its own.
const std::set<std::string>& OtherCommands() {
  static const std::set<std::string> commands = {"node",   "new-id", "record",  "await",
                                                 "verify", "fsck",   "restore", "export-tiles"};
  return commands;
}

TEST(EveryOptionRowsTest, EveryOptionOfEveryCommandHasARow) {
  std::ostringstream out, err;
  Shell shell(out, err);
  const auto app = MakeCommandLine(shell);
  const auto commands = Commands();
  for (const CLI::App* command : app->get_subcommands({})) {
    const std::string& name = command->get_name();
    if (OtherCommands().contains(name)) continue;
    const auto found = commands.find(name);
    ASSERT_NE(found, commands.end()) << "no row for the command " << name;
    for (const CLI::Option* option : command->get_options()) {
      const std::string own =
          option->get_lnames().empty() ? option->get_name() : option->get_lnames().front();
      if (own == "help") continue;
      const auto not_sent = NotSent().find(name);
      EXPECT_TRUE(found->second.changed.contains(own) ||
                  (not_sent != NotSent().end() && not_sent->second.contains(own)))
          << "no row for " << name << " --" << own;
    }
  }
}

TEST_F(EveryOptionTest, EveryOptionChangesWhatIsSent) {
  for (const auto& [name, command] : Commands()) {
    // By what is sent: which option did it. No two are the same.
    std::map<std::vector<std::string>, std::string> all = {{SentBy(command.base), "nothing"}};
    ASSERT_FALSE(all.begin()->first.empty()) << name << " asks nothing";
    for (const auto& [option, line] : command.changed) {
      const auto [at, is_new] = all.try_emplace(SentBy(line), option);
      EXPECT_FALSE(at->first.empty()) << name << " with --" << option << " asks nothing";
      EXPECT_TRUE(is_new) << name << " sends the same with --" << option << " as with --"
                          << at->second;
    }
  }
}

// Which node is asked stands in every question.
TEST_F(EveryOptionTest, TheNodeIsSent) {
  for (const auto& [name, command] : Commands()) {
    Line line = {"--node", "se/17/varmland"};
    line.insert(line.end(), command.base.begin(), command.base.end());
    const std::vector<std::string> sent = SentBy(line);
    ASSERT_FALSE(sent.empty()) << name;
    EXPECT_NE(sent.front().find("se/17/varmland"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace liggare::cli
