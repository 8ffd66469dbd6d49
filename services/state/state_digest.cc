#include "services/state/state_digest.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <vector>

#include "eventstore/merkle/tree.h"
#include "services/domain/state/state_proto.h"

namespace liggare::state {
namespace {

std::string SerialiseInOrder(const v1::State& state) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  state.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

absl::StatusOr<SubjectDigests> DigestSubjects(domain::StateView& view, std::string_view scope) {
  absl::StatusOr<std::vector<std::string>> subjects = view.ListSubjects(scope);
  if (!subjects.ok()) return subjects.status();
  SubjectDigests digests;
  for (const std::string& subject : *subjects) {
    absl::StatusOr<std::shared_ptr<const domain::State>> state = view.StateOf(subject);
    if (!state.ok()) return state.status();
    digests.emplace(subject, merkle::LeafHash(SerialiseInOrder(domain::ToProto(**state))));
  }
  return digests;
}

merkle::Hash RootOf(const SubjectDigests& digests) {
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
  for (const auto& [subject, digest] : digests) tree.Append(digest, full);
  return tree.Root();
}

absl::StatusOr<merkle::Hash> StateDigest(domain::StateView& view, std::string_view scope) {
  absl::StatusOr<SubjectDigests> digests = DigestSubjects(view, scope);
  if (!digests.ok()) return digests.status();
  return RootOf(*digests);
}

}  // namespace liggare::state
