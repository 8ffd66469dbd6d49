// What an event sets: a list of field paths with values, derived from the
// payload's annotations. A payload is a snapshot of its own form: the fields of
// the form that it leaves out are removed (Territory).
#ifndef SERVICES_DOMAIN_FORM_ASSIGNMENTS_H_
#define SERVICES_DOMAIN_FORM_ASSIGNMENTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "liggare/v1/event.pb.h"
#include "proto/form/plan.h"
#include "services/domain/form/value.h"

namespace liggare::domain {

// One field, and what it becomes; no value removes it.
struct Assignment {
  std::string path;
  FieldValue value;
};

// Calls `set` for every field of the payload, in the order of the form. The path
// is a view that lives during the call. A field's value is an integer in its
// unit, a text, a flag, the token of an enum, or, of a text that may hold
// personal data, "hmac-sha256:" and its commitment in hexadecimal. Bytes are
// hexadecimal.
using SetField = absl::FunctionRef<void(std::string_view path, FieldValue value)>;
void ForEachAssignment(const v1::EventData& event, const form::EventType& type, SetField set);

// The same as a list.
std::vector<Assignment> AssignmentsOf(const v1::EventData& event, const form::EventType& type);

// The part of the state that the payload describes wholly.
struct Territory {
  enum class Kind {
    kNone,    // It sets single fields only (report_corrected), or none (received).
    kForm,    // All fields whose owner is `owner`.
    kPrefix,  // All fields whose path begins with `prefix`: an element.
  };
  Kind kind = Kind::kNone;
  int owner = 0;
  std::string prefix;
};
Territory TerritoryOf(const v1::EventData& event, const form::EventType& type);

// The event type to whose form the fields belong that `type` sets: itself, but
// report_submitted for report_corrected, aterkrav_decided for decision_corrected.
int OwnerOf(int type);

// Whether the type sets one field, of another type's form, and leaves the others.
bool SetsOneField(int type);

// The field of the form `plan` that a path names: klienter[kvinna][30-49].antal.
// INVALID_FIELD, without `field`, if a name, a key or their number is wrong;
// `expected` says what would be right.
absl::StatusOr<const form::FieldPlan*> ResolvePath(const form::MessagePlan& plan,
                                                   std::string_view path);

// Appends "[man][18-29]" for the element's keys.
void AppendKeys(const google::protobuf::Message& element, const form::MessagePlan& plan,
                std::string& path);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_ASSIGNMENTS_H_
