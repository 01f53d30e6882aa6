#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Virtual IPs that go from one group to another in one reload: two that swap,
# three that rotate, one that gives; on one interface and between two; as
# master and as backup; there and back, or not at all.  Meanwhile a client asks
# for each address every millisecond: the old owner answers, then the new one,
# never both and never nobody.
#
#   a (daemon --config)   b      c (client)
#     eth0  eth1          |      |
#   ---+-----+------------+------+---  br0   vhid 1, 2, 3 and 5
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b c
hosts_plug a eth1
on a ip addr add 198.51.100.1/24 dev eth1
# One interface does not answer for another's addresses.
on a sysctl -qw net.ipv4.conf.all.arp_ignore=1
CONF=$HOSTS_DIR/conf
RECORD=$HOSTS_DIR/record
mkdir -m 0755 "$CONF"
A=192.0.2.101 B=192.0.2.102 C=192.0.2.103
A6=2001:db8::101 B6=2001:db8::102

# of NAME VHID VIPS [LINE]: a group on INTERFACE, eth0 unless told otherwise.
of() {
	cat <<-GROUP
		group $1 {
			interface = ${INTERFACE:-eth0}
			vhid = $2
			vips = { $3 }
			advskew = 20
			pass-file = $PASS
			${4:-}
		}
	GROUP
}
conf() { (umask 022 && cat >"$CONF/carp-xdp.conf"); }
reload() { carp a reload "$@" >"$HOSTS_DIR/reload" 2>&1; }
says() { grep -qx -- "$1" "$HOSTS_DIR/reload"; }
vips() { [[ $(group a "$1" '.vips | join(" ")') == "$2" ]]; }
masters() {
	local vhid
	for vhid; do
		state_is a "$vhid" master || return 1
	done
}

# ask ADDRESS...: they are asked for, and what is answered is recorded, until
# told() has it.
ask() {
	local address
	PROBES=()
	wire switch "$RECORD" record a a-eth1 b c
	RECORDER=$SPAWNED
	on a ip -o monitor address >"$HOSTS_DIR/addresses" &
	MONITOR=$!
	for address; do
		wire c "$HOSTS_DIR/probe" probe eth0 "$address"
		PROBES+=("$SPAWNED")
	done
	sleep 0.2
}
told() {
	local pid
	sleep 0.3
	for pid in "${PROBES[@]}" "$RECORDER"; do
		stop "$pid"
	done
	kill "$MONITOR"
}
answers() {
	jq -s --arg vip "$1" '[.[] | select((.kind == "arp" and .op == 2 and
		.source == $vip and (.gratuitous | not)) or
		(.kind == "na" and .address == $vip and .flags >= 2))]' "$RECORD"
}
# Who answers for it, in turn, as the last bytes of the MACs.
answered_by() {
	answers "$1" | jq -r '[.[].mac[-2:]] | reduce .[] as $m ([];
		if .[-1] == $m then . else . + [$m] end) | join(" ")'
}
by() {
	local who
	who=$(answered_by "$1")
	[[ $who == "$2" ]] || { echo "$1: ${who:0:60}" && false; }
}
# unbroken ADDRESS [MOST]: so many requests in a row were not answered, none
# unless told otherwise.
unbroken() {
	jq -s --arg vip "$1" 'sort_by(.t)
		| map(if .port == "c" and .address == $vip and
			(.kind == "ns" or .op == 1) then "asked"
		elif (.kind == "arp" and .op == 2 and .source == $vip and
			(.gratuitous | not)) or
			(.kind == "na" and .address == $vip) then "answered"
		else empty end)
		| reduce .[] as $it ([0, 0]; if $it == "answered" then [0, .[1]]
			else [.[0] + 1, ([.[1], .[0]] | max)] end)
		| .[1]' "$RECORD" >"$HOSTS_DIR/missed"
	echo "$1: $(<"$HOSTS_DIR/missed") not answered"
	[[ $(<"$HOSTS_DIR/missed") -le ${2:-0} ]]
}
# shellcheck disable=SC2016 # jq's
announced() {
	any_recorded "$RECORD" '.kind == "arp" and .gratuitous and
		.address == $vip and .mac[-2:] == $by' \
		--arg vip "$1" --arg by "$2"
}
untouched() { ! grep -w -- "$1" "$HOSTS_DIR/addresses"; }

