#!/bin/sh
# Real shell pipelines round `claudemesh`, one after the other, in the shell that runs this.
#
#   SHELL_NAME test/shell/pipelines.sh FOLDER     CLAUDEMESH_JAR names the jar; LINES_MANY how many lines are many
#
# Ends with "N passed, N failed"; the exit code is 0 if none failed.
set -u

here=$(cd "${0%/*}" && pwd -P)
PATH=$here/../../bin:$PATH
mkdir -p "$1" || exit 1
scene=$(mktemp -d "$1/scene.XXXXXX") || exit 1
many=${LINES_MANY:-100000}
passed=0 failed=0
mesh=
export CLAUDEMESH_CONFIG_DIR="$scene/config" LC_ALL=C.UTF-8
mkdir "$CLAUDEMESH_CONFIG_DIR"

stop() {
  [ -z "$mesh" ] || kill "$mesh" 2>/dev/null
  [ -z "$mesh" ] || wait "$mesh" 2>/dev/null
  mesh=
}
trap 'stop; rm -rf "$scene"' EXIT

# A mesh with an echo, on the port it had before if it had one.
start() {
  rm -f "$scene/ready"
  mkfifo "$scene/ready"
  claudemesh up --listen "127.0.0.1:${port:-0}" --data "$scene/data" --rate 1000000 --json >"$scene/ready" &
  mesh=$!
  read -r ready <"$scene/ready" || exit 1
  port=$(printf '%s' "$ready" | jq -r '.url | capture(":(?<p>[0-9]+)/").p')
}

# is WHAT EXPECTED FOUND
is() {
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
    echo "ok      $1"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3"
  fi
}

# Runs a command in the middle of a pipe and keeps its exit code, which sh has no PIPESTATUS for.
keeping() {
  file=$1
  shift
  "$@"
  echo $? >"$scene/$file"
}
code() { cat "$scene/$1"; }

start

is 'one line in, one answer out, through jq' 'hello' \
  "$(echo '{"to":"echo","body":"hello"}' | claudemesh connect --only message --count 1 | jq -r .body)"

is 'the last line needs no line break' 'no newline' \
  "$(printf '{"to":"echo","body":"no newline"}' | claudemesh connect --only message --count 1 | jq -r .body)"

is 'lines may end as on Windows' 'one two' \
  "$(printf '{"to":"echo","body":"one"}\r\n{"to":"echo","body":"two"}\r\n' |
    claudemesh connect --only message --count 2 | jq -r .body | paste -sd' ' -)"

is 'a bad line is an error record, and the next one goes on' 'error:1 message:after' \
  "$(printf '{"to":\n{"to":"echo","body":"after"}\n' | claudemesh connect --only error,message --count 1 |
    jq -r '.type + ":" + (.body // (.line | tostring))' | sort | paste -sd' ' -)"

is 'what is not UTF-8 is an error record, and the next one goes on' 'error message' \
  "$(printf '{"to":"echo","body":"\377"}\n{"to":"echo","body":"after"}\n' |
    claudemesh connect --only error,message --count 1 | jq -r .type | sort | paste -sd' ' -)"

is 'a line over the limit is an error record, and the next one goes on' 'error message' \
  "$({ printf '{"to":"echo","body":"'; head -c 2000000 /dev/zero | tr '\0' x; printf '"}\n'
    echo '{"to":"echo","body":"after"}'; } |
    claudemesh connect --only error,message --count 1 | jq -r .type | sort | paste -sd' ' -)"

seq 5 | claudemesh connect --to echo --only ack | tee "$scene/acks" | jq -c .line >"$scene/lines"
is 'tee sees what jq sees' '5 1 2 3 4 5' "$(grep -c . "$scene/acks") $(sort -n "$scene/lines" | paste -sd' ' -)"

yes '{"to":"echo","body":"again"}' | keeping pipe claudemesh connect --only message 2>/dev/null | head -n 3 >"$scene/three"
is 'a reader that has had enough ends the writer with 141' '3 141' "$(grep -c again "$scene/three") $(code pipe)"

claudemesh connect --to echo <&- >"$scene/out" 2>/dev/null
is 'no standard input at all is its end' 0 $?

if [ -e /dev/full ]; then
  echo '{"to":"echo","body":"x"}' | claudemesh connect >/dev/full 2>/dev/null
  is 'an output that is full ends it with 141' 141 $?
fi

timeout -s INT 5 claudemesh connect --listen </dev/null >"$scene/out" 2>/dev/null
timed=$?
is 'an interrupt ends it, and every line is whole' '124 0' "$timed $(jq -c . <"$scene/out" >/dev/null; echo $?)"

is 'peer list feeds xargs, which feeds send' 'sent' \
  "$(claudemesh peer list --json=displayName | jq -r '.[].displayName | select(. == "echo")' |
    xargs -I{} claudemesh send {} 'by xargs' | cut -d' ' -f1)"

is 'an unknown peer is exit code 1 and one JSON line on standard error' '1 1 failed' \
  "$(claudemesh send nobody-here x 2>"$scene/err" >/dev/null; echo $? "$(grep -c . "$scene/err")" "$(jq -r .event "$scene/err")")"

claudemesh connect --as sink --listen --only message --count "$many" </dev/null >"$scene/got" &
sink=$!
until claudemesh peer list --json=displayName | grep -q '"sink"'; do :; done
seq "$many" | claudemesh connect --to sink --only error >"$scene/errors"
sent=$?
wait "$sink"
is "$many lines arrive, each once and in order" "0 0 $many same" \
  "$sent $? $(grep -c . "$scene/got") $(jq -r .body "$scene/got" | cmp -s - "$(seq "$many" >"$scene/seq"; echo "$scene/seq")" && echo same)"

stop
echo '{"to":"echo","body":"x"}' | claudemesh connect --timeout 2 >/dev/null 2>&1
is 'a broker that is away is exit code 4' 4 $?

{ echo '{"to":"echo","body":"while away"}' | claudemesh connect --only message --count 1 >"$scene/late" 2>/dev/null
  echo $? >"$scene/late.code"; } &
waits=$!
start
wait "$waits"
is 'a line read while the broker is away is sent when it is back' '0 while away' \
  "$(code late.code) $(jq -r .body "$scene/late")"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
