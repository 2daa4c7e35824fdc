#!/bin/sh
# The whole scene with real processes, unattended: a broker, two members who exchange a hundred messages
# each way through `claudemesh connect` pipes, the broker killed with -9 half-way and started again on the
# same port while the pipes keep reading. Everything must arrive once and in order.
# Prints what it does; on a failure prints every log and exits 1. Needs nothing but a POSIX shell.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd -P)
claudemesh=$here/bin/claudemesh
scene=$(mktemp -d "${TMPDIR:-/tmp}/claudemesh-demo.XXXXXX")
each=50
broker= alice= bob=

say() { printf '%s\n' "$*"; }

stop() { # a process of ours, if it still runs, and wait for its end
  [ -z "$1" ] || { kill "-$2" "$1" 2>/dev/null || :; wait "$1" 2>/dev/null || :; }
}

clean_up() {
  code=$?
  trap - EXIT HUP INT TERM
  exec 3>&- 4>&-
  stop "$alice" KILL
  stop "$bob" KILL
  stop "$broker" KILL
  rm -rf "$scene"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

fail() {
  say "FAILED: $*" >&2
  for log in "$scene"/*.err "$scene"/*.out; do
    say "--- ${log##*/} (the last lines)" >&2
    tail -n 15 "$log" >&2
  done
  exit 1
}

# await WHAT SECONDS COMMAND...: polls until the command succeeds, while all processes live.
await() {
  what=$1 tries=$(($2 * 20))
  shift 2
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "$what"
    for process in $broker $alice $bob; do
      kill -0 "$process" 2>/dev/null || fail "$what, and process $process has ended"
    done
    sleep 0.05
  done
}

as() { # as MEMBER VERB...: with that member's own config
  member=$1
  shift
  CLAUDEMESH_CONFIG_DIR=$scene/$member "$claudemesh" "$@"
}

start_broker() {
  : >"$scene/broker.out"
  "$claudemesh" broker --data "$scene/data" --listen "$1" --json >"$scene/broker.out" \
    2>>"$scene/broker.err" 3>&- 4>&- & # or it would hold the pipes open
  broker=$!
  await 'the broker never said where it listens' 20 grep -q '"url"' "$scene/broker.out"
  url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$scene/broker.out")
}

start_pipe() {
  mkfifo "$scene/$1.in"
  CLAUDEMESH_CONFIG_DIR=$scene/$1 "$claudemesh" connect --as "$1" <"$scene/$1.in" \
    >"$scene/$1.out" 2>"$scene/$1.err" &
}

count() { grep -c "\"type\":\"$2\"" "$scene/$1.out" || :; }
is_open() { grep -q '"status":"open"' "$scene/$1.out" 2>/dev/null; }
has() { [ "$(count "$1" "$2")" -ge "$3" ]; }

# lines FROM TO FIRST LAST: what one member says to the other.
lines() {
  i=$3
  while [ "$i" -le "$4" ]; do
    printf '{"to":"%s","body":"%s %d"}\n' "$2" "$1" "$i"
    i=$((i + 1))
  done
}

# check MEMBER OTHER: exactly what the other said, once and in order.
check() {
  sed -n '/"type":"message"/s/.*"body":"\([^"]*\)".*/\1/p' "$scene/$1.out" >"$scene/$1.got"
  lines "$2" "$1" 1 $((2 * each)) | sed 's/.*"body":"\([^"]*\)".*/\1/' >"$scene/$1.want"
  cmp "$scene/$1.got" "$scene/$1.want" >&2 || fail "$1 did not get each line of $2 once and in order"
}

began=$(date +%s)
mkdir "$scene/alice" "$scene/bob"

say 'Starting a broker.'
start_broker 127.0.0.1:0
address=${url#ws://}
address=${address%/ws}
say "  it listens at $url"

say 'Alice creates a mesh and invites Bob.'
as alice mesh create demo --name alice --data "$scene/data" >"$scene/setup.out" 2>"$scene/setup.err" ||
  fail 'mesh create'
as alice invite --mesh demo --data "$scene/data" >"$scene/link" 2>>"$scene/setup.err" || fail 'invite'
as bob join - --name bob <"$scene/link" >>"$scene/setup.out" 2>>"$scene/setup.err" || fail 'join'

say 'Both open a pipe.'
start_pipe alice
alice=$!
start_pipe bob
bob=$!
exec 3>"$scene/alice.in" 4>"$scene/bob.in"
await 'alice is not connected' 20 is_open alice
await 'bob is not connected' 20 is_open bob

say "Each sends $each messages to the other."
lines alice bob 1 $each >&3
lines bob alice 1 $each >&4
await 'bob did not get the first half' 20 has bob message $each
await 'alice did not get the first half' 20 has alice message $each

say "kill -9 $broker: the broker is gone. Each sends $each more all the same."
stop "$broker" KILL
broker=
lines alice bob $((each + 1)) $((2 * each)) >&3
lines bob alice $((each + 1)) $((2 * each)) >&4

say "The broker starts again at $address."
start_broker "$address"
await 'bob did not get everything' 60 has bob message $((2 * each))
await 'alice did not get everything' 60 has alice message $((2 * each))
await 'alice has not all acks' 20 has alice ack $((2 * each))
await 'bob has not all acks' 20 has bob ack $((2 * each))

say 'Who is there:'
as alice peer list 2>>"$scene/setup.err" || fail 'peer list'

exec 3>&- 4>&-
code=0
wait "$alice" || code=$?
alice=
[ "$code" -eq 0 ] || fail "alice's pipe ended with $code"
wait "$bob" || code=$?
bob=
[ "$code" -eq 0 ] || fail "bob's pipe ended with $code"
check alice bob
check bob alice
has alice message $((2 * each + 1)) && fail 'alice got more than was sent'
has bob message $((2 * each + 1)) && fail 'bob got more than was sent'

say "OK: $((2 * each)) messages each way, every one once and in order, in $(($(date +%s) - began)) s."
