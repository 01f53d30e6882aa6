#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What becomes of a frame, said without doing it: the verdict is the one that
# the same frame meets on the wire, and nothing of the living program moves.
#
#   a (preferred)   b (backup)   c (sends them)   d (another passphrase)
#      |                |            |                |
#   ---+----------------+------------+----------------+---  br0
source "$(dirname "$0")/lib.sh"
hosts a b c d
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64")
FILE=$HOSTS_DIR/frames.pcap
(umask 077 && echo "somebodyelse" >"$HOSTS_DIR/other")

# explain HOST ARGUMENT...: answers in $HOSTS_DIR/out, complaints in
# $HOSTS_DIR/error, its status in CODE.
explain() {
	local host=$1
	CODE=0
	shift
	carp "$host" explain "$@" >"$HOSTS_DIR/out" 2>"$HOSTS_DIR/error" ||
		CODE=$?
}
code_is() { [[ $CODE == "$1" ]] || fails cat "$HOSTS_DIR/error"; }
says() { grep -F -- "$1" "$HOSTS_DIR/out" || fails cat "$HOSTS_DIR/out"; }
complains() {
	grep -F -- "$1" "$HOSTS_DIR/error" || fails cat "$HOSTS_DIR/error"
}
# all JQ-CONDITION: of every frame in the answer, and there are some.
all() {
	cat "$HOSTS_DIR/out"
	jq -es "length > 0 and all($1)" "$HOSTS_DIR/out"
}
refused() {
	ok "$1: exit status 3" code_is 3
	ok "$1: says where" complains "$2"
}
# who_has ADDRESS-IN-HEX: a request for it, in hex with colons.
who_has() {
	echo "ff:ff:ff:ff:ff:ff 02:11:22:33:44:55 08:06 00:01 08:00 06 04" \
		"00:01 02:11:22:33:44:55 c0:00:02:09 00:00:00:00:00:00 $1"
}
OURS=$(who_has c0:00:02:64)

explain a eth0 "$OURS"
ok "without a program: exit status 1" code_is 1
ok "and the reason" complains "attach a group first"

carp d attach eth0 "${GROUP[@]}" --pass-file "$HOSTS_DIR/other" \
	--advskew 200 >/dev/null
attach b "${GROUP[@]}" --advskew 100
attach a "${GROUP[@]}"
eventually 8 "a is master" state_is a 3 master
eventually 4 "b is backup" state_is b 3 backup

spawn a tcpdump -Z root -i eth0 -U -Q out -w "$FILE" proto 112 2>/dev/null
RECORDER=$SPAWNED
complete() { [[ $(tcpdump -r "$FILE" 2>/dev/null | wc -l) -ge 4 ]]; }
eventually 8 "advertisements of a's are captured" complete
stop "$RECORDER"

