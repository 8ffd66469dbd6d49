#include "services/presentation/state_form.h"

#include <utility>

#include "proto/text/shown_text.h"
#include "services/presentation/entry_place.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/field_texts.h"
#include "services/presentation/shown_message.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"
#include "services/presentation/value_text.h"

namespace liggare::presentation {
namespace {

constexpr char kFormat[] = "liggare.state/1";
constexpr size_t kIndent = 2;

Json MomentJson(const v1::Moment& moment) {
  if (moment.known_by().empty()) return nullptr;
  return {{"known_by", moment.known_by()}, {"at_index", moment.at_index()}};
}

Json FieldJson(const v1::StateField& field, EventRefs& events) {
  return {{"value", ValueJson(field.value())}, {"set_by", events.Add(field.set_by())}};
}

Json FieldsJson(const v1::State& state, EventRefs& events) {
  Json fields = Json::array();
  for (const v1::StateField& field : state.fields()) {
    Json one = {{"path", field.path()}};
    one.update(FieldJson(field, events));
    fields.push_back(std::move(one));
  }
  return fields;
}

Json ConflictsJson(const v1::State& state, EventRefs& events) {
  Json conflicts = Json::array();
  for (const v1::Conflict& conflict : state.conflicts()) {
    conflicts.push_back({{"path", conflict.path()},
                         {"in_effect", FieldJson(conflict.in_effect(), events)},
                         {"overridden", FieldJson(conflict.overridden(), events)}});
  }
  return conflicts;
}

Json AwaitingJson(const v1::State& state, EventRefs& events) {
  Json awaiting = Json::array();
  for (const v1::Awaiting& entry : state.awaiting()) {
    awaiting.push_back({{"event", events.Add(entry.event())},
                        {"awaits", EntryPlace{entry.log(), entry.index()}.Text()}});
  }
  return awaiting;
}

Json DisregardedJson(const AnsweredState& answer, EventRefs& events) {
  Json disregarded = Json::array();
  for (const v1::Disregarded& entry : answer.without_authority) {
    disregarded.push_back(WithoutEffectJson(entry, events));
  }
  for (const v1::Disregarded& entry : answer.state.disregarded()) {
    disregarded.push_back(WithoutEffectJson(entry, events));
  }
  return disregarded;
}

// Of both kinds; a log is in one of them.
std::vector<v1::WithoutEffect> CountsOf(const AnsweredState& answer) {
  std::vector<v1::WithoutEffect> counts = answer.without_authority_counts;
  counts.insert(counts.end(), answer.state.without_effect().begin(),
                answer.state.without_effect().end());
  return counts;
}

Json CountsJson(const AnsweredState& answer) {
  Json counts = Json::object();
  for (const v1::WithoutEffect& count : CountsOf(answer)) {
    counts[count.log()] = {{"count", count.count()}, {"at_least", count.at_least()}};
  }
  return counts;
}

// But for the texts behind commitments, which stand in the cells of a table.
AnsweredState Shown(AnsweredState answer) {
  ShowTexts(answer.state);
  answer.without_authority_counts = presentation::Shown(std::move(answer.without_authority_counts));
  return answer;
}

std::string Heading(const AnsweredState& answer) {
  const v1::State& state = answer.state;
  TextTable table({Align::kLeft, Align::kLeft});
  table.AddRow({"Ämne", state.subject()});
  table.AddRow({"Läge", answer.moment.known_by().empty()
                            ? "nu, hos " + answer.node
                            : "som " + answer.moment.known_by() + " visste före index " +
                                  std::to_string(answer.moment.at_index())});
  table.AddRow({"Händelser", std::to_string(state.event_count())});
  return table.Text();
}

std::string FieldsText(const AnsweredState& answer) {
  const v1::State& state = answer.state;
  if (state.fields().empty()) return "\nInga fält har något värde.\n";
  FieldTexts texts;
  for (const v1::DisclosedText& text : answer.texts) texts.Disclose(text);
  for (const v1::StateField& field : state.fields()) {
    texts.Add(field.path(), field.value(), field.set_by());
  }
  TextTable table({Align::kLeft, Align::kRight, Align::kLeft, Align::kLeft, Align::kLeft});
  table.AddRow({"Fält", "Värde", "Satt av", "När", "Vem"});
  table.AddRule();
  for (const v1::StateField& field : state.fields()) {
    const v1::EventRef& event = field.set_by();
    table.AddRow({field.path(), texts.Text(field.value()), EventText(event),
                  TimeText(event.recorded_at_ms()), WhoText(event)});
  }
  return "\n" + table.Text();
}

std::string Setting(const v1::StateField& field) {
  return ValueText(field.value()) + " (" + EventText(field.set_by()) + ", " +
         WhoText(field.set_by()) + ")";
}

std::string ConflictsText(const v1::State& state) {
  if (state.conflicts().empty()) return "";
  std::string text = "\nKonflikter: två händelser rör samma fält och ingen kände till den andra\n";
  for (const v1::Conflict& conflict : state.conflicts()) {
    text += std::string(kIndent, ' ') + conflict.path() + ": gäller " +
            Setting(conflict.in_effect()) + "; åsidosatt " + Setting(conflict.overridden()) + "\n";
  }
  return text;
}

std::string AwaitingText(const v1::State& state) {
  if (state.awaiting().empty()) return "";
  std::string text = "\nUtan verkan ännu: det som händelsen bygger på har inte kommit\n";
  for (const v1::Awaiting& entry : state.awaiting()) {
    text += std::string(kIndent, ' ') + EventText(entry.event()) + " väntar på " +
            EntryPlace{entry.log(), entry.index()}.Text() + "\n";
  }
  return text;
}

std::string DisregardedText(const AnsweredState& answer) {
  const std::string indent(kIndent, ' ');
  std::string text;
  uint64_t shown = 0;
  for (const v1::Disregarded& entry : answer.without_authority) {
    text += indent + WithoutEffectText(entry) + "\n";
    ++shown;
  }
  for (const v1::Disregarded& entry : answer.state.disregarded()) {
    text += indent + WithoutEffectText(entry) + "\n";
    ++shown;
  }
  uint64_t all = 0;
  for (const v1::WithoutEffect& count : CountsOf(answer)) all += count.count();
  const bool has_more = all > shown || answer.more_without_authority;
  if (has_more) {
    for (const v1::WithoutEffect& count : CountsOf(answer)) {
      text += indent + count.log() + ": " + (count.at_least() ? "minst " : "") +
              SwedishNumber(std::to_string(count.count())) + " sådana\n";
    }
    if (answer.more_without_authority) text += indent + "och fler loggar\n";
    text += indent + "Mer finns: liggare state " + answer.state.subject() + " --without-effect\n";
  }
  return text.empty() ? "" : "\nUtan verkan\n" + text;
}

}  // namespace

std::string WithoutEffectText(const v1::Disregarded& entry) {
  return text::ShownText(EventText(entry.event()) + ": " + entry.code() + ": " + entry.message());
}

Json WithoutEffectJson(const v1::Disregarded& entry, EventRefs& events) {
  return {
      {"event", events.Add(entry.event())}, {"code", entry.code()}, {"message", entry.message()}};
}

std::string StateJson(const AnsweredState& answer) {
  const v1::State& state = answer.state;
  EventRefs events;
  Json json;
  json["format"] = kFormat;
  json["subject"] = state.subject();
  json["node"] = answer.node;
  json["moment"] = MomentJson(answer.moment);
  json["fold_version"] = state.fold_version();
  json["event_count"] = state.event_count();
  json["fields"] = FieldsJson(state, events);
  json["conflicts"] = ConflictsJson(state, events);
  json["awaiting"] = AwaitingJson(state, events);
  json["disregarded"] = DisregardedJson(answer, events);
  json["without_effect"] = CountsJson(answer);
  json["positions"] = Json::object();
  for (const v1::Basis& position : state.positions()) {
    json["positions"][position.log()] = position.index();
  }
  json["texts"] = Json::object();
  for (const v1::DisclosedText& text : answer.texts) json["texts"][text.commitment()] = text.text();
  json["events"] = events.json();
  return json.dump(2) + "\n";
}

std::string StateText(const AnsweredState& given) {
  const AnsweredState answer = Shown(given);
  return Heading(answer) + FieldsText(answer) + ConflictsText(answer.state) +
         AwaitingText(answer.state) + DisregardedText(answer);
}

}  // namespace liggare::presentation
