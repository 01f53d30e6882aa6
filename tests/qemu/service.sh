#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# --coexist as a service: the units as they are shipped, with the drop-in of the
# manual, under Debian's systemd and Linux 6.1, and xdp-filter from its package.
#
#   a (Debian)   b (advskew 50)   c (client)
#      |            |                |
#   ---+------------+----------------+---  br0   vhid 3
export GUEST_LIMIT=${GUEST_LIMIT:-240}
export GUEST_DISK=build/qemu/debian.ext4
export GUEST_FILES=docs/carp-xdp.8
if [[ ! ${CARP_GUEST:-} ]]; then
	top=$(dirname "$0")/../..
	if [[ ! -d $top/build/peers/debian ]]; then
		echo "skip - no Debian in build/peers (scripts/install-deps.sh check)"
		exit 0
	fi
	"$top/tests/qemu/disk.sh" "$GUEST_DISK" || exit
fi
source "$(dirname "$0")/lib.sh"
hosts a b c

# --- that Debian ----------------------------------------------------------------
# Of its own: processes, mounts and control groups; the network is host a's.
ROOT=$HOSTS_DIR/root
cat >"$HOSTS_DIR/init" <<INIT
set -e
mkdir -p $ROOT
mount /dev/vda $ROOT
mount -t proc proc $ROOT/proc
mount -t sysfs sysfs $ROOT/sys
mount -t bpf bpf $ROOT/sys/fs/bpf
mount -t devtmpfs dev $ROOT/dev
mount -t tmpfs -o mode=755 tmpfs $ROOT/run
cd $ROOT
export container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec chroot . /lib/systemd/systemd
INIT
busybox modprobe -a virtio_pci virtio_blk
wait_until 20 test -b /dev/vda
boot() {
	spawn a unshare --mount --pid --cgroup --fork --kill-child \
		bash "$HOSTS_DIR/init" </dev/null >"$HOSTS_DIR/systemd.log" 2>&1
	wait_until 90 booted
}
booted() {
	FIRST=$(ps -o pid= --ppid "$SPAWNED") && FIRST=${FIRST// /} &&
		[[ $(inside systemctl is-system-running) == running ]]
} 2>/dev/null
inside() {
	nsenter -t "$FIRST" --mount --pid --cgroup --net --root --wd -- \
		env PATH=/usr/sbin:/usr/bin "$@"
}
carp() {
	if [[ $1 == a ]]; then
		inside carp-xdp "${@:2}"
	else
		carp_by on "$@"
	fi
}
if ! boot; then
	claim "not ok" "Debian boots"
	tail -n 60 "$HOSTS_DIR/systemd.log" | sed 's/^/#   /'
	exit 1
fi

# --- configured, as the manual says -----------------------------------------------
filter() { inside xdp-filter "$@"; }
# "10 xdpfilt_alw_all, 15 ours"
in_turn() {
	interface a eth0 '[.programs[]? | "\(.priority) " +
		if .ours then "ours" else .name end] | join(", ")'
}
turn_is() { [[ $(in_turn) == "$1" ]]; }
# As the kernel's own tools have it.
loaded() { inside xdp-loader status eth0 | awk '/=>/ { print $2, $3 }' | fmt; }
loaded_is() { [[ $(loaded) == "$1" ]]; }
BOTH="10 xdpfilt_alw_all 15 carp_xdp"
MAC=$(virtual_mac 3)
journal() { inside journalctl -q --no-pager -o cat -u "carp*"; }

inside sh -c 'umask 077; cat >/etc/carp-xdp/web.pass' <"$PASS"
inside sh -c 'cat >/etc/carp-xdp/web.conf' <<CONF
group web {
	interface = eth0
	vhid = 3
	vips = { $VIP4/24, $VIP6/64 }
	pass-file = /etc/carp-xdp/web.pass
	preempt = yes
	coexist = yes
	track = { client }
}
track client { address = 192.0.2.3 }
CONF
MOVES='' OURS=''
remember() { MOVES=$(group a 3 .transitions) OURS=$(program); }
program() { interface a eth0 .program_id; }
undisturbed() {
	state_is a 3 master && [[ $(group a 3 .transitions) == "$MOVES" ]] &&
		[[ $(program) == "$OURS" ]] && state_is b 3 backup
}
service() { inside systemctl "$@" carp-xdp; }
track_is() { [[ $(carp a status -j | jq -r '.tracks[0].state') == "$1" ]]; }
said() { inside journalctl -q --no-pager -o cat -u carp-xdp; }

