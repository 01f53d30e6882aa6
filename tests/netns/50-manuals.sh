#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Every command that stands in the manual pages works as it stands there, run one
# after the other, section by section, on the host that its prompt names; "#" is
# alpha.  Paths below /etc are those of a directory of each host.
#
#   a: alpha        b: beta         c: gamma
#      |               |               |
#   ---+---------------+---------------+---  br0   vhid 3; 1 and 2
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b c
mkdir "$HOSTS_DIR/bin"
ln -s "$(realpath "$CARP_BINARY")" "$HOSTS_DIR/bin/carp-xdp"
for host in a b c; do
	(umask 022 && mkdir -p "$HOSTS_DIR/$host.etc/carp-xdp")
	install -m 600 "$PASS" "$HOSTS_DIR/$host.etc/carp.pass"
	install -m 600 "$PASS" "$HOSTS_DIR/$host.etc/carp-xdp/web.pass"
done

# blocks PAGE SECTION [N]: what stands there in literal displays, or in the nth.
blocks() {
	awk -v wanted="$2" -v nth="${3:-}" '
		/^\.Sh / { inside = substr($0, 5) == wanted }
		/^\.Ed/ { literal = 0 }
		inside && literal && (!nth || nth == number) {
			gsub(/\\e/, "\\")
			print
		}
		/^\.Bd -literal/ { literal = 1; number += inside }
		' "$HOSTS_TOP/docs/$1"
}
# commands PAGE SECTION: those with a prompt, "HOST COMMAND" on one line each.
commands() {
	blocks "$@" | awk '
		/^(alpha|beta|gamma)?# / {
			if (line) print line
			host = /^beta/ ? "b" : /^gamma/ ? "c" : "a"
			sub(/^[a-z]*# */, "")
			line = host " " $0
			next
		}
		line && /^[ \t]/ { sub(/\\$/, "", line); line = line " " $0 }
		END { if (line) print line }'
}
on_host() {
	on "$1" env "PATH=$HOSTS_DIR/bin:$PATH" \
		"CARP_XDP_SOCKET=$HOSTS_DIR/$1.sock" \
		"CARP_XDP_PIN_DIR=$HOSTS_PINS/$1" \
		"CARP_XDP_STATE_DIR=$HOSTS_DIR/$1.state" \
		timeout 20 bash -o pipefail -c "umask 022
			${2//\/etc\//$HOSTS_DIR/$1.etc/}" </dev/null
}
# What follows events does so until it is ended; findings of check are no
# failures on a machine for tests.
works() {
	local code=0
	case $2 in
	"carp-xdp monitor"*) on_host "$1" "timeout 2 $2" || code=$? ;;
	*" /etc/carp.pass") on_host "$@" && share_passphrase ;;
	*) on_host "$1" "$2" || code=$? ;;
	esac
	case $code:$2 in
	0:* | 124:"carp-xdp monitor"* | 1:"carp-xdp check eth0"*) ;;
	*) return 1 ;;
	esac
}
# follow PAGE SECTION COUNT: at least so many commands.
follow() {
	local host command number=0
	while read -r host command; do
		number=$((number + 1))
		ok "$1, $2 $number: ${command:0:50}" works "$host" "$command"
	done < <(commands "$1" "$2")
	ok "$1, $2: no fewer than $3 commands" [ "$number" -ge "$3" ]
}
# The file is the same on all hosts, as the page says.
share_passphrase() {
	for host in b c; do
		cp -p "$HOSTS_DIR/a.etc/carp.pass" "$HOSTS_DIR/$host.etc/"
	done
}
leave() {
	for host in a b c; do
		carp "$host" detach eth0 >/dev/null 2>&1 || true
	done
}

# --- carp-xdp.conf(5) -----------------------------------------------------------
CONF=$HOSTS_DIR/a.etc/carp-xdp/carp-xdp.conf
# file N: the nth of the page.
file() {
	blocks carp-xdp.conf.5 DESCRIPTION "$1" |
		sed "s#/etc/#$HOSTS_DIR/a.etc/#" >"$CONF"
}
file 2
ok "the file with tracks is one" grep "^group web" "$CONF"
ok "without an error" carp a check "$CONF"
file 1
spawn_carp a daemon --config "${CONF%/*}" 2>>"$HOSTS_DIR/errors"
eventually 10 "the file of the page makes a master" state_is a 3 master
since=$(group a 3 .since)
follow carp-xdp.conf.5 EXAMPLES 5
carp a reload >"$HOSTS_DIR/reload"
ok "what was shown is what there is" grep -qx "0 changes, 1 unchanged" \
	"$HOSTS_DIR/reload"
ok "nothing has changed for it" [ "$since" == "$(group a 3 .since)" ]
stop "$(controller a)"

# --- carp-xdp(8) ----------------------------------------------------------------
follow carp-xdp.8 "LOAD SHARING" 2
both_serve() {
	[[ $(group a 1 .state)$(group b 2 .state) == mastermaster ]]
}
eventually 10 "each serves the node that it is to" both_serve
leave
follow carp-xdp.8 EXAMPLES 10
ok "alpha is master" state_is a 3 master
ok "beta its backup" state_is b 3 backup
ok "gamma sees who is" [ "$(group c 3 .master.address)" == 192.0.2.1 ]
refute "and has no part in it" has_address c "$VIP4"
