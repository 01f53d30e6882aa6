#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The status page as a user sees it, in a real Chromium: a failover while it is
# looked at, a stream that is cut and comes back, hostile words, light and dark,
# a phone's width, the keyboard, and hundreds of groups.
#
#   a (preferred)   b (backup; its page is open)
#      |                |
#   ---+----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
command -v chromium >/dev/null || {
	claim skip "chromium: scripts/install-deps.sh check"
	exit 0
}
hosts a b
AT=127.0.0.1:9112
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64")
HOSTILE='<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'

browser() { "$HOSTS_TOP/tests/netns/browser.py" "$HOSTS_DIR/browser" "$@"; }
# true_there JAVASCRIPT: it is so, on the page.
true_there() {
	local value
	value=$(browser eval "$1")
	[[ $value == true ]] || {
		echo "$value: $1"
		return 1
	}
}
# ids of rows: NIC.VHID
ROW='document.querySelector("tr[data-id=\"1.3\"]")'
row_says() { true_there "($ROW?.innerText ?? '').includes('$1')"; }
says() { true_there "document.querySelector('$1').innerText.includes($2)"; }

attach b "${GROUP[@]}" --advskew 100 --metrics "$AT"
attach a "${GROUP[@]}"
eventually 8 "a is master" state_is a 3 master
eventually 8 "b is backup" state_is b 3 backup

spawn b "$HOSTS_TOP/tests/netns/browser.py" serve "$HOSTS_DIR/browser" \
	"$HOSTS_DIR/profile" 2>"$HOSTS_DIR/chromium"
wait_until 30 test -S "$HOSTS_DIR/browser"
browser size 1280 900
browser media prefers-color-scheme=light
browser open "http://$AT/"
browser eval "window.mark = 1" >/dev/null

# --- what it shows, and what changes -----------------------------------------------
eventually 5 "it is live" says "#link" "'live'"
eventually 5 "the group is a backup" row_says BACKUP
ok "of a's address" row_says "$(group b 3 .master.address)"
ok "with its virtual IPs" row_says "$VIP4/24"
eventually 3 "the silence, as a part of the dead time" true_there \
	"(n => n > 0 && n < 80)(+$ROW.querySelector('[role=meter]').ariaValueNow)"
eventually 4 "advertisements a second" true_there \
	"+$ROW.querySelector('[data-label=\"Adverts/s\"]').innerText > 0"
ok "who it is" says h1 "'$(hostname)'"
ok "its version" says "#foot" "'$("$CARP_BINARY" --version | grep -oE '[0-9]+\.[0-9.]+')'"

crash a
eventually 10 "a dies: b is master" state_is b 3 master
eventually 2 "and the page shows it" row_says MASTER
eventually 2 "this host" row_says "this host"
ok "and why" row_says "master timed out"
ok "in the timeline as well" says "#changes" "'from backup: master timed out'"
ok "a screen reader is told" says "#news" "'eth0 vhid 3: backup to master'"
ok "without a reload" true_there "window.mark === 1"

carp b demote eth0 +7 --reason "$HOSTILE" >/dev/null
eventually 3 "a reason with markup in it is text" \
	says "#ledger" "'onerror=\"window.hacked=1\"><script>'"
ok "in the timeline, too" says "#changes" "'<img src=x'"
ok "and no element" true_there \
	"!document.querySelector('main img, main script') && !window.hacked"
ok "its author and amount" true_there \
	"/\\+7[^]*uid 0/.test(document.querySelector('#ledger').innerText)"

# --- looks ------------------------------------------------------------------------
# Of each text that can be seen: how well it stands out; the worst, and where.
CONTRAST='(() => {
	const parse = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => c.slice(0, 3).map((v) => (v /= 255) <= .04045 ? v / 12.92 :
		((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const behind = (e) => { for (; e; e = e.parentElement) {
		const c = parse(getComputedStyle(e).backgroundColor);
		if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
	let worst = [99, ""];
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest("script, noscript, option")) continue;
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 80)];
	}
	return worst;
})()'
legible() { true_there "(w => w[0] >= 4.5 || w)($CONTRAST)"; }
colours() { browser eval "(s => s.color + s.backgroundColor)(getComputedStyle(document.body))"; }
# looks NAME: in both schemes.
looks() {
	local scheme
	for scheme in light dark; do
		browser media "prefers-color-scheme=$scheme"
		ok "$1, $scheme: every text stands out by 4.5 at least" legible
		colours >"$HOSTS_DIR/$scheme"
	done
	refute "$1: light and dark are two" cmp -s "$HOSTS_DIR/light" "$HOSTS_DIR/dark"
}
looks "with a master"
browser media prefers-reduced-motion=reduce
ok "who wants no motion gets none" true_there \
	"getComputedStyle(document.querySelector('.bar i')).transitionDuration === '0s'"
browser media

