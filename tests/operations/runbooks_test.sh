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
    export SIGNING_KEY=$dir/keys/$name.key TRUST_DOMAIN
    TRUST_DOMAIN=$(cat "$dir/trust_domain")
    export NODE_HOST=$process
    [ -n "${child-}" ] && export NODE=$child PARENT=$node NODE_HOST=verksamheter
    export TRUST=$dir/keys/se.vkey COUNTY=se/17=counties@127.0.0.1:${ports[1]}
    export LIGGARE_SERVER=127.0.0.1:$port LIGGARE_CA=$dir/ca/ca.crt
    export LIGGARE_CERT=$dir/certificates/$name.operator.crt
    export LIGGARE_KEY=$dir/certificates/$name.operator.key
    export LIGGARE_KNOWN_HOSTS=$folder/known_hosts  # Filled by the first call to each server.
    unset LIGGARE_NODE LIGGARE_HOST
    "$@"
  )
}
runbook() {  # HEADING NODE PROCESS [CHILD]: with a child it is about that one
  local commands child=${4-}
  commands=$(commands_of "$1")
  [ -n "$commands" ] || { echo "the document has no commands under '$1'"; return 1; }
  as_operator "$2" "$3" bash -euo pipefail -c "$commands"
}
liggare() { (LIGGARE_BIN=$bin "$cluster" call --dir "$dir" "$@"); }
operate() { (LIGGARE_BIN=$bin "$cluster" operate --dir "$dir" "$@"); }
node=se/17/varmland

