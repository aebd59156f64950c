# A trial of scripts/run in a folder of its own, for the checks beside this file, which source it: starts it, stops it, and
# leaves nothing behind however the check ends. Sets home, folder, data, port, address and launcher.
# shellcheck shell=bash

home=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp --directory)
data="$folder/data"
port=$((20000 + RANDOM % 10000))
# shellcheck disable=SC2034 # for whoever sources this
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
  # What is started with &, or by somebody who was, ignores Ctrl-C unless it is told not to.
  env --default-signal=INT "$home/scripts/run" --port "$port" --data "$data" "$@" >> "$folder/run.txt" 2>&1 &
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
