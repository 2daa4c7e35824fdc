#!/bin/sh
# Plays a first session at a shell and prints it as a reader would see it: each command after "$ ", then what it
# really printed. `make session` puts it into README; a test plays it again and compares, with what differs from
# run to run masked (SessionTest). Everything happens in a home folder of its own, which is gone afterwards;
# its name is as long as /home/alice, by which it is shown, so that tables stay straight.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd -P)
PATH=$here/bin:$PATH
real=$(mktemp -d /tmp/alXXXX)
up=

clean_up() {
  code=$?
  trap - EXIT HUP INT TERM
  [ -z "$up" ] || kill "$up" 2>/dev/null || :
  claudemesh daemon down >/dev/null 2>&1 || :
  [ -z "$up" ] || wait "$up" 2>/dev/null || :
  rm -rf "$real"
  exit "$code"
}

HOME=$real USER=alice HOSTNAME=laptop
XDG_CACHE_HOME=${XDG_CACHE_HOME:-$real/.cache}
export HOME USER HOSTNAME PATH XDG_CACHE_HOME
unset CLAUDEMESH_CONFIG_DIR CLAUDEMESH_DAEMON_DIR CLAUDEMESH_SESSION_TOKEN
trap clean_up EXIT
trap 'exit 130' HUP INT TERM
cd "$real"

shown() { sed "s|$real|/home/alice|g; s/ *\$//"; }

# play COMMAND: shows it, runs it, shows what it says on both streams, and its exit code if that is not 0.
play() {
  printf '$ %s\n' "$1"
  code=0
  sh -c "$1" >said 2>&1 || code=$?
  shown <said
  [ "$code" -eq 0 ] || printf '(exit code %s)\n' "$code"
}

# await COMMAND: waits until it succeeds, and shows nothing.
await() {
  tries=600
  until sh -c "$1" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "waited in vain for: $1" >&2; cat up.txt >&2; exit 1; }
    sleep 0.1
  done
}

# A broker, this user and an echo, on a free port.
printf '$ claudemesh up --listen :0 >up.txt &\n'
claudemesh up --listen :0 >up.txt 2>&1 &
up=$!
await "grep -q 'is up at' up.txt"

play 'claudemesh peer list'
play 'claudemesh rtt echo --count 100'
play "echo '{\"to\":\"echo\",\"body\":\"hello\"}' | claudemesh connect --count 1 --only message"
play 'claudemesh daemon up --detach'
play "claudemesh send echo 'are you there?'"
await 'claudemesh inbox --keep-unread | grep -q FROM' # the echo's answer
play 'claudemesh inbox'
play 'claudemesh launch --name worker -- claudemesh whoami'
play 'claudemesh state set build green && claudemesh state get build'
play 'claudemesh sned echo hello'
printf '$ kill $!\n'
kill $!
wait "$up" || :
up=
await '! claudemesh status'
play "claudemesh send '*' 'this is not lost'"
play 'claudemesh outbox'
play 'claudemesh status'
play 'claudemesh daemon down'
