// The plan of a message: its fields with the annotations of options.proto,
// compiled once per message type, because looking an option up is slow. JSON
// names, field paths and shape rules are all derived from plans, so that a form
// is described in one place, its .proto.
//
// Plans are of generated messages only. They are immutable, live as long as the process and may be
// used from any thread.
#ifndef PROTO_FORM_PLAN_H_
#define PROTO_FORM_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/options.pb.h"

namespace liggare::form {

// Events carry their payload in a field with this number or more; the number is
// the event type.
inline constexpr int kFirstPayloadField = 100;

// How a field is written in JSON and in a state.
enum class FieldKind {
  kInteger,   // int64, int32
  kUnsigned,  // uint64, uint32, fixed64
  kFlag,
  kString,
  kBytes,
  kEnum,     // By its values' tokens.
  kText,     // liggare.v1.Text: a commitment.
  kValue,    // liggare.v1.Value: a number, a text or a flag.
  kMessage,  // Any other message.
};

// The values of an enum, without the unspecified 0.
struct EnumPlan {
  struct Token {
    int number = 0;
    std::string token;
  };
  std::vector<Token> tokens;

  // Null, or nothing, if there is no such value.
  const std::string* TokenOf(int number) const;
  std::optional<int> NumberOf(std::string_view token) const;
  // "man, kvinna, annan"
  std::string AllTokens() const;
};

struct MessagePlan;

// A field.
struct FieldPlan {
  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  // Of the generated message that has the field: asking the message for it costs
  // more than most of what is then done with it.
  const google::protobuf::Reflection* reflection = nullptr;
  std::string name;
  FieldKind kind = FieldKind::kString;
  bool repeated = false;
  bool key = false;
  bool required = false;
  uint32_t required_from = 0;  // From this form version on; 0: see required.
  bool has_presence = false;   // Whether absence differs from the default value.
  v1::Unit unit = v1::UNIT_UNSPECIFIED;
  v1::TextForm form = v1::TEXT_FORM_UNSPECIFIED;
  const MessagePlan* message = nullptr;   // With kMessage.
  const EnumPlan* enumeration = nullptr;  // With kEnum.
};

// A message.
struct MessagePlan {
  const google::protobuf::Descriptor* descriptor = nullptr;
  const google::protobuf::Reflection* reflection = nullptr;
  std::string collection;  // Empty unless the payload is an element of one.
  std::string prefix;      // Of the paths of the payload's fields; mostly empty.
  std::vector<FieldPlan> fields;
  std::vector<size_t> keys;  // The fields that make up the key, in order.

  // Null if there is no such field.
  const FieldPlan* Find(std::string_view name) const;
  std::vector<std::string_view> FieldNames() const;
};

const MessagePlan& PlanOf(const google::protobuf::Descriptor& descriptor);

// One kind of event.
struct EventType {
  int number = 0;    // The payload's field number in EventData.
  std::string name;  // report_submitted
  const FieldPlan* field = nullptr;
  const MessagePlan* plan = nullptr;
};

// All of them, by number.
const std::vector<EventType>& EventTypes();
// Null if there is no such type.
const EventType* FindEventType(int number);
const EventType* FindEventType(std::string_view name);

// The type of the event, or null if it has no payload that this version knows.
const EventType* TypeOf(const v1::EventData& event);
// The field number of the payload, also of one that this version does not know;
// 0 if there is none.
int TypeNumberOf(const v1::EventData& event);
// The payload; `type` must be the event's.
const google::protobuf::Message& PayloadOf(const v1::EventData& event, const EventType& type);

// Whether the field is set, or, where presence is not kept, not the default.
// Repeated fields: whether there is an element.
bool IsPresent(const google::protobuf::Message& message, const FieldPlan& field);

// Commitments of all Text fields of the event, 32 bytes each, in field order:
// each must be accompanied by its disclosure.
std::vector<std::string> CommitmentsOf(const v1::EventData& event);

}  // namespace liggare::form

#endif  // PROTO_FORM_PLAN_H_
