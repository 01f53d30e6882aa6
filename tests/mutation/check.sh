#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A sample of the mutants, always the same one, as far as two minutes go; the
# campaign tries them all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SEED=1 exec tests/mutation/mutate.py --sample 9 --seconds 120 \
	user/core/*.c bpf/*.h bpf/carp.bpf.c
