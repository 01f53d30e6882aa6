#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Rounds of a minute for each flood, 20 or what SECONDS_MAX has room for.
# shellcheck source=tests/flood/round.sh
source "$(dirname "$0")/round.sh"
ROUND_SECONDS=60 ROUND_TAKES=360
runs=0 start=$SECONDS
flood_hosts
while ((runs < 20 && SECONDS - start + ROUND_TAKES < SECONDS_MAX)); do
	note "round $((runs + 1))"
	round "$ROUND_SECONDS"
	runs=$((runs + 1))
done
((runs > 0))
echo "figure: $runs rounds of $ROUND_SECONDS s for each flood," \
	"$FRAMES_OURS frames at carp-xdp: $FALSE_OURS false takeovers" \
	"(ucarp ${FALSE_OF[ucarp]}, keepalived ${FALSE_OF[keepalived]})"
