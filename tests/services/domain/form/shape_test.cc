#include "services/domain/form/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/error/error.h"
#include "services/domain/form/text_form.h"
#include "tests/services/domain/world.h"

namespace liggare::domain {
namespace {

constexpr char kRapport[] = "rapport/2024/se/17/varmland";
constexpr char kOmbud[] = R"("ombud": {"personer": 8, "heltid_hundredths": 750})";

v1::Error FaultOf(const v1::EventData& event) {
  const absl::Status status = CheckShape(event);
  return status.ok() ? v1::Error() : ErrorOf(status);
}

v1::Error FaultOf(const std::string& subject, const std::string& type, const std::string& fields) {
  return FaultOf(EventOf(subject, type, fields));
}

v1::Error ReportFault(const std::string& fields) {
  return FaultOf(kRapport, "report_submitted", kOmbud + (", " + fields));
}

void ExpectFault(const v1::Error& error, v1::ErrorCode code, const std::string& field) {
  EXPECT_EQ(ErrorName(error.code()), ErrorName(code)) << error.ShortDebugString();
  EXPECT_EQ(error.field(), field) << error.ShortDebugString();
  EXPECT_FALSE(error.message().empty());
  EXPECT_FALSE(error.expected().empty()) << error.ShortDebugString();
}

v1::EventData GoodEvent() { return EventOf("anslag/2024", "grant_rate_set", R"("rate_ore": 1)"); }

TEST(ShapeTest, AWholeReportIsAccepted) {
  EXPECT_TRUE(CheckShape(EventOf(kRapport, "report_submitted", std::string(kOmbud) + R"(,
      "klienter": [{"kon": "man", "alder": "18-29", "antal": 0},
                   {"kon": "man", "alder": "30-49", "antal": 3}],
      "barn": [{"kon": "annan", "antal": 1}],
      "ekonomi": [{"kommunkod": "1780", "anvant_ore": 1, "oanvant_ore": 0}])"))
                  .ok());
}

TEST(ShapeTest, MissingFieldsAreNamed) {
  ExpectFault(FaultOf(kRapport, "report_submitted", ""), v1::ERROR_CODE_MISSING_FIELD, "ombud");
  ExpectFault(FaultOf(kRapport, "report_submitted", R"("ombud": {"personer": 1})"),
              v1::ERROR_CODE_MISSING_FIELD, "ombud.heltid_hundredths");
  ExpectFault(FaultOf("anslag/2024", "appropriation_set", ""), v1::ERROR_CODE_MISSING_FIELD,
              "poster");
  ExpectFault(ReportFault(R"("klienter": [{"kon": "kvinna", "alder": "30-49"}])"),
              v1::ERROR_CODE_MISSING_FIELD, "klienter[kvinna][30-49].antal");
  ExpectFault(FaultOf("verksamhet/se/17/a", "kommun_assigned",
                      R"("kommunkod": "1780", "from": "2024-01-01")"),
              v1::ERROR_CODE_MISSING_FIELD, "redovisar_ekonomi");
  const v1::Error no_kon = ReportFault(R"("barn": [{"antal": 1}])");
  EXPECT_EQ(no_kon.code(), v1::ERROR_CODE_MISSING_FIELD);
  EXPECT_EQ(no_kon.expected(), "one of man, kvinna, annan");
}

TEST(ShapeTest, NegativeAndHugeFiguresAreRefused) {
  ExpectFault(ReportFault(R"("klienter": [{"kon": "man", "alder": "65+", "antal": -1}])"),
              v1::ERROR_CODE_INVALID_FIELD, "klienter[man][65+].antal");
  ExpectFault(FaultOf("anslag/2024", "grant_rate_set", R"("rate_ore": 1000000000000001)"),
              v1::ERROR_CODE_INVALID_FIELD, "rate_ore");
  EXPECT_TRUE(
      CheckShape(EventOf("anslag/2024", "grant_rate_set", R"("rate_ore": 1000000000000000)")).ok());
}

TEST(ShapeTest, AKeyOccursOnce) {
  ExpectFault(ReportFault(R"("klienter": [{"kon": "man", "alder": "65+", "antal": 1},
                                           {"kon": "man", "alder": "65+", "antal": 2}])"),
              v1::ERROR_CODE_INVALID_FIELD, "klienter[man][65+]");
}

TEST(ShapeTest, KommunkodMustExist) {
  ExpectFault(
      ReportFault(R"("ekonomi": [{"kommunkod": "1799", "anvant_ore": 1, "oanvant_ore": 0}])"),
      v1::ERROR_CODE_INVALID_FIELD, "ekonomi[1799].kommunkod");
  ExpectFault(FaultOf("bidrag/2024/1799", "grant_paid", R"("amount_ore": 1)"),
              v1::ERROR_CODE_INVALID_SUBJECT, "subject");
}

TEST(ShapeTest, DatesMustExistAndBeInOrder) {
  const auto fault = [](const std::string& dates) {
    return FaultOf("verksamhet/se/17/a", "kommun_assigned",
                   R"("kommunkod": "1780", "redovisar_ekonomi": true, )" + dates);
  };
  EXPECT_EQ(fault(R"("from": "2024-01-01", "to": "2024-01-01")").code(),
            v1::ERROR_CODE_UNSPECIFIED);
  ExpectFault(fault(R"("from": "2023-02-29")"), v1::ERROR_CODE_INVALID_FIELD, "from");
  ExpectFault(fault(R"("from": "2024-01-02", "to": "2024-01-01")"), v1::ERROR_CODE_INVALID_FIELD,
              "to");
}

TEST(ShapeTest, OrganisationsnummerIsCheckedByLuhn) {
  for (const char* number : {"202100-5489", "202100-0555", "212000-0142"}) {
    EXPECT_TRUE(IsOrganisationsnummer(number)) << number;
  }
  for (const char* number :
       {"202100-5488", "2021005489", "202100-548", "20210a-5489", "121212-1212", ""}) {
    EXPECT_FALSE(IsOrganisationsnummer(number)) << number;
  }
  v1::EventData event = GoodEvent();
  event.mutable_actor()->set_organisationsnummer("202100-5488");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "actor.organisationsnummer");
}

TEST(ShapeTest, TextsAreBounded) {
  v1::EventData event = GoodEvent();
  event.mutable_actor()->set_id(std::string(400, 'a'));
  EXPECT_TRUE(CheckShape(event).ok());
  event.mutable_actor()->set_id(std::string(401, 'a'));
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "actor.id");
  event.mutable_actor()->set_id("a\nb");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "actor.id");
}

