#!/usr/bin/env bash
# Runs a year of the grant over all of Sweden's nodes on this machine: installs,
# builds, makes keys and certificates, starts Socialstyrelsen, 21 counties and
# every verksamhet (three processes on loopback), records the year through them
# and shows what the national node makes of it.
#
#   deploy/demo.sh [--year YYYY] [--data DIR] [--dir DIR] [--keep] [--restart]
#
#   --year YYYY  the bidragsår; its tables are YYYY-lan.json, ... (default: 2024)
#   --data DIR   where those tables are (default: tests/data/lagesrapport-2024)
#   --dir DIR    where keys, data and logs go (default: build/demo); made anew
#   --keep       leave it running and say what to try
#   --restart    kill and restart each process in the middle, to see nothing lost
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=$root/tests/data/lagesrapport-2024
dir=$root/build/demo
year=2024 keep=false restart=false

usage() { sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'; }

while [ $# -gt 0 ]; do
  case $1 in
    --year) year=$2; shift 2 ;;
    --data) data=$2; shift 2 ;;
    --dir) dir=$2; shift 2 ;;
    --keep) keep=true; shift ;;
    --restart) restart=true; shift ;;
    --help | -h) usage; exit 0 ;;
    *) echo "demo.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done
data=$(realpath "$data")
dir=$(realpath -m "$dir")
[ -e "$data/$year-lan.json" ] || { echo "demo.sh: no $data/$year-lan.json" >&2; exit 2; }

cluster=$root/deploy/cluster.sh
# Binaries that are there already may be named; otherwise they are built.
prebuilt=${LIGGARE_BIN:-}
export LIGGARE_BIN=${prebuilt:-$root/build/default/bin}
started=$(date +%s%N)
declare -a timings=()
step_name="" step_start=0

seconds_since() { awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }

end_step() {
  [ -n "$step_name" ] || return 0
  timings+=("$(printf '%7s s  %s' "$(seconds_since "$step_start")" "$step_name")")
  step_name=""
}

step() {
  end_step
  step_name=$1 step_start=$(date +%s%N)
  printf '\n\033[1m== %s\033[0m\n' "$1"
}

say_shown() { printf '\n\033[1m-- %s\033[0m\n' "$1"; }

leave() {
  local code=$?
  if ! $keep || [ $code -ne 0 ]; then
    "$cluster" stop --dir "$dir" 2> /dev/null || true
  fi
  [ $code -eq 0 ] || echo "demo.sh: failed; the processes' logs are in $dir/run" >&2
}

call() { "$cluster" call --dir "$dir" "$@"; }
se() { call se "$@"; }

