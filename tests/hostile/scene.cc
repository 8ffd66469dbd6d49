#include "tests/hostile/scene.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iterator>

#include "proto/error/error.h"
#include "services/rpc/tls/credentials.h"
#include "tests/hostile/streams.h"

namespace liggare::hostile {
namespace {

constexpr char kHostileHost[] = "hostile";
constexpr char kHostileCounty[] = "se/x-county";
constexpr char kGuest[] = "se/01/g";  // Beside the victim, in its process.
// Where counties may be.
constexpr int kLanskoder[] = {1,  3,  4,  5,  6,  7,  8,  9,  10, 12, 13,
                              14, 17, 18, 19, 20, 21, 22, 23, 24, 25};

std::unique_ptr<ForgedLog> NewLog(Keyring& keyring, const std::string& path) {
  return std::make_unique<ForgedLog>(kTrustDomain, path + "@1", keyring.KeyOf(path));
}

std::string Vkey(Keyring& keyring, const std::string& path) {
  return keyring.KeyOf(path).verifier().Text();
}

v1::Frame HelloOf(const std::string& from, const std::string& to) {
  v1::Frame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_protocol_version(1);
  hello.set_path(from);
  hello.set_to(to);
  hello.set_format_version(1);
  hello.set_instance_id(std::string(16, 'h'));
  hello.set_boot_count(1);
  hello.set_now_ms(NowMs());
  return frame;
}

// 32 bytes.
std::string FreshNonce() { return FreshId() + FreshId(); }

// Records at one node of a process and waits until another holds it.
void ExpectFlow(NodeProcess& from, const std::string& path, NodeProcess& to,
                const std::string& at) {
  const v1::RecordResult result = from.Record(path, AboutVerksamhet(path));
  EXPECT_TRUE(result.has_recorded()) << path << ": " << ErrorText(result.error());
  to.AwaitSize(at, result.recorded().log(), result.recorded().index() + 1);
}

}  // namespace

std::string NameOf(From from) {
  switch (from) {
    case From::kChild:
      return "FromAChild";
    case From::kCounty:
      return "FromACounty";
    case From::kParent:
      return "FromAParent";
    case From::kNation:
      return "FromTheNation";
  }
  abort();
}

Scene::Scene(From from, Keyring& keyring, std::string self, std::string victim)
    : from_(from),
      keyring_(&keyring),
      self_(std::move(self)),
      victim_(std::move(victim)),
      log_(NewLog(keyring, self_)) {}

v1::Frame Scene::Hello() const {
  v1::Frame frame = HelloOf(self_, victim_);
  frame.mutable_hello()->set_nonce(nonce_);
  return frame;
}

v1::Frame Scene::Proof(const v1::Hello& theirs) const {
  const note::SigningKey& key = keyring_->KeyOf(self_);
  const std::string text = std::string("liggare/hello/v1\n") + kTrustDomain + "\n" + self_ + "\n" +
                           victim_ + "\n" + nonce_ + theirs.nonce();
  v1::Frame frame;
  frame.mutable_key_proof()->set_key_id(key.verifier().key_id());
  frame.mutable_key_proof()->set_signature(key.Sign(text));
  return frame;
}

void Scene::BeginStream(std::unique_ptr<Speaker> speaker, std::optional<v1::Hello> theirs) {
  speaker_ = std::move(speaker);
  theirs_ = std::move(theirs);
  nonce_ = FreshNonce();
}

const v1::Hello& Scene::AwaitHello() {
  if (!theirs_) {
    const std::optional<v1::Frame> hello = speaker_->Await(v1::Frame::kHello);
    EXPECT_TRUE(hello) << ErrorText(speaker_->AwaitEnd());
    theirs_ = hello ? hello->hello() : v1::Hello();
  }
  return *theirs_;
}

Speaker& Scene::Greet(const v1::Frontier& frontier) {
  Speaker& peer = Raw();
  EXPECT_TRUE(peer.Send(Hello()));
  SendEnrolment();
  EXPECT_TRUE(peer.Send(Proof(AwaitHello())));
  // The parent says first what it holds, and may have said too much.
  if (is_above()) {
    EXPECT_TRUE(peer.Send(frontier));
    peer.Await(v1::Frame::kFrontier);
  } else {
    EXPECT_TRUE(peer.Await(v1::Frame::kFrontier)) << ErrorText(peer.AwaitEnd());
    EXPECT_TRUE(peer.Send(frontier));
  }
  return peer;
}

Speaker& Scene::Live() {
  Greet();
  Deliver();
  return *speaker_;
}

void Scene::Deliver() {
  delivered_ = true;
  EXPECT_TRUE(speaker_->Send(log_->ChunkFrom(0)));
  const auto all = [&](const v1::Frame& frame) {
    return frame.acknowledged().state().ShortDebugString() == log_->State().ShortDebugString();
  };
  EXPECT_TRUE(speaker_->Await(v1::Frame::kAcknowledged, all)) << ErrorText(speaker_->AwaitEnd());
}

void Scene::ExpectTaken() {
  if (!delivered_) Deliver();
  const uint64_t before = log_->size();
  log_->Append(AboutVerksamhet(self_));
  EXPECT_TRUE(speaker_->Send(log_->ChunkFrom(before)));
  const auto all = [&](const v1::Frame& frame) {
    return frame.acknowledged().state().log() == log_->name() &&
           frame.acknowledged().state().size() == log_->size();
  };
  EXPECT_TRUE(speaker_->Await(v1::Frame::kAcknowledged, all)) << ErrorText(speaker_->AwaitEnd());
}

void Scene::ExpectVictimRecords() {
  // Every node may enrol others below it.
  const std::string path = victim_ + "/r" + std::to_string(++recorded_);
  const v1::RecordResult result =
      victims_process().Record(victim_, Enrolling(path, Vkey(*keyring_, path)));
  EXPECT_TRUE(result.has_recorded()) << ErrorText(result.error());
}

namespace {

// --- From below ---------------------------------------------------------------

class BelowScene : public Scene {
 public:
  BelowScene(From from, Tree& tree, std::string self, std::string victim)
      : Scene(from, tree.keyring(), std::move(self), std::move(victim)), tree_(tree) {
    tree_.Enrol(self_);
    log_->Append(AboutVerksamhet(self_));
  }
  std::string bystander() const override { return from_ == From::kChild ? "se/17/a" : "se/01"; }
  Speaker& Raw() override {
    speaker_.reset();
    BeginStream(Another(), {});
    return *speaker_;
  }
  std::unique_ptr<Speaker> Another() override {
    return CallParent(tree_.At(victim_).DialAs(self_));
  }
  NodeProcess& victims_process() override { return tree_.At(victim_); }
  void ExpectOthersGoOn(bool) override { tree_.ExpectHonestGoOn(); }

