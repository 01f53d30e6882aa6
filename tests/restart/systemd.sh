#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# `systemctl restart`, of the same and of another binary, under a systemd of
# its own (in namespaces for processes, mounts and control groups) and with the
# unit as it is shipped, while a client asks for the VIP a thousand times a
# second; and what else a service manager does to a daemon.
#
#   a (systemd)      b                c (asks, 1,000/s)
#      |                |                 |
#   ---+----------------+-----------------+---  br0   vhid 3, both families
# shellcheck source=tests/restart/lib.sh
source "$(dirname "$0")/lib.sh"
RESTARTS=${1:-6}
hosts a b c
UNITS=$HOSTS_DIR/units
mkdir -p "$UNITS"

# --- a systemd ------------------------------------------------------------------
"$HOSTS_TOP/scripts/install-units.sh" /run/sbin "$UNITS"
sed -i "s#/etc/carp-xdp#/run/conf#" "$UNITS"/*.service
mkdir "$UNITS"/carp-xdp{,-hand@,-runner@}.service.d
cat >"$UNITS/carp-xdp.service.d/here.conf" <<UNIT
[Unit]
DefaultDependencies=no
StartLimitIntervalSec=0
[Service]
CPUSchedulingPolicy=fifo
CPUSchedulingPriority=10
StandardError=append:/run/carp-xdp.log
Environment=CARP_XDP_PIN_DIR=$HOSTS_PINS/a
UNIT
for unit in -hand@ -runner@; do
	cp "$UNITS"/carp-xdp{,$unit}.service.d/here.conf
done
mkdir "$UNITS"/carp-xdp-{hand,runner}.socket.d
printf '[Unit]\nDefaultDependencies=no\n' |
	tee "$UNITS/here.target" "$UNITS/carp-xdp-runner.socket.d/here.conf" \
		>"$UNITS/carp-xdp-hand.socket.d/here.conf"
understood() {
	! systemd-analyze verify --man=no \
		"$UNITS"/carp-xdp{,-{hand,runner}@}.service \
		"$UNITS"/carp-xdp-{hand,runner}.socket 2>&1 |
		grep -v "is not executable"
}
mkdir -p "$HOSTS_DIR/users/etc"
cp /etc/passwd /etc/group "$HOSTS_DIR/users/etc"
ok "and makes its users" systemd-sysusers --root="$HOSTS_DIR/users" \
	"$HOSTS_TOP/scripts/carp-xdp.sysusers"
ok "systemd understands the unit" understood

cat >"$HOSTS_DIR/init" <<INIT
#!/bin/bash
set -e
mount --make-rprivate /
mount -t proc proc /proc
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p $HOSTS_DIR/run
mount -t tmpfs -o mode=755 tmpfs $HOSTS_DIR/run
mkdir -p $HOSTS_DIR/run/{netns,units,sbin}
mount --rbind /run/netns $HOSTS_DIR/run/netns
cp -r $UNITS/. $HOSTS_DIR/run/units
cp $CARP_BINARY $HOSTS_DIR/run/sbin/carp-xdp
cp $PASS $HOSTS_DIR/run/pass
mkdir -p $HOSTS_DIR/run/conf
mount --rbind $HOSTS_DIR/run /run
mount -t tmpfs tmpfs /var/lib
mount --bind $HOSTS_DIR/users/etc/passwd /etc/passwd
mount --bind $HOSTS_DIR/users/etc/group /etc/group
export SYSTEMD_UNIT_PATH=/run/units container=test
exec /lib/systemd/systemd --system --unit=here.target --log-target=console
INIT
chmod +x "$HOSTS_DIR/init"
CONTROL_GROUP=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/$HOSTS_RUN

systemd_ends() {
	[[ -z ${MANAGER:-} ]] || kill -KILL "$MANAGER" 2>/dev/null
	wait_until 40 remove_control_group || true
}
remove_control_group() {
	[[ -d $CONTROL_GROUP ]] || return 0
	find "$CONTROL_GROUP" -depth -type d -exec rmdir {} + 2>/dev/null
	[[ ! -d $CONTROL_GROUP ]]
}
eval "real_$(declare -f hosts_close)"
hosts_close() {
	systemd_ends
	real_hosts_close
}

start_systemd() {
	mkdir "$CONTROL_GROUP" || return 1
	(
		echo "$BASHPID" >"$CONTROL_GROUP/cgroup.procs"
		exec nsenter --net="/run/netns/$HOSTS_RUN-a" \
			unshare --mount --pid --cgroup --fork --kill-child \
			"$HOSTS_DIR/init" >"$HOSTS_DIR/systemd.log" 2>&1
	) &
	disown
	wait_until 20 first_process $!
}
first_process() {
	MANAGER=$(pgrep -P "$1") && [[ -n $MANAGER ]]
}
inside() { nsenter -t "$MANAGER" --mount --pid -- "$@"; }
running() { inside systemctl is-active here.target; }
if ! start_systemd || ! wait_until 15 running >/dev/null 2>&1; then
	note "systemd does not start in namespaces here: not tested"
	sed 's/^/#   /' "$HOSTS_DIR/systemd.log" | tail -n5 || true
	exit 0
fi

# As the functions of these names, of the service on host a.
carp() {
	if [[ $1 == a ]]; then
		inside nsenter --net="/run/netns/$HOSTS_RUN-a" -- \
			/run/sbin/carp-xdp "${@:2}"
	else
		carp_by on "$@"
	fi
}
main_pid() { inside systemctl show -P MainPID carp-xdp; }
attach_a() {
	carp a attach eth0 --pass-file /run/pass --vhid 3 --vip "$VIP4/24" \
		--vip "$VIP6/64" --advbase 0 --advskew 1 >"$HOSTS_DIR/attach" 2>&1 ||
		note "attach: $(cat "$HOSTS_DIR/attach" "$HOSTS_DIR/systemd.log")"
}
described() { carp a status -j | jq "$1"; }

# --- restarts -----------------------------------------------------------------
ok "the service starts" inside systemctl start carp-xdp
attach_a
wait_until 20 state_is a 3 master
first b
# Patient enough for a machine that is busy with a service manager, too.
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advbase 0 --advskew 20
wait_until 40 sole_master 3 a b

watch
# Of another binary and of this one, by turns; counts those after which the
# groups were there.
turn=0 there=0
restart_service() {
	local binary=$CARP_BINARY
	turn=$((turn + 1))
	((turn % 2 == 0)) || binary=$NEXT
	cp "$binary" "$HOSTS_DIR/new"
	inside cp "$HOSTS_DIR/new" /run/sbin/new
	inside mv /run/sbin/new /run/sbin/carp-xdp
	inside systemctl restart carp-xdp
	[[ $(described '.groups | length') != 1 ]] || there=$((there + 1))
}

pid=$(described .pid)
sampled "$RESTARTS" "systemctl restart" restart_service
ok "each time the groups are there" [ "$there" == "$turn" ]
ok "no reply lost, no change of state, nothing later than the dead time" \
	unnoticed
before=$(transitions)
ok "it is another process" [ "$pid" != "$(described .pid)" ]
ok "of which systemd knows the guardian" \
	[ "$(main_pid)" == "$(described .guardian)" ]
ok "whom it leaves alone when the kernel has killed the other" \
	[ "$(inside systemctl show -P OOMPolicy carp-xdp)" == continue ]
score() { inside cat "/proc/$(described "$1")/oom_score_adj"; }
ok "and which is not the first to be killed then" \
	[ "$(score .guardian)" -lt "$(score .pid)" ]
ok "and there are no more than these two" [ "$(inside cat \
	/sys/fs/cgroup/system.slice/carp-xdp.service/cgroup.procs |
	wc -l)" == 2 ]
one_hand() { [[ $(inside pgrep carp-hand | wc -l) == 1 ]]; }
ok "and one hand, a service of its own" wait_until 5 one_hand

# --- who they are -------------------------------------------------------------
status_field() { inside sed -n "s/^$2:[\t ]*//p" "/proc/$(described "$1")/status"; }
USER_ID=$(awk -F: '$1 == "carp-xdp" { print $3 }' "$HOSTS_DIR/users/etc/passwd")
for who in .pid .guardian; do
	ok "$who: its user, no root" grep -qx "$USER_ID\(.$USER_ID\)*" \
		<<<"$(status_field $who Uid)"
	ok "$who: no capability, and none to be had" \
		[ "$(status_field $who CapPrm)$(status_field $who CapBnd)" == \
		00000000000000000000000000000000 ]
	ok "$who: system calls are filtered" \
		[ "$(status_field $who Seccomp)" == 2 ]
