#include "services/presentation/brist_form.h"

#include "services/presentation/shown_message.h"

namespace liggare::presentation {
namespace {

constexpr char kBristerFormat[] = "liggare.brister/1";
constexpr char kExamplesFormat[] = "liggare.examples/1";

std::string Days(uint32_t days) { return std::to_string(days) + (days == 1 ? " dag" : " dagar"); }

const char* StatusToken(const v1::RequestedFeedback& feedback) {
  if (!feedback.given_on().empty()) return "given";
  return feedback.days() > 0 ? "forsenad" : "oppen";
}

std::string FeedbackLine(const v1::RequestedFeedback& feedback) {
  std::string line = "  återkoppling av " + feedback.av_vem() + " senast " + feedback.due_on();
  if (!feedback.given_on().empty()) {
    line += ": given " + feedback.given_on();
    return feedback.days() > 0 ? line + ", " + Days(feedback.days()) + " för sent" : line;
  }
  return line + (feedback.days() > 0 ? ": försenad " + Days(feedback.days()) : ": väntas");
}

std::string BristText(const v1::RegisteredBrist& brist) {
  std::string text = brist.subject() + "  " + brist.rubrik() + "\n  " + brist.namn() + ", " +
                     brist.observed_on() + "; " + brist.omrade() + ", " + brist.niva() + "; " +
                     std::to_string(brist.verksamheter()) + " verksamheter i " +
                     std::to_string(brist.lan()) + " län; " + std::to_string(brist.atgarder()) +
                     " åtgärder" + (brist.avhjalpt() ? ", avhjälpt" : "") + "\n";
  for (const v1::RequestedFeedback& feedback : brist.aterkoppling()) {
    text += FeedbackLine(feedback) + "\n";
  }
  if (brist.aterkoppling_more()) text += "  mer finns: liggare state " + brist.subject() + "\n";
  return text;
}

Json FeedbackJson(const v1::RequestedFeedback& feedback) {
  Json json = {{"begaran", feedback.begaran()},
               {"av_vem", feedback.av_vem()},
               {"due_on", feedback.due_on()}};
  if (!feedback.given_on().empty()) json["given_on"] = feedback.given_on();
  json["status"] = StatusToken(feedback);
  json["days"] = feedback.days();
  return json;
}

Json BristJson(const v1::RegisteredBrist& brist) {
  Json json = {{"subject", brist.subject()},
               {"path", brist.path()},
               {"namn", brist.namn()},
               {"rubrik", brist.rubrik()},
               {"omrade", brist.omrade()},
               {"niva", brist.niva()},
               {"observed_on", brist.observed_on()},
               {"verksamheter", brist.verksamheter()},
               {"lan", brist.lan()},
               {"atgarder", brist.atgarder()},
               {"avhjalpt", brist.avhjalpt()}};
  json["aterkoppling"] = Json::array();
  for (const v1::RequestedFeedback& feedback : brist.aterkoppling()) {
    json["aterkoppling"].push_back(FeedbackJson(feedback));
  }
  if (brist.aterkoppling_more()) json["aterkoppling_more"] = true;
  return json;
}

}  // namespace

std::string BristerText(const v1::ListBristerResponse& given) {
  const v1::ListBristerResponse answer = Shown(given);
  std::string text = "Systembrister: " + std::to_string(answer.brister_size()) + ", läget den " +
                     answer.on() + "\n";
  for (const v1::RegisteredBrist& brist : answer.brister()) text += "\n" + BristText(brist);
  return text;
}

Json BristerJson(const v1::ListBristerResponse& answer) {
  Json json = {{"format", kBristerFormat}, {"on", answer.on()}};
  json["brister"] = Json::array();
  for (const v1::RegisteredBrist& brist : answer.brister()) {
    json["brister"].push_back(BristJson(brist));
  }
  return json;
}

std::string ExamplesText(const v1::ListExamplesResponse& given) {
  const v1::ListExamplesResponse answer = Shown(given);
  std::string text = "Goda exempel: " + std::to_string(answer.examples_size()) + "\n";
  for (const v1::GoodExample& example : answer.examples()) {
    text += "\n" + example.subject() + "  " + example.rubrik() + "\n  " + example.namn();
    if (!example.omrade().empty()) text += "; " + example.omrade();
    if (!example.brist().empty()) text += "; avhjälper " + example.brist();
    text += "\n";
    text += example.beskrivning().empty() ? "  (texten finns inte här)\n"
                                          : "  " + example.beskrivning() + "\n";
  }
  return text;
}

Json ExamplesJson(const v1::ListExamplesResponse& answer) {
  Json json = {{"format", kExamplesFormat}};
  json["examples"] = Json::array();
  for (const v1::GoodExample& example : answer.examples()) {
    Json one = {{"subject", example.subject()},
                {"path", example.path()},
                {"namn", example.namn()},
                {"rubrik", example.rubrik()}};
    if (!example.omrade().empty()) one["omrade"] = example.omrade();
    if (!example.brist().empty()) one["brist"] = example.brist();
    if (!example.beskrivning().empty()) one["beskrivning"] = example.beskrivning();
    json["examples"].push_back(std::move(one));
  }
  return json;
}

}  // namespace liggare::presentation
