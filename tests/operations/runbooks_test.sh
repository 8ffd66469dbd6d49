#!/usr/bin/env bash
# Performs every runbook of docs/operations.md as it is written: its commands are
# cut out of the document and run, on three real processes.
#
#   runbooks_test.sh BIN_DIRECTORY
# shellcheck disable=SC2317  # the functions are called by name, through fact
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$1
folder=$(mktemp -d)
dir=$folder/cluster
document=$root/docs/operations.md
export LIGGARE_BIN=$bin
cluster=$root/deploy/cluster.sh
failed=0
trap '"$cluster" stop --dir "$dir" > /dev/null 2>&1; rm -rf "$folder"' EXIT

fact() {  # NAME COMMAND...: the command must succeed
  local name=$1
  shift
  if "$@" > "$folder/said" 2>&1; then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    sed 's/^/        /' "$folder/said"
    failed=1
  fi
}

# The commands under a heading of the document.
commands_of() {
  awk -v heading="## $1" '
    /^## / { inside = ($0 == heading) }
    /^```/ { if (inside && !code && $0 == "```sh") { code = 1; next } code = 0 }
    inside && code' "$document"
}

# What an operator has: the programs, and a service manager, which here is the
# script that keeps the three processes.
mkdir -p "$folder/bin"
ln -s "$bin/liggare" "$bin/liggared" "$folder/bin/"
cat > "$folder/bin/systemctl" <<EOF
#!/usr/bin/env bash
[ "\$2" = liggared ] && exec "$cluster" "\$1" --dir "$dir" "\$PROCESS"
EOF
chmod +x "$folder/bin/systemctl"

# As the operator of a node: NODE PROCESS COMMAND...
as_operator() {
  local node=$1 process=$2 ports port name=${1//\//_}
  shift 2
  read -r -a ports < "$dir/ports"
  case $process in nation) port=${ports[0]} ;; counties) port=${ports[1]} ;; *) port=${ports[2]} ;; esac
  (
    cd "$folder" || exit 1
    export PATH="$folder/bin:$PATH" PROCESS=$process
    export CONFIG=$dir/$process.toml NODE=$node DATA=$dir/data/$name BACKUP=$dir/backup/$name
    export TRUST=$dir/keys/se.vkey COUNTY=se/17=127.0.0.1:${ports[1]}=counties
    export LIGGARE_SERVER=127.0.0.1:$port LIGGARE_CA=$dir/ca/ca.crt
    export LIGGARE_CERT=$dir/certificates/$name.demo.crt LIGGARE_KEY=$dir/certificates/$name.demo.key
    unset LIGGARE_NODE LIGGARE_HOST
    "$@"
  )
}
runbook() {  # HEADING NODE PROCESS
  local commands
  commands=$(commands_of "$1")
  [ -n "$commands" ] || { echo "the document has no commands under '$1'"; return 1; }
  as_operator "$2" "$3" bash -euo pipefail -c "$commands"
}
liggare() { (LIGGARE_BIN=$bin "$cluster" call --dir "$dir" "$@"); }
node=se/17/varmland

record() {  # NUMBER OMBUD: the register (1), or reports of different years
  local line
  if [ "$1" = 1 ]; then
    line='{"id":"0190163d-8694-739b-aea5-000000000001","subject":"verksamhet/se/17/varmland","verksamhet_registered":{"namn":"PO","driftsform":"kommunal_regi","huvudman":"1780","from":"2014-01-01"}}'
  else
    line=$(printf '{"id":"0190163d-8694-739b-aea5-%012d","subject":"rapport/%d/se/17/varmland","report_submitted":{"ombud":{"personer":%d,"heltid_hundredths":100}}}' "$1" "$((2014 + $1))" "$2")
  fi
  echo "$line" > "$folder/line.jsonl"
  liggare "$node" record "$folder/line.jsonl" --frontier-out "$folder/frontier.json"
}
await_at() { liggare "$1" await --frontier "$folder/frontier.json" --timeout 60; }
says() {  # TEXT COMMAND...: it succeeds and says the text
  local text=$1 said
  shift
  said=$("$@" 2>&1) && [[ $said == *"$text"* ]] || { echo "$said"; return 1; }
}
records_at() {  # LOG NUMBER: the next event goes into this log
  record "$2" 1 && await_at se && liggare "$node" --json read "$1" | grep -q "$(printf '%012d' "$2")"
}
duplicate() { says "redan registrerade: 1" record "$@"; }  # As it was sent: NUMBER OMBUD
stopped() {  # NODE: it says that it must be restored
  for _ in $(seq 600); do
    liggare "$1" --json status | jq -e '.nodes[] | select(.read_only_reason != "")' > /dev/null && return
    read -r -t 0.1 <> <(:)
  done
  liggare "$1" status
  return 1
}

echo '[{"path":"se","display_name":"S","parent":""},{"path":"se/17","display_name":"V","parent":"se"},{"path":"se/17/varmland","display_name":"PO","parent":"se/17"}]' > "$folder/nodes.json"
fact "a cluster is made" "$cluster" make --dir "$dir" --nodes "$folder/nodes.json"
# A node's backup directory stands in its [[node]].
for config in nation counties verksamheter; do
  sed -i "s|^data = \"$dir/data/\(.*\)\"|&\nbackup = \"$dir/backup/\1\"|" "$dir/$config.toml"
done
fact "it starts" "$cluster" start --dir "$dir"
fact "its nodes are enrolled" "$cluster" enrol --dir "$dir"
fact "a verksamhet registers" record 1 0
fact "the nation has it" await_at se

