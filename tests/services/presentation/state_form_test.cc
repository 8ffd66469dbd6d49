#include "services/presentation/state_form.h"

#include <gtest/gtest.h>

namespace liggare::presentation {
namespace {

v1::EventRef Event(const std::string& log, uint64_t index, const std::string& actor) {
  v1::EventRef event;
  event.set_log(log);
  event.set_index(index);
  event.set_event_id(
      std::string("\x01\x90\x16\x3d\x86\x94\x73\x9b\xae\xa5\x96\x6c\x26\xf8\xad\x91"));
  event.set_type("report_corrected");
  event.set_clock((1'736'845'953'120ull << 16) + 1);
  event.set_recorded_at_ms(1'736'845'953'120);
  event.mutable_actor()->set_id(actor);
  event.set_principal("spiffe://liggare.test/" + log.substr(0, log.find('@')));
  return event;
}

void SetField(v1::StateField& field, const std::string& path, int64_t value,
              const v1::EventRef& event) {
  field.set_path(path);
  field.mutable_value()->set_number(value);
  *field.mutable_set_by() = event;
}

AnsweredState Answer() {
  const v1::EventRef anna = Event("se/17/varmland@1", 7, "anna");
  const v1::EventRef bo = Event("se/17@1", 40, "bo");
  AnsweredState answer;
  answer.node = "se/17";
  v1::State& state = answer.state;
  state.set_subject("rapport/2024/se/17/varmland");
  state.set_event_count(2);
  state.set_fold_version(1);
  SetField(*state.add_fields(), "klienter[kvinna][30-49].antal", 13, anna);
  SetField(*state.add_fields(), "ombud.personer", 5, bo);
  v1::Conflict& conflict = *state.add_conflicts();
  conflict.set_path("ombud.personer");
  SetField(*conflict.mutable_in_effect(), "ombud.personer", 5, bo);
  SetField(*conflict.mutable_overridden(), "ombud.personer", 4, anna);
  v1::Awaiting& awaiting = *state.add_awaiting();
  *awaiting.mutable_event() = Event("se/17@1", 41, "bo");
  awaiting.set_log("se/17/varmland@1");
  awaiting.set_index(9);
  v1::Disregarded& disregarded = *state.add_disregarded();
  *disregarded.mutable_event() = Event("se/17@1", 12, "bo");
  disregarded.set_code("NOT_AUTHORISED");
  disregarded.set_message("får inte");
  v1::Basis& position = *state.add_positions();
  position.set_log("se/17/varmland@1");
  position.set_index(7);
  return answer;
}

// The frozen forms: docs/state_format.md. A change here is a new version there.
TEST(StateTextTest, TextIsAsTheFormatSays) {
  EXPECT_EQ(StateText(Answer()),
            "Ämne       rapport/2024/se/17/varmland\n"
            "Läge       nu, hos se/17\n"
            "Händelser  2\n"
            "\n"
            "Fält                           Värde  Satt av                              När        "
            "           Vem\n"
            "--------------------------------------------------------------------------------------"
            "---------------\n"
            "klienter[kvinna][30-49].antal     13  se/17/varmland@1#7 report_corrected  2025-01-14 "
            "09:12:33Z  anna\n"
            "ombud.personer                     5  se/17@1#40 report_corrected          2025-01-14 "
            "09:12:33Z  bo\n"
            "\n"
            "Konflikter: två händelser rör samma fält och ingen kände till den andra\n"
            "  ombud.personer: gäller 5 (se/17@1#40 report_corrected, bo); åsidosatt 4 "
            "(se/17/varmland@1#7 report_corrected, anna)\n"
            "\n"
            "Utan verkan ännu: det som händelsen bygger på har inte kommit\n"
            "  se/17@1#41 report_corrected väntar på se/17/varmland@1#9\n"
            "\n"
            "Utan verkan\n"
            "  se/17@1#12 report_corrected: NOT_AUTHORISED: får inte\n");
}

TEST(StateTextTest, MoreWithoutEffectThanIsShownIsCountedAndSaidToBeThere) {
  AnsweredState answer = Answer();
  v1::WithoutEffect& count = *answer.state.add_without_effect();
  count.set_log("se/17@1");
  count.set_count(1);
  EXPECT_EQ(StateText(answer).find("Mer finns"), std::string::npos);
  v1::Disregarded& strange = answer.without_authority.emplace_back();
  *strange.mutable_event() = Event("se/17/evil@1", 0, "x");
  strange.set_code("NOT_AUTHORISED");
  v1::WithoutEffect& counted = answer.without_authority_counts.emplace_back();
  counted.set_log("se/17/evil@1");
  counted.set_count(1'000);
  counted.set_at_least(true);
  const std::string text = StateText(answer);
  EXPECT_NE(text.find("  se/17/evil@1#0 report_corrected: NOT_AUTHORISED: "), std::string::npos);
  EXPECT_NE(text.find("  se/17/evil@1: minst 1\u00a0000 sådana\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  Mer finns: liggare state rapport/2024/se/17/varmland --without-effect\n"),
            std::string::npos);
  EXPECT_NE(StateJson(answer).find("\"at_least\": true"), std::string::npos);
}

TEST(StateTextTest, MomentIsNamed) {
  AnsweredState answer = Answer();
  answer.moment.set_known_by("se/17");
  answer.moment.set_at_index(42);
  EXPECT_NE(StateText(answer).find("Läge       som se/17 visste före index 42\n"),
            std::string::npos);
}

TEST(StateTextTest, EmptyStateSaysSo) {
  AnsweredState answer;
  answer.node = "se/17";
  answer.state.set_subject("anslag/2024");
  EXPECT_NE(StateText(answer).find("Inga fält har något värde.\n"), std::string::npos);
}

TEST(StateJsonTest, JsonIsAsTheFormatSays) {
  AnsweredState answer = Answer();
  answer.state.clear_conflicts();
  answer.state.clear_awaiting();
  answer.state.clear_disregarded();
  answer.state.mutable_fields()->RemoveLast();
  EXPECT_EQ(StateJson(answer), R"({
  "format": "liggare.state/1",
  "subject": "rapport/2024/se/17/varmland",
  "node": "se/17",
  "moment": null,
  "fold_version": 1,
  "event_count": 2,
  "fields": [
    {
      "path": "klienter[kvinna][30-49].antal",
      "value": 13,
      "set_by": "se/17/varmland@1#7"
    }
  ],
  "conflicts": [],
  "awaiting": [],
  "disregarded": [],
  "without_effect": {},
  "positions": {
    "se/17/varmland@1": 7
  },
  "texts": {},
  "events": {
    "se/17/varmland@1#7": {
      "log": "se/17/varmland@1",
      "index": 7,
      "id": "0190163d-8694-739b-aea5-966c26f8ad91",
      "type": "report_corrected",
      "clock": "113825936383672321",
      "recorded_at": "2025-01-14T09:12:33.120Z",
      "principal": "spiffe://liggare.test/se/17/varmland",
      "actor": {
        "id": "anna"
      }
    }
  }
}
)");
}

// As services/domain writes the fields of a text and of its erasure.
TEST(StateTextTest, ErasedTextIsShownAsErasedAndAnotherIsNot) {
  const std::string erased(64, 'a');
  const std::string held(64, 'b');
  AnsweredState answer;
  const v1::EventRef anna = Event("se/17/varmland@1", 7, "anna");
  const auto add = [&](const std::string& path, const std::string& text) {
    v1::StateField& field = *answer.state.add_fields();
    field.set_path(path);
    field.mutable_value()->set_text(text);
    *field.mutable_set_by() = anna;
  };
  add("a.motivering", "hmac-sha256:" + erased);
  add("b.motivering", "hmac-sha256:" + held);
  add("gallrade[0190163d].grund", "gallringsbeslut");
  add("gallrade[0190163d].texter[" + erased + "].falt", "motivering");
  const std::string text = StateText(answer);
  EXPECT_NE(text.find("gallrad 2025-01-14 enligt gallringsbeslut"), std::string::npos) << text;
  EXPECT_EQ(text.find("text aaaaaaaa…"), std::string::npos) << text;
  EXPECT_NE(text.find("text bbbbbbbb…"), std::string::npos) << text;

  v1::DisclosedText disclosed;
  disclosed.set_commitment("hmac-sha256:" + held);
  disclosed.set_text("Hur många är nya?\nOch hur många kvar?");
  answer.texts.push_back(disclosed);
  EXPECT_NE(StateText(answer).find("”Hur många är nya?…”"), std::string::npos);
  EXPECT_NE(StateJson(answer).find("Och hur många kvar?"), std::string::npos);
}

}  // namespace
}  // namespace liggare::presentation
