#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The configuration file: groups that come up by it, a reload that changes what
# is to be changed and touches nothing else, what is refused, what is tried
# again, what is taken back.
#
#   a (daemon --config)     b
#      |                    |
#   ---+--------------------+---  br0   vhid 3 and more
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b
CONF=$HOSTS_DIR/conf
mkdir -m 0755 "$CONF"

# conf FILE: standard input becomes it.
conf() { (umask 022 && cat >"$CONF/$1"); }
web() {
	cat <<WEB
group web {
	interface = eth0
	vhid = 3
	vips = { $VIP4/24, $VIP6/64 }
	pass-file = $PASS
	$*
}
WEB
}
start_daemon() {
	spawn_carp a daemon --config "$CONF" "$@" 2>>"$HOSTS_DIR/a.log"
	wait_until 10 carp a status
} >/dev/null 2>&1
# refused NAME COMMAND...: it fails, and says so in $HOSTS_DIR/said.
refused() {
	refute "$1" said "${@:2}"
}
said() { "$@" >/dev/null 2>"$HOSTS_DIR/said"; }
says() { grep -q -- "$1" "$HOSTS_DIR/said"; }
logged() { grep -q -- "$1" "$HOSTS_DIR/a.log"; }
attached() { [[ $(carp a status -j | jq '.groups | length') == "$1" ]]; }

# --- check -----------------------------------------------------------------------
web "advskew = 10" | conf carp-xdp.conf
carp a check "$CONF/carp-xdp.conf" >"$HOSTS_DIR/checked"
ok "check tells the interval" \
	grep -q "vhid 3 .*every 1.039 s.*after 3.117 s" "$HOSTS_DIR/checked"
ok "and how many groups there are" grep -qx "1 group, no error" \
	"$HOSTS_DIR/checked"
web "advskew = 300" | conf bad.conf
refused "a bad file is refused" carp a check "$CONF/bad.conf"
ok "with file and line, value and range" says \
	"bad.conf:6: advskew 300: allowed are 0 to 254"
code_of() {
	local code=0
	"$@" >/dev/null 2>&1 || code=$?
	echo $code
}
ok "as exit status 3" [ "$(code_of carp a check "$CONF/bad.conf")" == 3 ]
refute "a directory is read as a whole" carp a check "$CONF"
rm "$CONF/bad.conf"

# --- start -----------------------------------------------------------------------
chmod 0666 "$CONF/carp-xdp.conf"
refused "what others can write starts nothing" timeout 10 \
	nsenter --net="/run/netns/$HOSTS_RUN-a" -- "$CARP_BINARY" \
	--socket "$HOSTS_DIR/a.sock" daemon --config "$CONF"
ok "and is named" says "carp-xdp.conf: others can write it"
chmod 0644 "$CONF/carp-xdp.conf"
web "advskew = 10" "preempt = maybe" | conf carp-xdp.conf
refute "a bad file starts nothing" timeout 10 \
	nsenter --net="/run/netns/$HOSTS_RUN-a" -- "$CARP_BINARY" \
	--socket "$HOSTS_DIR/a.sock" daemon --config "$CONF"
refute "nor leaves a program" has_program a
web "advskew = 10" | conf carp-xdp.conf
start_daemon
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advskew 100
eventually 8 "the group of the file is master" state_is a 3 master
wait_until 8 state_is b 3 backup

# --- nothing to do ----------------------------------------------------------------
carp a reload >"$HOSTS_DIR/reload"
ok "a reload of the same changes nothing" \
	grep -qx "0 changes, 1 unchanged" "$HOSTS_DIR/reload"
# All that controller, guardian, hand and workers say to the kernel meanwhile:
# no netlink message, no map, no address.
watched_reload() {
	local pids
	pids=$(controller a),$(guardian a),$(hand a)
	strace -f -qq -e trace=bpf,sendto,sendmsg -o "$HOSTS_DIR/calls" \
		-p "$pids" 2>/dev/null &
	STRACE=$!
	wait_until 5 traced
	carp a "$@" >"$HOSTS_DIR/reload" || true
	kill "$STRACE"
	wait "$STRACE" 2>/dev/null || true
}
traced() { grep -q "^TracerPid:.*[1-9]" "/proc/$(hand a)/status" &&
	grep -q "^TracerPid:.*[1-9]" "/proc/$(controller a)/status"; }
