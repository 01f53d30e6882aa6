#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A passphrase that is nowhere to be found but in its file and in the memory of
# who has to know it.  All that the daemons print, answer, send, pin and store
# is collected and searched, and each search has something to find once.
#
#   a (daemon, metrics)   b (embedded: syslog)
#      |                     |
#   ---+---------------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
CANARY=canary-$(head -c 6 /dev/urandom | base64)
EVIDENCE=$HOSTS_DIR/evidence
METRICS=127.0.0.1:9112
mkdir "$EVIDENCE"
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64")

# secret NAME [MODE]: what comes in is a passphrase file.
secret() {
	(umask 077 && cat >"$HOSTS_DIR/$1")
	chmod "${2:-600}" "$HOSTS_DIR/$1"
}
secret pass <<<"$CANARY"
secret other <<<"another secret"
secret long <<<"$CANARY and more"
secret zero < <(printf '%s\0\n' "$CANARY")
secret world 644 <<<"$CANARY"

search() { "$HOSTS_TOP/tests/netns/canary.py" "$PASS" "$@"; }
daemons() { ip netns pids "$HOSTS_RUN-$1"; }
# nowhere NAME file|memory PLACE...: it was looked for, and is not there.
nowhere() { ok "$1" absent "${@:2}"; }
absent() {
	local status=0
	search "$@" || status=$?
	[[ $status == 3 ]]
}

# --- the search itself --------------------------------------------------------------
echo "in $CANARY words" >"$HOSTS_DIR/bytes"
for skip in "" x xx xxx; do
	printf '%s%s.' "$skip" "$CANARY" | base64 -w20 >"$HOSTS_DIR/base64$skip"
	tr -d '\n' <"$HOSTS_DIR/base64$skip" >"$HOSTS_DIR/lined$skip"
	ok "it finds base64, shifted by ${#skip}" search file \
		"$HOSTS_DIR/lined$skip"
done
printf '%s' "$CANARY" | od -An -v -tx1 | sed 's/ / 0x/g' >"$HOSTS_DIR/numbers"
ok "it finds bytes" search file "$HOSTS_DIR/bytes"
ok "it finds hexadecimal numbers" search file "$HOSTS_DIR/numbers"
nowhere "and nothing else" file "$HOSTS_DIR/other"

# --- two daemons, all their ways to speak ---------------------------------------------
spawn switch tcpdump -Uqni br0 -w "$EVIDENCE/frames" 2>/dev/null
SNIFFER=$SPAWNED

# where_cores_go DIRECTORY COMMAND...: as somebody would who looks for a bug.
# shellcheck disable=SC2016 # for the other shell
CORES='cd "$0" && ulimit -c unlimited && exec "$@"'
mkdir "$HOSTS_DIR/cores"
printf '#!/bin/bash\nset -- %q "$@"\nset -- %q "$@"\nexec bash -c %q "$@"\n' \
	"$CARP_BINARY" "$HOSTS_DIR/cores" "$CORES" >"$HOSTS_DIR/run"
chmod +x "$HOSTS_DIR/run"
# daemon [ARGUMENT...]: on a, its words in evidence.
daemon() {
	CARP_BINARY=$HOSTS_DIR/run spawn_carp a daemon "$@" \
		>>"$EVIDENCE/log" 2>&1
	wait_until 10 listens
}
listens() { [[ -n $(controller a) ]]; }
daemon --metrics "$METRICS"
spawn_carp a monitor -j >"$EVIDENCE/monitor.json" 2>&1
spawn_carp a monitor >"$EVIDENCE/monitor" 2>&1

# b has a syslog of its own, that of a mount namespace.
mkdir "$HOSTS_DIR/dev"
touch "$HOSTS_DIR/dev/"{null,zero,urandom,random,log}
cat >"$HOSTS_DIR/syslog" <<'END'
import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
while True:
    sys.stdout.buffer.write(log.recv(65536) + b"\n")
    sys.stdout.flush()
END
spawn b python3 "$HOSTS_DIR/syslog" "$HOSTS_DIR/log" >"$EVIDENCE/syslog"
# shellcheck disable=SC2016
printf '#!/bin/bash\nset -- %q "$@"\nexec unshare --mount bash -c %q %q "$@"\n' \
	"$CARP_BINARY" 'set -e
	for name in null zero urandom random; do
		mount --bind /dev/$name "$0/dev/$name"
	done
	mount --bind "$0/log" "$0/dev/log"
	mount --rbind "$0/dev" /dev
	exec "$@"' "$HOSTS_DIR" >"$HOSTS_DIR/run-b"
chmod +x "$HOSTS_DIR/run-b"

attach a "${GROUP[@]}"
wait_until 20 state_is a 3 master
CARP_BINARY=$HOSTS_DIR/run-b attach b "${GROUP[@]}" --advskew 100
wait_until 20 state_is b 3 backup

# asked NAME COMMAND...: what a verb prints, an error as a rule.
asked() { carp a "${@:2}" >>"$EVIDENCE/$1" 2>&1 || true; }
for bad in long zero world absent; do
	asked "refused $bad" attach eth0 --vhid 9 --vip 192.0.2.9/24 \
		--pass-file "$HOSTS_DIR/$bad"
	asked "set $bad" set eth0 --vhid 3 --pass-file "$HOSTS_DIR/$bad"
done
ok "what is wrong with a file is told" \
	grep -q "allowed are 1 to 19" "$EVIDENCE/refused long"
