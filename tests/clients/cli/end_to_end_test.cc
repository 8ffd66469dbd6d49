// The real `liggare` against three tiers: record, ask, prove, verify.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "eventstore/note/checkpoint.h"
#include "nlohmann/json.hpp"
#include "tests/testing/cluster.h"
#include "tests/testing/liggare_process.h"
#include "tests/testing/open_umask.h"

namespace liggare::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kVerksamhet[] = "se/17/varmland";
constexpr char kReport[] = "rapport/2024/se/17/varmland";

// A verksamhet's year: it registers, reports, and corrects with a reason in words.
constexpr char kLines[] =
    R"({"id":"0190163d-8694-739b-aea5-000000000001","subject":"verksamhet/se/17/varmland","verksamhet_registered":{"namn":"PO Värmland","driftsform":"kommunal_regi","huvudman":"1780","from":"2014-01-01"}}
{"id":"0190163d-8694-739b-aea5-000000000002","subject":"rapport/2024/se/17/varmland","actor":{"id":"anna","role":"handlaggare"},"report_submitted":{"ombud":{"personer":4,"heltid_hundredths":350},"klienter":[{"kon":"kvinna","alder":"30-49","antal":12}]}}
{"id":"0190163d-8694-739b-aea5-000000000003","subject":"rapport/2024/se/17/varmland","actor":{"id":"anna"},"reason_code":"rattelse","reason":"Fel åldersgrupp","report_corrected":{"path":"klienter[kvinna][30-49].antal","old":12,"new":13}}
)";

constexpr char kLater[] =
    R"({"id":"0190163d-8694-739b-aea5-000000000009","subject":"rapport/2023/se/17/varmland","report_submitted":{"ombud":{"personer":4,"heltid_hundredths":350}}}
)";

// "1 se/17/varmland@1#0" or "2 MALFORMED", of each line of an answer file.
std::vector<std::string> AnswersIn(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> answers;
  for (std::string line; std::getline(in, line);) {
    const json answer = json::parse(line);
    answers.push_back(answer["line"].dump() + " " +
                      (answer.contains("error")
                           ? answer["error"]["code"].get<std::string>()
                           : answer["log"].get<std::string>() + "#" + answer["index"].dump()));
  }
  return answers;
}

std::string DecodeBase64(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(text, &bytes));
  return bytes;
}

class EndToEndTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.Start();
    lines_ = cluster_.scratch().Write("lines.jsonl", kLines);
    trust_ = cluster_.verifier("se").Text();
  }

  // Runs as a system of the node at `path`.
  Finished Run(const std::string& path, const std::vector<std::string>& arguments) {
    const std::string host = path == "se" ? "nation" : path == "se/17" ? "county" : "verksamhet";
    const Caller caller{cluster_.address(host), FilesOf(path), host};
    return RunLiggare(&caller, arguments, cluster_.scratch().path());
  }
  Finished RunOffline(const std::vector<std::string>& arguments) {
    return RunLiggare(nullptr, arguments, cluster_.scratch().path());
  }

  // The same as an operator of it.
  Finished Operate(const std::string& path, const std::vector<std::string>& arguments) {
    const std::string host = path == "se" ? "nation" : path == "se/17" ? "county" : "verksamhet";
    const Caller caller{cluster_.address(host), FilesOf(path, "/operator/anna"), host};
    return RunLiggare(&caller, arguments, cluster_.scratch().path());
  }

  rpc::CredentialFiles FilesOf(const std::string& path, const std::string& who = "/system/test") {
    std::string name = "cli_" + path + who;
    std::replace(name.begin(), name.end(), '/', '_');
    return cluster_.authority().Issue(name,
                                      "spiffe://" + std::string(kClusterDomain) + "/" + path + who);
  }

  // Records kLines and waits until the nation has them.
  void RecordLines() {
    const std::string frontier = cluster_.scratch() / "frontier.json";
    const Finished recorded = Run(kVerksamhet, {"record", lines_, "--frontier-out", frontier});
    ASSERT_EQ(recorded.code, 0) << recorded.err;
    EXPECT_THAT(recorded.out, HasSubstr("Registrerade: 3, redan registrerade: 0, avvisade: 0"));
    const Finished awaited = Run("se", {"await", "--frontier", frontier, "--timeout", "60"});
    ASSERT_EQ(awaited.code, 0) << awaited.err;
  }

  // Asks again until it is so.
  static bool Eventually(const std::function<bool()>& is_so) {
    constexpr int kRunsMax = 300;
    for (int i = 0; i < kRunsMax; ++i) {
      if (is_so()) return true;
    }
    return false;
  }

  Cluster cluster_;
  std::string lines_;
  std::string trust_;
};

