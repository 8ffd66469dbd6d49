// The rules of shape that no annotation can say, per event type. Part of
// CheckShape (shape.h).
#ifndef SERVICES_DOMAIN_FORM_PAYLOAD_SHAPE_H_
#define SERVICES_DOMAIN_FORM_PAYLOAD_SHAPE_H_

#include "absl/status/status.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {

// The event has passed the rules of the annotations; `subject` is its own.
absl::Status CheckPayloadShape(const v1::EventData& event, const Subject& subject);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FORM_PAYLOAD_SHAPE_H_
