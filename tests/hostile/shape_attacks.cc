// What may stand in an event that its log's key vouches for: it is kept, and makes no
// answer wrong, unreadable or missing.
#include <gtest/gtest.h>

#include "tests/hostile/attack.h"

namespace liggare::hostile {
namespace {

constexpr int kYear = 2024;
// More than all figures that an honest node can record, added up.
constexpr int64_t kImpossibleFigure = 1'000'000'000'000'000'000;

std::string ReportOf(const std::string& path) {
  return "rapport/" + std::to_string(kYear) + "/" + path;
}

v1::EventData Report(const std::string& path, int64_t klienter) {
  v1::EventData event = AboutVerksamhet(path);
  event.set_subject(ReportOf(path));
  v1::ReportSubmitted& report = *event.mutable_report_submitted();
  report.mutable_ombud()->set_personer(klienter);
  report.mutable_ombud()->set_heltid_hundredths(klienter);
  v1::KlientAntal& row = *report.add_klienter();
  row.set_kon(v1::KON_MAN);
  row.set_alder(v1::ALDER_18_29);
  row.set_antal(klienter);
  return event;
}

// Every answer about the subject, and the tables over it, come and are possible.
void ExpectAnswers(Scene& scene, const std::string& subject) {
  NodeProcess& process = scene.victims_process();
  process.StateOf(scene.victim(), subject);
  for (const char* table : {"klienter", "ombud", "kommuner", "brister"}) {
    const v1::GetTableResponse answer = process.TableOf(scene.victim(), table, kYear);
    for (const v1::TableRow& row : answer.rows()) {
      for (const v1::TableCell& cell : row.cells()) {
        EXPECT_LT(cell.numerator(), kImpossibleFigure) << row.label() << " in " << table;
        EXPECT_GT(cell.numerator(), -kImpossibleFigure) << row.label() << " in " << table;
      }
    }
  }
}

// The hostile log goes on with these events, and whoever asks about their subject is
// answered.
std::function<void(Scene&)> Records(
    const std::function<std::vector<v1::EventData>(Scene&)>& events) {
  return [events](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog& log = scene.log();
    uint64_t sent = log.size();
    std::string subject;
    for (const v1::EventData& event : events(scene)) {
      subject = event.subject();
      log.Append(event);
    }
    constexpr uint64_t kEntriesOfAChunk = 1'000;
    while (sent < log.size()) {
      const uint64_t end = std::min(log.size(), sent + kEntriesOfAChunk);
      ASSERT_TRUE(peer.Send(log.Chunk(sent, end)));
      sent = end;
    }
    scene.ExpectTaken();
    ExpectAnswers(scene, subject);
  };
}

std::function<void(Scene&)> RecordsOne(const std::function<void(Scene&, v1::EventData&)>& change) {
  return Records([change](Scene& scene) {
    v1::EventData event = Report(scene.self(), 3);
    change(scene, event);
    return std::vector{event};
  });
}

// Bytes of a payload of an unknown type, or of a known one with unknown fields.
std::string WithUnknownField(int number, const std::string& bytes, v1::EventData event) {
  google::protobuf::UnknownFieldSet& unknown = *event.GetReflection()->MutableUnknownFields(&event);
  unknown.AddLengthDelimited(number)->assign(bytes);
  return event.SerializeAsString();
}

std::function<void(Scene&)> RecordsBytes(const std::function<std::string(Scene&)>& data) {
  return [data](Scene& scene) {
    Speaker& peer = scene.Live();
    ForgedLog& log = scene.log();
    const uint64_t before = log.size();
    log.AppendChanged(AboutVerksamhet(scene.self()),
                      [&](v1::Event& event) { event.set_data(data(scene)); });
    peer.Send(log.ChunkFrom(before));
    scene.ExpectTaken();
    ExpectAnswers(scene, ReportOf(scene.self()));
  };
}

Attacks Figures() {
  return {
      {"TheLargestFigure", kBelow, GoesOn(), Records([](Scene& s) {
         // Two of them are less than nothing, where they are only added.
         return std::vector{Report(s.self(), INT64_MAX), Report(s.self() + "/n", INT64_MAX)};
       })},
      {"TheSmallestFigure", kBelow, GoesOn(),
       RecordsOne([](Scene& s, v1::EventData& event) { event = Report(s.self(), INT64_MIN); })},
      {"AFigureBelowNought", kBelow, GoesOn(),
       RecordsOne([](Scene& s, v1::EventData& event) { event = Report(s.self(), -5); })},
      {"SevenThousandRows", kBelow, GoesOn(), RecordsOne([](Scene&, v1::EventData& event) {
         const v1::KlientAntal row = event.report_submitted().klienter(0);
         for (int i = 0; i < 7'000; ++i) *event.mutable_report_submitted()->add_klienter() = row;
       })},
      {"ACorrectionToTheLargestFigure", kBelow, GoesOn(), Records([](Scene& s) {
         v1::EventData correction = Report(s.self(), 3);
         correction.mutable_report_corrected()->set_path("ombud.personer");
         correction.mutable_report_corrected()->mutable_old()->set_number(3);
         correction.mutable_report_corrected()->mutable_new_()->set_number(INT64_MAX);
         return std::vector{Report(s.self(), 3), correction};
       })},
  };
}

Attacks Words() {
  return {
      {"AnActorWithControlCharacters", kBelow, GoesOn(),
       RecordsOne([](Scene&, v1::EventData& event) {
         event.mutable_actor()->set_id("\x1b[2J\x1b]52;c;eA==\x07\r\n");
         event.mutable_actor()->set_role(std::string(60'000, 'r'));
       })},
      {"AnEnumThatDoesNotExist", kBelow, GoesOn(), RecordsOne([](Scene&, v1::EventData& event) {
         v1::KlientAntal& row = *event.mutable_report_submitted()->mutable_klienter(0);
         row.set_kon(static_cast<v1::Kon>(4'711));
         row.set_alder(static_cast<v1::Alder>(-1));
       })},
      {"AFormOfALaterVersion", kBelow, GoesOn(),
       RecordsOne([](Scene&, v1::EventData& event) { event.set_form_version(UINT32_MAX); })},
      {"ATypeOfALaterVersion", kBelow, GoesOn(), RecordsBytes([](Scene& s) {
         v1::EventData event = Report(s.self(), 3);
         event.clear_payload();
         return WithUnknownField(9'999, "payload", event);
       })},
      {"SixtyKilobytesOfUnknownFields", kBelow, GoesOn(), RecordsBytes([](Scene& s) {
         return WithUnknownField(50, std::string(60'000, 'u'), Report(s.self(), 3));
       })},
      {"APayloadThatIsNoMessage", kBelow, GoesOn(), RecordsBytes([](Scene& s) {
         v1::EventData event = Report(s.self(), 3);
         event.clear_payload();
         return WithUnknownField(v1::EventData::kReportSubmittedFieldNumber, "\xff\xff\xff", event);
       })},
      {"ANameThatIsNotUtf8", kBelow, GoesOn(), RecordsBytes([](Scene& s) {
         v1::EventData event = Report(s.self(), 3);
         event.clear_actor();
         v1::Actor actor;
         actor.set_id("anna");
         std::string bytes = actor.SerializeAsString();
         bytes.back() = '\xff';
         return WithUnknownField(v1::EventData::kActorFieldNumber, bytes, event);
       })},
      {"ASubjectThatIsNone", kBelow, GoesOn(), Records([](Scene& s) {
         v1::EventData event = Report(s.self(), 3);
         event.set_subject("rapport/99999999999999999999/se/17/a");
         return std::vector{event, Report(s.self(), 3)};
       })},
  };
}

v1::EventData Arrival(const std::string& subject, int64_t at_ms, const v1::LogState& state,
                      int times = 1) {
  v1::EventData event = AboutVerksamhet("se");
  event.set_subject(subject);
  event.mutable_received()->set_arrived_at_ms(at_ms);
  for (int i = 0; i < times; ++i) *event.mutable_received()->add_logs() = state;
  return event;
}

// Says that other nodes' entries reached it.
Attacks Arrivals() {
  const auto state_of = [](const std::string& log, uint64_t size) {
    v1::LogState state;
    state.set_log(log);
    state.set_size(size);
    state.set_root(std::string(merkle::kHashBytes, 'r'));
    return state;
  };
  return {
      {"AnArrivalOfWhatNobodyWrote", kBelow, GoesOn(), Records([=](Scene& s) {
         return std::vector{
             Arrival("node/" + s.self(), NowMs(), state_of(s.bystander() + "@1", UINT64_MAX)),
             Arrival("node/" + s.self(), NowMs(), state_of(s.victim() + "@1", UINT64_MAX)),
             Arrival("node/" + s.self(), NowMs(), state_of(s.self() + "@1", UINT64_MAX)),
             Arrival("node/" + s.self(), NowMs(), state_of("no log", 1))};
       })},
      {"AnArrivalBeforeAndAfterAllTime", kBelow, GoesOn(), Records([=](Scene& s) {
         return std::vector{
             Arrival("node/" + s.self(), INT64_MAX, state_of(s.bystander() + "@1", 1)),
             Arrival("node/" + s.self(), INT64_MIN, state_of(s.bystander() + "@1", 2))};
       })},
      {"AnArrivalInAnothersName", kBelow, GoesOn(), Records([=](Scene& s) {
         return std::vector{
             Arrival("node/" + s.bystander(), NowMs(), state_of(s.bystander() + "@1", 1)),
             Arrival("node/" + s.victim(), NowMs(), state_of(s.bystander() + "@1", 1))};
       })},
      {"AnArrivalOfEightHundredLogs", kBelow, GoesOn(), Records([=](Scene& s) {
         return std::vector{
             Arrival("node/" + s.self(), NowMs(), state_of(s.bystander() + "@1", 1), 800)};
       })},
  };
}

// Writes about what is another's.
Attacks Unlawful() {
  return {
      {"AReportOfASibling", kBelow, GoesOn(), Records([](Scene& s) {
         return std::vector{Report(s.from() == From::kChild ? "se/17/a" : "se/01/c", 99)};
       })},
      {"FortyThousandReportsOfASibling", {From::kChild}, GoesOn(), Records([](Scene&) {
         std::vector<v1::EventData> events;
         for (int i = 0; i < 40'000; ++i) events.push_back(Report("se/17/b", i));
         return events;
       })},
      {"ABasisThatWillNeverCome", kBelow, GoesOn(),
       [](Scene& scene) {
         Speaker& peer = scene.Live();
         ForgedLog& log = scene.log();
         const uint64_t before = log.size();
         for (int i = 0; i < 1'000; ++i) {
           log.AppendChanged(Report(scene.self(), 3), [&](v1::Event& event) {
             v1::Basis& basis = *event.add_basis();
             basis.set_log(scene.bystander() + "@1");
             basis.set_index(UINT64_MAX - i);
           });
         }
         peer.Send(log.ChunkFrom(before));
         scene.ExpectTaken();
         ExpectAnswers(scene, ReportOf(scene.self()));
       }},
      {"FiveThousandExpectations", kBelow, GoesOn(), RecordsOne([](Scene& s, v1::EventData& event) {
         for (int i = 0; i < 5'000; ++i) event.add_expected()->set_log(s.bystander() + "@1");
       })},
  };
}

}  // namespace

Attacks ShapeAttacks() {
  Attacks all = Figures();
  for (const Attacks& more : {Words(), Arrivals(), Unlawful()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace liggare::hostile