TEST_F(EndToEndTest, EveryTierShowsTheSameState) {
  RecordLines();
  const Finished nation = Run("se", {"--json", "state", kReport});
  const Finished county = Run("se/17", {"--json", "state", kReport});
  ASSERT_EQ(nation.code, 0) << nation.err;
  json at_nation = json::parse(nation.out);
  json at_county = json::parse(county.out);
  EXPECT_EQ(at_nation["node"], "se");
  at_nation["node"] = at_county["node"];
  EXPECT_EQ(at_nation, at_county);
  EXPECT_EQ(at_nation["fields"][0]["path"], "klienter[kvinna][30-49].antal");
  EXPECT_EQ(at_nation["fields"][0]["value"], 13);

  const Finished history = Run("se", {"history", kReport, "--field", "klienter"});
  EXPECT_THAT(history.out, AllOf(HasSubstr("12    13  anna"), HasSubstr("rattelse")));
  EXPECT_THAT(history.out, Not(HasSubstr("ombud")));
  EXPECT_THAT(Run("se", {"table", "klienter", "--year", "2024"}).out, HasSubstr("13"));
  EXPECT_THAT(Run("se", {"subjects", "rapport/"}).out, HasSubstr(kReport));
}

TEST_F(EndToEndTest, DigestsOfTwoTiersAreEqualOrNameWhatDiffers) {
  RecordLines();
  const Finished county = Run("se/17", {"--json", "digest", kReport});
  ASSERT_EQ(county.code, 0) << county.err;
  const std::string file = cluster_.scratch().Write("county.json", county.out);
  const Finished equal = Run("se", {"digest", kReport, "--against", file});
  EXPECT_EQ(equal.code, 0) << equal.err;
  EXPECT_THAT(equal.out, HasSubstr("Lika: "));
  EXPECT_THAT(Run("se", {"digest", kReport}).out, HasSubstr("1 ärenden, regelversion"));

  json changed = json::parse(county.out);
  changed["subjects"][kReport] = std::string(64, '0');
  const Finished differs = Run("se", {"digest", kReport, "--against",
                                      cluster_.scratch().Write("changed.json", changed.dump())});
  EXPECT_EQ(differs.code, 3);
  EXPECT_THAT(differs.out, HasSubstr("skiljer sig  rapport/2024/se/17/varmland"));
  changed["fold_version"] = 1;
  const Finished other = Run("se", {"digest", kReport, "--against",
                                    cluster_.scratch().Write("other.json", changed.dump())});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("can't be compared: fold_version"));
}

