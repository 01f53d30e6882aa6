#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Attach and detach, again and again: a host is afterwards as it was before.
#
#   a
#   |
#   +---  br0     vhid 1 to 10
source "$(dirname "$0")/lib.sh"
hosts a
on a ip addr add "$VIP6/64" dev eth0 nodad

# Everything carp-xdp may touch on a host.
picture() {
	on a ip -d link show dev eth0 | sed 's/ numtxqueues.*//'
	on a ip addr show
	on a ip maddr show dev eth0
	find "$HOSTS_PINS/a" 2>/dev/null || true
	pgrep -f "$HOSTS_DIR/a.sock" || true
	on a ss -xlH || true
	on a ss -0H || true
}
untouched() { diff <(picture) "$HOSTS_DIR/before"; }
# The programs on a's interface, and their maps: "prog ID", "map ID".
in_kernel() {
	local id
	for id in $(on a bpftool -j net show dev eth0 |
		jq '[.. | .id? // empty] | unique[]'); do
		echo "prog $id"
		bpftool -j prog show id "$id" |
			jq -r '.map_ids[]? | "map \(.)"'
	done
}
all_gone() {
	local kind id
	while read -r kind id; do
		fails bpftool "$kind" show id "$id" || return 1
	done < <(sort -u "$HOSTS_DIR/seen")
}

picture >"$HOSTS_DIR/before"
fine=0
for vhid in {1..10}; do
	attach a --vhid "$vhid" --vip "$VIP4/24" --vip 2001:db8::200/64 \
		--advbase 0 --advskew 5
	wait_until 5 state_is a "$vhid" master
	[[ -e $HOSTS_PINS/a/eth0/carp_vhids ]] && fails untouched >/dev/null
	in_kernel >>"$HOSTS_DIR/seen"
	carp a detach eth0 --vhid "$vhid" >>"$HOSTS_DIR/errors" 2>&1
	wait_until 5 untouched >"$HOSTS_DIR/diff" && fine=$((fine + 1))
done
ok "ten groups come and go" [ "$fine" == 10 ]
ok "nothing is left on the host" untouched
ok "programs and maps were seen" grep -c "map" "$HOSTS_DIR/seen"
eventually 5 "none of them is left in the kernel" all_gone

# An address that was there before is the administrator's, VIP or not.
attach a --vhid 1 --vip "$VIP6/64" --advbase 0 --advskew 5
wait_until 5 state_is a 1 master
ok "a VIP the administrator gave already is fine" has_address a "$VIP6"
ok "detach all" carp a detach eth0
eventually 5 "it is left to him" untouched

# Idempotence: the same verb twice.
attach a --vhid 1 --vip "$VIP4/24" --advbase 0 --advskew 5
ok "attach twice" attach a --vhid 1 --vip "$VIP4/24" --advbase 0 --advskew 5
ok "there is one group" [ "$(carp a status -j | jq '.groups | length')" == 1 ]
ok "detach" carp a detach eth0 --vhid 1
eventually 5 "all is as before" untouched
