#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Every command in the guides of docs/ works as it stands there: run one after
# the other on a host with a group, in the order of the page.  Paths below /etc
# are those of a directory of the test's.
#
#   a (daemon --config)     b
#      |                    |
#   ---+--------------------+---  br0   vhid 3
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b
ETC=$HOSTS_DIR/etc
mkdir -p "$ETC"/{carp-xdp,ucarp,keepalived}
chmod -R go-w "$ETC"
mkdir "$HOSTS_DIR/bin"
ln -s "$(realpath "$CARP_BINARY")" "$HOSTS_DIR/bin/carp-xdp"

# --- what their readers have --------------------------------------------------
cat >"$ETC/keepalived/keepalived.conf" <<'CONF'
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	priority 100
	virtual_ipaddress { 192.0.2.151/24 }
}
CONF
echo "ucarp -i eth0 -v 42 -p x -a 192.0.2.100 -k 50 -B" >"$ETC/ucarp/start.sh"
echo "inet 192.0.2.1 255.255.255.0 NONE vhid 1 carpdev em0 pass x" \
	>"$ETC/hostname.carp0"
echo 'ifconfig_em0_alias0="vhid 1 pass x 192.0.2.1/24"' >"$ETC/rc.conf"

# Each command of a page, its lines joined, on one line.
commands() {
	awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 }
		inside { line = line $0
			if (sub(/\\$/, "", line)) next
			print line; line = "" }' "$1"
}
on_a() {
	on a env "PATH=$HOSTS_DIR/bin:$PATH" \
		"CARP_XDP_SOCKET=$HOSTS_DIR/a.sock" \
		"CARP_XDP_PIN_DIR=$HOSTS_PINS/a" \
		"CARP_XDP_STATE_DIR=$HOSTS_DIR/state" \
		bash -o pipefail -c "umask 022; ${1//\/etc\//$ETC/}" </dev/null
}
# Of check, findings are not failures: this is a machine for tests.
works() {
	local code=0
	on_a "$1" || code=$?
	# What a file has of such paths are those of the directory, too.
	sed -i "s#\([\"' ]\)/etc/carp-xdp/#\1$ETC/carp-xdp/#" \
		"$ETC"/carp-xdp/*.conf
	[[ $code == 0 || ($code == 1 && $1 == "carp-xdp check eth0"*) ]]
}
# follow PAGE COUNT: at least so many.
follow() {
	local command number=0
	while read -r command; do
		number=$((number + 1))
		ok "${1##*/} $number: ${command:0:60}" works "$command"
	done < <(commands "$1")
	ok "${1##*/}: no fewer than $2 commands" [ "$number" -ge "$2" ]
}

: >"$ETC/carp-xdp/carp-xdp.conf"
spawn_carp a daemon --config "$ETC/carp-xdp" 2>/dev/null
wait_until 10 carp a status >/dev/null 2>&1
follow "$HOSTS_TOP/docs/migration.md" 6

: >"$ETC/carp-xdp/carp-xdp.conf"
carp a reload >/dev/null
attach a --vhid 3 --vip "$VIP4/24"
wait_until 8 state_is a 3 master
follow "$HOSTS_TOP/docs/protocol.md" 2
follow "$HOSTS_TOP/docs/troubleshooting.md" 6
ok "the guides leave a master" state_is a 3 master
