#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# How much systemd thinks the units are exposed, of 10; more is a failure.  The
# controller reads what comes from the network and the socket, and has no
# privilege.  Its hand has, parses nothing, and would have 1.6 whatever else it
# gave up: it loads BPF programs, sets addresses, opens sockets and uses the
# host's network.  Their runner, which starts programs of others, keeps what such
# a program may need: files to read, and the network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
scripts/install-units.sh /usr/sbin "$units"

# unit NAME MOST
unit() {
	local exposure
	exposure=$(systemd-analyze security --offline=yes "$units/$1" 2>&1 |
		tail -n1 | grep -oE '[0-9]+\.[0-9]')
	if awk "BEGIN { exit !($exposure <= $2) }"; then
		echo "ok - $1: exposure $exposure, at most $2"
	else
		echo "not ok - $1: exposure $exposure, at most $2"
	fi
}
unit carp-xdp.service 1.5
unit carp-xdp-hand@.service 2.6
unit carp-xdp-runner@.service 2.1
