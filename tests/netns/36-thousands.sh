#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Thousands of virtual IPs: all are attached and announced soon after a
# takeover, and meanwhile neither advertisements nor leases are late, least of
# all those of another group, which advertises every 4 ms.
#
#   a, b (vhid 3: thousands of VIPs)   b (vhid 4: one VIP, advbase 0)
#      |
#   ---+---  br0
source "$(dirname "$0")/lib.sh"
hosts a b
COUNT=${COUNT:-4000}
mapfile -t VIPS < <(for ((i = 0; i < COUNT; i++)); do
	printf -- '--vip\n10.7.%d.%d/32\n' $((i >> 8)) $((i & 255))
done)
RECORD=$HOSTS_DIR/record
GROUP=(--vhid 3 "${VIPS[@]}" --announce-refresh 3600)

attach a "${GROUP[@]}"
eventually 15 "a is master of $COUNT addresses" state_is a 3 master
attach b "${GROUP[@]}" --advskew 20
ok "b is backup" state_is b 3 backup
attach b --vhid 4 --vip "$VIP4/24" --advbase 0
eventually 5 "b is master of the fast group" state_is b 4 master
spawn_carp b monitor -j >"$HOSTS_DIR/news"
wire switch "$RECORD" record b
crash a
eventually 15 "b takes over" state_is b 3 master
announced() {
	[[ $(jq -s '[.[] | select(.kind == "arp" and .gratuitous and .op == 1
		and (.address | startswith("10.7.")))
		| .address] | unique | length' "$RECORD") == "$COUNT" ]]
}
eventually 15 "every address is announced" announced
# Until the repeats are over.
sleep 10
stop "$SPAWNED"
read -r first_us all_us worst_ms < <(jq -rs '
	map(select(.kind == "advert" and .vhid == 3)) as $adverts
	| ($adverts | first.t) as $begin
	| (map(select(.kind == "arp" and .op == 1
		and (.address | startswith("10.7.")))) | group_by(.address)
		| map(first.t)) as $heard
	| ([$adverts | .[1:], .[:-1]] | transpose | map(.[0].t - .[1].t) | max)
		as $gap
	| [(($heard | min) - $begin) / 1000, (($heard | max) - $begin) / 1000,
		$gap / 1000000] | map(round) | join(" ")' "$RECORD")
note "first address after $first_us us, last after $((all_us / 1000)) ms," \
	"longest gap between advertisements $worst_ms ms (interval 1078)"
ok "the last within two seconds" [ "$all_us" -lt 2000000 ]
longest=$(jq -s 'map(select(.kind == "advert" and .vhid == 4).t)
	| [.[1:], .[:-1]] | transpose | map(.[0] - .[1]) | max / 1e6 | round' \
	"$RECORD")
note "longest gap of the fast group: $longest ms (interval 4, lease 11)"
# A busy machine may do that much; all addresses at once took seconds.
ok "the fast group is not held up" [ "$longest" -lt 500 ]
ok "its role is untouched" [ "$(group b 4 .transitions)" == 2 ]
ok "all addresses are on the interface" \
	[ "$(group b 3 .addresses_attached)" == true ]
ok "no advertisement was late" [ "$worst_ms" -lt 1250 ]
ok "b never left its role" [ "$(group b 3 .transitions)" == 2 ]
late() {
	group b 3 .counters.arp_lease_dead
}
ok "its lease never ran out" [ "$(late)" == 0 ]
ok "a handover takes them all away" carp b state eth0 --vhid 3 backup
gone() { [[ $(on b ip -4 -o addr show dev eth0 | grep -c 'inet 10\.7\.') == 0 ]]; }
eventually 10 "soon, if not at once" gone
told() {
	jq -e 'select(.event == "state" and .to == "backup")' "$HOSTS_DIR/news"
}
ok "the monitor tells of it" wait_until 2 told
refute "and of no lost address" grep -m1 '"event":"address"' "$HOSTS_DIR/news"
