#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Demotion moves the master at once and its end brings it back; by interface,
# by name, for the whole host, and by links that flap.
#
#   a (preferred)   b (advskew 50)
#      |  |             |
#   ---+--|-------------+---  br0     vhid 3
#   ------+-----------------  br1     vhid 4
source "$(dirname "$0")/lib.sh"
hosts a b
hosts_plug a eth1 br1
GROUP=(--vhid 3 --vip "$VIP4/24" --preempt)

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 50
eventually 8 "a is master" state_is a 3 master
eventually 2 "b is backup" state_is b 3 backup

ok "a is demoted" carp a demote eth0 +10 --reason "disk is slow"
eventually 2 "b takes over at once" state_is b 3 master
eventually 2 "a yields" state_is a 3 backup
ok "status shows the demotion" [ "$(group a 3 .demotion)" == 10 ]
stays 4 "a stays backup, past the dead time" state_is a 3 backup

ok "a second reason adds up" carp a demote --all +5 --reason "maintenance"
ok "status shows the sum" [ "$(group a 3 .demotion)" == 15 ]
ok "the second ends" carp a demote --all -5 --reason "maintenance"
ok "the first ends" carp a demote eth0 -10 --reason "disk is slow"
ok "no demotion is left" [ "$(group a 3 .demotion)" == 0 ]
eventually 3 "a is master again" state_is a 3 master
eventually 2 "b yields" state_is b 3 backup

# Both demoted alike: the better host keeps it.
ok "both are demoted: b" carp b demote eth0 +10 --reason test
ok "both are demoted: a" carp a demote eth0 +10 --reason test
stays 4 "equal demotion moves nobody" sole_master 3 a b
ok "a is the master" state_is a 3 master
ok "b, not any more" carp b demote eth0 -10 --reason test
ok "a, not any more" carp a demote eth0 -10 --reason test

# By name, over two interfaces; who and why.
carp a attach eth1 --vhid 4 --vip 198.51.100.1/24 --group web --group dmz \
	--pass-file "$PASS" >/dev/null
ok "vhid 3 gets a name" carp a set eth0 --vhid 3 --group web
demotions() {
	[[ $(group a 3 .demotion) == "$1" && $(group a 4 .demotion) == "$2" ]]
}
entries() { carp a status -j | jq -e ".demotions | $1"; }
ok "web is demoted" carp a demote --group web +7 --reason "deploy"
ok "both groups of that name are" demotions 7 7
ok "dmz is demoted" carp a demote --group dmz +1 --reason "leaving"
ok "only vhid 4 is" demotions 7 8
ok "carp is demoted" carp a demote --group carp +20 --reason "boot"
ok "and so is everybody" demotions 27 28
ok "status -j says where, why and who" entries \
	'any(.group == "web" and .interface == null and (.all | not)
		and .amount == 7 and .reason == "deploy"
		and (.automatic | not) and (.by | test("^uid 0, pid ")))'
ok "status says it to people" grep -q \
	'group web +7 for .*s: deploy (uid 0, pid ' <(carp a status)
refute "a name nobody bears is refused" \
	carp a demote --group wob +7 --reason "deploy"
refute "a place is either a name or an interface" \
	carp a demote eth0 --group web +7 --reason "deploy"
ok "vhid 3 gives its name up" carp a set eth0 --vhid 3 --no-group
ok "and what goes with it" demotions 20 28
ok "set changes nothing else" carp a set eth1 --vhid 4 --advskew 9
ok "demotion is as it was" demotions 20 28
ok "vhid 4 leaves" carp a detach eth1
ok "what nobody bears can be taken back" \
	carp a demote --group web -7 --reason "deployed"
ok "so can the other" carp a demote --group dmz -1 --reason "left"
ok "and the last" carp a demote --group carp -20 --reason "booted"
ok "no entry is left" entries "length == 0"
refute "then the name is unknown" \
	carp a demote --group web -7 --reason "deployed"

# Links that flap on both interfaces while operators come and go.
carp a attach eth1 --vhid 4 --vip 198.51.100.1/24 --group web \
	--pass-file "$PASS" >/dev/null
RANDOM=9
declare -A carrier=([a]=up [a-eth1]=up)
operators=()
flaps=0
for _ in {1..60}; do
	case $((RANDOM % 4)) in
	0 | 1)
		port=$( ((RANDOM % 2)) && echo a || echo a-eth1)
		if [[ ${carrier[$port]} == up ]]; then
			carrier[$port]=down
		else
			carrier[$port]=up
		fi
		on switch ip link set dev "$port" "${carrier[$port]}"
		flaps=$((flaps + 1))
		;;
	2)
		case $((RANDOM % 3)) in
		0) place=(eth0) ;;
		1) place=(--group web) ;;
		2) place=(--all) ;;
		esac
		amount=$((RANDOM % 255 + 1))
		carp a demote "${place[@]}" "+$amount" \
			--reason "reason $((RANDOM % 3))" >/dev/null
		operators+=("${place[*]} -$amount")
		;;
	3)
		((${#operators[@]})) || continue
		read -ra debt <<<"${operators[-1]}"
		unset "operators[-1]"
		carp a demote "${debt[@]}" --reason "and back" >/dev/null
		;;
	esac
done
for port in a a-eth1; do
	on switch ip link set dev "$port" up
done
for debt in "${operators[@]}"; do
	read -ra words <<<"$debt"
	carp a demote "${words[@]}" --reason "all well" >/dev/null
done
eventually 5 "after $flaps flaps no entry is left" entries "length == 0"
ok "and no demotion" demotions 0 0
eventually 8 "vhid 4, alone, is master" state_is a 4 master
eventually 8 "vhid 3 has one master" sole_master 3 a b
eventually 8 "and it is a" state_is a 3 master

# One leg down: the other steps back with it, and comes back with it.
on switch ip link set dev a-eth1 down
eventually 2 "eth1 loses its link, b takes vhid 3 over" state_is b 3 master
ok "status says why" entries 'any(.reason == "link of eth1 down"
	and .automatic and .all)'
on switch ip link set dev a-eth1 up
eventually 5 "eth1 is back, so is a" state_is a 3 master
ok "nothing of it is left" entries "length == 0"