# What elections do by themselves meanwhile (advertisements, leases in mapped
# memory) is neither.
map_writes() { grep -c "bpf(BPF_MAP_\(UPDATE\|DELETE\)" "$HOSTS_DIR/calls"; }
netlinks() { grep -c "nlmsg_type\|sa_family=AF_NETLINK" "$HOSTS_DIR/calls"; }
none() { [[ $("$1") == 0 ]]; }
some() { [[ $("$1") != 0 ]]; }
watched_reload reload
ok "that reload is seen" grep -qx "0 changes, 1 unchanged" "$HOSTS_DIR/reload"
ok "without a map write" none map_writes
ok "without a netlink message" none netlinks
{
	web "advskew = 10"
	printf 'group more { interface = eth0 vhid = 4 vips = { 192.0.2.104/24 } }\n'
} | conf carp-xdp.conf
watched_reload reload
ok "a group more is attached" grep -q "^attach more (eth0 vhid 4)" \
	"$HOSTS_DIR/reload"
ok "with writes that are counted" some map_writes
ok "the other one is not touched" grep -qx "1 change, 1 unchanged" \
	"$HOSTS_DIR/reload"

# --- changes ----------------------------------------------------------------------
since() { group a 3 .since; }
before=$(since)
web "advskew = 20" | conf carp-xdp.conf
carp a reload --dry-run >"$HOSTS_DIR/reload"
ok "a dry run says what would be done" grep -qx \
	"would set web (eth0 vhid 3): advskew" "$HOSTS_DIR/reload"
ok "and what would go" grep -qx "would detach more (eth0 vhid 4)" \
	"$HOSTS_DIR/reload"
ok "and does nothing" [ "$(group a 3 .advskew)$(group a 4 .vhid)" == 104 ]
carp a reload >"$HOSTS_DIR/reload"
ok "a reload sets the advskew" [ "$(group a 3 .advskew)" == 20 ]
ok "and detaches" attached 1
ok "the mastership went on" [ "$before" == "$(since)" ]
carp a set eth0 --vhid 3 --gateway 192.0.2.2 --dead-ratio 5 >/dev/null
carp a reload >"$HOSTS_DIR/reload"
ok "what was set by hand is taken back" grep -qx \
	"set web (eth0 vhid 3): dead_ratio, gateways" "$HOSTS_DIR/reload"
carp a attach eth0 --vhid 9 --vip 192.0.2.109/24 >/dev/null 2>&1
carp a reload >"$HOSTS_DIR/reload"
ok "what was attached by hand stays" attached 2
carp a detach eth0 --vhid 9 >/dev/null
echo "another" >"$PASS"
carp a reload >"$HOSTS_DIR/reload"
ok "another passphrase in the same file is seen" grep -qx \
	"set web (eth0 vhid 3): pass_file" "$HOSTS_DIR/reload"
echo "mekmitasdigoat" >"$PASS"
carp a reload >/dev/null
web "advskew = 20" "mode = skb" | conf carp-xdp.conf
carp a reload >"$HOSTS_DIR/reload"
ok "what cannot be set is attached again" grep -qx \
	"attach again web (eth0 vhid 3): mode" "$HOSTS_DIR/reload"
ok "and that is all" attached 1
eventually 8 "it serves again" sole_master 3 a b

before=$(since)
{
	web "advskew = 20" "mode = skb"
	printf 'group more { interface = eth0 vhid = 4 mode = native }\n'
} | conf carp-xdp.conf
refused "two modes of one interface are refused" carp a reload
ok "with both places" says "carp-xdp.conf:8: group more: mode native: group web at \
$CONF/carp-xdp.conf:1 has eth0 in mode skb"
ok "and nothing is detached" [ "$before" == "$(since)" ]

# A VIP goes from one group to the other.
{
	web | sed "s#, $VIP6/64##"
	printf 'group more { interface = eth0 vhid = 4 vips = { %s/64 } }\n' "$VIP6"
} | conf carp-xdp.conf
carp a reload >"$HOSTS_DIR/reload"
{
	web
	printf 'group more { interface = eth0 vhid = 4 }\n'
} | conf carp-xdp.conf
carp a reload >"$HOSTS_DIR/reload"
ok "a virtual IP that moves finds its place free" \
	[ "$(group a 3 '.vips | length')" == 2 ]

# --- bad files ---------------------------------------------------------------------
carp a showconf >"$HOSTS_DIR/shown"
web "advskew = 30" "advskev = 3" | conf carp-xdp.conf
refused "a bad file is refused" carp a reload
ok "with file and line" says "carp-xdp.conf:6: no such option 'advskev'"
carp a showconf >"$HOSTS_DIR/after"
ok "and changes nothing" cmp "$HOSTS_DIR/shown" "$HOSTS_DIR/after"
web "pass-file = /nowhere" | sed "/$(basename "$PASS")$/d" | conf carp-xdp.conf
refused "a passphrase that cannot be read is refused" carp a reload
ok "with the place of its group" says \
	"carp-xdp.conf:1: group web: /nowhere"
