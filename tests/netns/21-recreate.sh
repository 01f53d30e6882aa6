#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# An interface that goes away and comes back, under its name: deleted and made
# anew, moved to another namespace, renamed.  Its groups wait and go on by
# themselves.
#
#   a: eth0 vhid 3, eth1 vhid 4 (preferred)   b: vhid 3 (advskew 20)   c client
#      |     |                                   |                        |
#   ---+-----|-----------------------------------+------------------------+- br0
#   ---------+--- br1
source "$(dirname "$0")/lib.sh"
hosts a b c
hosts_plug a eth1 br1
on a ip addr add 198.51.100.1/24 dev eth1
VMAC=$(virtual_mac 3)
TIMES=${TIMES:-15}

waits_for() { [[ $(group a 3 .waiting) == "$1" ]]; }
demotions() { carp a status -j | jq -c '[.demotions[].reason]'; }
no_demotion() { [[ $(demotions) == "[]" ]]; }
pins() { ls "$HOSTS_PINS/a"; }
pins_are() { [[ $(pins | paste -sd' ') == "$1" ]]; }
counted() { group a 3 .counters.advert_valid; }
unplug() { on switch ip link del dev a; }
well() {
	eventually 8 "$1: master again" state_is a 3 master
	ok "$1: it waits for nothing" waits_for null
	ok "$1: nobody is held back" no_demotion
	eventually 4 "$1: the other host yields" state_is b 3 backup
	eventually 4 "$1: the virtual IP is answered for" \
		answers_arp "$VIP4" "$VMAC"
	eventually 5 "$1: and reached" pings "$VIP4"
	ok "$1: over IPv6 too" answers_nd "$VIP6" "$VMAC"
}

attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt --advbase 0 \
	--advskew 5
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt --advbase 0 \
	--advskew 20
carp a attach eth1 --vhid 4 --vip 198.51.100.100/24 --advbase 0 --advskew 5 \
	>/dev/null 2>&1
well "attached"

# --- deleted ------------------------------------------------------------------
BEFORE=$(counted)
unplug
eventually 2 "deleted: init" state_is a 3 init
ok "deleted: status says why" waits_for "interface is gone"
ok "deleted: people are told" \
	grep -q "eth0 waits: interface is gone" <(carp a status)
ok "deleted: the other interface's group is held back" \
	[ "$(group a 4 .demotion)" == 1 ]
eventually 2 "deleted: the other host takes over" state_is b 3 master
eventually 2 "deleted: no pin is left" pins_are eth1
ok "deleted: metrics and counters are still there" \
	[ "$(counted)" -ge "$BEFORE" ]
refute "deleted: no other group is attached to it" \
	attach a --vhid 9 --vip 192.0.2.109/24
ok "deleted: nor half of one" \
	[ "$(carp a status -j | jq '[.groups[].vhid] | sort == [3, 4]')" == true ]
refute "deleted: it is not made master by hand" carp a state eth0 --vhid 3 master
ok "deleted: a group that waits can be changed" \
	carp a set eth0 --vhid 3 --advskew 6

hosts_plug a eth0
well "made anew"
ok "made anew: with what was set meanwhile" [ "$(group a 3 .advskew)" == 6 ]
ok "made anew: counters go on" [ "$(counted)" -ge "$BEFORE" ]
ok "made anew: the pins are back" [ -e "$HOSTS_PINS/a/eth0/carp_leases" ]

# The backup's: nothing passes it that is not a master's.
on switch ip link del dev b
wait_until 2 state_is b 3 init
hosts_plug b eth0
eventually 3 "the backup's: backup again" state_is b 3 backup
on b python3 "$HOSTS_TOP/tests/netns/inject.py" from eth0 "$VMAC" >/dev/null
guarded() { [[ $(group b 3 .counters.out_guarded) -gt 0 ]]; }
eventually 2 "the backup's: guarded again" guarded

for ((i = 1; i <= TIMES; i++)); do
	unplug
	((i % 3)) || wait_until 2 state_is a 3 init
	hosts_plug a eth0
	((i % 5)) || wait_until 4 state_is a 3 master
done
well "many times over"
ok "many times over: pins of two interfaces" pins_are "eth0 eth1"

# Made anew, but as something no group can be on, and then rightly.
unplug
on a ip tuntap add dev eth0 mode tun
eventually 3 "no Ethernet: status says so" waits_for "not an Ethernet interface"
on a ip tuntap del dev eth0 mode tun
hosts_plug a eth0
well "Ethernet again"

