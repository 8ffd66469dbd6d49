// Exported logs and receipts of a small cluster, verified by a program that stands on Go's
// own notes and trees (verifier/): every tile, every entry, both lines of each
// checkpoint, every link and proof of a receipt; and a flipped byte is refused everywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "nlohmann/json.hpp"
#include "tests/testing/cluster.h"
#include "tests/testing/liggare_process.h"
#include "tests/testing/paths.h"

namespace liggare::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLibrary[] = "/usr/share/gocode";  // Where Debian's packages have it.
constexpr char kVerksamhet[] = "se/17/varmland";
constexpr char kLog[] = "se/17/varmland@1";
constexpr char kText[] = "Den som saknar e-legitimation";
constexpr int kEvents = 520;  // Two full tiles and one that is not.

std::string IdOf(int number) {
  char id[40];
  std::snprintf(id, sizeof(id), "0190163d-8694-739b-aea5-%012d", number);
  return id;
}

std::string Lines() {
  std::string lines = R"({"id":")" + IdOf(0) +
                      R"(","subject":"verksamhet/se/17/varmland","verksamhet_registered":)"
                      R"({"namn":"PO Värmland","driftsform":"kommunal_regi","huvudman":"1780",)"
                      R"("from":"2014-01-01"}})"
                      "\n";
  for (int i = 1; i < kEvents; ++i) {
    lines += R"({"id":")" + IdOf(i) + R"(","subject":"brist/se/17/varmland/)" + std::to_string(i) +
             R"(","actor":{"id":"anna"},"brist_reported":{"niva":"central",)"
             R"("omrade":"forsakringskassan","rubrik":"Bara digitalt","observed_on":"2024-10-03",)"
             R"("beskrivning":")" +
             kText + R"("}})" + "\n";
  }
  return lines;
}

std::string Contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void Replace(const std::string& file, const std::string& bytes) {
  fs::permissions(file, fs::perms::owner_all);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

class InteropTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    const std::string lines = cluster_.scratch().Write("lines.jsonl", Lines());
    const std::string frontier = cluster_.scratch() / "frontier.json";
    const Finished recorded = Run(kVerksamhet, {"record", lines, "--frontier-out", frontier});
    ASSERT_EQ(recorded.code, 0) << recorded.err;
    const Finished awaited = Run("se", {"await", "--frontier", frontier, "--timeout", "60"});
    ASSERT_EQ(awaited.code, 0) << awaited.err;
  }

  Finished Run(const std::string& path, const std::vector<std::string>& arguments) {
    const std::string host = path == "se" ? "nation" : path == "se/17" ? "county" : "verksamhet";
    std::string name = "interop_" + path;
    std::replace(name.begin(), name.end(), '/', '_');
    const Caller caller{cluster_.address(host),
                        cluster_.authority().Issue(name, "spiffe://" + std::string(kClusterDomain) +
                                                             "/" + path + "/system/test"),
                        host};
    return RunLiggare(&caller, arguments, cluster_.scratch().path());
  }

  // The log as the node at `path` has it; the directory.
  std::string Export(const std::string& path, const std::string& log, const std::string& name) {
    const std::string directory = cluster_.scratch() / name;
    const Finished exported =
        Run(path, {"export-tiles", "--trust", Trust(), "--log", log, directory});
    EXPECT_EQ(exported.code, 0) << exported.err;
    return directory;
  }
  std::string Trust() const { return cluster_.verifier("se").Text(); }

  // Makes the verifier. False where there is no Go.
  bool HasVerifier() {
    const std::string library = std::string(kLibrary) + "/src/golang.org/x/mod/sumdb/tlog";
    if (std::system("command -v go >/dev/null") != 0 || !fs::exists(library)) return false;
    verifier_ = cluster_.scratch() / "verifier";
    const std::string cache = cluster_.scratch() / "go-cache";
    const std::string build = "cd '" + SourcePath("tests/interop/verifier") +
                              "' && GO111MODULE=off GOFLAGS= GOPATH=" + kLibrary + " GOCACHE='" +
                              cache + "' go build -o '" + verifier_ + "' .";
    EXPECT_EQ(std::system(build.c_str()), 0) << build;
    return true;
  }

  // What the verifier says, after its exit status.
  std::string Verify(const std::string& what, const std::string& file, const std::string& vkey) {
    const std::string line = verifier_ + " " + what + " '" + file + "' '" + vkey + "' 2>&1";
    FILE* pipe = popen(line.c_str(), "r");
    std::string said;
    for (char block[4096]; size_t n = fread(block, 1, sizeof(block), pipe);) said.append(block, n);
    const int status = pclose(pipe);
    return std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1) + " " + said;
  }

  Cluster cluster_;
  std::string verifier_;
};

#define SKIP_WITHOUT_GO()                                                          \
  if (!HasVerifier()) {                                                            \
    GTEST_SKIP() << "NOT VERIFIED: golang-go and golang-golang-x-mod-dev are not " \
                    "installed (deploy/install-deps.sh --tests)";                  \
  }

