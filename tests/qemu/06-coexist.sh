#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# With xdp-filter on one interface, in libxdp's dispatcher (--coexist): whoever
# comes second, both work; whoever goes, the other stays; and what is promised
# of leases and restarts holds as it does alone.
#
#   a (preferred; xdp-filter)   b (advskew 50)   c (client)
#      |                           |                |
#   ---+---------------------------+----------------+---  br0   vhid 3
export GUEST_LIMIT=${GUEST_LIMIT:-240}
export GUEST_FILES=build/coexist/next
source "$(dirname "$0")/lib.sh"
hosts a b c
hosts_plug b eth1 br1
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
MAC=$(virtual_mac 3)

filter() { on a xdp-filter "$@"; }
# "10 xdpfilt_alw_all, 15 ours"
in_turn() {
	interface a eth0 '[.programs[] | "\(.priority) " +
		if .ours then "ours" else .name end] | join(", ")'
}
turn_is() { [[ $(in_turn) == "$1" ]]; }
# As the kernel's own tools have it.
loaded() { on a xdp-loader status eth0 | awk '/=>/ { print $2, $3 }' | fmt; }
loaded_is() { [[ $(loaded) == "$1" ]]; }
program() { interface a eth0 .program_id; }
BOTH="10 xdpfilt_alw_all 15 carp_xdp"
undisturbed() {
	state_is a 3 master && [[ $(group a 3 .transitions) == "$MOVES" ]] &&
		[[ $(program) == "$OURS" ]] && state_is b 3 backup
}

filter load eth0 --mode skb >/dev/null
ok "whoever does not ask to join is told how" refused a eth0 \
	"libxdp's dispatcher with xdpfilt_alw_all, which --coexist joins" 3
ok "so the doctor says" diagnosed a eth0 xdp_program warning \
	"with 10 xdpfilt_alw_all"
ok "in another mode than theirs we cannot join" refused a eth0 \
	"the programs there are in skb mode, and so must ours be" 3 \
	--coexist --mode native
ok "which leaves them as they were" loaded_is "10 xdpfilt_alw_all"

attach a "${GROUP[@]}" --coexist
attach b "${GROUP[@]}" --advskew 50
eventually 10 "behind xdp-filter, a is master" state_is a 3 master
wait_until 15 state_is b 3 backup
ok "both are in the dispatcher" loaded_is "$BOTH"
ok "status says who is there" turn_is "10 xdpfilt_alw_all, 15 ours"
ok "the doctor, too" diagnosed a eth0 xdp_program ok \
	"in libxdp's dispatcher: 10 xdpfilt_alw_all, 15 carp_xdp"
ok "ARP gives the virtual MAC" answers_arp "$VIP4" "$MAC"
ok "neighbour discovery, too" answers_nd "$VIP6" "$MAC"
ok "c pings the VIP" pings "$VIP4"
OURS=$(program) MOVES=$(group a 3 .transitions)
filter ip --mode src 192.0.2.3
refute "whom xdp-filter denies is not answered" pings "$VIP4"
ok "... except in ARP, by us" answers_arp "$VIP4" "$MAC"
filter ip --remove --mode src 192.0.2.3
ok "... until it is allowed again" pings "$VIP4"
ok "frames that we have passed were counted" \
	[ "$(interface a eth0 .counters.passed)" -gt 0 ]
ok "explain says that it is ours alone" eval "carp a explain eth0 \
	$(printf 'ff%.0s' {1..6})0200000000030806$(printf '00%.0s' {1..46}) |
	grep 'what our program does by itself'"

filter unload eth0 >/dev/null
ok "xdp-filter goes, ours stays" loaded_is "15 carp_xdp"
eventually 15 "which we see" turn_is "15 ours"
ok "and nothing has changed hands" undisturbed
ok "c is answered" answers_arp "$VIP4" "$MAC"
filter load eth0 --mode skb >/dev/null
eventually 15 "xdp-filter comes back, and joins us" \
	turn_is "10 xdpfilt_alw_all, 15 ours"
ok "nothing has changed hands" undisturbed
filter ip --mode src 192.0.2.3
refute "xdp-filter works" pings "$VIP4"
filter ip --remove --mode src 192.0.2.3
ok "so do we" answers_arp "$VIP4" "$MAC"

another_hand() { [[ $(hand a) && $(hand a) != "$HAND" ]]; }
HAND=$(hand a)
spawn_carp a daemon --takeover --coexist
eventually 20 "a new controller takes over" another_hand
eventually 15 "it holds the same program" turn_is "10 xdpfilt_alw_all, 15 ours"
ok "nothing has changed hands" undisturbed
ok "c is answered" answers_arp "$VIP4" "$MAC"
# Of a release whose program is not the same.
HAND=$(hand a)
CARP_BINARY=build/coexist/next spawn_carp a daemon --takeover --coexist
eventually 20 "one of another build takes over" another_hand
replaced() { [[ $(program) != "$OURS" ]]; }
eventually 20 "it puts its program in the place of ours" replaced
OURS=$(program)
ok "of which there is one" loaded_is "$BOTH"
ok "nothing has changed hands" undisturbed
ok "c is answered" answers_arp "$VIP4" "$MAC"

on a xdp-loader unload eth0 --all
eventually 20 "all thrown out by somebody, ours is put back" \
	loaded_is "15 carp_xdp"
eventually 10 "and a is master again" state_is a 3 master
filter load eth0 --mode skb >/dev/null
crash a
eventually 10 "both killed, b takes over" state_is b 3 master
ok "our program stays where it was" loaded_is "$BOTH"
ok "and is silent: b answers" answers_arp "$VIP4" "$MAC"
refute "a does not answer for it" on a ping -n -c1 -W1 -I lo "$VIP4"
ok "without the privilege to remove it the next one says so" refused a eth0 \
	"libxdp's dispatcher, which carp-xdp daemon --coexist takes it out of" 3
attach a "${GROUP[@]}" --coexist
ok "with it there is one again" loaded_is "$BOTH"
eventually 10 "which becomes master" state_is a 3 master
carp a detach eth0 >/dev/null
ok "detached, xdp-filter is left" loaded_is "10 xdpfilt_alw_all"
refute "of us nothing" ls -d "$HOSTS_PINS/a/eth0"

ok "a controller without the privilege says so" refused b eth1 \
	"CAP_SYS_ADMIN only: carp-xdp daemon --coexist keeps it" 4 --coexist
LIBXDP_SKIP_DISPATCHER=1 on c xdp-loader load --mode skb eth0 \
	/usr/lib/*/bpf/xdp-dispatcher.o -n xdp_pass
ok "a program without a dispatcher cannot be joined" refused c eth0 \
	"is there without libxdp's dispatcher, where nobody can join it" 4 \
	--coexist
