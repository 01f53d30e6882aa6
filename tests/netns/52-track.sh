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
# shellcheck source=tests/netns/room.sh
source "$(dirname "$0")/room.sh"
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
	printf 'track %s {\n\tinterval = 0.2\n' "$1"
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
status_says() { grep -q "$1" <(carp a status); }
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
# page FILTER: of what the status page is told of the host.
page() {
	on a curl -sN --max-time 1 http://127.0.0.1:9112/events |
		sed -n '/^event: host/{n;s/^data: //p;q}' | jq -r "$1"
}
{
	echo "metrics = 127.0.0.1:9112"
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
ok "so has the page" [ "$(page '.tracks[] | "\(.name) \(.state) \(.demotion)"')" \
	== "well down 1" ]
ok "which knows whose demotion it is" [ "$(page '.demotions[].track')" == well ]
touch "$ROOM/well"
eventually 5 "it is well again, and a takes back" state_is a 3 master
refute "nothing is left in the ledger" \
	grep -q demoted <(carp a status)
kill "$MONITOR"
ok "the monitor has told both" test "$(jq -rs \
	'map(select(.event == "track") | .state) | join(" ")' \
	"$HOSTS_DIR/monitor")" == "down up"

# --- who runs it -------------------------------------------------------------------
NURSERY=$(pgrep -P "$(controller a)" carp-nursery)
runner() { pgrep -P "$NURSERY" carp-runner; }
field() { sed -n "s/^$2:[ \t]*//p" "/proc/$1/status"; }
RUNNER=$(runner)
ok "the runner is nobody of ours" [ "$(field "$RUNNER" Uid)" == \
	$'61113\t61113\t61113\t61113' ]
ok "in no other group" [ -z "$(field "$RUNNER" Groups | tr -d ' ')" ]
ok "may ask neighbours and nothing else" \
	[ "$(field "$RUNNER" CapPrm)$(field "$RUNNER" CapBnd)" == \
	00000000000020000000000000002000 ]
ok "and gets nothing back" [ "$(field "$RUNNER" NoNewPrivs)" == 1 ]
script look <<SH
#!/bin/sh
cat /proc/self/status >$ROOM/status.new
ls -l /proc/self/fd >$ROOM/fds
env >$ROOM/env
mv $ROOM/status.new $ROOM/status
SH
{
	track well "command = { $ROOM/check }"
	track look "command = { $ROOM/look, 'two words' }"
	group_of "track = { well }"
} | conf a.conf
ok "a reload" reload
ok "adds a track" reloaded "add track look"
ok "and nothing else" reloaded "1 change, 2 unchanged"
ok "which has been run" wait_until 5 is look .state up
seen() { [[ $(sed -n "s/^$1:[ \t]*//p" "$ROOM/status") == "$2" ]]; }
ok "a command is nobody, too" seen Uid $'61113\t61113\t61113\t61113'
for kind in CapInh CapPrm CapEff CapAmb; do
	ok "and has no capability: $kind" seen $kind 0000000000000000
done
ok "nor gets one" seen NoNewPrivs 1
ok "it has three descriptors, and the one that looks" \
	[ "$(grep -c -- '->' "$ROOM/fds")" == 4 ]
refute "and nothing of our environment" \
	grep -vE '^(PATH|LANG|HOME|PWD|_|SHLVL)=' "$ROOM/env"
refute "b, which has no configuration, has no nursery" \
	pgrep -P "$(controller b)" carp-nursery

# --- what a check may do -------------------------------------------------------------
# Of each run's descendants one has gone to a session of its own; all of them
# hold the lock.
script run-wild <<SH
#!/bin/bash
exec 9>>$ROOM/lock
flock -n 9 || touch $ROOM/twice
case \$(cat $ROOM/wild) in
hang)
	trap '' TERM HUP INT
	setsid sleep 1001 &
	(setsid setsid sleep 1001 &)
	sleep 1001
	;;
flood)
	yes "so much to say"
	;;
fork)
	for i in {1..50}; do setsid sleep 1001 & done
	;;
fall)
	kill -SEGV \$\$
	;;
