#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Hooks: each change of state is told, in its order and never two at a time of
# one group, with the monitor's object; without privilege, environment or
# secret; one that hangs, floods or fails disturbs no election, and the last
# state is never lost.
#
#   a (daemon --config)     b
#      |                    |
#   ---+--------------------+---  br0   vhid 3 and 4
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b
# shellcheck source=tests/netns/room.sh
source "$(dirname "$0")/room.sh"
group_of() {
	cat <<GROUP
group $1 {
	interface = eth0
	vhid = $2
	vips = { $3/24 }
	pass-file = $PASS
	preempt = true
}
GROUP
}
hook() {
	printf 'hook %s {\n' "$1"
	shift
	printf '\t%s\n' "$@"
	echo "}"
}
logged() { grep -q -- "$1" "$HOSTS_DIR/a.log"; }
log_count() { grep -c -- "$1" "$HOSTS_DIR/a.log" || true; }
move() {
	carp a state eth0 --vhid "$1" "$2" >/dev/null
	wait_until 10 state_is a "$1" "$2"
}
reload() { carp a reload >"$HOSTS_DIR/reloaded"; }

# What it is given goes to a file for its first argument; whoever comes upon
# another of that group at work says so.
script keep <<K
#!/bin/bash
read -r event
vhid=\$(jq .vhid <<<"\$event")
mkdir "$ROOM/at-work-\$vhid" || echo "two of \$vhid" >>"$ROOM/faults"
echo "\$event" >>"$ROOM/\$1"
env >"$ROOM/environment"
grep -E '^(Cap|Uid|Groups|NoNewPrivs)' /proc/self/status >"$ROOM/privilege"
ls -l /proc/self/fd >"$ROOM/descriptors"
sleep 0.1
rmdir "$ROOM/at-work-\$vhid"
K
script fail <<'K'
#!/bin/bash
echo "no such luck" >&2
echo "and more" >&2
exit 7
K
script hang <<K
#!/bin/bash
sleep 1000 &
echo \$! >>"$ROOM/sleepers"
sleep 1000
K
script flood <<'K'
#!/bin/bash
exec yes
K

# --- what it is told -----------------------------------------------------------
{
	hook all "command = { $ROOM/keep, all }"
	hook masters "command = { $ROOM/keep, masters }" "on = { master }" \
		"groups = { web }"
	group_of web 3 "$VIP4"
	group_of mail 4 192.0.2.104
} | conf carp-xdp.conf
ok "a file with hooks is checked" carp a check "$CONF"
spawn_carp a daemon --config "$CONF" >"$HOSTS_DIR/a.log" 2>&1
wait_until 10 carp a status >/dev/null
spawn_carp a monitor -j >"$HOSTS_DIR/monitor"
wait_until 15 state_is a 3 master
wait_until 15 state_is a 4 master
seen() { # FILE VHID: the states it was told of
	jq -r "select(.vhid == $2) | .to" "$ROOM/$1" 2>/dev/null | xargs
}
told() { [[ $(seen "$1" "$2") == "$3" ]]; }
eventually 10 "each change is told, in its order" \
	told all 3 "backup master"
eventually 10 "and of the other group" told all 4 "backup master"
eventually 10 "a hook for masters of one group: no other" \
	told masters 3 master
ok "nothing of the other" told masters 4 ""
move 3 backup
move 3 master
eventually 10 "and so on" told all 3 "backup master backup master"
same() {
	jq -se --slurpfile monitor "$HOSTS_DIR/monitor" '
		[.[] | select(.vhid == 3)] | last as $one |
		any($monitor[]; . == $one)' "$ROOM/all"
}
eventually 3 "it is the monitor's object" same
ok "with all that is promised" jq -se 'all(.[]; .version == 1 and
	.event == "state" and .interface == "eth0" and .time and .reason and
	.from and (.group == "web" or .group == "mail"))' "$ROOM/all"

