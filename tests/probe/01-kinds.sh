#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Every kind of probe, in namespaces, with both outcomes: what is there, what
# is gone, and what only looks as if it were there.
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
PROBE=$HOSTS_TOP/build/tests/probe/probe
hosts a b

# probe WORD...: one look, by host a.
probe() { on a "$PROBE" 1000 "$@"; }
# says TEXT WORD...: what it tells, as a pattern of the shell.
says() {
	local text=$1 told
	shift
	told=$(probe "$@") || true
	# shellcheck disable=SC2053 # it is a pattern
	[[ $told == $text ]] || {
		echo "$* tells: $told"
		return 1
	}
}

# --- interface ---------------------------------------------------------------
ok "interface: up" says "up 0 eth0 is up" interface eth0
ok "interface: none" says "down 0 eth7 is not there" interface eth7
on switch ip link set dev a down
ok "interface: no carrier" says "down 0 eth0 has no carrier" interface eth0
on switch ip link set dev a up
on a ip link set dev eth0 down
ok "interface: down" says "down 0 eth0 is down" interface eth0
ok "address: interface down" says "down 0 eth0: *" address 192.0.2.2 dev eth0
on a ip link set dev eth0 up
on a ip -6 addr add 2001:db8::1/64 dev eth0 nodad

# --- route -------------------------------------------------------------------
ok "route: no default" says "down 0 no such route" route default
ok "route: no default, IPv6" says "down 0 no such route" route inet6 default
ok "route: a network" says "up 0 there" route 192.0.2.0/24
ok "route: a network, IPv6" says "up 0 there" route 2001:db8::/64
ok "route: a larger network is another" \
	says "down 0 no such route" route 192.0.0.0/16
ok "route: nobody's interface" \
	says "down 0 eth7 is not there" route 192.0.2.0/24 dev eth7
on a ip link add dm0 up type veth peer name dm1
on a ip link set dm1 up
ok "route: not through that one" \
	says "down 0 no such route" route 192.0.2.0/24 dev dm0
on a ip route add unreachable default metric 100
ok "route: unreachable is none" says "down 0 no such route" route default
on a ip route add default via 192.0.2.2 table 99
ok "route: another table's is none" says "down 0 no such route" route default
on a ip route add default via 192.0.2.2
on a ip -6 route add default via 2001:db8::2
ok "route: default" says "up 0 there" route default
ok "route: default, through it" says "up 0 there" route default dev eth0
ok "route: default, IPv6" says "up 0 there" route inet6 default
on a ip route add 198.51.100.0/24 \
	nexthop via 192.0.2.2 nexthop dev dm0
ok "route: the second of two hops" \
	says "up 0 there" route 198.51.100.0/24 dev dm0
on switch ip link set dev a down
carrier_lost() { says "down 0 eth0 has no carrier" interface eth0; }
eventually 3 "route: without carrier" carrier_lost
ok "route: there, but of no use" \
	says "down 0 there, but its interface has no carrier" route default
on switch ip link set dev a up
eventually 3 "interface: the carrier is back" says "up 0 *" interface eth0

# --- address -----------------------------------------------------------------
ok "address: answers ARP" \
	says "up 0 02:00:00:00:00:02 on eth0" address 192.0.2.2
ok "address: answers ND" \
	says "up 0 02:00:00:00:00:02 on eth0" address 2001:db8::2
ok "address: link-local" says "up 0 02:00:00:00:00:02 on eth0" \
	address fe80::ff:fe00:2 dev eth0
ok "address: nobody" says "down 0 no answer on eth0 in 1000 ms" \
	address 192.0.2.77
ok "address: nobody, IPv6" says "down 0 no answer on eth0 in 1000 ms" \
	address 2001:db8::77
ok "address: its own" says "up 0 this host's own" address 192.0.2.1
ok "address: behind a router" says "down 0 behind a router*" \
	address 203.0.113.9
on b ip addr add 203.0.113.9/24 dev eth0
ok "address: on the link all the same" \
	says "up 0 02:00:00:00:00:02 on eth0" address 203.0.113.9 dev eth0
ok "address: no Ethernet" says "failed -95 lo: *" address 192.0.2.2 dev lo
# The kernel's entries are still those of a living neighbour.
on a ping -n -c1 -W1 192.0.2.2 >/dev/null
on a ping -n -c1 -W1 2001:db8::2 >/dev/null
on b ip link set dev eth0 down
on a ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0 \
	nud reachable
