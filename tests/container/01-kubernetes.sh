#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The DaemonSet of docs/kubernetes/ as a container runtime would run it, without
# one: its arguments, environment, volumes and probes, a root that is read only,
# no new privileges, and its capabilities.  With them it serves; each of them
# taken away is missed, and named.
#
#   a (as in a container)   b
#      |                    |
#   ---+--------------------+---  br0   vhid 3
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
hosts a b
cd "$HOSTS_TOP"
MANIFEST=docs/kubernetes/carp-xdp.yaml
manifest() { python3 tests/container/manifest.py $MANIFEST "$@"; }

# --- the pod --------------------------------------------------------------------
ok "nothing in it that need not be" [ -z "$(manifest judge)" ]
read -r -a CAPABILITIES < <(manifest capabilities)
read -r -a ARGUMENTS < <(manifest arguments)
read -r -a ENVIRONMENT < <(manifest environment)
read -r -a LIVENESS < <(manifest liveness)
manifest lay "$HOSTS_DIR/volumes" >"$HOSTS_DIR/mounts"

# An image with the program, setpriv and their libraries, of which nothing can be
# written but what the manifest mounts; of /proc and /sys no more than others.
ROOT=$HOSTS_DIR/root
mkdir -p "$ROOT"/{dev,proc,sys,tmp,etc}
cp --parents -L /usr/bin/setpriv "$ROOT"
install -D "$CARP_BINARY" "$ROOT/usr/sbin/carp-xdp"
METRICS=$(ldconfig -p | sed -n 's#.*libmicrohttpd\.so\.12 .* => ##p' | head -n1)
{
	echo "$METRICS" # loaded by the controller
	ldd /usr/bin/setpriv "$CARP_BINARY" "$METRICS" |
		sed -n 's#.*[\t ]\(/[^ ]*\) (.*#\1#p'
} | sort -u | xargs cp --parents -uL -t "$ROOT"
printf 'root:x:0:0::/:\ncarp-xdp:x:990:990::/:\n' >"$ROOT/etc/passwd"
{
	echo "set -e; mount --make-rprivate /; cd $ROOT; mount --bind . ."
	echo "cd $ROOT; mount -t proc proc proc; mount -t sysfs -o ro sys sys"
	echo "mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys"
	echo "touch dev/null; mount --bind /dev/null dev/null"
	while read -r kind source path way; do
		echo "mkdir -p .$path"
		[[ $kind != /sys/fs/bpf ]] || echo "mount -t bpf bpf $source"
		echo "mount --bind $source .$path"
		echo "mount -o remount,bind,$way .$path"
	done <"$HOSTS_DIR/mounts"
	echo 'mount -o remount,bind,ro .; exec chroot . "$@"'
} >"$HOSTS_DIR/pod"

# start CAPABILITY...: with those alone.
start() {
	local capability bound=-all
	for capability; do
		bound+=,+${capability,,}
	done
	spawn a env -i PATH="$PATH" "${ENVIRONMENT[@]}" unshare --mount --pid \
		--fork --kill-child bash "$HOSTS_DIR/pod" setpriv --no-new-privs \
		--inh-caps=-all --bounding-set="$bound" carp-xdp \
		"${ARGUMENTS[@]}" >"$HOSTS_DIR/a.log" 2>&1
	POD=$SPAWNED
}
terminate() {
	pkill -TERM -P "$POD"
	wait_until "$(manifest grace)" process_gone "$POD"
}
logged() { grep -- "$1" "$HOSTS_DIR/a.log"; }
# Its socket is in a volume.
ln -s volumes/run/control.sock "$HOSTS_DIR/a.sock"
alive() { carp a "${LIVENESS[@]:1}"; }
# The ConfigMap has changed: kubelet puts another directory in the place of one.
reread() {
	local files=$HOSTS_DIR/volumes/config
	mkdir "$files/..2027" && sed 's/vhid = 3/&\n\tadvskew = 7/' \
		"$files/carp-xdp.conf" >"$files/..2027/carp-xdp.conf" &&
		ln -sfn ..2027 "$files/..data" && carp a reload &&
		[[ $(group a 3 .advskew) == 7 ]]
}
ready() { on a curl -sf "$(manifest readiness)" >/dev/null; }

# --- with them -----------------------------------------------------------------
start "${CAPABILITIES[@]}"
eventually 10 "it is alive" alive
eventually 10 "and ready" ready
cp "$HOSTS_DIR/volumes/secret/web.pass" "$PASS" && chmod 600 "$PASS"
attach b --vhid 3 --vip "$VIP4/24" --advskew 100 --auth strict
eventually 10 "it serves" state_is a 3 master
ok "alone" state_is b 3 backup
refute "there is nothing it lacks" logged without
ok "a change of its files is read" reread
ok "it bows out in time" terminate
eventually 2 "so that another node serves" state_is b 3 master
refute "no address is left" has_address a "$VIP4"
refute "no program" has_program a
carp b detach eth0 >/dev/null

# --- without one of them --------------------------------------------------------
for missing in "${CAPABILITIES[@]}"; do
	rest=()
	for one in "${CAPABILITIES[@]}"; do
		[[ $one == "$missing" ]] || rest+=("$one")
	done
	start "${rest[@]}"
	eventually 10 "without $missing that is named" logged "CAP_$missing\b"
	case $missing in
	BPF | NET_ADMIN | NET_RAW)
		ok "and it does not start" wait_until 10 process_gone "$POD"
		;;
	*)
		eventually 10 "and it goes on" ready
		terminate
		;;
	esac
done
