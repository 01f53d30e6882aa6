#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Tracking: a check that fails makes a master hand over, and take back once it
# is well; whatever a check does - hang, flood, fork, kill - disturbs nobody;
# the runner's end changes nothing; a reload changes what differs.
#
#   a (daemon --config)     b
#      |                    |
#   ---+--------------------+---  br0   vhid 3
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b
CONF=$HOSTS_DIR/conf
# Where the checks, which are nobody of ours, find and leave things.
ROOM=$HOSTS_DIR/room
mkdir -m 0755 "$CONF"
mkdir -m 0777 "$ROOM"
chmod 0755 "$HOSTS_DIR"

conf() { (umask 022 && cat >"$CONF/$1"); }
script() { cat >"$ROOM/$1" && chmod 0755 "$ROOM/$1"; }
group_of() {
	cat <<GROUP
group web {
	interface = eth0
	vhid = 3
	vips = { $VIP4/24 }
	pass-file = $PASS
	preempt = true
	$*
}
GROUP
}
# track NAME OPTION...: as it stands in a file; quick.
track() {
	printf 'track %s {\n\tinterval = 0.2\n\ttimeout = 0.5\n' "$1"
	shift
	printf '\t%s\n' "$@"
	echo "}"
}
logged() { grep -q -- "$1" "$HOSTS_DIR/a.log"; }
# of TRACK FILTER: of its status.
of() {
	carp a status -j 2>>"$HOSTS_DIR/errors" |
		jq -r --arg name "$1" '.tracks[] | select(.name == $name) | '"$2"
}
is() { [[ $(of "$1" "$2") == "$3" ]]; }
reload() { carp a reload >"$HOSTS_DIR/reloaded"; }
reloaded() { grep -qx -- "$1" "$HOSTS_DIR/reloaded"; }
# refused_by TEXT: that configuration is refused, so.
refused_by() {
	! carp a check "$CONF/bad" 2>"$HOSTS_DIR/said" &&
		grep -q -- "$1" "$HOSTS_DIR/said"
}
bad() {
	{
		cat
		group_of
	} | conf bad
}

# --- a check that fails ------------------------------------------------------------
script check <<SH
#!/bin/sh
[ -e $ROOM/well ] && echo "all is well" && exit 0
echo "something is missing"
echo "and this is not told"
exit 3
SH
touch "$ROOM/well"
{
	track well "command = { $ROOM/check }"
	group_of "track = { well }"
} | conf a.conf
spawn_carp a daemon --config "$CONF" 2>>"$HOSTS_DIR/a.log"
wait_until 10 carp a status >/dev/null 2>&1
attach b --vhid 3 --vip "$VIP4/24" --advskew 100 --preempt
eventually 10 "a is master" state_is a 3 master
ok "the check is up" wait_until 5 is well .state up
ok "and says so" is well .text "all is well"
carp a monitor -j >"$HOSTS_DIR/monitor" &
MONITOR=$!
rm "$ROOM/well"
eventually 5 "it fails, and b takes over" state_is b 3 master
ok "a is a backup" wait_until 3 state_is a 3 backup
ok "the track is down, and says why" \
	is well .text "status 3: something is missing"
carp a status >"$HOSTS_DIR/status"
ok "status has the demotion with its author's name" grep -Eq \
	"^demoted: groups with track well \+1 for [0-9]+s: track well" \
	"$HOSTS_DIR/status"
ok "and the track" grep -Eq \
	"^track well: down for [0-9]+s, down [0-9]+s ago: status 3: some" \
	"$HOSTS_DIR/status"
touch "$ROOM/well"
eventually 5 "it is well again, and a takes back" state_is a 3 master
refute "nothing is left in the ledger" \
	grep -q demoted <(carp a status)
kill "$MONITOR"
ok "the monitor has told both" test "$(jq -rs \
	'map(select(.event == "track") | .state) | join(" ")' \
	"$HOSTS_DIR/monitor")" == "down up"
