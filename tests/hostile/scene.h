// Where an attack takes place: one hostile node, one victim, and the stream between
// them. A scene is made for each attack, so that none disturbs another.
//
//   from              the hostile node      its victim
//   kChild            a verksamhet          its county, se/17
//   kCounty           a county              the nation
//   kParent           a county              a verksamhet below it
//   kNation           the nation            a county, with a verksamhet below it
#ifndef TESTS_HOSTILE_SCENE_H_
#define TESTS_HOSTILE_SCENE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/note/key.h"
#include "liggare/v1/admin_service.pb.h"
#include "liggare/v1/replication_service.pb.h"
#include "tests/hostile/forged_log.h"
#include "tests/hostile/keyring.h"
#include "tests/hostile/node_process.h"
#include "tests/hostile/speaker.h"
#include "tests/hostile/tree.h"

namespace liggare::hostile {

enum class From { kChild, kCounty, kParent, kNation };

inline const std::vector<From> kBelow = {From::kChild, From::kCounty};
inline const std::vector<From> kAbove = {From::kParent, From::kNation};
inline const std::vector<From> kEverywhere = {From::kChild, From::kCounty, From::kParent,
                                              From::kNation};

// "FromAChild", ...
std::string NameOf(From from);

// Not thread-safe.
class Scene {
 public:
  virtual ~Scene() = default;

  From from() const { return from_; }
  bool is_above() const { return from_ == From::kParent || from_ == From::kNation; }
  const std::string& self() const { return self_; }
  const std::string& victim() const { return victim_; }
  // An honest node that is neither: a sibling, or below the victim.
  virtual std::string bystander() const = 0;
  Keyring& keyring() { return *keyring_; }
  const note::SigningKey& key() { return keyring_->KeyOf(self_); }
  // The hostile node's own log, as it stands at the victim after Live. What is tried on
  // a copy of it can go on from it.
  ForgedLog& log() { return *log_; }

  // A new stream on which the hostile has said nothing yet.
  virtual Speaker& Raw() = 0;
  // A new stream that has been greeted as an honest node would, with the first entries of
  // log() acknowledged.
  Speaker& Live();
  // From below: one more stream beside that of Raw, with the same certificate.
  virtual std::unique_ptr<Speaker> Another() { return nullptr; }
  // The stream of the last Raw or Live.
  Speaker& speaker() { return *speaker_; }
  // Whether a session has come to life.
  bool has_lived() const { return delivered_; }

  // What an honest node would greet with, and prove its key with to the other's hello.
  v1::Frame Hello() const;
  v1::Frame Proof(const v1::Hello& theirs) const;
  // The victim's hello on this stream. A parent that is called has it from the beginning.
  const v1::Hello& AwaitHello();
  // What a parent says between its hello and its proof.
  virtual void SendEnrolment() {}
  // Greets on the stream of Raw as an honest node would, and claims to hold this.
  Speaker& Greet(const v1::Frontier& frontier = {});

  virtual NodeProcess& victims_process() = 0;
  v1::NodeStatus VictimsStatus() { return victims_process().StatusOf(victim_); }
  uint64_t SizeAtVictim(const std::string& log) { return victims_process().SizeOf(victim_, log); }

  // Sends the first entries of log() and waits until the victim has them.
  void Deliver();
  // Appends an honest event to log() and expects the victim to take it.
  void ExpectTaken();
  // The victim is asked to record something, and does.
  void ExpectVictimRecords();
  // The neighbours, and whoever else has nothing to do with it, go on. A victim that has
  // stopped takes nothing from those below it either: they record.
  virtual void ExpectOthersGoOn(bool victim_stopped) = 0;
  // The victim's directory is sound, where no later scene needs it.
  virtual void End() {}

 protected:
  Scene(From from, Keyring& keyring, std::string self, std::string victim);
  // What belongs to a stream begins anew.
  void BeginStream(std::unique_ptr<Speaker> speaker, std::optional<v1::Hello> theirs);

  const From from_;
  Keyring* const keyring_;
  const std::string self_;
  const std::string victim_;
  std::unique_ptr<ForgedLog> log_;
  bool delivered_ = false;
  int recorded_ = 0;
  std::unique_ptr<Speaker> speaker_;
  std::optional<v1::Hello> theirs_;  // On that stream.
  std::string nonce_;                // Its own, on that stream.
};

// Makes scenes. The worlds in which they take place live as long as this.
class Stage {
 public:
  Stage();
  ~Stage();
  std::unique_ptr<Scene> Begin(From from);
  Tree& tree() { return tree_; }

 private:
  struct Court;   // Where the nation itself is hostile.
  struct County;  // A hostile county in the honest tree.

  Tree tree_;
  std::unique_ptr<Court> court_;
  std::unique_ptr<County> county_;
  int count_ = 0;
};

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_SCENE_H_