# Records a phase: every file through its own node, two at a time. What was
# recorded is written down as a frontier that others can wait for.
record_phase() {
  local phase=$1 files
  [ -d "$dir/events/$phase" ] || return 0  # A year may have no återkrav or correction.
  files=("$dir/events/$phase"/*.jsonl)
  mkdir -p "$dir/frontiers/$phase"
  export cluster dir phase
  printf '%s\0' "${files[@]}" | xargs -0 -P 2 -I{} bash -c '
    name=$(basename "$1" .jsonl)
    "$cluster" call --dir "$dir" "${name//_/\/}" record "$1" \
      --frontier-out "$dir/frontiers/$phase/$name.json" > /dev/null' _ {}
  echo "$(cat "${files[@]}" | wc -l) events through ${#files[@]} nodes"
}

# Waits until a node holds what a phase recorded.
await_phase() { [ ! -d "$dir/frontiers/$2" ] || call "$1" await --timeout 120 --frontier "$dir/frontiers/$2"/*.json > /dev/null; }

await_counties() {
  local county
  for county in $(jq -r '.[] | select(.parent == "se") | .path' "$dir/nodes.json"); do
    await_phase "$county" "$1"
  done
}

# In the middle of a phase, each process is killed once and started again.
restart_all() {
  local process
  for process in nation counties verksamheter; do
    "$cluster" kill --dir "$dir" "$process"
    "$cluster" start --dir "$dir" "$process"
  done
}

step "Install what is needed"
"$root/deploy/install-deps.sh"

if [ -z "$prebuilt" ]; then
  step "Build"
  (cd "$root" && cmake --preset default > /dev/null)
  cmake --build "$root/build/default" --target liggare liggared
fi

if [ -e "$dir/trust_domain" ]; then "$cluster" stop --dir "$dir"; fi
rm -rf "$dir"
mkdir -p "$dir"
trap leave EXIT

step "Turn the published tables of $year into events"
python3 "$root/tests/data/generate.py" --data "$data" --year "$year" --out "$dir/events"
cp "$dir/events/nodes.json" "$dir/nodes.json"
echo "$(jq length "$dir/nodes.json") nodes: Socialstyrelsen," \
  "$(jq '[.[] | select(.parent == "se")] | length' "$dir/nodes.json") counties," \
  "$(jq '[.[] | select(.path | test("/.*/"))] | length' "$dir/nodes.json") verksamheter"

step "Make keys and certificates"
"$cluster" make --dir "$dir" --nodes "$dir/events/nodes.json"

step "Start three processes"
"$cluster" start --dir "$dir"

step "Enrol every node with its parent"
"$cluster" enrol --dir "$dir"

step "Record $year: anslag, register, ansökan"
record_phase 01-anslag
record_phase 02-register
record_phase 03-ansokan
await_phase se 03-ansokan

step "Record $year: belopp, beslut, utbetalning"
record_phase 04-belopp
await_counties 04-belopp
record_phase 05-beslut
await_phase se 05-beslut
record_phase 06-utbetalning
record_phase 07-utbetalning

step "Record $year: the verksamheter report"
if $restart; then
  record_phase 08-rapporter &
  phase_pid=$!
  restart_all
  wait "$phase_pid"
else
  record_phase 08-rapporter
fi
say_shown "The nation waits until it holds every report"
await_phase se 02-register
await_phase se 07-utbetalning
await_phase se 08-rapporter

step "Record $year: a county asks, the verksamhet sees it at its own node and answers"
record_phase 09-komplettering
asked=$(head -qn 1 "$dir"/events/09-komplettering/*.jsonl | jq -r .subject)
asked_of=${asked#rapport/*/}
await_phase "$asked_of" 09-komplettering
call "$asked_of" history "$asked" --field kompletteringar
record_phase 10-svar
await_phase "$(cut -d/ -f1-2 <<< "$asked_of")" 10-svar

step "Record $year: granskning, bokslut, återkrav, rättelse"
record_phase 11-granskning
await_phase se 11-granskning
record_phase 12-bokslut
record_phase 13-aterkrav
record_phase 14-rattelse
await_phase se 14-rattelse

step "Show what the nation knows"
for table in kommuner klienter barn budget; do
  say_shown "liggare table $table --year $year"
  se table "$table" --year "$year"
done
say_shown "liggare findings --year $year"
se findings --year "$year"
say_shown "liggare missing --year $year"
se missing --year "$year"

# The event to prove: a correction, or in a year without one, a report.
shown_phase=08-rapporter
[ ! -d "$dir/events/14-rattelse" ] || shown_phase=14-rattelse
shown=$(head -qn 1 "$dir/events/$shown_phase"/*.jsonl | sed -n 1p)
corrected=$(jq -r .subject <<< "$shown")
corrected_id=$(jq -r .id <<< "$shown")
if [ -d "$dir/events/14-rattelse" ]; then
  field=$(jq -r .report_corrected.path <<< "$shown")
  say_shown "One correction: liggare history $corrected --field '$field'"
  se history "$corrected" --field "$field"
fi
if [ -d "$dir/events/13-aterkrav" ]; then
  claim=$(head -n 1 "$dir/events/13-aterkrav/se.jsonl" | jq -r .subject)
  say_shown "One återkrav: liggare state $claim"
  se state "$claim"
fi

step "Prove it"
say_shown "liggare receipt $corrected_id -o receipt.json, and its verification offline"
se receipt "$corrected_id" -o "$dir/receipt.json"
"$LIGGARE_BIN/liggare" verify --trust "$dir/keys/se.vkey" "$dir/receipt.json"
say_shown "liggare verify --live: every log that the nation holds, recomputed from its bytes"
se verify --live --trust "$dir/keys/se.vkey" > "$dir/verify.txt" || { cat "$dir/verify.txt"; exit 3; }
head -n 3 "$dir/verify.txt"
echo "…"
tail -n 1 "$dir/verify.txt"
county=$(cut -d/ -f3-4 <<< "$corrected")
say_shown "liggare digest: the county's state of the report is the nation's"
call "$county" --json digest "$corrected" > "$dir/digest.json"
se digest "$corrected" --against "$dir/digest.json"
say_shown "liggare status, at $county"
call "$county" status

end_step
say_shown "Time"
printf '%s\n' "${timings[@]}"
printf '%7s s  in all\n' "$(seconds_since "$started")"

if $keep; then
  # As a shell reads them, also with a space in a folder's name.
  try="$(printf %q "$cluster") call --dir $(printf %q "$dir")"
  cat <<END

It is still running. To try:
  $try se table klienter --year $year --scope se/17
  $try se/17 status
  $try se subjects rapport/$year/
  $try se state $corrected --json
To end it:
  $(printf %q "$cluster") stop --dir $(printf %q "$dir")
END
else
  "$cluster" stop --dir "$dir"
  echo "Everything has ended; keys, data and logs are in $dir."
fi
