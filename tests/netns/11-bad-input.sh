#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What must be refused: one line that names value, range and place, the
# documented exit status, and a host that is afterwards as it was before.
#
#   a (abused)
#   |
#   +---  br0
source "$(dirname "$0")/lib.sh"
hosts a
PLACE=$HOSTS_DIR/for-all
install -d -m 0777 "$PLACE"
install -m 0755 "$CARP_BINARY" "$PLACE/carp-xdp"
GOOD=(--vhid 1 --vip "$VIP4/24")

picture() {
	on a ip -d link show dev eth0 | sed 's/ numtxqueues.*//'
	on a ip addr show
	find "$HOSTS_PINS" -mindepth 1 2>/dev/null || true
	ip netns pids "$HOSTS_RUN-a"
	[[ ! -e $HOSTS_DIR/a.sock ]] || echo socket
}
untouched() { diff "$HOSTS_DIR/before" <(picture); }
picture >"$HOSTS_DIR/before"

one_line() { [[ $(wc -l <"$HOSTS_DIR/error") == 1 ]]; }
code_is() { [[ $CODE == "$1" ]] || fails echo "exit status $CODE"; }
# says WORD...: the error has all of them.
says() {
	local word
	cat "$HOSTS_DIR/error"
	for word; do
		grep -qiF -- "$word" "$HOSTS_DIR/error" || return 1
	done
}

# refused NAME CODE WORDS COMMAND...: WORDS are separated by |.
refused() {
	local name=$1 code=$2 words
	IFS='|' read -ra words <<<"$3"
	shift 3
	CODE=0
	timeout 20 "$@" >"$HOSTS_DIR/output" 2>"$HOSTS_DIR/error" || CODE=$?
	ok "$name: exit status $code" code_is "$code"
	ok "$name: one line on standard error" one_line
	ok "$name: it says ${words[*]}" says "${words[@]}"
	ok "$name: nothing is left" wait_until 5 untouched
}

# carp-xdp on a, as words that timeout(1) can run.
A=(nsenter "--net=/run/netns/$HOSTS_RUN-a" -- env
	"CARP_XDP_SOCKET=$HOSTS_DIR/a.sock" "CARP_XDP_PIN_DIR=$HOSTS_PINS/a")
# trial NAME CODE WORDS ARGUMENT...: attach with nothing but these.
trial() { refused "${@:1:3}" "${A[@]}" "$CARP_BINARY" attach "${@:4}"; }

trial "unknown interface" 1 "eth9" eth9 "${GOOD[@]}"
# The data plane's boot clock stays where it is.
refused "another boot clock" 1 "time namespace|+100 s" "${A[@]}" \
	unshare --time --boottime 100 "$CARP_BINARY" attach eth0 "${GOOD[@]}"
trial "vhid 0" 3 "0|1 to 255|vhid" eth0 --vhid 0 --vip "$VIP4/24"
trial "vhid 256" 3 "256|1 to 255|vhid" eth0 --vhid 256 --vip "$VIP4/24"
trial "vhid seven" 3 "seven|vhid" eth0 --vhid seven --vip "$VIP4/24"
trial "no vhid" 2 "vhid" eth0 --vip "$VIP4/24"
trial "bad address" 3 "192.0.2.300" eth0 --vhid 1 --vip 192.0.2.300/24
trial "bad prefix" 3 "/33|32" eth0 --vhid 1 --vip "$VIP4/33"
trial "bad IPv6 prefix" 3 "/129|128" eth0 --vhid 1 --vip "$VIP6/129"
trial "multicast VIP" 3 "224.0.0.5" eth0 --vhid 1 --vip 224.0.0.5/24
trial "the same VIP twice" 3 "$VIP4" eth0 "${GOOD[@]}" --vip "$VIP4/24"
trial "advbase 256" 3 "256|0 to 255|advbase" eth0 "${GOOD[@]}" --advbase 256
trial "advskew 255" 3 "255|0 to 254|advskew" eth0 "${GOOD[@]}" --advskew 255
trial "dead ratio 1" 3 "1|2 to 255|dead_ratio" \
	eth0 "${GOOD[@]}" --dead-ratio 1
trial "dead ratio 256" 3 "256|2 to 255" eth0 "${GOOD[@]}" --dead-ratio 256
trial "dead ratio 2 with a long skew" 3 "advskew 241|0 to 240" \
	eth0 "${GOOD[@]}" --dead-ratio 2 --advskew 241
