#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The verbs of a running controller: monitor, state, set, status --quiet; many
# groups, and two interfaces in one controller.
#
#   a (eth0, eth1)      b (eth0, eth1)
#      |     |             |     |
#   ---+-----|-------------+-----|---  br0    vhid 3, then 101 to 150
#   ---------+-------------------+---  br1    vhid 5
source "$(dirname "$0")/lib.sh"
hosts a b
hosts_plug a eth1 br1
hosts_plug b eth1 br1
GROUP=(--vhid 3 --vip "$VIP4/24")
exits() {
	local code=0
	"${@:2}" >/dev/null 2>&1 || code=$?
	[[ $code == "$1" ]] || fails echo "exit status $code"
}

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 50
spawn_carp b monitor -j >"$HOSTS_DIR/monitor" 2>/dev/null
spawn_carp b monitor >"$HOSTS_DIR/monitor.text" 2>/dev/null
eventually 8 "a is master" state_is a 3 master
ok "status --quiet on the master: 0" exits 0 carp a status --quiet
ok "status --quiet on the backup: 5" exits 5 carp b status --quiet
ok "status is a table with the group" \
	eval "carp a status | grep -E 'eth0 .*master'"
ok "status of one interface" \
	[ "$(carp a status eth0 -j | jq '.groups | length')" == 1 ]
ok "status -j has a version" [ "$(carp a status -j | jq .version)" == 1 ]
ok "and the interface's mode" \
	[ "$(carp a status -j | jq -r '.interfaces[0].xdp_mode')" == skb ]
lease() { group a 3 .lease_remaining_us; }
ok "the master's lease runs" [ "$(lease)" -gt 0 ]
ok "and ends before three seconds" [ "$(lease)" -lt 3000000 ]

ok "state backup: a hands over" carp a state eth0 --vhid 3 backup
eventually 8 "b is master" state_is b 3 master
ok "state master: a takes it" carp a state eth0 --vhid 3 master
eventually 5 "a is master" state_is a 3 master
eventually 3 "b yields" state_is b 3 backup

ok "set advskew" carp a set eth0 --vhid 3 --advskew 20
ok "status shows it" [ "$(group a 3 .advskew)" == 20 ]
ok "set an unknown group is refused" exits 1 carp a set eth0 --vhid 9 --advskew 1
ok "set --vip on a" carp a set eth0 --vhid 3 --vip "$VIP4/24" --vip 192.0.2.101/24
ok "set --vip on b" carp b set eth0 --vhid 3 --vip "$VIP4/24" --vip 192.0.2.101/24
eventually 5 "the new VIP is on the master" has_address a 192.0.2.101
stays 4 "a change of VIPs, one host after the other, splits nobody" \
	sole_master 3 a b
ok "set takes one away on a" carp a set eth0 --vhid 3 --vip "$VIP4/24"
ok "and on b" carp b set eth0 --vhid 3 --vip "$VIP4/24"
eventually 3 "it is gone" fails has_address a 192.0.2.101

crash a
eventually 8 "b takes over" state_is b 3 master
streamed() { any_recorded "$HOSTS_DIR/monitor" "$1"; }
eventually 3 "monitor -j tells b's way to master" streamed \
	'.vhid == 3 and .to == "master"'
ok "from backup" streamed '.from == "backup" and .to == "master"'
ok "and back, when a came" streamed '.from == "master" and .to == "backup"'
ok "every change has a reason" [ "$(jq -s 'map(select(.to)) |
	length > 2 and all(.reason | type == "string" and length > 0)' \
	"$HOSTS_DIR/monitor")" == true ]
ok "monitor for people tells it too" \
	grep -qE 'eth0.*master' "$HOSTS_DIR/monitor.text"
carp b detach eth0 >/dev/null
attach a --vhid 3 --vip "$VIP4/24" --advbase 0 --advskew 5

# Two interfaces, one controller.
eth1_is_served() { state_is a 5 master && state_is b 5 backup; }
ok "a second interface joins" carp a attach eth1 --vhid 5 --vip 198.51.100.1/24 \
	--pass-file "$PASS" --advbase 0 --advskew 20 --preempt
carp b attach eth1 --vhid 5 --vip 198.51.100.1/24 --pass-file "$PASS" \
	--advbase 0 --advskew 60 --preempt >/dev/null
eventually 5 "eth1: a is master, b backup" eth1_is_served
ok "one controller has both" \
	[ "$(carp a status -j | jq '.interfaces | length')" == 2 ]
ok "a group is detached by interface" carp a detach eth0
eventually 5 "the other interface is served on" eth1_is_served

# Fifty groups on one interface.
many() {
	local host=$1 advskew=$2 n
	for n in {101..150}; do
		attach "$host" --vhid "$n" --vip "192.0.2.$n/24" \
			--advskew "$advskew" --preempt
	done
}
all_are() {
	[[ $(carp "$1" status eth0 -j | jq --arg state "$2" \
		'.groups | map(select(.state == $state)) | length') == 50 ]]
}
many a 0
many b 100
eventually 10 "fifty groups: a is master of all" all_are a master
eventually 3 "fifty groups: b is backup of all" all_are b backup
crash a
eventually 8 "fifty groups: b takes over all" all_are b master
