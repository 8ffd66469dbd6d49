#!/usr/bin/env bash
# A cluster in folders whose names a script easily gets wrong.
#
#   cluster_test.sh BIN_DIRECTORY
# shellcheck disable=SC2317  # the functions are called by name, through fact
set -uo pipefail
deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../deploy" && pwd)
export LIGGARE_BIN=$1
folder=$(mktemp -d)
trap 'cluster stop > /dev/null 2>&1; rm -rf "$folder"' EXIT
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
cluster() { "$deploy/cluster.sh" "$1" --dir "$dir" "${@:2}"; }

# The scripts lie in such a folder as well, as do the programs.
place="$folder/en mapp #1 å \$HOME it's \"så\" \\n %s * [tls]"
mkdir "$place"
cp -r "$deploy" "$place/deploy"
deploy=$place/deploy
ln -s "$LIGGARE_BIN" "$place/bin"
LIGGARE_BIN=$place/bin
dir=$place/kluster
cat > "$place/nodes.json" <<'END'
[{"path": "se", "display_name": "Socialstyrelsen", "parent": ""},
 {"path": "se/17", "display_name": "Länsstyrelsen Värmland", "parent": "se"},
 {"path": "se/17/karlstad", "display_name": "Karlstads \"kommun\"", "parent": "se/17"}]
END

fact "it is made" cluster make --nodes "$place/nodes.json"
fact "making it again changes nothing" cluster make --nodes "$place/nodes.json"
fact "it starts" cluster start
fact "its nodes are enrolled" cluster enrol
cat > "$place/event" <<'END'
{"id": "01901d3c-7c00-7000-8000-000000000001", "subject": "verksamhet/se/17/karlstad", "verksamhet_registered": {"namn": "Karlstad", "driftsform": "kommunal_regi", "huvudman": "1780", "from": "2014-01-01"}}
END
fact "an event is recorded" cluster call se/17/karlstad record "$place/event" --frontier-out "$place/frontier"
fact "it reaches the nation" cluster call se await --frontier "$place/frontier"
fact "a receipt is written there" cluster call se receipt se/17/karlstad@1#0 -o "$place/kvitto"
fact "and verified there" "$LIGGARE_BIN/liggare" verify --trust "$dir/keys/se.vkey" "$place/kvitto"
fact "an operator's call works" cluster operate se/17 status
fact "a certificate is revoked there" "$deploy/pki/revoke.sh" --ca "$dir/ca" "$dir/certificates/se_17.demo.crt"
fact "one process is killed and started again" cluster kill counties
fact "the others go on" cluster start counties
fact "it stops" cluster stop

refused() {  # a folder with a newline in its name
  local said
  said=$("$deploy/cluster.sh" make --dir "$folder/a"$'\n'"b" --nodes "$place/nodes.json" 2>&1)
  [[ $? -eq 2 && $said == *"control characters"* ]] || { echo "$said"; return 1; }
}
fact "a newline in a folder's name is refused" refused
exit "$failed"
