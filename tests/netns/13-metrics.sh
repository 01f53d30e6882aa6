#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Metrics: off unless asked for, and in the form Prometheus wants.
#
#   a (--metrics on attach)    b (--metrics on daemon)
#      |                          |
#   ---+--------------------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
PROMTOOL=$HOSTS_TOP/build/peers/usr/bin/promtool
AT=127.0.0.1:9112

scrape() { on "$1" curl -sS --max-time 5 "${@:2}" "http://$AT/metrics"; }
listens() { on "$1" ss -tlnH | grep -q .; }

attach a --vhid 3 --vip "$VIP4/24"
refute "nothing listens unless asked" listens a

# What only some need is in the memory of no process that does not.
has_loaded() {
	local pid
	for pid in $(controller a) $(guardian a) $(hand a); do
		grep -hoE "lib(microhttpd|gnutls|pcap|ncurses|nss_)[^ ]*" \
			"/proc/$pid/maps" && return
	done
}
refute "without metrics no web server is loaded" has_loaded
ok "asked later it says that it cannot, and how it can" \
	grep -q "daemon --takeover --metrics $AT" <(carp a attach eth0 \
		--vhid 4 --vip 192.0.2.4/24 --pass-file "$PASS" \
		--metrics "$AT" 2>&1)
ok "and has attached nothing" [ -z "$(group a 4 .state)" ]
spawn_carp a daemon --takeover --metrics "$AT" 2>"$HOSTS_DIR/daemon"
eventually 5 "its successor serves them" scrape a
stop "$SPAWNED"

attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --metrics "$AT"
spawn_carp b daemon --metrics "$AT" 2>"$HOSTS_DIR/daemon"
wait_until 5 carp b status >/dev/null 2>&1
ok "a daemon without groups answers" scrape b
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advskew 50
eventually 8 "a is master" state_is a 3 master
for host in a b; do
	scrape "$host" >"$HOSTS_DIR/metrics"
	if [[ -x $PROMTOOL ]]; then
		ok "$host: promtool accepts them" \
			"$PROMTOOL" check metrics <"$HOSTS_DIR/metrics"
	else
		claim skip "$host: promtool accepts them"
	fi
done

scrape a >"$HOSTS_DIR/a"
scrape b >"$HOSTS_DIR/b"
L='interface="eth0",vhid="3"'
has() { ok "$1 has $2" grep -qE -- "$2" "$HOSTS_DIR/$1"; }
has a "^carp_state\{$L,carp_state=\"master\"\} 1"
has a "^carp_state\{$L,carp_state=\"backup\"\} 0"
has b "^carp_state\{$L,carp_state=\"backup\"\} 1"
has a "^carp_master_down_seconds\{$L\} 3$"
has b "^carp_master_down_seconds\{$L\} 3.58"
for name in transitions_total advertisements_received_total \
	advertisements_sent_total advertisements_dropped_total \
	arp_replies_total nd_replies_total demotion lease_remaining_seconds \
	advertisement_gap_seconds_count timer_lateness_seconds_count \
	foreign_claims_total build_info master_down_seconds share_accepted_frames_total \
	share_declined_frames_total; do
	has a "^carp_${name}[ {]"
	has b "^carp_${name}[ {]"
done

scrape a -H "Accept: application/openmetrics-text; version=1.0.0" \
	-D "$HOSTS_DIR/header" >"$HOSTS_DIR/open"
ok "OpenMetrics on request" \
	grep -qi "content-type: application/openmetrics-text" "$HOSTS_DIR/header"
ok "it ends in # EOF" [ "$(tail -n1 "$HOSTS_DIR/open")" == "# EOF" ]
scrape a -D "$HOSTS_DIR/header" >"$HOSTS_DIR/plain"
ok "the classic format otherwise" \
	grep -qi "content-type: text/plain" "$HOSTS_DIR/header"
refute "which has no # EOF" grep -q EOF "$HOSTS_DIR/plain"

status_of() { on a curl -s -o "$HOSTS_DIR/body" -w '%{http_code}' "$@"; }
ok "another path is 404" [ "$(status_of "http://$AT/other")" == 404 ]
ok "another method is 405" [ "$(status_of -X POST "http://$AT/metrics")" == 405 ]

one=$(sed -n 's/^carp_advertisements_sent_total{.*} //p' "$HOSTS_DIR/a" | head -n1)
grows() {
	[[ $(scrape a | sed -n 's/^carp_advertisements_sent_total{.*} //p' |
		head -n1) -gt $one ]]
}
eventually 5 "counters grow" grows
carp a detach eth0 >/dev/null
eventually 5 "the listener ends with the controller" fails listens a