fact "runbook: Backups" runbook "Backups" $node verksamheter
fact "a report after the backup" record 2 3
fact "the nation has it" await_at se
fact "runbook: A backup is put back" runbook "A backup is put back" $node verksamheter
fact "runbook: A node whose parent has more" \
  says "se/17/varmland@2" runbook "A node whose parent has more" $node verksamheter
fact "nothing that was received is lost" duplicate 2 3
fact "the node goes on in the second epoch" records_at se/17/varmland@2 3

fact "a receipt is taken" liggare $node receipt 0190163d-8694-739b-aea5-000000000003 -o "$folder/r3.json"
fact "the parent is away" "$cluster" stop --dir "$dir" counties
fact "a report that nobody above has" record 4 9
mkdir -p "$folder/receipts"
fact "its sender has a receipt" liggare $node receipt 0190163d-8694-739b-aea5-000000000004 -o "$folder/receipts/r4.json"
cp "$folder/r3.json" "$folder/receipts/"
fact "the disk dies" "$cluster" kill --dir "$dir" verksamheter
rm -rf "$dir/data/se_17_varmland" "$dir/data/se_17_varmland."*
fact "the parent is back" "$cluster" start --dir "$dir" counties
fact "runbook: What was lost" \
  says "SAKNAS  0190163d-8694-739b-aea5-000000000004  se/17/varmland@2#" \
  runbook "What was lost" $node verksamheter
fact "what was received is there" duplicate 3 1
fact "what was lost is sent again" says "Registrerade: 1" record 4 9
fact "the nation has it" await_at se

fact "everybody rests" "$cluster" stop --dir "$dir"
rm -rf "$folder/old" && cp -r "$dir/data/se_17" "$folder/old"
fact "and goes on" "$cluster" start --dir "$dir"
fact "a report that the county will forget" record 5 2
fact "the nation has it" await_at se
fact "the county stops" "$cluster" stop --dir "$dir" counties
rm -rf "$dir/data/se_17" && cp -r "$folder/old" "$dir/data/se_17"
fact "the county starts with its old disk" "$cluster" start --dir "$dir" counties
fact "it finds out" stopped se/17
fact "runbook: A parent that was set back is that of a node whose parent has more" \
  says "se/17@2" runbook "A node whose parent has more" se/17 counties
fact "the county has what it forgot" await_at se/17
fact "reports flow through it" record 6 2
fact "to the nation" await_at se

fact "the nation's disk dies" "$cluster" kill --dir "$dir" nation
rm -rf "$dir/data/se"
fact "runbook: The nation's disk is lost" \
  says "se@2" runbook "The nation's disk is lost" se nation
fact "reports reach the nation again" record 7 2
fact "in full" await_at se

fact "a copy is put in the node's place" "$cluster" stop --dir "$dir" verksamheter
rm -rf "$folder/old" && cp -r "$dir/data/se_17_varmland" "$folder/old"
fact "the node records" "$cluster" start --dir "$dir" verksamheter
fact "an event" record 8 2
fact "that is received" await_at se
fact "it stops" "$cluster" stop --dir "$dir" verksamheter counties
rm -rf "$dir/data/se_17_varmland" && cp -r "$folder/old" "$dir/data/se_17_varmland"
fact "the copy starts alone" "$cluster" start --dir "$dir" verksamheter
fact "and records another" record 9 2
fact "its parent comes" "$cluster" start --dir "$dir" counties
fact "it finds out" stopped $node
evidence() { ls "$dir"/data/se_17/evidence/*.evidence.json; }
evidence_holds() {
  for _ in $(seq 600); do evidence > /dev/null 2>&1 && break; read -r -t 0.1 <> <(:); done
  EVIDENCE=$(evidence | head -n 1) && export EVIDENCE && runbook "A log is frozen" se/17 counties
}
fact "runbook: A log is frozen" evidence_holds
refused_if_changed() {
  sed 's/"size": "\([0-9]*\)"/"size": "1\1"/' "$(evidence | head -n 1)" > "$folder/forged.json"
  EVIDENCE=$folder/forged.json
  export EVIDENCE
  runbook "A log is frozen" se/17 counties
  [ $? -eq 3 ]
}
fact "changed evidence is refused" refused_if_changed
fact "runbook: the way on from a frozen log" \
  says "se/17/varmland@4" runbook "A node whose parent has more" $node verksamheter
fact "what the copy had recorded is there" duplicate 9 2
fact "and what the node had" duplicate 8 2
fact "it goes on" records_at se/17/varmland@4 10

every_command_was_run() {  # Each heading with commands is named above.
  local heading
  while read -r heading; do
    [ -z "$(commands_of "$heading")" ] && continue
    grep -qF "runbook \"$heading\"" "$0" || { echo "nobody performs '$heading'"; return 1; }
  done < <(sed -n 's/^## //p' "$document" | grep -v '^Repairing derived data')
}
fact "every runbook was performed" every_command_was_run
what_the_server_names_is_there() {
  local heading named=0
  while read -r heading; do
    named=$((named + 1))
    grep -qxF "## $heading" "$document" || { echo "there is no '$heading'"; return 1; }
  done < <(grep -o 'operations\.md, \\"[^"\\]*' "$root/services/replication/peer_status.h" | sed 's/.*"//')
  [ $named -ge 2 ]
}
fact "the runbooks that the server names are there" what_the_server_names_is_there
exit $failed
