#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Without a VIP carp-xdp watches: it counts, shows who is master, and never
# speaks, not even when the master dies.
#
#   a (master)       b (observes)
#      |                |
#   ---+----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
RECORD=$HOSTS_DIR/record

wire switch "$RECORD" record b
ok "attach without VIP and passphrase" carp b attach eth0 --vhid 3
ok "b observes" [ "$(group b 3 .observing)" == true ]
ok "it has seen no master" [ "$(group b 3 .master)" == null ]
attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64"
eventually 8 "a becomes master" state_is a 3 master
sees_a() { [[ $(group b 3 .master.address) == 192.0.2.1 ]]; }
sees_a_or_a6() { sees_a || [[ $(group b 3 .master.address) == fe80:* ]]; }
eventually 3 "b sees the master" sees_a_or_a6
counts() { [[ $(group b 3 .counters.advert_observed) -gt 1 ]]; }
eventually 5 "b counts advertisements" counts

crash a
never_master() { fails state_is b 3 master; }
stays 6 "the master dies and b does not promote itself" never_master
no_master() { [[ $(group b 3 .master) == null ]]; }
eventually 5 "b says that the master is gone" no_master
refute "b has sent no advertisement" any_recorded "$RECORD" '.kind == "advert"'
refute "and spoken for no VIP" any_recorded "$RECORD" \
	".mac == \"$(virtual_mac 3)\""
ok "b leaves" carp b detach eth0
refute "without a farewell" any_recorded "$RECORD" '.kind == "advert"'
