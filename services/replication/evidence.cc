#include "services/replication/evidence.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/escaping.h"
#include "nlohmann/json.hpp"

namespace liggare::replication {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kEvidenceVersion = 1;
constexpr char kSuffix[] = ".evidence.json";
constexpr int kFilesPerLogMax = 1000;

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

Json Hashes(const std::vector<merkle::Hash>& hashes) {
  Json array = Json::array();
  for (const merkle::Hash& hash : hashes) array.push_back(Base64(merkle::HashBytes(hash)));
  return array;
}

Json Side(const ProvenExtent& side) {
  return {{"size", side.extent.size},
          {"root", Base64(merkle::HashBytes(side.extent.root))},
          {"checkpoint", side.checkpoint},
          {"consistency_proof", Hashes(side.consistency_proof)}};
}

Json OpenTiles(const merkle::Tree& tree) {
  Json levels = Json::array();
  for (int level = 0; (tree.size() >> (merkle::kTileHeight * level)) > 0; ++level) {
    levels.push_back(Hashes(tree.OpenTile(level)));
  }
  return levels;
}

absl::Status WriteSynced(const std::string& file, const std::string& text) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (fd < 0) return absl::ErrnoToStatus(errno, "can't make " + file);
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno;
  close(fd);
  if (!written) return absl::ErrnoToStatus(error, "can't write " + file);
  return absl::OkStatus();
}

}  // namespace

std::string EvidenceText(const Evidence& evidence) {
  Json json = {{"evidence_version", kEvidenceVersion},
               {"log", evidence.log},
               {"reason", evidence.reason},
               {"found_at_ms", evidence.found_at_ms},
               {"verifier_key", evidence.verifier_key},
               {"held", Side(evidence.held)},
               {"claimed", Side(evidence.claimed)}};
  if (!evidence.entries.empty()) {
    json["first_index"] = evidence.first_index;
    json["entries"] = Json::array();
    for (const std::string& entry : evidence.entries) json["entries"].push_back(Base64(entry));
    json["open_tiles"] = OpenTiles(evidence.continued);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<std::string> WriteEvidence(const std::string& directory, const std::string& log,
                                          const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError("can't make the directory " + directory + ": " + error.message());
  }
  std::string name = log;
  std::ranges::replace(name, '/', '_');
  for (int i = 1; i <= kFilesPerLogMax; ++i) {
    const std::string file = directory + "/" + name + "." + std::to_string(i) + kSuffix;
    if (std::filesystem::exists(file, error)) continue;
    absl::Status status = WriteSynced(file, text);
    if (!status.ok()) return status;
    return file;
  }
  return absl::ResourceExhaustedError("there are " + std::to_string(kFilesPerLogMax) +
                                      " files of evidence against " + log);
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
      alarms.push_back({"", "A file of evidence can't be read.", file});
      continue;
    }
    auto text = [&json](const char* field) {
      auto value = json.find(field);
      return value != json.end() && value->is_string() ? value->get<std::string>() : "";
    };
    alarms.push_back({text("log"), text("reason"), file});
  }
  std::ranges::sort(alarms, {}, &Alarm::evidence_file);
  return alarms;
}

}  // namespace liggare::replication
