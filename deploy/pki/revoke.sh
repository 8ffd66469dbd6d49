#!/usr/bin/env bash
# Revokes certificates of the authority in CADIR (make-ca.sh) and writes its list of
# revoked ones, CADIR/ca.crl: for `crl` in the [tls] of liggared's configuration. What
# was revoked before stays in it. Without a certificate the list is made anew, which
# it must be before it is due.
#
#   revoke.sh --ca CADIR [--days N] [CERTIFICATE.crt ...]      due in N days, else 30
#
# Exit status: 0 done, 1 not (the list is as it was), 2 usage.
set -euo pipefail

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "revoke: $*" >&2; exit 1; }

ca="" days=30 certificates=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --ca) ca=${2:-}; shift 2 || usage ;;
    --days) days=${2:-}; shift 2 || usage ;;
    -*) usage ;;
    *) certificates+=("$1"); shift ;;
  esac
done
[[ -n $ca && $days =~ ^[1-9][0-9]{0,3}$ ]] || usage
[[ -r $ca/ca.crt && -r $ca/ca.key ]] || fail "no authority in $ca (make-ca.sh makes one)"

umask 077
exec 9>"$ca/.revoked.lock"
flock 9
# The register of what is revoked changes whole, with the list.
work=$(mktemp -d "$ca/.revoke.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [[ -e $ca/revoked.txt ]]; then
  cp "$ca/revoked.txt" "$ca/crlnumber.txt" "$work/"
else
  touch "$work/revoked.txt"
  echo 01 >"$work/crlnumber.txt"
fi
# The folder comes from the environment: in the file, $ and # would mean something.
cat >"$work/config" <<'EOF'
[ca]
default_ca = this
[this]
database = $ENV::LIGGARE_REVOKED/revoked.txt
crlnumber = $ENV::LIGGARE_REVOKED/crlnumber.txt
default_md = sha256
unique_subject = no
EOF
export LIGGARE_REVOKED=$work
issued_here() {  # an expired one, too
  ! cmp -s "$1" "$ca/ca.crt" &&
    openssl verify -no_check_time -CAfile "$ca/ca.crt" "$1" >/dev/null 2>&1
}
authority=(openssl ca -config "$work/config" -cert "$ca/ca.crt" -keyfile "$ca/ca.key")
for certificate in "${certificates[@]}"; do
  issued_here "$certificate" || fail "$certificate: not a certificate of this authority"
  said=$("${authority[@]}" -revoke "$certificate" 2>&1) || [[ $said == *"Already revoked"* ]] ||
    fail "$certificate: $said"
done
said=$("${authority[@]}" -gencrl -crldays "$days" -out "$work/ca.crl" 2>&1) || fail "$said"
chmod 0644 "$work/ca.crl"
for name in revoked.txt crlnumber.txt ca.crl; do mv "$work/$name" "$ca/$name"; done
