#!/usr/bin/env bash
# scripts/run sells from one command, refuses what can't work in one sentence, leaves nothing behind, and goes on with
# the sale when it is started again, also after a kill -9. What it sold is in its database.
#
# usage  src/test/scripts/run.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

# shellcheck source=src/test/scripts/trial.bash
source "$(dirname "$0")/trial.bash"

left() {
  # A sale is shown as it stood within the last second.
  sleep 1.1
  curl --silent --fail "$address/api/sales/demo" | grep --only-matching --extended-regexp '"remaining": ?[0-9]+' |
    grep --only-matching --extended-regexp '[0-9]+'
}

sign_in() {
  curl --silent --fail --header 'Content-Type: application/json' --data "{\"name\": \"$1\"}" "$address/api/sign-in" |
    sed 's/.*"token":"\([^"]*\).*/\1/'
}

buy() {
  curl --silent --output /dev/null --write-out '%{http_code}' --header "Authorization: Bearer $token" \
    --header "Idempotency-Key: $1" --header 'Content-Type: application/json' --data '{"quantity": 1}' \
    "$address/api/sales/demo/reservations"
}

# Answers a question to the database, past the application.
ask() {
  psql --no-psqlrc --tuples-only --no-align --command "$1" \
    "$(sed --quiet 's/^ *orders *psql //p' "$folder/run.txt" | tail --lines=1)"
}

# Waits until the database has so many orders of the demo sale.
awaits_orders() {
  for _ in {1..100}; do
    [[ "$(ask "SELECT count(*) FROM orders WHERE sale = 'demo'" || true)" == "$1" ]] && return
    sleep 0.2
  done
  fail "$(ask "SELECT count(*) FROM orders WHERE sale = 'demo'") orders, not $1"
}

# Runs it, and expects it to refuse with this in its message.
refuses() {
  local message
  if message=$("$home/scripts/run" "${@:2}" 2>&1); then
    fail "it started with ${*:2}"
  fi
  [[ "$message" == *"$1"* ]] || fail "it said \"$message\", not \"$1\""
}

