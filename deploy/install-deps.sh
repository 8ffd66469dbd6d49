#!/usr/bin/env bash
# Installs the Debian 12 packages that building, testing and running needs, and
# says which and why. Installs only what is missing; quiet when nothing is.
#
#   deploy/install-deps.sh [--tests] [--lint] [--list]
#
#   --tests  also what only tests run: Go, for a verifier that is not ours
#   --lint   also what .ci/run needs: clang and its tools, Node.js with npm
#   --list   only print the packages and the reasons
#
# Runs as root, or through sudo. Exit status: 0 all are there, 1 not, 2 usage.
set -euo pipefail

packages=(
  "g++|the compiler (C++20)"
  "cmake|the build"
  "ninja-build|the build's executor"
  "ccache|does not compile the same file twice"
  "mold|links the many test programs in seconds"
  "pkg-config|finds libsodium and libxlsxwriter"
  "git|clones and lists tracked files"
  "ca-certificates|HTTPS for the package tools"
  "protobuf-compiler|generates the messages of proto/"
  "protobuf-compiler-grpc|generates the services of proto/"
  "libprotobuf-dev|Protocol Buffers, the form of an entry"
  "libgrpc++-dev|gRPC, between nodes and to clients"
  "libgrpc-dev|gRPC's core and its CMake files"
  "librocksdb-dev|RocksDB, where each node keeps its logs"
  "libabsl-dev|Abseil: Status, CHECK, time zones"
  "tzdata|Europe/Stockholm, in which deadlines are counted"
  "libgtest-dev|GoogleTest"
  "libgmock-dev|GoogleTest's matchers"
  "libbenchmark-dev|Google Benchmark"
  "libsodium-dev|Ed25519 signatures"
  "libssl-dev|SHA-256 with hardware, TLS"
  "libtomlplusplus-dev|the configuration's format"
  "libcli11-dev|the command line"
  "libspdlog-dev|the program's own log"
  "prometheus-cpp-dev|metrics"
  "nlohmann-json3-dev|the JSON form of events"
  "libxlsxwriter-dev|tables as Excel workbooks"
  "openssl|makes the development certificates (deploy/pki)"
  "jq|reads JSON in the demo"
  "python3|generates events from published tables, checks includes"
)
test_packages=(
  "golang-go|runs a verifier of logs and receipts that is not ours (tests/interop)"
  "golang-golang-x-mod-dev|the notes and trees of that verifier"
)
lint_packages=(
  "clang-format|checks the layout of the code"
  "clang-tidy|finds mistakes in the code"
  "clang|builds the fuzz targets (tests/fuzz)"
  "libclang-rt-dev|libFuzzer and the sanitizers of clang"
  "nodejs|runs buf, which checks proto/"
  "npm|fetches buf"
)

say() { printf 'install-deps: %s\n' "$*"; }

present() {  # NAME: whether the package is installed
  [[ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" == "install ok installed" ]]
}

provided() {  # NAME: whether something else than Debian's package does its work
  case "$1" in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    *) return 1 ;;
  esac
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "must run as root, or with sudo installed" >&2
    exit 1
  fi
}

apt() {  # waits for another apt rather than failing beside it
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
    -o Acquire::Retries=3 "$@"
}

list_only=false
for argument in "$@"; do
  case "$argument" in
    --tests) packages+=("${test_packages[@]}") ;;
    --lint) packages+=("${lint_packages[@]}") ;;
    --list) list_only=true ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

missing=()
for line in "${packages[@]}"; do
  name=${line%%|*}
  if $list_only; then
    printf '%-24s %s\n' "$name" "${line#*|}"
  elif ! present "$name" && ! provided "$name"; then
    missing+=("$line")
  fi
done
if $list_only || [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

if ! command -v apt-get >/dev/null; then
  say "needs Debian's apt-get; missing: ${missing[*]%%|*}" >&2
  exit 1
fi
say "installing ${#missing[@]} packages:"
for line in "${missing[@]}"; do printf '  %-24s %s\n' "${line%%|*}" "${line#*|}"; done

# The lists of packages may be absent (a fresh image) or old: fetch them first.
apt update
apt install --no-install-recommends "${missing[@]%%|*}"

for line in "${missing[@]}"; do
  if ! present "${line%%|*}"; then say "${line%%|*} is still missing" >&2; exit 1; fi
done
say "done"
