#!/usr/bin/env bash
# Measures Liggaren on this machine, client and servers together, and prints a
# table with the ratio to the disk's raw limits measured in the same run.
#
#   tests/benchmarks/run.sh [--dir DIR] [--seconds N] [--count N]
#
# Takes some minutes. docs/performance.md explains the rows.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$root/build/benchmarks seconds=5 count=200000
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$(realpath -m "$2"); shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

"$root/deploy/install-deps.sh" > /dev/null
(cd "$root" && cmake --preset default > /dev/null)
cmake --build "$root/build/default" --target liggare liggared load
export LIGGARE_BIN=$root/build/default/bin
cluster=$root/deploy/cluster.sh
current=""
stop_current() { [ -z "$current" ] || "$cluster" stop --dir "$current" || true; }
trap stop_current EXIT

# A cluster of its own for each group, so that none inherits another's data.
make_cluster() {
  stop_current
  current=$dir/$1
  rm -rf "$current"
  mkdir -p "$current"
  python3 - "$2" > "$current/wanted.json" << 'END'
import json, sys
nodes = [{"path": "se", "display_name": "Socialstyrelsen", "parent": ""}]
counties = "01 03 04 05 06 07 08 09 10 12 13 14 17 18 19 20 21 22 23 24 25".split()
for n in range(int(sys.argv[1])):
    county = "se/" + counties[n % len(counties)]
    if n < len(counties):
        nodes.append({"path": county, "display_name": county, "parent": "se"})
    nodes.append({"path": f"{county}/v{n}", "display_name": f"v{n}", "parent": county})
nodes += [{"path": f"se/{c}", "display_name": c, "parent": "se"}
          for c in counties[int(sys.argv[1]):] if int(sys.argv[1]) > 1]
json.dump(nodes, sys.stdout)
END
  "$cluster" make --dir "$current" --nodes "$current/wanted.json"
}
address() { read -r -a p < "$current/ports"; echo "127.0.0.1:${p[$1]}"; }
load() {
  "$LIGGARE_BIN/load" "$@" --certificates "$current/certificates" --ca "$current/ca/ca.crt" \
    --address "$(address 2)" --above-address "$(address 0)"
}
field() { jq -r ".$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
row() { printf '| %-58s | %12s | %-34s |\n' "$1" "$2" "$3"; }
rate() { awk -v v="$1" 'BEGIN { printf "%d /s", v }'; }

mkdir -p "$dir"
raw=$("$LIGGARE_BIN/load" raw --dir "$dir" --seconds "$seconds")
append=$(field append_fdatasync_per_s <<< "$raw")
rocks1=$(field rocksdb_1_per_s <<< "$raw")
rocks256=$(field rocksdb_256_per_s <<< "$raw")
row "measure" "result" "ratio"
row "---" "---:" "---"
row "raw: append + fdatasync of 512 bytes" "$(rate "$append")" "1"
row "raw: RocksDB, synced, 1 value of 512 bytes" "$(rate "$rocks1")" "$(ratio "$rocks1" "$append") of fdatasync"
row "raw: RocksDB, synced, batches of 256" "$(rate "$rocks256")" "1 (for batches)"

# Durable records at one verksamhet, replicated to nobody, so that the figure is the node's own.
make_cluster record 1
"$cluster" start --dir "$current" verksamheter > /dev/null
measure_record() {
  local result
  result=$(load record --node se/01/v0 --seconds "$seconds" "${@:3}" | field events_per_s)
  if [ "$2" = append ]; then
    row "$1" "$(rate "$result")" "$(ratio "$result" "$append") of fdatasync"
  else
    row "$1" "$(rate "$result")" "$(ratio "$result" "$rocks256") of RocksDB in batches"
  fi
}
measure_record "record, 1 client, RecordStream" append --mode stream
measure_record "record, 1 client, unary" append --mode unary
measure_record "record, 16 clients, RecordStream, 1 under way each" batch --mode stream --clients 16
measure_record "record, 16 clients, RecordStream, 16 under way each" batch --mode stream --clients 16 --window 16
measure_record "record, 16 clients, unary" batch --mode unary --clients 16
measure_record "batches of 256, 1 client" batch --mode stream --batch 256 --window 4
measure_record "batches of 256, 4 clients" batch --mode stream --clients 4 --batch 256 --window 4

# Catch-up: everything is recorded before the tiers above are there.
make_cluster catchup 1
"$cluster" start --dir "$current" verksamheter > /dev/null
load fill --node se/01/v0 --count "$count" > /dev/null
recorded=$count
echo "{\"se/01/v0@1\": $recorded}" > "$current/frontier.json"
"$cluster" stop --dir "$current" verksamheter > /dev/null
"$cluster" start --dir "$current" nation counties > /dev/null
"$cluster" enrol --dir "$current"
# From the start of who has them: one that had dialled in vain would wait by chance.
began=$(date +%s%N)
"$cluster" start --dir "$current" verksamheter > /dev/null
"$cluster" call --dir "$current" se await --timeout 300 --frontier "$current/frontier.json" > /dev/null
took=$(awk -v a="$began" -v b="$(date +%s%N)" 'BEGIN { print (b - a) / 1e9 }')
row "catch-up of $count events through three tiers" "$(awk -v n="$count" -v t="$took" 'BEGIN { printf "%d /s", n / t }')" "$took s, $(ratio "$(ratio "$count" "$took")" "$rocks256") of RocksDB in batches"
result=$(load replay --node se/01/v0 | field events_per_s)
row "replay by one client" "$(rate "$result")" "$(ratio "$result" "$rocks256") of RocksDB in batches"

# Opening again writes what was only in the write-ahead log into tables.
"$cluster" stop --dir "$current"
"$cluster" start --dir "$current" > /dev/null
"$cluster" stop --dir "$current"
for node in se_01_v0 se_01 se; do
  bytes=$(find "$current/data/$node" -name '*.sst' -printf '%s\n' | awk '{ s += $1 } END { print s }')
  row "bytes on disk per event, $node, after a flush" "$((bytes / count))" "$(ratio "$((bytes / count))" 512) of the entry"
done

measure_steady() {
  local result
  result=$(load steady --rate 1000 --seconds "$((seconds * 2))" "${@:2}")
  row "$1, lag to the nation" "p50 $(field p50_ms <<< "$result" | cut -c1-5) ms" \
    "p99 $(field p99_ms <<< "$result" | cut -c1-5) ms, max $(field max_ms <<< "$result" | cut -c1-6) ms"
}
# What the nation records goes to every county, and all of them sync on this one disk.
make_cluster steady_three 1
"$cluster" start --dir "$current" > /dev/null
"$cluster" enrol --dir "$current"
measure_steady "1,000 events/s, three nodes" --node se/01/v0
make_cluster steady 110
"$cluster" start --dir "$current" > /dev/null
"$cluster" enrol --dir "$current"
mapfile -t all < <(jq -r '.[].path | select(test("/.*/"))' "$current/nodes.json")
measure_steady "1,000 events/s from one of 110 verksamheter" --node "${all[0]}"
measure_steady "1,000 events/s from 110 verksamheter" "${all[@]/#/--node=}"

# Idle: the same nodes, started once more on what they hold.
"$cluster" stop --dir "$current"
began=$(date +%s%N)
"$cluster" start --dir "$current" > /dev/null
took=$(awk -v a="$began" -v b="$(date +%s%N)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }')
memory=0
for process in nation counties verksamheter; do
  memory=$((memory + $(awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$current/run/$process.pid")/status")))
done
row "$(jq length "$current/nodes.json") idle nodes in three processes" "$((memory / 1024)) MB" "up in $took s"
