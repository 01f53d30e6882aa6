#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The doctor finds what is wrong, says who is on the wire, and changes nothing;
# whoever follows its remedy is rid of the finding.
#
#   a (patient)   b (neighbour)
#   |             |
#   +-------------+---  br0
source "$(dirname "$0")/lib.sh"
hosts a b
PLACE=$HOSTS_DIR/for-all
install -d -m 0777 "$PLACE"
install -m 0755 "$CARP_BINARY" "$PLACE/carp-xdp"
chmod 0755 "$HOSTS_DIR"

# check ARGUMENT...: as a; what it finds is in $HOSTS_DIR/check, its status in
# CODE.
check() {
	CODE=0
	carp a check -j "$@" >"$HOSTS_DIR/check" 2>"$HOSTS_DIR/error" || CODE=$?
}
# finding CHECK [LEVEL [TEXT]]: there is one.
finding() {
	cat "$HOSTS_DIR/check"
	jq -e --arg check "$1" --arg level "${2:-}" --arg text "${3:-}" '
		any(.findings[]; .check == $check and
			($level == "" or .level == $level) and
			(.found | contains($text)))' "$HOSTS_DIR/check"
}
remedy() {
	jq -r --arg check "$1" --arg level "$2" 'first(.findings[] |
		select(.check == $check and .level == $level)) | .remedy' \
		"$HOSTS_DIR/check"
}
code_is() { [[ $CODE == "$1" ]] || fails echo "exit status $CODE"; }

# found CODE CHECK LEVEL TEXT [ARGUMENT...]: so it is with that interface.
found() {
	check "${@:5}" --listen 0
	ok "$2: $3" finding "$2" "$3" "$4"
	ok "$2: exit status $1" code_is "$1"
}
# cured CHECK LEVEL ARGUMENT...: the remedy, copied, is one.
cured() {
	local command
	command=$(remedy "$1" "$2")
	note "$command"
	on a bash -c "$command" >"$HOSTS_DIR/remedy" 2>&1 ||
		note "remedy: $(cat "$HOSTS_DIR/remedy")"
	check "${@:3}" --listen 0
	refute "$1: gone after $command" finding "$1" "$2"
}

# --- in good health, and nothing is changed ---------------------------------
picture() {
	on a ip -d link show | sed 's/ numtxqueues.*//'
	on a ip addr show | sed 's/valid_lft.*//'
	on a ip maddr show
	on a sysctl -a --pattern '^net\.ipv[46]\.conf\.' 2>&1 | sort
	find "$HOSTS_PINS" -mindepth 1 2>/dev/null || true
	[[ ! -e $HOSTS_DIR/a.sock ]] || echo socket
	ip netns pids "$HOSTS_RUN-a"
}
# Whatever this machine has its namespaces inherit.
on a sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
picture >"$HOSTS_DIR/before"
check eth0 --listen 1
ok "a healthy interface has no problem" \
	jq -e '.summary.problem == 0' "$HOSTS_DIR/check"
ok "and exit status 0" code_is 0
for name in state kind xdp_mode xdp_program multicast address kernel \
	rp_filter arp_ignore capabilities wire; do
	ok "$name is ok" finding "$name" ok
done
# A machine need not tell how its kernel was configured.
ok "kernel_config is looked at" finding kernel_config
ok "it needs no controller and changes nothing" \
	diff "$HOSTS_DIR/before" <(picture)
carp a check eth0 --listen 0 >"$HOSTS_DIR/text"
ok "one line for each finding, its level first" eval \
	"[[ \$(grep -cvE '^(ok|note|warning|problem) +[a-z_0-9]+  ' \
	'$HOSTS_DIR/text') == 1 ]]"
ok "the last line sums them up" eval "tail -n1 '$HOSTS_DIR/text' |
	grep -E '^eth0: 0 problems, [0-9]+ warnings?, [0-9]+ notes?, [0-9]+ ok\$'"