 private:
  Tree& tree_;
};

// --- From above ---------------------------------------------------------------

class AboveScene : public Scene {
 public:
  AboveScene(From from, Keyring& keyring, ParentServer& server, std::string self,
             std::string victim)
      : Scene(from, keyring, std::move(self), std::move(victim)), server_(server) {}
  Speaker& Raw() override {
    speaker_.reset();
    ParentServer::Caller caller = server_.AwaitChild(victim_);
    if (caller.speaker == nullptr) {
      fprintf(stderr, "%s does not call its parent\n", victim_.c_str());
      abort();
    }
    BeginStream(std::move(caller.speaker), std::move(caller.hello));
    return *speaker_;
  }
  // The victim, whose disk nobody needs afterwards, holds nothing damaged.
  void End() override {
    speaker_.reset();
    NodeProcess& process = victims_process();
    process.Stop();
    for (const std::string& path : process.paths()) process.ExpectSound(path);
  }

  void SendEnrolment() override {
    v1::Frame frame;
    *frame.mutable_enrolment() = chain_;
    EXPECT_TRUE(speaker_->Send(frame));
  }

 protected:
  ParentServer& server_;
  v1::EnrolmentChain chain_;  // Of the victim.
};

class ParentScene : public AboveScene {
 public:
  ParentScene(Tree& tree, ParentServer& server, const v1::EnrolmentChain& of_county,
              std::string victim)
      : AboveScene(From::kParent, tree.keyring(), server, kHostileCounty, std::move(victim)),
        tree_(tree),
        process_(tree.keyring(), "guest", "") {
    log_->Append(Enrolling(victim_, Vkey(*keyring_, victim_), process_.host()));
    chain_ = of_county;
    *chain_.add_links() = log_->Proven(0);
    process_.Host(victim_, {server.address(), kHostileHost});
    process_.Host(kGuest, tree.At("se/01").AsParent());
    process_.Start();
  }
  std::string bystander() const override { return "se/01"; }
  NodeProcess& victims_process() override { return process_; }
  void ExpectOthersGoOn(bool) override {
    ExpectFlow(process_, kGuest, tree_.At("se"), "se");
    tree_.ExpectHonestGoOn();
  }