{
	of one 1 "$A/24, $A6/64"
	of two 2 "$B/24, $B6/64"
	of three 3 "$C/24"
} | conf
spawn_carp a daemon --config "$CONF" 2>>"$HOSTS_DIR/a.log"
eventually 10 "three groups are master" masters 1 2 3
sinces() { group a 1 .since && group a 2 .since && group a 3 .since; }
BEFORE=$(sinces)

# --- two swap -----------------------------------------------------------------
{
	of one 1 "$B/24, $B6/64"
	of two 2 "$A/24, $A6/64"
	of three 3 "$C/24"
} | conf
reload --dry-run
ok "a dry run says that it is one step" \
	says "would set one (eth0 vhid 1): vips, in one step with two"
ok "of both" says "would set two (eth0 vhid 2): vips, in one step with one"
ok "and does nothing" vips 1 "$A/24 $A6/64"
ask "$A" "$B" "$A6" "$B6" "$C"
ok "one reload swaps them" reload
told
ok "and says so" says "2 changes, 1 unchanged"
ok "the one has the other's" vips 1 "$B/24 $B6/64"
ok "and the other way round" vips 2 "$A/24 $A6/64"
for vip in "$A" "$A6"; do
	ok "$vip: answered by the one, then by the other" by "$vip" "01 02"
done
for vip in "$B" "$B6"; do
	ok "$vip: answered by the other, then by the one" by "$vip" "02 01"
done
for vip in "$A" "$B" "$A6" "$B6"; do
	ok "$vip: never by nobody" unbroken "$vip"
	ok "$vip: stays on the interface" untouched "$vip"
	ok "$vip: is there" has_address a "$vip"
done
ok "neighbours are told of the one" announced "$A" 02
ok "and of the other" announced "$B" 01
ok "the third goes on as it was" by "$C" 03
ok "all are master since before" [ "$BEFORE" == "$(sinces)" ]

# --- three rotate, by SIGHUP --------------------------------------------------
{
	of one 1 "$A/24"
	of two 2 "$C/24, $A6/64"
	of three 3 "$B/24, $B6/64"
} | conf
ask "$A" "$B" "$C"
kill -HUP "$(controller a)"
eventually 10 "SIGHUP rotates three" vips 3 "$B/24 $B6/64"
told
ok "the first" by "$A" "02 01"
ok "the second" by "$B" "01 03"
ok "the third" by "$C" "03 02"
ok "never by nobody" unbroken "$A"
ok "one stays where it is" vips 2 "$C/24 $A6/64"
ok "all on the interface" untouched 192.0.2.10[123]

# --- one gives, and takes it back by itself -----------------------------------
{
	of one 1 "$A/24, $C/25"
	of two 2 "$A6/64"
	of three 3 "$B/24, $B6/64"
} | conf
ask "$A" "$C"
ok "one gives what another takes, with another prefix" reload --confirm 3
has_prefix() { on a ip -o -4 addr show dev eth0 | grep -q " $C/$1 "; }
eventually 2 "it is on the interface as it is to be" has_prefix 25
eventually 9 "not confirmed: it goes back" vips 2 "$C/24 $A6/64"
told
eventually 2 "as it was" has_prefix 24
ok "there and back" by "$C" "02 01 02"
ok "never by nobody" unbroken "$C"
ok "the other VIP of the taker stays" by "$A" 01
ok "all are master since before" [ "$BEFORE" == "$(sinces)" ]

