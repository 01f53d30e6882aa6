#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Installs what is missing of what a task needs:
#   install-deps.sh build|demo|check|bench
# On Debian and Ubuntu, as root, with apt-get; says first what it installs,
# and does nothing when all is there.  Elsewhere it says what is missing and
# ends with 1.  Each task includes the one before it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

BUILD=(gcc libc6-dev make clang llvm bpftool pkg-config libbpf-dev libelf-dev zlib1g-dev
	libmnl-dev libsystemd-dev libjson-c-dev libmicrohttpd-dev
	libcap-ng-dev iproute2)
DEMO=(python3 jq curl procps iputils-ping iputils-arping ndisc6)
CHECK=(libcriterion-dev nettle-dev libssl-dev ucarp tcpdump clang-tidy
	clang-format cppcheck shellcheck mandoc universal-ctags util-linux)
BENCH=()
# Checks our metrics.  Its package would start a server: unpacked only.
PROMTOOL=build/peers/usr/bin/promtool

task=${1:-}
wanted=("${BUILD[@]}")
case $task in
build) ;;
demo) wanted+=("${DEMO[@]}") ;;
check) wanted+=("${DEMO[@]}" "${CHECK[@]}") ;;
bench) wanted+=("${DEMO[@]}" "${CHECK[@]}" "${BENCH[@]}") ;;
*)
	echo "usage: install-deps.sh build|demo|check|bench" >&2
	exit 2
	;;
esac

apt_get() { apt-get -qq -o APT::Sandbox::User=root "$@" >/dev/null; }

fetch_promtool() {
	local top=$PWD
	place=$(mktemp -d)
	trap 'rm -rf "$place"' EXIT
	echo "unpacking promtool into build/peers (from Debian's prometheus)"
	cd "$place"
	apt_get update
	apt_get download prometheus
	cd "$top"
	mkdir -p build/peers
	dpkg-deb --fsys-tarfile "$place"/prometheus_*.deb |
		tar -x -C build/peers ./usr/bin/promtool
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "This is neither Debian nor Ubuntu: please install what is" \
		"called there:" >&2
	printf '%s\n' "${wanted[@]}" | fmt >&2
	exit 1
fi
missing=()
for package in "${wanted[@]}"; do
	[[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == \
	installed ]] || missing+=("$package")
done
needs_promtool=
[[ $task == build || $task == demo || -x $PROMTOOL ]] || needs_promtool=yes
[[ ${#missing[@]} != 0 || $needs_promtool ]] || exit 0
if [[ $EUID != 0 ]]; then
	echo "missing: ${missing[*]} ${needs_promtool:+promtool}" >&2
	echo "run as root to install: sudo scripts/install-deps.sh $task" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if [[ ${#missing[@]} != 0 ]]; then
	echo "installing with apt-get: ${missing[*]}"
	apt_get update
	apt_get install --no-install-recommends "${missing[@]}"
fi
[[ -z $needs_promtool ]] || fetch_promtool