# --- keyboard, screen reader, phone --------------------------------------------------
focus_is() { true_there "document.activeElement.$1"; }
browser key /
ok "/ goes to the filter" focus_is "id === 'filter'"
browser key x
eventually 2 "nothing fits: said" says "#none" "'None fits'"
browser key Escape
ok "Escape: all again" row_says MASTER
browser key Tab
ok "Tab: the choice of states" focus_is "id === 'state'"
browser key Tab
ok "and on to the group's details" focus_is "id === 'more-1.3'"
ok "which can be seen" true_there \
	"getComputedStyle(document.activeElement).outlineStyle === 'solid'"
browser key Enter
ok "Enter opens them" focus_is "ariaExpanded === 'true'"
ok "with our rank" says ".detail" "'1/100'"
ok "and the focus stays" focus_is "id === 'more-1.3'"
heard() { true_there "/$1/.test(document.querySelector('.detail .heard').innerText)"; }
ok "with the host that was heard, its rank and verdict" \
	heard '192\.0\.2\.1\s+IPv4\s+00:00:5e:00:01:03\s+1\/0\s+0\s+\d+ s ago\s+valid'
on switch python3 "$HOSTS_TOP/tests/netns/inject.py" vrrp b 3 >/dev/null
eventually 4 "and one that does not belong there" \
	heard '192\.0\.2\.77\s+IPv4[^]*ago\s+VRRP, not CARP'
looks "with details"
browser media
browser tree >"$HOSTS_DIR/tree"
for part in "heading Groups" "table Groups" "searchbox Filter" "combobox State" \
	"meter silence against the dead time" "button details of eth0 vhid 3" \
	"list Timeline" "columnheader Master"; do
	ok "a screen reader finds: $part" grep -qx "$part" "$HOSTS_DIR/tree"
done
browser size 375 800
ok "375 pixels: nothing to scroll sideways" true_there \
	"document.documentElement.scrollWidth <= document.documentElement.clientWidth"
ok "and nothing cut off" true_there "[...document.querySelectorAll('td, li, h1, h2, button, input')]
	.every((e) => e.getBoundingClientRect().right <= innerWidth)"
browser tree >"$HOSTS_DIR/tree"
ok "it is still a table to a screen reader" grep -qx "table Groups" "$HOSTS_DIR/tree"
ok "with cells" grep -q "^cell " "$HOSTS_DIR/tree"
browser size 1280 900

# --- cut, and back ------------------------------------------------------------------
ok "so far nothing has gone wrong, nor against the policy" \
	[ -z "$(browser said)" ]
crash b
eventually 5 "the controller is gone: said" says "#cut" "'The stream was cut'"
ok "as an alert" true_there "document.querySelector('#cut').role === 'alert'"
ok "what was there still is" row_says MASTER
looks "while it is cut"
attach b "${GROUP[@]}" --advskew 100 --metrics "$AT"
eventually 10 "it is back: live again, by itself" says "#link" "'live'"
ok "and no longer said" true_there "document.querySelector('#cut').hidden"
eventually 10 "with what is so now" says "#t-changes + *" "'last'"
ok "the demotion is gone" says "#no-ledger" "'None in force'"
ok "still without a reload" true_there "window.mark === 1"

pid=$(controller b)
kill -STOP "$pid"
eventually 9 "it stands still: said" says "#cut" "'Nothing has come for 5 s'"
kill -CONT "$pid"
eventually 9 "and goes on" says "#link" "'live'"

# --- many ---------------------------------------------------------------------------
on b python3 - "$HOSTS_DIR/b.sock" "$PASS" <<-'P'
	import json, socket, sys
	peer = socket.socket(socket.AF_UNIX)
	peer.connect(sys.argv[1])
	stream = peer.makefile()
	for vhid in range(4, 255):
	    request = {"version": 1, "verb": "attach", "interface": "eth0",
	               "vhid": vhid, "vips": ["10.0.0.%d/32" % vhid],
	               "pass_file": sys.argv[2]}
	    peer.sendall(json.dumps(request).encode() + b"\n")
	    if '"ok":true' not in (answer := stream.readline()):
	        sys.exit(answer)
P
eventually 10 "252 groups" says "#shown" "'252'"
ok "a hundred of them at first" true_there \
	"document.querySelectorAll('#groups > tr:not(.detail)').length === 100"
ok "drawn within a tenth of a second" true_there \
	"(t => { draw(); return performance.now() - t < 100; })(performance.now())"
browser eval "for (const e of [document.querySelector('#filter')])
	{ e.value = '10.0.0.254'; e.dispatchEvent(new Event('input')); }" >/dev/null
ok "the last is found by its address" says "#shown" "'1 of 252'"
carp b detach eth0 --vhid 254 >/dev/null
eventually 5 "one that is detached goes" says "#shown" "'0 of 251'"

# --- the policy -----------------------------------------------------------------------
refute "no markup from a string" browser eval "document.body.innerHTML = '<b>x</b>'"
refute "no code from a string" browser eval \
	"new Promise((yes, no) => setTimeout(() => { try { yes(Function('return 1')()); } catch (e) { no(e); } }))"
ok "nothing from elsewhere" true_there \
	"fetch('http://192.0.2.1:9112/metrics').then(() => false, () => true)"
