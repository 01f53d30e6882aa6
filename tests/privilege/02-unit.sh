#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# How much systemd thinks the unit is exposed, of 10; more is a failure.
#
# A service that loads BPF programs, sets addresses, sends frames, joins groups
# and uses the host's network has 1.6 whatever else it gives up; way and number
# of the controller's own user (CAP_SETUID, CAP_SETGID, CAP_SYS_CHROOT) are 0.3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
MOST=3.2
unit=$(mktemp -d)/carp-xdp.service
trap 'rm -rf "$(dirname "$unit")"' EXIT
sed "s#@SBINDIR@#/usr/sbin#" scripts/carp-xdp.service.in >"$unit"
said=$(systemd-analyze security --offline=yes "$unit" 2>&1 | tail -n1)
exposure=$(grep -oE '[0-9]+\.[0-9]' <<<"$said")
if awk "BEGIN { exit !($exposure <= $MOST) }"; then
	echo "ok - exposure $exposure, at most $MOST"
else
	echo "not ok - exposure $exposure, at most $MOST"
fi
