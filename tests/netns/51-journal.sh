#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Host a logs to a journal of its own, with fields; host b, as ever, to a file.
# However much of whatever comes, the log stays short and tells how much it was:
# what it says adds up to what was counted.  The last claim waits a minute.
#
#   a (journald)     b (file)         c (floods)
#      |                |                |
#   ---+----------------+----------------+---  br0
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b c
FRAMES=$HOSTS_TOP/tests/flood/frames.py
INJECT=$HOSTS_TOP/tests/netns/inject.py
JOURNAL=$HOSTS_DIR/journal

# --- a journal ---------------------------------------------------------------
# It asks neither the kernel's log nor its audit: those are the host's.
cat >"$HOSTS_DIR/journald" <<J
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/journald.conf.d $JOURNAL /run/log
mount --bind $JOURNAL /run/log
mkdir /run/log/journal
printf '[Journal]\nStorage=volatile\nAudit=no\nReadKMsg=no\nRateLimitBurst=0\n' \
	>/run/systemd/journald.conf.d/here.conf
exec /lib/systemd/systemd-journald
J
spawn a unshare --mount bash "$HOSTS_DIR/journald" \
	2>"$HOSTS_DIR/journald.log"
JOURNALD=$SPAWNED
beside() { nsenter --mount="/proc/$JOURNALD/ns/mnt" -- "$@"; }
listens() {
	[[ $(<"/proc/$JOURNALD/comm") == systemd-journal ]] &&
		beside test -S /run/systemd/journal/socket
}
eventually 10 "a journal listens" listens
# read_journal FILTER: entries of the daemon, as one JSON array.
read_journal() {
	journalctl --directory="$JOURNAL/journal" -o json \
		SYSLOG_IDENTIFIER=carp-xdp 2>/dev/null | jq -s "$1"
}
journal_has() { [[ $(read_journal "any(.[]; $1)") == true ]]; }
# shellcheck disable=SC2016 # for the shell in there
AS_SERVICE='export JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2)
exec "$@"'
start_a() {
	spawn a nsenter --mount="/proc/$JOURNALD/ns/mnt" -- env \
		CARP_XDP_SOCKET="$HOSTS_DIR/a.sock" \
		CARP_XDP_PIN_DIR="$HOSTS_PINS/a" \
		CARP_XDP_STATE_DIR="$HOSTS_DIR/a.state" \
		systemd-cat bash -c "$AS_SERVICE" - "$CARP_BINARY" daemon
	wait_until 10 carp a status >/dev/null
}
start_a
spawn_carp b daemon >"$HOSTS_DIR/log-b" 2>&1
wait_until 10 carp b status >/dev/null
spawn_carp a monitor -j >"$HOSTS_DIR/monitor"
attach a --vhid 3 --vip "$VIP4/24" --preempt
attach b --vhid 3 --vip "$VIP4/24" --advskew 100
begin=$SECONDS
wait_until 15 state_is a 3 master
wait_until 15 state_is b 3 backup

# --- fields ------------------------------------------------------------------
ok "a change of state, with its fields" journal_has '
	.MESSAGE == "eth0 vhid 3: backup -> master (master timed out)" and
	.MESSAGE_ID == "ff89b60705594224b4461642e7f967d8" and
	.PRIORITY == "6" and .CARP_EVENT == "state" and
	.CARP_INTERFACE == "eth0" and .CARP_VHID == "3" and
	.CARP_STATE_FROM == "backup" and .CARP_STATE_TO == "master" and
	.CARP_REASON == "master timed out"'
ok "a line is there once" [ "$(read_journal 'map(select(
	.MESSAGE | startswith("eth0 vhid 3: backup -> master"))) |
	length')" == 1 ]
ok "the sender is the controller" journal_has \
	"._PID == \"$(controller a)\" and .CARP_STATE_TO == \"master\""
ok "a file gets the text as ever" \
	grep -qx "carp-xdp: eth0 vhid 3: init -> backup (started)" \
	"$HOSTS_DIR/log-b"
carp a demote --all +7 --reason deploy
ok "a demotion, with its fields" journal_has '
	.CARP_EVENT == "demotion" and .CARP_AMOUNT == "7" and
	.CARP_REASON == "deploy" and (.CARP_BY | startswith("uid 0, pid "))'
carp a demote --all -7 --reason deploy
on switch ip link set dev b down
wait_until 5 grep -q "groups wait" "$HOSTS_DIR/log-b"
on switch ip link set dev b up
eventually 5 "an interface that waits" \
	grep -qx "carp-xdp: eth0: groups go on" "$HOSTS_DIR/log-b"
wait_until 15 state_is b 3 backup

