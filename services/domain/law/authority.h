// Static authority: who may write which type of event about which subject, and in
// which role. A pure function, used when recording, on arrival and in the fold.
// docs/authority.md is the same as a table; a test compares them.
#ifndef SERVICES_DOMAIN_LAW_AUTHORITY_H_
#define SERVICES_DOMAIN_LAW_AUTHORITY_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {

// OK, or NOT_AUTHORISED with who may in `expected`; INVALID_SUBJECT if the
// subject is not one that this type of event is about; UNKNOWN_TYPE if there is
// no such type here. `type` is the payload's field number; `writer_path` the path
// of the node whose log holds the entry.
absl::Status AuthoriseWriter(int type, std::string_view writer_path, std::string_view subject);

// Whether that node may write some type of event about the subject: whatever it writes
// about others has no effect. False for a name that is no subject.
bool MayWriteAbout(std::string_view writer_path, std::string_view subject);

// OK, or NOT_AUTHORISED. `role` is the actor's, empty if none was given. Judged
// when recording only: the role is what the sender says, and the recording node
// answers for its senders.
absl::Status AuthoriseRole(int type, std::string_view role);

// Whose certificate a caller shows when it records; a node's own counts as a system's.
enum class Certificate { kSystem, kOperator };

// Whose certificate the type needs: an operator's for what opens or shuts a log, or
// changes whom it believes; a system's for all else. The type must be a known one.
Certificate CertificateFor(int type);

// OK, or PERMISSION_DENIED with the right certificate in `expected`. Judged when
// recording only: the entry then attests who it was. `node` is the recording one.
absl::Status AuthoriseCertificate(int type, Certificate shown, std::string_view node);

// In which roles the type may be recorded: "any", "a person", "handlaggare or
// beslutsfattare".
std::string_view RolesText(int type);

// The node of the authority that claims back under the regulation of the subject's year;
// the subject must be of an aterkrav.
std::string ClaimantOf(const Subject& subject);

// Whether the type is about subjects of this kind. The type must be a known one.
bool IsAbout(int type, SubjectKind kind);

// "a subject that begins with bidrag/": for errors.
std::string KindsText(int type);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_LAW_AUTHORITY_H_