done
refute "nothing is gone without" inside grep "goes on without" \
	/run/carp-xdp.log
ok "hand: four capabilities" \
	[ "$(status_field .hand CapBnd)" == 000000c000003000 ]

# --- the configuration ------------------------------------------------------------
write_config() {
	cat >"$HOSTS_DIR/conf" <<CONF
group web {
	interface = eth0
	vhid = 3
	vips = { $VIP4/24, $VIP6/64 }
	pass-file = /run/pass
	advbase = 0
	advskew = $1
}
CONF
	inside cp "$HOSTS_DIR/conf" /run/conf/carp-xdp.conf
}
write_config 2
ok "systemctl reload applies the file" inside systemctl reload carp-xdp
ok "to the group that is there" [ "$(group a 3 .advskew)" == 2 ]
write_config 300
refute "and fails if that is in error" inside systemctl reload carp-xdp
write_config 3
inside systemctl restart carp-xdp
ok "a restart applies it, too" [ "$(group a 3 .advskew)" == 3 ]
ok "nobody noticed" [ "$before" == "$(transitions)" ]

# --- a track ------------------------------------------------------------------
track_is() { [[ $(described '.tracks[0].state') == "\"$1\"" ]]; }
refute "nobody runs anything yet" inside pgrep carp-runner
cat >"$HOSTS_DIR/check" <<CHECK
#!/bin/sh
grep -E '^(Uid|CapPrm|CapBnd|NoNewPrivs):' /proc/self/status >/tmp/status
id -un
test ! -e /run/broken
CHECK
chmod 0755 "$HOSTS_DIR/check"
inside cp "$HOSTS_DIR/check" /run/check
cat >"$HOSTS_DIR/conf.track" <<CONF
track probe {
	command = { /run/check }
	interval = 0.2
}
track wire { address = "192.0.2.2 dev eth0" }
CONF
inside cp "$HOSTS_DIR/conf.track" /run/conf/track.conf
ok "a reload brings tracks" inside systemctl reload carp-xdp
eventually 15 "the check is up" track_is up
wire_is_up() { [[ $(described '.tracks[1].state') == '"up"' ]]; }
eventually 15 "the neighbour is, too" wire_is_up
runner_id=$(awk -F: '$1 == "carp-xdp-runner" { print $3 }' \
	"$HOSTS_DIR/users/etc/passwd")
