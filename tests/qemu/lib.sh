#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Common ground of the tests in this folder; sourced.  Each script is begun
# twice: on this machine it only boots a guest, in the guest it does its work,
# with the helpers of tests/netns/lib.sh.
if [[ -z ${CARP_GUEST:-} ]]; then
	exec "$(dirname "${BASH_SOURCE[0]}")/boot.sh" "tests/qemu/${0##*/}"
fi
# shellcheck source=tests/netns/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../netns/lib.sh"

# attach_on HOST NIC ARGUMENT...: with the passphrase; what it says is kept.
attach_on() {
	carp "$1" attach "$2" --pass-file "$PASS" "${@:3}" \
		>"$HOSTS_DIR/attach" 2>&1 || {
		BROKE="attach: $(cat "$HOSTS_DIR/attach")"
		return 1
	}
}

# refused HOST NIC TEXT [VHID [ARGUMENT...]]: attaching fails, and says that.
refused() {
	! carp "$1" attach "$2" --vhid "${4:-200}" "${@:5}" \
		>"$HOSTS_DIR/attach" 2>&1 || return 1
	cat "$HOSTS_DIR/attach"
	grep -qF -- "$3" "$HOSTS_DIR/attach"
}

# diagnosed HOST NIC CHECK LEVEL TEXT: the doctor has that finding.
diagnosed() {
	carp "$1" check "$2" -j --listen 0 >"$HOSTS_DIR/check" || true
	cat "$HOSTS_DIR/check"
	jq -e --arg check "$3" --arg level "$4" --arg text "$5" '
		any(.findings[]; .check == $check and .level == $level and
			(.found | contains($text)))' "$HOSTS_DIR/check"
}

# interface HOST NIC FILTER: of its status.
interface() {
	carp "$1" status -j | jq -r \
		"first(.interfaces[] | select(.interface == \"$2\")) | $3"
}

# state_on HOST NIC VHID STATE
state_on() {
	carp "$1" status "$2" -j | jq -e "any(.groups[];
		.interface == \"$2\" and .vhid == $3 and .state == \"$4\")"
}

# addresses NIC-OF-A NIC-OF-B NIC-OF-C NET: the n-th host gets
# 198.51.NET.n and 2001:db8:NET::n on it.
addresses() {
	local host index=0
	for host in a b c; do
		index=$((index + 1))
		on "$host" ip link set dev "${!index}" up
		on "$host" ip addr add "198.51.$4.$index/24" dev "${!index}"
		on "$host" ip addr add "2001:db8:$4::$index/64" \
			dev "${!index}" nodad
	done
}

# vips NET: the virtual IPs there, as arguments.
vips() { echo --vip "198.51.$1.100/24" --vip "2001:db8:$1::100/64"; }

# served WHO NIC-OF-C NET VHID: c is answered, from the virtual MAC.
served() {
	local mac
	mac=$(virtual_mac "$4")
	ok "$1: ARP gives the virtual MAC" eval "on c arping -c1 -w3 \
		-I $2 198.51.$3.100 | grep -i '\[$mac\]'"
	ok "$1: neighbour discovery, too" eval "on c ndisc6 -1 -r3 -w1000 \
		2001:db8:$3::100 $2 | grep -i 'address: $mac'"
	ok "$1: c pings both" pinged "$3"
}

pinged() {
	on c ping -n -c1 -w3 "198.51.$1.100" &&
		on c ping -n -c1 -w3 "2001:db8:$1::100"
}

# hardware HOST NIC MAC: that one of the guest's NICs.
hardware() {
	local name
	name=$(ip -j link | jq -r ".[] | select(.address == \"$3\").ifname")
	ip link set dev "$name" netns "$HOSTS_RUN-$1" name "$2"
	on "$1" ip link set dev "$2" up
}
