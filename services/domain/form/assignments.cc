#include "services/domain/form/assignments.h"

#include <utility>

#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "proto/form/nearest.h"
#include "proto/form/uuid.h"
#include "proto/text/hex.h"
#include "services/domain/form/text_form.h"
#include "services/domain/place/kommun.h"

namespace liggare::domain {
namespace {

using form::EventType;
using form::FieldKind;
using form::FieldPlan;
using form::MessagePlan;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kReportSubmitted = v1::EventData::kReportSubmittedFieldNumber;
constexpr int kReportCorrected = v1::EventData::kReportCorrectedFieldNumber;
constexpr int kAterkravDecided = v1::EventData::kAterkravDecidedFieldNumber;
constexpr int kDecisionCorrected = v1::EventData::kDecisionCorrectedFieldNumber;
constexpr int kConflictResolved = v1::EventData::kConflictResolvedFieldNumber;

// Entries that nodes write for themselves say nothing about a state.
bool IsBookkeeping(int type) {
  return type == v1::EventData::kReceivedFieldNumber ||
         type == v1::EventData::kEpochOpenedFieldNumber;
}

int64_t IntegerOf(const Message& message, const FieldPlan& field) {
  switch (field.descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return field.reflection->GetInt32(message, field.descriptor);
    case FieldDescriptor::CPPTYPE_UINT32:
      return field.reflection->GetUInt32(message, field.descriptor);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<int64_t>(field.reflection->GetUInt64(message, field.descriptor));
    default:
      return field.reflection->GetInt64(message, field.descriptor);
  }
}

std::string TokenText(const Message& message, const FieldPlan& field) {
  const int number = field.reflection->GetEnumValue(message, field.descriptor);
  const std::string* token = field.enumeration->TokenOf(number);
  return token != nullptr ? *token : std::to_string(number);
}

FieldValue ValueOf(const Message& message, const FieldPlan& field) {
  const Reflection* reflection = field.reflection;
  std::string text;
  switch (field.kind) {
    case FieldKind::kInteger:
    case FieldKind::kUnsigned:
      return IntegerOf(message, field);
    case FieldKind::kFlag:
      return reflection->GetBool(message, field.descriptor);
    case FieldKind::kEnum:
      return TokenText(message, field);
    case FieldKind::kString:
      return reflection->GetStringReference(message, field.descriptor, &text);
    case FieldKind::kBytes:
      text = text::Hex(reflection->GetString(message, field.descriptor));
      return text;
    case FieldKind::kText:
      text =
          "hmac-sha256:" +
          text::Hex(static_cast<const v1::Text&>(reflection->GetMessage(message, field.descriptor))
                        .commitment());
      return text;
    case FieldKind::kValue:
      return FromProto(
          static_cast<const v1::Value&>(reflection->GetMessage(message, field.descriptor)));
    case FieldKind::kMessage:
      break;
  }
  return std::monostate();
}

// Integers that keep no presence are always there.
bool IsAssigned(const Message& message, const FieldPlan& field) {
  const bool is_plain_integer =
      !field.has_presence && !field.repeated &&
      (field.kind == FieldKind::kInteger || field.kind == FieldKind::kUnsigned);
  return is_plain_integer || form::IsPresent(message, field);
}

// Calls `set` for the fields below `path`, which is restored on return.
void Walk(const Message& message, const MessagePlan& plan, std::string& path, SetField set);

void WalkElements(const Message& message, const FieldPlan& field, std::string& path, SetField set) {
  const Reflection* reflection = field.reflection;
  const size_t length = path.size();
  for (int i = 0; i < reflection->FieldSize(message, field.descriptor); ++i) {
    const Message& element = reflection->GetRepeatedMessage(message, field.descriptor, i);
    if (field.message->keys.empty()) {
      path += '[' + std::to_string(i) + ']';
    } else {
      AppendKeys(element, *field.message, path);
    }
    Walk(element, *field.message, path, set);
    path.resize(length);
  }
}

void Walk(const Message& message, const MessagePlan& plan, std::string& path, SetField set) {
  const size_t length = path.size();
  for (const FieldPlan& field : plan.fields) {
    if (field.key || !IsAssigned(message, field)) continue;
    if (!path.empty()) path += '.';
    path += field.name;
    if (field.repeated) {
      WalkElements(message, field, path, set);
    } else if (field.kind == FieldKind::kMessage) {
      Walk(field.reflection->GetMessage(message, field.descriptor), *field.message, path, set);
    } else {
      set(path, ValueOf(message, field));
    }
    path.resize(length);
  }
}

// own_costs[0190163d-…], kommuner[1780]: where an element's fields stand.
std::string CollectionPrefix(const v1::EventData& event, const EventType& type) {
  std::string prefix = type.plan->collection;
  if (type.plan->keys.empty()) {
    prefix += '[';
    prefix += form::UuidText(event.event_id());
    prefix += ']';
  } else {
    AppendKeys(form::PayloadOf(event, type), *type.plan, prefix);
  }
  return prefix;
}

absl::Status WrongPath(std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = std::move(message), .expected = std::move(expected)});
}

