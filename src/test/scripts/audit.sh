#!/usr/bin/env bash
# scripts/audit says of the sale that scripts/run has sold, and of its orders, what is right and what is wrong with it: while
# it sells, when it is stopped, from a copy of which nothing is left, and after a kill -9.
#
# usage  src/test/scripts/audit.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

# shellcheck source=src/test/scripts/trial.bash
source "$(dirname "$0")/trial.bash"

export TMPDIR="$folder/tmp"
export JAVA_TOOL_OPTIONS="-Djava.io.tmpdir=$TMPDIR"
mkdir "$TMPDIR"

# Runs it, and expects this exit code, this in what it says, and nothing left behind.
audit() {
  local code=0
  "$home/scripts/audit" "${@:3}" > "$folder/audit.txt" 2> "$folder/errors.txt" || code=$?
  [[ "$code" -eq "$1" ]] || fail "exit code $code of audit ${*:3}, not $1"
  grep --quiet --fixed-strings "$2" "$folder/audit.txt" "$folder/errors.txt" ||
    fail "audit ${*:3} did not say \"$2\""
  ! compgen -G "$TMPDIR/seckill-audit*" > /dev/null || fail "audit ${*:3} left its copy behind"
  ! pgrep --full "$TMPDIR/seckill-audit" > /dev/null || fail "audit ${*:3} left a server behind"
}

fingerprint() {
  find "$data/redis/appendonlydir" "$data/postgres/data" -type f -exec sha256sum {} + | sort
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

# Asks the running PostgreSQL of the data folder.
orders() {
  psql --no-psqlrc --quiet --tuples-only --no-align --command "$1" \
    "$(sed --quiet 's/^ *orders *psql //p' "$folder/run.txt" | tail --lines=1)"
}

audit 3 'There is no' --data "$folder/nothing"
audit 3 'does not answer' --redis redis://127.0.0.1:1
audit 2 'Unknown option' --nothing
audit 2 'goes with --redis' --database jdbc:postgresql://127.0.0.1:1/seckill

start --tickets 5000
for _ in {1..50}; do
  [[ "$(orders 'SELECT count(*) FROM sales' 2> /dev/null)" == 1 ]] && break
  sleep 0.2
done
ab -q -n 3000 -c 50 "$address/buy/ticket" > "$folder/ab.txt" &
buyers=$!
for _ in 1 2 3; do
  audit 0 'OK' --data "$data"
done
wait "$buyers" || fail "ab did not complete"
audit 0 '3000 RESERVED' --data "$data" demo
for _ in {1..50}; do
  [[ "$(orders 'SELECT count(*) FROM orders')" == 3000 ]] && break
  sleep 0.2
done
audit 0 'orders: 3000 RESERVED; written to' --data "$data" demo
audit 0 'orders: not looked at' --data "$data" --no-database
redis_address=redis://127.0.0.1:$(sed --quiet 's/^port //p' "$data/redis/redis.conf")
SECKILL_DATABASE_USER=seckill SECKILL_DATABASE_PASSWORD=$(cat "$data/database-password") \
  audit 0 'orders: 3000 RESERVED; written to' --redis "$redis_address" \
  --database "jdbc:postgresql://127.0.0.1:$(sed --quiet 4p "$data/postgres/data/postmaster.pid")/seckill"
audit 3 'no sale other' --data "$data" other

stop INT 130

before=$(fingerprint)
audit 0 '"RESERVED" : 3000' --data "$data" --json
grep --quiet '"behind" : 0' "$folder/audit.txt" || fail "it did not look at the orders of a stopped database"
[[ "$(fingerprint)" == "$before" ]] || fail "it changed the original"

start --tickets 5000
kill -KILL "$launcher"
wait "$launcher" || true
launcher=
audit 0 '3000 RESERVED' --data "$data"
orders "DELETE FROM orders WHERE reservation = (SELECT min(reservation) FROM orders)"
audit 1 'found nothing, expected RESERVED 1 at' --data "$data"
redis 'HINCRBY seckill:{demo}:stock remaining -1'
audit 1 'stock: remaining: found 1999, expected 2000' --data "$data"
redis_pid=$(cat "$data/redis/redis.pid")
kill -TERM "$redis_pid"
while kill -0 "$redis_pid" 2> /dev/null; do sleep 0.1; done
audit 1 'sums: remaining + returning + reserved + sold: found 4999, expected 5000' --data "$data"
