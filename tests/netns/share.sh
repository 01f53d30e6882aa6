# shellcheck shell=bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Clients and servers for the tests of balancing; sourced behind lib.sh.

SHARE=$HOSTS_TOP/tests/netns/share.py
SHARE_PORT=7000
SHARE_CLIENTS=64
CLIENTS4=192.0.2.128/26
CLIENTS6=2001:db8::c000/122
# shellcheck disable=SC2034 # for the tests
SHARED=(--vip "$VIP4/24" --vip "$VIP6/64" --preempt)

# share_open CLIENT HOST...: the client's addresses, the hosts' servers.
share_open() {
	local client=$1 host i
	shift
	for ((i = 0; i < SHARE_CLIENTS; i++)); do
		echo "addr add 192.0.2.$((128 + i))/24 dev eth0"
		printf 'addr add 2001:db8::c0%02x/64 dev eth0 nodad\n' "$i"
	done | on "$client" ip -batch -
	for host in "$@"; do
		share_serve "$host"
	done
}

share_serve() {
	spawn "$1" python3 "$SHARE" serve "$SHARE_PORT"
	wait_until 10 share_listens "$1"
}
share_listens() { [[ $(on "$1" ss -Htln "sport = :$SHARE_PORT") ]]; }

# share_wire MODE: what that mode asks of a network.  With ip-unicast a hub.
share_wire() {
	local ageing=300
	[[ $1 != ip-unicast ]] || ageing=0
	on switch ip link set br0 type bridge mcast_snooping 0 \
		ageing_time $((ageing * 100))
}

# share_asked VIP MAC,MAC...: each client is answered once by the right host.
share_asked() {
	local network=$CLIENTS4
	[[ $1 != *:* ]] || network=$CLIENTS6
	on c python3 "$SHARE" ask eth0 "$1" "$SHARE_PORT" "$2" "$network" \
		"$SHARE_CLIENTS"
}
