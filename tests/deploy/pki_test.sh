#!/usr/bin/env bash
# The development authority and its certificates: what is issued, kept, refused.
# shellcheck disable=SC2317  # the functions are called by name, through fact
set -uo pipefail
pki=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../deploy/pki" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

fact() {  # NAME COMMAND...: the command must succeed
  local name=$1
  shift
  if "$@" >"$folder/said" 2>&1; then
    echo "ok      $name"
  else
    echo "FAILED  $name"
    sed 's/^/        /' "$folder/said"
    failed=1
  fi
}
refused() {  # STATUS TEXT COMMAND...: it exits with the status and says the text
  local status=$1 text=$2 said
  shift 2
  said=$("$@" 2>&1)
  [[ $? -eq $status && $said == *"$text"* ]] || { echo "$said"; return 1; }
}
text_of() { openssl x509 -in "$1" -noout -text; }
holds() { text_of "$1" | grep -qF -- "$2"; }
only_name_is() { [[ $(text_of "$1" | grep -A1 'Alternative Name' | tail -1 | tr -d ' ') == "URI:$2" ]]; }
mode_is() { [[ $(stat -c %a "$1") == "$2" ]]; }
same_key() {
  [[ $(openssl x509 -in "$1.crt" -noout -pubkey) == "$(openssl pkey -in "$1.key" -pubout)" ]]
}
unchanged() {  # FILE COMMAND...
  local file=$1 before
  before=$(sha256sum "$file")
  shift
  "$@" && [[ $(sha256sum "$file") == "$before" ]]
}
issue=("$pki/issue.sh" --ca "$folder/ca")
node=spiffe://liggare.test/se/17/varmland

fact "issuing without an authority is refused" refused 1 "no authority" \
  "${issue[@]}" --out "$folder/n" "$node"
fact "an authority is made" "$pki/make-ca.sh" "$folder/ca"
fact "its key is private" mode_is "$folder/ca/ca.key" 600
fact "an authority that is there is kept" unchanged "$folder/ca/ca.crt" "$pki/make-ca.sh" "$folder/ca"
mkdir "$folder/certs"
cat >"$folder/batch" <<EOF
$folder/certs/node $node
$folder/certs/client $node/system/verksamhetssystem
$folder/certs/host spiffe://liggare.test/host/counties
EOF
fact "a node, a client and a process get certificates" "${issue[@]}" --batch "$folder/batch"
for name in node client host; do
  fact "$name verifies" openssl verify -CAfile "$folder/ca/ca.crt" "$folder/certs/$name.crt"
  fact "$name has the key beside it" same_key "$folder/certs/$name"
done
crt=$folder/certs/node.crt
fact "the one name is the URI" only_name_is "$crt" "$node"
fact "the key is P-256" holds "$crt" "prime256v1"
fact "it serves both ends" holds "$crt" "TLS Web Client Authentication, TLS Web Server Authentication"
fact "it cannot issue others" holds "$crt" "CA:FALSE"
fact "it ends within 825 days" bash -c "! openssl x509 -in '$crt' -noout -checkend $((826 * 86400))"
fact "it lasts for 824 days" openssl x509 -in "$crt" -noout -checkend $((824 * 86400))
fact "the private key is private" mode_is "$folder/certs/node.key" 600
fact "a valid certificate of the same name is kept" unchanged "$crt" \
  "${issue[@]}" --batch <(cat "$folder/batch"; echo "$folder/certs/se spiffe://liggare.test/se")
fact "a new one beside a kept one is made" test -s "$folder/certs/se.crt"
fact "another name in its place is refused" refused 1 "not URI:spiffe://liggare.test/se/18" \
  "${issue[@]}" --out "$folder/certs/node" spiffe://liggare.test/se/18
"$pki/make-ca.sh" "$folder/foreign"
fact "a certificate of another authority is refused" refused 1 "another authority" \
  "$pki/issue.sh" --ca "$folder/foreign" --out "$folder/certs/node" "$node"
rm "$folder/certs/se.key"
fact "a certificate without its key is refused" refused 1 "only one of" \
  "${issue[@]}" --out "$folder/certs/se" spiffe://liggare.test/se
for uri in se/17 spiffe://liggare.test spiffe://liggare.test/SE spiffe://liggare.test//x \
  'spiffe://liggare.test/se,DNS:x' "spiffe://liggare.test/$(printf 'a%.0s' {1..41})"; do
  fact "no certificate for $uri" refused 1 "not spiffe://" "${issue[@]}" --out "$folder/bad" "$uri"
done
fact "nothing was left of what was refused" bash -c "! ls '$folder'/bad* 2>/dev/null"
fact "a line that is not PREFIX URI is refused" refused 1 "a line is PREFIX URI" \
  "${issue[@]}" --batch <(echo "$folder/bad")
fact "no URI is a usage error" refused 2 "issue.sh" "${issue[@]}" --out "$folder/bad"
fact "two URIs for one file are a usage error" refused 2 "issue.sh" \
  "${issue[@]}" --out "$folder/bad" "$node" "$node"
exit "$failed"