// The county asks, the verksamhet sees it at its own node and answers, and both see all.
TEST_F(EndToEndTest, ACompletionIsAskedForAndAnswered) {
  RecordLines();
  const std::string asked = cluster_.scratch().Write(
      "ask.jsonl",
      R"({"id":"0190163d-8694-739b-aea5-000000000011","subject":"rapport/2024/se/17/varmland","actor":{"id":"lars","role":"handlaggare"},"completion_requested":{"fraga":"Hur många är nya?","falt":"klientrorelse.nya","answer_by":"2025-02-03"}})"
      "\n");
  const std::string answered = cluster_.scratch().Write(
      "answer.jsonl",
      R"({"id":"0190163d-8694-739b-aea5-000000000012","subject":"rapport/2024/se/17/varmland","actor":{"id":"anna","role":"handlaggare"},"completion_answered":{"begaran":"0190163d-8694-739b-aea5-000000000011","svar":"Fyra."}})"
      "\n");
  // What the verksamhet has not been asked it can't answer.
  EXPECT_THAT(Run(kVerksamhet, {"record", answered}).err, HasSubstr("PREREQUISITE_MISSING"));
  const std::string frontier = cluster_.scratch() / "asked.json";
  ASSERT_EQ(Run("se/17", {"record", asked, "--frontier-out", frontier}).code, 0);
  ASSERT_EQ(Run(kVerksamhet, {"await", "--frontier", frontier, "--timeout", "60"}).code, 0);
  const Finished seen = Run(kVerksamhet, {"history", kReport, "--field", "kompletteringar"});
  EXPECT_THAT(seen.out, AllOf(HasSubstr("lars"), HasSubstr("completion_requested"),
                              HasSubstr("”Hur många är nya?”")));

  const std::string back = cluster_.scratch() / "answered.json";
  const Finished recorded = Run(kVerksamhet, {"record", answered, "--frontier-out", back});
  ASSERT_EQ(recorded.code, 0) << recorded.err;
  ASSERT_EQ(Run("se", {"await", "--frontier", back, "--timeout", "60"}).code, 0);
  // All three tiers have the same state of the report.
  const Finished below = Run(kVerksamhet, {"--json", "digest", kReport});
  const std::string file = cluster_.scratch().Write("below.json", below.out);
  for (const char* path : {"se/17", "se"}) {
    const Finished compared = Run(path, {"digest", kReport, "--against", file});
    EXPECT_EQ(compared.code, 0) << path << ": " << compared.out;
  }
  // The verksamhet's own copies verify, what is withheld from it included.
  const Finished verified = Run(kVerksamhet, {"verify", "--trust", trust_, "--live"});
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("undanhållna"));
  EXPECT_THAT(Run(kVerksamhet, {"read", "se/17@1"}).out, HasSubstr("undanhållen: rör inte noden"));
}

TEST_F(EndToEndTest, WhatIsDueIsAskedAsOfADay) {
  RecordLines();
  const Finished due = Run("se/17", {"missing", "--year", "2024", "--on", "2030-01-01", "--json"});
  ASSERT_EQ(due.code, 0) << due.err;
  const json duties = json::parse(due.out);
  EXPECT_EQ(duties["expected_count"], 1);
  EXPECT_TRUE(duties["missing"].empty());
  EXPECT_TRUE(duties["duties"][0].contains("received_at"));
  const Finished reminders =
      Run("se/17", {"missing", "--year", "2024", "--on", "2030-01-01", "--reminders"});
  EXPECT_THAT(reminders.out, HasSubstr("Länsstyrelsens redovisning"));
  EXPECT_THAT(Run("se/17", {"missing", "--year", "2024", "--on", "i dag"}).err, HasSubstr("on"));
  EXPECT_THAT(Run("se", {"brister"}).out, HasSubstr("Systembrister: 0"));
  EXPECT_THAT(Run("se", {"examples"}).out, HasSubstr("Goda exempel: 0"));
}

TEST_F(EndToEndTest, SameLinesAgainAreDuplicates) {
  RecordLines();
  const Finished again = Run(kVerksamhet, {"record", lines_, "--json"});
  EXPECT_EQ(again.code, 0) << again.err;
  const json summary = json::parse(again.out);
  EXPECT_EQ(summary["recorded"], 0);
  EXPECT_EQ(summary["duplicates"], 3);
}