# --- the interface ------------------------------------------------------------
on a ip link set dev eth0 down
found 1 state problem "eth0 is down" eth0
ok "nobody listens there then" finding wire note "not listened"
cured state problem eth0
on switch ip link set dev a down
found 1 state problem "no carrier" eth0
on switch ip link set dev a up
on a ip link set dev eth0 multicast off
found 1 multicast problem "eth0" eth0
cured multicast problem eth0
on a ip link add link eth0 name mac0 type macvlan mode bridge
found 1 kind problem "macvlan: it lets no virtual MAC in" mac0
ok "it says where instead" [ "$(remedy kind problem)" == "carp-xdp check eth0" ]
on a ip link del mac0
found 1 kind problem "not an Ethernet interface" lo
on a ip link add name d0 type veth peer name d1
on a ip link add name br9 up type bridge
on a ip link set dev d0 master br9 up
on a ip link set dev d1 up
found 1 kind problem "d0 is a port of br9" d0
found 0 snooping warning "mcast_querier 0" br9
cured snooping warning br9
on a ip link set dev br9 type bridge mcast_querier 0 mcast_snooping 0
check br9 --listen 0
ok "a bridge without snooping is well" finding snooping ok "off"

cat >"$HOSTS_DIR/other.c" <<'EOF'
__attribute__((section("xdp"), used)) int other(void *context) { return 2; }
char _license[] __attribute__((section("license"), used)) = "GPL";
EOF
clang -O2 -g -target bpf -c "$HOSTS_DIR/other.c" -o "$HOSTS_DIR/other.o"
on a ip link set dev eth0 xdpgeneric obj "$HOSTS_DIR/other.o" sec xdp
found 1 xdp_program problem "skb mode, name other" eth0
ok "attach says the same" eval \
	"! carp a attach eth0 --vhid 1 2>&1 | grep -v 'another XDP program'"
cured xdp_program problem eth0

# --- settings -----------------------------------------------------------------
on a sysctl -qw net.ipv4.conf.all.rp_filter=1
on a ip link del br9
on a ip link del d1
found 0 rp_filter note "no other interface" eth0
hosts_plug a eth1
found 0 rp_filter warning "1 (strict)" eth0
cured rp_filter warning eth0
on a ip addr add 192.0.2.201/24 dev eth1
found 0 arp_ignore warning "eth1 is in a network of eth0" eth0
cured arp_ignore warning eth0
on a sysctl -qw net.ipv4.igmp_link_local_mcast_reports=0
found 0 igmp warning "is 0" eth0
cured igmp warning eth0

# --- privilege ----------------------------------------------------------------
# stripped WORDS...: what it finds with those.
stripped() {
	CODE=0
	on a setpriv "$@" "$PLACE/carp-xdp" check eth0 -j --listen 1 \
		>"$HOSTS_DIR/check" 2>"$HOSTS_DIR/error" || CODE=$?
}
stripped --bounding-set -bpf,-net_admin --inh-caps -all
ok "root without capabilities has a problem" \
	finding capabilities problem "root lacks CAP_NET_ADMIN CAP_BPF"
ok "exit status 1" code_is 1
stripped --reuid 65534 --regid 65534 --clear-groups --inh-caps -all
ok "a user is told what is missing" \
	finding capabilities warning "this user lacks CAP_NET_ADMIN"
ok "and that nobody listens" finding wire note "cannot listen"
ok "exit status 0" code_is 0

