#!/usr/bin/env bash
# scripts/rebuild puts back the sale of scripts/run whose Redis was emptied while it sold: buyers hear that it is busy until it
# has, and buy on afterwards. It changes nothing when it only looks, or when nothing is lost.
#
# usage  src/test/scripts/rebuild.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

# shellcheck source=src/test/scripts/trial.bash
source "$(dirname "$0")/trial.bash"

# Runs it, and expects this exit code and this in what it says.
rebuild() {
  local code=0
  "$home/scripts/rebuild" "${@:3}" > "$folder/rebuild.txt" 2>&1 || code=$?
  [[ "$code" -eq "$1" ]] || fail "exit code $code of rebuild ${*:3}, not $1"
  grep --quiet --fixed-strings -- "$2" "$folder/rebuild.txt" || fail "rebuild ${*:3} did not say \"$2\""
}

sign_in() {
  curl --silent --fail --header 'Content-Type: application/json' --data "{\"name\": \"$1\"}" "$address/api/sign-in" |
    sed 's/.*"token":"\([^"]*\).*/\1/'
}

# Asks for a ticket; the status is the answer.
buy() {
  curl --silent --output "$folder/answer.txt" --write-out '%{http_code}' --header "Authorization: Bearer $token" \
    --header "Idempotency-Key: $1" --header 'Content-Type: application/json' --data '{"quantity": 1}' \
    "$address/api/sales/demo/reservations"
}

# Asks again with that key until the status is this one.
buys() {
  for _ in {1..100}; do
    [[ "$(buy "$1")" == "$2" ]] && return
    sleep 0.2
  done
  fail "the key $1 was answered $(buy "$1") to the end, not $2"
}

# Asks the running Redis of the data folder.
redis() {
  local answer
  exec 3<> "/dev/tcp/127.0.0.1/$(sed --quiet 's/^port //p' "$data/redis/redis.conf")"
  echo "$*" >&3
  read -r answer <&3
  exec 3>&-
  [[ "$answer" != -* ]] || fail "Redis answered $answer"
}

# Answers a question to the database, past the application.
ask() {
  psql --no-psqlrc --tuples-only --no-align --command "$1" \
    "$(sed --quiet 's/^ *orders *psql //p' "$folder/run.txt" | tail --lines=1)"
}

rebuild 0 'Exit codes' --help
rebuild 2 'Unknown option' --nothing
rebuild 2 'goes with --redis' --database jdbc:postgresql://127.0.0.1:1/seckill
rebuild 2 '--patience is between' --patience PT-1S
rebuild 3 'No Redis is running' --data "$folder/nothing"
rebuild 2 'needs the --database' --redis redis://127.0.0.1:1
rebuild 3 'does not answer' --redis redis://127.0.0.1:1 --no-database

start --tickets 5000
token=$(sign_in ann)
[[ "$(buy first)" -eq 201 ]] || fail "ann got no ticket"
ab -q -n 500 -c 20 "$address/buy/ticket" > "$folder/ab.txt"
for _ in {1..100}; do
  [[ "$(ask 'SELECT count(*) FROM orders')" == 501 ]] && break
  sleep 0.2
done
rebuild 0 'in service' --data "$data"
[[ "$(buy first)" -eq 200 ]] || fail "it did not leave alone what was in service"

redis FLUSHALL
[[ "$(buy second)" -eq 429 ]] || fail "a sale without its Redis' data was answered $(cat "$folder/answer.txt")"
rebuild 0 'lost: the ledger has its movements up to 0-0' --data "$data" --dry-run
[[ "$(buy second)" -eq 429 ]] || fail "it sold again when a rebuild had only looked"
env --default-signal=INT "$home/scripts/rebuild" --data "$data" --patience PT1M > "$folder/rebuild.txt" 2>&1 &
stopped=$!
for _ in {1..100}; do
  grep --quiet 'waiting for the nodes' "$folder/rebuild.txt" && break
  sleep 0.2
done
kill -INT "$stopped"
code=0
wait "$stopped" || code=$?
[[ "$code" -eq 130 ]] || fail "exit code $code after Ctrl-C, not 130"
! grep --quiet 'Exception' "$folder/rebuild.txt" || fail "it told of its insides when it was stopped"
rebuild 3 'there is no such sale' --data "$data" --patience PT0S nothing
rebuild 0 'the sale goes on, nothing is missing' --data "$data" --patience PT2S
buys first 200
buys second 201
"$home/scripts/audit" --data "$data" > "$folder/audit.txt" || fail "an audit does not say OK"
grep --quiet '502 RESERVED' "$folder/audit.txt" || fail "there are not 502 reservations"
stop INT 130