esac
echo \$(cat $ROOM/wild)
SH
wild() { echo "$1" >"$ROOM/wild.new" && mv "$ROOM/wild.new" "$ROOM/wild"; }
sleepers() { pgrep -u 61113 -f "^sleep 1001$"; }
no_sleepers() { ! sleepers; }
wild calm
{
	track well "command = { $ROOM/check }"
	track wild "command = { $ROOM/run-wild }" "fall = 1" "timeout = 0.5"
	group_of "track = { well }"
} | conf a.conf
reload
ok "a wild one that is calm is up" wait_until 5 is wild .text calm
wild hang
ok "when it hangs it is down" wait_until 5 is wild .state down
ok "because it was not done in time" is wild .text "not done within 500 ms"
wild fork
ok "one that leaves others behind is up" wait_until 5 is wild .text fork
wild calm
ok "what it has left is gone" wait_until 5 no_sleepers
wild flood
ok "a flood has an end, too" wait_until 5 is wild .state down
ok "meanwhile the other is run" is well .stale false
wild fall
ok "a crash is told" wait_until 5 is wild .text "signal 11"
refute "no two runs at a time" test -e "$ROOM/twice"
ok "of all that nobody has noticed anything" state_is a 3 master
wild hang
ok "it hangs once more" wait_until 5 sleepers

# --- the runner's end ----------------------------------------------------------------
starts() { runner >"$HOSTS_DIR/runner" && [[ $(cat "$HOSTS_DIR/runner") != "$RUNNER" ]]; }
kill -KILL "$RUNNER"
ok "with the runner ends all that it ran" wait_until 3 no_sleepers
ok "status says so" wait_until 2 status_says "^runner: has ended"
wild calm
ok "what was found out stays" is well .state up
ok "there is another one soon" wait_until 5 starts
ok "which goes on" wait_until 5 is wild .state up
ok "nobody has noticed that, either" state_is a 3 master

# --- a value -------------------------------------------------------------------------
(umask 022 && echo 0 >"$ROOM/load")
{
	track well "command = { $ROOM/check }"
	track load "file = $ROOM/load" "demotion = 7" "all = true"
	group_of "track = { well }"
} | conf a.conf
ok "a reload" reload
ok "removes a track" reloaded "remove track wild"
ok "which is run no more" wait_until 3 fails pgrep -f "$ROOM/run-wild"
ok "a file of 0 demotes by nothing" wait_until 5 is load .state up
ok "nothing at all" is load .demotion 0
echo 30 >"$ROOM/load"
eventually 5 "a file of 30 hands over" state_is b 3 master
ok "by 30" is load .demotion 30
echo 400 >"$ROOM/load"
ok "one that cannot be is down" wait_until 5 is load .state down
ok "which demotes by what was said" is load .demotion 7
echo 0 >"$ROOM/load"
eventually 8 "and back" state_is a 3 master

# --- what needs no program -------------------------------------------------------------
{
	track well "command = { $ROOM/check }"
	track load "file = $ROOM/load" "demotion = 7" "all = true"
	track other 'address = "192.0.2.2 dev eth0"' "fall = 1"
	track wire "interface = eth0" "fall = 1"
	track net 'route = "192.0.2.0/24 dev eth0"'
	track none "route = default"
	track self "process = carp-runner"
	group_of "track = { well }"
} | conf a.conf
reload
for name in other wire net self; do
	ok "up: $name" wait_until 5 is $name .state up
done
ok "down: none" wait_until 5 is none .state down
on a ip link add up0 type veth peer name up1
on a ip link set up1 up
on a ip link set up0 up
{
	cat "$CONF/a.conf"
	echo "track patient { interface = up0 interval = 60 fall = 1 rise = 1 }"
} | conf more && mv "$CONF/more" "$CONF/a.conf"
reload
ok "who looks once a minute" wait_until 5 is patient .state up
on a ip link set up1 down
ok "hears of the link all the same" wait_until 2 is patient .state down
on a ip link set up1 up
ok "of its return" wait_until 2 is patient .state up
on a ip link del up0
ok "and of its end" wait_until 2 is patient .state down
on b ip link set eth0 down
ok "a host that is gone is noticed" wait_until 5 is other .state down
on b ip link set eth0 up
ok "and its return" wait_until 8 is other .state up
{
	track well "command = { $ROOM/check }"
	track load "file = $ROOM/load" "demotion = 7" "all = true"
	group_of "track = { well }"
} | conf a.conf
reload
eventually 8 "a is master again, or still" state_is a 3 master

# --- reload --------------------------------------------------------------------------
since=$(of well .since) runs=$(of well .runs_up)
ok "a reload that changes nothing" reload
ok "says so" reloaded "0 changes, 3 unchanged"
{
	track well "command = { $ROOM/check }" "rise = 5"
	track load "file = $ROOM/load" "demotion = 7" "all = true"
	group_of "track = { well }"
} | conf a.conf
carp a reload --dry-run >"$HOSTS_DIR/reloaded"
ok "a dry run tells what would be" reloaded "would change track well"
ok "and does nothing" is well .rise 2
reload
ok "a change of rise" is well .rise 5
ok "leaves the rest as it is" [ "$(of well .since)" == "$since" ]
ok "and goes on counting" [ "$(of well .runs_up)" -ge "$runs" ]
ok "showconf prints what is read as the same" [ "$(carp a showconf |
	tee "$CONF/shown" | grep -c "rise = 5")" == 1 ]
