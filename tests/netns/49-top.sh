#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The live view as a user sees it, in a terminal that tmux emulates: who is
# master, a change as it happens, another size, a controller that goes and
# comes back, and a terminal left as it was.
#
#   a (preferred)   b (backup, watched)
#      |                |
#   ---+----------------+---  br0
source "$(dirname "$0")/lib.sh"
hosts a b
GROUP=(--vhid 3 --vip "$VIP4/24")
term() { tmux -S "$HOSTS_DIR/tmux" "$@"; }
screen() { term capture-pane -p -t top >"$HOSTS_DIR/screen"; }
shows() {
	screen
	grep -E -- "$1" "$HOSTS_DIR/screen" || fails cat "$HOSTS_DIR/screen"
}
hides() { ! shows "$1"; }

code=0
carp b top </dev/null >"$HOSTS_DIR/out" 2>"$HOSTS_DIR/error" || code=$?
ok "without a terminal: exit status 2" [ "$code" == 2 ]
ok "said" grep -q "needs a terminal" "$HOSTS_DIR/error"
ok "and not a byte for one" [ ! -s "$HOSTS_DIR/out" ]

for interval in 0 3601 1.5 x; do
	code=0
	carp b top --interval "$interval" 2>"$HOSTS_DIR/error" || code=$?
	ok "--interval $interval: exit status 2 or 3" [ "$code" -ge 2 ]
	ok "named" grep -F -- "$interval" "$HOSTS_DIR/error"
done
attach b "${GROUP[@]}" --advskew 100
attach a "${GROUP[@]}"
eventually 8 "a is master" state_is a 3 master
eventually 4 "b is backup" state_is b 3 backup
cat >"$HOSTS_DIR/shell" <<EOS
exec nsenter --net=/run/netns/$HOSTS_RUN-b env PS1='prompt> ' \
	CARP_XDP_SOCKET=$HOSTS_DIR/b.sock sh
EOS
term -f /dev/null new-session -d -s top -x 110 -y 30 "sh $HOSTS_DIR/shell"
eventually 5 "a shell" shows '^prompt>'
term send-keys -t top "stty -g >$HOSTS_DIR/before; $CARP_BINARY top" Enter

eventually 3 "the master's name" shows 'eth0 +3 +BACKUP +[0-9a-f.:]+ '
ok "is a's" shows "$(group b 3 .master.address)"
ok "the gap beside the dead time, as a bar" \
	shows ' [0-2]\.[0-9]/4\.[0-9]+ [#.]{20}'
eventually 4 "verified advertisements, a second" \
	shows 'advert_valid +[0-9.]*[1-9]'
term send-keys -t top s
eventually 2 "s sorts by another column" shows 'by total'

carp a state eth0 --vhid 3 backup >/dev/null
eventually 8 "b is master" state_is b 3 master
eventually 2 "the change is in the timeline" \
	shows 'eth0 vhid 3  BACKUP -> MASTER'
eventually 2 "and in the line of the group" shows 'MASTER +this host'

term resize-window -t top -x 40 -y 10
eventually 3 "a small terminal: the state is there" shows 'eth0 +3 +MASTER'
narrow() {
	screen
	[[ $(wc -L <"$HOSTS_DIR/screen") -le 40 ]]
}
ok "and nothing outside" narrow
term resize-window -t top -x 110 -y 30
eventually 3 "large again" shows 'eth0 vhid 3  BACKUP -> MASTER'

term send-keys -t top p
eventually 2 "p pauses" shows PAUSED
term send-keys -t top p
eventually 2 "and goes on" hides PAUSED

for vhid in {11..22}; do
	attach b --vhid "$vhid" --vip "192.0.2.$vhid/24"
done
term resize-window -t top -x 110 -y 15
eventually 4 "more groups than fit: the first ones" shows '^eth0 +3 '
ok "not the last one" hides '^eth0 +22 '
term send-keys -t top Down
eventually 2 "an arrow: one line on" hides '^eth0 +3 '
term send-keys -t top NPage NPage NPage
eventually 2 "pages: the last one" shows '^eth0 +22 '
term send-keys -t top Down p
eventually 2 "there is nothing behind it" shows PAUSED
term send-keys -t top Up p
eventually 2 "up is up" hides '^eth0 +22 '
term send-keys -t top PPage PPage PPage
eventually 2 "and back" shows '^eth0 +3 '
term resize-window -t top -x 110 -y 30

CONTROLLER=$(controller b)
kill -STOP "$CONTROLLER"
eventually 8 "the controller stands still: said, with the time" \
	shows 'has not answered for [0-9]+ s'
kill -CONT "$CONTROLLER"
eventually 4 "and no longer" hides 'has not answered'

crash b
eventually 4 "the controller is gone: said" shows 'no controller answers'
attach b "${GROUP[@]}" --advskew 100
eventually 4 "it is back: the view goes on by itself" hides 'no controller'
eventually 8 "with what it has to tell" shows 'eth0 +3 +(BACKUP|MASTER)'

term send-keys -t top q
eventually 2 "q: the shell is back" shows '^prompt> *$'
term send-keys -t top "stty -g >$HOSTS_DIR/after; echo over" Enter
eventually 2 "which takes words" shows '^over'
ok "and its terminal is what it was" \
	cmp "$HOSTS_DIR/before" "$HOSTS_DIR/after"
term kill-server
