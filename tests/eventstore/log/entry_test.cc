// The bytes of entries: written as protobuf writes them, read strictly.
#include "eventstore/log/bytes/entry.h"

#include <gtest/gtest.h>

#include <random>

#include "eventstore/log/bytes/keys.h"
#include "liggare/v1/entry.pb.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

std::string Data(std::string_view id, std::string_view subject) {
  v1::EntryData data;
  data.set_event_id(std::string(id));
  data.set_subject(std::string(subject));
  data.mutable_received()->set_arrived_at_ms(7);
  return data.SerializeAsString();
}

const std::string kId(16, 'i');

bool HasHeader(std::string_view data) { return ParseDataHeader(data).ok(); }
bool IsEntry(std::string_view bytes) { return ParseEntryHeader(bytes).ok(); }

TEST(EntryTest, EncodingIsProtobufs) {
  const std::vector<LogIndex> basis = {{.log = "se@1", .index = 0},
                                       {.log = "se/17@1", .index = 300}};
  const std::string data = Data(kId, "subject");
  const NewEntry entry = {.log = "se/17/a@1",
                          .index = 1'000'000,
                          .clock = 0x0123456789abcdef,
                          .recorded_at_ms = 1'700'000'000'000,
                          .principal = "spiffe://td/se/17/a",
                          .basis = &basis,
                          .data = data,
                          .sender_signature = "signature"};
  v1::Event event;
  event.set_format_version(kFormatVersion);
  event.set_log(std::string(entry.log));
  event.set_index(entry.index);
  event.set_clock(entry.clock);
  event.set_recorded_at_ms(entry.recorded_at_ms);
  event.set_principal(std::string(entry.principal));
  for (const LogIndex& place : basis) {
    event.add_basis()->set_log(place.log);
    event.mutable_basis(event.basis_size() - 1)->set_index(place.index);
  }
  event.set_data(data);
  event.set_sender_signature(std::string(entry.sender_signature));
  EXPECT_EQ(EncodeEntry(entry), event.SerializeAsString());
  const std::string bytes = EncodeEntry(entry);
  const auto header = ParseEntryHeader(bytes);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->log, entry.log);
  EXPECT_EQ(header->index, entry.index);
  EXPECT_EQ(header->clock, entry.clock);
  EXPECT_EQ(header->recorded_at_ms, entry.recorded_at_ms);
  EXPECT_EQ(header->principal, entry.principal);
  EXPECT_EQ(header->data, data);
  EXPECT_EQ(header->data_header.event_id, kId);
  EXPECT_EQ(header->data_header.subject, "subject");
  EXPECT_EQ(header->data_header.type, kReceivedType);
}

TEST(EntryTest, DataWithoutItsPartsIsRefused) {
  EXPECT_TRUE(HasHeader(Data(kId, "s")));
  EXPECT_TRUE(HasHeader(Data(kId, std::string(kSubjectBytesMax, 's'))));
  EXPECT_FALSE(HasHeader(""));
  EXPECT_FALSE(HasHeader(Data("short", "s")));
  EXPECT_FALSE(HasHeader(Data(kId, "")));
  EXPECT_FALSE(HasHeader(Data(kId, std::string(kSubjectBytesMax + 1, 's'))));
  EXPECT_FALSE(HasHeader(Data(kId, std::string("a\0b", 3))));
  EXPECT_FALSE(HasHeader(Data(kId, "a\nb")));
  v1::EntryData no_payload;
  no_payload.set_event_id(kId);
  no_payload.set_subject("s");
  EXPECT_FALSE(HasHeader(no_payload.SerializeAsString()));
}

TEST(EntryTest, RepeatedFieldsAreRefused) {
  const std::string data = Data(kId, "s");
  EXPECT_FALSE(HasHeader(data + data));
  EXPECT_FALSE(HasHeader(data + "\x12\x01t"));          // A second subject.
  EXPECT_FALSE(HasHeader(data + "\xb2\x06\x01x"));      // A second payload (102).
  EXPECT_FALSE(HasHeader(data + "\x22\x00" + "\x22"));  // Cut off.
  const std::string entry = EncodeEntry({.log = "l@1",
                                         .index = 0,
                                         .clock = 1,
                                         .recorded_at_ms = 1,
                                         .principal = "p",
                                         .basis = nullptr,
                                         .data = data,
                                         .sender_signature = ""});
  EXPECT_TRUE(IsEntry(entry));
  EXPECT_FALSE(IsEntry(entry + "\x12\x01m"));
  EXPECT_TRUE(IsEntry(entry + "\x82\x01\x01m"));  // Field 16: of a later version.
}

TEST(EntryTest, UnknownTypesHaveHeadersToo) {
  const std::string data = std::string("\x0a\x10", 2) + kId + std::string("\x12\x01s", 3) +
                           std::string("\xc2\x3e\x00", 3);
  const auto header = ParseDataHeader(data);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->type, 1000u);
}

