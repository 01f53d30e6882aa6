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

# A delay holds back preemption, and nothing else.
waits() { group a 3 .preempt_wait_seconds | jq -e ". > $1"; }
ok "a leaves again" carp a detach eth0
eventually 8 "b takes over again" state_is b 3 master
attach a "${GROUP[@]}" --preempt --preempt-delay 6
eventually 2 "a is backup" state_is a 3 backup
ok "status shows what is left of the delay" waits 3
ok "and for people" grep -q "not for another" <(carp a status -v)
stays 3 "a waits" state_is b 3 master
eventually 6 "then it takes over" state_is a 3 master
refute "nothing is left of the delay" waits 0
eventually 2 "b yields at last" state_is b 3 backup

ok "a leaves once more" carp a detach eth0
eventually 8 "b is master" state_is b 3 master
attach a "${GROUP[@]}" --preempt --preempt-delay 3600
stays 2 "a would wait for an hour" state_is b 3 master
ok "b is demoted" carp b demote eth0 +1 --reason test
eventually 2 "a does not wait for a demoted master" state_is a 3 master
ok "b is not demoted any more" carp b demote eth0 -1 --reason test
ok "a leaves for the last time" carp a detach eth0
eventually 2 "b is master again" state_is b 3 master
attach a "${GROUP[@]}" --preempt --preempt-delay 3600
stays 2 "a would wait for an hour, again" state_is b 3 master
ok "b goes" carp b detach eth0
eventually 2 "a does not wait for one that goes" state_is a 3 master