# --- what it has -----------------------------------------------------------------
powerless() {
	[[ $(grep -cE '^Cap(Inh|Prm|Eff|Amb):.0{16}$' "$ROOM/privilege") == 4 ]] &&
		grep -q '^NoNewPrivs:.1$' "$ROOM/privilege"
}
ok "no capability, nor a way to one" powerless
ok "a user of its own" grep -Eq '^Uid:	(6|[1-9][0-9]{2})' "$ROOM/privilege"
refute "not root" grep -Eq '^Uid:	0' "$ROOM/privilege"
ok "a clean environment" [ -z "$(cut -d= -f1 "$ROOM/environment" |
	grep -vxE 'PATH|LANG|HOME|PWD|SHLVL|_')" ]
refute "and no secret in what it is given" \
	grep -rq mekmitasdigoat "$ROOM"

# --- one that misbehaves ---------------------------------------------------------
{
	hook all "command = { $ROOM/keep, all }"
	hook fails "command = { $ROOM/fail }" "groups = { mail }"
	hook hangs "command = { $ROOM/hang }" "timeout = 0.5" \
		"groups = { web }"
	hook floods "command = { $ROOM/flood }" "timeout = 0.3" \
		"groups = { web }"
	group_of web 3 "$VIP4"
	group_of mail 4 192.0.2.104
} | conf carp-xdp.conf
ok "a reload takes them" reload
ok "and says so" grep -q "add hook hangs" "$HOSTS_DIR/reloaded"
ok "what is gone is named" grep -q "remove hook masters" "$HOSTS_DIR/reloaded"
ok "the same again changes nothing" carp a reload
shown() { carp a showconf | tee "$HOSTS_DIR/shown" | grep -qx "hook hangs {"; }
ok "showconf has them" shown
carp a showconf >"$CONF/shown"
ok "and can be read back" carp a check "$CONF/shown"
rm "$CONF/shown"
move 4 backup
eventually 5 "a failure is told, with status and first line" logged \
	"^carp-xdp: eth0 vhid 4: hook fails for backup: failed: status 7: no such luck$"
move 4 master
for _ in {1..6}; do
	move 3 backup
	move 3 master
done
ok "elections do not wait for hooks that hang" state_is a 3 master
# The last that a monitor was told of that group is the last the hook was.
last_told() {
	jq -se --slurpfile monitor "$HOSTS_DIR/monitor" '
		([.[] | select(.vhid == 3)] | last) ==
		([$monitor[] | select(.vhid == 3 and .event == "state")] | last)
		' "$ROOM/all"
}
eventually 30 "the last state is told, whatever was left out" last_told
eventually 30 "who hangs is ended" logged \
	"hook hangs for master: failed: not done within 500 ms"
eventually 30 "who floods, too" logged "hook floods for master: failed: "
quiet() {
	local pid
	while read -r pid; do
		process_gone "$pid" || return 1
	done <"$ROOM/sleepers"
}
eventually 30 "with all that came of it" quiet
refute "never two of one group at a time" test -e "$ROOM/faults"
ok "a hook is ten lines a minute" \
	[ "$(log_count 'vhid 3: hook hangs')" -le 10 ]

# --- errors ------------------------------------------------------------------------
# refused_by TEXT LINE...: a hook with these lines.
refused_by() {
	local text=$1
	shift
	{
		hook x "$@"
		group_of web 3 "$VIP4"
	} | conf bad
	! carp a check "$CONF/bad" 2>"$HOSTS_DIR/said" &&
		grep -qF -- "$text" "$HOSTS_DIR/said"
}
run="command = { $ROOM/keep }"
ok "no command" refused_by "bad:3: hook x: command is missing" "timeout = 1"
ok "no absolute path" refused_by \
	"bad:2: command keep: wanted is an absolute path" "command = { keep }"
ok "another state" refused_by \
	"bad:3: on slave: allowed are init, backup, master" \
	"$run" "on = { slave }"
ok "a time out of range" refused_by \
	"bad:3: timeout 601: allowed are 0.1 to 600 s" "$run" "timeout = 601"
ok "a group that is none" refused_by \
	"bad:1: hook x: group mial: there is none of that name" \
	"$run" "groups = { mial }"
ok "an option that is none" refused_by "bad:3: no such option 'user'" \
	"$run" "user = root"

# --- leaving -------------------------------------------------------------------------
rm "$CONF/bad"
hook all "command = { $ROOM/keep, all }" | conf carp-xdp.conf
ok "a reload takes the groups away" reload
told_last() { [[ $(seen all 3) == *init ]]; }
eventually 15 "and their hook is told" told_last
