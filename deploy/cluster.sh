#!/usr/bin/env bash
# A development cluster on this machine's loopback: three processes (nation,
# counties, verksamheter) that host all nodes of a list.
#
#   cluster.sh make  --dir DIR --nodes nodes.json [--trust-domain TD]
#   cluster.sh start --dir DIR [nation|counties|verksamheter ...]
#   cluster.sh enrol --dir DIR
#   cluster.sh stop  --dir DIR [nation|counties|verksamheter ...]
#   cluster.sh kill  --dir DIR nation|counties|verksamheter
#   cluster.sh call  --dir DIR NODE ARGUMENT...     runs `liggare` as that node's system
#   cluster.sh operate --dir DIR NODE ARGUMENT...   the same as its operator
#
# nodes.json: [{"path", "display_name", "parent"}]. `make` may be run again; it
# keeps keys, certificates and data that are there. Only processes that `start`
# began are ever ended, by the id it wrote down.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${LIGGARE_BIN:-$here/../build/default/bin}
processes=(nation counties verksamheter)

die() { echo "cluster.sh: $*" >&2; exit 2; }

file_name() { echo "${1//\//_}"; }

# Which process hosts a node: by the depth of its path.
process_of() {
  case $1 in
    */*/*) echo verksamheter ;;
    */*) echo counties ;;
    *) echo nation ;;
  esac
}

free_ports() {
  python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in held))' "$1"
}

make_keys() {
  mkdir -p "$dir/keys"
  local path
  for path in "${paths[@]}"; do
    [ -e "$dir/keys/$(file_name "$path").vkey" ] ||
      "$bin/liggare" node init --path "$path" --trust-domain "$trust_domain" \
        --dir "$dir/keys" > /dev/null
  done
}

make_certificates() {
  local path name requests=()
  "$here/pki/make-ca.sh" "$dir/ca" > /dev/null
  for name in "${processes[@]}"; do
    requests+=("$dir/certificates/host_$name" "spiffe://$trust_domain/host/$name")
  done
  for path in "${paths[@]}"; do
    name=$dir/certificates/$(file_name "$path")
    requests+=("$name" "spiffe://$trust_domain/$path" "$name.demo" "spiffe://$trust_domain/$path/system/demo"
      "$name.operator" "spiffe://$trust_domain/$path/operator/demo")
  done
  mkdir -p "$dir/certificates"
  printf '%s %s\n' "${requests[@]}" | "$here/pki/issue.sh" --ca "$dir/ca" --batch - > /dev/null
}

