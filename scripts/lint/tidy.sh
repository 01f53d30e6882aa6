#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Sizes and looks: files up to 500 lines; functions up to 70, in bpf/ up to
# 60, with a median under 15; 80 columns; SPDX in the first two lines; no
# trailing blanks, no // comments in C, no notes to do later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shopt -s globstar nullglob
FILE_LINES=500 USER_LINES=70 BPF_LINES=60 MEDIAN=15 WIDTH=80

program=(include/**/*.h bpf/*.[ch] user/**/*.[ch])
tests=(tests/**/*.[ch])
scripts=(scripts/*.sh scripts/*.py scripts/lint/*.sh tests/**/*.sh .ci/run
	Makefile)
bad=0
fault() {
	echo "$*"
	bad=1
}

# grep_fault WHAT PATTERN FILE...
grep_fault() {
	local what=$1 pattern=$2 found
	shift 2
	found=$(grep -nE -- "$pattern" "$@" /dev/null || true)
	[[ -z $found ]] || fault "$what:"$'\n'"$found"
}

# Name, file, length of each function; a macro's or a table's is none.
functions() {
	ctags --languages=C --kinds-C=f --fields=+ne --output-format=json \
		-f - "$@" | jq -r 'select(.end) |
			[.path, .name, .end - .line + 1] | @tsv'
}

for file in "${program[@]}" "${tests[@]}" "${scripts[@]}"; do
	lines=$(wc -l <"$file")
	((lines <= FILE_LINES)) || fault "$file: $lines lines, at most $FILE_LINES"
	head -n2 "$file" | grep -q SPDX-License-Identifier ||
		fault "$file: no SPDX line among the first two"
	# In a Makefile or a script a table may be wider than a page.
	expand -t8 "$file" | awk -v file="$file" -v width="$WIDTH" '
		length($0) > width && file ~ /\.[ch]$|\.py$/ {
			print file ":" NR ": " length($0) " columns"; bad = 1
		} END { exit bad }' || bad=1
done
grep_fault "trailing blanks" '[[:blank:]]+$' \
	"${program[@]}" "${tests[@]}" "${scripts[@]}"
grep_fault "notes to do later" '\b(TO''DO|FIX''ME|XX''X)\b' \
	"${program[@]}" "${tests[@]}" "${scripts[@]}"
grep_fault "// comments" '^(//|[^"*]*[^":*]//)' "${program[@]}" "${tests[@]}"

measured=$(functions "${program[@]}")
long=$(awk -v user=$USER_LINES -v bpf=$BPF_LINES '
	$3 > ($1 ~ /^bpf/ ? bpf : user) { print $1 ": " $2 ": " $3 " lines" }' \
	<<<"$measured")
[[ -z $long ]] || fault "functions too long:"$'\n'"$long"
median=$(cut -f3 <<<"$measured" | sort -n |
	awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }')
((median < MEDIAN)) || fault "median function: $median lines, under $MEDIAN"
echo "$(wc -l <<<"$measured") functions, median $median lines"
exit "$bad"