carp a set eth0 --vhid 3 --pass-file "$HOSTS_DIR/other" >/dev/null
carp a set eth0 --vhid 3 --pass-file "$PASS" >/dev/null
carp a maintenance on >/dev/null
wait_until 10 state_is b 3 master
carp a maintenance off >/dev/null
carp a state eth0 --vhid 3 master >/dev/null
wait_until 10 state_is a 3 master
asked status status -v
asked status.json status -j
asked check check eth0
on a curl -s "http://$METRICS/metrics" >"$EVIDENCE/metrics"
on a curl -s "http://$METRICS/" >"$EVIDENCE/page"
on a curl -s --max-time 3 "http://$METRICS/events" >"$EVIDENCE/events" || true
# raw TEXT: what the socket says to anything.
raw() {
	on a python3 - "$HOSTS_DIR/a.sock" "$1" <<-'END'
		import socket, sys
		peer = socket.socket(socket.AF_UNIX)
		peer.settimeout(3)
		peer.connect(sys.argv[1])
		peer.sendall(sys.argv[2].encode() + b"\n")
		print(peer.recv(1 << 20))
	END
}
for request in '{"version":1,"verb":"status"}' '{"version":1,"verb":"monitor"}' \
	'{"version":1,"verb":"handover"}' '{' '{"version":1,"verb":"attach"}'; do
	raw "$request" >>"$EVIDENCE/socket" 2>&1
done

# --- what can be read from outside -----------------------------------------------------
for host in a b; do
	for pid in $(daemons "$host"); do
		cp "/proc/$pid/cmdline" "$EVIDENCE/$pid.arguments"
		cp "/proc/$pid/environ" "$EVIDENCE/$pid.environment"
	done
	cp -r "$HOSTS_DIR/$host.state" "$EVIDENCE/$host.state"
	for pin in "$HOSTS_PINS/$host/eth0"/carp_*; do
		bpftool map dump pinned "$pin" >"$EVIDENCE/$host.${pin##*/}"
		bpftool -j map dump pinned "$pin" >"$EVIDENCE/$host.${pin##*/}.json"
	done
done
stop "$SNIFFER"
# evident: there is something of each kind.
evident() {
	local kind
	for kind in '*.arguments' '*.environment' log syslog status status.json \
		monitor monitor.json socket metrics page events a.carp_vhids a.state frames; do
		[[ $(find "$EVIDENCE" -path "$EVIDENCE/$kind*" -type f -size +0) ]] || return 1
	done
}
ok "arguments, environment, logs, answers, metrics, maps, files and frames are there" \
	evident
nowhere "none of them has it" file "$EVIDENCE"
refute "no map with digests is pinned" test -e "$HOSTS_PINS/a/eth0/carp_auth"
# Not reachable by a path; root alone may go by the number.
bpftool -j map show | jq '.[] | select(.name == "carp_auth") | .id' |
	while read -r id; do
		bpftool map dump id "$id" 2>/dev/null
		bpftool -j map dump id "$id" 2>/dev/null
	done >"$EVIDENCE/auth" || true
ok "they can be looked at all the same" test -s "$EVIDENCE/auth"
nowhere "and do not have it either" file "$EVIDENCE/auth"

# --- memory ------------------------------------------------------------------------
others() {
	local pid
	pid=$(controller a)
	daemons a | grep -vx "$pid"
}
ok "the controller has to know it" search memory "$(controller a)"
# shellcheck disable=SC2046 # as many words as there are processes
nowhere "no other process does" memory $(others)

# restart: it goes on with a successor.
old=$(controller a)
CARP_BINARY=$HOSTS_DIR/run spawn_carp a daemon --takeover >>"$EVIDENCE/log" 2>&1
wait_until 20 process_gone "$old"
wait_until 10 listens
passed_on() {
	local pid
	for pid in $(daemons a); do
		ls -l "/proc/$pid/fd"
	done | grep memfd
}
refute "of what it was given with its state, no file is left" passed_on
nowhere "nor a word in a log" file "$EVIDENCE"
ok "the successor knows it" search memory "$(controller a)"
# shellcheck disable=SC2046
nowhere "and no other process" memory $(others)

# --- a core ------------------------------------------------------------------------
# dies: the controller on a, by a signal that makes a core.
dies() {
	local pid
	pid=$(controller a)
	kill -ABRT "$pid"
	wait_until 10 process_gone "$pid"
	wait_until 10 fails listens
}
cores() { compgen -G "$HOSTS_DIR/cores/*core*"; }
if [[ $(</proc/sys/kernel/core_pattern) == [\|/]* ]]; then
	note "cores do not go to a process's folder here: not looked for"
else
	bash -c "$CORES" "$HOSTS_DIR/cores" sh -c 'kill -ABRT $$' 2>/dev/null ||
		true
	ok "a process that is aborted leaves a core" cores
	rm "$HOSTS_DIR/cores/"*
	dies
	refute "a controller does not" cores
	daemon --no-guardian
	attach a "${GROUP[@]}"
	dies
	refute "nor one without a guardian" cores
fi

# --- what it would look like -----------------------------------------------------------
listens || daemon
attach a "${GROUP[@]}"
nowhere "until then it was nowhere" file "$EVIDENCE"
spawn_carp a monitor >"$EVIDENCE/monitor" 2>&1
carp a demote eth0 +1 --reason "$CANARY" >/dev/null
asked told status -v
ok "told as a reason, it is found" search file "$EVIDENCE/told"
