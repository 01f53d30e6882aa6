#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Sealed counters between real controllers: replays hold nobody back, over any
# restart; a stepped clock splits nobody for good; and the way out when a
# host has lost its state.
#
#   a (preferred)   b (advskew 20)    c (asks)
#      |                |                |
#   ---+----------------+----------------+---  br0   replays at b's port
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
INJECT=$HOSTS_TOP/tests/netns/inject.py
CLOCK=$HOSTS_DIR/clock.so
gcc -shared -fPIC -O2 -o "$CLOCK" "$HOSTS_TOP/tests/netns/clock.c"

counter() { group b 3 ".counters.$1"; }
# old NUMBER: so many at least were refused as old, whether it was told which of
# them were replays or not.
old() {
	[[ $(group b 3 '.counters | .advert_replayed + .advert_stale') -ge $1 ]]
}
all_sealed() { [[ $(group "$1" 3 .all_sealed) == true ]]; }
a_leads() { sole_master 3 a b && state_is a 3 master; }
both_lead() { state_is a 3 master && state_is b 3 master; }

# stop_controller HOST: gracefully.
stop_controller() {
	local pid
	pid=$(controller "$1")
	kill -TERM "$pid"
	wait_until 10 process_gone "$pid"
}

# replay TIMES: what a has said, to b.
replay() {
	on switch python3 "$INJECT" hex b "$1" <"$HOSTS_DIR/frames" >/dev/null
}

# refused_again NAME: b, anew, believes none of the replays.
refused_again() {
	attach b "${GROUP[@]}" --advskew 20 --auth "${2:-strict}"
	replay 20
	eventually 3 "$1: replays are refused" old 100
	ok "$1: and called replays" [ "$(counter advert_replayed)" -gt 0 ]
	ok "$1: none is believed" [ "$(counter advert_valid)" == 0 ]
}

refuses() {
	local status=0
	carp c "$@" 2>"$HOSTS_DIR/refusal" || status=$?
	[[ $status == 3 ]]
}
ok "strict without a passphrase is refused" \
	refuses attach eth0 --vhid 3 --vip "$VIP4/24" --auth strict
ok "with the reason" grep -q "auth strict: needs a passphrase" \
	"$HOSTS_DIR/refusal"
ok "another mode is refused" \
	refuses attach eth0 --vhid 3 --vip "$VIP4/24" --auth lax
ok "with the choice" grep -q "auto, strict" "$HOSTS_DIR/refusal"

