#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What was built, as it was built: the program resists who finds a bug in it,
# and the data plane compares digests without a way out half-way.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PROGRAM=${1:-build/carp-xdp}
PLANE=${2:-build/carp.bpf.o}
bad=0
headers=$(readelf --wide --headers --dynamic "$PROGRAM")
symbols=$(readelf --wide --dyn-syms "$PROGRAM")

# is WHAT TEXT PATTERN, isnt WHAT TEXT PATTERN
is() {
	grep -qE -- "$3" <<<"$2" || {
		echo "$PROGRAM: not $1 (no $3)"
		bad=1
	}
}
isnt() {
	! grep -E -- "$3" <<<"$2" || {
		echo "$PROGRAM: $1"
		bad=1
	}
}

is "position independent" "$headers" 'Type: +DYN'
is "position independent" "$headers" 'FLAGS_1.*\bPIE\b'
is "relocated read-only" "$headers" 'GNU_RELRO'
is "bound at the start" "$headers" '\bBIND_NOW\b'
is "without an executable stack" "$headers" 'GNU_STACK.* RW +0x'
isnt "has a segment to write and to run" "$headers" 'LOAD.* RWE '
isnt "has text relocations" "$headers" 'TEXTREL'
isnt "looks for libraries elsewhere" "$headers" 'R(UN)?PATH'
is "with stack protectors" "$symbols" '__stack_chk_fail'
is "with checked library calls" "$symbols" '__(snprintf|memcpy|vsnprintf)_chk'

# What leaves no other trace: each of our files was compiled so.
flags=(-fstack-protector-strong -fstack-clash-protection)
[[ $(uname -m) != x86_64 ]] || flags+=(-fcf-protection)
producers=$(readelf --debug-dump=info --dwarf-depth=1 "$PROGRAM" |
	grep -oE 'DW_AT_producer.*GNU C.*' || true)
[[ $producers ]] || {
	echo "$PROGRAM: does not tell how it was compiled"
	bad=1
}
for flag in "${flags[@]}"; do
	without=$(grep -vcE -- " $flag(=full)?( |\$)" <<<"$producers" || true)
	[[ $without == 0 ]] || {
		echo "$PROGRAM: $without files compiled without $flag"
		bad=1
	}
done

# Of each of the four recipes both digests' five words are read before the first
# branch.
words=$(llvm-objdump -d --no-show-raw-insn "$PLANE" | awk '
	/^[0-9a-f]+ </ && !/<LBB/ { here = /<advert_settle>/ }
	!here { next }
	/:[ \t]*if / && read == 10 { whole++ }
	/:[ \t]*(call|if|goto) / { read = 0 }
	/ = \*\(u32 \*\)\(r[0-9]+ [+-] [0-9]+\)$/ { read++ }
	END { print whole + 0 }')
[[ $words == 4 ]] || {
	echo "$PLANE: of $words recipes all words are read before a branch," \
		"not of 4"
	bad=1
}
exit "$bad"