toml() {  # A text as TOML has it.
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

write_config() {
  local process=$1 port=$2 parent_process=$3 parent_port=$4 path name
  {
    echo "trust_domain = \"$trust_domain\""
    echo "national_key = \"$(cat "$dir/keys/se.vkey")\""
    echo "listen = \"127.0.0.1:$port\""
    printf '\n[tls]\nca = %s\ncertificate = %s\nkey = %s\n' "$(toml "$dir/ca/ca.crt")" \
      "$(toml "$dir/certificates/host_$process.crt")" "$(toml "$dir/certificates/host_$process.key")"
    for path in "${paths[@]}"; do
      [ "$(process_of "$path")" = "$process" ] || continue
      name=$(file_name "$path")
      printf '\n[[node]]\npath = "%s"\ndata = %s\nsigning_key = %s\ncertificate = %s\nkey = %s\n' \
        "$path" "$(toml "$dir/data/$name")" "$(toml "$dir/keys/$name.key")" \
        "$(toml "$dir/certificates/$name.crt")" "$(toml "$dir/certificates/$name.key")"
      [ "$process" = nation ] ||
        echo "parent = { address = \"127.0.0.1:$parent_port\", host = \"$parent_process\" }"
    done
  } > "$dir/$process.toml"
}

cmd_make() {
  mkdir -p "$dir/data" "$dir/run"
  cp "$nodes" "$dir/nodes.json"
  echo "$trust_domain" > "$dir/trust_domain"
  load_nodes
  make_keys
  make_certificates
  [ -e "$dir/ports" ] || free_ports 3 > "$dir/ports"
  local ports
  read -r -a ports < "$dir/ports"
  write_config nation "${ports[0]}" "" ""
  write_config counties "${ports[1]}" nation "${ports[0]}"
  write_config verksamheter "${ports[2]}" counties "${ports[1]}"
}

load_nodes() {
  trust_domain=$(cat "$dir/trust_domain")
  mapfile -t paths < <(jq -r '.[].path' "$dir/nodes.json")
}

running() { [ -e "$dir/run/$1.pid" ] && kill -0 "$(cat "$dir/run/$1.pid")" 2> /dev/null; }

# Starts a process and waits for its own word that it listens.
start_one() {
  local process=$1 fifo=$dir/run/$1.ready line ready
  running "$process" && return
  rm -f "$fifo" && mkfifo "$fifo"
  # Open at both ends, so that neither side waits for the other to open it.
  exec {ready}<> "$fifo"
  "$bin/liggared" --config "$dir/$process.toml" --ready-fd "$ready" \
    >> "$dir/run/$process.log" 2>&1 < /dev/null &
  echo $! > "$dir/run/$process.pid"
  until read -r -t 1 -u "$ready" line; do
    running "$process" && continue
    tail -n 5 "$dir/run/$process.log" >&2
    rm -f "$dir/run/$process.pid" "$fifo"
    die "$process did not start; its log is $dir/run/$process.log"
  done
  exec {ready}>&-
  rm -f "$fifo"
  echo "$process: ${line#liggared: }"
}

end_one() {
  local signal=$1 process=$2
  running "$process" || return 0
  local pid
  pid=$(cat "$dir/run/$process.pid")
  kill "-$signal" "$pid"
  timeout 60 tail --pid="$pid" -f /dev/null || die "$process ($pid) does not end"
  rm -f "$dir/run/$process.pid"
}

cmd_start() { local p; for p in "${@:-${processes[@]}}"; do start_one "$p"; done; }
# Children first, so that none is seen to lose its parent.
cmd_stop() {
  local p
  [ $# -gt 0 ] || set -- verksamheter counties nation
  for p in "$@"; do end_one TERM "$p"; done
}
cmd_kill() { end_one KILL "$1"; }

cmd_call() { run_as demo "$@"; }
cmd_operate() { run_as operator "$@"; }

run_as() {  # CERTIFICATE NODE ARGUMENT...
  local certificate=$1 node=$2 process ports port=0
  shift 2
  read -r -a ports < "$dir/ports"
  process=$(process_of "$node")
  for i in 0 1 2; do [ "${processes[$i]}" = "$process" ] && port=${ports[$i]}; done
  local name
  name=$dir/certificates/$(file_name "$node").$certificate
  LIGGARE_SERVER="127.0.0.1:$port" LIGGARE_CA="$dir/ca/ca.crt" LIGGARE_CERT="$name.crt" \
    LIGGARE_KEY="$name.key" LIGGARE_HOST="$process" LIGGARE_NODE="$node" exec "$bin/liggare" "$@"
}

# Each parent enrols its children: the nation its counties, a county its verksamheter.
cmd_enrol() {
  local parent
  for parent in $(jq -r '[.[].parent | select(. != null and . != "")] | unique[]' "$dir/nodes.json"); do
    jq -c --arg parent "$parent" '.[] | select(.parent == $parent) | {path, display_name}' \
      "$dir/nodes.json" |
      while read -r child; do
        path=$(jq -r .path <<< "$child")
        jq -c --rawfile vkey "$dir/keys/$(file_name "$path").vkey" --arg host "$(process_of "$path")" \
          '. + {vkey: ($vkey | rtrimstr("\n")), host: $host}' <<< "$child"
      done > "$dir/run/enrol.jsonl"
    (cmd_operate "$parent" node enrol --from "$dir/run/enrol.jsonl") > /dev/null
  done
}

command=${1:-}
[ $# -gt 0 ] && shift
dir="" nodes="" trust_domain=liggare.test
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$(realpath -m "$2"); shift 2 ;;
    --nodes) nodes=$2; shift 2 ;;
    --trust-domain) trust_domain=$2; shift 2 ;;
    *) break ;;
  esac
done
[ -n "$dir" ] || die "--dir DIR is needed"
[[ $dir != *[[:cntrl:]]* ]] || die "a folder with control characters in its name can't be used: $(printf %q "$dir")"
case $command in
  make) [ -n "$nodes" ] || die "--nodes FILE is needed"; cmd_make ;;
  start | stop | enrol | call | operate) load_nodes; "cmd_$command" "$@" ;;
  kill) [ $# -eq 1 ] || die "kill takes one process"; load_nodes; cmd_kill "$1" ;;
  *) die "unknown command '$command'; the head of this file lists them" ;;
esac
