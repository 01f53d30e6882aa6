#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Demotion moves the master at once and its end brings it back.
#
#   a (preferred)   b (advskew 50)
#      |                |
#   ---+----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
GROUP=(--vhid 3 --vip "$VIP4/24" --preempt)

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 50
eventually 8 "a is master" state_is a 3 master
eventually 2 "b is backup" state_is b 3 backup

ok "a is demoted" carp a demote eth0 +10 --reason "disk is slow"
eventually 2 "b takes over at once" state_is b 3 master
eventually 2 "a yields" state_is a 3 backup
ok "status shows the demotion" [ "$(group a 3 .demotion)" == 10 ]
stays 4 "a stays backup, past the dead time" state_is a 3 backup

ok "a second reason adds up" carp a demote --all +5 --reason "maintenance"
ok "status shows the sum" [ "$(group a 3 .demotion)" == 15 ]
ok "the second ends" carp a demote --all -5 --reason "maintenance"
ok "the first ends" carp a demote eth0 -10 --reason "disk is slow"
ok "no demotion is left" [ "$(group a 3 .demotion)" == 0 ]
eventually 3 "a is master again" state_is a 3 master
eventually 2 "b yields" state_is b 3 backup

# Both demoted alike: the better host keeps it.
ok "both are demoted: b" carp b demote eth0 +10 --reason test
ok "both are demoted: a" carp a demote eth0 +10 --reason test
stays 4 "equal demotion moves nobody" sole_master 3 a b
ok "a is the master" state_is a 3 master
