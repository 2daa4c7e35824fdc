#!/bin/sh
# Two agents on a mesh, each a real client of the Model Context Protocol (from npm) that starts `claudemesh mcp`.
#
#   test/mcp/run.sh FOLDER     CLAUDEMESH_JAR names the jar; FOLDER is for what is fetched and made
set -eu

sdk=@modelcontextprotocol/sdk@1.32.2
here=$(cd "${0%/*}" && pwd -P)
claudemesh=$here/../../bin/claudemesh
mkdir -p "$1"
folder=$(cd "$1" && pwd -P)

command -v npm >/dev/null || { echo 'this needs Node.js with npm on the path' >&2; exit 1; }
if [ ! -d "$folder/node_modules/@modelcontextprotocol/sdk" ]; then
  npm install --silent --no-audit --no-fund --prefix "$folder" "$sdk"
fi
cp "$here/check.mjs" "$folder"

scene=$(mktemp -d "$folder/scene.XXXXXX")
broker=
trap 'kill $broker 2>/dev/null || :; wait; rm -rf "$scene"' EXIT
export ALICE="$scene/alice" BOB="$scene/bob"
mkdir "$ALICE" "$BOB"
mkfifo "$scene/ready"
"$claudemesh" broker --listen 127.0.0.1:0 --data "$scene/data" --json >"$scene/ready" &
broker=$!
read -r ready <"$scene/ready"
echo "broker: $ready"
CLAUDEMESH_CONFIG_DIR=$ALICE "$claudemesh" mesh create team --name alice --data "$scene/data" >&2
CLAUDEMESH_CONFIG_DIR=$ALICE "$claudemesh" invite --data "$scene/data" |
  CLAUDEMESH_CONFIG_DIR=$BOB "$claudemesh" join - --name bob >&2
cd "$folder" && node check.mjs "$claudemesh"
