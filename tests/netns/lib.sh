#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Common ground of the tests in this folder; sourced.  Prints one line per
# claim, "ok - NAME" or "not ok - NAME", and always cleans up.
set -eEuo pipefail
# shellcheck source=scripts/hosts.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/hosts.sh"

export VIP4=192.0.2.100
export VIP6=2001:db8::100
FAILED=0
BROKE=
exec 3>&1 # where finish speaks, whatever is redirected when a signal comes

claim() {
	local verdict=$1 name=$2
	echo "$verdict - $name"
	[[ $verdict == ok ]] || FAILED=1
}

# ok NAME COMMAND...: the command succeeds.
ok() {
	local name=$1
	shift
	if "$@" >"$HOSTS_DIR/last" 2>&1; then
		claim ok "$name"
	else
		claim "not ok" "$name"
		tail -n20 "$HOSTS_DIR/last" | sed 's/^/#   /'
	fi
}

# refute NAME COMMAND...: it fails.
refute() {
	local name=$1
	shift
	ok "$name" fails "$@"
}

fails() { ! "$@"; }

# eventually SECONDS NAME COMMAND...: it succeeds before the deadline.
eventually() {
	local seconds=$1 name=$2
	shift 2
	ok "$name" wait_until "$seconds" "$@"
}

# stays SECONDS NAME COMMAND...: it succeeds during all that time.
stays() {
	local seconds=$1 name=$2
	shift 2
	refute "$name" wait_until "$seconds" fails "$@"
}

note() { echo "# $*"; }

# What an observer of the failure wants to see.
describe() {
	local host
	for host in "${HOSTS[@]:1}"; do
		note "host $host:"
		{
			carp "$host" status
			on "$host" ip -br addr show
		} 2>&1 | cut -c1-200 | head -20 | sed 's/^/#   /' || true
	done
	sed 's/^/#   errors: /' "$HOSTS_DIR/errors" 2>/dev/null |
		sort | uniq -c | tail -20
}

finish() {
	local status=$?
	trap - EXIT ERR
	trap '' INT TERM HUP PIPE # nothing may keep it from cleaning up
	set +e
	exec >&3
	[[ $status == 0 ]] || claim "not ok" "script ended early: $BROKE"
	[[ $FAILED == 0 || -z $HOSTS_DIR ]] || describe
	hosts_close
	exit "$FAILED"
}
trap 'BROKE="line $LINENO: $BASH_COMMAND"' ERR
trap finish EXIT
trap 'BROKE="ended by a signal"; exit 1' INT TERM HUP PIPE

# hosts HOST...: builds them, with a passphrase file for all.
hosts() {
	hosts_open "$@"
	PASS=$HOSTS_DIR/pass
	(umask 077 && echo "mekmitasdigoat" >"$PASS")
}

# attach HOST ARGUMENT...: on eth0, with the passphrase.
attach() {
	local host=$1
	shift
	carp "$host" attach eth0 --pass-file "$PASS" "$@" \
		>"$HOSTS_DIR/attach" 2>&1 || {
		BROKE="attach: $(cat "$HOSTS_DIR/attach")"
		return 1
	}
}

# crash HOST: its controller ends without a word, for its guardian goes first.
crash() {
	local pid
	pid=$(controller "$1")
	# shellcheck disable=SC2046 # a word, or none
	kill -KILL $(guardian "$1") "$pid"
	wait_until 5 process_gone "$pid"
}

# sole_master VHID HOST...: one of them is master, the others are backups.
sole_master() {
	local vhid=$1 host states=
	shift
	for host in "$@"; do
		states+=$(group "$host" "$vhid" .state)
	done
	states=${states/master/}
	[[ ${states//backup/} == "" && $states == *backup* ]]
}

has_address() {
	on "$1" ip -j addr show | jq -e --arg address "$2" \
		'any(.[].addr_info[]?; .local == $address)'
}

has_program() {
	on "$1" ip -j link show dev "${2:-eth0}" | jq -e '.[0].xdp'
}

virtual_mac() { printf '00:00:5e:00:01:%02x' "$1"; }

# answers_arp ADDRESS MAC: what the client c hears to its question.
answers_arp() {
	on c arping -c1 -w2 -I eth0 "$1" | grep -i "\[$2\]"
}

answers_nd() {
	on c ndisc6 -1 -r2 -w1000 "$1" eth0 | grep -i "address: $2"
}

pings() { on c ping -n -c1 -W1 "$1"; }

# recorded FILE FILTER [JQ-OPTION...]: the frames of a record that match.
recorded() {
	local file=$1 filter=$2
	shift 2
	jq -c "$@" "select($filter)" "$file"
}

# any_recorded FILE FILTER: there is one.
any_recorded() { [[ -n $(recorded "$@") ]]; }

# handover FILE OLD NEW: microseconds between the last advertisement through
# port OLD, or its farewell, and the next one through port NEW.  Each family
# has a master-down timer: of a master that died between its two frames the
# family that fell silent first counts.
handover() {
	jq -rs --arg old "$2" --arg new "$3" '
		[.[] | select(.kind == "advert")] | sort_by(.t)
		| map(select(.port == $old)) as $olds
		| ($olds | map(select(.advbase == 255)) | first) as $farewell
		| ($farewell.t // ($olds | group_by(.family) | map(last.t) | min))
			as $last
		| (first(.[] | select(.port == $new and .t > $last)).t - $last)
		| . / 1e3 | round' "$1"
}
