#!/usr/bin/env bash
# scripts/run sells from one command, refuses what can't work in one sentence, leaves nothing behind, and goes on with
# the sale when it is started again, also after a kill -9.
#
# usage  src/test/scripts/run.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail
# Job control: a child started with & would otherwise ignore Ctrl-C.
set -m

home=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp --directory)
data="$folder/data"
port=$((20000 + RANDOM % 10000))
address="http://127.0.0.1:$port"
launcher=

fail() {
  echo "FAILED: $1" >&2
  tail --lines=20 "$folder"/*.txt "$data"/node.log >&2 || true
  exit 1
}

clean_up() {
  if [[ -n "$launcher" ]] && kill -0 "$launcher" 2> /dev/null; then
    kill -TERM "$launcher"
    wait "$launcher" || true
  fi
  # what a launcher that was killed has left, when the test ends there
  pgrep --full "$data" | xargs --no-run-if-empty kill -KILL || true
  rm --recursive --force "$folder"
}
trap clean_up EXIT

# Starts it in the background with more options, and waits until it sells.
start() {
  : > "$folder/run.txt"
  "$home/scripts/run" --port "$port" --data "$data" --tickets 5000 "$@" >> "$folder/run.txt" 2>&1 &
  launcher=$!
  for _ in {1..600}; do
    grep --quiet '^Seckill sells' "$folder/run.txt" && return
    kill -0 "$launcher" 2> /dev/null || fail "it ended instead of starting"
    sleep 0.2
  done
  fail "it did not start within two minutes"
}

# Sends it a signal, and expects this exit code and no process left.
stop() {
  local code=0
  kill -"$1" "$launcher"
  wait "$launcher" || code=$?
  launcher=
  [[ "$code" -eq "$2" ]] || fail "exit code $code after SIG$1, not $2"
  ! pgrep --full "$data" > /dev/null || fail "left behind: $(pgrep --full --list-full "$data")"
}

left() {
  # A sale is shown as it stood within the last second.
  sleep 1.1
  curl --silent --fail "$address/api/sales/demo" | grep --only-matching --extended-regexp '"remaining": ?[0-9]+' |
    grep --only-matching --extended-regexp '[0-9]+'
}

buy() {
  curl --silent --output /dev/null --write-out '%{http_code}' --header 'X-Buyer-Id: ann' \
    --header "Idempotency-Key: $1" --header 'Content-Type: application/json' --data '{"quantity": 1}' \
    "$address/api/sales/demo/reservations"
}

# Runs it, and expects it to refuse with this in its message.
refuses() {
  local message
  if message=$("$home/scripts/run" "${@:2}" 2>&1); then
    fail "it started with ${*:2}"
  fi
  [[ "$message" == *"$1"* ]] || fail "it said \"$message\", not \"$1\""
}

start
[[ "$(left)" -eq 5000 ]] || fail "$(left) tickets left of 5000"
[[ "$(buy first)" -eq 201 ]] || fail "ann got no ticket"
[[ "$(left)" -eq 4999 ]] || fail "$(left) left after one sale"
ab -q -n 2000 -c 100 "$address/buy/ticket" > "$folder/ab.txt"
grep --quiet 'Complete requests: *2000' "$folder/ab.txt" || fail "ab did not complete"
! grep --quiet 'Non-2xx' "$folder/ab.txt" || fail "ab got errors"
[[ "$(left)" -eq 2999 ]] || fail "$(left) left after 2001 sales"
[[ "$(stat --format=%a "$data/operator-token")" -eq 600 ]] || fail "others can read the operator's token"
! ss --no-header --listening --tcp --numeric --processes | grep "pid=$(cat "$data/node.pid")," |
  grep --quiet --invert-match '127\.0\.0\.1' || fail "it listens on more than loopback"
refuses 'is in use' --port "$port" --data "$data"
refuses 'Address already in use' --port "$port" --data "$folder/other"
refuses 'holds other files' --data "$home/src"
refuses 'No Redis answers' --port $((port + 1)) --data "$folder/other" --redis redis://127.0.0.1:1
stop INT 130

start
[[ "$(left)" -eq 2999 ]] || fail "$(left) left after a restart, not 2999"
kill -KILL "$launcher"
wait "$launcher" || true
pgrep --full "$data" > /dev/null || fail "a kill -9 left nothing behind; this test expects it to"

start
grep --quiet 'left behind' "$folder/run.txt" || fail "it did not say that it ended what was left behind"
[[ "$(left)" -eq 2999 ]] || fail "$(left) left after a kill -9, not 2999"
kill -KILL "$(cat "$data/redis/redis.pid")"
code=0
wait "$launcher" || code=$?
launcher=
[[ "$code" -eq 1 ]] || fail "exit code $code when Redis died, not 1"
grep --quiet 'redis ended by itself' "$folder/run.txt" || fail "it did not say that Redis ended"
! pgrep --full "$data" > /dev/null || fail "left behind when Redis died"

start --fresh --hold PT3S
[[ "$(left)" -eq 5000 ]] || fail "$(left) left in a fresh sale of 5000"
[[ "$(buy unpaid)" -eq 201 ]] || fail "ann got no ticket in a fresh sale"
[[ "$(left)" -eq 4999 ]] || fail "$(left) left after one sale"
# due after 3 s, on sale again within 2 more, shown within another
sleep 5
[[ "$(left)" -eq 5000 ]] || fail "an unpaid ticket did not come back: $(left) left"
stop TERM 143
