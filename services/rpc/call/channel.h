// What every server and every channel of the system sets: message sizes,
// keepalive on both ends, limits.
#ifndef SERVICES_RPC_CALL_CHANNEL_H_
#define SERVICES_RPC_CALL_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>

namespace liggare::rpc {

// A RecordRequest of 1024 small events, or 16 of the largest, or a chunk with
// its disclosures and proof.
inline constexpr int kMessageBytesMax = 8 * 1024 * 1024;
inline constexpr int kConcurrentStreamsMax = 256;  // Per connection.
inline constexpr int kKeepaliveTimeMs = 20'000;
inline constexpr int kKeepaliveTimeoutMs = 10'000;
// For a connection that was taken to show a certificate.
inline constexpr int kHandshakeMaxMs = 10'000;
// The channel itself retries quickly; backing off with jitter is the business of
// whoever opens calls on it (the uplink: 1 s to 120 s).
inline constexpr int kConnectBackoffMs = 500;

// A channel with a connection of its own: channels of different nodes in one
// process never share one, for each shows its own certificate.
std::shared_ptr<grpc::Channel> Dial(const std::string& address,
                                    const std::shared_ptr<grpc::ChannelCredentials>& credentials);

// Sets the limits on a server that is being built. `memory_bytes_max` bounds what
// gRPC holds of messages that came in, for all calls together.
void SetServerLimits(grpc::ServerBuilder& builder, size_t memory_bytes_max);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_CALL_CHANNEL_H_
