#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A package's life, in a Debian that debootstrap made and systemd-nspawn boots:
# installed, configured, restarted, upgraded from an older version, removed,
# purged.  A master stays master where it can; what is left in the end is what
# was there before, and what the administrator made.
#
#   a (that Debian)         b (the program of this tree)
#      |                    |
#   ---+--------------------+---  br0   vhid 3
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
cd "$HOSTS_TOP"
BASE=$HOSTS_TOP/build/peers/debian
ARCHIVES=$HOSTS_TOP/build/peers/debian-archives
if [[ ! -d $BASE ]]; then
	echo "skip - no Debian in build/peers (scripts/install-deps.sh check)"
	exit 0
fi
hosts a b

# --- that Debian ----------------------------------------------------------------
# What is changed of it goes with the test, its mounts with the process.
mkdir -p "$HOSTS_DIR"/{root,upper,work,bpf,packages} "$ARCHIVES/partial"
cat >"$HOSTS_DIR/mounts" <<MOUNTS
set -e
mount --make-rprivate /
mount -t overlay -o "lowerdir=$BASE,upperdir=$HOSTS_DIR/upper,workdir=$HOSTS_DIR/work" \
	overlay $HOSTS_DIR/root
mount -t bpf bpf $HOSTS_DIR/bpf
mount --bind $ARCHIVES $HOSTS_DIR/root/var/cache/apt/archives
mkdir -p $HOSTS_DIR/root/packages
mount --bind $HOSTS_DIR/packages $HOSTS_DIR/root/packages
exec "\$@"
MOUNTS
# mounted COMMAND...: with its files in $HOSTS_DIR/root.
mounted() { unshare --mount bash "$HOSTS_DIR/mounts" "$@"; }

control_groups() {
	awk -v run="$HOSTS_RUN" '$3 == "cgroup2" || $4 ~ /name=systemd/ {
		print $2 "/" run }' /proc/mounts
}
eval "real_$(declare -f hosts_close)"
hosts_close() {
	real_hosts_close
	wait_until 10 remove_control_groups || true
}
remove_control_groups() {
	local group
	for group in $(control_groups); do
		[[ ! -d $group ]] || find "$group" -depth -type d \
			-exec rmdir {} + 2>/dev/null || return 1
	done
}

boot() {
	(
		for group in $(control_groups); do
			mkdir "$group" && echo "$BASHPID" >"$group/cgroup.procs"
		done
		mounted systemd-nspawn --boot --directory="$HOSTS_DIR/root" \
			--machine="$HOSTS_RUN" --register=no --keep-unit \
			--network-namespace-path="/run/netns/$HOSTS_RUN-a" \
			--capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN \
			--system-call-filter="bpf seccomp
				landlock_create_ruleset landlock_restrict_self" \
			--bind="$HOSTS_DIR/bpf:/sys/fs/bpf" --console=pipe
	) </dev/null >"$HOSTS_DIR/boot.log" 2>&1 &
	disown
	wait_until 30 booted
}
booted() {
	FIRST=$(ip netns pids "$HOSTS_RUN-a" | head -n1) && [[ $FIRST ]] &&
		[[ $(inside systemctl is-system-running) == running ]]
} 2>/dev/null
inside() { nsenter -t "$FIRST" -a -- "$@"; }
carp() {
	if [[ $1 == a ]]; then
		inside carp-xdp "${@:2}"
	else
		carp_by on "$@"
	fi
}
apt() {
	inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o APT::Sandbox::User=root "$@"
}
# What the package needs is fetched once, with this machine's network.
fetch() {
	cp --remove-destination /etc/resolv.conf "$HOSTS_DIR/packages/"
	# shellcheck disable=SC2016 # they are the inner shell's
	mounted chroot "$HOSTS_DIR/root" sh -c '
		mv /packages/resolv.conf /etc
		get="apt-get -qq -y -o APT::Sandbox::User=root"
		wanted="install --download-only $0"
		$get --no-download $wanted || $get $wanted ||
			{ $get update && $get $wanted; }' "$@"
}

# --- two versions ----------------------------------------------------------------
# The older one has another line in its configuration.
older() {
	local tree=$HOSTS_DIR/older
	scripts/deb.sh 0.0.9 "$HOSTS_DIR/deb" &&
		dpkg-deb -R "$HOSTS_DIR"/deb/carp-xdp_0.0.9_*.deb "$tree" &&
		echo "# That was once." >>"$tree/etc/carp-xdp/carp-xdp.conf" &&
		dpkg-deb --root-owner-group -b "$tree" \
			"$HOSTS_DIR/packages/older.deb"
}
newer() {
	make -s --no-print-directory deb B="$HOSTS_DIR" &&
		cp "$HOSTS_DIR"/deb/carp-xdp_[0-9]*.deb \
			"$HOSTS_DIR/packages/newer.deb"
}
ok "an older version is built" older
ok "and this one" newer
version() { dpkg-deb -f "$HOSTS_DIR/packages/$1.deb" Version; }
ok "what they need is to be had" fetch /packages/older.deb
if ! boot; then
	claim "not ok" "Debian boots"
	sed 's/^/#   /' "$HOSTS_DIR/boot.log" | tail -n5
	exit 1
