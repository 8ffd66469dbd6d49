// The limits of a replication session, in one place. They bound what a session
// holds in memory whatever its peer does.
#ifndef SERVICES_REPLICATION_SESSION_LIMITS_H_
#define SERVICES_REPLICATION_SESSION_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "proto/name/node_path.h"
#include "services/domain/judge/judge_keys.h"

namespace liggare::replication {

inline constexpr uint32_t kProtocolVersion = 1;

// Entries in a chunk; a single one always fits (eventstore/log/bytes/entry.h).
inline constexpr size_t kChunkBytesMax = 512 * 1024;
// Entries of a chunk, and texts beside them: no entry, and nothing that stands in its
// place, is shorter than a hash (32 bytes), so that an honest chunk never has more. Without it 8
// MiB of empty ones would take hundreds of times as much in memory.
inline constexpr size_t kChunkEntriesMax = 16 * 1024;
// Texts beside the entries of a chunk, and their salts: with them it must fit into a message of the
// transport (rpc/channel.h).
inline constexpr size_t kChunkTextBytesMax = 4 * 1024 * 1024;
// The first chunk of a log in a session, until the peer has acknowledged
// something of it: a log that the peer can't take yet must not fill the window.
inline constexpr size_t kProbeBytesMax = 16 * 1024;
// Sent (or read to be sent) and not acknowledged: all logs, one log.
inline constexpr size_t kWindowBytesMax = 4 * 1024 * 1024;
inline constexpr size_t kLogWindowBytesMax = 2 * 1024 * 1024;
inline constexpr size_t kLogWindowChunksMax = 8;
// Chunks that are being read or lie ready while the transport is busy.
inline constexpr size_t kReadyChunksMax = 2;

// Handed to the store and not answered; beyond it nothing is read from the peer.
inline constexpr size_t kStoringBytesMax = 8 * 1024 * 1024;
// Chunks that wait for a key or for the clock; further ones are dropped and asked
// for again.
inline constexpr size_t kWaitingChunksMax = 64;
inline constexpr size_t kWaitingBytesMax = 4 * 1024 * 1024;

// Frames that wait for the transport, chunks not counted; beyond it nothing is
// read from the peer.
inline constexpr size_t kControlFramesMax = 1024;
// A node is restored now and then. More epochs of it are refused, or one child
// could fill the frontiers of all above it.
inline constexpr uint32_t kEpochMax = 100;
// Logs of nodes below a verksamhet, whoever of them they are of (log_share.h); its own
// are not counted. A county's and the nation's own children are bounded by what they
// enrol (services/domain/judge/judge_keys.h), each with its epochs and this.
inline constexpr size_t kChildLogsMax = 256;
// Logs that one session carries, and that a peer may name in its frontier. All that a
// county may hold of its children, and what the nodes above have, fits; the own logs
// are always carried. Of more, those that came here last are not, and the status says so.
inline constexpr size_t kSessionLogsMax = 196'608;
static_assert(kSessionLogsMax >= domain::kEnrolledNodesMax * (kEpochMax + kChildLogsMax) +
                                     name::kPathSegmentsMax * kEpochMax);
// Logs in one frame of a frontier.
inline constexpr size_t kFrontierPageLogsMax = 4096;
// Names of logs that are not held here and that a peer may bring up, beside its frontier.
inline constexpr size_t kNamedLogsMax = 1024;
// Cosigned checkpoints that were read for the peer and wait to be sent.
inline constexpr size_t kCosignedReadyMax = 64;
// How often the children hear which of them have cosigned the logs that they all hold.
inline constexpr int64_t kWitnessMs = 10'000;
// A sibling that has not cosigned for so long what the parent shows is missed.
inline constexpr int64_t kWitnessMissingMs = 7 * 24 * 60 * 60 * 1000;
// Sentences about what hinders logs in a session; the rest are counted.
inline constexpr size_t kProblemsMax = 20;
// How often a log may be rewound without an acknowledgement in between.
inline constexpr int kRewindsMax = 16;

// Of the reason that a peer gives for a goodbye or a refusal: it goes into the status and
// the log.
inline constexpr size_t kPeerTextBytesMax = 1024;

inline constexpr int64_t kHeartbeatMs = 5'000;
// Between the hello and the proof of the signing key, from a peer that can give it.
inline constexpr int64_t kProofMaxMs = 10'000;
// Sessions of one child that have not proven its key; of more, the oldest ends.
inline constexpr size_t kUnprovenSessionsMax = 64;
// Nothing heard for so long: the session ends.
inline constexpr int64_t kSilenceMaxMs = 30'000;
// How far a node's clock may be beyond the last that it knows of the time, where no
// neighbour agrees with it, for it to record.
inline constexpr int64_t kClockJumpMaxMs = 2'592'000'000;  // 30 days.
// Without a session with the parent for so long: a person should know.
inline constexpr int64_t kAwayMaxMs = 10 * 60 * 1000;

// When sending a log to a node that may see only part of it: after skipping this many entries in
// a row that do not concern the node, send the skipped ones as hashes instead of searching on.
inline constexpr uint64_t kPassedOverMax = 16'384;

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_LIMITS_H_