TEST_F(InteropTest, ALogIsExportedAndGoesOn) {
  const std::string tiles = Export("se/17", kLog, "tiles");
  const std::string before = Contents(tiles + "/checkpoint");
  EXPECT_THAT(before, HasSubstr("po.example.se/se/17/varmland@1\n"));
  for (const auto& entry : fs::recursive_directory_iterator(tiles)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(Contents(entry.path()), Not(HasSubstr(kText))) << "texts stay where they are";
  }
  const std::string more = cluster_.scratch().Write(
      "more.jsonl",
      R"({"id":")" + IdOf(kEvents) +
          R"(","subject":"brist/se/17/varmland/9999","actor":{"id":"anna"},)"
          R"("brist_reported":{"niva":"lokal","omrade":"ovrig","rubrik":"Mer","observed_on":"2024-10-03",)"
          R"("beskrivning":"Mer"}})"
          "\n");
  ASSERT_EQ(Run(kVerksamhet, {"record", more}).code, 0);
  cluster_.AwaitSize("se/17", kLog, kEvents + 1);
  Export("se/17", kLog, "tiles");
  EXPECT_NE(Contents(tiles + "/checkpoint"), before);
  const Finished foreign =
      Run("se/17", {"export-tiles", "--trust", Trust(), "--log", "se/17@1", tiles});
  EXPECT_EQ(foreign.code, 1) << foreign.out;
  EXPECT_THAT(foreign.err, HasSubstr("ALREADY_EXISTS"));
  const Finished unknown = Run("se/17", {"export-tiles", "--trust", Trust(), "--log", "se/18@1",
                                         cluster_.scratch() / "unknown"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("NOT_FOUND"));
  // --node says which node is asked, and no other is.
  const Finished elsewhere = Run("se/17", {"--node", "se/17/other", "export-tiles", "--trust",
                                           Trust(), "--log", kLog, cluster_.scratch() / "else"});
  EXPECT_EQ(elsewhere.code, 1) << elsewhere.out;
}

// What `read --raw` prints is what stands in a bundle, after its length.
TEST_F(InteropTest, StoredBytesAreReadAsTheyAreExported) {
  const std::string tiles = Export("se/17", kLog, "tiles");
  const Finished raw = Run("se/17", {"read", kLog, "--from", "256", "--max", "1", "--raw"});
  ASSERT_EQ(raw.code, 0) << raw.err;
  const std::string entry = absl::HexStringToBytes(raw.out.substr(0, raw.out.find('\n')));
  EXPECT_GT(entry.size(), 100u);
  EXPECT_EQ(raw.out.size(), 2 * entry.size() + 1) << "one line";
  EXPECT_EQ(Contents(tiles + "/tile/entries/001").substr(2, entry.size()), entry);
  EXPECT_EQ(Run("se/17", {"--json", "read", kLog, "--raw"}).code, 2);
}

