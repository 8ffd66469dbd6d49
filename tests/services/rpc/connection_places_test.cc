#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/rpc/guard/connections.h"

namespace liggare::rpc {
namespace {

constexpr size_t kPlaces = 100;
constexpr int64_t kNowMs = 1'000;
constexpr char kAddress[] = "10.0.0.1";

using Places = std::vector<std::unique_ptr<ConnectionPlace>>;

// As many as are given to this address, up to `most`.
Places AllOf(Connections& all, const std::string& address, size_t most = 10'000) {
  Places places;
  while (places.size() < most) {
    std::unique_ptr<ConnectionPlace> place = all.Admit(address);
    if (place == nullptr) break;
    places.push_back(std::move(place));
  }
  return places;
}

// As many connections as this certificate may have.
Places ShownBy(Connections& all, const std::string& peer) {
  Places places;
  for (;;) {
    std::unique_ptr<ConnectionPlace> place = all.Admit(kAddress);
    if (place == nullptr || !place->Show(peer, kNowMs).ok()) return places;
    places.push_back(std::move(place));
  }
}

TEST(ConnectionPlacesTest, AnAddressGetsHalfAndAnotherStillFindsRoom) {
  const auto all = Connections::Make({.places_max = kPlaces});
  const Places first = AllOf(*all, kAddress);
  EXPECT_EQ(first.size(), kPlaces / 2);
  EXPECT_GT(AllOf(*all, "10.0.0.2").size(), kPlaces / 5);
}

TEST(ConnectionPlacesTest, ACertificateGetsHalfAndAnotherOfTheSameAddressStillFindsRoom) {
  const auto all = Connections::Make({.places_max = kPlaces});
  const Places first = ShownBy(*all, "spiffe://a/se/17/a");
  EXPECT_EQ(first.size(), kPlaces / 2);
  EXPECT_GT(ShownBy(*all, "spiffe://a/se/17/b").size(), kPlaces / 5);
}

TEST(ConnectionPlacesTest, HowManyAreFreeACertificateAndAnAddressHaveALimit) {
  const auto all = Connections::Make({.places_max = 8'192});
  EXPECT_EQ(ShownBy(*all, "spiffe://a/se/17/a").size(), kConnectionsOfCertificateMax);
  EXPECT_EQ(AllOf(*all, kAddress).size(), kHandshakesOfAddressMax);
}

TEST(ConnectionPlacesTest, WhoHasShownACertificateDoesNotCountForTheAddress) {
  // A process of 132 nodes behind one address, or a proxy before all.
  const auto all = Connections::Make({.places_max = 300});
  Places shown;
  for (int i = 0; i < 280; ++i) {
    std::unique_ptr<ConnectionPlace> place = all->Admit(kAddress);
    ASSERT_NE(place, nullptr) << i;
    ASSERT_TRUE(place->Show("spiffe://a/se/17/v" + std::to_string(i), kNowMs).ok()) << i;
    shown.push_back(std::move(place));
  }
}

TEST(ConnectionPlacesTest, PlacesAreGivenBack) {
  const auto all = Connections::Make({.places_max = kPlaces});
  EXPECT_EQ(ShownBy(*all, "spiffe://a/se/17/a").size(), kPlaces / 2);
  EXPECT_EQ(ShownBy(*all, "spiffe://a/se/17/a").size(), kPlaces / 2);
  EXPECT_EQ(AllOf(*all, kAddress).size(), kPlaces / 2);
}

TEST(ConnectionPlacesTest, OnesOfTheProcessItselfTakeNoPlace) {
  const auto all = Connections::Make({.places_max = kPlaces});
  Places taken;
  for (size_t i = 0; i < kPlaces; ++i) {
    for (std::unique_ptr<ConnectionPlace>& place : AllOf(*all, std::to_string(i))) {
      taken.push_back(std::move(place));
    }
  }
  EXPECT_EQ(taken.size(), kPlaces);
  const std::unique_ptr<ConnectionPlace> own = all->AdmitOwn();
  ASSERT_NE(own, nullptr);
  EXPECT_TRUE(own->Show("spiffe://a/host/a", kNowMs).ok());
}

TEST(ConnectionPlacesTest, ConnectionsOfOneCertificateHaveOneAccount) {
  const auto all = Connections::Make({.places_max = kPlaces});
  const auto first = all->Admit(kAddress);
  const auto second = all->Admit("10.0.0.2");
  const auto other = all->Admit("10.0.0.3");
  const auto account = first->Show("spiffe://a/se/17/a", kNowMs);
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(*second->Show("spiffe://a/se/17/a", kNowMs), *account);
  EXPECT_NE(*other->Show("spiffe://a/se/17/b", kNowMs), *account);
}

TEST(ConnectionPlacesTest, WhoIsClosedIsTold) {
  std::string told;
  const auto all = Connections::Make(
      {.places_max = kPlaces, .on_closed = [&told](const std::string& holder, const auto& why) {
         told = holder + ": " + std::string(why.message());
       }});
  const auto place = all->Admit(kAddress);
  ASSERT_TRUE(place->Show("spiffe://a/se/17/a", kNowMs).ok());
  place->TellClosed(absl::ResourceExhaustedError("too many frames"));
  EXPECT_EQ(told, "certificate spiffe://a/se/17/a: too many frames");
}

}  // namespace
}  // namespace liggare::rpc
