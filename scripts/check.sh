#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Installs what is missing, builds, and passes all tests: make check with its
# own set-up.  Root, because the tests build hosts and load XDP programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ $EUID != 0 ]]; then
	echo "the tests need root: sudo scripts/check.sh" >&2
	exit 1
fi
scripts/install-deps.sh check
exec make -j2 check
