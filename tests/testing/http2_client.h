// Speaks HTTP/2 over mutual TLS by hand, frame by frame, so that it can say what no
// client of gRPC would. It never waits for an answer, and reads what comes only so
// that the server can go on.
#ifndef TESTS_TESTING_HTTP2_CLIENT_H_
#define TESTS_TESTING_HTTP2_CLIENT_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "services/rpc/tls/credentials.h"

namespace liggare::testing {

// Types and flags of frames (RFC 9113, section 6).
inline constexpr uint8_t kFrameData = 0;
inline constexpr uint8_t kFrameHeaders = 1;
inline constexpr uint8_t kFramePriority = 2;
inline constexpr uint8_t kFrameResetStream = 3;
inline constexpr uint8_t kFrameSettings = 4;
inline constexpr uint8_t kFramePing = 6;
inline constexpr uint8_t kFrameGoAway = 7;
inline constexpr uint8_t kFrameWindowUpdate = 8;
inline constexpr uint8_t kFrameContinuation = 9;
inline constexpr uint8_t kFlagEndStream = 0x1;
inline constexpr uint8_t kFlagAck = 0x1;
inline constexpr uint8_t kFlagEndHeaders = 0x4;

std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload = {});
// 32 bits, as frames hold them.
std::string Number(uint32_t number);
// The header block of a call of this method, with nothing put into HPACK's table.
std::string CallHeaders(std::string_view path);

class Http2Client {
 public:
  // Connects, shows the certificate, and says the preface and empty SETTINGS. What
  // fails is seen by ended().
  Http2Client(const std::string& address, const rpc::CredentialFiles& own);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;

  // False once the server has ended the connection, or takes nothing for a long time.
  bool Send(std::string_view bytes);
  // Each call of it is a TLS record of its own.
  bool SendKeyUpdate();
  // Whether the server ends the connection within that time.
  bool AwaitEnd(int timeout_ms);
  bool ended() const { return ended_; }

 private:
  // Reads what there is; and waits until it can be written, or for what comes.
  bool Await(short events, int timeout_ms);
  void Drain();

  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  int socket_ = -1;
  bool ended_ = true;
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_HTTP2_CLIENT_H_