# --- who else gives it addresses ----------------------------------------------
INDEX=$(on a ip -j link show dev eth0 | jq '.[0].ifindex')
FAKE=$HOSTS_DIR/fake
mkdir -p "$FAKE/netif/links" "$FAKE/network"
echo "NETWORK_FILE=/run/systemd/network/lan.network" >"$FAKE/netif/links/$INDEX"
printf '[Match]\nName=eth0\n[Network]\nDHCP=yes\n' >"$FAKE/network/lan.network"
# managed [OPTION...]: of unshare(1).  By default it is the first process of its
# namespace: so networkd's files are of this network.
managed() {
	CODE=0
	[[ $# != 0 ]] || set -- --pid --fork --mount-proc
	on a unshare --mount "$@" bash -c "
		mount --bind '$FAKE' /run/systemd &&
		exec '$PLACE/carp-xdp' check eth0 -j --listen 0" \
		>"$HOSTS_DIR/check" 2>"$HOSTS_DIR/error" || CODE=$?
}
if [[ -d /run/systemd ]]; then
	managed
	ok "networkd, which would remove virtual IPs" finding networkd warning \
		"lan.network configures eth0 with KeepConfiguration=no"
	echo "KeepConfiguration=static" >>"$FAKE/network/lan.network"
	managed
	ok "networkd, told to keep them" finding networkd ok
	managed --propagation private
	ok "a networkd of another network namespace is none" eval \
		"! jq -e 'any(.findings[]; .check == \"networkd\" or
			.check == \"managers\")' '$HOSTS_DIR/check'"
	ok "nor is anything else wrong" code_is 0
fi

# --- the wire -----------------------------------------------------------------
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64"
eventually 10 "b is master" state_is b 3 master
check eth0 --vhid 3 --listen 3
ok "the vhid is taken" finding vhid warning \
	"3 is taken: CARP vhid 3 from 192.0.2.2 ($(virtual_mac 3)), advbase 1"
ok "by both families" finding vhid warning "from fe80::"
ok "exit status 0: one may join" code_is 0
ok "the JSON has who" jq -e 'any(.speakers[]; .protocol == "CARP" and
	.id == 3 and .address == "192.0.2.2" and .mac == "00:00:5e:00:01:03" and
	.vlan == null and .heard >= 2)' "$HOSTS_DIR/check"
check eth0 --vhid 4 --listen 2
ok "another vhid is free" finding vhid ok "4: nobody was heard in 2 s"
ok "who else is there is told" finding wire note "CARP vhid 3 from 192.0.2.2"

# heard ARGUMENT...: while b sends VRRP with VRID 7, over and over.
heard() {
	check eth0 "$@" --listen 2 &
	local pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		on b python3 "$HOSTS_TOP/tests/netns/inject.py" vrrp eth0 7 \
			>/dev/null
		sleep 0.1
	done
	CODE=0
	wait "$pid" || CODE=$?
}
# In the background CODE is another's.
code_told() { jq -e "(.summary.problem > 0) == ($1 == 1)" "$HOSTS_DIR/check"; }
heard --vhid 7
ok "VRRPv2 has that number" finding vhid problem \
	"7 is taken by another protocol, whose virtual MAC is the same: \
VRRPv2 VRID 7 from 192.0.2.77 (00:00:5e:00:01:07), priority 255"
ok "so has VRRPv3" finding vhid problem "VRRPv3 VRID 7 from 192.0.2.77"
ok "that is a problem" code_told 1
heard --vhid 8
ok "which it is not with another number" code_told 0
ok "whoever speaks is told" finding wire note "VRRPv2 VRID 7"
check eth0 --listen 0
ok "not to listen is possible" finding wire note "--listen 0"

# Where groups run, their program is no stranger.
carp b check eth0 --vhid 3 --listen 2 -j >"$HOSTS_DIR/check"
ok "our own program is no problem" finding xdp_program ok "ours is on eth0"
ok "what this host says itself is told as that" finding vhid ok \
	"3 is ours: CARP vhid 3 from this host, 192.0.2.2"

# --- words --------------------------------------------------------------------
# refused CODE TEXT ARGUMENT...
refused() {
	check "${@:3}"
	ok "check ${*:3}: exit status $1" code_is "$1"
	ok "check ${*:3}: $2" grep -F -- "$2" "$HOSTS_DIR/error"
	ok "check ${*:3}: one line" [ "$(wc -l <"$HOSTS_DIR/error")" == 1 ]
}
refused 1 "eth9: no such interface" eth9
refused 1 "eth0123456789abc: no such interface" eth0123456789abc
refused 2 "web.conf is a file: -j, --vhid and --listen are for interfaces" web.conf
refused 2 "interface is missing"
refused 2 "unexpected word eth1" eth0 eth1
refused 2 "unknown option --lsten" eth0 --lsten
refused 3 "vhid 256: allowed are 1 to 255" eth0 --vhid 256
refused 3 "vhid 0: allowed are 1 to 255" eth0 --vhid 0
refused 3 "listen 3601: allowed are 0 to 3600" eth0 --listen 3601
refused 3 "--listen x: not a whole decimal number" eth0 --listen x
