#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# An independent host that follows ucarp's rules, over IPv6 too, at advbase 0,
# 1 and 3, as master and as backup.  10-ucarp.sh has ucarp itself.
#
#   a: carp-xdp      b: peer.py
#      |                |
#   ---+----------------+---  br0     vhid 10, 11, 13
source "$(dirname "$0")/interop.sh"
interop ucarp
roles
