#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What a successor must find as it was, and the ways in which it does not
# become one: then the old controller goes on, or bows out.
#
#   a (everything)   b                c
#      |                |                |
#   ---+----------------+----------------+---  br0   vhid 3, 4 to 6 and 9
# shellcheck source=tests/restart/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b c
METRICS=127.0.0.1:9112
first a --metrics "$METRICS"
first b
scrape() { on a curl -sf "http://$METRICS/metrics"; }
told() { grep -q "$2" "$HOSTS_DIR/$1.log"; }

# --- everything there is ------------------------------------------------------
hosts_plug a eth1 br1
attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --group outside --preempt
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advskew 100
attach a --nodes 4:0,5:100,6:150 --balancing ip --vip 192.0.2.104/24
attach a --vhid 9
carp a attach eth1 --vhid 7 --vip 198.51.100.7/24 --peer 198.51.100.9 \
	--peer-ttl-min 200 --advskew 40 --dead-ratio 5 >/dev/null 2>&1
wait_until 40 state_is a 3 master
wait_until 40 state_is a 7 master
wait_until 40 state_is b 3 backup
carp a demote eth0 +2 --reason "a test" >/dev/null
carp a demote --group outside +1 --reason "another" >/dev/null
(umask 077 && echo "another secret" >"$HOSTS_DIR/pass2")
carp a set eth0 --vhid 3 --pass-file "$HOSTS_DIR/pass2" --grace 300 >/dev/null
grace() { group a 3 '.grace_seconds | floor'; }
sent() { group a 3 .advertisements_sent; }
# Addresses that are being attached, and the first senders heard, settle.
settled() {
	local one
	[[ $(group a 3 .all_sealed) == true ]] || return 1
	one=$(lasting a)
	sleep 0.3
	[[ $one == "$(lasting a)" ]]
}
wait_until 40 settled

spawn_carp a monitor -j >"$HOSTS_DIR/monitor" 2>"$HOSTS_DIR/monitor.log"
lasting a >"$HOSTS_DIR/before"
before=$(sent)
ok "a successor of another version takes over" takeover a "$NEXT"
lasting a >"$HOSTS_DIR/after"
ok "status is what it was" diff "$HOSTS_DIR/before" "$HOSTS_DIR/after"
ok "the old digest is accepted as long as it was to be" \
	[ "$(grace)" -gt 200 ]
ok "advertisements are counted on" [ "$(sent)" -ge "$before" ]
ok "metrics are served where they were" scrape

# The programs of the successor come in the place of the old ones' by themselves.
program() { carp a status -j | jq '[.interfaces[].program_id]'; }
attached() {
	carp a status -j | jq -e 'all(.interfaces[]; .attached and
		.waiting == null)'
}
programs=$(program)
takeover a "$CARP_BINARY"
renewed() { [[ $(program) != "$programs" ]] && attached; }
eventually 5 "its own programs are attached, on each interface" renewed
ok "and nothing else has changed" diff "$HOSTS_DIR/before" <(lasting a)
ok "whoever asks is answered by the new one" [ \
	"$(carp a status -j | jq .pid)" == "$(controller a)" ]
carp a demote eth0 -2 --reason "a test" >/dev/null
carp a demote --group outside -1 --reason "another" >/dev/null
ok "a demotion can be taken back" [ "$(group a 3 .demotion)" == 0 ]
carp a state eth1 --vhid 7 backup >/dev/null
eventually 5 "a monitor goes on with the successor" any_recorded \
	"$HOSTS_DIR/monitor" '.vhid == 7 and .to == "backup"'
ok "and says so" told monitor "goes on with another controller"
carp a maintenance on >/dev/null
takeover a "$NEXT"
ok "maintenance goes on" [ "$(carp a status -j | jq .maintenance)" == true ]
carp a maintenance off >/dev/null
eventually 10 "and ends" state_is a 3 master
wait_until 40 state_is a 7 master
wait_until 40 settled

# --- refused, or cut short ------------------------------------------------------
lasting a >"$HOSTS_DIR/before"
old=$(controller a)
refute "a second daemon is refused" carp a daemon
ok "and the first goes on" [ "$(controller a)" == "$old" ]
# It is stopped while it prepares, which takes far longer than this, then
# killed: the other one has gone on all the time.
daemon a "$NEXT" --takeover --no-guardian
sleep 0.01
kill -STOP "$SPAWNED"
stays 1 "while one that prepares stands still, the old one answers" \
	state_is a 3 master
kill -KILL "$SPAWNED"
wait_until 20 process_gone "$SPAWNED"
ok "it is killed: the old one goes on" [ "$(controller a)" == "$old" ]
ok "with everything it had" diff "$HOSTS_DIR/before" <(lasting a)
ok "another one takes over all the same" takeover a "$CARP_BINARY"
ok "with everything there was" diff "$HOSTS_DIR/before" <(lasting a)

# --- another layout -------------------------------------------------------------
wire switch "$HOSTS_DIR/record" record a
recorder=$SPAWNED
old=$(controller a)
daemon a "$OTHER" --takeover
ok "a successor that would not understand the state ends the old one" \
	wait_until 40 process_gone "$old"
eventually 10 "which bows out" any_recorded "$HOSTS_DIR/record" \
	'.vhid == 3 and .advbase == 255 and .advskew == 255'
eventually 5 "and its partner takes over" state_is b 3 master
eventually 10 "the successor begins from nothing" \
	told a "nothing is taken over"
empty() { [[ $(carp a status -j | jq '.groups | length') == 0 ]]; }
eventually 10 "without a group" empty
stop "$recorder"
refute "no virtual IP is left behind" has_address a "$VIP4"
refute "and no program" has_program a
carp a attach eth0 --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" \
	--pass-file "$HOSTS_DIR/pass2" >/dev/null
ok "groups can be attached to it" [ "$(group a 3 .vhid)" == 3 ]

# --- nobody there -----------------------------------------------------------------
first c --takeover
ok "where there is none, --takeover starts as always" \
	[ -n "$(controller c)" ]
watched() {
	local status=0
	carp c monitor || status=$?
	echo "status $status"
}
watched >"$HOSTS_DIR/watched" 2>&1 &
crash c
eventually 10 "a monitor without a successor ends with status 4" \
	grep -q "status 4" "$HOSTS_DIR/watched"
refute "no secret is in a log" grep -rqE "mekmitasdigoat|another secret" \
	"$HOSTS_DIR"/*.log