# --- moved --------------------------------------------------------------------
on a ip link set dev eth0 netns "$HOSTS_RUN-switch"
eventually 2 "moved away: status says so" waits_for "interface is gone"
refute "moved away: no program goes with it" has_program switch eth0
on switch ip link set dev eth0 netns "$HOSTS_RUN-a"
eventually 2 "moved back: it is down" waits_for "interface is down"
on a ip link set dev eth0 up
on a ip addr add 192.0.2.1/24 dev eth0
on a ip addr add 2001:db8::1/64 dev eth0 nodad
well "moved back"

# --- renamed ------------------------------------------------------------------
CHANGES=$(group a 3 .transitions)
on a ip link set dev eth0 name lan0
renamed() { [[ $(group a 3 .interface) == "$1" ]]; }
eventually 2 "renamed: status follows" renamed lan0
eventually 2 "renamed: the pins too" pins_are "eth1 lan0"
ok "renamed: requests by the new name" carp a set lan0 --vhid 3 --advskew 5
refute "renamed: none by the old" carp a set eth0 --vhid 3 --advskew 7
ok "renamed: nobody changed its state" [ "$(group a 3 .transitions)" == "$CHANGES" ]
on a ip link set dev lan0 down
eventually 2 "renamed while down: down" waits_for "interface is down"
on a ip link set dev lan0 name wan0
demoted_for() { [[ $(demotions) == "[\"link of $1 down\"]" ]]; }
eventually 2 "renamed while down: the ledger follows" demoted_for wan0
on a ip link set dev wan0 name eth0
on a ip link set dev eth0 up
on a ip addr replace 2001:db8::1/64 dev eth0 nodad
well "renamed back"
eventually 2 "renamed back: the pins too" pins_are "eth0 eth1"

# Another interface comes to bear the name of one that is gone.
unplug
eventually 2 "gone: status says so" waits_for "interface is gone"
on a ip link set dev eth1 down
on a ip link set dev eth1 name eth0
ok "its name is taken: requests go to the one that is there" \
	carp a set eth0 --vhid 4 --advskew 6
on a ip link set dev eth0 up
eventually 3 "its name is taken: that one works" state_is a 4 master
ok "its name is taken: and is held back still" [ "$(group a 4 .demotion)" == 1 ]
on a ip link set dev eth0 name eth1
hosts_plug a eth0
well "its name is free"

# --- anything, in any order ----------------------------------------------------
RANDOM=3
link() { on "$1" ip link set dev "${@:2}"; }
something() {
	local name
	name=$(on a ip -j link | jq -r '.[].ifname
		| select(. != "lo" and . != "eth1")')
	case $((RANDOM % 9)) in
	0) unplug && hosts_plug a eth0 ;;
	1) link a "$name" down && link a "$name" up ;;
	2) link a "$name" name "x$((RANDOM % 3))" ;;
	3) link a "$name" netns "$HOSTS_RUN-switch" name away &&
		link switch away netns "$HOSTS_RUN-a" name "$name" up ;;
	4) link a "$name" mtu $((RANDOM % 2 ? 1000 : 1500)) ;;
	5) bpftool link detach pinned "$HOSTS_PINS/a/$name/link" ;;
	6) bpftool link detach pinned "$HOSTS_PINS/a/$name/egress" ;;
	7) link switch a down && link switch a up ;;
	8) link a "$name" address "02:00:00:00:aa:0$((RANDOM % 9))" ;;
	esac
}
for ((i = 0; i < 3 * TIMES; i++)); do
	something >/dev/null 2>>"$HOSTS_DIR/errors" || true
done
# What the groups wait for, if they do, is the name they had last.
LAST=$(group a 3 .interface)
unplug
hosts_plug a eth0
if [[ $LAST != eth0 ]]; then
	on a ip link set dev eth0 name "$LAST"
	eventually 3 "anything: master as $LAST" state_is a 3 master
	on a ip link set dev "$LAST" name eth0
fi
well "anything, in any order"
eventually 2 "anything: pins of two interfaces" pins_are "eth0 eth1"

# --- detached while it is gone ------------------------------------------------
unplug
wait_until 2 waits_for "interface is gone"
ok "detached while gone" carp a detach eth0 --vhid 3
ok "detached while gone: nothing in the ledger" no_demotion
ok "detached while gone: one group is left" \
	[ "$(carp a status -j | jq '.groups | length')" == 1 ]
ok "detached while gone: no pin" pins_are eth1
hosts_plug a eth0
refute "detached while gone: it stays detached" wait_until 1 has_program a eth0
ok "and can be attached" \
	attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt \
	--advbase 0 --advskew 5
well "attached once more"
ok "all detached: eth0" carp a detach eth0
ok "all detached: eth1" carp a detach eth1
nothing_left() { ! has_program a eth0 && ! has_program a eth1 && ! pins; }
eventually 5 "all detached: nothing is left" nothing_left