 private:
  Tree& tree_;
  NodeProcess process_;
};

class NationScene : public AboveScene {
 public:
  NationScene(Keyring& keyring, ParentServer& server, std::string victim, const std::string& disk)
      : AboveScene(From::kNation, keyring, server, "se", std::move(victim)),
        below_(victim_ + "/a"),
        process_(keyring, "county", disk),
        below_process_(keyring, "verksamhet", disk) {
    log_->Append(Enrolling("se", Vkey(keyring, "se"), kHostileHost));
    log_->Append(Enrolling(victim_, Vkey(keyring, victim_), process_.host()));
    *chain_.add_links() = log_->Proven(1);
    process_.Host(victim_, {server.address(), kHostileHost});
    process_.Start();
    const v1::RecordResult enrolled =
        process_.Record(victim_, Enrolling(below_, Vkey(keyring, below_), below_process_.host()));
    EXPECT_TRUE(enrolled.has_recorded()) << ErrorText(enrolled.error());
    below_process_.Host(below_, process_.AsParent());
    below_process_.Start();
  }
  std::string bystander() const override { return below_; }
  NodeProcess& victims_process() override { return process_; }
  void ExpectOthersGoOn(bool victim_stopped) override {
    // Before the nation has told the county how it is enrolled, its children wait.
    const bool waits = victim_stopped || !has_lived();
    ExpectFlow(below_process_, below_, waits ? below_process_ : process_, waits ? below_ : victim_);
  }
  void End() override {
    below_process_.Stop();
    below_process_.ExpectSound(below_);
    AboveScene::End();
  }

 private:
  const std::string below_;
  NodeProcess process_;
  NodeProcess below_process_;
};

// What the nation tells a county of how it was enrolled.
v1::EnrolmentChain ChainFromNation(Tree& tree, const std::string& county) {
  const std::unique_ptr<Speaker> speaker = CallParent(tree.At("se").DialAs(county));
  v1::Frame hello = HelloOf(county, "se");
  hello.mutable_hello()->set_nonce(FreshNonce());
  EXPECT_TRUE(speaker->Send(hello));
  const std::optional<v1::Frame> chain = speaker->Await(v1::Frame::kEnrolment);
  EXPECT_TRUE(chain) << ErrorText(speaker->AwaitEnd());
  return chain ? chain->enrolment() : v1::EnrolmentChain();
}

std::string NextCounty(int count) {
  const int code = kLanskoder[count % std::size(kLanskoder)];
  return std::string(code < 10 ? "se/0" : "se/") + std::to_string(code);
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentialsOf(Keyring& keyring) {
  return rpc::ServerCredentials(keyring.CredentialsOf(std::string("host/") + kHostileHost));
}

}  // namespace

struct Stage::Court {
  Keyring keyring;
  ParentServer server{ServerCredentialsOf(keyring)};
};

struct Stage::County {
  explicit County(Tree& tree) : server(ServerCredentialsOf(tree.keyring())) {
    tree.Enrol(kHostileCounty);
    tree.Enrol(kGuest, "guest");
    chain = ChainFromNation(tree, kHostileCounty);
  }
  ParentServer server;
  v1::EnrolmentChain chain;
};

Stage::Stage() = default;
Stage::~Stage() = default;

std::unique_ptr<Scene> Stage::Begin(From from) {
  const std::string number = std::to_string(++count_);
  switch (from) {
    case From::kChild:
      return std::make_unique<BelowScene>(from, tree_, "se/17/x-" + number, "se/17");
    case From::kCounty:
      return std::make_unique<BelowScene>(from, tree_, "se/x-" + number, "se");
    case From::kParent:
      if (county_ == nullptr) county_ = std::make_unique<County>(tree_);
      return std::make_unique<ParentScene>(tree_, county_->server, county_->chain,
                                           kHostileCounty + ("/v" + number));
    case From::kNation:
      if (court_ == nullptr) court_ = std::make_unique<Court>();
      return std::make_unique<NationScene>(court_->keyring, court_->server, NextCounty(count_),
                                           "-" + number);
  }
  abort();
}

}  // namespace liggare::hostile
