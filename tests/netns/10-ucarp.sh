#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The real ucarp as master and as backup; and what we send judged by tcpdump
# and by arithmetic that is not ours.
#
#   a: carp-xdp      b: ucarp          c (client)
#      |                |                 |
#   ---+----------------+-----------------+---  br0     vhid 42
source "$(dirname "$0")/lib.sh"
hosts a b c
RECORD=$HOSTS_DIR/record
GROUP=(--vhid 42 --vip "$VIP4/24" --compat ucarp)
NIC_B=02:00:00:00:00:02
VMAC=$(virtual_mac 42)

# What ucarp runs: SCRIPT INTERFACE ADDRESS.
for way in up:add down:del; do
	printf '#!/bin/sh\nip addr %s "$%d/24" dev "$%d"\n' "${way#*:}" 2 1 \
		>"$HOSTS_DIR/${way%:*}"
done
chmod +x "$HOSTS_DIR/up" "$HOSTS_DIR/down"

# start_ucarp PASS-FILE ADVSKEW [OPTION]: waits until it listens.
start_ucarp() {
	local pass=$1 advskew=$2
	shift 2
	spawn b ucarp -i eth0 -s 192.0.2.2 -v 42 -o "$pass" -a "$VIP4" -b 1 \
		-k "$advskew" -u "$HOSTS_DIR/up" -d "$HOSTS_DIR/down" -z "$@" \
		>"$HOSTS_DIR/ucarp" 2>&1
	UCARP=$SPAWNED
	wait_until 5 grep -q "state: BACKUP" "$HOSTS_DIR/ucarp"
}

stop_ucarp() {
	kill -KILL "$UCARP"
	wait_until 5 process_gone "$UCARP"
	on b ip addr del "$VIP4/24" dev eth0 2>/dev/null || true
}

ucarp_is() {
	[[ $(sed -n 's/.*Switching to state: //p' "$HOSTS_DIR/ucarp" |
		tail -n1) == "$1" ]]
}

settled() { ucarp_is "$1" && state_is a 42 "$2"; }

wire switch "$RECORD" record a b
spawn switch tcpdump -i a -p -U -w "$HOSTS_DIR/pcap" proto 112 \
	2>"$HOSTS_DIR/tcpdump"
TCPDUMP=$SPAWNED
wait_until 10 grep -q listening "$HOSTS_DIR/tcpdump"

# ucarp first: it is master, and better.
start_ucarp "$PASS" 10
eventually 10 "ucarp alone becomes master" ucarp_is MASTER
attach a "${GROUP[@]}" --advskew 200
stays 5 "carp-xdp stays its backup" settled MASTER backup
ok "it believes ucarp" [ "$(group a 42 .counters.advert_valid)" -gt 2 ]
ok "no digest is refused" [ "$(group a 42 .counters.advert_digest)" == 0 ]
ok "status names ucarp's host" \
	[ "$(group a 42 .master.address)" == 192.0.2.2 ]
ok "c reaches ucarp, unhindered by a" answers_arp "$VIP4" "$NIC_B"
stop_ucarp
eventually 10 "ucarp dies, carp-xdp takes over" state_is a 42 master
ok "c is answered by a" answers_arp "$VIP4" "$VMAC"
ok "c pings a" pings "$VIP4"

# ucarp joins as backup of a's.
start_ucarp "$PASS" 220
stays 5 "ucarp believes carp-xdp and stays backup" settled BACKUP master
crash a
eventually 12 "carp-xdp is killed, ucarp takes over" ucarp_is MASTER
ok "c reaches ucarp past a's XDP program" answers_arp "$VIP4" "$NIC_B"

# The better one preempts, in both directions.
attach a "${GROUP[@]}" --advskew 5 --preempt
eventually 8 "carp-xdp preempts ucarp" settled BACKUP master
stop_ucarp
ok "advskew is raised" carp a set eth0 --vhid 42 --advskew 200
start_ucarp "$PASS" 10 -P
eventually 8 "ucarp preempts carp-xdp" settled MASTER backup
ok "carp-xdp demoted: ucarp keeps it" carp a demote eth0 +5 --reason test
stays 2 "and the demotion is heard" settled MASTER backup
stop_ucarp
carp a demote eth0 -5 --reason test >/dev/null
eventually 10 "carp-xdp is master" state_is a 42 master
ok "bow-out: carp-xdp leaves" carp a detach eth0

# Another key: nobody believes anybody.
(umask 077 && echo "another key" >"$HOSTS_DIR/wrong")
start_ucarp "$HOSTS_DIR/wrong" 10 -P
eventually 10 "wrong key: ucarp becomes master" ucarp_is MASTER
attach a "${GROUP[@]}" --advskew 200
eventually 10 "wrong key: so does carp-xdp" state_is a 42 master
refused=$(group a 42 .counters.advert_digest)
more_refused() { [[ $(group a 42 .counters.advert_digest) -gt $refused ]]; }
eventually 5 "wrong key: refused digests are counted" more_refused
stays 3 "wrong key: neither yields" settled MASTER master
ok "wrong key: none was valid" [ "$(group a 42 .counters.advert_valid)" == 0 ]
ok "ucarp says so too" grep -qi "bad digest" "$HOSTS_DIR/ucarp"
stop_ucarp
carp a detach eth0 >/dev/null

# Both families, in front of independent judges.
DUAL=(--vhid 42 --vip "$VIP4/24" --vip "$VIP6/64" --vip 192.0.2.9/24)
dual() {
	recorded "$RECORD" '.port == "a" and .kind == "advert"' |
		tail -n +"$((sent + 1))"
}
both_families() {
	dual | jq -se 'map(.family) | index(4) and index(6) and length > 5'
}
sent=$(recorded "$RECORD" '.port == "a" and .kind == "advert"' | wc -l)
recorded "$RECORD" '.port == "a" and .kind == "advert"' >"$HOSTS_DIR/single"
ok "v4, one VIP: checksums and HMAC, by hashlib" \
	python3 "$HOSTS_TOP/scripts/wire.py" verify "$PASS" "$VIP4" \
	<"$HOSTS_DIR/single"
attach a "${DUAL[@]}" --advbase 0 --advskew 30
eventually 8 "dual stack: both families are sent" both_families
dual >"$HOSTS_DIR/dual"
ok "three VIPs of both families: checksums and HMAC" \
	python3 "$HOSTS_TOP/scripts/wire.py" verify "$PASS" \
	"$VIP4" "$VIP6" 192.0.2.9 <"$HOSTS_DIR/dual"
# tcpdump gets its frames in blocks: what it has seen so far.
dumped() {
	tcpdump -r "$HOSTS_DIR/pcap" -n -vvv -T carp 2>/dev/null \
		>"$HOSTS_DIR/dump" || true
	grep -E "$1" "$HOSTS_DIR/dump"
}
eventually 5 "tcpdump knows our IPv4 advertisements" \
	dumped "> 224.0.0.18: CARPv2-advertise 36: vhid=42"
eventually 5 "and our IPv6 ones" \
	dumped "IP6 .*> ff02::12: CARPv2-advertise 36: vhid=42"
stop "$TCPDUMP"
refute "and finds no bad checksum" dumped "bad|incorrect"
