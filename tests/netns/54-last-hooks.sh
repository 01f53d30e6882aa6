#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The end of a controller is a change of state, too, and its hooks are run: the
# other host is master meanwhile; one that hangs is ended with all that came of
# it, and so is everything when the signal comes twice.  Where a successor takes
# over nothing changes, and no hook is run.
#
#   a (daemon --config)     b
#      |                    |
#   ---+--------------------+---  br0   vhid 3 and 4
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b
# shellcheck source=tests/netns/room.sh
source "$(dirname "$0")/room.sh"
LAST_S=5 # as in carp-xdp.conf(5)

script keep <<K
#!/bin/bash
cat >>"$ROOM/told"
echo >>"$ROOM/told"
K
script slow <<K
#!/bin/bash
sleep 2.5
touch "$ROOM/slow-done"
K
script hang <<K
#!/bin/bash
setsid sleep 1000 &
echo \$! >>"$ROOM/sleepers"
sleep 1000
K

# configured HOOK...: these, run at init, beside one that keeps what it is told.
configured() {
	local name
	{
		echo "hook keep {"
		echo "	command = { $ROOM/keep }"
		echo "}"
		for name; do
			echo "hook $name {"
			echo "	command = { $ROOM/$name }"
			echo "	on = { init }"
			echo "	timeout = 60"
			echo "}"
		done
		for vhid in 3 4; do
			echo "group g$vhid {"
			echo "	interface = eth0"
			echo "	vhid = $vhid"
			echo "	vips = { 192.0.2.10$vhid/24 }"
			echo "	pass-file = $PASS"
			echo "	advbase = 0"
			echo "	advskew = 50"
			echo "	preempt = true"
			echo "}"
		done
	} | conf carp-xdp.conf
}
masters() { state_is a 3 master && state_is a 4 master; }
# The last state that a hook was told of, for each group.
told() {
	[[ $(jq -rs 'group_by(.vhid)[] | last.to' "$ROOM/told" | xargs) == "$1" ]]
}
told_times() { jq -s "map(select(.to == \"$1\")) | length" "$ROOM/told"; }
begin() { # HOOK...
	rm -f "$ROOM/told" "$ROOM/sleepers" "$ROOM/slow-done"
	configured "$@"
	spawn_carp a daemon --config "$CONF" 2>"$HOSTS_DIR/a.log"
	MAIN=$SPAWNED
	wait_until 20 masters
	wait_until 10 told "master master"
}
now_ms() { date +%s%3N; }
logged() { grep -q -- "$1" "$HOSTS_DIR/a.log"; }
quiet() {
	local pid
	while read -r pid; do
		process_gone "$pid" || return 1
	done <"$ROOM/sleepers"
}

# --- as it is to be ------------------------------------------------------------
begin slow
ok "the other host is a backup" attach b --vhid 3 --advbase 0 --advskew 100 \
	--vip 192.0.2.103/24
wait_until 10 state_is b 3 backup
started=$(now_ms)
kill "$MAIN"
ok "told to end, it leaves at once" wait_until 4 state_is b 3 master
ok "while it waits for a hook" test ! -e "$ROOM/slow-done"
refute "it is still there" process_gone "$MAIN"
ok "then it ends" wait_until 10 process_gone "$MAIN"
took=$(($(now_ms) - started))
note "ended within $took ms"
ok "its hooks have been told of the end of each group" told "init init"
ok "and have done what they do" test -e "$ROOM/slow-done"
ok "it waits no longer than they take" [ "$took" -lt $((LAST_S * 1000)) ]
refute "no address stays" has_address a 192.0.2.103

# --- a hook that hangs -----------------------------------------------------------
begin hang
started=$(now_ms)
kill "$MAIN"
ok "with a hook that hangs it ends, too" wait_until 15 process_gone "$MAIN"
took=$(($(now_ms) - started))
note "ended within $took ms"
ok "after the time for all of them" [ "$took" -ge $((LAST_S * 1000)) ]
ok "and soon after" [ "$took" -lt $((LAST_S * 1000 + 4000)) ]
ok "the other hook was told" told "init init"
ok "the one that hangs is named" logged \
	"eth0 vhid 3: hook hang for init: failed: the controller has ended"
ok "it was at work" test -s "$ROOM/sleepers"
eventually 5 "and all that came of it is gone" quiet

begin hang
kill "$MAIN"
wait_until 5 told "init init"
refute "it waits" wait_until 1 process_gone "$MAIN"
kill "$MAIN"
ok "told to end twice, it ends at once" wait_until 3 process_gone "$MAIN"
eventually 5 "with all that came of its hooks" quiet

# --- one that takes over ------------------------------------------------------------
begin hang
first=$(controller a)
heard() { group a 3 '.heard | map([.address, .mac]) | tojson'; }
before=$(heard)
spawn_carp a daemon --config "$CONF" --takeover 2>>"$HOSTS_DIR/a.log"
successor() { [[ $(controller a) != "$first" ]]; }
ok "a successor takes over" wait_until 10 successor
ok "the first one ends" wait_until 10 process_gone "$first"
stays 1 "nothing has changed, and no hook is told" \
	[ "$(told_times init)" == 0 ]
ok "the masters are masters" masters
ok "whom they have heard is known" grep -q 192.0.2.2 <<<"$before"
ok "and still is" [ "$(heard)" == "$before" ]
