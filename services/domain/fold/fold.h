// The fold: state from entries. Pure and total: no I/O, no clock, no entry makes
// it fail. Equal entries at an equal frontier and an equal fold version give an
// equal state.
//
// An entry's way through it:
//
//   unknown type or form version ─────────────► disregarded (UNKNOWN_TYPE)
//   writer without static authority ──────────► disregarded (NOT_AUTHORISED)
//   a shape that no node would record ────────► disregarded (INVALID_FIELD, …)
//   basis not all held ───────────────────────► awaiting
//   otherwise each field it touches is set; where the field's last setter is
//   neither in the entry's basis nor earlier in its log, and the values differ,
//   the state carries a conflict. An entry that touches the field knowing both
//   sides settles it.
//
// The fold never judges whether a step was allowed: the node that recorded it
// did, against its basis (judge.h).
#ifndef SERVICES_DOMAIN_FOLD_FOLD_H_
#define SERVICES_DOMAIN_FOLD_FOLD_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "services/domain/state/fold_entry.h"
#include "services/domain/state/state.h"

namespace liggare::domain {

// How many entries of a log are held at the frontier; 0 of a log not held.
using HeldFn = absl::FunctionRef<uint64_t(std::string_view log)>;

// Is told of every change of a value while it is folded.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  // `state` is as before the change, but for the points. `point` is the event's
  // in state.points.
  virtual void Changed(const State& state, std::string_view path, const FieldValue& old_value,
                       const FieldValue& new_value, uint32_t point, const FoldEntry& entry) = 0;
  // The entry has no effect.
  virtual void Disregarded(const FoldEntry& entry, const absl::Status& why);
  // Whether the rest need not be told: whoever folds may stop.
  virtual bool Done() const;
};

// OK, or why the entry has no effect whatever came before it.
absl::Status CheckEffect(const FoldEntry& entry);

enum class FoldOutcome { kFolded, kAwaiting, kDisregarded };

// Folds one entry. `entry` must be of the state's subject (an empty state takes
// its subject from it) and come after every entry folded before
// (entry.Key() > state.last_key): when an entry arrives out of order, or
// AwaitedHasCome, start from an empty state.
FoldOutcome Fold(State& state, const FoldEntry& entry, HeldFn held,
                 ChangeListener* listener = nullptr);

// Whether an entry that the state awaits could be folded at this frontier, so
// that the state must be folded anew.
bool AwaitedHasCome(const State& state, HeldFn held);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FOLD_FOLD_H_
