#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# install-units.sh SBINDIR DIRECTORY: puts systemd's units there, for a carp-xdp
# in SBINDIR.
set -euo pipefail
from=$(dirname "${BASH_SOURCE[0]}")
mkdir -p "$2"
for unit in carp-xdp.service carp-xdp-{hand,runner}{.socket,@.service}; do
	if [[ -e $from/$unit.in ]]; then
		sed "s#@SBINDIR@#$1#" "$from/$unit.in" >"$2/$unit"
	else
		cp "$from/$unit" "$2/$unit"
	fi
	chmod 0644 "$2/$unit"
done
