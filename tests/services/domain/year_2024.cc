#include "tests/services/domain/year_2024.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "proto/error/error.h"

namespace liggare::domain {
namespace {

void Record(World& world, const std::string& writer, const std::string& subject,
            const std::string& type, const std::string& fields) {
  const absl::Status status = world.Record(writer, subject, type, fields);
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", type.c_str(), ErrorText(ErrorOf(status)).c_str());
  std::abort();
}

constexpr char kKlienter[] = R"("ombud": {"personer": 357, "heltid_hundredths": 32650},
  "klienter": [
    {"kon": "man", "alder": "18-29", "antal": 1065}, {"kon": "man", "alder": "30-49", "antal": 1921},
    {"kon": "man", "alder": "50-64", "antal": 1095}, {"kon": "man", "alder": "65+", "antal": 222},
    {"kon": "kvinna", "alder": "18-29", "antal": 1260},
    {"kon": "kvinna", "alder": "30-49", "antal": 2809},
    {"kon": "kvinna", "alder": "50-64", "antal": 1583},
    {"kon": "kvinna", "alder": "65+", "antal": 227},
    {"kon": "annan", "alder": "okand", "antal": 66}],
  "barn": [{"kon": "man", "antal": 492}, {"kon": "kvinna", "antal": 1297}],
  "ekonomi": [{"kommunkod": "1780", "anvant_ore": 12999988800, "oanvant_ore": 0}])";

}  // namespace

void Publish(World& world, const std::string& table, const std::string& cells) {
  std::string fields;
  std::stringstream stream(cells);
  std::string cell;
  while (std::getline(stream, cell, ',')) {
    std::stringstream parts(cell);
    std::string row;
    std::string column;
    std::string value;
    parts >> row >> column >> value;
    fields += (fields.empty() ? "" : ", ") + ("{\"row\": \"" + row + "\", \"column\": \"" + column +
                                              "\", \"value\": \"" + value + "\"}");
  }
  Record(world, "se", "tabell/2024/" + table, "table_published", "\"cells\": [" + fields + "]");
}

std::unique_ptr<World> Year2024() {
  auto world = std::make_unique<World>();
  World& w = *world;
  Record(w, "se", "anslag/2024", "appropriation_set",
         R"("poster": [{"post": "socialstyrelsen", "amount_ore": 150000000},
                       {"post": "ombudstjanster", "amount_ore": 13000000000}])");
  Record(w, "se", "anslag/2024", "own_cost_booked", R"("amount_ore": 150000000)");
  Record(w, "se", "anslag/2024", "money_returned", R"("amount_ore": 113520200)");
  Record(w, "se/17/varmland", "verksamhet/se/17/varmland", "verksamhet_registered",
         R"("namn": "PO Värmland", "driftsform": "kommunal_regi", "huvudman": "1780",
            "from": "2014-01-01")");
  Record(w, "se/17", "verksamhet/se/17/varmland", "kommun_assigned",
         R"("kommunkod": "1780", "from": "2014-01-01", "redovisar_ekonomi": true)");
  Record(w, "se/17", "ansokan/2024/1780", "application_received", R"("posts_hundredths": 32847)");
  Record(w, "se/17", "rekvisition/2024/17", "applications_summed",
         R"("posts_hundredths": 32847, "kommuner": 1)");
  Record(w, "se", "anslag/2024", "grant_rate_set", R"("rate_ore": 39577400)");
  Record(w, "se/17", "lansrapport/2023/17", "county_account_submitted",
         R"("submitted_on": "2024-02-28", "utbetalt_ore": 0, "anvant_ore": 0, "oanvant_ore": 0,
            "plan": "Nätverksträffar.")");
  Record(w, "se/17", "bidrag/2024/1780", "grant_decided",
         R"("posts_hundredths": 32847, "amount_ore": 12999988800)");
  Record(w, "se/17", "rekvisition/2024/17", "funds_requisitioned",
         R"("posts_hundredths": 32847, "amount_ore": 12999988800)");
  Record(w, "se", "rekvisition/2024/17", "funds_paid", R"("amount_ore": 12999988800)");
  Record(w, "se/17", "bidrag/2024/1780", "grant_paid", R"("amount_ore": 12999988800)");
  Record(w, "se/17/varmland", "rapport/2024/se/17/varmland", "report_submitted", kKlienter);
  return world;
}

}  // namespace liggare::domain