TEST(ShapeTest, TokensAndPatternsAreBounded) {
  v1::EventData event = GoodEvent();
  event.set_reason_code(std::string(kTokenBytesMax, 'a'));
  EXPECT_TRUE(CheckShape(event).ok());
  event.set_reason_code(std::string(kTokenBytesMax + 1, 'a'));
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "reason_code");
  EXPECT_TRUE(HasForm(v1::TEXT_FORM_FIELD_PATTERN, std::string(kPatternBytesMax, 'a')));
  EXPECT_FALSE(HasForm(v1::TEXT_FORM_FIELD_PATTERN, std::string(kPatternBytesMax + 1, 'a')));
}

// Every field of bytes has a length of its own as well, which is said first within the limit.
TEST(ShapeTest, BytesAreBounded) {
  v1::EventData event = EventOf("node/se/17", "node_closed", R"("size": 1)");
  event.mutable_node_closed()->set_root(std::string(kHashBytes, 'r'));
  EXPECT_TRUE(CheckShape(event).ok());
  event.mutable_node_closed()->set_root(std::string(kBytesFieldMax, 'r'));
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "root");
  event.mutable_node_closed()->set_root(std::string(kBytesFieldMax + 1, 'r'));
  ExpectFault(FaultOf(event), v1::ERROR_CODE_LIMIT_EXCEEDED, "root");
}

TEST(ShapeTest, TokensAreLowerCase) {
  v1::EventData event = GoodEvent();
  event.set_reason_code("Skrivfel");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "reason_code");
  event.set_reason_code("skrivfel");
  EXPECT_TRUE(CheckShape(event).ok());
}

