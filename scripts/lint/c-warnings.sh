#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# cppcheck and clang-tidy (see .clang-tidy) over the user side, the headers
# shared with BPF included, the generated skeleton not.  No finding is left.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shopt -s globstar nullglob
FLAGS=(-D_GNU_SOURCE '-DCARP_XDP_VERSION="0"' -Iinclude -I.)
sources=(user/**/*.c)

cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j2 \
	--enable=warning,performance,portability \
	--suppress=missingIncludeSystem \
	"${FLAGS[@]}" "${sources[@]}"

mapfile -t libraries < <(pkg-config --cflags libbpf libmnl libsystemd \
	json-c libmicrohttpd libcap-ng | tr ' ' '\n' | grep . || true)
generated=$(mktemp -d)
trap 'rm -rf "$generated"' EXIT
sed '1i /* NOLINTBEGIN */' build/carp.skel.h >"$generated/carp.skel.h"
echo '/* NOLINTEND */' >>"$generated/carp.skel.h"
# Its count of warnings in system headers is of no interest.
tidy() {
	clang-tidy --quiet "$@" -- -std=gnu11 "${FLAGS[@]}" "-I$generated" \
		"${libraries[@]}" 2>&1 |
		{ grep -v 'warnings\? generated' || true; }
}
half=$(((${#sources[@]} + 1) / 2))
tidy "${sources[@]:0:half}" &
bad=0
tidy "${sources[@]:half}" || bad=1
wait $! || bad=1
exit "$bad"
