#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A container of the image, by podman and crun, with the commands of
# docs/container.md as they stand there.  The image is the recipe's last stage: on
# the Debian of build/peers, with this tree's package.
#
#   a (podman's)            b (the program of this tree)
#      |                    |
#   ---+--------------------+---  br0   vhid 3
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
cd "$HOSTS_TOP"
BASE=build/peers/debian
RECIPE=scripts/container/Containerfile
GUIDE=docs/container.md
if [[ ! -d $BASE ]]; then
	echo "skip - no Debian in build/peers (scripts/install-deps.sh check)"
	exit 0
fi
hosts a b

# --- a machine with podman ------------------------------------------------------
# The files of this one, but /etc, /run, /dev/shm, podman's store and the BPF file
# system of its own.  Of control groups one version: crun does not know both.
mkdir -p "$HOSTS_DIR"/{etc/carp-xdp,etc/containers,work,store,deb/src/build}
cat >"$HOSTS_DIR/mounts" <<MOUNTS
set -e
mount --make-rprivate /
! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
mount -t bpf bpf /sys/fs/bpf
mount -t overlay -o lowerdir=/etc,upperdir=$HOSTS_DIR/etc,workdir=$HOSTS_DIR/work \
	overlay /etc
mkdir -p /var/lib/containers
mount --bind $HOSTS_DIR/store /var/lib/containers
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
echo ready
exec sleep infinity
MOUNTS
# No more than a root without CAP_SYS_RESOURCE may give.
cat >"$HOSTS_DIR/etc/containers/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
spawn a unshare --mount bash "$HOSTS_DIR/mounts" >"$HOSTS_DIR/machine"
MACHINE=$SPAWNED
wait_until 10 grep -q ready "$HOSTS_DIR/machine"
there() { nsenter -t "$MACHINE" --net --mount -- "$@"; }
podman() { there podman "$@"; }
carp() {
	if [[ $1 == a ]]; then
		podman exec carp-xdp carp-xdp "${@:2}"
	else
		carp_by on "$@"
	fi
}
eval "real_$(declare -f hosts_close)"
hosts_close() {
	podman rm -f carp-xdp >/dev/null 2>&1
	real_hosts_close
	# podman's, where there is nothing else of it.
	find /sys/fs/cgroup/*/libpod_parent -depth -type d \
		-exec rmdir {} + 2>/dev/null
}

# --- the image ------------------------------------------------------------------
# The guide's words: guide PATTERN prints the command that begins so.
guide() {
	awk -v begin="^$1" '$0 ~ begin { on = 1 }
		on { print; if (!/\\$/) exit }' $GUIDE
}
base() {
	tar -C $BASE --exclude=./var/lib/apt/lists/* --exclude=./var/cache/* \
		--exclude=./usr/share/{doc,man,locale}/* -c . |
		podman import -q - "$(sed -n 's/^FROM \(.*\) AS .*/\1/p' $RECIPE)"
}
# image TAG
image() {
	nsenter -t "$MACHINE" --mount buildah bud -q --pull=never --isolation chroot -t "$1" \
		--build-context "build=$HOSTS_DIR/deb" -f "$HOSTS_TOP/$RECIPE" "$HOSTS_TOP"
}
package() {
	scripts/deb.sh "$VERSION" "$HOSTS_DIR/deb/src/build/deb"
}
VERSION=$("$CARP_BINARY" --version | sed -n '1s/.* //p')
IMAGE=$(guide "podman build" | sed -n 's/.*-t \([^ ]*\).*/\1/p')
ok "there is a Debian to begin with" base
ok "and a package" package
ok "the image is built" image "$IMAGE"

# --- as documented --------------------------------------------------------------
# configure ADVSKEW
configure() {
	cat >"$HOSTS_DIR/etc/carp-xdp/web.conf" <<-CONF
		group web {
			interface = eth0
			vhid = 3
			vips = { $VIP4/24 }
			pass-file = /etc/carp-xdp/web.pass
			advskew = $1
			auth = strict
			preempt = true
		}
	CONF
}
configure 0
install -m 600 "$PASS" "$HOSTS_DIR/etc/carp-xdp/web.pass"
said() { there bash -c "$(guide "$1")"; }
# With the profile that the guide makes for this podman.
run() {
	local option
	option=$(grep -o -m1 -- '--security-opt seccomp=[^ `]*' $GUIDE) &&
		there bash -c "$(guide "podman run" | sed "s| $IMAGE|\
 $option&|")"
}
serves() { state_is a 3 master && state_is b 3 backup; }
is() { [[ $(podman inspect -f "{{.State.$1}}" carp-xdp) == "$2" ]]; }
tells() { said "podman exec" | grep -E 'eth0 +3 +MASTER'; }
reread() {
	configure 7
	carp a reload && [[ $(group a 3 .advskew) == 7 ]]
}
# Of what it left: no address, no program, no pin.
nothing_left() {
	! has_address a "$VIP4" && ! has_program a &&
		! there ls /sys/fs/bpf/carp-xdp
}
refused() { podman logs carp-xdp 2>&1 | grep 'not permitted .* seccomp'; }
lacks() { podman logs carp-xdp 2>&1 | grep without; }
# What hears the network: without capability, and not root.
unprivileged() {
	podman top carp-xdp user capeff args | grep -E '^carp-xdp +none '
}

# Is this a podman that the guide warns of?
if ! grep -q CAP_BPF /usr/share/containers/seccomp.json; then
	ok "its own profile is not enough" said "podman run"
	eventually 10 "as is told" refused
	ok "away with it" podman rm -f carp-xdp
fi
ok "a profile is made" said jq
ok "it is started" run
attach b --vhid 3 --vip "$VIP4/24" --advskew 100 --auth strict
eventually 10 "it serves, the other listens" serves
ok "status tells" tells
ok "no capability where the network is heard" unprivileged
refute "its root cannot be written" podman exec carp-xdp touch /etc/passwd
ok "a change of its files is read" reread
refute "it lacks nothing" lacks

# --- its end, and the next --------------------------------------------------------
ok "it is stopped" said "podman stop"
eventually 2 "so that the other serves" state_is b 3 master
ok "it ended by itself" is ExitCode 0
ok "and left nothing" nothing_left
ok "it is removed" said "podman rm"
ok "the next is started" run
eventually 10 "and serves" serves
ok "it is killed" podman kill -s KILL carp-xdp
eventually 10 "so that the other serves" state_is b 3 master
ok "it is started again" podman start carp-xdp
eventually 10 "and serves, over what was left" serves
ok "it is removed at once" podman rm -f carp-xdp
eventually 2 "which is an orderly end, too" state_is b 3 master
ok "nothing is left" nothing_left
