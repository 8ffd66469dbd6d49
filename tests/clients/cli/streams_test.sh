#!/usr/bin/env bash
# Standard streams that are closed or full, and files that are no files, with the real program.
#
#   streams_test.sh BIN_DIRECTORY
# shellcheck disable=SC2317  # the functions are called by name, through fact
set -uo pipefail
liggare=$1/liggare
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

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
says() {  # STATUS TEXT COMMAND...: it ends so, and says the text in one line of errors
  local status=$1 text=$2 got
  shift 2
  "$@" 2> "$folder/errors"
  got=$?
  [[ $got -eq $status && $(wc -l < "$folder/errors") -eq 1 && $(< "$folder/errors") == *"$text"* ]] ||
    { echo "exit $got: $(< "$folder/errors")"; return 1; }
}
closed_in() { "$@" <&-; }
closed_out() { "$@" >&-; }
full_out() { "$@" > /dev/full; }

"$liggare" node init --path se --trust-domain liggare.test --dir "$folder/keys" > /dev/null
private=$(< "$folder/keys/se.key")
vkey=$(< "$folder/keys/se.vkey")
echo '{}' > "$folder/receipt"

fact "a closed standard input is said to be closed" \
  says 1 "standard input cannot be read: it is closed" closed_in "$liggare" record -
fact "a directory as standard input is a directory" \
  says 1 "standard input cannot be read: Is a directory" "$liggare" record - < "$folder"
fact "a closed standard output is said to be closed" \
  says 1 "standard output cannot be written: it is closed" closed_out "$liggare" new-id
fact "a full standard output is said to be full" \
  says 1 "standard output cannot be written: No space left" full_out "$liggare" new-id
fact "a full one is noticed for help as well" \
  says 1 "standard output cannot be written: No space left" full_out "$liggare" --help

# With standard error closed, the first file that is opened must not become it.
unharmed() {
  local before
  before=$(sha256sum "$folder/receipt")
  "$liggare" record "$folder/receipt" --answers-out "$folder/answers" 2>&-
  [[ $(sha256sum "$folder/receipt") == "$before" ]] && ! grep -s liggare "$folder/answers"
}
fact "an error is written into no file when standard error is closed" unharmed
quiet() { "$liggare" verify --trust "$vkey" "$folder/receipt" 2> "$1"; [[ $? -eq 3 ]]; }
fact "a full standard error changes no exit code" quiet /dev/full

trusts() { "$liggare" verify --trust "$1" "$folder/receipt"; }
unrepeated() { says 1 "$2" trusts "$1" && ! grep -F "${private##*+}" "$folder/errors"; }
fact "a private key as trust is refused and not repeated" unrepeated "$private" "it is a private key itself"
fact "nor one in a file" unrepeated "$folder/keys/se.key" "holds a private key"
printf '\xef\xbb\xbf%s\r\n' "$vkey" > "$folder/bom"
fact "a byte order mark and CRLF are no part of a key" says 3 receipt_version trusts "$folder/bom"
fact "a pipe is a file" says 3 receipt_version trusts <(echo "$vkey")
iconv -f utf-8 -t utf-16 "$folder/keys/se.vkey" > "$folder/wide"
fact "a key in UTF-16 is said to be" says 1 "wide is UTF-16 or UTF-32" trusts "$folder/wide"
: > "$folder/empty"
fact "an empty one is said to be empty" says 1 "empty is empty" trusts "$folder/empty"
fact "one that is not there is not there" says 1 "No such file" trusts "$folder/nowhere"
ln -s "$folder/loop" "$folder/loop"
fact "a loop of links is one" says 1 "Too many levels" trusts "$folder/loop"

receipt() { "$liggare" verify --trust "$vkey" "$1"; }
for encoding in utf-16 utf-16le utf-16be utf-32; do
  iconv -f utf-8 -t "$encoding" "$folder/receipt" > "$folder/wide"
  fact "a receipt in $encoding is said to be" says 3 "it is UTF-16 or UTF-32, not UTF-8" receipt "$folder/wide"
done
fact "an empty receipt is said to be empty" says 3 "it is empty" receipt "$folder/empty"
printf '\xef\xbb\xbf{}' > "$folder/bom"
fact "a byte order mark before a receipt is passed over" says 3 receipt_version receipt "$folder/bom"
printf '{"receipt_version": 1, "x": "M\xf6te"}' > "$folder/latin"
fact "one in Windows-1252 is said not to be UTF-8, and where" \
  says 3 "latin is not a receipt: it is not UTF-8 from byte 31" receipt "$folder/latin"
fact "a name that is not UTF-8 is refused" says 2 "not UTF-8" receipt $'k\xff'
exit "$failed"