# --- all or nothing -----------------------------------------------------------
carp a attach eth0 --vhid 9 --vip 192.0.2.109/24 >/dev/null 2>&1
refused() {
	ask "$A" "$B" "$C"
	refute "$1" reload
	told
	ok "nobody has changed" vips 1 "$A/24"
	ok "not the second" vips 2 "$C/24 $A6/64"
	ok "not the third" vips 3 "$B/24 $B6/64"
	ok "all answer as before" eval \
		"by $A 01 && by $B 03 && by $C 02 && unbroken $A"
}
{
	of one 1 "$C/24"
	of two 2 "$B/24"
	of three 3 "$A/24, 192.0.2.109/24"
} | conf
refused "one of three that cannot have its own stops all"
ok "it says why" says "set three (eth0 vhid 3): vips, in one step with one: \
vip 192.0.2.109/24: already in vhid 9 on eth0"
ok "and who waits for it" says "set one (eth0 vhid 1): vips, in one step with \
two: waits for group three: vip 192.0.2.109/24: already in vhid 9 on eth0"
carp a detach eth0 --vhid 9 >/dev/null
eventually 20 "what was in the way has gone: all are changed" vips 3 "$A/24 192.0.2.109/24"
ok "the first" vips 1 "$C/24"
{
	of one 1 "$A/24"
	of two 2 "$C/24, $A6/64"
	of three 3 "$B/24, $B6/64"
} | conf
ok "and back" reload
# A map that takes nothing more: what was written before is taken back.
on a bpftool map freeze pinned "$HOSTS_PINS/a/eth0/carp_peers"
{
	of one 1 "$B/24"
	of two 2 "$A/24"
	of three 3 "$C/24" "peers = { 192.0.2.2 }"
} | conf
refused "a map that cannot be written stops all"
ok "and is told" grep -q "cannot write its maps" "$HOSTS_DIR/reload"

# --- one of them is backup ----------------------------------------------------
{
	of one 1 "$A/24"
	of two 2 "$B/24"
	of three 3 "$C/24"
} | conf
ok "each has one" reload
# A group with the same passphrase and VIP elsewhere, which is preferred.
attach b --vhid 2 --vip "$B/24" --advskew 10 --preempt
eventually 10 "two is backup" state_is a 2 backup
eventually 10 "b has its VIP" has_address b "$B"
{
	of one 1 "$B/24"
	of two 2 "$A/24"
	of three 3 "$C/24"
} | conf
carp b set eth0 --vhid 2 --vip "$A/24" >/dev/null
ok "a swap with a backup" reload
eventually 2 "the master has what the backup had" has_address a "$B"
ok "and not what it gave" fails has_address a "$A"
ok "which is where the other master is" has_address b "$A"
ask "$A" "$B"
told
ok "that one answers for it alone" by "$A" 02
ok "and the master for the other" by "$B" 01
ok "a has changed no state" eval "state_is a 1 master && state_is a 2 backup"
refute "b has heard no other master" state_is b 2 backup
carp b detach eth0 >/dev/null
eventually 10 "b goes: the backup has what it was given" has_address a "$A"

# --- between interfaces -------------------------------------------------------
{
	of one 1 "$B/24"
	of two 2 "$A/24"
	INTERFACE=eth1 of five 5 "198.51.100.5/24"
} | conf
reload
eventually 10 "a group on another interface is master" masters 1 2 5
{
	of one 1 "$A/24"
	of two 2 "198.51.100.5/24"
	INTERFACE=eth1 of five 5 "$B/24"
} | conf
ask "$A" "$B"
ok "three rotate over two interfaces" reload
told
ok "on the one" by "$A" "02 01"
ok "and to the other" by "$B" "01 05"
ok "not for long by nobody" unbroken "$B" 200
on_nic() { on a ip -o addr show dev "$1" | grep -qw "$2"; }
eventually 2 "the address is on the new one" on_nic eth1 "$B"
eventually 2 "and only there" fails on_nic eth0 "$B"
eventually 2 "the other way, too" on_nic eth0 198.51.100.5
eventually 2 "and only there" fails on_nic eth1 198.51.100.5

# --- a cluster gives ----------------------------------------------------------
{
	of one 1 "$A/24"
	of two 2 "198.51.100.5/24"
	INTERFACE=eth1 of five 5 "$B/24" |
		sed 's/vhid = 5/nodes = { "5:0", "6:100" } balancing = ip/; /advskew/d'
} | conf
reload
eventually 10 "a cluster is master" masters 5 6
{
	of one 1 "$B/24"
	of two 2 "198.51.100.5/24"
	INTERFACE=eth1 of five 5 "$A/24" |
		sed 's/vhid = 5/nodes = { "5:0", "6:100" } balancing = ip/; /advskew/d'
} | conf
ok "a cluster swaps with a group" reload
ok "all of it" eval "vips 1 $B/24 && vips 5 $A/24 && vips 6 $A/24"
eventually 2 "on its interface" on_nic eth1 "$A"
eventually 2 "and the group on its own" on_nic eth0 "$B"
