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
lasts() {  # CERTIFICATE DAYS: so long, and a day more it does not
  openssl x509 -in "$1" -noout -checkend $((($2 - 1) * 86400)) &&
    ! openssl x509 -in "$1" -noout -checkend $((($2 + 1) * 86400))
}
fact "a node's lasts for 398 days" lasts "$crt" 398
fact "a process's lasts for 398 days" lasts "$folder/certs/host.crt" 398
fact "a client's lasts for 90 days" lasts "$folder/certs/client.crt" 90
fact "another time can be chosen" "${issue[@]}" --days 7 --out "$folder/certs/week" "$node/system/week"
fact "and is kept to" lasts "$folder/certs/week.crt" 7
fact "no time is a usage error" refused 2 "issue.sh" "${issue[@]}" --days 0 --out "$folder/bad" "$node"
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
mkdir "$folder/en mapp"
fact "a prefix may hold spaces" "${issue[@]}" --batch <(printf '%s %s' "$folder/en mapp/en nod" "$node")
fact "its certificate is there" only_name_is "$folder/en mapp/en nod.crt" "$node"
fact "a prefix without a URI is refused, with spaces too" refused 1 "not spiffe://" \
  "${issue[@]}" --batch <(echo "$folder/en mapp/nod")
fact "no URI is a usage error" refused 2 "issue.sh" "${issue[@]}" --out "$folder/bad"
fact "two URIs for one file are a usage error" refused 2 "issue.sh" \
  "${issue[@]}" --out "$folder/bad" "$node" "$node"

revoke=("$pki/revoke.sh" --ca "$folder/ca")
revoked() {  # CERTIFICATE: it does not verify with the list
  refused 2 "certificate revoked" \
    openssl verify -crl_check -CAfile "$folder/ca/ca.crt" -CRLfile "$folder/ca/ca.crl" "$1"
}
in_force() {
  openssl verify -crl_check -CAfile "$folder/ca/ca.crt" -CRLfile "$folder/ca/ca.crl" "$1"
}
crl_number() { openssl crl -in "$folder/ca/ca.crl" -noout -crlnumber; }
grows() {  # COMMAND...: it makes the list anew
  local before
  before=$(crl_number)
  "$@" && [[ $(crl_number) != "$before" ]]
}
fact "an empty list of revoked certificates is made" "${revoke[@]}"
fact "it revokes nobody" in_force "$folder/certs/client.crt"
fact "a certificate is revoked" "${revoke[@]}" "$folder/certs/client.crt"
fact "it verifies no longer" revoked "$folder/certs/client.crt"
fact "others do" in_force "$folder/certs/node.crt"
fact "another is revoked" "${revoke[@]}" "$folder/certs/week.crt"
fact "both stay revoked" revoked "$folder/certs/client.crt"
fact "the second, too" revoked "$folder/certs/week.crt"
fact "revoking one again only makes the list anew" grows "${revoke[@]}" "$folder/certs/week.crt"
fact "so does revoking none" grows "${revoke[@]}" --days 3
fact "everybody can read it" mode_is "$folder/ca/ca.crl" 644
fact "what is no certificate of the authority is refused" unchanged "$folder/ca/ca.crl" \
  refused 1 "not a certificate of this authority" "${revoke[@]}" "$folder/foreign/ca.crt"
fact "no authority is an error" refused 1 "no authority" "$pki/revoke.sh" --ca "$folder/certs"
fact "no time for the list is a usage error" refused 2 "revoke.sh" "${revoke[@]}" --days x
fact "nothing is left of the work" bash -c "! ls -d '$folder'/ca/.revoke.* 2>/dev/null"
exit "$failed"
