#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A cluster as its operator sees it: attached, shown, changed and refused as a
# whole, beside a group of its own on the same interface.
#
#   a: nodes 5, 6, 40 and vhid 9    b: the same, behind    c: 64 clients
#      |                               |                      |
#   ---+-------------------------------+----------------------+---  br0
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/share.sh"
hosts a b c
share_open c a b
share_wire ip
A=02:00:00:00:00:01 B=02:00:00:00:00:02
ALONE=192.0.2.200

# says WORDS: the last error has them; refused CODE WORDS VERB...
refused() {
	local code=$1 words=$2 got=0
	shift 2
	carp a "$@" >"$HOSTS_DIR/out" 2>&1 || got=$?
	cat "$HOSTS_DIR/out"
	[[ $got == "$code" ]] && grep -qF -- "$words" "$HOSTS_DIR/out" &&
		[[ $(wc -l <"$HOSTS_DIR/out") == 1 ]]
}
shows() { carp a status -j | jq -e "$1"; }

attach a --nodes 40:20,5:0,6:10 "${SHARED[@]}"
ok "attach says what it did" grep -qx \
	"eth0 nodes 40:20,5:0,6:10: attached, skb mode.*, 2 addresses.*" \
	"$HOSTS_DIR/attach"
attach a --vhid 9 --vip "$ALONE/24"
attach b --nodes 5:100,6:100,40:100 "${SHARED[@]}"
all_master() { state_is a 5 master && state_is a 6 master &&
	state_is a 40 master && state_is a 9 master; }
eventually 10 "a is master of all three nodes" all_master

ok "status -j shows the cluster" shows '
	[.groups[] | select(.vhid != 9)] | length == 3 and all(
		.balancing == "ip" and .virtual_mac == "01:00:5e:00:01:05"
		and .cluster.leader == 5 and .cluster.serving == 3
		and [.cluster.nodes[].vhid] == [5, 6, 40]
		and [.cluster.nodes[].advskew] == [0, 10, 20]
		and all(.cluster.nodes[]; .state == "master" and .serving))'
ok "and a group of its own as ever" shows '
	.groups[] | select(.vhid == 9) | .balancing == "none"
		and .cluster == null and .virtual_mac == "00:00:5e:00:01:09"'
carp a status >"$HOSTS_DIR/status"
ok "status tells people" grep -qx \
	"balancing: eth0 vhid 5, ip: this host serves 3 of 3 nodes" \
	"$HOSTS_DIR/status"
carp a status -v >"$HOSTS_DIR/status"
ok "status -v tells all" grep -q \
	"balancing .*ip, node 5:0 master, 6:10 master, 40:20 master" \
	"$HOSTS_DIR/status"

# Asked again it is what it is; one node is nobody's to change alone.
attach a --nodes 5:0,6:10,40:20 "${SHARED[@]}"
ok "attaching again changes nothing" all_master
ok "other nodes are refused" refused 3 "other nodes" attach eth0 \
	--nodes 5:0,6:10 "${SHARED[@]}"
ok "another balancing is refused" refused 3 "another balancing" attach eth0 \
	--nodes 5:0,6:10,40:20 --balancing ip-stealth "${SHARED[@]}"
ok "a vhid in use is refused" refused 3 "vhid 9: attached already" attach \
	eth0 --nodes 1:0,9:0 --vip 192.0.2.201
ok "its VIPs are no other group's" refused 3 "already in vhid 5" attach eth0 \
	--vhid 1 --vip "$VIP4"
ok "nor a second cluster's" refused 3 "already in vhid 5" attach eth0 \
	--nodes 1:0,2:0 --vip "$VIP6"
ok "a node is not set alone" refused 3 "node of the cluster of vhid 5" set \
	eth0 --vhid 6 --advbase 2
ok "a node is not attached alone" refused 3 "node of the cluster of vhid 5" \
	attach eth0 --vhid 40 --vip 192.0.2.201
ok "a node is not detached alone" refused 3 "node of the cluster of vhid 5" \
	detach eth0 --vhid 6
ok "the leader has no advskew for all" refused 3 "an advskew of its own" set \
	eth0 --vhid 5 --advskew 3
ok "a group leads no cluster" refused 3 "leads no cluster" set eth0 --vhid 9 \
	--nodes 9:0,10:0
ok "no rules but OpenBSD's" refused 3 "wanted is compat openbsd" set eth0 \
	--vhid 5 --compat freebsd
ok "a cluster does not observe" refused 3 "wanted is to take part" set eth0 \
	--vhid 5 --observe
ok "none of that changed anything" all_master

# Changes of the whole: preference of each node, then the addresses.
ok "set changes each node's advskew" carp a set eth0 --vhid 5 \
	--nodes 5:0,6:200,40:20
handed() { state_is b 6 master && state_is a 6 backup &&
	state_is a 5 master && state_is a 40 master; }
eventually 5 "b takes the node it is preferred of now" handed
ok "status follows" shows '.groups[] | select(.vhid == 5)
	| .cluster.serving == 2 and .cluster.nodes[1] ==
		{"vhid": 6, "advskew": 200, "state": "backup", "serving": false}'
ok "the shares follow" share_asked "$VIP4" "$A,$B,$A"
for host in a b; do
	carp "$host" set eth0 --vhid 5 --vip "$VIP4/24" --vip 192.0.2.101/24 \
		--grace 30 >/dev/null
done
ok "a new address is on both hosts" has_address a 192.0.2.101
ok "on the other too" has_address b 192.0.2.101
refute "an old one is gone" has_address a "$VIP6"
ok "and shared at once" share_asked 192.0.2.101 "$A,$B,$A"
ok "nobody lost a node over it" handed
ok "another's removal is undone" on a ip addr del "$VIP4/24" dev eth0
eventually 3 "the address is back" has_address a "$VIP4"

# A client that learned the NIC's MAC gets no service behind the share's back.
declined() { [[ $(group a 6 .counters.share_elsewhere) -gt $1 ]]; }
before=$(group a 6 .counters.share_elsewhere)
on c ip neigh replace "$VIP4" lladdr "$A" dev eth0 nud permanent
refute "a flow of b's node is not a's, whatever the MAC" \
	on c ping -c1 -W1 -I 192.0.2.129 "$VIP4"
ok "that is counted for the node" declined "$before"
ok "a flow of a's own node is" on c ping -c1 -W1 -I 192.0.2.128 "$VIP4"
on c ip neigh del "$VIP4" dev eth0
ok "a group of its own answers all" on c ping -c1 -W1 -I 192.0.2.129 "$ALONE"

# One host serves nothing: its kernel has no address and its program no say.
carp a state eth0 --vhid 5 backup >/dev/null
served_by_b() { state_is b 5 master && state_is b 6 master &&
	state_is b 40 master; }
eventually 3 "the leader's name hands all nodes over" served_by_b
carp a maintenance on >/dev/null
stays 1 "in maintenance they stay away" served_by_b
ok "the other group is untouched" state_is a 9 master
carp a maintenance off >/dev/null
carp a state eth0 --vhid 5 master >/dev/null
eventually 5 "it takes back those it is preferred of" handed

ok "the cluster goes as a whole" carp a detach eth0 --vhid 5
ok "its nodes are gone" shows '[.groups[].vhid] == [9]'
refute "and its addresses" has_address a "$VIP4"
ok "the group of its own stays" state_is a 9 master
eventually 1 "b serves all" served_by_b
ok "every request is b's" share_asked "$VIP4" "$B,$B,$B"