fi

# All that is no trace: logs, caches, what dpkg and apt remember.
files() {
	inside find / -xdev -path /var/log -prune -o -path /var/cache -prune \
		-o -path /var/lib/dpkg -prune -o -path /var/lib/apt -prune \
		-o -path /packages -prune -o -print | sort
	inside find /run /sys/fs/bpf | grep carp || true
}
quiet_host() {
	on a ip -br addr
	on a ip -d -br link
	inside systemctl list-units --all --no-legend 'carp*' |
		sed '/not-found/d'
	inside ls /sys/fs/bpf
} 2>&1
files >"$HOSTS_DIR/files"
quiet_host >"$HOSTS_DIR/quiet"

# --- installed -------------------------------------------------------------------
CONF=/etc/carp-xdp/carp-xdp.conf
active() { inside systemctl is-active "${1:-carp-xdp}"; }
ok "it is installed" apt install /packages/older.deb
ok "its service is at work" active
ok "and will be after a boot" inside systemctl is-enabled carp-xdp
ok "as its user" [ "$(inside stat -c %U "/proc/$(carp a status -j |
	jq .pid)")" == carp-xdp ]
ok "it does nothing" [ "$(carp a status -j | jq '.groups | length')" == 0 ]
refute "no program" has_program a
ok "and dpkg finds all as it was" [ -z "$(inside dpkg --verify carp-xdp)" ]

# --- configured ------------------------------------------------------------------
inside sh -c 'umask 077; cat >/etc/carp-xdp/web.pass' <"$PASS"
inside sh -c "cat >$CONF" <<GROUP
group web {
	interface = eth0
	vhid = 3
	vips = { $VIP4/24, $VIP6/64 }
	pass-file = /etc/carp-xdp/web.pass
	preempt = yes
}
GROUP
ok "systemctl reload attaches a group" inside systemctl reload carp-xdp
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advskew 100
eventually 10 "which becomes master" sole_master 3 a b
wait_until 10 state_is a 3 master
journal() { inside journalctl -q --no-pager -o cat -u carp-xdp; }
refute "with nothing gone without" grep "goes on without" <(journal)
transitions() { group a 3 .transitions && group b 3 .transitions; }
program() { carp a status -j | jq -r .program; }
before=$(transitions)
unnoticed() { [[ $(transitions) == "$before" ]] && state_is a 3 master; }

ok "it is restarted" inside systemctl restart carp-xdp
ok "without a change of state" unnoticed
ok "it is configured anew" inside dpkg-reconfigure carp-xdp
ok "without a change of state, either" unnoticed

# --- upgraded --------------------------------------------------------------------
ok "the older version runs" [ "$(program)" == 0.0.9 ]
upgrade() { echo N | apt install /packages/newer.deb; }
ok "it is upgraded" upgrade
ok "to the newer one" [ "$(program)" == "$(version newer)" ]
ok "without a change of state, either" unnoticed
ok "it has its configuration" inside grep -q "^group web" $CONF
ok "and the other's beside it" inside test -e $CONF.dpkg-dist
ok "nothing has failed" [ -z "$(inside systemctl --failed --no-legend)" ]
stays 4 "and nobody notices later" unnoticed

# --- removed ---------------------------------------------------------------------
wire switch "$HOSTS_DIR/record" record a
ok "it is removed" apt remove carp-xdp
ok "a bow-out is sent" wait_until 10 any_recorded "$HOSTS_DIR/record" \
	'.vhid == 3 and .advbase == 255 and .advskew == 255'
eventually 10 "the other host takes over" state_is b 3 master
refute "no process is left" inside pgrep -f carp-xdp
ok "no address, no program, no unit, no pin" diff "$HOSTS_DIR/quiet" \
	<(quiet_host)
ok "its configuration is" inside test -e $CONF
ok "it is installed again" apt install /packages/newer.deb
eventually 10 "and is the master again" state_is a 3 master

# --- purged ----------------------------------------------------------------------
ok "it is purged, with all that came for it" \
	apt purge --autoremove carp-xdp
ok "no address, no program, no unit, no pin" diff "$HOSTS_DIR/quiet" \
	<(quiet_host)
left() { comm -3 <(files) "$HOSTS_DIR/files" | tr -d '\t'; }
ok "of files, only the administrator's are left" [ "$(left)" == \
	$'/etc/carp-xdp\n/etc/carp-xdp/web.pass' ]
ok "and its user, as Debian has it" inside getent passwd carp-xdp
