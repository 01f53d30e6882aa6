#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Groups that name their peers: a stranger with the right passphrase is not
# heard, a changed list leaves no gap, and peers may be behind a router.
#
#   a        b        c (stranger)     r === d (behind the router)
#   |        |        |                |
#   +--------+--------+----------------+  br0    vhid 4: a b c   vhid 5: a d
source "$(dirname "$0")/lib.sh"
hosts a b c r d
counter() { group "$1" "$2" ".counters.$3"; }
at_least() { [[ $(counter "$1" "$2" "$3") -ge $4 ]]; }

# A stranger, preferred and with the passphrase.
GROUP=(--vhid 4 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
B=(--peer 192.0.2.2 --peer 2001:db8::2)
attach a "${GROUP[@]}" "${B[@]}" --advskew 20
attach b "${GROUP[@]}" --peer 192.0.2.1 --peer 2001:db8::1 --advskew 50
eventually 8 "a becomes master" state_is a 4 master
ok "b is backup" state_is b 4 backup
attach c "${GROUP[@]}"
eventually 8 "the stranger is master of nobody but itself" state_is c 4 master
eventually 5 "a counts it, in both families" at_least a 4 advert_stranger 4
eventually 5 "and so does b" at_least b 4 advert_stranger 4
stays 2 "and neither heeds it" sole_master 4 a b
ok "its advertisements come from the multicast group's side" \
	[ "$(counter a 4 advert_valid)" == 0 ]
ok "a hears all senders again" carp a set eth0 --vhid 4 --multicast
eventually 5 "and yields to the faster one" state_is a 4 backup
ok "status names no peer" [ "$(group a 4 '.peers | length')" == 0 ]
carp c detach eth0

# A list that changes while advertisements come in every 4 ms.
carp a detach eth0
carp b detach eth0
attach b "${GROUP[@]}" --peer 192.0.2.1 --peer 2001:db8::1 --advbase 0
attach a "${GROUP[@]}" "${B[@]}" --advbase 0 --advskew 100
eventually 8 "b is master" state_is b 4 master
ok "a is its backup" state_is a 4 backup
before=$(group a 4 .transitions)
for _ in {1..10}; do
	carp a set eth0 --vhid 4 --peer 192.0.2.9 "${B[@]}" >/dev/null
	carp a set eth0 --vhid 4 "${B[@]}" >/dev/null
	carp a set eth0 --vhid 4 --multicast >/dev/null
	carp a set eth0 --vhid 4 "${B[@]}" >/dev/null
done
ok "no advertisement was refused" [ "$(counter a 4 advert_stranger)" == 0 ]
ok "and nothing moved" [ "$(group a 4 .transitions)" == "$before" ]
ok "the map has the two peers" [ "$(bpftool -j map dump pinned \
	"$HOSTS_PINS/a/eth0/carp_peers" | jq length)" == 2 ]
carp a detach eth0
carp b detach eth0

# Behind a router.
hosts_plug r eth1 br1
on switch ip link set dev d master br1
on r ip addr add 198.51.100.4/24 dev eth1
on r ip addr add 2001:db8:1::4/64 dev eth1 nodad
on r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
on d ip addr flush dev eth0 scope global
on d ip addr add 198.51.100.5/24 dev eth0
on d ip addr add 2001:db8:1::5/64 dev eth0 nodad
on d ip route add default via 198.51.100.4
on d ip -6 route add default via 2001:db8:1::4
on a ip route add 198.51.100.0/24 via 192.0.2.4
on a ip -6 route add 2001:db8:1::/64 via 2001:db8::4
FAR=(--vhid 5 --vip 203.0.113.7/32 --vip 2001:db8:7::7/128 --preempt)
D=(--peer 198.51.100.5 --peer 2001:db8:1::5)
attach a "${FAR[@]}" "${D[@]}"
attach d "${FAR[@]}" --peer 192.0.2.1 --peer 2001:db8::1 --advskew 20
eventually 8 "what has crossed the router is refused" at_least d 5 advert_ttl 2
eventually 8 "so both are master" state_is d 5 master
ok "one router may be between" \
	carp a set eth0 --vhid 5 --peer-ttl-min 254
ok "for both" carp d set eth0 --vhid 5 --peer-ttl-min 254
eventually 5 "the preferred host is the only master" sole_master 5 a d
ok "and it is a" state_is a 5 master
stays 4 "for longer than the dead time" sole_master 5 a d
ok "d has heard a in both families" at_least d 5 advert_unicast 4
ok "status tells the TTL" [ "$(group d 5 .peer_ttl_min)" == 254 ]

RECORD=$HOSTS_DIR/record
wire switch "$RECORD" record a
sent6() {
	any_recorded "$RECORD" '.kind == "advert" and .family == 6' &&
		any_recorded "$RECORD" '.kind == "advert" and .family == 4'
}
wait_until 5 sent6
stop "$SPAWNED"
ok "frames go to the router's MAC" \
	fails any_recorded "$RECORD" \
	'.kind == "advert" and .eth_target != "02:00:00:00:00:04"'
ok "from an address that crosses it" \
	fails any_recorded "$RECORD" '.kind == "advert" and .family == 6
	and .source != "2001:db8::1"'
crash a
eventually 8 "d takes over" state_is d 5 master

# The router's MAC changes, with word of it and without.
attach a "${FAR[@]}" "${D[@]}" --peer-ttl-min 254
eventually 8 "a has its role back" sole_master 5 a d
on r sysctl -qw net.ipv4.conf.eth0.arp_notify=1 net.ipv6.conf.eth0.ndisc_notify=1
on r ip link set dev eth0 address 02:00:00:00:00:44
stays 5 "the router's new MAC is learned in time" sole_master 5 a d
on r sysctl -qw net.ipv4.conf.eth0.arp_notify=0 net.ipv6.conf.eth0.ndisc_notify=0
on r ip link set dev eth0 address 02:00:00:00:00:45
RECORD=$HOSTS_DIR/silent
wire switch "$RECORD" record a
eventually 20 "and found out if nobody tells" any_recorded "$RECORD" \
	'.kind == "advert" and .eth_target == "02:00:00:00:00:45"'
stop "$SPAWNED"
eventually 5 "one master in the end" sole_master 5 a d

# What means nothing is refused.
CODE=0
carp a set eth0 --vhid 5 --multicast --peer-ttl-min 200 \
	2>"$HOSTS_DIR/error" || CODE=$?
ok "a TTL without peers: exit status 3" [ "$CODE" == 3 ]
ok "a TTL without peers: names both" grep -q "peer_ttl_min 200.*peer" \
	"$HOSTS_DIR/error"
ok "peers go, and with them their TTL" carp a set eth0 --vhid 5 --multicast
ok "255 holds again" [ "$(group a 5 .peer_ttl_min)" == 255 ]
