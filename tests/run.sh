#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Can be run again at once.
#
#   tests/run.sh [--preset NAME]
#
#   --preset   a configure preset of CMakePresets.json; default: ci
#
# Exit status: 0 all passed, 1 not, 2 usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=ci
while [[ $# -gt 0 ]]; do
  case "$1" in
    --preset) preset=${2:-}; shift 2 || { echo "run.sh: --preset needs a name" >&2; exit 2; } ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

step() {  # TITLE COMMAND...: runs it and says how long it took
  local title=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$title"
  if ! "$@"; then
    printf '== %s: FAILED after %d s\n' "$title" $((SECONDS - start)) >&2
    exit 1
  fi
  printf '== %s: %d s\n' "$title" $((SECONDS - start))
}

step "packages" deploy/install-deps.sh --tests
step "includes point down" python3 -B .ci/check_includes.py
step "the check itself" python3 -B .ci/check_includes_test.py
step "configure ($preset)" cmake --preset "$preset"
step "build" cmake --build "build/$preset"
step "tests" ctest --test-dir "build/$preset" --output-on-failure -j2
