#include "services/presentation/receipt_form.h"

#include "proto/form/uuid.h"
#include "proto/json/event_json.h"
#include "proto/text/shown_text.h"
#include "services/presentation/entry_form.h"
#include "services/presentation/entry_place.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/left_out_form.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"

namespace liggare::presentation {
namespace {

constexpr char kFormat[] = "liggare.verified_receipt/1";
constexpr size_t kIndent = 2;
constexpr int64_t kMsPerSecond = 1000;

std::string IdText(const proof::VerifiedReceipt& receipt) {
  const std::string& id = receipt.data.event_id();
  return id.size() == form::kUuidBytes ? form::UuidText(id) : "";
}

std::string SecondsText(uint64_t seconds) {
  return TimeText(static_cast<int64_t>(seconds) * kMsPerSecond);
}

std::string CustodyText(const proof::ProvenSigner& signer) {
  switch (signer.custody) {
    case v1::CUSTODY_OWN:
      return "egen nyckel";
    case v1::CUSTODY_HOSTED:
      return "nyckeln hålls av " + signer.hosted_by;
    default:
      return signer.path == "se" ? "nationens nyckel, given" : "ej sagt vem som håller nyckeln";
  }
}

std::string EventSection(const proof::VerifiedReceipt& receipt) {
  const v1::Event& event = receipt.event;
  TextTable table({Align::kLeft, Align::kLeft});
  table.AddRow({"Händelse", EntryPlace{event.log(), event.index()}.Text()});
  table.AddRow({"Id", IdText(receipt)});
  table.AddRow({"Slag", PayloadName(receipt.data)});
  table.AddRow({"Ämne", receipt.data.subject()});
  table.AddRow({"Registrerad", TimeText(event.recorded_at_ms()) + " hos " + receipt.path});
  table.AddRow({"Insänd av", event.principal()});
  table.AddRow({"Under", "kontrollpunkt om " + std::to_string(receipt.checkpoint.size) +
                             " poster i " + receipt.checkpoint.origin});
  return table.Text(kIndent);
}

std::string ReceivedSection(const proof::VerifiedReceipt& receipt) {
  if (receipt.received.empty()) return "Ingen nivå över har ännu intygat mottagandet.\n";
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft});
  for (const proof::ProvenReceipt& tier : receipt.received) {
    table.AddRow({tier.path, SecondsText(tier.time_s),
                  "intygat i kontrollpunkt om " + std::to_string(tier.size) + " poster"});
  }
  return "Mottagen\n" + table.Text(kIndent);
}

std::string SignersSection(const proof::VerifiedReceipt& receipt) {
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft});
  std::string remarks;
  for (const proof::ProvenSigner& signer : receipt.signers) {
    table.AddRow({signer.path, signer.display_name, CustodyText(signer)});
    if (signer.custody == v1::CUSTODY_HOSTED && signer.is_origin) {
      remarks +=
          text::ShownText("Obs: den som håller nyckeln, " + signer.hosted_by +
                          ", kan inte bevisa något mot " + signer.path + " med detta kvitto.") +
          "\n";
    }
    if (signer.superseded) {
      remarks += "Obs: nyckeln för " + text::ShownText(signer.path) + " har bytts sedan dess.\n";
    }
  }
  return "Nycklar\n" + table.Text(kIndent) + remarks;
}

std::string TextsSection(const proof::VerifiedReceipt& receipt) {
  if (receipt.texts.empty()) return "";
  std::string text = "Texter\n";
  for (const proof::DisclosedText& one : receipt.texts) {
    text += std::string(kIndent, ' ') +
            text::ShownText(
                one.field + ": " +
                (one.disclosed ? "”" + one.text + "”" : "(lämnas inte ut här; kan vara gallrad)")) +
            "\n";
  }
  return text;
}

Json SignerJson(const proof::ProvenSigner& signer) {
  const char* custody = signer.custody == v1::CUSTODY_OWN      ? "own"
                        : signer.custody == v1::CUSTODY_HOSTED ? "hosted"
                                                               : "unspecified";
  Json json = {{"path", signer.path},
               {"verifier_key", signer.vkey},
               {"display_name", signer.display_name},
               {"custody", custody}};
  if (!signer.hosted_by.empty()) json["hosted_by"] = signer.hosted_by;
  json["origin"] = signer.is_origin;
  json["superseded"] = signer.superseded;
  return json;
}

}  // namespace

std::string ReceiptText(const proof::VerifiedReceipt& receipt) {
  return "Kvittot håller.\n" + EventSection(receipt) + ReceivedSection(receipt) +
         SignersSection(receipt) + TextsSection(receipt) + LeftOutText(LinesOf(receipt.left_out));
}

std::string ReceiptJson(const proof::VerifiedReceipt& receipt) {
  Json json = {{"format", kFormat},
               {"verified", true},
               {"log", receipt.event.log()},
               {"index", receipt.event.index()},
               {"id", IdText(receipt)},
               {"type", PayloadName(receipt.data)},
               {"subject", receipt.data.subject()},
               {"recorded_at", IsoTime(receipt.event.recorded_at_ms())},
               {"recorded_by", receipt.path},
               {"principal", receipt.event.principal()},
               {"checkpoint_size", receipt.checkpoint.size}};
  json["received"] = Json::array();
  for (const proof::ProvenReceipt& tier : receipt.received) {
    json["received"].push_back({{"path", tier.path},
                                {"at", IsoTime(static_cast<int64_t>(tier.time_s) * kMsPerSecond)},
                                {"checkpoint_size", tier.size}});
  }
  json["signers"] = Json::array();
  for (const proof::ProvenSigner& signer : receipt.signers) {
    json["signers"].push_back(SignerJson(signer));
  }
  json["texts"] = Json::array();
  for (const proof::DisclosedText& text : receipt.texts) {
    json["texts"].push_back(
        {{"field", text.field}, {"text", text.disclosed ? Json(text.text) : Json(nullptr)}});
  }
  if (!receipt.left_out.empty()) {
    json["signatures_left_out"] = LeftOutJson(LinesOf(receipt.left_out));
  }
  json["event"] = Json::parse(json::EventToJson(receipt.data), nullptr, false);
  return json.dump(2) + "\n";
}

}  // namespace liggare::presentation
