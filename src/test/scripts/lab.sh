#!/usr/bin/env bash
# scripts/lab starts a whole network from one command, keeps its promises while parts of it lose their power, and leaves nothing
# behind, neither when it is stopped while it starts nor when it is killed while something is cut.
#
# usage  src/test/scripts/lab.sh
# needs  what scripts/lab needs; no lab may be up on this machine
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

home=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp --directory)
data="$folder/data"
namespaces=
# What goes on beside this script, if anything does.
tool=

fail() {
  tail --lines=30 "$folder"/*.txt >&2 || true
  echo "FAILED: $1" >&2
  exit 1
}

lab() {
  "$home/scripts/lab" "$1" --data "$data" "${@:2}"
}

# Who runs with something of the folder in its command line, or in a namespace that was the lab's.
left() {
  local process
  pgrep --full -- "$data" || true
  for process in /proc/[0-9]*; do
    [[ " $namespaces " != *" $(stat --dereference --format %i "$process/ns/net") "* ]] || echo "${process#/proc/}"
  done 2> /dev/null
}

remember_namespaces() {
  namespaces=$(stat --format %i /run/netns/seckill-* | xargs)
}

nothing_is_left() {
  local found
  found=$(left)
  [[ -z "$found" ]] || fail "$1 left processes: $(xargs ps --no-headers --format pid,args <<< "$found")"
  found=$(ip netns list | grep '^seckill-' || true)
  [[ -z "$found" ]] || fail "$1 left namespaces: $found"
  found=$(ip -oneline link show type tun 2> /dev/null | grep --extended-regexp ': ([ab][1-3]|(director|channel)-[ab])[:@]' || true)
  [[ -z "$found" ]] || fail "$1 left TAP devices: $found"
  [[ ! -e "$data" ]] || fail "$1 left data: $(ls -A "$data")"
}

clean_up() {
  [[ -z "$tool" ]] || kill -KILL "$tool" 2> /dev/null || true
  lab down > /dev/null 2>&1 || true
  rm --recursive --force "$folder"
}

# Runs it, and expects it to end with this exit code and with this in its message.
refuses() {
  local code=0 message
  message=$("$home/scripts/lab" "${@:3}" 2>&1) || code=$?
  [[ "$code" -eq "$1" ]] || fail "exit code $code of ${*:3}, not $1: $message"
  [[ "$message" == *"$2"* ]] || fail "it said \"$message\", not \"$2\""
}

awaits() {
  for _ in {1..600}; do
    ! "$@" || return 0
    sleep 0.1
  done
  fail "not so after a minute: $*"
}

if [[ -n "$(ip netns list | grep '^seckill-' || true)" ]]; then
  echo "FAILED: there is a lab on this machine already: scripts/lab down ends it" >&2
  exit 1
fi
trap clean_up EXIT

refuses 2 'Unmatched argument' sideways
refuses 2 'Unknown option' up --sideways
refuses 1 'There is no lab' test --data "$data"

echo "Ctrl-C while it starts"
env --default-signal=INT "$home/scripts/lab" up --data "$data" > "$folder/interrupted.txt" 2>&1 &
tool=$!
directors_run() {
  grep --quiet 'directors' "$folder/interrupted.txt"
}
awaits directors_run
remember_namespaces
refuses 1 'is in use' up --data "$data"
refuses 1 'There is a lab with other data' up --data "$folder/other"
kill -0 "$tool" || fail "a second up ended the first"
kill -INT "$tool"
code=0
wait "$tool" || code=$?
tool=
[[ "$code" -eq 130 ]] || fail "exit code $code after Ctrl-C, not 130"
nothing_is_left "Ctrl-C"

echo "up"
lab up > "$folder/up.txt" 2>&1 || fail "it did not start"
remember_namespaces
refuses 1 'There is a lab with other data' up --data "$folder/other"
lab status > "$folder/status.txt" || fail "status says that not all runs"
refuses 2 'There is no story sideways' test --data "$data" sideways
refuses 2 '--times is 1 to 100' test --data "$data" --times 0

echo "stories"
lab test > "$folder/test.txt" 2>&1 || fail "not all went as promised"
cat "$folder/test.txt"

echo "kill -9 of the tool while a director is dead"
"$home/scripts/lab" test --data "$data" director > "$folder/killed.txt" 2>&1 &
tool=$!
director_is_dead() {
  ! pgrep --full -- "umid=director .*$data/director-a" > /dev/null
}
awaits director_is_dead
kill -KILL "$tool"
wait "$tool" 2> /dev/null || true
tool=
remember_namespaces
lab down > "$folder/down.txt" 2>&1 || fail "it could not be ended"
nothing_is_left "down"
lab down > "$folder/down.txt" 2>&1 || fail "ending it twice is not the same as once"
