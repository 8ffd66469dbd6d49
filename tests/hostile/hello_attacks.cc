// What may be said before a session is live.
#include <memory>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

// Greets with something changed, and nothing more.
std::function<void(Scene&)> HelloWith(const std::function<void(Scene&, v1::Hello&)>& change) {
  return [change](Scene& scene) {
    v1::Frame frame = scene.Hello();
    change(scene, *frame.mutable_hello());
    scene.Raw().Send(frame);
  };
}

void SayFirst(Scene& scene, const v1::Frame& frame) { scene.Raw().Send(frame); }

// Greets with a proof in which something is changed.
std::function<void(Scene&)> Proves(const std::function<void(Scene&, v1::KeyProof&)>& change) {
  return [change](Scene& scene) {
    Speaker& peer = scene.Raw();
    peer.Send(scene.Hello());
    scene.SendEnrolment();
    v1::Frame proof = scene.Proof(scene.AwaitHello());
    change(scene, *proof.mutable_key_proof());
    peer.Send(proof);
  };
}

v1::Frame FrontierFrame() {
  v1::Frame frame;
  frame.mutable_frontier();
  return frame;
}

}  // namespace

Attacks HelloAttacks() {
  return {
      {"ALaterVersionOfTheProtocol", kEverywhere, Ends(v1::ERROR_CODE_INVALID_FIELD),
       HelloWith([](Scene&, v1::Hello& hello) { hello.set_protocol_version(2); })},
      {"NoVersionOfTheProtocol", kEverywhere, Ends(v1::ERROR_CODE_INVALID_FIELD),
       HelloWith([](Scene&, v1::Hello& hello) { hello.clear_protocol_version(); })},
      {"AHelloInAnothersName", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       HelloWith([](Scene& scene, v1::Hello& hello) { hello.set_path(scene.bystander()); })},
      {"AHelloInTheVictimsName", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       HelloWith([](Scene& scene, v1::Hello& hello) { hello.set_path(scene.victim()); })},
      {"AHelloToAnother", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       HelloWith([](Scene& scene, v1::Hello& hello) { hello.set_to(scene.bystander()); })},
      {"AHelloToNobody", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       HelloWith([](Scene&, v1::Hello& hello) { hello.clear_to(); })},
      {"AHelloWithANameOfOneMegabyte", kEverywhere, Ends(v1::ERROR_CODE_PERMISSION_DENIED),
       HelloWith([](Scene&, v1::Hello& hello) { hello.set_path(std::string(1 << 20, 'x')); })},
      {"ANonceThatIsTooShort", kEverywhere, EndsSomehow(),
       HelloWith([](Scene&, v1::Hello& hello) { hello.set_nonce("n"); })},
      {"NoNonce", kEverywhere, EndsSomehow(),
       HelloWith([](Scene&, v1::Hello& hello) { hello.clear_nonce(); })},
      {"ANonceOfOneMegabyte", kEverywhere, EndsSomehow(),
       HelloWith([](Scene&, v1::Hello& hello) { hello.set_nonce(std::string(1 << 20, 'n')); })},
      {"TheVictimsNonce", kAbove, EndsSomehow(),
       [](Scene& scene) {
         Speaker& peer = scene.Raw();
         v1::Frame hello = scene.Hello();
         hello.mutable_hello()->set_nonce(scene.AwaitHello().nonce());
         peer.Send(hello);
       }},
      {"AProofByAnotherKey", kEverywhere, EndsSomehow(),
       Proves([](Scene& scene, v1::KeyProof& proof) {
         proof.set_signature(scene.keyring().KeyOf(scene.self() + "/thief").Sign("anything"));
       })},
      {"AProofThatIsNone", kEverywhere, EndsSomehow(),
       Proves([](Scene&, v1::KeyProof& proof) { proof.Clear(); })},
      {"AProofOfAnotherSession", kEverywhere, EndsSomehow(),
       [](Scene& scene) {
         scene.Raw().Send(scene.Hello());
         const v1::Frame old = scene.Proof(scene.AwaitHello());
         if (scene.is_above()) scene.speaker().HangUp();
         Speaker& peer = scene.Raw();
         peer.Send(scene.Hello());
         scene.SendEnrolment();
         peer.Send(old);
       }},
      // Who has the certificate alone does not keep out who has the key.
      {"TenSessionsWithTheCertificateAlone", kBelow, GoesOn(),
       [](Scene& scene) {
         scene.Live();
         std::vector<std::unique_ptr<Speaker>> thieves;
         for (int i = 0; i < 10; ++i) {
           thieves.push_back(scene.Another());
           v1::Frame hello = scene.Hello();
           hello.mutable_hello()->set_nonce(FreshId() + FreshId());
           thieves.back()->Send(hello);
           thieves.back()->Await(v1::Frame::kHello);
         }
         scene.ExpectTaken();
       }},
      {"AFrontierBeforeTheHello", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       [](Scene& scene) { SayFirst(scene, FrontierFrame()); }},
      {"AnEmptyFrameBeforeTheHello", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       [](Scene& scene) { SayFirst(scene, v1::Frame()); }},
      {"EntriesBeforeTheFrontier", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       [](Scene& scene) {
         Speaker& peer = scene.Raw();
         peer.Send(scene.Hello());
         peer.Send(scene.log().ChunkFrom(0));
       }},
      {"AHelloTwice", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       [](Scene& scene) {
         Speaker& peer = scene.Raw();
         peer.Send(scene.Hello());
         peer.Send(scene.Hello());
       }},
      {"AHelloInALiveSession", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       [](Scene& scene) { scene.Live().Send(scene.Hello()); }},
      {"AFrontierInALiveSession", kEverywhere, Ends(v1::ERROR_CODE_MALFORMED),
       [](Scene& scene) { scene.Live().Send(FrontierFrame()); }},
  };
}

}  // namespace liggare::hostile
