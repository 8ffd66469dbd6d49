#include "services/domain/arkivbildare.h"

#include "services/domain/authority.h"
#include "services/domain/node_path.h"

namespace liggare::domain {

std::string ArkivbildareOf(const Subject& subject, std::string_view writer_path) {
  switch (subject.kind) {
    case SubjectKind::kVerksamhet:
    case SubjectKind::kRapport:
      // Registered with the county, which is who the report is made to (2013:522, 10 §).
      return std::string(CountyPathOf(subject.path));
    case SubjectKind::kAnsokan:
    case SubjectKind::kBidrag:
    case SubjectKind::kRekvisition:
    case SubjectKind::kLansrapport:
      return CountyPath(subject.code.substr(0, 2));
    case SubjectKind::kAnslag:
    case SubjectKind::kTabell:
      return std::string(kNationPath);
    case SubjectKind::kAterkrav:
      return ClaimantOf(subject);
    case SubjectKind::kBrist:
    case SubjectKind::kExempel:
      return std::string(subject.path);
    case SubjectKind::kNode:
      return std::string(writer_path);
  }
  return std::string(writer_path);
}

}  // namespace liggare::domain
