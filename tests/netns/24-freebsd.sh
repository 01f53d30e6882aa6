#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# An independent host that follows FreeBSD and NetBSD: dual stack, at advbase
# 0 (NetBSD's), 1 and 3, as master and as backup; link-local addresses are in
# the digest; and NetBSD's checksum over IPv6.
#
#   a: carp-xdp      b: peer.py
#      |                |
#   ---+----------------+---  br0     vhid 10, 11, 13
source "$(dirname "$0")/interop.sh"
interop freebsd
roles

tell all "pseudo 1"
our_groups --advskew 200
eventually 5 "NetBSD's checksum over IPv6 is believed too" we_hear_both
stays 3 "we are backups of theirs" settled backup MASTER
ok "we refuse nothing of it" we_refuse_nothing

tell all "pseudo 0" "link-local 0"
mark_valid() { carp a status -j | jq '[.groups[].counters.advert_valid] | min'; }
before=$(mark_valid)
more_valid() { [[ $(mark_valid) -gt $((before + 2)) ]]; }
eventually 8 "a digest without link-local addresses is believed as well" \
	more_valid
ok "and none is refused" we_refuse_nothing
