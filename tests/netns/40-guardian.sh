#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The guardian.  A controller that is killed has bowed out all the same, and a
# backup serves within milliseconds; without the guardian it is the lease that
# ends, as ever.  The two hosts take turns at dying.
#
#   a                b                c (asks every 3 ms)
#      |                |                 |
#   ---+----------------+-----------------+---  br0     vhid 3
# shellcheck source=tests/guardian/lib.sh
source "$(dirname "$0")/../guardian/lib.sh"

begin --advbase 1
rounds "advbase 1" 10 --advbase 1
ok "advbase 1: who came back was not taken for a replay" [ "$(replays)" == 0 ]
end
begin "${FAST[@]}"
rounds "advbase 0" 10 "${FAST[@]}"
ok "advbase 0: who came back was not taken for a replay" [ "$(replays)" == 0 ]
end
stop "$PROBER"

# What the guardian is, and what it has not.
begin
GUARDIAN=$(guardian a)
CONTROLLER=$(controller a)
ok "status names the guardian" guardian_is a "$GUARDIAN"
ok "it has no privilege" grep -q '^CapEff:\s*0*$' "/proc/$GUARDIAN/status"
ok "and one thread" grep -q '^Threads:\s*1$' "/proc/$GUARDIAN/status"
kill -TERM "$GUARDIAN"
eventually 5 "SIGTERM to it ends both" process_gone "$CONTROLLER"
eventually 5 "and it" process_gone "$GUARDIAN"
eventually 5 "as a stop in order: b is master" state_is b 3 master
refute "and no VIP is left" has_address a "$VIP4"

# silent_death NAME COMMAND...: it kills a, the master, and b waits.  Stamps of
# the wire tell how long, however slow this script is: an advertisement is at
# most one second old, and b is patient for three.
silent_death() {
	local name=$1 killed waited
	shift
	wire switch "$RECORD" record a b
	killed=$(killed_at)
	"$@"
	eventually 8 "$name: b is master in the end" state_is b 3 master
	wait_until 3 any_recorded "$RECORD" '.port == "b" and .kind == "advert"'
	stop "$SPAWNED"
	waited=$(recorded "$RECORD" '.port == "b" and .kind == "advert"' |
		jq -s "((map(.t) | min) - $killed) / 1e6 | round")
	note "$name: $waited ms to b's first advertisement"
	ok "$name: after the dead time only" [ "$waited" -gt 1500 ]
	refute "$name: without a farewell" any_recorded "$RECORD" \
		'.advbase == 255 and .advskew == 255'
}

# The guardian alone is killed: nothing else changes, but nobody bows out.
end
begin
kill -KILL "$(guardian a)"
eventually 5 "guardian killed: status says so" guardian_is a null
ok "to people too" grep -q 'guardian: none' <(carp a status)
ok "a is master as before" state_is a 3 master
stays 2 "b remains backup" state_is b 3 backup
crash_alone() { kill -KILL "$(controller a)"; }
silent_death "then the controller" crash_alone
end

# Both at once.
begin
silent_death "both killed" crash a
end

# One process only.
attach a "${GROUP[@]}" --no-guardian
ok "without a guardian: status says so" guardian_is a null
ok "and it has none" [ -z "$(guardian a)" ]
end

# It ends as its controller did, for whoever started it.
spawn_carp a daemon 2>"$HOSTS_DIR/daemon"
DAEMON=$SPAWNED
answers() { carp a status >/dev/null 2>&1; }
wait_until 5 answers
ok "the process started is the guardian" [ "$(guardian a)" == "$DAEMON" ]
kill -KILL "$(controller a)"
eventually 5 "and ends with its controller" process_gone "$DAEMON"