record() {  # NUMBER OMBUD: the register (1), or reports of different years
  local line
  if [ "$1" = 1 ]; then
    line='{"id":"0190163d-8694-739b-aea5-000000000001","subject":"verksamhet/se/17/varmland","verksamhet_registered":{"namn":"PO","driftsform":"kommunal_regi","huvudman":"1780","from":"2014-01-01"}}'
  else
    line=$(printf '{"id":"0190163d-8694-739b-aea5-%012d","subject":"rapport/%d/se/17/varmland","report_submitted":{"ombud":{"personer":%d,"heltid_hundredths":100}}}' "$1" "$((2014 + $1 % 11))" "$2")
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
# A list of denied certificates, and the authority's of revoked ones, in its [tls].
pki=$root/deploy/pki
touch "$dir/denied"
fact "an empty list of revoked certificates" "$pki/revoke.sh" --ca "$dir/ca"
for config in counties verksamheter; do
  sed -i "s|^\[tls\]|&\ndeny = \"$dir/denied\"\ncrl = \"$dir/ca/ca.crl\"|" "$dir/$config.toml"
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

compared_with_the_national_log() {
  SEEN=$folder/seen.txt EVIDENCE=$folder/second.json
  export SEEN EVIDENCE
  says "se@1: samma logg" runbook "A county's cosignature is missing" se/17 counties && [ ! -e "$EVIDENCE" ]
}
fact "runbook: A county's cosignature is missing" compared_with_the_national_log
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

# Keys, under load: reports are recorded all the while.
load() {
  local i=0
  while [ ! -e "$folder/enough" ]; do
    i=$((i + 1))
    printf '{"id":"0190163d-8694-739b-aea5-0000001%05d","subject":"rapport/2020/se/17/varmland","report_submitted":{"ombud":{"personer":%d,"heltid_hundredths":100}}}\n' "$i" "$i" > "$folder/load.line"
    liggare $node record "$folder/load.line" > "$folder/load.said" 2>&1 || return 1
    cat "$folder/load.line" >> "$folder/load.jsonl"
  done
}
receipt_of() {  # EVENT FILE: when all tiers have it
  liggare $node receipt "$1" -o "$2"
}
verified() { "$bin/liggare" verify "$1" --trust "$dir/keys/se.vkey"; }
rotate() {  # NODE PROCESS PARENT PROCESS
  fact "runbook: Rotating a signing key, of $1" runbook "Rotating a signing key" "$1" "$2"
  fact "runbook: Recording a change of key" runbook "Recording a change of key" "$3" "$4" "$1"
  fact "runbook: A rotated key is put in place" runbook "A rotated key is put in place" "$1" "$2"
}
fact "a receipt from before" receipt_of 0190163d-8694-739b-aea5-000000000010 "$folder/before.json"
cp "$dir/keys/se_17_varmland.key" "$folder/first.key"
load & loader=$!
rotate $node verksamheter se/17 counties
rotate se/17 counties se nation
rotate se nation se nation
touch "$folder/enough"
fact "every report of meanwhile was recorded" wait $loader
all_are_there() {
  [ "$(wc -l < "$folder/load.jsonl")" -ge 3 ] &&
    says "Registrerade: 0" liggare $node record "$folder/load.jsonl" --frontier-out "$folder/frontier.json"
}
fact "each once" all_are_there
fact "the nation has them" await_at se
fact "a report after it" record 11 2
fact "the nation has it" await_at se
fact "a receipt from after" receipt_of 0190163d-8694-739b-aea5-000000000011 "$folder/after.json"
fact "the receipt from before holds" verified "$folder/before.json"
fact "the receipt from after holds" verified "$folder/after.json"
for path in $node se/17 se; do
  fact "all logs at $path verify from the first national key" \
    liggare "$path" verify --live --trust "$dir/keys/se.vkey"
done
restarted() { "$cluster" stop --dir "$dir" && "$cluster" start --dir "$dir" && record 12 2 && await_at se; }
fact "restarted, they go on with the new keys" restarted

fact "the disk dies after the rotation" "$cluster" kill --dir "$dir" verksamheter
rm -rf "$dir/data/se_17_varmland" "$dir/data/se_17_varmland."*
fact "a node whose key was rotated is restored" \
  says "se/17/varmland@5" runbook "A node whose parent has more" $node verksamheter
fact "its events from before and after are there" duplicate 11 2

old_key_is_no_use() {
  "$bin/liggare" node rotate-key --key "$folder/first.key" > "$folder/forged.jsonl" &&
    ! operate se/17 record "$folder/forged.jsonl"
}
key_of() { liggare "$1" --json status | jq -r --arg path "$1" '.nodes[] | select(.path == $path).verifier_key'; }
fact "the old key hands over to none" old_key_is_no_use
fact "a receipt" receipt_of 0190163d-8694-739b-aea5-000000000012 "$folder/stands.json"
key_of $node > "$folder/second.vkey"
fact "runbook: A stolen key" runbook "A stolen key" se/17 counties $node
systems_record_no_key() {  # The line of the runbook, with a system's certificate.
  local said
  said=$(liggare se/17 record "$folder/revocation.jsonl" 2>&1) && return 1
  [[ $said == *PERMISSION_DENIED*se/17/operator/* ]] || { echo "$said"; return 1; }
}
fact "a system's certificate would not have done" systems_record_no_key
fact "the node stops recording" stopped $node
says_revoked() { says "is revoked" liggare $node status; }
fact "and says why" says_revoked
fact "what the key signed before stands" verified "$folder/stands.json"
fact "runbook: A new key after a stolen one" runbook "A new key after a stolen one" $node verksamheter
fact "runbook: Enrolling a new key" runbook "Enrolling a new key" se/17 counties $node
records_again() {
  for _ in $(seq 600); do
    record 13 2 > /dev/null 2>&1 && await_at se && return
    read -r -t 0.1 <> <(:)
  done
  liggare $node status
  return 1
}
fact "the node records again" records_again
fact "a receipt under the new key" receipt_of 0190163d-8694-739b-aea5-000000000013 "$folder/anew.json"
fact "holds" verified "$folder/anew.json"
revoke_all() {  # As if a thief had signed all of the second key.
  as_operator se/17 counties command liggare --node se/17 node revoke-key --path $node --size 0 \
    --log se/17/varmland@1 --cosigned-until 0 --vkey "$(cat "$folder/second.vkey")" > "$folder/all.jsonl" &&
    operate se/17 record "$folder/all.jsonl"
}
refused_offline() {  # A receipt that holds the revocation, of what the key alone has signed.
  for _ in $(seq 600); do
    receipt_of 0190163d-8694-739b-aea5-000000000011 "$folder/revoked.json"
    verified "$folder/revoked.json" > "$folder/refusal" 2>&1
    [ $? -eq 3 ] && grep -q "is revoked" "$folder/refusal" && return
    read -r -t 0.1 <> <(:)
  done
  cat "$folder/refusal"
  return 1
}
fact "runbook: Closing a node" runbook "Closing a node" se/17 counties $node
fact "the closed node stops recording" stopped $node
says_closed() { says "was closed by se/17" liggare "$1" status; }
fact "and says why" says_closed $node
fact "its parent says it, too" says_closed se/17
fact "what it recorded before is proven" receipt_of 0190163d-8694-739b-aea5-000000000013 "$folder/closed.json"
fact "and the proof holds" verified "$folder/closed.json"
VKEY=$folder/open.vkey && export VKEY && key_of $node > "$VKEY"
fact "runbook: Opening a closed node" says "öppnad igen" runbook "Opening a closed node" se/17 counties $node
opened() {
  for _ in $(seq 600); do
    record 14 2 > /dev/null 2>&1 && await_at se && return
    read -r -t 0.1 <> <(:)
  done
  liggare $node status
  return 1
}
fact "it records again, in the same log" opened
fact "the key is revoked from the beginning" revoke_all
fact "a receipt over the revoked range is refused" refused_offline
fact "one that the new key answers for holds" receipt_of 0190163d-8694-739b-aea5-000000000013 "$folder/anew.json"
fact "offline" verified "$folder/anew.json"

# Certificates.
issue() { "$pki/issue.sh" --ca "$dir/ca" --out "$dir/certificates/$1" "spiffe://$(cat "$dir/trust_domain")/$2"; }
status_as() {  # CERTIFICATE: what the node's server says to who shows it
  local ports
  read -r -a ports < "$dir/ports"
  LIGGARE_HOST=verksamheter "$bin/liggare" --server "127.0.0.1:${ports[2]}" --ca "$dir/ca/ca.crt" --cert "$dir/certificates/$1.crt" \
    --key "$dir/certificates/$1.key" --node $node "${@:2}" status
}
within_a_minute() {  # COMMAND...: it succeeds
  local until=$((SECONDS + 60))
  while ((SECONDS < until)); do
    "$@" > "$folder/last" 2>&1 && return
    read -r -t 0.2 <> <(:)
  done
  cat "$folder/last"
  return 1
}
turned_away() { ! status_as "$@"; }
LOST=spiffe://$(cat "$dir/trust_domain")/$node/system/lost
export LOST DENY=$dir/denied
fact "a client's certificate" issue lost $node/system/lost
fact "is let in" status_as lost
fact "runbook: A lost certificate" runbook "A lost certificate" $node verksamheter
fact "it is turned away" within_a_minute turned_away lost
fact "others are not" status_as se_17_varmland.demo
says_alarm() { status_as se_17_varmland.demo | grep "LARM: $1"; }
echo nonsense >> "$dir/denied"
fact "a line that is not right is an alarm" within_a_minute says_alarm "Spärrlista: .*'nonsense' denies nothing"
fact "and changes nothing" turned_away lost
: > "$dir/denied"
fact "without its line it is let in again" within_a_minute status_as lost
fact "the authority revokes it" "$pki/revoke.sh" --ca "$dir/ca" "$dir/certificates/lost.crt"
fact "it is turned away" within_a_minute turned_away lost
fact "others are not" status_as se_17_varmland.demo

# Sessions that stand, from both ends: the node's certificate at its parent, and that
# of the parent's process at the node.
is_cut() { liggare $node status | grep -q ': ej ansluten'; }
is_connected() { liggare $node status | grep -q ': ansluten'; }
await_connected() { within_a_minute is_connected || within_a_minute is_connected; }
for name in $node host/counties; do
  fact "the session with the parent stands" await_connected
  echo "uri spiffe://$(cat "$dir/trust_domain")/$name" > "$dir/denied"
  fact "it ends when $name is denied" within_a_minute is_cut
  : > "$dir/denied"
  fact "and comes back when it is not" await_connected
done

days_of() { status_as se_17_varmland.demo --json | jq -e --arg name "$1" '.certificates[] | select(.name | endswith($name)).days_left'; }
lasts() { [ "$(days_of "$1")" -ge "$2" ]; }
fact "the days of the host's certificate are told" lasts /host/verksamheter 396
host=$dir/certificates/host_verksamheter
mkdir "$folder/renewed"
fact "the host's certificate is renewed" "$pki/issue.sh" --ca "$dir/ca" --days 700 \
  --out "$folder/renewed/host" "spiffe://$(cat "$dir/trust_domain")/host/verksamheter"
cp "$host.crt" "$folder/renewed/old.crt"
mv "$folder/renewed/host.crt" "$host.crt"
fact "without its key that is an alarm" within_a_minute says_alarm "spiffe.*is not the key of"
fact "and the old one is shown" status_as se_17_varmland.demo
mv "$folder/renewed/host.key" "$host.key"
fact "with it, it is used" within_a_minute lasts /host/verksamheter 698
fact "and nothing was restarted" liggare $node status

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
  done < <(grep -o 'operations\.md, \\"[^"\\]*' "$root/services/replication/session/peer_status.h" | sed 's/.*"//')
  [ $named -ge 2 ]
}
fact "the runbooks that the server names are there" what_the_server_names_is_there
exit $failed
