#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Hundreds of groups are shown, to a user and to Prometheus, while one of them
# advertises every 4 ms: whoever looks holds up no election.
#
#   a (254 groups on each of eth0 to eth3, and a fast one on eth0)
#      |
#   ---+---  br0
source "$(dirname "$0")/lib.sh"
hosts a
for nic in 1 2 3; do
	hosts_plug a "eth$nic" "br$nic"
	on a ip addr add "198.51.100.$nic/32" dev "eth$nic"
done
RECORD=$HOSTS_DIR/record
FAST=255

# ask REQUEST...: all on one connection; the last answer, and how long it took
# in microseconds on standard error.
ask() {
	python3 - "$HOSTS_DIR/a.sock" "$@" <<-'P'
		import socket, sys, time
		peer = socket.socket(socket.AF_UNIX)
		peer.connect(sys.argv[1])
		stream = peer.makefile()
		for request in sys.argv[2:]:
		    begin = time.monotonic()
		    peer.sendall(request.encode() + b"\n")
		    answer = stream.readline()
		    if '"ok":true' not in answer:
		        sys.exit(answer)
		print(round(1e6 * (time.monotonic() - begin)), file=sys.stderr)
		print(answer, end="")
	P
}
request() {
	printf '{"version":1,"verb":"attach","interface":"%s","vhid":%d,' "$1" "$2"
	printf '"vips":["%s/32"],"pass_file":"%s","advbase":%d}' \
		"$3" "$PASS" "$4"
}

attach a --vhid "$FAST" --vip "$VIP4/24" --advbase 0 --metrics 127.0.0.1:9112
requests=()
for ((vhid = 1; vhid < FAST; vhid++)); do
	for nic in 0 1 2 3; do
		requests+=("$(request "eth$nic" "$vhid" "10.0.$nic.$vhid" 1)")
	done
done
GROUPS_COUNT=$((4 * (FAST - 1) + 1))
ok "more than a thousand groups" ask "${requests[@]}"
all_masters() {
	[[ $(carp a status -j | jq '[.groups[] | select(.state == "master")]
		| length') == "$GROUPS_COUNT" ]]
}
eventually 30 "and master of all" all_masters

# look COMMAND...: it says how long an answer took; five of them, and meanwhile
# the longest gaps between advertisements, in microseconds, to TOOK and GAPS.
look() {
	TOOK=0 GAPS=0
	for _ in 1 2 3 4 5; do
		wire switch "$RECORD" record a
		"$@" >"$HOSTS_DIR/answer" 2>"$HOSTS_DIR/took"
		stop "$SPAWNED"
		TOOK=$((TOOK + $(<"$HOSTS_DIR/took")))
		GAPS=$((GAPS + $(jq -s 'map(select(.kind == "advert"
			and .vhid == 255).t) | [.[1:], .[:-1]] | transpose
			| map(.[0] - .[1]) | max / 1e3 | round' "$RECORD")))
	done
}

# One that is held up waits as long as the answer takes.  What else the machine
# does may keep it waiting, too: so there are a few attempts.
not_held_up() {
	for _ in 1 2 3 4; do
		look "$@"
		echo "answers took $TOOK us, longest gaps $GAPS us" |
			tee -a "$HOSTS_DIR/times"
		[[ $((GAPS * 3)) -ge $((TOOK * 2)) ]] || return 0
	done
	return 1
}
status() { ask '{"version":1,"verb":"status"}'; }
scrape() {
	on a curl -s -o - -w '%{stderr}%{time_total}' \
		http://127.0.0.1:9112/metrics 2>"$HOSTS_DIR/seconds"
	awk '{ printf "%d", $1 * 1e6 }' "$HOSTS_DIR/seconds" >&2
}
ok "status: advertisements go on meanwhile" not_held_up status
ok "it is whole" [ "$(jq '.groups | length' "$HOSTS_DIR/answer")" == \
	$GROUPS_COUNT ]
ok "metrics: advertisements go on meanwhile" not_held_up scrape
ok "they are whole" [ "$(grep -c '^carp_demotion{' "$HOSTS_DIR/answer")" == \
	$GROUPS_COUNT ]
sed 's/^/# /' "$HOSTS_DIR/times"
