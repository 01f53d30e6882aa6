#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What --coexist takes: CAP_SYS_ADMIN, which only who was told so has kept, and
# a kernel that can extend XDP programs.  Where this one cannot, that is said,
# and nothing is left; that it works, tests/qemu/06-coexist.sh shows.
#
#   a (daemon --coexist)   b
#      |                   |
#   ---+-------------------+---  br0   vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
# libxdp's pins are the test's own.
export LIBXDP_BPFFS=$HOSTS_PINS/libxdp
mkdir -p "$LIBXDP_BPFFS"

capabilities() { sed -n 's/^CapPrm:\t//p' "/proc/$1/status"; }
refused() {
	! attach "${@:2}" || return 1
	cat "$HOSTS_DIR/attach"
	grep -F "$1" "$HOSTS_DIR/attach"
}
loader() { on b xdp-loader "$@" >>"$HOSTS_DIR/loader" 2>&1; }
kernel_extends() {
	loader load --mode skb eth0 /usr/lib/*/bpf/xdp-dispatcher.o -n xdp_pass
	on b xdp-loader status eth0 | grep xdp_dispatcher
}

spawn_carp a daemon --coexist 2>"$HOSTS_DIR/log"
wait_until 10 test -S "$HOSTS_DIR/a.sock"
# CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, CAP_BPF, and CAP_SYS_ADMIN
ok "the hand has kept CAP_SYS_ADMIN" \
	[ "$(capabilities "$(hand a)")" == 000000c000203000 ]
ok "the controller has not" \
	[ "$(capabilities "$(controller a)")" == 0000000000000000 ]
if kernel_extends; then
	attach a --vhid 3 --vip "$VIP4/24" --coexist
	ok "ours is in a dispatcher" on a xdp-loader status eth0
	ok "by itself" eval "carp a status -j |
		jq -e '.interfaces[0].programs | map(.priority) == [15]'"
	carp a detach eth0 >/dev/null
else
	ok "that the kernel cannot do it is said" refused \
		"eth0: this kernel lets no dispatcher call our program" \
		a --vhid 3 --vip "$VIP4/24" --coexist
	ok "and what libxdp has met" grep -F "(libxdp: " "$HOSTS_DIR/attach"
fi
loader unload eth0 --all
refute "then nothing is on the interface" has_program a
refute "nor pinned" ls -d "$HOSTS_PINS/a/eth0"
ok "nor in libxdp's place" diff <(find "$LIBXDP_BPFFS/xdp" -name "dispatch-*") \
	/dev/null
attach a --vhid 3 --vip "$VIP4/24"
ok "alone it works" has_program a
ok "and status tells of no others" eval "carp a status -j |
	jq -e '.interfaces[0].programs == null'"

attach b --vhid 4 --vip 192.0.2.104/24
hosts_plug b eth1
ok "whoever was not told to keep it, cannot, and says how" eval \
	"! carp b attach eth1 --vhid 3 --coexist 2>&1 | tee $HOSTS_DIR/eth1 &&
	grep -F 'CAP_SYS_ADMIN only: carp-xdp daemon --coexist keeps it' \
		$HOSTS_DIR/eth1"
cat >"$HOSTS_DIR/two.conf" <<'CONF'
group one {
	interface = eth0
	vhid = 1
	coexist = yes
}
group two {
	interface = eth0
	vhid = 2
}
CONF
ok "all groups of an interface coexist, or none" eval \
	"! carp a check $HOSTS_DIR/two.conf 2>&1 | tee $HOSTS_DIR/two &&
	grep -F 'has eth0 in mode auto with coexist' $HOSTS_DIR/two"
