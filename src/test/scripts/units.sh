#!/usr/bin/env bash
# systemd finds nothing wrong with the units, each where it belongs on a real machine: no unknown word, no program that is not there.
# And the node's check tells a node that started from one that did not, and from one with a command of pre-boot.txt missing.
#
# usage  src/test/scripts/units.sh
# needs  what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

home=$(cd "$(dirname "$0")/../../.." && pwd)
root=$(mktemp --directory)
trap 'rm --recursive --force "$root"' EXIT

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# A machine: Debian's units and programs, and our files where the READMEs say.
units="$root/etc/systemd/system"
mkdir --parents "$units" "$root/opt/seckill" "$root/etc/nginx" "$root/usr/lib" "$root/usr/bin"
cp --recursive /usr/lib/systemd "$root/usr/lib"
touch "$root/usr/bin/redis-server"
chmod +x "$root/usr/bin/redis-server"
cp --recursive "$home/payara-config" "$root/opt/seckill"
cp --recursive "$home"/nginx/. "$root/etc/nginx"
cp --recursive "$home"/payara-config/systemd/*.{service,target,d} "$home/nginx/watch-nodes.service" "$units"
# stands for Debian's, where the package is not installed
[[ -e "$root/usr/lib/systemd/system/redis-server.service" ]] ||
  printf '[Service]\nType=notify\nExecStart=/usr/bin/redis-server\n' > "$units/redis-server.service"

verify() {
  # It exits with 0 after an unknown word.
  systemd-analyze --man=no verify --root="$root" seckill-node@3001.service seckill.target redis-server.service \
    watch-nodes.service 2>&1
}

said=$(verify) || true
[[ -z "$said" ]] || fail "systemd says: $said"
echo 'LimitNoFile=1' >> "$units/redis-server.service.d/seckill.conf"
[[ "$(verify)" == *LimitNoFile* ]] || fail "systemd says nothing of an unknown word"

# In place of journalctl: what a node has written so far.
mkdir "$root/bin"
printf '#!/usr/bin/env bash\ncat "%s"\n' "$root/log" > "$root/bin/journalctl"
chmod +x "$root/bin/journalctl"
check() {
  PATH="$root/bin:$PATH" INVOCATION_ID=none MAINPID=$1 "$home/payara-config/systemd/check-node" 2> "$root/said"
}

grep --extended-regexp '^[a-z]' "$home/payara-config/pre-boot.txt" |
  sed 's/^\([a-z]*\) \(.*\)/Boot Command \1 returned with result SUCCESS : \2/' > "$root/log"
echo 'Payara Micro 6 (build 1) ready in 9,000 (ms)' >> "$root/log"
check $$ || fail "a node that started did not pass: $(cat "$root/said")"
sed --in-place '/max-connections/d' "$root/log"
! check $$ || fail "a node passed without a command of pre-boot.txt"
grep --quiet 'max-connections' "$root/said" || fail "it did not say which command had no effect"
echo 'Failed to start, exiting' > "$root/log"
! check $$ || fail "a node passed that says it did not start"
: > "$root/log"
true & ended=$!
wait "$ended"
! check "$ended" || fail "a node passed that has ended"
