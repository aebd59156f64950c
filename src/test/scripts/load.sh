#!/usr/bin/env bash
# scripts/load measures and reports from one command, refuses what can't work in one sentence, loads also what runs
# already and four nodes behind nginx, and leaves nothing behind when it is stopped.
#
# usage  src/test/scripts/load.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

home=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp --directory)
launcher=
# Few connections: on a busy machine a purchase among a hundred may come too late, which is no figure but a failure.
quick=(--quick --connections 8)

fail() {
  echo "FAILED: $1" >&2
  tail --lines=20 "$folder"/*.txt "$folder"/*/stand/*/node.log "$folder"/*/stand/cluster/node-*/node.log | cut --characters=-200 >&2 || true
  exit 1
}

clean_up() {
  if [[ -n "$launcher" ]] && kill -0 "$launcher" 2> /dev/null; then
    kill -TERM "$launcher"
    wait "$launcher" || true
  fi
  # what is left when the check ends there
  pgrep --full "$folder" | xargs --no-run-if-empty kill -KILL || true
  rm --recursive --force "$folder"
}
trap clean_up EXIT

# Runs it, and expects it to refuse with this exit code and this in its message.
refuses() {
  local code=0 message
  message=$("$home/scripts/load" "${@:3}" 2>&1) || code=$?
  [[ "$code" -eq "$1" ]] || fail "exit code $code of load ${*:3}, not $1"
  [[ "$message" == *"$2"* ]] || fail "load ${*:3} said \"$message\", not \"$2\""
}

# Starts it in the background, and waits until it says this.
start() {
  : > "$folder/load.txt"
  # What is started with &, or by somebody who was, ignores Ctrl-C unless it is told not to.
  env --default-signal=INT "$home/scripts/load" "${@:2}" >> "$folder/load.txt" 2>&1 &
  launcher=$!
  for _ in {1..600}; do
    grep --quiet "$1" "$folder/load.txt" && return
    kill -0 "$launcher" 2> /dev/null || fail "it ended before it said \"$1\""
    sleep 0.2
  done
  fail "it did not say \"$1\" within two minutes"
}

# Sends it a signal, and expects this exit code, no process left, and no report.
stop() {
  local code=0
  kill -"$1" "$launcher"
  wait "$launcher" || code=$?
  launcher=
  [[ "$code" -eq "$2" ]] || fail "exit code $code after SIG$1, not $2"
  ! pgrep --full "$folder" > /dev/null || fail "left behind: $(pgrep --full --list-full "$folder")"
  ! grep --quiet 'Exception' "$folder/load.txt" || fail "it told of its insides when it was stopped"
}

# A number of the JSON beside the only report of a verb in a folder: the first of that name, after the first mark if one
# is given.
number() {
  sed --silent "/${4:-\"$3\"}/,\$p" "$1"/report-"$2"-*.json | grep --max-count=1 "\"$3\" :" |
    grep --only-matching --extended-regexp '[0-9.]+(E[0-9]+)?' | tail --lines=1
}

at_least() {
  awk -v found="$2" -v least="$3" 'BEGIN { exit !(found + 0 >= least + 0) }' || fail "$1 is $2, not at least $3"
}

refuses 2 'Unknown option' sell --nothing
refuses 2 'at least PT1S' sell --slice PT0.1S
refuses 2 'goes with --target' sell --constant http://127.0.0.1:1
refuses 2 'needs tokens' sell --target http://127.0.0.1:1
refuses 2 'needs tokens' sell --target http://127.0.0.1:1 --tokens none
refuses 2 'go with --target' sell --key-file none
refuses 2 'at least 1000' sell --buyers 999
refuses 2 'is the folder of a JDK' sell --java /nowhere
refuses 1 'Nothing answers at http://127.0.0.1:1' sell --quick --data "$folder/none" \
  --target http://127.0.0.1:1 --tokens "$0" --operator-token-file "$0"
refuses 2 'Unknown option' rush --target http://127.0.0.1:1
refuses 2 'at least 1' rush --tickets 0
refuses 2 'at most 100' rush --tries 101
refuses 2 'at most 999999999' rush --attempts 1000000000
refuses 2 'requests of a run of source (1000)' source --quick --connections 1001
refuses 2 'at most as many as the requests' all --connections 15001
refuses 2 'above 0' overload --factor 0
refuses 2 'is 1 to 10000' orders --batch-rows 0
refuses 2 'Unknown option' orders --target http://127.0.0.1:1
mkdir "$folder/bin"
for command in bash dirname find java; do
  ln --symbolic "$(command -v "$command")" "$folder/bin/$command"
