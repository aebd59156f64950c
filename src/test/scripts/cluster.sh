#!/usr/bin/env bash
# scripts/cluster starts four nodes behind nginx from one command, shows who lives and what each has sold, starts again what has
# died, refuses what can't work in one sentence, and leaves nothing behind.
#
# usage  src/test/scripts/cluster.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

home=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp --directory)
data="$folder/data"
port=$((20000 + RANDOM % 5000))
first=$((25000 + RANDOM % 5000))
address="http://127.0.0.1:$port"
prometheus="127.0.0.1:$((30000 + RANDOM % 2000))"

fail() {
  tail --lines=20 "$folder"/*.txt >&2 || true
  echo "FAILED: $1" >&2
  exit 1
}

# Who runs in the folder: what names it in its command line, and nginx's workers, which name nothing, by their program.
left() {
  local process
  pgrep --full "$data" || true
  for process in /proc/[0-9]*; do
    [[ "$(readlink "$process/exe")" != "$data"/* ]] || echo "${process#/proc/}"
  done 2> /dev/null
}

clean_up() {
  left | sort --unique | xargs --no-run-if-empty kill -KILL || true
  rm --recursive --force "$folder"
}
trap clean_up EXIT

cluster() {
  "$home/scripts/cluster" "$1" --data "$data" "${@:2}"
}

up() {
  cluster up --port "$port" --first-node-port "$first" "$@" > "$folder/up.txt" 2>&1
}

# Runs it, and expects it to end with this exit code and with this in its message.
refuses() {
  local code=0 message
  message=$("$home/scripts/cluster" "${@:3}" 2>&1) || code=$?
  [[ "$code" -eq "$1" ]] || fail "exit code $code of ${*:3}, not $1: $message"
  [[ "$message" == *"$2"* ]] || fail "it said \"$message\", not \"$2\""
}

# A column of the lines of status that are of nodes, 1 for the name.
column() {
  sed --quiet '/^node-/p' "$folder/status.txt" | sed --regexp-extended 's/is (not )?(ready|down|silent)/\1\2/' | awk "{ print \$$1 }" | xargs
}

# Asks for the status until it is so, a minute and a half at most: nodes that started together may begin apart, and look for
# each other again every 30 s.
awaits() {
  for _ in {1..90}; do
    cluster status > "$folder/status.txt" || true
    "$@" && return
    sleep 1
  done
  fail "not so after a minute and a half: $* ($(< "$folder/status.txt"))"
}

members_are_four() {
  [[ "$(column 6)" == '4 4 4 4' ]]
}

second_is_out() {
  grep --quiet --extended-regexp "^node-$((first + 1)) +- .* is down +out" "$folder/status.txt"
}

refuses 2 'Unmatched argument' sideways
refuses 2 'Unknown option' up --sideways
refuses 1 'There is no cluster' status --data "$folder/nowhere"
refuses 1 'There is no data folder' down --data "$folder/nowhere"
refuses 1 'holds other files' up --data "$home/src"
refuses 1 'Ports are 1 to 65535' up --data "$folder/other" --port 70000

echo "Ctrl-C while it starts"
env --default-signal=INT "$home/scripts/cluster" up --data "$data" --port "$port" --first-node-port "$first" \
  > "$folder/interrupted.txt" 2>&1 &
launcher=$!
for _ in {1..600}; do
  ! grep --quiet 'Starting 4 nodes' "$folder/interrupted.txt" || break
  kill -0 "$launcher" 2> /dev/null || fail "it ended instead of starting"
  sleep 0.2
done
kill -INT "$launcher"
code=0
wait "$launcher" || code=$?
[[ "$code" -eq 130 ]] || fail "exit code $code after Ctrl-C, not 130"
[[ -z "$(left)" ]] || fail "left behind after Ctrl-C: $(left | xargs ps --no-headers --format pid,args)"

echo "up"
up --tickets 2000 --monitoring="${prometheus##*:}" || fail "it did not start"
refuses 1 'Address already in use' up --data "$folder/other" --port "$port" --first-node-port 30001
listening=$(ss --no-header --listening --tcp --numeric --processes)
for pid in $(left); do
  ! grep "pid=$pid," <<< "$listening" | grep --invert-match '127\.0\.0\.1' || fail "something listens on more than loopback"
done
for host in load_balance.com www.load_balance.com; do
  curl --silent --fail --resolve "$host:$port:127.0.0.1" "http://$host:$port/api/sales/demo" > "$folder/sale.txt" ||
    fail "$host does not answer"
done

echo "1000 tickets"
ab -q -k -n 1000 -c 20 "$address/buy/ticket" > "$folder/ab.txt"
grep --quiet 'Complete requests: *1000' "$folder/ab.txt" || fail "ab did not complete"
! grep --quiet 'Non-2xx' "$folder/ab.txt" || fail "ab got errors"
# a sale is shown as it stood within the last second
sleep 1.1
cluster status > "$folder/status.txt" || fail "status says that not all runs: $(< "$folder/status.txt")"
[[ "$(column 9)" == '100 200 300 400' ]] || fail "the nodes have sold $(column 9)"
awaits members_are_four
[[ "$(column 7)" == '1 2 3 4' ]] || fail "the nodes weigh $(column 7)"
grep --quiet 'demo: 1000 of 2000 tickets left' "$folder/status.txt" || fail "it does not say that 1000 of 2000 are left"

"$home/scripts/watch" --data "$data" --times 2 > "$folder/watch.txt" || fail "the sale can't be watched"
grep --quiet '^demo sells: 1,000 of 2,000 tickets left' "$folder/watch.txt" || fail "who watches does not see what is left"
[[ "$(grep --count '^127\.0\.0\.1:' "$folder/watch.txt")" -eq 8 ]] || fail "who watches does not see four nodes twice"
grep --quiet '^prometheus .* runs' "$folder/status.txt" || fail "status says nothing of Prometheus"
all_are_asked() {
  curl --silent --fail --data-urlencode 'query=count(seckill_capacity{sale="demo"} == 2000)' "$prometheus/api/v1/query" |
    grep --quiet '"4"\]'
}
for _ in {1..60}; do
  ! all_are_asked || break
  sleep 0.5
done
all_are_asked || fail "Prometheus does not hear of the sale from four nodes"

echo "a node and Redis die"
kill -KILL "$(cat "$data/node-$((first + 1))/node.pid")" "$(cat "$data/redis/redis.pid")"
! cluster status > "$folder/status.txt" || fail "status says that all runs"
awaits second_is_out
grep --quiet --extended-regexp '^redis +- .* does not run' "$folder/status.txt" || fail "it does not say that Redis is dead"
up || fail "it did not start again what has died"
grep --quiet '1000 of 2000 tickets left; it goes on' "$folder/up.txt" || fail "the sale does not go on"
cluster status > "$folder/status.txt" || fail "not all runs again: $(< "$folder/status.txt")"

"$home/scripts/audit" --data "$data" demo > "$folder/audit.txt" 2>&1 || fail "the audit found something: $(< "$folder/audit.txt")"

refuses 1 'is no WAR of this application' rolling-restart --data "$data" --war "$home/target/payara-micro.jar"
refuses 1 "can't be read as a WAR" rolling-restart --data "$data" --war "$home/README.md"

echo "down"
cluster down > "$folder/down.txt" || fail "it could not be ended"
[[ -z "$(left)" ]] || fail "left behind: $(left | xargs ps --no-headers --format pid,args)"
cluster down | grep --quiet 'Nothing ran' || fail "ending it twice is not the same as once"
