#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A short round of floods (see round.sh): nothing moves, all is counted, and
# what becomes of ucarp and keepalived in the same minute.
# shellcheck source=tests/flood/round.sh
source "$(dirname "$0")/round.sh"
flood_hosts
round 8
