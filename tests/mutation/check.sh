#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The mutants of these files, all of them known to be noticed, as far as the
# time goes: a slow machine tries fewer, none tries others.  The campaign tries
# them in all files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec tests/mutation/mutate.py --seconds 60 \
	user/core/election.c user/core/election_t*.c user/core/ledger.c \
	bpf/lease.h bpf/arp.h bpf/cluster.h