ok "run by a user of its own" \
	[ "$(described '.tracks[0].text')" == '"carp-xdp-runner"' ]
ok "who is not the controller's" [ "$runner_id" != "$USER_ID" ]
checked() { inside find /tmp/systemd-private-*runner* -name status -exec cat {} +; }
ok "without a capability" grep -q "CapPrm:.0000000000000000" <(checked)
ok "and none to be had" grep -q "NoNewPrivs:.1" <(checked)
inside touch /run/broken
eventually 15 "what breaks is noticed" track_is down
before=$(transitions)
ok "a restart" inside systemctl restart carp-xdp
ok "knows it all the same" track_is down
inside rm /run/broken
eventually 15 "and goes on with it" track_is up
ok "nobody has noticed that" [ "$before" == "$(transitions)" ]

# --- a hook ---------------------------------------------------------------------
cat >"$HOSTS_DIR/hook" <<'HOOK'
#!/bin/sh
id -un >/tmp/hook-user
read -r event
echo "$event" >>/tmp/hook-events
# What it has left goes with its runner.
case $event in *'"to":"init"'*) sleep 3 ;; esac
HOOK
chmod 0755 "$HOSTS_DIR/hook"
inside cp "$HOSTS_DIR/hook" /run/hook
echo "hook tell { command = { /run/hook } groups = { web } }" \
	>"$HOSTS_DIR/conf.hook"
inside cp "$HOSTS_DIR/conf.hook" /run/conf/hook.conf
ok "a reload brings a hook" inside systemctl reload carp-xdp
hooked() {
	inside find /tmp/systemd-private-*runner* -name "hook-$1" -exec cat {} +
}
# An earlier run may have left some.
told() {
	[[ $(hooked events | jq -r --arg begin "$begin" \
		'select(.time > $begin) | .to' | xargs) == "$1" ]]
}
begin=$(date -u +%FT%T)
# Of the two it is soonest to take it back.
carp a state eth0 --vhid 3 backup >/dev/null
eventually 15 "it is told of both changes" told "backup master"
wait_until 40 sole_master 3 a b
ok "by the runner's user" grep -qx carp-xdp-runner <(hooked user)
before=$(transitions)

# --- beside other XDP programs -----------------------------------------------------
# What the manual says of the service; that it then works, tests/qemu/service.sh
# shows.
manual_dropin() {
	echo "[Service]"
	sed -n '/^CapabilityBoundingSet=CAP_SYS_ADMIN/,/^\.Ed/p' \
		"$HOSTS_TOP/docs/carp-xdp.8" | grep -v '^\.Ed'
}
runs() { described '.tracks[0].runs_up'; }
track_runs() { track_is up && [[ $(runs) -gt $ran ]]; }
manual_dropin >"$HOSTS_DIR/coexist"
inside cp "$HOSTS_DIR/coexist" /run/units/carp-xdp-hand@.service.d/coexist.conf
inside systemctl daemon-reload
ok "a restart with the drop-in for --coexist" inside systemctl restart carp-xdp
ran=$(runs)
ok "its hand has kept what that takes" \
	[ "$(status_field .hand CapPrm)" == 000000c000203000 ]
eventually 15 "and has checks run, as ever" track_runs
ok "nobody has noticed that" [ "$before" == "$(transitions)" ]

# --- the guardian is killed -----------------------------------------------------
pid=$(described .pid)
inside kill -KILL "$(main_pid)"
another() { [[ $(described .pid) != "$pid" ]]; }
eventually 15 "its guardian killed, the controller is taken over from" another
ok "without a change of state" [ "$before" == "$(transitions)" ]

# --- stop -----------------------------------------------------------------------
wire switch "$HOSTS_DIR/record" record a
begin=$(date -u +%FT%T)
inside systemctl stop --no-block carp-xdp
eventually 10 "told to stop, it tells the hook" told init
ok "the service stops" inside systemctl stop carp-xdp
refute "in good order" inside systemctl is-failed carp-xdp
ok "a bow-out is sent" wait_until 20 any_recorded "$HOSTS_DIR/record" \
	'.vhid == 3 and .advbase == 255 and .advskew == 255'
ok "the other host takes over" wait_until 20 state_is b 3 master
refute "no process is left" inside pgrep carp
refute "no address" has_address a "$VIP4"
refute "no program" has_program a
