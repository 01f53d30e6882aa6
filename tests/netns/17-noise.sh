#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What a wire can do to advertisements without a secret: reflect our own, send
# them twice, late or in the wrong order; and VRRP with our vhid beside us.
# Nothing of it moves the election, and all of it is counted.
#
#   a (preferred)   b (advskew 20)   c
#      |                |
#   ---+----------------+---  br0   frames are put in at the bridge's ports
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
INJECT=$HOSTS_TOP/tests/netns/inject.py

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 20
wait_until 8 state_is a 3 master
wait_until 3 sole_master 3 a b
before="$(group a 3 .transitions) $(group b 3 .transitions)"

wire switch "$HOSTS_DIR/record" record a
RECORDER=$SPAWNED
six_heard() { [[ $(recorded "$HOSTS_DIR/record" '.kind == "advert"' | wc -l) -ge 6 ]]; }
wait_until 8 six_heard
stop "$RECORDER"
recorded "$HOSTS_DIR/record" '.kind == "advert"' | jq -r .frame >"$HOSTS_DIR/frames"

counter() { group "$1" 3 ".counters.$2"; }
on_duty() { state_is a 3 master && state_is b 3 backup; }
unmoved() {
	on_duty &&
		[[ "$(group a 3 .transitions) $(group b 3 .transitions)" == "$before" ]]
}

# at_least HOST COUNTER NUMBER
at_least() { [[ $(counter "$1" "$2") -ge $3 ]]; }
old() {
	[[ $(group "$1" 3 '.counters | .advert_replayed + .advert_stale') -ge $2 ]]
}

on switch python3 "$INJECT" hex a 50 <"$HOSTS_DIR/frames" >/dev/null
warned() { group "$1" 3 '.warnings[].kind' | grep -qx "$2"; }

eventually 3 "the master counts its own advertisements as echoes" \
	at_least a advert_echo 300
ok "and does not yield to itself" unmoved
ok "it warns of them" warned a echo
ok "no echo was believed" [ "$(counter a advert_valid)" == 0 ]

on switch python3 "$INJECT" hex b 50 <"$HOSTS_DIR/frames" >/dev/null
tac "$HOSTS_DIR/frames" |
	on switch python3 "$INJECT" hex b 50 >/dev/null
eventually 3 "the backup counts advertisements that come again" \
	old b 600
stays 1.5 "duplicates and a wrong order move nothing" unmoved

on switch python3 "$INJECT" vrrp a 3 >/dev/null
on switch python3 "$INJECT" vrrp b 3 >/dev/null
eventually 3 "VRRP with our vhid is counted for it" at_least a vrrp 2
stays 1.5 "and moves nothing" unmoved
ok "both warn of it" eval 'warned a vrrp && warned b vrrp'
ok "naming the router" [ "$(group b 3 '.warnings[] | select(.kind == "vrrp")
	| "\(.address) \(.mac)"')" == "192.0.2.77 00:00:5e:00:01:03" ]

# Another passphrase, and another host of the same rank.
hosts_more() { carp c attach eth0 "${GROUP[@]}" "$@" >/dev/null 2>&1; }
ok "a host with another passphrase comes" hosts_more
digest() { group a 3 '.warnings[] | select(.kind == "digest") | .address'; }
named() { [[ $(digest) == *192.0.2.3* ]]; }
eventually 8 "the others name it" named
ok "and it names them" eval 'wait_until 5 warned c digest'
ok "it goes" carp c detach eth0
ok "one of the same rank comes" hosts_more --pass-file "$PASS" --advskew 20
eventually 5 "backups have no say, but its master tells" state_is c 3 backup
crash a
eventually 8 "now chance decides" eval 'state_is b 3 master || state_is c 3 master'
eventually 5 "and somebody says so" eval 'warned b equal || warned c equal'
carp c detach eth0
eventually 8 "b is master" state_is b 3 master
attach a "${GROUP[@]}"
eventually 8 "and a again" state_is a 3 master

# A dead master's last words come again and again: nobody falls for them.
spawn switch python3 "$INJECT" hex b 2000000 <"$HOSTS_DIR/frames" >/dev/null
crash a
eventually 8 "after all that, a dead master is still replaced" \
	state_is b 3 master
