#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A better host that arrives late takes over only if it is told to.
#
#   a (advskew 0, late)    b (advskew 50, first)
#      |                      |
#   ---+----------------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
GROUP=(--vhid 3 --vip "$VIP4/24")

attach b "${GROUP[@]}" --advskew 50
eventually 8 "b, alone, becomes master" state_is b 3 master
attach a "${GROUP[@]}"
stays 4 "without preempt a waits" sole_master 3 a b
ok "b is still the master" state_is b 3 master

ok "preempt is set" carp a set eth0 --vhid 3 --preempt
eventually 3 "then a takes over" state_is a 3 master
eventually 2 "and b yields" state_is b 3 backup

ok "a leaves" carp a detach eth0
eventually 8 "b takes over" state_is b 3 master
attach a "${GROUP[@]}" --preempt
eventually 6 "attached with preempt, a takes over" state_is a 3 master
eventually 2 "b yields again" state_is b 3 backup