on a ip neigh replace 2001:db8::2 lladdr 02:00:00:00:00:02 dev eth0 \
	nud permanent
ok "address: gone, whatever the kernel believes" \
	says "down 0 no answer on eth0 in 1000 ms" address 192.0.2.2
ok "address: gone, IPv6" \
	says "down 0 no answer on eth0 in 1000 ms" address 2001:db8::2
on b ip link set dev eth0 up
# powerless WORD...: without any capability.
powerless() {
	on a setpriv --bounding-set -all --inh-caps -all --reuid 65534 \
		--clear-groups "$PROBE" 1000 "$@"
}
ok "address: who may not ask says so" \
	grep -q "^failed -1 eth0: Operation not permitted" \
	<(powerless address 192.0.2.2)
ok "route: needs no privilege" grep -q "^up" <(powerless route default)
ok "interface: needs no privilege" grep -q "^up" <(powerless interface eth0)
ok "process: needs no privilege" grep -q "^up" <(powerless process bash)

# --- process, pidfile --------------------------------------------------------
cp "$(command -v sleep)" "$HOSTS_DIR/carp) S 1 (x"
spawn a "$HOSTS_DIR/carp) S 1 (x" 60
living=$SPAWNED
started() { [[ $(<"/proc/$living/comm") == "carp) S 1 (x" ]]; }
wait_until 5 started
ok "process: lives, whatever its name" \
	says "up 0 pid $living" process "carp) S 1 (x"
ok "process: a part of a name is another" \
	says "down 0 no process of that name" process "carp) S 1 ("
echo "$living" >"$HOSTS_DIR/pid"
printf '%s\n/some/where\n' "$living" >"$HOSTS_DIR/pid-lines"
ok "pidfile: lives" says "up 0 pid $living" pidfile "$HOSTS_DIR/pid"
ok "pidfile: more lines" says "up 0 pid $living" pidfile "$HOSTS_DIR/pid-lines"
# /dev/shm is memory, build/ lies on a disk.
old=$HOSTS_TOP/build/probe-$$.pid
echo "$living" >"$old"
touch -d "1 hour ago" "$old"
ok "pidfile: the pid is another's by now" \
	says "down 0 pid $living is another process*" pidfile "$old"
shm=/dev/shm/probe-$$.pid
echo "$living" >"$shm"
touch -d "@1" "$shm"
ok "pidfile: of before the clock was set" \
	says "up 0 pid $living" pidfile "$shm"
rm "$old" "$shm"
kill -KILL "$living"
wait_until 5 process_gone "$living"
ok "process: ended" says "down 0 no process of that name" \
	process "carp) S 1 (x"
ok "pidfile: ended" says "down 0 pid $living does not live" \
	pidfile "$HOSTS_DIR/pid"
ok "pidfile: none" says "down 0 No such file or directory" \
	pidfile "$HOSTS_DIR/none"
echo "12x" >"$HOSTS_DIR/pid"
ok "pidfile: no pid in it" says 'down 0 holds no pid: "12x?"' \
	pidfile "$HOSTS_DIR/pid"
# A zombie: ended, and its parent has not looked.
python3 -c "import os, time
if os.fork() == 0:
    open('/proc/self/comm', 'w').write('carp-zombie')
    os._exit(0)
time.sleep(30)" &
parent=$!
zombie() { grep -lq "(carp-zombie) Z" /proc/[0-9]*/stat 2>/dev/null; }
wait_until 5 zombie
ok "process: a zombie does not live" \
	says "down 0 no process of that name" process carp-zombie
kill "$parent"

# --- file --------------------------------------------------------------------
file() { printf '%b' "$1" >"$HOSTS_DIR/value"; }
for value in 0 7 254; do
	file "$value\n"
	ok "file: $value" says "up $value $value" file "$HOSTS_DIR/value"
done
for value in 255 -1 1x "" "1 2" 0x10 1000 '1\0002'; do
	file "$value"
	ok "file: not '$value'" says "down 0 *" file "$HOSTS_DIR/value"
done
ok "file: none" says "down 0 No such file or directory" file /nowhere
mkfifo "$HOSTS_DIR/pipe"
ok "file: nobody waits for a pipe" says "down 0 Invalid argument" \
	file "$HOSTS_DIR/pipe"