start --tickets 5000
[[ "$(left)" -eq 5000 ]] || fail "$(left) tickets left of 5000"
token=$(sign_in ann)
[[ "$(buy first)" -eq 201 ]] || fail "ann got no ticket"
[[ "$(left)" -eq 4999 ]] || fail "$(left) left after one sale"
ab -q -n 2000 -c 100 "$address/buy/ticket" > "$folder/ab.txt"
grep --quiet 'Complete requests: *2000' "$folder/ab.txt" || fail "ab did not complete"
! grep --quiet 'Non-2xx' "$folder/ab.txt" || fail "ab got errors"
[[ "$(left)" -eq 2999 ]] || fail "$(left) left after 2001 sales"
[[ "$(stat --format=%a "$data/trial-key.jwk")" -eq 600 ]] || fail "others can read the key of the trial"
grep --quiet 'WARNING.*anybody can sign in' "$data/node.log" || fail "the log does not say that it is a trial"
curl --silent "$address/health/ready" | grep --quiet '"trial_issuer":"true"' || fail "health does not say that it is a trial"
operator=$(sed --silent "s/.*Authorization: Bearer \(eyJ[^']*\)'$/\1/p" "$folder/run.txt")
secret=$(grep --only-matching '"d":"[^"]*"' "$data/trial-key.jwk" | cut --delimiter='"' --fields=4)
for word in "${operator##*.}" "${token##*.}" "$secret"; do
  [[ ${#word} -gt 100 ]] || fail "there is no secret to look for"
  ! grep --quiet --fixed-strings --recursive "$word" "$data"/*.log || fail "a secret is in a log"
  ! pgrep --full -- "$word" > /dev/null || fail "a secret is in the arguments of a process"
done
[[ "$(curl --silent --output /dev/null --write-out '%{http_code}' --request PATCH \
  --header "Authorization: Bearer $operator" --header 'Content-Type: application/json' --data '{"capacity": 5000}' \
  "$address/api/sales/demo")" -eq 200 ]] || fail "the operator's token that it printed does not count"
awaits_orders 2001
# shellcheck disable=SC2034 # the command that it prints names it
id=$(ask "SELECT 'demo.' || reservation FROM orders WHERE buyer = 'ann'")
pay=$(sed --quiet '/^ *pay /,/payment$/p' "$folder/run.txt" | sed 's/^ *pay *//')
page=$(eval "$pay" 2> /dev/null | grep --only-matching '/sandbox/pay/[A-Za-z0-9_-]*')
curl --silent --fail "$address$page" | grep --quiet '4242 4242 4242 4242' || fail "the page to pay on shows no card"
curl --silent --output /dev/null --data 'card=4242424242424242' "$address$page"
for _ in {1..100}; do
  [[ "$(ask "SELECT status FROM orders WHERE buyer = 'ann'")" == PAID ]] && break
  sleep 0.2
done
[[ "$(ask "SELECT status FROM orders WHERE buyer = 'ann'")" == PAID ]] || fail "ann has paid, and her order is not PAID"
[[ "$(stat --format=%a "$data/webhook-secret")" -eq 600 ]] || fail "others can read what call backs are signed with"
[[ "$(ask 'SHOW fsync')" == on ]] || fail "the database can lose what it acknowledges"
[[ "$(stat --format=%a "$data/database-password")" -eq 600 ]] || fail "others can read the database's password"
! ss --no-header --listening --tcp --numeric --processes | grep "pid=$(cat "$data/node.pid")," |
  grep --quiet --invert-match '127\.0\.0\.1' || fail "it listens on more than loopback"
refuses 'is in use' --port "$port" --data "$data"
refuses 'Address already in use' --port "$port" --data "$folder/other"
refuses 'holds other files' --data "$home/src"
refuses 'No Redis answers' --port $((port + 1)) --data "$folder/other" --redis redis://127.0.0.1:1
stop INT 130

prometheus=$((30000 + RANDOM % 2000))
start --tickets 5000 --monitoring="$prometheus"
grep --quiet "metrics *http://127.0.0.1:$prometheus\$" "$folder/run.txt" || fail "it does not say where Prometheus is"
[[ "$(left)" -eq 2999 ]] || fail "$(left) left after a restart, not 2999"
for _ in {1..40}; do
  # it takes its Redis over first
  [[ "$(buy first)" -eq 429 ]] || break
  sleep 0.5
done
"$home/scripts/watch" --node "$address" --times 1 > "$folder/watch.txt" || fail "the sale can't be watched"
grep --quiet '^demo sells: 2,999 of 5,000 tickets left' "$folder/watch.txt" || fail "who watches does not see what is left"
[[ "$(buy first)" -eq 200 ]] || fail "ann's token does not count after a restart"
[[ "$(buy second)" -eq 201 ]] || fail "a restarted node does not sell"
awaits_orders 2002
kill -KILL "$launcher"
wait "$launcher" || true
pgrep --full "$data" > /dev/null || fail "a kill -9 left nothing behind; this test expects it to"
pgrep --full "$data/prometheus" > /dev/null || fail "a kill -9 did not leave Prometheus behind; this test expects it to"

start --tickets 5000
grep --quiet 'left behind' "$folder/run.txt" || fail "it did not say that it ended what was left behind"
[[ "$(left)" -eq 2998 ]] || fail "$(left) left after a kill -9, not 2998"
awaits_orders 2002
kill -KILL "$(cat "$data/redis/redis.pid")"
code=0
wait "$launcher" || code=$?
launcher=
[[ "$code" -eq 1 ]] || fail "exit code $code when Redis died, not 1"
grep --quiet 'redis ended by itself' "$folder/run.txt" || fail "it did not say that Redis ended"
! pgrep --full "$data" > /dev/null || fail "left behind when Redis died"

start --tickets 5000 --fresh --hold PT3S
[[ "$(left)" -eq 5000 ]] || fail "$(left) left in a fresh sale of 5000"
token=$(sign_in ann)
[[ "$(buy unpaid)" -eq 201 ]] || fail "ann got no ticket in a fresh sale"
[[ "$(left)" -eq 4999 ]] || fail "$(left) left after one sale"
# due after 3 s, on sale again within 2 more, shown within another
sleep 5
[[ "$(left)" -eq 5000 ]] || fail "an unpaid ticket did not come back: $(left) left"
awaits_orders 1
stop TERM 143

start --tickets 5000 --no-database
grep --quiet 'orders *none are written' "$folder/run.txt" || fail "it did not say that no orders are written"
[[ ! -e "/proc/$(cat "$data/postgres/postgres.pid")" ]] || fail "there is a database all the same"
stop TERM 143