TEST_F(EndToEndTest, BadLinesAreNamedAndTheOthersRecorded) {
  std::string lines = kLines;
  lines.insert(0, "{\"subject\": \"verksamhet/se/17/varmland\"}\nnot JSON\n");
  lines +=
      R"({"id":"0190163d-8694-739b-aea5-000000000004","subject":"rapport/2024/se/17/varmland","report_corrected":{"path":"klienter[kvinna][30-49].antal","old":99,"new":13}})";
  const std::string file = cluster_.scratch().Write("bad.jsonl", lines);
  const std::string answers = cluster_.scratch() / "answers.jsonl";
  const Finished recorded = Run(kVerksamhet, {"record", file, "--answers-out", answers});
  EXPECT_EQ(recorded.code, 1);
  EXPECT_THAT(recorded.out, HasSubstr("Registrerade: 3"));
  EXPECT_THAT(recorded.out, HasSubstr("Avvisade rader: 1-2, 6"));
  EXPECT_THAT(
      AnswersIn(answers),
      UnorderedElementsAre("1 MISSING_FIELD", "2 MALFORMED", "3 se/17/varmland@1#0",
                           "4 se/17/varmland@1#1", "5 se/17/varmland@1#2", "6 OLD_VALUE_DIFFERS"));
  EXPECT_THAT(recorded.err, HasSubstr("line 1: MISSING_FIELD: id"));
  EXPECT_THAT(recorded.err, HasSubstr("line 2: MALFORMED"));
  EXPECT_THAT(recorded.err, AllOf(HasSubstr("line 6: OLD_VALUE_DIFFERS"), HasSubstr("13")));
}

TEST_F(EndToEndTest, StopOnErrorSendsNothingAfterTheRefusedLine) {
  const std::string file =
      cluster_.scratch().Write("bad.jsonl", "not JSON\n" + std::string(kLines));
  const Finished recorded = Run(kVerksamhet, {"record", file, "--stop-on-error"});
  EXPECT_EQ(recorded.code, 1);
  EXPECT_THAT(recorded.out, HasSubstr("Registrerade: 0"));
  EXPECT_THAT(recorded.out, HasSubstr("--from-line 1\n"));
  EXPECT_EQ(Run(kVerksamhet, {"record", file, "--from-line", "2"}).code, 0);
}

TEST_F(EndToEndTest, NodeOfAnotherIsNotWrittenTo) {
  const Finished recorded = Run("se/17", {"--node", "se", "record", lines_});
  EXPECT_EQ(recorded.code, 1);
  EXPECT_EQ(std::count(recorded.err.begin(), recorded.err.end(), '\n'), 1) << recorded.err;
}

TEST_F(EndToEndTest, EnrolmentTakesAnOperatorAndTheNameOfAProcess) {
  const std::string vkey = cluster_.scratch().Write(
      "new.vkey",
      note::SigningKey::Generate(std::string(kClusterDomain) + "/se/17/arvika")->verifier().Text());
  const std::vector<std::string> line = {"node", "enrol", "--vkey", vkey};
  const auto with = [&line](std::vector<std::string> more) {
    more.insert(more.begin(), line.begin(), line.end());
    return more;
  };
  const Finished unnamed = Operate("se/17", line);
  EXPECT_EQ(unnamed.code, 1);
  EXPECT_THAT(unnamed.err, AllOf(HasSubstr("host-name"), HasSubstr("--any-host")));
  EXPECT_THAT(Operate("se/17", with({"--host-name", "not a host"})).err, HasSubstr("host-name"));
  const Finished system = Run("se/17", with({"--host-name", "arvika"}));
  EXPECT_EQ(system.code, 1);
  EXPECT_THAT(system.err, AllOf(HasSubstr("PERMISSION_DENIED"), HasSubstr("se/17/operator/")));
  const Finished enrolled = Operate("se/17", with({"--host-name", "arvika"}));
  EXPECT_EQ(enrolled.code, 0) << enrolled.err;
  EXPECT_EQ(enrolled.out, "se/17/arvika ansluten\n");
  EXPECT_EQ(Operate("se/17", with({"--host-name", "arvika"})).out, "se/17/arvika redan ansluten\n");
  EXPECT_EQ(Operate("se/17", with({"--host-name", "lan17"})).out,
            "se/17/arvika ansluten med ny värdprocess\n");
  EXPECT_EQ(Operate("se/17", with({"--any-host"})).code, 0);
}