refused "by check, too" carp a check "$CONF/carp-xdp.conf"
ok "in the same words" says "carp-xdp.conf:1: group web: /nowhere"

refused "a controller without a configuration has none to reload" \
	carp b reload
ok "and says so" says "started without a configuration (--config)"

# --- SIGHUP ------------------------------------------------------------------------
web "advskew = 40" | conf carp-xdp.conf
kill -HUP "$(guardian a)"
has_advskew() { [[ $(group a 3 .advskew) == "$1" ]]; }
eventually 5 "SIGHUP reloads" has_advskew 40
web "advskew = x" | conf carp-xdp.conf
kill -HUP "$(controller a)"
eventually 5 "and tells the log of a bad file" logged \
	"carp-xdp.conf:6: invalid integer value.*nothing has been changed"
ok "nothing has been" has_advskew 40

# --- an interface that is not there yet --------------------------------------------
{
	web "advskew = 40"
	printf 'group late { interface = late0 vhid = 5 vips = { 198.51.100.5/24 } }\n'
} | conf carp-xdp.conf
ok "an interface that is missing is told" \
	[ "$(code_of carp a reload)" == 1 ]
ok "by its name" logged "attach late (late0 vhid 5): interface late0: no such"
on a ip link add late0 type veth peer name late1
on a ip link set late0 up
on a ip link set late1 up
eventually 20 "once it is there the group is attached" attached 2
on a ip link del late0
web "advskew = 40" | conf carp-xdp.conf
carp a reload >/dev/null

# --- going back --------------------------------------------------------------------
web "advskew = 50" | conf carp-xdp.conf
carp a reload --confirm 2 >"$HOSTS_DIR/reload"
ok "an unconfirmed reload takes effect" has_advskew 50
ok "and says that it goes back" grep -q "goes back in 2 s" "$HOSTS_DIR/reload"
eventually 6 "and is taken back by itself" has_advskew 40
carp a reload --confirm 3 >/dev/null
carp a reload >/dev/null
stays 4 "a confirmed one stays" has_advskew 50
refused "no time is refused" carp a reload --confirm 0
ok "with the range" says "confirm 0: allowed are 1 to 86400 seconds"

# --- metrics -----------------------------------------------------------------------
scrape() { on a curl -sf "http://$1/metrics" | grep carp_state; }
{
	echo 'metrics = 127.0.0.1:9112'
	web "advskew = 50"
} | conf carp-xdp.conf
carp a reload >/dev/null
ok "metrics are served where the file says" scrape 127.0.0.1:9112
sed -i 's/9112/9113/' "$CONF/carp-xdp.conf"
carp a reload >/dev/null
ok "and move with it" scrape 127.0.0.1:9113
refute "away from where they were" scrape 127.0.0.1:9112

# --- what is printed ---------------------------------------------------------------
carp a showconf | conf shown
carp a check "$CONF/shown" >"$HOSTS_DIR/checked"
mv "$CONF/shown" "$CONF/carp-xdp.conf"
carp a reload >"$HOSTS_DIR/reload"
ok "what showconf prints is what there is" grep -qx "0 changes, 1 unchanged" \
	"$HOSTS_DIR/reload"
refute "without a secret" grep -q mekmitasdigoat "$CONF/carp-xdp.conf"

# --- another process goes on --------------------------------------------------------
before=$(since)
web "advskew = 60" "metrics2 = 1" | conf carp-xdp.conf
old=$(controller a)
start_daemon --takeover
wait_until 20 process_gone "$old"
ok "a successor goes on though the file is bad" sole_master 3 a b
ok "and says so" logged "goes on with the groups as they are"
{
	echo 'metrics = 127.0.0.1:9114'
	web "advskew = 60"
} | conf carp-xdp.conf
old=$(controller a)
start_daemon --takeover
wait_until 20 process_gone "$old"
eventually 5 "the next one applies the file" has_advskew 60
ok "without a change of state" [ "$before" == "$(since)" ]
ok "metrics, too" scrape 127.0.0.1:9114
: | conf carp-xdp.conf
carp a reload >/dev/null
ok "an empty file detaches all that came of it" attached 0
refute "its addresses" has_address a "$VIP4"