carp a check "$CONF/shown" >"$HOSTS_DIR/checked"
ok "check says when a failure counts" grep -q \
	"every 0.2 s, a failure counts after 4.200 s at most, for groups" \
	"$HOSTS_DIR/checked"
refute "a track that is not there is refused by set, too" \
	carp a set eth0 --vhid 3 --track nobody
ok "none at all is not" carp a set eth0 --vhid 3 --no-track
ok "the group has none" [ "$(group a 3 '.track | length')" == 0 ]
reload
ok "until the file is read again" [ "$(group a 3 '.track[0]')" == well ]

# --- another process goes on ---------------------------------------------------------
before=$(group a 3 .since) old=$(controller a) changes=$(of well .changes)
spawn_carp a daemon --config "$CONF" --takeover 2>>"$HOSTS_DIR/a.log"
ok "another process takes over" wait_until 10 process_gone "$old"
ok "with its nursery ends the old one's" wait_until 5 process_gone "$NURSERY"
NURSERY=$(pgrep -P "$(controller a)" carp-nursery)
ok "the new one has a runner" wait_until 5 runner
ok "a track that is up goes on to be" is well .state up
ok "without a change" [ "$(of well .changes)" == "$changes" ]
ok "nor has the group one" [ "$(group a 3 .since)" == "$before" ]

# --- errors --------------------------------------------------------------------------
bad <<<"track x { command = { bin/check } }"
ok "a path that is none" refused_by \
	"bad:1: command bin/check: wanted is an absolute path"
bad <<<"track x { interval = 1 }"
ok "nothing to look at" refused_by \
	"bad:1: track x: wanted is one of command, interface"
bad <<<$'track x {\n\tcommand = { /bin/true }\n\tinterval = 0.01\n}'
ok "an interval out of range" refused_by \
	"bad:3: interval 0.01: allowed are 0.1 to 3600 s"
bad <<<$'track x {\n\tcommand = { /bin/true }\n\ttimeout = 61\n}'
ok "a timeout out of range" refused_by "allowed are 0.1 to 60 s"
bad <<<$'track x {\n\tcommand = { /bin/true }\n\tdemotion = 0\n}'
ok "a demotion out of range" refused_by \
	"bad:3: demotion 0: allowed are 1 to 255"
bad <<<$'track x {\n\tcommand = { /bin/true }\n\tfall = 101\n}'
ok "a count out of range" refused_by "fall 101: allowed are 1 to 100"
bad <<<$'track x {\n\tfile = /a\n\tprocess = b\n}'
ok "two things to look at" refused_by \
	"bad:3: process: a track looks at one thing"
bad <<<$'track x {\n\tfile = /a\n}\ntrack x {\n\tfile = /a\n}'
ok "a name given twice" refused_by \
	"bad:6: track x: given twice, first at $CONF/bad:1"
bad <<<$'track x {\n\tfile = /a\n\tuntil-known = maybe\n}'
ok "a word that is none" refused_by \
	"bad:3: until-known maybe: allowed are up, down"
bad <<<$'track x {\n\tgrip = 7\n}'
ok "an option that is none" refused_by "bad:2: no such option 'grip'"
bad <<<$'track a-name-of-16-let {\n\tfile = /a\n}'
ok "a name that is too long" refused_by "allowed are 1 to 15"
conf bad <<<$'track x {\n\tfile = /a'
ok "no end" refused_by "bad:1: this track has no end"
group_of "track = { nobody }" | conf bad
ok "a group that names none" refused_by \
	"bad:1: group web: track nobody: there is none of that name"

# --- the end -------------------------------------------------------------------------
wild hang
{
	track wild "command = { $ROOM/run-wild }"
	group_of
} | conf a.conf
reload
ok "it hangs again" wait_until 5 sleepers
crash a
ok "with the controller ends its nursery" wait_until 5 process_gone "$NURSERY"
ok "and all that was run" wait_until 5 no_sleepers
wild calm
spawn_carp a daemon --config "$CONF" 2>>"$HOSTS_DIR/a.log"
ok "the next one has a runner" wait_until 10 is wild .state up
NURSERY=$(pgrep -P "$(controller a)" carp-nursery)
RUNNER=$(runner)
kill -KILL "$NURSERY"
ok "without its nursery it ends, too" wait_until 3 process_gone "$RUNNER"
ok "status says so" wait_until 5 status_says "^runner: cannot be reached"
ok "and all else goes on" wait_until 8 state_is a 3 master
carp b detach eth0
