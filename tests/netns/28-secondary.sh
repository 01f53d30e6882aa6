#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A virtual IP can be the first of its network on an interface, and the kernel
# then takes an administrator's later ones along when it goes, unless told not
# to.  Nothing of theirs is lost, and the setting stays theirs as well.
#
#   a    alone, 198.51.100.0/24 known by the VIP only
source "$(dirname "$0")/lib.sh"
hosts a
VIP=198.51.100.100
MINE=198.51.100.7
setting() { on a cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries; }
is_set() { [[ $(setting) == "$1" ]]; }
gone() { fails has_address a "$VIP"; }

on a sysctl -qw net.ipv4.conf.all.promote_secondaries=0 \
	net.ipv4.conf.eth0.promote_secondaries=0
attach a --vhid 3 --vip "$VIP/24" --advbase 0 --advskew 20
eventually 5 "a is master" state_is a 3 master
on a ip addr add "$MINE/24" dev eth0
ok "the administrator's address is behind the VIP" \
	grep -q "inet $MINE.*secondary" <(on a ip addr show dev eth0)
ok "the VIP moves on" carp a set eth0 --vhid 3 --vip 203.0.113.100/24
eventually 3 "it is gone" gone
ok "the administrator's address is there" has_address a "$MINE"
ok "so is the setting" is_set 0

carp a set eth0 --vhid 3 --vip "$VIP/24" >/dev/null
eventually 3 "back again" has_address a "$VIP"
on a ip addr del "$MINE/24" dev eth0
on a ip addr add "$MINE/24" dev eth0
carp a detach eth0 >/dev/null
ok "after detaching as well" has_address a "$MINE"
ok "and the VIP is gone" gone