TEST(EntryTest, EveryTruncationIsRefusedOrStopsAtAField) {
  const std::string data = Data(kId, "subject");
  for (size_t n = 0; n < data.size(); ++n) {
    EXPECT_FALSE(HasHeader(std::string_view(data).substr(0, n))) << n;
  }
}

TEST(EntryTest, RandomBytesAreReadWithoutHarm) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE(testing::HowToRepeat(seed));
  std::mt19937 random(seed);
  std::string entry = EncodeEntry({.log = "l@1",
                                   .index = 3,
                                   .clock = 1,
                                   .recorded_at_ms = 1,
                                   .principal = "p",
                                   .basis = nullptr,
                                   .data = Data(kId, "s"),
                                   .sender_signature = "x"});
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = entry;
    for (int i = 0; i < 3; ++i) changed[random() % changed.size()] = static_cast<char>(random());
    changed.resize(random() % (changed.size() + 1));
    const auto header = ParseEntryHeader(changed);
    if (!header.ok()) continue;
    EXPECT_EQ(header->data_header.event_id.size(), kEventIdBytes);
    EXPECT_GE(header->data_header.type, kFirstPayloadField);
  }
}

TEST(KeysTest, EveryKeyIsReadBack) {
  const keys::EventKey event = {.log = 3, .index = 0x1122334455667788};
  EXPECT_EQ(keys::ParseEventKey(keys::Encode(event)), event);
  const keys::TileKey tile = {.log = 3, .id = {.level = 2, .number = 9}};
  EXPECT_EQ(keys::ParseTileKey(keys::Encode(tile)), tile);
  const keys::KnownKey known = {.own_log = 1, .log = 2, .own_index = 5};
  EXPECT_EQ(keys::ParseKnownKey(keys::Encode(known)), known);
  const keys::IdValue id = {.index = 5, .leaf_prefix = 6};
  EXPECT_EQ(keys::ParseIdValue(keys::Encode(id)), id);
  const std::string row =
      keys::Encode(keys::SubjectRow{.subject = "a/b", .clock = 7, .log = 8, .index = 9});
  EXPECT_EQ(keys::ParseSubjectRow(row)->subject, "a/b");
  EXPECT_EQ(keys::ParseSubjectRow(row)->index, 9u);
  EXPECT_FALSE(keys::ParseSubjectRow(row)->aside);
  const std::string aside =
      keys::Encode(keys::SubjectRow{.subject = "a/b", .log = 8, .index = 9, .aside = true});
  EXPECT_EQ(keys::ParseSubjectRow(aside)->subject, "a/b");
  EXPECT_EQ(keys::ParseSubjectRow(aside)->log, 8u);
  EXPECT_EQ(keys::ParseSubjectRow(aside)->index, 9u);
  EXPECT_TRUE(keys::ParseSubjectRow(aside)->aside);
  EXPECT_EQ(keys::ParseLogMetaKey(keys::CheckpointKey(4, 11))->position, 11u);
  EXPECT_EQ(keys::ParseLogMetaKey(keys::LogNameKey(4))->log, 4u);
}

TEST(KeysTest, KeysOfTheWrongLengthAreNotKeys) {
  for (size_t n = 0; n < 40; ++n) {
    const std::string key(n, 'k');
    EXPECT_EQ(keys::ParseEventKey(key).has_value(), n == 12);
    EXPECT_EQ(keys::ParseTileKey(key).has_value(), n == 13);
    EXPECT_EQ(keys::ParseKnownKey(key).has_value(), n == 16);
    EXPECT_EQ(keys::ParseIdKey(key).has_value(), n == 20);
    EXPECT_FALSE(keys::ParseSubjectRow(key).has_value());
    EXPECT_FALSE(keys::ParseLogMetaKey(key).has_value());
  }
}

TEST(KeysTest, ByteOrderIsTheOrderOfTheNumbers) {
  EXPECT_LT(keys::Encode(keys::EventKey{1, 255}), keys::Encode(keys::EventKey{1, 256}));
  EXPECT_LT(keys::Encode(keys::EventKey{1, UINT64_MAX}), keys::Encode(keys::EventKey{2, 0}));
  const auto row = [](std::string_view subject, uint64_t clock) {
    return keys::Encode(keys::SubjectRow{.subject = subject, .clock = clock, .log = 1, .index = 1});
  };
  EXPECT_LT(row("a", UINT64_MAX), row("a/b", 0));
  EXPECT_LT(row("a", UINT64_MAX), keys::SubjectEnd("a"));
  EXPECT_LT(keys::SubjectEnd("a"), row("a/b", 0));
  const std::string aside = keys::Encode(
      keys::SubjectRow{.subject = "z", .log = UINT32_MAX, .index = UINT64_MAX, .aside = true});
  EXPECT_LT(aside, keys::kAsideEnd);
  EXPECT_LT(keys::kAsideEnd, row(" ", 0));
}

}  // namespace
}  // namespace liggare::log
