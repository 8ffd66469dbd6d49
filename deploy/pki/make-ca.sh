#!/usr/bin/env bash
# Makes a development authority: DIR/ca.crt and DIR/ca.key (ECDSA P-256, ten
# years, mode 0600). Keeps one that is there and valid. For development and
# demonstrations; a real installation brings its own authority.
#
#   make-ca.sh DIR
#
# Exit status: 0 done or kept, 1 not, 2 usage.
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
dir=$1
umask 077
mkdir -p "$dir"

if [[ -e $dir/ca.crt || -e $dir/ca.key ]]; then
  if [[ -e $dir/ca.key ]] && openssl x509 -in "$dir/ca.crt" -noout -checkend 0 >/dev/null 2>&1; then
    exit 0
  fi
  echo "make-ca: $dir holds an incomplete or expired authority; remove it first" >&2
  exit 1
fi

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -days 3650 \
  -config <(cat <<'EOF'
[req]
distinguished_name = name
prompt = no
x509_extensions = authority
[name]
O = Liggaren
CN = Development authority
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
EOF
  ) -keyout "$dir/.ca.key" -out "$dir/.ca.crt" 2>/dev/null
chmod 0600 "$dir/.ca.key"
chmod 0644 "$dir/.ca.crt"
mv "$dir/.ca.key" "$dir/ca.key"
mv "$dir/.ca.crt" "$dir/ca.crt"