attach b "${GROUP[@]}" --advskew 20
attach a "${GROUP[@]}"
eventually 8 "a leads" a_leads
ok "auto is the default" [ "$(group a 3 .auth)" == auto ]
eventually 4 "b sees that every sender seals" all_sealed b
ok "and says who" [ "$(group b 3 '[.senders[] | .style] | unique |
	join(" ")')" == sealed ]
ok "b becomes strict in place" carp b set eth0 --vhid 3 --auth strict
ok "so does a" carp a set eth0 --vhid 3 --auth strict
ok "which status tells" [ "$(group b 3 .auth)" == strict ]

wire switch "$HOSTS_DIR/record" record a
RECORDER=$SPAWNED
heard() { [[ $(recorded "$HOSTS_DIR/record" '.kind == "advert"' | wc -l) -ge 6 ]]; }
wait_until 8 heard
stop "$RECORDER"
recorded "$HOSTS_DIR/record" '.kind == "advert"' |
	jq -r .frame >"$HOSTS_DIR/frames"
replay 50
eventually 3 "replays are refused" old 300
ok "and called replays" [ "$(counter advert_replayed)" -gt 0 ]
ok "of many at once only some" [ "$(counter advert_stale)" -gt 0 ]
stays 4 "and move nothing" a_leads

# Its last words, said for ever, do not keep a dead master alive.
crash a
spawn switch python3 "$INJECT" hex b 3000000 <"$HOSTS_DIR/frames" >/dev/null
REPLAYER=$SPAWNED
eventually 6 "under replays a dead master is replaced in time" \
	state_is b 3 master
stop "$REPLAYER"
ok "b answers" answers_arp "$VIP4" "$(virtual_mac 3)"

crash b
refused_again "after a crash"
stop_controller b
refused_again "after a restart"
stop_controller b
refused_again "in auto, after a restart" auto
# A power failure: no pins, no last word; the file is what there is.
crash b
rm -rf "${HOSTS_PINS:?}/b"
refused_again "after a power failure"

# A controller that crashes again and again does not run ahead of its clock:
# when the file is lost after that, ours are not old.
attach a "${GROUP[@]}" --auth strict
eventually 8 "a leads again" a_leads
for _ in 1 2 3; do
	crash a
	attach a "${GROUP[@]}" --auth strict
	wait_until 8 a_leads
done
crash a
rm -rf "$HOSTS_DIR/a.state" "${HOSTS_PINS:?}/a"
attach a "${GROUP[@]}" --auth strict
eventually 8 "after crashes, its state lost as well, a is believed" a_leads
stays 3 "and is the only master" a_leads
stop_controller a
eventually 8 "b leads" state_is b 3 master

# A state that is there and cannot be read is no empty one.
unreadable() {
	local status=0
	carp a attach eth0 --pass-file "$PASS" "${GROUP[@]}" \
		>"$HOSTS_DIR/refusal" 2>&1 || status=$?
	[[ $status == 1 ]]
}
mv "$HOSTS_DIR/a.state/sequences" "$HOSTS_DIR/sequences"
ln -s /dev/null "$HOSTS_DIR/a.state/sequences"
ok "a state file that cannot be read is refused" unreadable
ok "and named" grep -q "a.state/sequences: cannot be read" "$HOSTS_DIR/refusal"
mv "$HOSTS_DIR/sequences" "$HOSTS_DIR/a.state/sequences"

# Ten years off.  What was said ten years ahead is known for good.
attach a "${GROUP[@]}" --auth strict
eventually 8 "a leads again" a_leads
stop_controller b
CLOCK_YEARS=10 LD_PRELOAD=$CLOCK attach b "${GROUP[@]}" --advskew 20 \
	--auth strict
stays 5 "a backup ten years ahead changes nothing" a_leads
ok "b takes over" carp b state eth0 --vhid 3 master
carp a detach eth0 >/dev/null
eventually 6 "b leads, ten years ahead" state_is b 3 master
attach a "${GROUP[@]}" --auth strict
eventually 8 "a believes it and takes the role back" a_leads
stop_controller b
attach b "${GROUP[@]}" --advskew 20 --auth strict
stays 5 "b with its clock set right changes nothing" a_leads
carp a demote eth0 +9 --reason test >/dev/null
eventually 8 "and is believed when it leads" state_is a 3 backup
carp a demote eth0 -9 --reason test >/dev/null
eventually 8 "a leads again" a_leads
stop_controller a
CLOCK_YEARS=-10 LD_PRELOAD=$CLOCK attach a "${GROUP[@]}" --auth strict
eventually 8 "ten years behind, a is believed: it knows where it was" a_leads
stays 4 "and stays the only master" a_leads

# The one thing that cannot be told from an attack: a host that has lost its
# state and whose clock is behind.
stop_controller a
rm -rf "$HOSTS_DIR/a.state"
CLOCK_YEARS=-10 LD_PRELOAD=$CLOCK attach a "${GROUP[@]}" --auth strict
eventually 8 "its state lost as well, nobody believes it" both_lead
ok "until b is told to meet it anew" \
	carp b set eth0 --vhid 3 --forget-senders
eventually 6 "a leads, b follows" a_leads

# A damaged file is said and does no harm; one that cannot be written is said.
stop_controller a
cat >"$HOSTS_DIR/a.state/sequences" <<-'EOF'
	reserved 99999999999999999
	sender eth0 999 x y
	sender eth0 4294967299 192.0.2.9 5
EOF
attach a "${GROUP[@]}" --auth strict
eventually 8 "a damaged state file does no harm" a_leads
refute "no vhid is taken for another" \
	grep -q 192.0.2.9 "$HOSTS_DIR/a.state/sequences"
stop_controller a
rm -rf "$HOSTS_DIR/a.state"
echo >"$HOSTS_DIR/a.state"
attach a "${GROUP[@]}" --auth strict
ok "a state directory that cannot be written shows in status" \
	grep -q "state directory: cannot be written" <(carp a status)
eventually 8 "and a leads all the same" a_leads
ok "compat is a mode too" carp b set eth0 --vhid 3 --auth compat
ok "and shown" [ "$(group b 3 .auth)" == compat ]
stays 3 "b follows in compat" a_leads
