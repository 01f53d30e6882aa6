#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# All unit tests, and all packet tests on the rooms of bpf/, on an emulated
# machine with big-endian bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for part in core rooms; do
	if [[ ! -x build/bigendian/$part ]] || ! command -v qemu-s390x >/dev/null
	then
		echo "skip - no compiler, libraries or emulator of s390x" \
			"(scripts/install-deps.sh check)"
		exit 0
	fi
done
failed=0
for part in core rooms; do
	qemu-s390x "build/bigendian/$part" || failed=1
done
exit "$failed"