TEST(ShapeTest, IdIsAUuid7) {
  v1::EventData event = GoodEvent();
  event.set_event_id(std::string(16, 'a'));
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "event_id");
  event.clear_event_id();
  ExpectFault(FaultOf(event), v1::ERROR_CODE_MISSING_FIELD, "event_id");
}

TEST(ShapeTest, CommitmentsHaveTheirLength) {
  v1::EventData event = GoodEvent();
  event.mutable_reason()->set_commitment("short");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "reason");
}

TEST(ShapeTest, ExpectedPositionsNameEachLogOnce) {
  v1::EventData event = GoodEvent();
  event.add_expected()->set_log("se@1");
  EXPECT_TRUE(CheckShape(event).ok());
  event.add_expected()->set_log("se@1");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "expected.log");
  event.mutable_expected(1)->set_log("se");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "expected.log");
}

TEST(ShapeTest, ExpectedPositionsAreBounded) {
  v1::EventData event = GoodEvent();
  for (size_t i = 1; i <= kExpectedMax; ++i) {
    event.add_expected()->set_log("se@" + std::to_string(i));
  }
  EXPECT_TRUE(CheckShape(event).ok());
  event.add_expected()->set_log("se/17@1");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_LIMIT_EXCEEDED, "expected");
}

TEST(ShapeTest, UnknownTypesVersionsAndFieldsAreRefused) {
  v1::EventData event = GoodEvent();
  event.set_form_version(3);
  ExpectFault(FaultOf(event), v1::ERROR_CODE_UNKNOWN_TYPE, "form_version");

  event = GoodEvent();
  auto* payload = event.mutable_grant_rate_set();
  payload->GetReflection()->MutableUnknownFields(payload)->AddVarint(77, 1);
  EXPECT_EQ(FaultOf(event).code(), v1::ERROR_CODE_UNKNOWN_FIELD);

  event = GoodEvent();
  event.clear_payload();
  ExpectFault(FaultOf(event), v1::ERROR_CODE_MISSING_FIELD, "payload");
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(999, "later");
  ExpectFault(FaultOf(event), v1::ERROR_CODE_UNKNOWN_TYPE, "payload");
}

TEST(ShapeTest, UnknownEnumValuesAreRefused) {
  v1::EventData event = EventOf(kRapport, "report_submitted",
                                std::string(kOmbud) + R"(, "barn": [{"kon": "man", "antal": 1}])");
  event.mutable_report_submitted()->mutable_barn(0)->set_kon(static_cast<v1::Kon>(7));
  ExpectFault(FaultOf(event), v1::ERROR_CODE_INVALID_FIELD, "barn[7].kon");
}

TEST(ShapeTest, ElementsAreBounded) {
  v1::EventData event = EventOf("tabell/2024/budget", "table_published",
                                R"("cells": [{"row": "summa", "column": "budget", "value": "1"}])");
  EXPECT_TRUE(CheckShape(event).ok());
  for (size_t i = 1; i < kElementsMax; ++i) {
    *event.mutable_table_published()->add_cells() = event.table_published().cells(0);
    event.mutable_table_published()
        ->mutable_cells(static_cast<int>(i))
        ->set_row("rad-" + std::to_string(i));
  }
  EXPECT_EQ(FaultOf(event).code(), v1::ERROR_CODE_UNSPECIFIED);
  event.mutable_table_published()->add_cells();
  ExpectFault(FaultOf(event), v1::ERROR_CODE_LIMIT_EXCEEDED, "cells");
}

TEST(ShapeTest, StatedCellsAreDecimals) {
  const auto fault = [](const std::string& value) {
    return FaultOf("tabell/2024/budget", "table_published",
                   R"("cells": [{"row": "a", "column": "b", "value": ")" + value + "\"}]");
  };
  for (const char* value : {"0", "-1135202", "328.49", "0.5"}) {
    EXPECT_EQ(fault(value).code(), v1::ERROR_CODE_UNSPECIFIED) << value;
  }
  for (const char* value : {"1 065", "328,49", "+1", "01", "1.", ".5", "--1", "1e3"}) {
    ExpectFault(fault(value), v1::ERROR_CODE_INVALID_FIELD, "cells[a][b].value");
  }
}