done
PATH="$folder/bin" refuses 1 'sudo apt-get install --yes apache2-utils' source

"$home/scripts/load" all "${quick[@]}" --data "$folder/all" > "$folder/all.txt" 2>&1 || fail "load all failed"
! pgrep --full "$folder" > /dev/null || fail "left behind: $(pgrep --full --list-full "$folder")"
grep --quiet 'the figures mean nothing' "$folder/all.txt" || fail "it did not say that --quick means nothing"
for title in 'source: ab -n 1000 -c 8' 'sell: every request wins' 'refuse: everything is sold' \
  'rush: 20,000 buyers, 500 tickets' 'overload: ' 'orders: what they cost a purchase' \
  'orders: how far they are behind' 'orders: how fast they are written'; do
  grep --quiet --fixed-strings "$title" "$folder/all/"report-all-*.html || fail "the page has no chapter $title"
done
at_least 'the throughput of sell' "$(number "$folder/all" all median '"sell"')" 1
at_least 'the ratio of sell' "$(number "$folder/all" all median '"ratio"')" 0.01
at_least 'evalsha per 1 000 requests' "$(number "$folder/all" all value '"Redis calls: evalsha"')" 1
at_least 'the memory of a reservation' "$(number "$folder/all" all value '"Redis memory"')" 100
at_least 'the p50 of the rush' "$(number "$folder/all" all value '"title" : "rush:')" 0.01
at_least 'the ratio of a node that writes orders' "$(number "$folder/all" all median '"orders written"')" 0.01
at_least 'the CPU of PostgreSQL' "$(number "$folder/all" all value '"CPU of PostgreSQL"')" 0.01
at_least 'the orders written together' "$(number "$folder/all" all median '"bought one by one, together"')" 1
for line in 'First sold-out heard' 'Last ticket won' 'Oldest waited at most' 'All written'; do
  grep --quiet "^  $line  *[0-9.,]* s" "$folder/all.txt" || fail "the page does not tell: $line"
done

grep --quiet '^Audit OK: 500 reservations in the ledger' "$folder/all.txt" || fail "the rush was not audited"

"$home/scripts/load" refuse --cluster "${quick[@]}" --data "$folder/edge" > "$folder/edge.txt" 2>&1 ||
  fail "load refuse --cluster failed"
! pgrep --full "$folder" > /dev/null || fail "left behind: $(pgrep --full --list-full "$folder")"
at_least 'the ratio of the edge' "$(number "$folder/edge" refuse median '"ratio"')" 0.1
at_least 'the CPU of nginx' "$(number "$folder/edge" refuse value '"CPU of nginx"')" 0.001
at_least 'the seconds until it sells again' "$(number "$folder/edge" refuse value '"Sells again within"')" 0.1

"$home/scripts/load" micro --quick --data "$folder/micro" LocalStockBench.openGate > "$folder/micro.txt" 2>&1 ||
  fail "load micro failed"
grep --quiet 'LocalStockBench.openGate"' "$folder/micro/micro.json" || fail "load micro kept no result"
refuses 1 'No benchmark has' micro nothing-of-that-name --data "$folder/micro"
start 'Warmup Iteration' micro --data "$folder/micro"
stop INT 130

start 'round 1' sell "${quick[@]}" --rounds 1000 --data "$folder/own"
node=$(tr '\0' '\n' < "/proc/$(cat "$folder/own/stand/seckill/node.pid")/cmdline" |
  sed --silent 's/^-Dpayaramicro.port=//p' | tail --lines=1)
"$home/scripts/load" refuse "${quick[@]}" --key-file "$folder/own/trial-key.jwk" \
  --data "$folder/target" --target "http://127.0.0.1:$node" > "$folder/target.txt" 2>&1 || fail "--target failed"
at_least 'the throughput of a target' "$(number "$folder/target" refuse median)" 1
curl --silent "http://127.0.0.1:$node/api/sales" | grep --quiet '"state":"CLOSED"' || fail "it left its sale open"
refuses 1 'is in use' sell --quick --data "$folder/own"
stop INT 130

start 'Starting' sell "${quick[@]}" --data "$folder/own"
sleep 2
stop TERM 143

start 'Starting a PostgreSQL' orders "${quick[@]}" --data "$folder/own"
sleep 5
stop INT 130
! compgen -G "$folder/own/report-*" > /dev/null || fail "it reported what it did not measure"
! compgen -G "$folder/*/run-*" > /dev/null || fail "it left the files of its generators"