TEST_F(EndToEndTest, NodeWhoseProcessIsAnotherThanWasEnrolledSaysSo) {
  // Its parent waits until it has its own enrolment from the nation, and says so until then.
  ASSERT_TRUE(Eventually(
      [&] { return Run(kVerksamhet, {"status"}).out.find("LARM") == std::string::npos; }));
  const std::string vkey =
      cluster_.scratch().Write("its.vkey", cluster_.verifier(kVerksamhet).Text());
  const Finished moved =
      Operate("se/17", {"node", "enrol", "--vkey", vkey, "--host-name", "elsewhere"});
  ASSERT_EQ(moved.code, 0) << moved.err;
  EXPECT_TRUE(Eventually([&] {
    const std::string said = Run(kVerksamhet, {"status"}).out;
    return said.find("host/elsewhere") != std::string::npos &&
           said.find("LARM") != std::string::npos;
  }));
}

TEST_F(EndToEndTest, ServerIsRememberedAtTheFirstContactAndNoOtherGetsATextAfterwards) {
  const std::string address = cluster_.address("verksamhet");
  const Caller caller{address, FilesOf(kVerksamhet)};
  const std::string folder = cluster_.scratch().path();
  const Finished first = RunLiggare(&caller, {"record", lines_}, folder);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("första kontakten med " + address +
                                   ": servern är host/verksamhet. Det sparas i " + folder));
  EXPECT_EQ(ModeOf(folder + "/known_hosts"), 0600u);
  const Finished second = RunLiggare(&caller, {"record", lines_}, folder);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.err, Not(HasSubstr("kontakten")));
  // As if another had answered there first.
  std::ofstream(folder + "/known_hosts")
      << address << " spiffe://" << kClusterDomain << "/host/another\n";
  const Finished refused = RunLiggare(&caller, {"record", lines_}, folder);
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("host/another"), HasSubstr("host/verksamhet"),
                                 HasSubstr("known_hosts line 1"), HasSubstr("--host")));
  const Caller deliberate{address, FilesOf(kVerksamhet), "verksamhet"};
  EXPECT_EQ(RunLiggare(&deliberate, {"status"}, folder).code, 0);
}

TEST_F(EndToEndTest, ReceiptVerifiesOfflineAndTamperingIsFound) {
  RecordLines();
  const std::string file = cluster_.scratch() / "receipt.json";
  const Finished fetched = Run("se", {"receipt", "se/17/varmland@1#2", "-o", file});
  ASSERT_EQ(fetched.code, 0) << fetched.err;
  EXPECT_EQ(ModeOf(file), 0600u);  // It holds a text.
  const Finished verified = RunOffline({"--json", "verify", "--trust", trust_, file});
  ASSERT_EQ(verified.code, 0) << verified.err;
  const json proof = json::parse(verified.out);
  EXPECT_EQ(proof["log"], "se/17/varmland@1");
  EXPECT_EQ(proof["index"], 2);
  ASSERT_FALSE(proof["received"].empty());
  EXPECT_EQ(proof["received"][0]["path"], "se/17");
  EXPECT_EQ(proof["texts"][0]["text"], "Fel åldersgrupp");

  std::ifstream in(file);
  json receipt = json::parse(in);
  receipt["disclosures"][0]["text"] = "Annat";
  const std::string forged = cluster_.scratch().Write("forged.json", receipt.dump());
  const Finished refused = RunOffline({"verify", "--trust", trust_, forged});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("disclosures[0]"));
}