TEST(ShapeTest, StatedCellsAreFiguresOrWords) {
  const auto fault = [](const std::string& rest) {
    return FaultOf("tabell/2024/utforare", "table_published",
                   R"("cells": [{"row": "a", "column": "lan")" + rest + "}]");
  };
  EXPECT_EQ(fault(R"(, "text": "Västra Götaland")").code(), v1::ERROR_CODE_UNSPECIFIED);
  ExpectFault(fault(""), v1::ERROR_CODE_MISSING_FIELD, "cells[a][lan].value");
  ExpectFault(fault(R"(, "text": "Kalmar", "value": "1")"), v1::ERROR_CODE_INVALID_FIELD,
              "cells[a][lan].text");
}

TEST(ShapeTest, SubjectFitsTheType) {
  const v1::Error error = FaultOf("ansokan/2024/1780", "grant_paid", R"("amount_ore": 1)");
  ExpectFault(error, v1::ERROR_CODE_INVALID_SUBJECT, "subject");
  EXPECT_THAT(error.expected(), testing::HasSubstr("bidrag/"));
  for (const char* subject :
       {"rapport/2024/se", "rapport/2024/se/17", "rapport/2024/se/02/a", "rapport/2024/no/17/a"}) {
    ExpectFault(FaultOf(subject, "report_submitted", kOmbud), v1::ERROR_CODE_INVALID_SUBJECT,
                "subject");
  }
  const v1::Error table =
      FaultOf("tabell/2024/klient", "table_published",
              R"("cells": [{"row": "summa", "column": "budget", "value": "1"}])");
  ExpectFault(table, v1::ERROR_CODE_INVALID_SUBJECT, "subject");
  EXPECT_THAT(table.expected(), testing::HasSubstr("klienter"));
}

