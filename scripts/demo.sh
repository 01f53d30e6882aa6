#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Shows CARP in under a minute: three hosts in network namespaces, two of them
# share a virtual IP, one dies, the other takes over, the dead one comes back.
# Real packets, real kernels' network stacks, nothing left behind.
#   sudo scripts/demo.sh [--no-build]
set -euo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ $EUID != 0 ]]; then
	echo "the demo builds network namespaces: sudo scripts/demo.sh" >&2
	exit 1
fi
case ${1:-} in
'') "$TOP/scripts/install-deps.sh" demo && make -C "$TOP" -j2 all ;;
--no-build) "$TOP/scripts/install-deps.sh" demo ;;
*)
	echo "usage: demo.sh [--no-build]" >&2
	exit 2
	;;
esac
# shellcheck source=scripts/hosts.sh
source "$TOP/scripts/hosts.sh"
trap hosts_close EXIT
trap 'exit 1' INT TERM HUP PIPE

VIP4=192.0.2.100 VIP6=2001:db8::100 VHID=7
VMAC=00:00:5e:00:01:07
[[ -t 1 ]] && BOLD=$'\e[1m' DIM=$'\e[2m' PLAIN=$'\e[0m' ||
	BOLD='' DIM='' PLAIN=''

title() { printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }
say() { printf '%s\n' "$*"; }

# show HOST WORDS COMMAND...: a prompt with what is run, then its output.
show() {
	printf '%s%s#%s %s\n' "$DIM" "$1" "$PLAIN" "$2"
	"${@:3}" 2>&1 | sed 's/^/    /' || true
}

expect() {
	wait_until "$@" && return
	say "demo: this did not happen within $1 s: ${*:2}" >&2
	exit 1
}

attach() {
	local host=$1
	shift
	show "$host" "carp-xdp attach eth0 --vhid $VHID --vip $VIP4/24 --vip $VIP6/64 --pass-file carp.pass --preempt $*" \
		carp "$host" attach eth0 --vhid $VHID --vip $VIP4/24 \
		--vip $VIP6/64 --pass-file "$HOSTS_DIR/carp.pass" --preempt "$@"
}

status() {
	local host
	for host in alpha beta; do
		show "$host" "carp-xdp status" carp "$host" status
	done
}

# The client's questions, and who answers them.
ask() {
	show client "ping -c3 $VIP4" on client ping -n -q -c3 -i0.2 -W1 $VIP4
	show client "ping -c3 $VIP6" on client ping -n -q -c3 -i0.2 -W1 $VIP6
	show client "arping -c1 $VIP4" on client arping -c1 -w2 -I eth0 $VIP4
	show client "ndisc6 $VIP6 eth0" on client ndisc6 -1 $VIP6 eth0
}

# The takeover as the bridge saw it: the record, sorted by the kernel's
# stamps of the frames' arrival.
timeline() {
	jq -rs --argjson killed "$1" --arg vip $VIP4 --arg vmac $VMAC '
		def row($t; $port; $what):
			((($t - $killed) / 1e6 | round | tostring)
				| (" " * (7 - length)) + .) + " ms  "
			+ $port + (" " * (6 - ($port | length))) + $what;
		sort_by(.t)
		| (map(select(.port == "alpha" and .kind == "advert"))
			| last) as $last
		| (map(select(.port == "beta" and .t > $last.t))) as $beta
		| first($beta[] | select(.kind == "advert")) as $first
		| first($beta[] | select(.gratuitous and .address == $vip))
			as $arp
		| (map(select(.port == "alpha" and .kind == "arp" and .op == 2
			and .source == $vip)) | last) as $mute
		| row($last.t; "alpha"; "its last advertisement"),
		  row($killed; "alpha"; "controller killed"),
		  (if $mute then row($mute.t; "alpha";
			"its last answer for \($vip): the lease runs out")
			else empty end),
		  row($first.t; "beta"; "its first advertisement"),
		  row($arp.t; "beta";
			"gratuitous ARP: \($vip) is at \($arp.mac)"),
		  "",
		  "Takeover: \(($first.t - $last.t) / 1e6 | round) ms after the last advertisement,"
		  + " announced \(($arp.t - $first.t) / 1e3 | round) us later."
		' "$HOSTS_DIR/record"
}