# --- the verdicts -------------------------------------------------------------
living() {
	local map
	for map in carp_vips4 carp_vips6 carp_peers; do
		bpftool map dump pinned "$HOSTS_PINS/$1/eth0/$map"
	done
	group "$1" 3 '.counters | [.arp_answered, .arp_not_owner,
		.advert_replayed]' | tr -d '\n '
}
BEFORE=$(living a)$(living b)
ok "there is something to compare" [ ${#BEFORE} -gt 200 ]
explain a eth0 "$OURS"
ok "the master would answer" says "arp_answered: tx, counted for vhid 3"
ok "what was asked" says "1: 42 bytes: ARP request, who has 192.0.2.100"
explain b eth0 "$OURS"
ok "the backup would not" says "arp_not_owner: drop"
ok "and says where to look" says "another host is master"
explain a eth0 "$(who_has c0000205 | tr -d ': ')" -j
ok "another address: not ours" all '.verdict == "passed" and
	.action == "pass" and .vhid == null and .length == 42'

explain b eth0 "$FILE" -j
ok "a's old advertisements are replays to b" all '.vhid == 3 and
	.verdict == "advert_replayed" and .action == "drop"'
explain b eth0 "$FILE" -j --fresh
ok "each is good if nobody was heard yet" all \
	'.verdict == "advert_valid" and .action == "pass"'
ok "they are numbered" [ "$(jq -s 'map(.frame) == [range(1; length + 1)]' \
	"$HOSTS_DIR/out")" == true ]
ok "and described" all '.what | startswith("CARP vhid 3, advbase 1, advskew 0")'
explain d eth0 "$FILE"
ok "to d, the passphrase differs" says "advert_digest: drop"
ok "and it says what to compare" says "compare passphrase"
hex() {
	tcpdump -r "$FILE" -xx 2>/dev/null | awk '
		/^\t/ { sub(/.*:  /, ""); line = line $0 " "; next }
		line { print line; line = "" }
		END { print line }'
}
carp_hex() { hex | carp b explain eth0 - -j --fresh; }
carp_hex >"$HOSTS_DIR/out"
ok "the same from standard input, in hex" all '.verdict == "advert_valid"'
from_input() { carp b explain eth0 - -j --fresh <"$1" >"$HOSTS_DIR/out"; }
from_input "$FILE"
ok "a capture from standard input" all '.verdict == "advert_valid"'
# As wireshark writes it: a section, an interface, a packet each.
python3 - "$FILE" >"$HOSTS_DIR/frames.pcapng" <<-'END'
	import struct, sys
	data = open(sys.argv[1], "rb").read()
	def block(kind, body):
	    body += bytes(-len(body) % 4)
	    size = len(body) + 12
	    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)
	out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
	out += block(1, struct.pack("<HHI", 1, 0, 0))
	at = 24
	while at < len(data):
	    size = struct.unpack_from("<I", data, at + 8)[0]
	    frame = data[at + 16:at + 16 + size]
	    out += block(6, struct.pack("<5I", 0, 0, 0, size, size) + frame)
	    at += 16 + size
	sys.stdout.buffer.write(out)
END
explain b eth0 "$HOSTS_DIR/frames.pcapng" -j --fresh
ok "pcapng, too" all '.verdict == "advert_valid"'
ok "with all frames" [ "$(wc -l <"$HOSTS_DIR/out")" == "$(hex | wc -l)" ]
from_input "$HOSTS_DIR/frames.pcapng"
ok "and from standard input" all '.verdict == "advert_valid"'
explain b eth0 "$(hex | head -n1 | sed 's/ *$//; s/..$/00/')" --fresh
ok "one byte changed: broken" says "drop"
ok "nothing of it was counted or remembered" \
	[ "$(living a)$(living b)" == "$BEFORE" ]
ok "nobody has changed" sole_master 3 a b

# --- the same frames on the wire ------------------------------------------------
# meets HOST HEX: sent to it by c, what explain has said is counted there.
meets() {
	local before
	VERDICT=$(carp "$1" explain eth0 "$2" -j | jq -r .verdict)
	before=$(group "$1" 3 ".counters.$VERDICT")
	on c python3 -c '
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
wire.send(bytes.fromhex(sys.argv[1].replace(":", " ")))' "$2"
	wait_until 2 counted_more "$1" "$before"
}
counted_more() { (($(group "$1" 3 ".counters.$VERDICT") > $2)); }
ADVERT=$(hex | head -n1)
ok "the master does answer" meets a "$OURS"
ok "the backup does not" meets b "$OURS"
ok "an old advertisement is a replay" meets b "$ADVERT"
ok "one byte changed is noticed" meets b \
	"$(sed 's/ *$//; s/..$/00/' <<<"$ADVERT")"
ok "another passphrase, too" meets d "$ADVERT"

# --- what is wrong, and where -------------------------------------------------
explain a eth0 "ff:ff:fg"
refused "no hex" "position 8: 'g' is no hex digit"
explain a eth0 "fffff"
refused "half a byte" "position 5: half a byte"
explain a eth0 "00:11:22"
refused "too short" "frame 1: 3 bytes"
explain a eth0 /nowhere.pcap
refused "no such file" "/nowhere.pcap: No such file"
explain a eth0 "$0"
refused "not a capture" "48-explain.sh: "
size=$(stat -c %s "$FILE")
head -c $((size - 10)) "$FILE" >"$HOSTS_DIR/cut.pcap"
explain b eth0 "$HOSTS_DIR/cut.pcap"
refused "a capture cut off" "at byte "
ok "what came before is explained" says "1: "
explain b eth1 "$OURS"
ok "another interface: exit status 1" code_is 1
ok "named" complains "eth1: no program of ours"

# --- after a crash: the pins are what is asked --------------------------------
crash a
dead() {
	explain a eth0 "$OURS"
	says "arp_lease_dead: drop"
}
eventually 6 "the controller is dead: so says the lease" dead
