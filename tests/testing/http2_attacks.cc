#include "tests/testing/http2_attacks.h"

#include <utility>

namespace liggare::testing {
namespace {

constexpr char kMethod[] = "/liggare.v1.QueryService/GetState";
constexpr size_t kPieceBytes = 64 * 1024;
constexpr size_t kFloodBytes = 16 * 1024 * 1024;
constexpr uint32_t kStreams = 60'000;
constexpr size_t kFrameBytes = 16'384;
constexpr uint32_t kTinyFrames = 100'000;

// Sends what make(i) gives for i = 0 … count - 1, in pieces.
void SendEach(Http2Client& client, uint32_t count,
              const std::function<std::string(uint32_t)>& make) {
  std::string piece;
  for (uint32_t i = 0; i < count && !client.ended(); ++i) {
    piece += make(i);
    if (piece.size() < kPieceBytes && i + 1 < count) continue;
    client.Send(piece);
    piece.clear();
  }
}

// The same frame again and again.
void Repeat(Http2Client& client, const std::string& frame, size_t bytes = kFloodBytes) {
  SendEach(client, static_cast<uint32_t>(bytes / frame.size()), [&](uint32_t) { return frame; });
}

uint32_t StreamOf(uint32_t i) { return 2 * i + 1; }

std::string Open(uint32_t stream, uint8_t flags = 0) {
  return Frame(kFrameHeaders, kFlagEndHeaders | flags, stream, CallHeaders(kMethod));
}

std::string Reset(uint32_t stream) { return Frame(kFrameResetStream, 0, stream, Number(8)); }

// A header block that begins with `begin`, goes on in frames of `piece`, and never ends.
void SendBlock(Http2Client& client, const std::string& begin, const std::string& piece,
               size_t bytes = kFloodBytes) {
  client.Send(Frame(kFrameHeaders, 0, 1, begin));
  Repeat(client, Frame(kFrameContinuation, 0, 1, piece), bytes);
}

// A field of HPACK that is put into no table.
std::string Field(char letter, size_t bytes) {
  return std::string(1, '\0') + std::string(1, 1) + letter + std::string(1, '\x7e') +
         std::string(bytes < 126 ? bytes : 126, letter);
}

std::string Fields(size_t bytes) {
  std::string fields;
  while (fields.size() + 130 < bytes) fields += Field('f', 126);
  return fields;
}

// Puts 4,000 bytes into HPACK's table, then names them as often as a block can hold.
std::string Bomb(uint32_t i) {
  std::string block = CallHeaders(kMethod);
  if (i == 0) block += std::string("\x40\x01x\x7f\xa1\x1e", 6) + std::string(4'000, 'x');
  block += std::string(12'000, '\xbe');
  return Frame(kFrameHeaders, kFlagEndHeaders, StreamOf(i), block) + Reset(StreamOf(i));
}

// Frames of one byte each of messages of a MiB, of which none is complete: not so many
// that their number alone is too much.
void SendTinyData(Http2Client& client, uint32_t streams) {
  for (uint32_t i = 0; i < streams; ++i) {
    client.Send(Open(StreamOf(i)) +
                Frame(kFrameData, 0, StreamOf(i), std::string(1, '\0') + Number(1024 * 1024)));
  }
  SendEach(client, kTinyFrames,
           [&](uint32_t i) { return Frame(kFrameData, 0, StreamOf(i % streams), "m"); });
}

std::vector<Http2Attack> StreamAttacks() {
  return {
      {"RapidReset",
       [](Http2Client& client) {
         SendEach(client, kStreams,
                  [](uint32_t i) { return Open(StreamOf(i)) + Reset(StreamOf(i)); });
       }},
      {"RapidResetOfWholeCalls",
       [](Http2Client& client) {
         SendEach(client, kStreams, [](uint32_t i) {
           return Open(StreamOf(i)) +
                  Frame(kFrameData, kFlagEndStream, StreamOf(i), std::string(5, '\0')) +
                  Reset(StreamOf(i));
         });
       }},
      {"ServerMadeToReset",
       [](Http2Client& client) {
         SendEach(client, kStreams, [](uint32_t i) {
           return Open(StreamOf(i)) + Frame(kFrameData, 0, StreamOf(i), "not a message of gRPC") +
                  Frame(kFrameWindowUpdate, 0, StreamOf(i), Number(0x7fffffff));
         });
       }},
      {"DataAfterTheEnd",
       [](Http2Client& client) {
         SendEach(client, kStreams, [](uint32_t i) {
           return Open(StreamOf(i), kFlagEndStream) + Frame(kFrameData, 0, StreamOf(i), "late");
         });
       }},
      {"StreamsThatStayOpen",
       [](Http2Client& client) {  // And SETTINGS are never acknowledged.
         SendEach(client, kStreams, [](uint32_t i) { return Open(StreamOf(i)); });
       }},
      {"TrailersAgainAndAgain",
       [](Http2Client& client) {
         client.Send(Open(1));
         Repeat(client, Open(1));
       }},
      {"HeadersOfOldStreams",
       [](Http2Client& client) {
         client.Send(Open(100'001) + Reset(100'001));
         SendEach(client, kStreams, [](uint32_t i) { return Open(StreamOf(i % 50'000)); });
       }},
  };
}

std::vector<Http2Attack> HeaderAttacks() {
  return {
      {"HpackNumberOfZeros",
       [](Http2Client& client) { SendBlock(client, "\x7f", std::string(kFrameBytes, '\x80')); }},
      {"HpackNumberOfZerosByteByByte",
       [](Http2Client& client) { SendBlock(client, "\x7f", "\x80", kFloodBytes / 16); }},
      {"HpackHugeString",
       [](Http2Client& client) {  // Of 32 MiB, it says.
         SendBlock(client, std::string("\x00\x01h\x7f\x81\xff\xff\x0f", 8),
                   std::string(kFrameBytes, 'h'));
       }},
      {"HpackBomb", [](Http2Client& client) { SendEach(client, 4'096, Bomb); }},
      {"ContinuationOfFields",
       [](Http2Client& client) { SendBlock(client, CallHeaders(kMethod), Fields(kFrameBytes)); }},
      {"ContinuationOfNothing",
       [](Http2Client& client) { SendBlock(client, CallHeaders(kMethod), ""); }},
      {"ContinuationByteByByte",
       [](Http2Client& client) {
         SendBlock(client, std::string("\x00\x01h\x7f\x81\xff\xff\x0f", 8), "h", kFloodBytes / 16);
       }},
  };
}

std::vector<Http2Attack> ControlAttacks() {
  const auto flood = [](std::string name, std::string frame) {
    return Http2Attack{std::move(name),
                       [frame = std::move(frame)](Http2Client& client) { Repeat(client, frame); }};
  };
  return {
      flood("Settings", Frame(kFrameSettings, 0, 0, std::string("\0\x04\0\0\xff\xff", 6))),
      flood("SettingsOfNothing", Frame(kFrameSettings, 0, 0)),
      flood("SettingsAcknowledged", Frame(kFrameSettings, kFlagAck, 0)),
      flood("Ping", Frame(kFramePing, 0, 0, "12345678")),
      flood("PingAnswered", Frame(kFramePing, kFlagAck, 0, "12345678")),
      flood("Priority", Frame(kFramePriority, 0, 1, std::string("\0\0\0\0\x10", 5))),
      flood("WindowUpdate", Frame(kFrameWindowUpdate, 0, 0, Number(1))),
      flood("ResetsOfNothing", Reset(1)),
      flood("UnknownFrames", Frame(0xee, 0, 0)),
      flood("LongUnknownFrames", Frame(0xee, 0, 0, std::string(kFrameBytes, 'u'))),
      flood("GoAway", Frame(kFrameGoAway, 0, 0, std::string(8, '\0') + std::string(8'000, 'g'))),
      {"EmptyData",
       [](Http2Client& client) {
         client.Send(Open(1));
         Repeat(client, Frame(kFrameData, 0, 1));
       }},
      {"TinyData", [](Http2Client& client) { SendTinyData(client, 1); }},
      {"TinyDataOfManyStreams", [](Http2Client& client) { SendTinyData(client, 100); }},
      {"TinyDataOfNoStream",
       [](Http2Client& client) {
         client.Send(Open(1) + Reset(1));
         Repeat(client, Frame(kFrameData, 0, 1, "m"), 10 * kTinyFrames);
       }},
      {"WindowUpdateOfAStream",
       [](Http2Client& client) {
         client.Send(Open(1));
         Repeat(client, Frame(kFrameWindowUpdate, 0, 1, Number(1)));
       }},
      {"KeyUpdates",
       [](Http2Client& client) {
         for (int i = 0; i < 100'000 && client.SendKeyUpdate(); ++i) {
         }
       }},
  };
}

}  // namespace

const std::vector<Http2Attack>& Http2Attacks() {
  static const std::vector<Http2Attack> all = [] {
    std::vector<Http2Attack> attacks = StreamAttacks();
    for (const auto& more : {HeaderAttacks(), ControlAttacks()}) {
      attacks.insert(attacks.end(), more.begin(), more.end());
    }
    return attacks;
  }();
  return all;
}

}  // namespace liggare::testing
