#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The mutants of the election and of what else decides, as far as the time
# goes: all of them were noticed, and a slow machine only tries fewer.  The
# campaign tries those of all files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec tests/mutation/mutate.py --seconds 60 user/core/election*.c \
	user/core/ledger.c bpf/lease.h bpf/arp.h bpf/cluster.h
