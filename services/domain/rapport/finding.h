// A finding being written down.
#ifndef SERVICES_DOMAIN_RAPPORT_FINDING_H_
#define SERVICES_DOMAIN_RAPPORT_FINDING_H_

#include <string>
#include <string_view>
#include <vector>

#include "liggare/v1/query_service.pb.h"

namespace liggare::domain {

struct FindingParts {
  std::string subject;
  std::vector<std::string> fields;
  std::string stated;
  std::string computed;
  std::string sentence;  // Swedish, for people.
};

// With its id and severity, open. The code must be one of kontroll.h.
v1::Finding MakeFinding(std::string_view code, FindingParts parts);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_RAPPORT_FINDING_H_
