#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What can be done to an interface that is in use: its MTU, its MAC and its
# addresses change, it goes down and up, somebody takes our program off.
#
#   a (preferred)   b (advskew 20)   c client
#      |                |                |
#   ---+----------------+----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b c
VMAC=$(virtual_mac 3)

waits_for() { [[ $(group "$1" 3 .waiting) == "$2" ]]; }
no_demotion() { [[ $(carp a status -j | jq -c .demotions) == "[]" ]]; }
attached() { carp "$1" status -j | jq -e '.interfaces[0].attached'; }
well() {
	eventually 8 "$1: master" state_is a 3 master
	eventually 4 "$1: the other is backup" state_is b 3 backup
	eventually 3 "$1: the virtual IP is answered for" \
		answers_arp "$VIP4" "$VMAC"
	eventually 5 "$1: and reached" pings "$VIP4"
	eventually 6 "$1: over IPv6" pings "$VIP6"
	ok "$1: it waits for nothing" waits_for a null
	ok "$1: nobody is held back" no_demotion
}
# sends FILTER: the next advertisements of a are like that.
sends() {
	[[ -n $(tail -n8 "$HOSTS_DIR/record" |
		jq -c "select(.kind == \"advert\" and .port == \"a\" and ($1))") ]]
}
# in_map FIELD VALUE: bytes of vhid 3's entry, as hex without blanks.
in_map() {
	[[ $(bpftool -j map lookup pinned "$HOSTS_PINS/a/eth0/carp_vhids" \
		key 3 0 0 0 | jq -r ".formatted.value.$1 | if type == \"array\"
		then map(if type == \"number\" then . else ltrimstr(\"0x\") end)
		| join(\" \") else . end") == "$2" ]]
}

GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt --advbase 0)
attach a "${GROUP[@]}" --advskew 5
attach b "${GROUP[@]}" --advskew 20
well "attached"
wire switch "$HOSTS_DIR/record" record a b
RECORDER=$SPAWNED
CHANGES=$(group a 3 .transitions)

# --- MTU ----------------------------------------------------------------------
for mtu in 9000 1300 1500; do
	on a ip link set dev eth0 mtu "$mtu"
	ok "MTU $mtu: still attached" attached a
	eventually 5 "MTU $mtu: reached" pings "$VIP4"
done
ok "nobody has changed its state" [ "$(group a 3 .transitions)" == "$CHANGES" ]
# Below 1280 the kernel takes IPv6 off the interface.
on a ip link set dev eth0 mtu 1000
eventually 2 "MTU 1000: IPv6 is off" fails has_address a "$VIP6"
ok "MTU 1000: IPv4 goes on" pings "$VIP4"
on a ip link set dev eth0 mtu 1500
joined() { on a ip maddr show dev eth0 | grep -q "$1"; }
eventually 3 "MTU 1500 again: the virtual IP is back" has_address a "$VIP6"
eventually 2 "MTU 1500 again: the group is joined" joined ff02::12
ok "MTU 1500 again: that of IPv4 too" joined 224.0.0.18
on a ip addr add 2001:db8::1/64 dev eth0 nodad
well "MTU"

# --- MAC ----------------------------------------------------------------------
on a ip link set dev eth0 address 02:00:00:00:aa:01
eventually 2 "new MAC: the data plane knows it" in_map nic_mac "2 0 0 0 170 1"
eventually 2 "new MAC: advertisements from the virtual one" \
	sends ".eth_source == \"$VMAC\""
well "new MAC"

# --- addresses ----------------------------------------------------------------
# The kernel removes the virtual IP with the first address of its network.
on a ip addr del 192.0.2.1/24 dev eth0
eventually 3 "no address: the virtual IP is back" has_address a "$VIP4"
on a ip addr add 192.0.2.51/24 dev eth0
eventually 2 "another: advertisements come from it" sends '.source == "192.0.2.51"'
eventually 2 "another: the data plane knows it" in_map source4 "192 0 2 51"
on a ip addr del 192.0.2.51/24 dev eth0
on a ip addr add 192.0.2.1/24 dev eth0
eventually 2 "the old one: advertisements come from it" \
	sends '.source == "192.0.2.1"'
LINK_LOCAL=$(on a ip -6 -j addr show dev eth0 scope link |
	jq -r '.[].addr_info[].local // empty')
on a ip addr del "$LINK_LOCAL/64" dev eth0
eventually 2 "no link-local address: from the other" \
	sends '.source == "2001:db8::1"'
on a ip addr add fe80::51/64 dev eth0 nodad
eventually 2 "a link-local one: from that" sends '.source == "fe80::51"'
well "addresses"

# --- down and up --------------------------------------------------------------
on a ip link set dev eth0 down
eventually 2 "down: init" state_is a 3 init
ok "down: status says so" waits_for a "interface is down"
eventually 2 "down: the other host takes over" state_is b 3 master
on a ip link set dev eth0 up
on a ip addr add 2001:db8::1/64 dev eth0 nodad
well "up"
stop "$RECORDER"

# --- a port -------------------------------------------------------------------
on a ip link add name br9 type bridge
on a ip link set dev eth0 master br9
eventually 2 "a bridge's port: status says so" \
	waits_for a "is a port of br9: attach to br9"
refute "a bridge's port: no program is left on it" wait_until 1 has_program a
on a ip link set dev eth0 nomaster
on a ip link del dev br9
well "no port any more"

# --- somebody else's programs --------------------------------------------------
off() {
	bpftool link detach pinned "$HOSTS_PINS/$1/eth0/$2" >>"$HOSTS_DIR/errors"
}
program() { has_program "$1" | jq .prog.id; }
spawn_carp b monitor -j >"$HOSTS_DIR/b.events"
MONITOR=$SPAWNED
b_was() { jq -se "any(.[]; .to == \"$1\")" "$HOSTS_DIR/b.events"; }
CHANGES=$(group a 3 .transitions)
off a link
noticed() { [[ $(group a 3 .transitions) -gt $CHANGES ]]; }
eventually 3 "taken off a master: it noticed" noticed
eventually 3 "taken off a master: back on" has_program a
well "taken off a master"
# Before Linux 6.6 it is a filter, which goes with its qdisc.
if [[ -e $HOSTS_PINS/b/eth0/egress ]]; then
	off b egress
else
	on b tc qdisc del dev eth0 clsact
fi
guard_count() { group b 3 .counters.out_guarded; }
HELD=$(guard_count)
held() {
	on b python3 "$HOSTS_TOP/tests/netns/inject.py" from eth0 "$VMAC"
	[[ $(guard_count) -gt $HELD ]]
}
eventually 3 "the guard taken off: back on" held
well "the guard taken off"
stop "$MONITOR"

# A deaf backup is no master.
spawn_carp b monitor -j >"$HOSTS_DIR/b.events"
MONITOR=$SPAWNED
for _ in 1 2 3; do
	wait_until 3 state_is b 3 backup
	off b link
	wait_until 3 has_program b >/dev/null
done
eventually 3 "taken off a backup: backup again" state_is b 3 backup
ok "taken off a backup: it noticed" b_was init
refute "taken off a backup: it never was master" b_was master
stop "$MONITOR"

# Somebody's program takes the place: that of b, for want of another.
CONTROLLER=$(controller a)
kill -STOP "$CONTROLLER"
off a link
on a bpftool net attach xdpgeneric id "$(program b)" dev eth0
kill -CONT "$CONTROLLER"
eventually 3 "another program: init" state_is a 3 init
says_another() { [[ $(group a 3 .waiting) == *"another XDP program"* ]]; }
eventually 2 "another program: status says why" says_another
eventually 2 "another program: the other host takes over" state_is b 3 master
refute "another program: no address is left" has_address a "$VIP4"
refute "another program: no other group is attached" \
	attach a --vhid 9 --vip 192.0.2.109/24
stays 2 "another program: nothing changes by itself" says_another
on a bpftool net detach xdpgeneric dev eth0
well "it is gone"

# Native mode: the kernel may refuse a larger MTU, or not; nobody is deaf.
ok "native: detached first" carp b detach eth0
attach b "${GROUP[@]}" --advskew 20 --mode native
wait_until 3 state_is b 3 backup
on b ip link set dev eth0 mtu 9000 2>"$HOSTS_DIR/mtu" || true
note "MTU 9000 under a native program: $(on b ip -j link show \
	dev eth0 | jq '.[0].mtu') $(cat "$HOSTS_DIR/mtu")"
eventually 3 "a native program stays" has_program b
stays 2 "and hears the master" state_is b 3 backup
