#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# As much of `make check-asan` as a minute allows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
UNIT=(tests/unit/test_*.c)
UNIT=("${UNIT[@]/#/build/asan/}")
exec tests/sanitize/run.sh unit "${UNIT[@]%.c}" netns tests/netns/03-bow-out.sh \
	tests/netns/11-bad-input.sh tests/netns/13-metrics.sh
