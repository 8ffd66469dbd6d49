#include "services/domain/law/arkivbildare.h"

#include "proto/name/node_path.h"
#include "services/domain/law/authority.h"

namespace liggare::domain {

std::string ArkivbildareOf(const Subject& subject, std::string_view writer_path) {
  switch (subject.kind) {
    case SubjectKind::kVerksamhet:
    case SubjectKind::kRapport:
      // Registered with the county, which is who the report is made to (2013:522, 10 §).
      return std::string(name::CountyPathOf(subject.path));
    case SubjectKind::kAnsokan:
    case SubjectKind::kBidrag:
    case SubjectKind::kRekvisition:
    case SubjectKind::kLansrapport:
      return name::CountyPath(subject.code.substr(0, 2));
    case SubjectKind::kAnslag:
    case SubjectKind::kTabell:
      return std::string(name::kNationPath);
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