TEST_F(EndToEndTest, LiveServerAndItsDirectoryVerify) {
  RecordLines();
  const Finished live = Run("se", {"verify", "--trust", trust_, "--live"});
  EXPECT_EQ(live.code, 0) << live.out << live.err;
  EXPECT_THAT(live.out, HasSubstr("Loggar som håller: 3 av 3"));
  const Finished verksamhet = Run(kVerksamhet, {"verify", "--trust", trust_, "--live"});
  EXPECT_EQ(verksamhet.code, 0) << verksamhet.out << verksamhet.err;
  const std::string other_key = cluster_.verifier("se/17").Text();
  EXPECT_EQ(Run("se", {"verify", "--trust", other_key, "--live"}).code, 1)
      << "no key of the nation";
  const std::string stranger =
      note::SigningKey::Generate(cluster_.verifier("se").name())->verifier().Text();
  EXPECT_EQ(Run("se", {"verify", "--trust", stranger, "--live"}).code, 3);
  EXPECT_EQ(Run("se", {"verify", "--json", "--trust", stranger, "--live"}).code, 3);

  const std::string status = Run("se/17", {"status"}).out;
  EXPECT_THAT(status, HasSubstr("ansluten"));
  EXPECT_THAT(status, HasSubstr("Dagar kvar"));
  EXPECT_THAT(status, HasSubstr("spiffe://po.example.se/se/17 "));
  EXPECT_THAT(status, HasSubstr("Utfärdare"));
  cluster_.StopHost("county");
  const std::string data = cluster_.data_directory("se/17");
  const Finished stored = RunOffline({"verify", "--trust", trust_, "--data", data});
  EXPECT_EQ(stored.code, 0) << stored.out << stored.err;
  const Finished checked = RunOffline({"fsck", "--json", data});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("\"signatures_unchecked\": 0"));
  EXPECT_THAT(checked.out, ::testing::Not(HasSubstr("\"signatures\": 0")));
  const Finished repaired = RunOffline({"fsck", "--repair", data});
  EXPECT_EQ(repaired.code, 0) << repaired.out << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("Skrev 0 rader, tog bort 0 rader"));
}

// One line that anybody could have added to the file.
// What the nation shows the county is compared with what it shows somebody else.
TEST_F(EndToEndTest, ACheckpointThatWasSeenElsewhereIsCompared) {
  RecordLines();
  const std::string seen = cluster_.scratch() / "seen.txt";
  ASSERT_EQ(Run("se", {"checkpoint", "-o", seen}).code, 0);
  EXPECT_THAT(Run("se/17", {"checkpoint", "--log", "se@1"}).out,
              ::testing::StartsWith(std::string(kClusterDomain) + "/se@1\n"));
  EXPECT_EQ(json::parse(Run("se/17", {"--json", "checkpoint"}).out)["origin"],
            std::string(kClusterDomain) + "/se/17@1");
  const std::vector<std::string> compare = {"verify", "--trust", trust_, "--live", "--seen", seen};
  Finished same;
  EXPECT_TRUE(Eventually([&] {  // The county may not have the last of it yet.
    same = Run("se/17", compare);
    return same.code != 3;
  }));
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("se@1: samma logg"));
  EXPECT_EQ(Run("se", compare).code, 0);

  note::Checkpoint second;
  second.origin = std::string(kClusterDomain) + "/se@1";
  second.size = 1'000'000;
  const auto write = [&] {
    cluster_.scratch().Write("seen.txt",
                             note::SignCheckpoint(second, cluster_.signing_key("se")).Encode());
  };
  write();
  const Finished beyond = Run("se/17", compare);
  EXPECT_EQ(beyond.code, 3);
  EXPECT_THAT(beyond.out, HasSubstr("kan inte jämföras"));

  second.size = 2;
  write();
  std::vector<std::string> accuse = compare;
  const std::string evidence = cluster_.scratch() / "evidence.json";
  accuse.insert(accuse.end(), {"--evidence-out", evidence});
  const Finished two = Run("se/17", accuse);
  EXPECT_EQ(two.code, 3);
  EXPECT_THAT(two.out, HasSubstr("se@1: TVÅ LOGGAR"));
  const Finished verified = RunOffline({"verify", "--trust", trust_, evidence});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_THAT(Run("se/17", {"status"}).out, HasSubstr("signed two roots at 2"));

  // By another key it accuses nobody, and a file that is none is not compared.
  cluster_.scratch().Write("seen.txt",
                           note::SignCheckpoint(second, cluster_.signing_key("se/17")).Encode());
  EXPECT_THAT(Run("se", compare).err, HasSubstr("VERIFICATION_FAILED"));
  cluster_.scratch().Write("seen.txt", "no note");
  EXPECT_THAT(Run("se", compare).err, HasSubstr("MALFORMED"));
  EXPECT_EQ(Run("se", {"verify", "--trust", trust_, "--seen", seen}).code, 2);
}

