#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Somebody else has our address: a foreign host that claims it, and a second
# master beyond a cut in the network.  Who it was is shown, neighbours are set
# right, and two hosts never storm.
#
#   a (preferred)  c (client)        b, d (foreign)
#      |              |                 |
#   ---+--------------+--- br0 === br1 -+---      vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b c d
VMAC=$(virtual_mac 3)
LIAR=02:00:00:00:00:04
RECORD=$HOSTS_DIR/record
INJECT=$HOSTS_TOP/tests/netns/inject.py
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
counter() { group "$1" 3 ".counters.$2"; }

# The two halves, joined by a cable that can be pulled without anybody's
# carrier being lost.
on switch ip link add name br1 up type bridge forward_delay 0
on switch ip link add name left type veth peer name right
on switch ip link set dev left master br0 up
on switch ip link set dev right master br1 up
on switch ip link set dev b master br1
cut() { on switch ip link set dev left nomaster; }
heal() { on switch ip link set dev left master br0; }

neighbour() { on c ip neigh show "$1" dev eth0 | grep -qi "$2"; }
# The port of br0 behind which the virtual MAC is.
port() { on switch bridge fdb show br br0 | awk -v m="$VMAC" '$1 == m {print $3; exit}'; }
port_is() { [[ $(port) == "$1" ]]; }

attach a "${GROUP[@]}"
eventually 8 "a is master" state_is a 3 master

# A foreign host claims the address, once.
ok "no conflict yet" [ "$(group a 3 .conflict)" == null ]
on c ip neigh replace "$VIP4" lladdr "$VMAC" dev eth0 nud reachable
wire switch "$RECORD" record a d
spawn_carp a monitor -j >"$HOSTS_DIR/monitor"
MONITOR=$SPAWNED
sleep 1.5 # c does not heed an ARP within a second of the last (locktime)
on d python3 "$INJECT" from eth0 "$LIAR" >/dev/null
eventually 2 "a answers the claim" any_recorded "$RECORD" \
	".port == \"a\" and .gratuitous and .mac == \"$VMAC\""
conflict() { group a 3 ".conflict.$1"; }
eventually 2 "status shows the foreign MAC" test "$(conflict mac)" == "$LIAR"
ok "and the address" [ "$(conflict address)" == "$VIP4" ]
ok "and that it was claimed" [ "$(conflict kind)" == claim ]
ok "people see it" grep -q "last conflict.*$LIAR" <(carp a status -v)
told() { jq -e 'select(.event == "warning" and .kind == "claim")' \
	"$HOSTS_DIR/monitor"; }
eventually 2 "the monitor told it" told
answered=$(jq -rs "(map(select(.port == \"d\" and .kind == \"arp\")) | first.t)
	as \$claim | (map(select(.port == \"a\" and .gratuitous and
	.t > \$claim)) | first.t - \$claim) / 1000 | if . < 0 then 0 else round end" "$RECORD")
note "answered after $answered us"
ok "within 100 ms" [ "$answered" -lt 100000 ]
stop "$SPAWNED" || true
stop "$MONITOR"

# And goes on, a thousand times a second.
claims=$(counter a arp_claim)
RECORD=$HOSTS_DIR/flood
wire switch "$RECORD" record a
for _ in 1 2 3; do
	on d python3 "$INJECT" from eth0 "$LIAR" 1000 >/dev/null
	sleep 1
done
ok "each claim is counted" \
	[ "$(counter a arp_claim)" -ge "$((claims + 3000))" ]
bursts=$(recorded "$RECORD" ".gratuitous and .op == 1 and
	.mac == \"$VMAC\"" | wc -l)
note "$bursts answers to 3000 claims"
ok "answers stay few" [ "$bursts" -le 8 ]
adverts=$(recorded "$RECORD" '.kind == "advert" and .family == 4' | wc -l)
ok "advertisements kept coming" [ "$adverts" -ge 3 ]
ok "a is still master" state_is a 3 master
curl_metrics() { carp a status -j | jq '.groups[0].conflict.count'; }
ok "the count is exact" [ "$(curl_metrics)" == "$(counter a arp_claim)" ]
stop "$SPAWNED"

# Two masters, one on each side of a cut, again and again.
attach b "${GROUP[@]}" --advskew 50
eventually 8 "b is backup" state_is b 3 backup
worst=0
for round in 1 2 3 4; do
	cut
	on switch ip link set dev c master br1
	eventually 8 "round $round: b is master beyond the cut" \
		state_is b 3 master
	ok "round $round: so is a" state_is a 3 master
	ok "round $round: the client reaches b" pings "$VIP4"
	# The client moves over with the cable; its switch has b's place.
	on switch ip link set dev c master br0
	on switch bridge fdb replace "$VMAC" dev left master dynamic \
		2>/dev/null || true
	RECORD=$HOSTS_DIR/heal$round
	wire switch "$RECORD" record a b
	heal
	begin=${EPOCHREALTIME/[.,]/}
	eventually 3 "round $round: one master again" state_is b 3 backup
	ok "round $round: it is a" state_is a 3 master
	eventually 3 "round $round: the switch points to a" port_is a
	ok "round $round: the client reaches a" pings "$VIP4"
	ok "round $round: and its IPv6 address" pings "$VIP6"
	stop "$SPAWNED"
	# On the wire: a busy machine is slow to ask for states.
	took=$(jq -s "map(select(.kind == \"advert\" and .port == \"b\").t)
		| ((max // 0) / 1000 - $begin) | if . < 0 then 0 else round end" "$RECORD")
	((took > worst)) && worst=$took
	note "round $round: $((took / 1000)) ms"
done
note "worst: $((worst / 1000)) ms from the cable to the last word of the other (interval 1000)"
ok "within b's advertisement interval and a margin" [ "$worst" -lt 1600000 ]