# --- floods ------------------------------------------------------------------
# lines_and_more HOST KIND: how often the log tells of it: lines of warning and
# what summaries count, as one sum.
lines_and_more() {
	read_journal "[.[] | select(.CARP_VHID == \"3\" and .CARP_KIND == \"$1\")
		| if .CARP_EVENT == \"summary\" then .CARP_COUNT | tonumber
		  else 1 end] | add // 0"
}
lines() {
	read_journal "[.[] | select(.CARP_KIND == \"$1\" and
		.CARP_EVENT == \"$2\")] | length"
}
# digests SENDERS TIMES: advertisements with a wrong digest.
digests() {
	python3 "$FRAMES" carp 3 >"$HOSTS_DIR/frame"
	on c python3 - "$1" "$2" "$(<"$HOSTS_DIR/frame")" <<-'P'
		import socket, struct, sys
		sys.path.insert(0, "tests/netns")
		from inject import checksum
		sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		sock.bind(("eth0", 0))
		frame = bytearray.fromhex(sys.argv[3].split()[0])
		for i in range(int(sys.argv[2])):
		    frame[26:30] = bytes([192, 0, 2, 10 + i % int(sys.argv[1])])
		    frame[24:26] = b"\0\0"
		    frame[24:26] = struct.pack("!H", checksum(bytes(frame[14:34])))
		    sock.send(frame)
	P
}
cd "$HOSTS_TOP"
digests 200 20000
on c python3 "$INJECT" vrrp eth0 3 >/dev/null
for _ in 1 2 3; do
	on c python3 "$INJECT" vrrp eth0 3 >/dev/null
done
counter() { group a 3 ".counters.$1"; }
counted=$(counter advert_digest)
ok "a flood of wrong digests is counted" [ "$counted" -gt 15000 ]
eventually 5 "and is a line a sender, four at most" \
	[ "$(lines digest warning)" -ge 1 -a "$(lines digest warning)" -le 4 ]
vrrp=$(counter vrrp)
ok "VRRP is counted" [ "$vrrp" -eq 8 ]

# --- changes without end -----------------------------------------------------
for _ in {1..12}; do
	carp a state eth0 --vhid 3 backup >/dev/null
	wait_until 10 state_is a 3 backup
	carp a state eth0 --vhid 3 master >/dev/null
	wait_until 10 state_is a 3 master
done
changes=$(group a 3 .transitions)
changed() { read_journal '[.[] | select(.CARP_EVENT == "state")] | length'; }
ok "of $changes changes of state ten are lines" [ "$(changed)" -eq 10 ]
# Perhaps not of the first, which came with the monitor.
monitored() {
	[[ $(jq -s 'map(select(.event == "state")) | length' \
		"$HOSTS_DIR/monitor") -ge $((changes - 1)) ]]
}
eventually 5 "a monitor is told of all" monitored

# --- a journal that is behind --------------------------------------------------
carp b demote --all +100 --reason "stays behind" >/dev/null
kill -STOP "$JOURNALD"
slow=0
for _ in {1..20}; do
	for amount in +1 -1; do
		timeout 2 "$CARP_BINARY" --socket "$HOSTS_DIR/a.sock" \
			demote --all "$amount" --reason flood || slow=1
	done
done >/dev/null
ok "nobody waits for a journal that is behind" [ "$slow" == 0 ]
ok "and the master is one" state_is a 3 master
kill -CONT "$JOURNALD"
carp a demote --all +1 --reason flood
carp a demote --all -1 --reason flood
eventually 5 "what was lost is told" journal_has \
	'(.MESSAGE | test("^[0-9]+ lines lost: the journal was behind$")) and
	.PRIORITY == "4"'

# --- summaries -----------------------------------------------------------------
adds_up() {
	[[ $(lines_and_more digest) == "$counted" &&
		$(lines_and_more vrrp) == "$vrrp" ]]
}
refute "before a minute is over nothing is summed up" adds_up
note "summary awaited after $((SECONDS - begin)) s"
eventually 65 "a minute later the log says how much it was" adds_up
ok "with who was last" journal_has '
	.CARP_EVENT == "summary" and .CARP_KIND == "digest" and
	.CARP_PEER_MAC and .PRIORITY == "4" and
	(.MESSAGE | test("^eth0 vhid 3: [0-9]+ more advertisements with a wrong "
		+ "digest in [0-9]+ s, last from 192\\.0\\.2\\.[0-9]+$"))'
told() {
	[[ $(read_journal '([.[] | select(.CARP_EVENT == "state")] | length) +
		([.[] | select(.CARP_EVENT == "summary" and
			.CARP_KIND == "state") | .CARP_COUNT | tonumber] | add // 0)'
	) == "$changes" ]]
}
ok "and the changes of state" told
ok "a monitor is told of it, too" jq -se 'any(.[]; .event == "summary" and
	.kind == "digest" and .count > 15000 and .address and .mac and
	.interface == "eth0" and .vhid == 3)' "$HOSTS_DIR/monitor"
digests 1 5000
counted=$(counter advert_digest)
carp a detach eth0 --vhid 3
eventually 5 "who goes says what is left to say" adds_up
