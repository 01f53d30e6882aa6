#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# user/core is pure: its objects may ask for nothing but each other and the
# few functions of libc below.  No clock, no memory, no system call, no log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
LIBC='memcpy|memmove|memset|memcmp|strlen|strcmp|strncmp|snprintf|vsnprintf'
LIBC+='|qsort|bsearch'
RUNTIME='__stack_chk_fail|__assert_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan)_.*'

shopt -s nullglob
objects=(build/obj/user/core/*.o)
if [[ ${#objects[@]} == 0 ]]; then
	echo "build/obj/user/core: no object, make first"
	exit 1
fi
defined=$(nm --defined-only "${objects[@]}" | awk 'NF == 3 { print $3 }')
asked=$(nm -A -u "${objects[@]}" | awk '{ print $1, $NF }' |
	grep -vE " (($LIBC)|__($LIBC)_chk|$RUNTIME)\$" |
	grep -vFw -f <(printf '%s\n' "$defined") || true)
if [[ $asked ]]; then
	echo "user/core asks for what is not its own:"
	printf '%s\n' "$asked"
	exit 1
fi
echo "${#objects[@]} objects, all pure"
