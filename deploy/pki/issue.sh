#!/usr/bin/env bash
# Issues certificates of the authority in CADIR (make-ca.sh), each with exactly
# one URI SAN, for both ends of mutual TLS; ECDSA P-256, keys 0600. They last 398
# days for nodes and processes, 90 for everybody else, or N.
#
#   issue.sh --ca CADIR [--days N] --out PREFIX URI   writes PREFIX.crt, PREFIX.key
#   issue.sh --ca CADIR [--days N] --batch FILE       the same for each line "PREFIX URI"
#                                                     of FILE, - for standard input; a
#                                                     prefix may hold spaces
#
# URI: spiffe://<trust domain>/<path>                 a node
#      spiffe://<trust domain>/<path>/system/<name>   a client
#      spiffe://<trust domain>/<path>/operator/<name> who runs the node
#      spiffe://<trust domain>/host/<name>            a listening process
#
# Never overwrites: a valid certificate of this authority with the same URI is
# kept, anything else in its place is an error.
# Exit status: 0 all are there, 1 not, 2 usage.
set -euo pipefail

usage() { sed -n '2,18s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "issue: $*" >&2; exit 1; }

ca="" out="" batch="" days="" uris=() prefixes=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --ca) ca=${2:-}; shift 2 || usage ;;
    --out) out=${2:-}; shift 2 || usage ;;
    --days) days=${2:-}; [[ $days =~ ^[1-9][0-9]{0,3}$ ]] || usage; shift 2 ;;
    --batch) batch=${2:-}; shift 2 || usage ;;
    -*) usage ;;
    *) uris+=("$1"); shift ;;
  esac
done
[[ -n $ca ]] || usage
if [[ -n $batch ]]; then
  [[ -z $out && ${#uris[@]} -eq 0 ]] || usage
  [[ $batch == - ]] && batch=/dev/stdin
  [[ -r $batch ]] || fail "cannot read $batch"
  while IFS= read -r line || [[ -n $line ]]; do
    # A URI has no spaces; a folder may.
    [[ $line =~ ^(.+)\ ([^\ ]+)$ ]] || fail "'$line': a line is PREFIX URI"
    prefixes+=("${BASH_REMATCH[1]}") uris+=("${BASH_REMATCH[2]}")
  done <"$batch"
else
  [[ -n $out && ${#uris[@]} -eq 1 ]] || usage
  prefixes=("$out")
fi
[[ -r $ca/ca.crt && -r $ca/ca.key ]] || fail "no authority in $ca (make-ca.sh makes one)"

umask 077
config=$(mktemp)
trap 'rm -f "$config" "$config".*' EXIT
cat >"$config" <<'EOF'
[req]
distinguished_name = name
prompt = no
x509_extensions = leaf
[name]
O = Liggaren
CN = $ENV::LIGGARE_CERTIFICATE_NAME
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth, serverAuth
subjectAltName = URI:$ENV::LIGGARE_CERTIFICATE_URI
EOF

segment='[a-z0-9-]{1,40}'
check_uri() {
  [[ $1 =~ ^spiffe://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(/$segment){1,10}$ ]] ||
    fail "$1: not spiffe://<trust domain>/<path>, with segments [a-z0-9-]{1,40}"
}

# Sorted into what must be made and what is there already.
new_uris=() new_prefixes=() old_uris=() old_prefixes=()
sort_out() {  # PREFIX URI
  if [[ ! -e $1.crt && ! -e $1.key ]]; then
    new_prefixes+=("$1") new_uris+=("$2")
  elif [[ -e $1.crt && -e $1.key ]]; then
    old_prefixes+=("$1") old_uris+=("$2")
  else
    fail "$1: only one of .crt and .key is there; remove it first"
  fi
}

check_kept() {  # fails unless the files that are there are the wanted ones
  local files=("${old_prefixes[@]/%/.crt}") names i
  openssl verify -CAfile "$ca/ca.crt" "${files[@]}" >/dev/null 2>"$config.err" ||
    fail "expired or of another authority; remove it and its key first: $(<"$config.err")"
  cat "${files[@]}" >"$config.kept"
  mapfile -t names < <(openssl storeutl -noout -certs -text "$config.kept" | awk '
    /^Certificate:/ { if (n++) print name; name = "" }
    after { gsub(/ /, ""); name = $0 }
    { after = /X509v3 Subject Alternative Name/ }
    END { print name }')
  for i in "${!files[@]}"; do
    [[ ${names[i]:-} == "URI:${old_uris[i]}" ]] ||
      fail "${files[i]}: names ${names[i]:-nothing}, not URI:${old_uris[i]}; choose another name"
  done
}

# Who dials in is many, and easily lost; who serves is known.
days_of() {  # URI
  if [[ -n $days ]]; then
    echo "$days"
  elif [[ $1 =~ /(system|person|auditor|operator)/[^/]*$ ]]; then
    echo 90
  else
    echo 398
  fi
}

issue() {  # PREFIX URI
  # One process makes key and certificate. The key moves into place first: a
  # certificate is never there without it.
  LIGGARE_CERTIFICATE_URI=$2 LIGGARE_CERTIFICATE_NAME=${2##*/} \
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -days "$(days_of "$2")" \
    -CA "$ca/ca.crt" -CAkey "$ca/ca.key" -config "$config" \
    -keyout "$1.key.new" -out "$1.crt.new" 2>"$config.err.$BASHPID" ||
    fail "$2: $(<"$config.err.$BASHPID")"
}

issue_share() {  # FIRST STEP: every STEPth of the new ones
  local i
  for ((i = $1; i < ${#new_uris[@]}; i += $2)); do
    issue "${new_prefixes[i]}" "${new_uris[i]}"
  done
}

issue_all() {  # as many at a time as there are processors
  local shares workers=() i
  shares=$(nproc)
  for ((i = 0; i < shares; i++)); do
    issue_share "$i" "$shares" &
    workers+=("$!")
  done
  for i in "${workers[@]}"; do wait "$i" || exit 1; done
  chmod 0600 "${new_prefixes[@]/%/.key.new}"
  chmod 0644 "${new_prefixes[@]/%/.crt.new}"
  for i in "${new_prefixes[@]}"; do
    mv "$i.key.new" "$i.key"
    mv "$i.crt.new" "$i.crt"
  done
}

for uri in "${uris[@]}"; do check_uri "$uri"; done
for i in "${!uris[@]}"; do sort_out "${prefixes[i]}" "${uris[i]}"; done
if [[ ${#old_uris[@]} -gt 0 ]]; then check_kept; fi
if [[ ${#new_uris[@]} -gt 0 ]]; then issue_all; fi