trial "preempt delay 3601" 3 "3601|0 to 3600" \
	eth0 "${GOOD[@]}" --preempt --preempt-delay 3601
trial "unknown demotion" 3 "bit|byte|advskew|both" \
	eth0 "${GOOD[@]}" --demotion bit
for whom in freebsd ucarp; do
	trial "no interval at all, $whom" 3 "advbase 0|advskew 0|$whom" \
		eth0 "${GOOD[@]}" --compat "$whom" --advbase 0
done
trial "bad peer" 3 "peer|example" eth0 "${GOOD[@]}" --peer example
trial "peer TTL 0" 3 "0|1 to 255|peer" eth0 "${GOOD[@]}" \
	--peer 192.0.2.9 --peer-ttl-min 0
trial "peer TTL without a peer" 3 "254|peer" eth0 "${GOOD[@]}" \
	--peer-ttl-min 254
trial "refresh of two hours" 3 "7200|0 to 3600|announce" eth0 "${GOOD[@]}" \
	--announce-refresh 7200
trial "gateway by name" 3 "router|gateway" eth0 "${GOOD[@]}" --gateway router
NODES=(--vip "$VIP4/24" --nodes)
trial "nodes and vhid" 3 "vhid 1|nodes" eth0 "${GOOD[@]}" --nodes 1:0,2:0
trial "one node" 3 "1 given|2 to 32" eth0 "${NODES[@]}" 1:0
trial "33 nodes" 3 "33 given|32" eth0 "${NODES[@]}" \
	"$(seq -s, -f %g:0 33)"
trial "a node's vhid 256" 3 "256:0|1 to 255" eth0 "${NODES[@]}" 1:0,256:0
trial "a node's advskew 255" 3 "2:255|0 to 254" eth0 "${NODES[@]}" 1:0,2:255
trial "a node without advskew" 3 "\"2\"|VHID:ADVSKEW" eth0 "${NODES[@]}" 1:0,2
trial "a node twice" 3 "nodes|twice" eth0 "${NODES[@]}" 1:0,1:9
trial "nodes and advskew" 3 "advskew 7|each node" eth0 "${NODES[@]}" 1:0,2:0 \
	--advskew 7
trial "nodes without VIP" 3 "nodes|vip" eth0 --nodes 1:0,2:0
trial "nodes under other rules" 3 "nodes|compat openbsd" eth0 "${NODES[@]}" \
	1:0,2:0 --compat freebsd
trial "nodes that observe" 3 "nodes|observe" eth0 "${NODES[@]}" 1:0,2:0 \
	--observe
trial "nodes that announce" 3 "nodes|gateway" eth0 "${NODES[@]}" 1:0,2:0 \
	--gateway 192.0.2.9
trial "unknown balancing" 3 "arp|ip-stealth" eth0 "${NODES[@]}" 1:0,2:0 \
	--balancing arp
trial "balancing without nodes" 3 "balancing|nodes" eth0 "${GOOD[@]}" \
	--balancing ip
trial "unknown compat" 3 "linux|openbsd" eth0 "${GOOD[@]}" --compat linux
trial "unknown mode" 3 "fast|native" eth0 "${GOOD[@]}" --mode fast
trial "bad metrics address" 3 "nowhere" eth0 "${GOOD[@]}" --metrics nowhere
trial "unknown option" 2 "--speed" eth0 "${GOOD[@]}" --speed 9
refused "unknown verb" 2 "jump" "${A[@]}" "$CARP_BINARY" jump
refused "no verb" 2 "verb" "${A[@]}" "$CARP_BINARY"
refused "no controller" 4 "$HOSTS_DIR/a.sock" "${A[@]}" "$CARP_BINARY" status
refused "demote by nothing" 2 "0" \
	"${A[@]}" "$CARP_BINARY" demote eth0 0 --reason test

# Passphrase files.
secret() {
	(umask 077 && printf '%s\n' "$2" >"$PLACE/$1")
}
secret world "open to all"
chmod 0644 "$PLACE/world"
secret long "this one has twenty."
secret empty ""
trial "world-readable passphrase" 3 "$PLACE/world|644" \
	eth0 "${GOOD[@]}" --pass-file "$PLACE/world"
trial "passphrase over 19 bytes" 3 "$PLACE/long|19" \
	eth0 "${GOOD[@]}" --pass-file "$PLACE/long"
