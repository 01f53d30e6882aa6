#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# An independent host that follows OpenBSD: dual stack, at advbase 0, 1 and 3,
# as master and as backup; its farewell, and both forms of its digest.
#
#   a: carp-xdp      b: peer.py
#      |                |
#   ---+----------------+---  br0     vhid 10, 11, 13
source "$(dirname "$0")/interop.sh"
interop openbsd
roles

# The older digest covers link-local addresses as well: believed on receipt.
tell all "link-local 1"
our_groups --advskew 150
eventually 5 "the other form of the digest is believed too" we_hear_both
stays 2 "we are backups of theirs" settled backup MASTER
ok "we refuse nothing of it" we_refuse_nothing
tell all bow-out
eventually 3 "they bow out, we take over at once" ours master "${VHIDS[@]}"
ok "not because they timed out" [ "$(group a 13 .reason)" == \
	"master will time out" ]