absl::Status CheckKey(const FieldPlan& key, std::string_view text) {
  if (key.kind == FieldKind::kEnum && !key.enumeration->NumberOf(text)) {
    return WrongPath("\"" + std::string(text) + "\" is no " + key.name,
                     "one of " + key.enumeration->AllTokens());
  }
  if (key.form == v1::TEXT_FORM_KOMMUNKOD && FindKommun(text) == nullptr) {
    return WrongPath("there is no kommun \"" + std::string(text) + "\"",
                     "a kommunkod of SCB, four digits");
  }
  if (text.empty()) return WrongPath("the key " + key.name + " is empty", "a " + key.name);
  if (key.kind == FieldKind::kString && !HasForm(key.form, text)) {
    return WrongPath("\"" + std::string(text) + "\" is no " + key.name, DescriptionOf(key.form));
  }
  return absl::OkStatus();
}

// klienter[<kon>][<alder>]
std::string KeyedName(const FieldPlan& field) {
  std::string text = field.name;
  for (size_t key : field.message->keys) text += "[<" + field.message->fields[key].name + ">]";
  return text;
}

// Takes [k1][k2] off `rest`.
absl::Status TakeKeys(const FieldPlan& field, std::string_view& rest) {
  for (size_t key : field.message->keys) {
    const size_t close = rest.find(']');
    if (rest.empty() || rest.front() != '[' || close == std::string_view::npos) {
      return WrongPath(field.name + " needs its keys", KeyedName(field) + ".<field>");
    }
    absl::Status status = CheckKey(field.message->fields[key], rest.substr(1, close - 1));
    if (!status.ok()) return status;
    rest.remove_prefix(close + 1);
  }
  return absl::OkStatus();
}

// The names of the fields that a path can go on with.
std::vector<std::string_view> PathNames(const MessagePlan& plan) {
  std::vector<std::string_view> names;
  for (const FieldPlan& field : plan.fields) {
    if (!field.key) names.push_back(field.name);
  }
  return names;
}

}  // namespace

void AppendKeys(const Message& element, const MessagePlan& plan, std::string& path) {
  std::string scratch;
  for (size_t key : plan.keys) {
    const FieldPlan& field = plan.fields[key];
    path += '[';
    if (field.kind == FieldKind::kString) {
      path += field.reflection->GetStringReference(element, field.descriptor, &scratch);
    } else if (field.kind == FieldKind::kEnum) {
      const int number = field.reflection->GetEnumValue(element, field.descriptor);
      const std::string* token = field.enumeration->TokenOf(number);
      path += token != nullptr ? *token : std::to_string(number);
    } else {
      path += TextOf(ValueOf(element, field));
    }
    path += ']';
  }
}

int OwnerOf(int type) {
  if (type == kReportCorrected) return kReportSubmitted;
  return type == kDecisionCorrected ? kAterkravDecided : type;
}

bool SetsOneField(int type) {
  return type == kReportCorrected || type == kDecisionCorrected || type == kConflictResolved;
}

void ForEachAssignment(const v1::EventData& event, const EventType& type, SetField set) {
  if (IsBookkeeping(type.number)) return;
  switch (type.number) {
    case kReportCorrected:
      return set(event.report_corrected().path(), FromProto(event.report_corrected().new_()));
    case kDecisionCorrected:
      return set(event.decision_corrected().path(), FromProto(event.decision_corrected().new_()));
    case kConflictResolved:
      return set(event.conflict_resolved().path(), FromProto(event.conflict_resolved().value()));
    default:
      break;
  }
  std::string path = type.plan->prefix;
  if (!type.plan->collection.empty()) path = CollectionPrefix(event, type);
  Walk(form::PayloadOf(event, type), *type.plan, path, set);
}

std::vector<Assignment> AssignmentsOf(const v1::EventData& event, const EventType& type) {
  std::vector<Assignment> assignments;
  ForEachAssignment(event, type, [&](std::string_view path, FieldValue value) {
    assignments.push_back({std::string(path), std::move(value)});
  });
  return assignments;
}

Territory TerritoryOf(const v1::EventData& event, const EventType& type) {
  if (IsBookkeeping(type.number) || SetsOneField(type.number)) return {};
  if (type.plan->collection.empty()) {
    return {.kind = Territory::Kind::kForm, .owner = type.number, .prefix = ""};
  }
  return {.kind = Territory::Kind::kPrefix,
          .owner = type.number,
          .prefix = CollectionPrefix(event, type) + "."};
}

absl::StatusOr<const FieldPlan*> ResolvePath(const MessagePlan& plan, std::string_view path) {
  const MessagePlan* at = &plan;
  std::string_view rest = path;
  while (true) {
    const std::string_view name = rest.substr(0, rest.find_first_of("[."));
    const FieldPlan* field = at->Find(name);
    if (field == nullptr || field->key) {
      return WrongPath(
          "there is no field \"" + std::string(name) + "\" in \"" + std::string(path) + "\"",
          form::NamesLike(name, PathNames(*at)));
    }
    rest.remove_prefix(name.size());
    if (field->kind != FieldKind::kMessage) {
      if (rest.empty()) return field;
      return WrongPath("nothing follows " + field->name, "the path to end there");
    }
    if (absl::Status status = field->repeated ? TakeKeys(*field, rest) : absl::OkStatus();
        !status.ok()) {
      return status;
    }
    at = field->message;
    if (rest.empty() || rest.front() != '.') {
      return WrongPath("\"" + std::string(path) + "\" names a group, not a field",
                       (field->repeated ? KeyedName(*field) : field->name) + ". and one of " +
                           form::NamesLike("", PathNames(*at)));
    }
    rest.remove_prefix(1);
  }
}

}  // namespace liggare::domain