filter load eth0 --mode skb
ok "the service is enabled" service enable --now
ok "without the drop-in it says what is missing" wait_until 10 eval \
	"grep -F 'the service, with a drop-in: carp-xdp(8)' <(said)"
ok "... and has left xdp-filter as it was" loaded_is "10 xdpfilt_alw_all"
ok "so does the doctor" diagnosed a eth0 xdp_program warning \
	"with 10 xdpfilt_alw_all"
# Out of the manual.
DROPIN=/etc/systemd/system/carp-xdp-hand@.service.d
dropin() {
	inside mkdir -p "$DROPIN" &&
		sed -n '/^CapabilityBoundingSet=/,/^\.Ed/p' docs/carp-xdp.8 |
		sed '/^\.Ed/d; 1i [Service]' |
			inside sh -c "cat >$DROPIN/coexist.conf" &&
		inside systemctl daemon-reload && service restart
}
ok "it is restarted with the manual's drop-in" dropin
eventually 20 "behind xdp-filter, a is master" state_is a 3 master
ok "both are in the dispatcher" loaded_is "$BOTH"
ok "status says who is there" turn_is "10 xdpfilt_alw_all, 15 ours"
eventually 10 "checks are run as ever" track_is up
capabilities() {
	inside sh -c "sed -n 's/^$2:[\t ]*//p' \
		/proc/$(carp a status -j | jq ".$1")/status"
}
ok "its hand has the one capability more" \
	[ "$(capabilities hand CapBnd)" == 000000c000203000 ]
ok "the controller has none" \
	[ "$(capabilities pid CapBnd)" == 0000000000000000 ]
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advskew 50
wait_until 15 state_is b 3 backup
ok "ARP gives the virtual MAC" answers_arp "$VIP4" "$MAC"
ok "neighbour discovery, too" answers_nd "$VIP6" "$MAC"
filter ip --mode src 192.0.2.3
refute "whom xdp-filter denies is not answered" pings "$VIP4"
filter ip --remove --mode src 192.0.2.3
ok "... until it is allowed again" pings "$VIP4"

# --- who comes and goes -----------------------------------------------------------
remember
ok "a reload" service reload
ok "touches nothing" undisturbed
ok "a restart" service restart
ok "neither" undisturbed
ok "all are there still" loaded_is "$BOTH"
ok "xdp-filter goes" filter unload eth0
ok "ours stays" loaded_is "15 carp_xdp"
ok "a restart then" service restart
ok "xdp-filter comes back" filter load eth0 --mode skb
eventually 15 "and joins us" turn_is "10 xdpfilt_alw_all, 15 ours"
ok "nothing has changed hands" undisturbed
ok "c is answered" answers_arp "$VIP4" "$MAC"
killed() {
	inside systemctl kill --kill-whom=all -s KILL carp-xdp "carp-xdp-hand@*"
}
ok "all of it killed" killed
eventually 20 "systemd starts it, and ours is in its place" loaded_is "$BOTH"
eventually 20 "and a is master again" state_is a 3 master
ok "the service stops" service stop
eventually 10 "b takes over" state_is b 3 master
ok "xdp-filter is left" loaded_is "10 xdpfilt_alw_all"
refute "of us nothing" inside find /sys/fs/bpf/carp-xdp -mindepth 1 -name "*"
ok "it starts" service start
eventually 20 "and is master again" state_is a 3 master
ok "with xdp-filter" loaded_is "$BOTH"
if [[ $FAILED != 0 ]]; then
	note "what the service said:"
	said | tail -n 40 | sed 's/^/#   /'
fi