TEST(ShapeTest, CorrectionsArePathsOfTheReportWithTheRightKind) {
  const auto fault = [](const std::string& path, const std::string& rest) {
    return FaultOf(kRapport, "report_corrected", "\"path\": \"" + path + "\", " + rest);
  };
  for (const char* path : {"klienter[kvinna][30-49].antal", "ombud.personer",
                           "ekonomi[1780].anvant_ore", "kontaktorsaker[ekonomi][man].antal"}) {
    EXPECT_EQ(fault(path, R"("old": 1, "new": 2)").code(), v1::ERROR_CODE_UNSPECIFIED) << path;
  }
  EXPECT_EQ(fault("barn[man].antal", R"("new": 2)").code(), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_EQ(fault("barn[man].antal", R"("old": 2)").code(), v1::ERROR_CODE_UNSPECIFIED);
  for (const char* path :
       {"klienter", "klienter[kvinna].antal", "klienter[kvinna][30-49]", "klienter[kvinna][30-49].",
        "klienter[flicka][30-49].antal", "klienter[kvinna][30-49].kon", "klienter[kvinna][30-49].x",
        "ombud", "ombud.personer.x", "ombud[man].personer", "ekonomi[9999].anvant_ore", "antal",
        "klienter[kvinna", "."}) {
    ExpectFault(fault(path, R"("old": 1, "new": 2)"), v1::ERROR_CODE_INVALID_FIELD, "path");
  }
  ExpectFault(fault("ombud.personer", R"("old": 1, "new": "två")"), v1::ERROR_CODE_INVALID_FIELD,
              "new");
  ExpectFault(fault("ombud.personer", R"("old": 1, "new": -2)"), v1::ERROR_CODE_INVALID_FIELD,
              "new");
  ExpectFault(fault("ombud.personer", R"("old": true, "new": 2)"), v1::ERROR_CODE_INVALID_FIELD,
              "old");
  ExpectFault(fault("ombud.personer", R"("old": 2, "new": 2)"), v1::ERROR_CODE_INVALID_FIELD,
              "new");
  ExpectFault(FaultOf(kRapport, "report_corrected", R"("path": "ombud.personer")"),
              v1::ERROR_CODE_MISSING_FIELD, "new");
}

TEST(ShapeTest, CustodyAndKeysFitTheNode) {
  const auto fault = [](const std::string& rest) {
    return FaultOf("node/se/17", "node_enrolled",
                   R"("verifier_key": "x.example/se/17+0a1b2c3d+AQAB", )" + rest);
  };
  EXPECT_EQ(fault(R"("custody": "own")").code(), v1::ERROR_CODE_UNSPECIFIED);
  EXPECT_EQ(fault(R"("custody": "hosted", "hosted_by": "se")").code(), v1::ERROR_CODE_UNSPECIFIED);
  ExpectFault(fault(R"("custody": "hosted")"), v1::ERROR_CODE_MISSING_FIELD, "hosted_by");
  ExpectFault(fault(R"("custody": "own", "hosted_by": "se")"), v1::ERROR_CODE_INVALID_FIELD,
              "hosted_by");
  for (const char* key : {"x.example/se/18+0a1b2c3d+AQAB", "x.example/se/17", "+0a1b2c3d+AQAB",
                          "x.example/se/17+0a1b2c3+AQAB", "x.example/se/17+0a1b2c3d+"}) {
    ExpectFault(FaultOf("node/se/17", "node_enrolled",
                        "\"verifier_key\": \"" + std::string(key) + R"(", "custody": "own")"),
                v1::ERROR_CODE_INVALID_FIELD, "verifier_key");
  }
}

TEST(ShapeTest, ARevocationNamesAKeyAndALogOfTheNode) {
  const auto fault = [](const std::string& key, const std::string& rest) {
    return FaultOf("node/se/17", "node_key_revoked",
                   "\"verifier_key\": \"x.example/" + key + "+0a1b2c3d+AQAB\", " + rest);
  };
  EXPECT_EQ(fault("se/17", R"("log": "se/17@2", "size": 0)").code(), v1::ERROR_CODE_UNSPECIFIED);
  ExpectFault(fault("se/18", R"("log": "se/17@2", "size": 0)"), v1::ERROR_CODE_INVALID_FIELD,
              "verifier_key");
  for (const char* log : {"se/18@1", "se/17", "se/17@0", "se/17/varmland@1"}) {
    ExpectFault(fault("se/17", "\"log\": \"" + std::string(log) + R"(", "size": 0)"),
                v1::ERROR_CODE_INVALID_FIELD, "log");
  }
  ExpectFault(fault("se/17", R"("log": "se/17@1")"), v1::ERROR_CODE_MISSING_FIELD, "size");
}

v1::Error ActorFault(const std::string& id) {
  v1::EventData event = GoodEvent();
  event.mutable_actor()->set_id(id);
  return FaultOf(event);
}

TEST(ShapeTest, TextsThatNobodyCouldSeeOrNoFileCouldHoldAreRefused) {
  for (const char* id : {" ", "\u00A0\u2003", "a\x1b[2J", "a\u009b2J", "a\nb", "a\uFFFF", "\uFDD0",
                         "\U0010FFFE", "a\x7f"}) {
    ExpectFault(ActorFault(id), v1::ERROR_CODE_INVALID_FIELD, "actor.id");
  }
  for (const char* id : {" a ", "Åsa Öst", "é", "👩‍👩‍👧", "\uFFFD", "ا"}) {
    EXPECT_EQ(ActorFault(id).code(), v1::ERROR_CODE_UNSPECIFIED) << id;
  }
}

TEST(ShapeTest, APersonnummerIsRefusedWhereItCouldNeverBeErased) {
  const v1::Error error = ActorFault("Anna 19121212-1212");
  ExpectFault(error, v1::ERROR_CODE_INVALID_FIELD, "actor.id");
  EXPECT_THAT(error.message(), ::testing::Not(::testing::HasSubstr("1212")));
  EXPECT_EQ(ActorFault("Anna 202100-5489").code(), v1::ERROR_CODE_UNSPECIFIED);
}

}  // namespace
}  // namespace liggare::domain