// Below the counties entries of the logs above are withheld: their bundles can't be made.
TEST_F(InteropTest, OfALogThatIsHeldInPartTheHashesAreExported) {
  // It concerns the verksamhet; what the county noted before it, of arrivals, does not.
  const std::string line = cluster_.scratch().Write(
      "line.jsonl", R"({"id":")" + IdOf(kEvents) +
                        R"(","subject":"verksamhet/se/17/varmland","kommun_assigned":)"
                        R"({"kommunkod":"1780","from":"2014-01-01","redovisar_ekonomi":true}})"
                        "\n");
  const std::string frontier = cluster_.scratch() / "frontier.json";
  ASSERT_EQ(Run("se/17", {"record", line, "--frontier-out", frontier}).code, 0);
  ASSERT_EQ(Run(kVerksamhet, {"await", "--frontier", frontier, "--timeout", "60"}).code, 0);
  const Finished exported = Run(kVerksamhet, {"--json", "export-tiles", "--trust", Trust(), "--log",
                                              "se/17@1", cluster_.scratch() / "part"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_GT(json::parse(exported.out)["bundles_left_out"], 0);
}

TEST_F(InteropTest, GoVerifiesEveryTileAndEntryAndRefusesAFlippedByte) {
  SKIP_WITHOUT_GO();
  for (const auto& [path, log] : {std::pair<std::string, std::string>{"se", kLog},
                                  {"se", "se/17@1"},
                                  {"se", "se@1"},
                                  {"se/17", "se@1"}}) {
    std::string name = path + log;
    std::replace(name.begin(), name.end(), '/', '_');
    const std::string tiles = Export(path, log, name);
    const std::string vkey = cluster_.verifier(log.substr(0, log.find('@'))).Text();
    EXPECT_THAT(Verify("tiles", tiles, vkey), ::testing::StartsWith("0 po.example.se/" + log));
  }
  const std::string tiles = cluster_.scratch() / "sese_17_varmland@1";
  const std::string vkey = cluster_.verifier(kVerksamhet).Text();
  EXPECT_THAT(Verify("tiles", tiles, Trust()), ::testing::StartsWith("1 ")) << "another's key";
  const std::string checkpoint = Contents(tiles + "/checkpoint");
  for (const auto& [file, at] : std::vector<std::pair<std::string, size_t>>{
           {"tile/0/000", 5},
           {"tile/0/001", 8191},
           {"tile/0/002.p/8", 0},
           {"tile/1/000.p/2", 33},
           {"tile/entries/000", 1},
           {"tile/entries/001", 900},
           {"tile/entries/002.p/8", 77},
           {"checkpoint", 0},
           {"checkpoint", checkpoint.find("\n520\n") + 1},
           {"checkpoint", checkpoint.find("\n520\n") + 9},
           {"checkpoint", checkpoint.find("\u2014 po.example.se/se/17/varmland ") + 50},
           {"checkpoint", checkpoint.find("\u2014 po.example.se/se/17/varmland@1 ") + 50}}) {
    const std::string good = Contents(tiles + "/" + file);
    ASSERT_LT(at, good.size()) << file;
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    Replace(tiles + "/" + file, flipped);
    EXPECT_THAT(Verify("tiles", tiles, vkey), ::testing::StartsWith("1 ")) << file << " " << at;
    Replace(tiles + "/" + file, good);
  }
  EXPECT_THAT(Verify("tiles", tiles, vkey), ::testing::StartsWith("0 "));

  cluster_.StopHost("nation");
  const std::string offline = cluster_.scratch() / "offline";
  const Finished exported = RunLiggare(nullptr,
                                       {"export-tiles", "--trust", Trust(), "--log", kLog, "--data",
                                        cluster_.data_directory("se"), offline},
                                       cluster_.scratch().path());
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(Verify("tiles", offline, vkey), ::testing::StartsWith("0 "));
  EXPECT_EQ(Contents(offline + "/tile/entries/001"), Contents(tiles + "/tile/entries/001"));
}

// A byte in the middle of what the JSON has in base64, flipped.
void FlipIn(json& base64, size_t at) {
  std::string bytes;
  ASSERT_TRUE(absl::Base64Unescape(base64.get<std::string>(), &bytes));
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
  base64 = absl::Base64Escape(bytes);
}

TEST_F(InteropTest, GoVerifiesReceiptsAndRefusesAFlippedByte) {
  SKIP_WITHOUT_GO();
  const std::string file = cluster_.scratch() / "kvitto.json";
  for (const std::string& event : {IdOf(0), IdOf(300), std::string("se/17@1#0"),
                                   std::string("se@1#0"), std::string("se/17/varmland@1#519")}) {
    const Finished receipt = Run("se", {"receipt", event, "-o", file});
    ASSERT_EQ(receipt.code, 0) << receipt.err;
    EXPECT_THAT(Verify("receipt", file, Trust()), ::testing::StartsWith("0 ")) << event;
  }
  EXPECT_THAT(Verify("receipt", file, Trust()), HasSubstr("cosigned by po.example.se/se/17"));
  EXPECT_THAT(Verify("receipt", file, cluster_.verifier("se/17").Text()),
              ::testing::StartsWith("1 "))
      << "from another key than the nation's";
  const json good = json::parse(Contents(file));
  ASSERT_FALSE(good["enrolment"]["links"].empty());
  const size_t links = good["enrolment"]["links"].size();
  const auto expect_refused = [&](json receipt, const std::string& what) {
    Replace(file, receipt.dump());
    EXPECT_THAT(Verify("receipt", file, Trust()), ::testing::StartsWith("1 ")) << what;
  };
  std::vector<json::json_pointer> proven = {json::json_pointer("/event")};
  for (size_t i = 0; i < links; ++i) {
    proven.push_back(json::json_pointer("/enrolment/links/" + std::to_string(i)));
  }
  for (const json::json_pointer& place : proven) {
    std::string note;
    ASSERT_TRUE(absl::Base64Unescape(good[place]["checkpoint"].get<std::string>(), &note));
    std::vector<size_t> places = {0, note.find("\n\n") - 5, note.find("\n\n") + 60};
    // The last cosigner's line; in a link it may be somebody's who is not enrolled yet.
    if (place == proven.front()) places.push_back(note.size() - 30);
    for (const size_t at : places) {
      json flipped = good;
      FlipIn(flipped[place]["checkpoint"], at);
      expect_refused(flipped, place.to_string() + "/checkpoint " + std::to_string(at));
    }
    json flipped = good;
    FlipIn(flipped[place]["entry"], 40);
    expect_refused(flipped, place.to_string() + "/entry");
    if (!good[place].contains("inclusion_proof") || good[place]["inclusion_proof"].empty())
      continue;
    flipped = good;
    FlipIn(flipped[place]["inclusion_proof"][0], 3);
    expect_refused(flipped, place.to_string() + "/inclusion_proof");
  }
  Replace(file, good.dump());
  EXPECT_THAT(Verify("receipt", file, Trust()), ::testing::StartsWith("0 "));
}

}  // namespace
}  // namespace liggare::testing