TEST_F(EndToEndTest, AForgedSignatureLineInAReceiptIsLeftOutAndSaid) {
  RecordLines();
  const std::string file = cluster_.scratch() / "receipt.json";
  ASSERT_EQ(Run("se/17", {"receipt", "se/17/varmland@1#1", "-o", file}).code, 0);
  std::ifstream in(file);
  json receipt = json::parse(in);
  const std::string note = DecodeBase64(receipt["event"]["checkpoint"]);
  receipt["event"]["checkpoint"] =
      absl::Base64Escape(note + "\u2014 nobody.example/x AAAAAXJycg==\n");
  const std::string padded = cluster_.scratch().Write("padded.json", receipt.dump());
  const Finished verified = RunOffline({"verify", "--trust", trust_, padded});
  EXPECT_EQ(verified.code, 0) << verified.err;
  EXPECT_THAT(verified.out,
              HasSubstr("Obs: 1 underskrift utelämnad, nobody.example/x: nyckeln är okänd."));
  const Finished machine = RunOffline({"--json", "verify", "--trust", trust_, padded});
  EXPECT_EQ(json::parse(machine.out)["signatures_left_out"][0]["why"], "unknown");
}

TEST_F(EndToEndTest, AClosedNodeStopsItsReceiptsHoldAndItIsOpenedAgain) {
  RecordLines();
  const Finished close = Run("se/17", {"node", "close", "--path", kVerksamhet});
  ASSERT_EQ(close.code, 0) << close.err;
  json wrong = json::parse(close.out);
  wrong["node_closed"]["root"] = std::string(43, 'A') + "=";
  const Finished refused =
      Operate("se/17", {"record", cluster_.scratch().Write("wrong.jsonl", wrong.dump() + "\n")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("is not the root of 3 entries of se/17/varmland@1"));
  const Finished closed =
      Operate("se/17", {"record", cluster_.scratch().Write("closing.jsonl", close.out)});
  ASSERT_EQ(closed.code, 0) << closed.err;
  const auto status_says = [&](const std::string& path, const std::string& text) {
    return Eventually([&] { return Run(path, {"status"}).out.find(text) != std::string::npos; });
  };
  EXPECT_TRUE(status_says(kVerksamhet, "was closed by se/17 with 3 entries of se/17/varmland@1"));
  EXPECT_TRUE(status_says("se/17", "was closed by se/17"));
  const std::string later = cluster_.scratch().Write("later.jsonl", kLater);
  const Finished recorded = Run(kVerksamhet, {"record", later});
  EXPECT_EQ(recorded.code, 1);
  EXPECT_THAT(recorded.err, AllOf(HasSubstr("READ_ONLY"), HasSubstr("was closed by se/17")));

  for (const char* node : {kVerksamhet, "se/17", "se"}) {
    const std::string file = cluster_.scratch() / "receipt.json";
    ASSERT_EQ(Run(node, {"receipt", "se/17/varmland@1#1", "-o", file}).code, 0) << node;
    const Finished verified = RunOffline({"verify", "--trust", trust_, file});
    EXPECT_EQ(verified.code, 0) << node << verified.err;
    const Finished live = Run(node, {"verify", "--trust", trust_, "--live"});
    EXPECT_EQ(live.code, 0) << live.out << live.err;
  }
  EXPECT_THAT(Run("se/17", {"verify", "--trust", trust_, "--live"}).out,
              HasSubstr("stängd efter 3 poster i se/17/varmland@1"));

  const std::string vkey =
      cluster_.scratch().Write("again.vkey", cluster_.verifier(kVerksamhet).Text() + "\n");
  const Finished opened =
      Operate("se/17", {"node", "enrol", "--vkey", vkey, "--host-name", "verksamhet"});
  EXPECT_EQ(opened.code, 0) << opened.err;
  EXPECT_EQ(opened.out, "se/17/varmland öppnad igen\n");
  EXPECT_TRUE(Eventually([&] { return Run(kVerksamhet, {"record", later}).code == 0; }));
  const std::string frontier = cluster_.scratch() / "frontier.json";
  ASSERT_EQ(Run(kVerksamhet, {"record", later, "--frontier-out", frontier}).code, 0);
  EXPECT_EQ(Run("se", {"await", "--frontier", frontier, "--timeout", "60"}).code, 0);
  cluster_.StopHost("county");
  const Finished stored =
      RunOffline({"verify", "--trust", trust_, "--data", cluster_.data_directory("se/17")});
  EXPECT_EQ(stored.code, 0) << stored.out << stored.err;
}

TEST_F(EndToEndTest, StateIsAnsweredAsANodeKnewIt) {
  RecordLines();
  EXPECT_EQ(Run("se", {"state", kReport, "--known-by", "se", "--at", "1"}).code, 1);
  const Finished then = Run("se", {"state", kReport, "--known-by", kVerksamhet, "--at", "2"});
  EXPECT_EQ(then.code, 0) << then.err;
  EXPECT_THAT(then.out, HasSubstr("som se/17/varmland visste före index 2"));
  EXPECT_THAT(then.out, HasSubstr("klienter[kvinna][30-49].antal     12  "));
}

TEST_F(EndToEndTest, EnrolmentMayBeDoneAgainButNotWithAnotherKey) {
  const auto init = [this](const std::string& directory) {
    return RunOffline({"node", "init", "--path", "se/17/ny", "--trust-domain", kClusterDomain,
                       "--dir", cluster_.scratch() / directory});
  };
  ASSERT_EQ(init("first").code, 0);
  ASSERT_EQ(init("second").code, 0);
  const auto enrol = [this](const std::string& at, const std::string& vkey) {
    return Operate(at, {"node", "enrol", "--vkey", vkey, "--any-host"});
  };
  const std::string first = cluster_.scratch() / "first/se_17_ny.vkey";
  const std::string second = cluster_.scratch() / "second/se_17_ny.vkey";
  EXPECT_EQ(enrol("se/17", first).out, "se/17/ny ansluten\n");
  EXPECT_EQ(enrol("se/17", first).out, "se/17/ny redan ansluten\n");
  const Finished other = enrol("se/17", second);
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("another key is enrolled"));
  EXPECT_EQ(enrol("se", first).code, 1) << "se is not its parent";
}

TEST_F(EndToEndTest, ReadShowsEntriesFromAPosition) {
  RecordLines();
  const Finished all = Run("se", {"--json", "read", "se/17/varmland@1"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 3);
  const Finished last = Run("se", {"--json", "read", "se/17/varmland@1", "--from", "2"});
  EXPECT_EQ(json::parse(last.out)["event"]["report_corrected"]["new"], 13);
}

}  // namespace
}  // namespace liggare::testing