trial "empty passphrase" 3 "$PLACE/empty" \
	eth0 "${GOOD[@]}" --pass-file "$PLACE/empty"
trial "no such passphrase file" 3 "$PLACE/absent" \
	eth0 "${GOOD[@]}" --pass-file "$PLACE/absent"
trial "a directory for a passphrase" 3 "$PLACE" \
	eth0 "${GOOD[@]}" --pass-file "$PLACE"

# The interface will not do.
on switch ip link set dev a down
carrier_lost() { on a ip link show dev eth0 | grep -q NO-CARRIER; }
wait_until 5 carrier_lost
picture >"$HOSTS_DIR/before"
trial "no carrier" 1 "eth0|carrier" eth0 "${GOOD[@]}"
on switch ip link set dev a up
wait_until 5 fails carrier_lost
picture >"$HOSTS_DIR/before"
trial "loopback" 1 "lo" lo "${GOOD[@]}"

cat >"$HOSTS_DIR/other.c" <<'CODE'
__attribute__((section("xdp"), used)) int other(void *context) { return 2; }
char _license[] __attribute__((section("license"))) = "GPL";
CODE
clang -O2 -g -target bpf -c "$HOSTS_DIR/other.c" -o "$HOSTS_DIR/other.o"
mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
mkdir -p "$HOSTS_PINS"
bpftool prog load "$HOSTS_DIR/other.o" "$HOSTS_PINS/other"
on a bpftool net attach xdpgeneric pinned "$HOSTS_PINS/other" dev eth0
picture >"$HOSTS_DIR/before"
trial "a second XDP program" 1 "eth0|XDP program" eth0 "${GOOD[@]}"
on a bpftool net detach xdpgeneric dev eth0
rm "$HOSTS_PINS/other"
picture >"$HOSTS_DIR/before"

# Rights.  The directories are open to everybody: privilege alone is missing.
chmod 0711 "$HOSTS_DIR"
poor() {
	refused "${@:1:3}" "${A[@]}" "CARP_XDP_SOCKET=$PLACE/sock" \
		setpriv "${@:4}" "$PLACE/carp-xdp" attach eth0 "${GOOD[@]}"
}
poor "no privilege" 1 "CAP_" \
	--reuid=65534 --regid=65534 --clear-groups --inh-caps=-all
poor "no BPF" 1 "BPF" --bounding-set=-bpf,-sys_admin,-perfmon
refused "no hand there" 1 "/nowhere: no process with privilege answers there" \
	"${A[@]}" "$PLACE/carp-xdp" daemon --hand /nowhere
refused "a hand for nobody" 1 "no controller on descriptor 3" \
	"${A[@]}" "$PLACE/carp-xdp" hand

# Two groups, one VIP.
attach a "${GOOD[@]}"
CODE=0
carp a attach eth0 --vhid 2 --vip "$VIP4/24" 2>"$HOSTS_DIR/error" || CODE=$?
ok "VIP of another group: exit status 3" code_is 3
ok "VIP of another group: one line" one_line
ok "VIP of another group: names both" says "$VIP4" "vhid 1"
ok "VIP of another group: no second group" \
	[ "$(carp a status -j | jq '.groups | length')" == 1 ]
CODE=0
carp a attach eth0 --vhid 1 --vip 192.0.2.999/24 2>"$HOSTS_DIR/error" || CODE=$?
ok "bad input to a running controller: exit status 3" code_is 3
ok "and its group runs on" [ "$(group a 1 .vips[0])" != "" ]
absent() { carp a detach eth0 --vhid 77; }
ok "detach of what is not attached is no error" absent
ok "but is told" grep -xF "eth0 vhid 77: nothing to detach" <(absent)
carp a detach eth0 >/dev/null
ok "nothing is left in the end" wait_until 5 untouched

# A controller of another version.
cat >"$HOSTS_DIR/other.py" <<'CODE'
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o600)
server.listen(8)
print("ready", flush=True)
while True:
    client, _ = server.accept()
    client.recv(65536)
    client.sendall(b'{"version":99,"ok":true,"program":"9.9.9"}\n')
    client.close()
CODE
spawn a python3 "$HOSTS_DIR/other.py" "$HOSTS_DIR/a.sock" >"$HOSTS_DIR/other"
wait_until 5 grep -q ready "$HOSTS_DIR/other"
picture >"$HOSTS_DIR/before"
trial "a controller of another version" 1 "99|protocol" eth0 "${GOOD[@]}"
