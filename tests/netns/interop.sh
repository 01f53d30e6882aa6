#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# One group for each advbase, ours on host a and an independent peer on b, and
# what the two owe each other.  Sourced by the tests of the compat modes.
#
#   interop MODE PEER-OPTION...   builds the hosts; what follows is of MODE
#   roles                         both roles, both ways, all groups at once
#
# The groups are vhid 10, 11 and 13, of advbase 0, 1 and 3.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

VHIDS=(10 11 13)

interop() {
	MODE=$1
	hosts a b
	RECORD=$HOSTS_DIR/record
	wire switch "$RECORD" record a b
	start_peer
	note "$MODE: vhid 10, 11 and 13 have advbase 0, 1 and 3"
}

advbase() { echo $(($1 - 10)); }
# One VIP of each kind; a link-local one is in some digests and not in others.
vips() { echo "192.0.2.1$1 2001:db8::1$1 fe80::1$1"; }

# our_groups OPTION...: attached on a, or set there.
our_groups() {
	local vhid vip options
	for vhid in "${VHIDS[@]}"; do
		options=()
		for vip in $(vips "$vhid"); do
			options+=(--vip "$vip")
		done
		attach a --vhid "$vhid" --advbase "$(advbase "$vhid")" \
			--compat "$MODE" "${options[@]}" "$@"
	done
}

start_peer() {
	local vhid all groups=()
	PEER=$HOSTS_DIR/peer
	for vhid in "${VHIDS[@]}"; do
		all=$(vips "$vhid")
		groups+=(--group "$vhid/$(advbase "$vhid")/${all// /,}")
	done
	mkfifo "$PEER.fifo"
	spawn b python3 "$HOSTS_TOP/tests/netns/peer.py" eth0 \
		"${groups[@]}" --pass-file "$PASS" --control "$PEER.fifo" \
		--source 192.0.2.2 --source fe80::ff:fe00:2 \
		--rules "$MODE" >"$PEER" 2>"$HOSTS_DIR/errors"
	wait_until 30 grep -q ready "$PEER"
}
# tell VHID|all COMMAND...
tell() {
	local vhid=$1 line
	shift
	for line; do
		echo "$vhid $line"
	done >"$PEER.fifo"
}

# since: what the peer says from now on.
since() { SINCE=$(wc -l <"$PEER"); }
said() { tail -n "+$((SINCE + 1))" "$PEER" | grep "$@"; }

# theirs STATE [VHID...], ours STATE [VHID...]
theirs() {
	local vhid
	for vhid in "${@:2}"; do
		[[ $(grep "^$vhid state" "$PEER" | tail -n1) == \
			"$vhid state $1 "* ]] || return 1
	done
}
ours() {
	local states state
	states=$(carp a status -j 2>>"$HOSTS_DIR/errors" | jq -r --arg of "$*" '
		($of | split(" ") | map(tonumber?)) as $vhids | .groups[]
		| select([.vhid] | inside($vhids)) | .state')
	[[ -n $states ]] || return 1
	for state in $states; do
		[[ $state == "$1" ]] || return 1
	done
}
settled() {
	ours "$1" "${VHIDS[@]}" && theirs "$2" "${VHIDS[@]}"
}

# Both families, by the data plane's own stamps.
hears_both() {
	bpftool -j map dump pinned "$HOSTS_PINS/a/eth0/carp_vhids" |
		jq -e --argjson vhid "$1" 'first(.[] | select(.key == $vhid or
			.formatted.key == $vhid)) | .formatted.value |
			.last_valid4_ns > 0 and .last_valid6_ns > 0'
}
we_hear_both() {
	local vhid
	for vhid in "${VHIDS[@]}"; do hears_both "$vhid" || return 1; done
}
they_hear_both() {
	local vhid
	for vhid in "${VHIDS[@]}"; do
		said -q "^$vhid heard 4" && said -q "^$vhid heard 6" || return 1
	done
}
we_refuse_nothing() {
	carp a status -j | jq -e 'all(.groups[].counters;
		.advert_digest + .advert_checksum + .advert_length == 0)'
}
they_refuse_nothing() { ! grep " refused" "$PEER"; }

