#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and the address and undefined-behaviour
# sanitizers, and runs each for a while, two at a time. What a target finds is kept.
#
#   tests/fuzz/run.sh [--seconds N] [--found DIR] [TARGET ...]
#
#   --seconds   for each target; default: 20
#   --found     where new inputs are kept; default: build/fuzz/found
#   TARGET      default: all
#
# Exit status: 0 nothing found, 1 something (the input lies in DIR/<target>/), 2 usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=20
found=build/fuzz/found
targets=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --seconds) seconds=${2:-}; shift 2 || { echo "run.sh: --seconds needs a number" >&2; exit 2; } ;;
    --found) found=${2:-}; shift 2 || { echo "run.sh: --found needs a folder" >&2; exit 2; } ;;
    -*) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: --seconds needs a number above 0" >&2; exit 2; }
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <(sed -n 's/^liggare_fuzz(\([a-z_]*\) .*/\1/p' tests/fuzz/CMakeLists.txt)
fi

cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target "${targets[@]}"

# An input may take a minute, for the machine may have other work. Without libFuzzer's
# entropic schedule: on targets with thousands of features it takes nine tenths of the time.
run_one() {  # TARGET: its last lines; what it found stays in $found/TARGET
  local target=$1 log=$found/$1.log
  mkdir -p "$found/$target"
  if build/fuzz/bin/"$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
    -max_len=16384 -entropic=0 -print_final_stats=1 -artifact_prefix="$found/$target/" \
    "$found/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    printf '%-20s %12s executions, nothing found\n' "$target" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    printf '%-20s FAILED, see %s\n' "$target" "$log"
    tail -n 40 "$log"
    return 1
  fi
}
export -f run_one
export found seconds
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'run_one {}' || exit 1
