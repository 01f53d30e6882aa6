#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# How cost grows, as SVG:
#   plots.sh FRAMES.json HOSTS.json DIRECTORY
set -euo pipefail
[[ $# == 3 ]] || {
	echo "usage: plots.sh FRAMES.json HOSTS.json DIRECTORY" >&2
	exit 2
}
frames=$1 hosts=$2 out=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# plot NAME TITLE X Y COMMANDS: the last ones say "plot ...".
plot() {
	gnuplot <<-E
		set terminal svg size 720,420 dynamic font "sans,13" background "white"
		set output "$out/$1.svg"
		set title "$2"
		set xlabel "$3"
		set ylabel "$4"
		set grid
		set key left top
		set style data linespoints
		$5
	E
}

# grown SERIES FIELD: a line for each count.
grown() {
	jq -r --arg series "$1" --arg field "$2" '.scale[$series] | to_entries[]
		| "\(.key) \(.value[$field])"' "$hosts"
}
for series in ours keepalived; do
	grown "$series" cpu >"$work/$series-cpu"
	grown "$series" memory >"$work/$series-memory"
done
grown addresses attach >"$work/addresses-attach"
plot groups-cpu "CPU of a master, one advertisement a second and group" \
	groups "% of a core" "set yrange [0:*]
	plot '$work/ours-cpu' title 'carp-xdp', \
	'$work/keepalived-cpu' title 'keepalived'"
plot groups-memory "Memory of all processes" groups MiB "set yrange [0:*]
	plot '$work/ours-memory' title 'carp-xdp', \
	'$work/keepalived-memory' title 'keepalived'"
plot addresses-attach "Attaching virtual IPs" "virtual IPs" seconds \
	"set logscale x
	set yrange [0:*]
	plot '$work/addresses-attach' title 'carp-xdp'"

# Each failover, in the order of its length.
for series in killed "keepalived killed" guardian bow-out carrier; do
	jq -r --arg series "$series" '.failover[$series] | sort | length as $n
		| to_entries[] | "\(.value) \(100 * (.key + 1) / $n)"' \
		"$hosts" >"$work/${series// /-}"
done
plot failover "Nobody serves for" ms "% of failovers" "set logscale x
	plot '$work/guardian' title 'controller killed, guardian', \
	'$work/bow-out' title 'bow-out', \
	'$work/carrier' title 'carrier lost', \
	'$work/killed' title 'all killed, advbase 0', \
	'$work/keepalived-killed' title 'keepalived killed, 10 ms'"

# Frames: what each costs beyond a bare program.
jq -r '.frame_cost[] | select(.net_ns and (.frame | startswith("no CAP") or
	startswith("control") | not))
	| "\"\(.frame)\" \(.net_ns.median)"' "$frames" >"$work/costs"
plot frames "Beyond a bare program, a frame" ns "" "unset ylabel
	set yrange [:] reverse
	set style fill solid 0.6
	set boxwidth 0.6
	unset key
	set lmargin 42
	plot '$work/costs' using (\$2/2):0:(\$2/2):(0.3):ytic(1) with boxxyerror"
# Rates over veth.
jq -r '.veth[] | select(.what != "tcp")
	| "\"\(.what) \(.far_end)\" \(.per_second.median / 1e6)"' \
	"$frames" >"$work/rates"
plot answers "Answers over veth, one core" "million a second" "" "unset ylabel
	set yrange [:] reverse
	set style fill solid 0.6
	unset key
	set lmargin 42
	plot '$work/rates' using (\$2/2):0:(\$2/2):(0.3):ytic(1) with boxxyerror"
