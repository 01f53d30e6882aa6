#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Each libFuzzer target, so many runs from nothing but its generator and SEED;
# or, if SECONDS_MAX says so, as many as fit.  What it finds lies in
# build/fuzz/crashes/.
#   targets.sh [TARGET...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
CRASHES=build/fuzz/crashes
mkdir -p "$CRASHES" build/fuzz/logs
declare -A RUNS=([frames]=8000 [request]=20000 [config]=5000 [import]=5000 [control]=3000 [http]=3000
	[election]=10000 [memory]=10000 [netlink]=50000 [runner]=50000)
targets=("$@")
(($#)) || targets=(frames request config import control http election memory netlink runner)
bad=0

# Decisions to begin with, or inputs would stay short for long.
seeds() {
	rm -rf "build/fuzz/seeds/$1"
	mkdir -p "build/fuzz/seeds/$1"
	python3 - "$1" "${SEED:-1}" <<-'EOF'
		import random, sys
		dice = random.Random(sys.argv[1] + sys.argv[2])
		for i in range(16):
		    with open("build/fuzz/seeds/%s/%d" % (sys.argv[1], i), "wb") as f:
		        f.write(dice.randbytes(1500))
	EOF
}

for target in "${targets[@]}"; do
	log=build/fuzz/logs/$target.log
	limit=(-runs="${RUNS[$target]}")
	[[ -z ${SECONDS_MAX:-} ]] ||
		limit=(-max_total_time=$((SECONDS_MAX / ${#targets[@]} + 1)))
	seeds "$target"
	# A large RSS is ASan's quarantine and no leak.
	if build/tests/fuzz/fuzz_"$target" "${limit[@]}" -seed="${SEED:-1}" \
		-max_len=1500 -len_control=20 -rss_limit_mb=4096 -timeout=60 \
		-artifact_prefix="$CRASHES/$target-" -print_final_stats=1 \
		"build/fuzz/seeds/$target" >"$log" 2>&1; then
		echo "ok - $target holds"
	else
		echo "not ok - $target holds"
		tail -n 60 "$log"
		bad=1
	fi
	runs=$(sed -n 's/.*number_of_executed_units: *//p' "$log")
	frames=$(sed -n 's/^frames: //p' "$log")
	echo "# $target: ${runs:-?} inputs${frames:+, $frames frames}"
done
exit "$bad"
