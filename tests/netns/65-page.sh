#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The status page and its stream of events as HTTP has them: a snapshot, then
# what changes; a bounded number of readers, and no election waits for one.
#
#   a (preferred)   b (backup, with the page)
#      |                |
#   ---+----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
AT=127.0.0.1:9112
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64")
STREAM=$HOSTS_DIR/stream

get() { on b curl -sS --max-time 5 "$@"; }
code_of() { get -o "$HOSTS_DIR/body" -w '%{http_code}' "$@"; }
# stream NAME [ARGUMENT...]: one more reader, what it is told goes to the file.
stream() {
	spawn b curl -sSN "${@:2}" "http://$AT/events" >"$STREAM.$1" 2>&1
}
# told NAME EVENT FILTER: such an event has come.
told() {
	grep -A1 "^event: $2\$" "$STREAM.$1" | sed -n 's/^data: //p' |
		jq -es "any(.[]; $3)"
}

attach b "${GROUP[@]}" --advskew 100 --metrics "$AT"
attach a "${GROUP[@]}"
eventually 8 "a is master" state_is a 3 master
eventually 8 "b is backup" state_is b 3 backup

# --- one page, and nothing else -------------------------------------------------
ok "/ is the page" [ "$(code_of -D "$HOSTS_DIR/header" "http://$AT/")" == 200 ]
ok "as HTML" grep -qi '^content-type: text/html; charset=utf-8' "$HOSTS_DIR/header"
ok "whole" cmp "$HOSTS_DIR/body" "$HOSTS_TOP/user/daemon/page.html"
ok "with a policy: nothing from elsewhere" grep -qiE \
	"^content-security-policy: default-src 'none'; script-src 'sha256-[^ ]{44}'; style-src 'sha256-[^ ]{44}'; connect-src 'self';" \
	"$HOSTS_DIR/header"
refute "and in it no address of anything, nor a handler" grep -E \
	'<[^>]* (src|on[a-z]+)=|(href)="[^d/]|//[a-z]|url\(|@import|innerHTML' \
	"$HOSTS_DIR/body"
ok "HEAD: its headers alone" [ "$(code_of -I "http://$AT/")" == 200 ]
ok "HEAD of the stream ends" [ "$(code_of -I "http://$AT/events")" == 200 ]
ok "POST is 405" [ "$(code_of -X POST "http://$AT/events")" == 405 ]
ok "another path is 404" [ "$(code_of "http://$AT/page.html")" == 404 ]
ok "another site's name for us is 421" \
	[ "$(code_of -H 'Host: rebound.example' "http://$AT/")" == 421 ]
ok "for the stream, too" \
	[ "$(code_of -H 'Host: rebound.example:9112' "http://$AT/events")" == 421 ]
ok "and so is another site's page" \
	[ "$(code_of -H 'Origin: http://example.org' "http://$AT/events")" == 421 ]
for name in localhost:9112 "[::1]:9112" 192.0.2.2 "$(hostname)"; do
	ok "we are $name" [ "$(code_of -H "Host: $name" "http://$AT/")" == 200 ]
done

# --- a snapshot, then what changes ------------------------------------------------
stream one
ONE=$SPAWNED
eventually 2 "who it is" told one hello ".host == \"$(hostname)\" and .version"
eventually 2 "the group: backup, and of whom" told one rows \
	".[] | .interface == \"eth0\" and .vhid == 3 and .state == \"backup\" and
	.master.address == \"$(group b 3 .master.address)\""
eventually 2 "its end" told one live true
eventually 3 "a second later the gap, against a dead time" told one tick \
	'.groups == 1 and (.gaps[0] | .[0] == "1.3" and .[1] < 1500 and .[2] > 0)'
# It speaks by both families.
heard='length == 2 and (map(.address) | contains(["192.0.2.1", "fe80::"])) and
	all(.[]; .advbase == 1 and .advskew == 0 and .demotion == 0 and
	(.family == "inet" or .family == "inet6") and .mac and
	.verdict == "valid" and (.left | not))'
eventually 3 "whom it has heard, with rank and verdict" told one rows \
	".[].heard | $heard"
eventually 4 "and how long ago" told one tick \
	'.gaps[0][4] | length == 2 and all(.[]; . < 1500)'
ok "status has the same" [ "$(group b 3 ".heard | $heard and
	all(.[]; .seconds_ago < 3)")" == true ]
ok "and says it" grep -qE \
	'192\.0\.2\.1 at 00:00:5e:00:01:03, 1/0, demotion 0, valid, [0-2]\.[0-9] s ago$' \
	<(carp b status -v)
eventually 4 "and totals by verdict" told one totals '.verdicts.advert_valid > 0'

carp b demote eth0 +7 --reason '<b onclick="x">"quoted" & \ more' >/dev/null
eventually 3 "a demotion, with its reason as it was written" told one host \
	'.demotions[] | .amount == 7 and .by != "" and
	.reason == "<b onclick=\"x\">\"quoted\" & \\ more"'
carp b demote eth0 -7 --reason '<b onclick="x">"quoted" & \ more' >/dev/null
carp a state eth0 --vhid 3 backup >/dev/null
eventually 8 "b is master" state_is b 3 master
eventually 1 "the change, at once" told one change \
	'.id == "1.3" and .to == "master" and .from == "backup" and .number > 0'
eventually 3 "and the row that follows" told one rows '.[] | .state == "master"'
descriptors() { find "/proc/$(controller b)/fd" -mindepth 1 | wc -l; }
BEFORE=$(descriptors)
stream two
eventually 2 "one who comes later is told of it" told two hello \
	'.changes | any(.to == "master")'
stop "$SPAWNED"
as_before() { [[ $(descriptors) == "$BEFORE" ]]; }
eventually 4 "one who goes leaves no descriptor" as_before

# --- many readers ------------------------------------------------------------------
readers=()
for ((i = 0; i < 15; i++)); do
	stream "many$i"
	readers+=("$SPAWNED")
done
many() { [[ $(grep -l '^event: live' "$STREAM".many* | wc -l) == "$1" ]]; }
eventually 5 "sixteen read" many 15
ok "the seventeenth is refused" [ "$(code_of "http://$AT/events")" == 503 ]
ok "metrics are served all the same" [ "$(code_of "http://$AT/metrics")" == 200 ]
for pid in "${readers[@]}"; do
	stop "$pid"
done
eventually 4 "they go, and leave none" as_before
stop "$ONE"
BEFORE=$((BEFORE - 1))
eventually 4 "the first goes, too" as_before

# One that does not read, while there is much to be told.
cat >"$HOSTS_DIR/deaf" <<'P'
import os, socket, sys, time
peer = socket.socket()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
peer.connect(("127.0.0.1", 9112))
peer.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
open(sys.argv[1], "w").close()
time.sleep(60)
P
spawn b python3 "$HOSTS_DIR/deaf" "$HOSTS_DIR/deaf.begun"
wait_until 5 test -e "$HOSTS_DIR/deaf.begun"
eventually 2 "one that does not read is there" fails as_before
demote() {
	printf '{"version":1,"verb":"demote","interface":"eth0","amount":%d,' "$2"
	printf '"reason":"%03d %0240d"}\n' "$1" 0
}
# raw: requests from standard input, one answer for each.
cat >"$HOSTS_DIR/raw" <<'P'
import socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
stream = peer.makefile()
for line in sys.stdin:
    peer.sendall(line.encode())
    if '"ok":true' not in (answer := stream.readline()):
        sys.exit(answer)
P
for i in {1..60}; do
	demote "$i" 1
done | on b python3 "$HOSTS_DIR/raw" "$HOSTS_DIR/b.sock"
dropped() {
	demote 1 1 | on b python3 "$HOSTS_DIR/raw" "$HOSTS_DIR/b.sock"
	as_before
}
eventually 40 "and is dropped" dropped

stream last
eventually 2 "one reads" told last live true
carp b detach eth0 >/dev/null
eventually 5 "the controller ends, and the stream with it" process_gone "$SPAWNED"
