#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# All tests of guests on all kernels that install-deps.sh could fetch, the
# packet tests with each clang's program too.  Says of which kernels nothing
# could be had; they are no failure.
#   CLANGS="clang clang-16" KERNELS="linux trixie" run.sh
# KERNELS: folders of build/peers/kernels; linux is the oldest promised.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mapfile -t TESTS < <(printf '%s\n' tests/qemu/[0-9]*.sh)
read -ra CLANGS <<<"${CLANGS:-clang}"
OUTPUT=build/test-logs/kernels
export GUEST_LIMIT=${GUEST_LIMIT:-280}

mkdir -p "${OUTPUT%/*}"
: >"$OUTPUT"
ran=() failed=0
run() { scripts/run-tests.sh "$@" | tee -a "$OUTPUT" || failed=1; }

for kernel in ${KERNELS:-linux bullseye trixie trixie-backports}; do
	folder=build/peers/kernels/$kernel
	[[ $kernel != linux ]] || folder=build/peers/linux
	if [[ ! -d $folder ]]; then
		echo "$kernel: no kernel here (scripts/install-deps.sh kernels)"
		continue
	fi
	export GUEST_KERNEL=$folder
	version=$(find "$folder" -path '*/lib/modules/*' -prune -printf '%f')
	echo "=== Linux $version"
	tests=("${TESTS[@]}")
	# Below the oldest promised.
	[[ $kernel != bullseye ]] ||
		tests=(tests/kernels/packets.sh tests/kernels/floor.sh)
	run "$kernel" "${tests[@]}"
	for clang in "${CLANGS[@]:1}"; do
		GUEST_CLANGS=$clang run "$kernel-$clang" tests/kernels/packets.sh
	done
	ran+=("${version%%[+-]*}")
done
sums=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, .*/\1 \2/p' "$OUTPUT" |
	awk '{ good += $1; bad += $2 } END { print good + 0, bad + 0 }')
echo "figure: Linux ${ran[*]}, ${#CLANGS[@]} compilers, ${sums% *} passed," \
	"${sums#* } failed"
[[ $failed == 0 && ${#ran[@]} != 0 ]]
