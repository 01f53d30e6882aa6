#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# In a guest: the packet tests, and what the verifier walked, for each build of
# the data plane that came along (GUEST_CLANGS).
[[ ${CARP_GUEST:-} ]] || exec "$(dirname "$0")/../qemu/boot.sh" \
	"tests/kernels/${0##*/}"
set -euo pipefail
failed=0
echo "# Linux $(uname -r)"
for packets in build/kernels/*/packets; do
	clang=${packets%/*}
	"$packets" 2>&1 |
		sed -E "s/^(ok|not ok|skip|#) (- )?/&${clang##*/}: /" ||
		failed=1
done
exit "$failed"