# The ping that ran all along: its own sum.
pings_sum() {
	kill -INT "$PINGER"
	wait_until 5 process_gone "$PINGER"
	grep 'packets transmitted' "$HOSTS_DIR/pings"
}

counters() {
	bpftool -j map lookup pinned \
		"$HOSTS_PINS/beta/eth0/carp_counters" key $VHID 0 0 0 |
		jq -r '[.. | objects | select(has("advert_valid"))]
			| map(to_entries[]) | group_by(.key)[]
			| {key: .[0].key, sum: (map(.value | tonumber) | add)}
			| select(.sum > 0) | "\(.key): \(.sum)"'
}

hosts_open alpha beta client
(umask 077 && echo "correct horse" >"$HOSTS_DIR/carp.pass")

title "Three hosts and a bridge"
cat <<PICTURE
    alpha 192.0.2.1     beta 192.0.2.2      client 192.0.2.3
         |                   |                    |
    -----+-------------------+--------------------+-----  br0
              both may have $VIP4 and $VIP6

alpha and beta share a virtual IP. One of them is its master: it answers for
it and says so once a second; the other is its backup and listens. Both prove
with a passphrase that they belong together. alpha is preferred (advskew 0).
PICTURE

title "1. The group is attached on both"
attach alpha
attach beta --advskew 20 --metrics 127.0.0.1:9112
expect 8 state_is alpha $VHID master
expect 5 state_is beta $VHID backup
say "Nobody was heard for three seconds, so the preferred host took it:"
status

title "2. A client talks to the virtual IP"
ask
say "The MAC ends in the group's number, 07: it belongs to the group, not to"
say "a host, and moves with the virtual IP. alpha's XDP program answers."

title "3. The master's controller dies (kill -9); its kernel lives on"
wire switch "$HOSTS_DIR/record" record alpha beta
wire client "$HOSTS_DIR/probe" probe eth0 $VIP4 0.02
PROBER=$SPAWNED
spawn client ping -n -i0.1 $VIP4 >"$HOSTS_DIR/pings" 2>&1
PINGER=$SPAWNED
heard() { grep -q '"advert".*"port": "alpha"' "$HOSTS_DIR/record"; }
expect 3 heard
killed=$(date +%s%N)
victim=$(controller alpha)
keeper=$(guardian alpha)
say "alpha# kill -9 $keeper $victim"
kill -KILL "$keeper" "$victim"
expect 8 state_is beta $VHID master
announced() { grep -q '"gratuitous": true.*"port": "beta"' "$HOSTS_DIR/record"; }
expect 3 announced
stop "$PROBER"
say "alpha's XDP program is still there, with alpha's address, but may speak"
say "only as long as its lease lasts, which nobody renews now. On the wire:"
say
timeline "$killed"
title "4. beta serves"
show beta "carp-xdp status" carp beta status
ask
show beta "bpftool map lookup pinned .../carp_counters key $VHID (all CPUs)" \
	counters

title "5. alpha comes back and, being preferred, takes over again"
attach alpha
say "Attaching has removed what the crash had left. beta's metrics meanwhile:"
METRICS=127.0.0.1:9112
scrape() {
	on beta curl -sS "http://$METRICS/metrics" | grep -E \
		'^carp_(state|transitions_total|advertisements_received_total|arp_replies_total)\{' |
		grep -v ' 0$'
}
show beta "curl http://$METRICS/metrics | grep -v ' 0\$'" scrape
expect 8 state_is alpha $VHID master
expect 3 state_is beta $VHID backup
status
say "A ping every 100 ms ran through steps 3 to 5:"
say "    $(pings_sum)"

title "6. Away with it"
for host in alpha beta; do
	show "$host" "carp-xdp detach eth0" carp "$host" detach eth0
done
expect 5 eval '! on alpha ip -d link show eth0 | grep -q xdp'
say "No address, no XDP program, no map is left. That was all."
