// An honest liggared: the real program, with its nodes on real disks below the
// keyring's scratch directory. What is asked of it is asked over gRPC, as anybody would.
#ifndef TESTS_HOSTILE_NODE_PROCESS_H_
#define TESTS_HOSTILE_NODE_PROCESS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "liggare/v1/admin_service.pb.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "liggare/v1/query_service.pb.h"
#include "tests/hostile/keyring.h"
#include "tests/testing/liggared_process.h"

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace liggare::hostile {

// Not thread-safe. What fails that no attack can have caused ends the test program; what
// one can is a failure of the test.
class NodeProcess {
 public:
  // `host` is its name in its certificate. Its nodes' directories bear their names and
  // `disk`: with another one the same nodes begin with nothing.
  NodeProcess(Keyring& keyring, std::string host, std::string disk);
  ~NodeProcess();

  struct Parent {
    std::string address;
    std::string host;
  };
  // Before Start. The nation has no parent.
  void Host(const std::string& path, const Parent& parent);

  // It keeps its port from the first start on.
  void Start();
  // Asks it to stop. Fails the test unless it ends as it should.
  void Stop();
  bool running() const { return process_ != nullptr; }
  const std::string& host() const { return host_; }
  const std::string& address() const { return listen_; }
  Parent AsParent() const { return {listen_, host_}; }
  std::vector<std::string> paths() const;
  std::string DataDirectory(const std::string& path) const;
  // What it has written to its log.
  std::string Log() const;
  size_t AnonymousBytes() const { return process_->AnonymousBytes(); }

  // A channel that shows a certificate with this URI path.
  std::shared_ptr<grpc::Channel> DialAs(const std::string& uri_path);
  // What it takes to make another one.
  std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsOf(const std::string& uri_path);

  // Records at one of its nodes as somebody who may. Fails the test if there is no answer.
  v1::RecordResult Record(const std::string& path, const v1::EventData& event,
                          const std::vector<v1::Disclosure>& texts = {});
  // Waits until the node holds the log up to the size; the test fails if it does not in time.
  void AwaitSize(const std::string& path, const std::string& log, uint64_t size);
  v1::NodeStatus StatusOf(const std::string& path);
  // What the node makes of a subject. Fails the test if it can't be asked.
  v1::State StateOf(const std::string& path, const std::string& subject) {
    return StateWithTexts(path, subject).state();
  }
  v1::GetStateResponse StateWithTexts(const std::string& path, const std::string& subject);
  v1::GetTableResponse TableOf(const std::string& path, const std::string& table, int year);
  // As the node holds it; 0 if it does not.
  uint64_t SizeOf(const std::string& path, const std::string& log);

  // The node gives a receipt of the entry, <log>#<index>, that verifies offline.
  void ExpectReceipt(const std::string& path, const std::string& entry);

  // fsck of a node's directory, which must not be in use; if it finds something, repair
  // and fsck again. Fails the test if that does not mend it.
  void ExpectSound(const std::string& path) const;

 private:
  std::string ConfigText();

  Keyring& keyring_;
  const std::string host_;
  const std::string disk_;
  testing::ScratchDirectory output_;
  std::string listen_ = "127.0.0.1:0";
  std::map<std::string, Parent> nodes_;  // By path.
  std::unique_ptr<testing::LiggaredProcess> process_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;  // By URI path.
};

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_NODE_PROCESS_H_
