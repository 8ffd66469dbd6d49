#include "services/replication/chunks/evidence.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "eventstore/log/database/private_directory.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "services/replication/session/log_share.h"

namespace liggare::replication {
namespace {

using Json = nlohmann::json;

constexpr char kSuffix[] = ".evidence.json";

absl::Status WriteSynced(const std::string& file, const std::string& text) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return absl::ErrnoToStatus(errno, "can't make " + file);
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno;
  close(fd);
  if (!written) return absl::ErrnoToStatus(error, "can't write " + file);
  return absl::OkStatus();
}

// Or a crash could take the file's name with it.
absl::Status SyncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "can't open " + directory);
  const bool synced = fsync(fd) == 0;
  const int error = errno;
  close(fd);
  return synced ? absl::OkStatus() : absl::ErrnoToStatus(error, "can't sync " + directory);
}

// "" if there is no such text.
std::string TextAt(const Json& json, const char* field) {
  if (!json.is_object()) return "";
  const auto value = json.find(field);
  return value != json.end() && value->is_string() ? value->get<std::string>() : "";
}

// The files against the logs that have one share. A segment of a path has no '_' in it.
int CountAgainst(const std::string& directory, std::string_view share) {
  int count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::string log = entry.path().filename().string();
    if (!log.ends_with(kSuffix)) continue;
    std::ranges::replace(log, '_', '/');
    if (VerksamhetOf(log) == share) ++count;
  }
  return count;
}

}  // namespace

v1::LogProof ToProto(const ProvenExtent& proven) {
  v1::LogProof proof;
  *proof.mutable_state() = ToProto(proven.extent);
  proof.set_checkpoint(proven.checkpoint);
  for (const merkle::Hash& hash : proven.consistency_proof) {
    proof.add_consistency_proof(std::string(merkle::HashBytes(hash)));
  }
  return proof;
}

void AddOpenTiles(const merkle::Tree& tree, v1::Evidence& evidence) {
  for (int level = 0; (tree.size() >> (merkle::kTileHeight * level)) > 0; ++level) {
    v1::OpenTile& tile = *evidence.add_open_tiles();
    for (const merkle::Hash& hash : tree.OpenTile(level)) {
      tile.add_hashes(std::string(merkle::HashBytes(hash)));
    }
  }
}

std::string EvidenceText(const v1::Evidence& evidence) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  // It can fail for strings that are not UTF-8 alone; ours are names and sentences.
  (void)google::protobuf::util::MessageToJsonString(evidence, &json, options);
  return json;
}

std::string ReasonOf(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return TextAt(json, "reason");
}

absl::StatusOr<std::string> WriteEvidence(const std::string& directory, const std::string& log,
                                          const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError("can't make the directory " + directory + ": " + error.message());
  }
  if (absl::Status closed = log::CloseDirectory(directory); !closed.ok()) return closed;
  if (CountAgainst(directory, VerksamhetOf(log)) >= kEvidenceFilesMax) {
    return absl::ResourceExhaustedError("there are " + std::to_string(kEvidenceFilesMax) +
                                        " files of evidence against " +
                                        std::string(VerksamhetOf(log)) + " and those below it");
  }
  std::string name = log;
  std::ranges::replace(name, '/', '_');
  for (int i = 1;; ++i) {
    const std::string file = directory + "/" + name + "." + std::to_string(i) + kSuffix;
    if (std::filesystem::exists(file, error)) continue;
    absl::Status status = WriteSynced(file, text);
    if (status.ok()) status = SyncDirectory(directory);
    if (!status.ok()) return status;
    return file;
  }
}

std::vector<Alarm> ReadAlarms(const std::string& directory) {
  std::vector<Alarm> alarms;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string file = entry.path().string();
    if (!file.ends_with(kSuffix)) continue;
    std::ifstream in(file);
    Json json = Json::parse(in, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
      alarms.push_back({"", "A file of evidence can't be read.", file, kFrozenLogAdvice});
      continue;
    }
    alarms.push_back({TextAt(json, "log"), TextAt(json, "reason"), file, kFrozenLogAdvice});
  }
  std::ranges::sort(alarms, {}, &Alarm::evidence_file);
  return alarms;
}

}  // namespace liggare::replication