mark() { MARK=$(wc -l <"$RECORD"); }
# took VHID OLD NEW ADVSKEW: the new master has waited as long as its rules
# and its skew want it to, since the mark.
took() {
	local vhid=$1 us=$((3 * ($1 - 10) * 1000000)) skew=$(($4 * 1000000 / 256))
	local span
	[[ $MODE != openbsd ]] || skew=$((3 * skew))
	us=$((us + skew))
	tail -n "+$((MARK + 1))" "$RECORD" |
		jq -c "select(.vhid == $vhid)" >"$HOSTS_DIR/took"
	span=$(handover "$HOSTS_DIR/took" "$2" "$3")
	echo "vhid $vhid: took $span us, master down is $us us"
	((span > us - 50000 && span < us + 700000))
}
# all_took OLD NEW ADVSKEW
all_took() {
	local vhid
	for vhid in "${VHIDS[@]}"; do
		eventually 2 "vhid $vhid: in its time" took "$vhid" "$@"
	done
}

roles() {
	mark
	since
	tell all "advskew 20" start master
	our_groups --advskew 100
	eventually 3 "they are masters, we are backups" settled backup MASTER
	eventually 5 "we hear both families" we_hear_both
	stays 2 "and it stays so" settled backup MASTER
	ok "we refuse nothing" we_refuse_nothing
	tell all die
	eventually 14 "they die, we take over" ours master "${VHIDS[@]}"
	all_took b a 100

	mark
	since
	tell all "advskew 200" start
	eventually 8 "they come back and hear both families" they_hear_both
	ok "we are masters, they are backups" settled master BACKUP
	crash a
	eventually 16 "we die, they take over" theirs MASTER "${VHIDS[@]}"
	all_took a b 200

	our_groups --advskew 40 --preempt
	eventually 8 "we preempt slower masters" settled master BACKUP
	tell all "advskew 10" "preempt 1"
	eventually 8 "they preempt slower masters" settled backup MASTER

	tell all "demote 240"
	eventually 2 "they are demoted, we take over at once" \
		ours master "${VHIDS[@]}"
	tell all "demote 0"
	eventually 8 "not any more, they come back" settled backup MASTER
	tell all "advskew 100"
	eventually 2 "they are slower, we preempt" settled master BACKUP
	ok "we are demoted" carp a demote eth0 +240 --reason test
	eventually 2 "they take over at once" settled backup MASTER
	stays 3 "and keep it" settled backup MASTER
	ok "not any more" carp a demote eth0 -240 --reason test
	eventually 8 "we come back" settled master BACKUP
	equals
	ok "we go" carp a detach eth0
	eventually 2 "our farewell is heard" theirs MASTER "${VHIDS[@]}"
	ok "to the end they refuse nothing" they_refuse_nothing
}

# The kernels' masters yield to their equals; ucarp goes by address, and ours
# is the lower one.  With advbase 0 no two hosts can be equals but by
# OpenBSD's rules: the others would wait for one interval only.
TIED=(11 13)
equal() { ours "$1" "${TIED[@]}" && theirs "$2" "${TIED[@]}"; }
equals() {
	local vhid keeps=(backup MASTER)
	[[ $MODE != openbsd ]] || TIED=("${VHIDS[@]}")
	[[ $MODE != ucarp ]] || keeps=(master BACKUP)
	for vhid in "${TIED[@]}"; do tell "$vhid" "advskew 40"; done
	stays 2 "as fast as we, they leave us be" equal master BACKUP
	for vhid in "${TIED[@]}"; do tell "$vhid" master; done
	eventually 5 "two equal masters become one" equal "${keeps[@]}"
	stays 3 "and nobody moves" equal "${keeps[@]}"
	tell all "advskew 100"
	eventually 8 "slower again, they make way" settled master BACKUP
}
