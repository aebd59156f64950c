#!/usr/bin/env bash
# The files of lvs/ are what the real programs take: keepalived, FRR, systemd and the kernel read them. And the lab's network is laid
# and removed as a whole, real servers keep the virtual IP to themselves, and the router runs with its real file. It sees network
# namespaces of its own only, so a lab that is up is not disturbed.
#
# usage  src/test/scripts/lvs.sh
# needs  root, /dev/net/tun, what scripts/test needs
# exit   0 all held; 1 something did not (the last line says what)
set -euo pipefail

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

home=$(cd "$(dirname "$0")/../../.." && pwd)
lvs="$home/lvs"
lab="$lvs/lab"

for pair in keepalived=keepalived vtysh=frr /usr/lib/frr/ospfd=frr linux.uml=user-mode-linux ipvsadm=ipvsadm socat=socat \
  modprobe=kmod nft=nftables ip=iproute2 unshare=util-linux sysctl=procps systemd-analyze=systemd perl=perl; do
  command -v "${pair%%=*}" > /dev/null || fail "there is no ${pair%%=*} here: apt-get install ${pair##*=}"
done
[[ $EUID -eq 0 && -c /dev/net/tun ]] || fail "it needs root and /dev/net/tun"

if [[ "${1:-}" != --alone ]]; then
  exec unshare --mount --propagation private "$0" --alone
fi
folder=$(mktemp --directory)
started=()
end_all() {
  [[ ${#started[@]} -eq 0 ]] || kill "${started[@]}" 2> /dev/null || true
  "$lab/network" down || true
  rm --recursive --force "$folder"
}
trap end_all EXIT
mkdir --parents /run/netns
for place in /run/netns /etc/keepalived /etc/frr; do
  mount --types tmpfs none "$place"
done

# --- keepalived, which wants the interfaces to be there
ip netns add director
for device in lan vip0; do
  ip -netns director link add "$device" type veth peer name "$device-peer"
done
keepalived_says() {
  ip netns exec director timeout 10 keepalived --config-test --use-file /etc/keepalived/keepalived.conf 2>&1
}
for director in a b; do
  cp "$lvs/director-$director/keepalived.conf" "$lvs/directors/virtual-server.conf" /etc/keepalived
  said=$(keepalived_says) || fail "keepalived does not take director-$director's files: $said"
  sed --in-place 's/mh-port/mh-porter/' /etc/keepalived/virtual-server.conf
  ! keepalived_says > /dev/null || fail "keepalived takes a wrong word in virtual-server.conf: is it read at all?"
done
ip netns delete director

# --- FRR
frr_says() {
  timeout 10 vtysh --dryrun --inputfile "$1" 2>&1
}
for machine in router director-a director-b; do
  cat "$lvs/$machine/frr.conf" "$lab/frr.conf" > "$folder/frr.conf"
  said=$(frr_says "$folder/frr.conf") || fail "FRR does not take $machine's frr.conf: $said"
  sed --in-place 's/bfd profile link/bfd profiles link/' "$folder/frr.conf"
  ! frr_says "$folder/frr.conf" > /dev/null || fail "FRR takes a wrong word in $machine's frr.conf"
done
while IFS='=' read -r program _; do
  [[ -x "/usr/lib/frr/$program" ]] || fail "lvs/daemons starts $program, which FRR does not have"
done < <(grep '=yes$' "$lvs/daemons" | grep --invert-match '^vtysh_enable')

# --- kernel: IPVS is not to be had here, but the directors' kernel has it
modules=(/usr/lib/uml/modules/*/kernel)
while read -r module; do
  file=$(find "${modules[@]}" -name "$module.ko")
  [[ -n "$file" ]] || fail "lvs/directors/modules.conf: there is no module $module"
done < <(grep --invert-match '^#' "$lvs/directors/modules.conf")
ipvs=$(find "${modules[@]}" -name ip_vs.ko)
for machine in router directors real-server; do
  while IFS=' =' read -r key _; do
    # the router has such a device, this machine need not
    key=${key/.conf.lan./.conf.default.}
    if [[ $key == net.ipv4.vs.* ]]; then
      grep --quiet --text --word-regexp "${key##*.}" "$ipvs" || fail "lvs/$machine/sysctl.conf: IPVS does not know $key"
    else
      [[ -e "/proc/sys/${key//.//}" ]] || fail "lvs/$machine/sysctl.conf: the kernel does not know $key"
    fi
  done < <(grep --extended-regexp '^[a-z]' "$lvs/$machine/sysctl.conf")
done

# --- systemd: what lies where, as the README says
root="$folder/root"
units="$root/etc/systemd/system"
mkdir --parents "$units/keepalived.service.d" "$root"/{bin,sbin,usr/lib/frr,usr/sbin}
cp --recursive /usr/lib/systemd "$root/usr/lib"
cp "$lvs/directors/vip0.service" "$lvs/real-server/virtual-ip.service" "$units"
cp "$lvs/directors/keepalived.service.conf" "$units/keepalived.service.d"
for program in sbin/ip bin/sleep bin/kill usr/lib/frr/frrinit.sh usr/sbin/keepalived; do
  touch "$root/$program"
  chmod +x "$root/$program"
done
units_say() {
  # It exits with 0 after an unknown word.
  systemd-analyze --man=no verify --root="$root" vip0.service virtual-ip.service keepalived.service frr.service 2>&1
}
said=$(units_say) || true
[[ -z "$said" ]] || fail "systemd says: $said"
echo 'ExecStartPree=/bin/sleep 3' >> "$units/keepalived.service.d/keepalived.service.conf"
[[ "$(units_say)" == *ExecStartPree* ]] || fail "systemd says nothing of an unknown word"

# --- the lab's network
exit_code() {
  "$@" > "$folder/said" 2>&1 && echo 0 || echo $?
}
[[ "$(exit_code "$lab/network" down)" == 0 ]] || fail "network down fails where there is none"
[[ "$(exit_code "$lab/exec" client true)" == 125 ]] || fail "exec does not say that the lab is not up"
"$lab/network" up
[[ "$(exit_code "$lab/network" up)" == 1 ]] || fail "network up does not say that there is one"
[[ -e /run/netns/seckill-router ]] || fail "a second network up removes the first"
[[ "$(exit_code "$lab/exec" nobody true)" == 2 ]] || fail "exec takes a machine that there is not"
[[ "$(exit_code "$lab/exec" client sh -c 'exit 7')" == 7 ]] || fail "exec does not pass the exit code on"
[[ "$(exit_code "$lab/exec" --timeout 1 client sleep 5)" == 124 ]] || fail "exec waits longer than it should"

for machine in nginx-a nginx-b; do
  [[ "$("$lab/exec" $machine ip -brief address show dev lo)" == *10.99.0.100/32* ]] || fail "$machine has no virtual IP"
done
# Nobody listens, so whoever is found refuses. Asked for straight on the LAN, the virtual IP must not be found.
knock() {
  "$lab/exec" router bash -c "< /dev/tcp/$1/9" 2>&1 || true
}
"$lab/exec" router ip route add 10.99.0.100/32 dev lan
[[ "$(knock 10.20.0.21)" == *refused* && "$(knock 10.20.0.22)" == *refused* ]] || fail "a real server is not on the LAN"
[[ "$(knock 10.99.0.100)" == *"No route to host"* ]] || fail "a real server tells the LAN that it has the virtual IP"
"$lab/exec" router ip route delete 10.99.0.100/32

# --- the router, with its real file; and with somebody at the other end of b3, else that has no carrier
ip netns exec seckill-router "$lab/attach" b3 -- sleep 60 & neighbor=$!
started+=("$neighbor")
"$lab/router" "$folder/router" & router=$!
started+=("$router")
# what is to be seen, what of, command
comes() {
  local expected=$1 what=$2 tries
  shift 2
  for ((tries = 0; tries < 100; tries++)); do
    [[ "$("$lab/exec" router "$@" 2> /dev/null)" != *"$expected"* ]] || return 0
    kill -0 "$router" 2> /dev/null || fail "the router has ended: $(cat "$folder/router/frr.log")"
    sleep 0.1
  done
  fail "$what"
}
comes "via 10.20.0.100" "the router has no fallback" ip route show 10.99.0.100
comes 10.12.6.1/30 "FRR has given b3 no address" ip -brief address show dev b3
comes "Network Type POINTOPOINT" "b3 does not speak OSPF" vtysh -c 'show ip ospf interface b3'
[[ "$("$lab/exec" router vtysh -c 'show ip ospf interface lan')" != *POINTOPOINT* ]] || fail "the LAN speaks OSPF"
kill "${started[@]}"
started=()
wait "$neighbor" || true
wait "$router" || fail "the router does not end well"
[[ -z "$(ip netns pids seckill-router)" ]] || fail "the router leaves processes behind"

"$lab/network" down
[[ -z "$(ip netns list)" ]] || fail "network down leaves: $(ip netns list)"
[[ "$(exit_code "$lab/network" down)" == 0 ]] || fail "network down fails the second time"
perl -c "$lab/attach" 2> /dev/null || fail "attach is no Perl"
"$lab/plain-registers" true || fail "plain-registers does not run a command"
