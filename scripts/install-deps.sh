#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Installs what is missing of what a task needs:
#   install-deps.sh build|demo|check|bench|kernels
# On Debian and Ubuntu, as root, with apt-get; says first what it installs,
# and does nothing when all is there.  Elsewhere it says what is missing and
# ends with 1.  Each task includes the one before it, but kernels only check.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

BUILD=(gcc libc6-dev make clang llvm bpftool pkg-config libbpf-dev libxdp-dev libelf-dev zlib1g-dev
	libmnl-dev libsystemd-dev libjson-c-dev libmicrohttpd-dev
	libcap-ng-dev libseccomp-dev libconfuse-dev libpcap0.8-dev libncurses-dev
	iproute2)
DEMO=(python3 jq curl procps iputils-ping iputils-arping ndisc6)
CHECK=(libcriterion-dev nettle-dev libssl-dev ucarp tcpdump clang-tidy
	clang-format cppcheck shellcheck mandoc universal-ctags util-linux
	qemu-system-x86 cpio busybox-static keepalived ethtool strace libclang-rt-dev
	spin tmux qemu-user gcc-s390x-linux-gnu libc6-dev-s390x-cross xdp-tools
	build-essential debhelper lintian zsh debootstrap systemd-container
	python3-yaml openssl chromium podman crun buildah)
BENCH=(sockperf gnuplot-nox)
# Other compilers for the data plane.
KERNELS=(clang-14 clang-16 clang-19)
# Check and scrape our metrics.  Their package would start a server: unpacked
# only.
PROMETHEUS=(build/peers/usr/bin/prometheus build/peers/usr/bin/promtool)
# What the guests of tests/qemu boot: unpacked, never installed.
KERNEL=build/peers/linux
KERNEL_PACKAGE=linux-image-cloud-amd64
# ... and what of other suites: each in a folder that has the suite's name.
OTHER_KERNELS=build/peers/kernels
SUITES=("bullseye bullseye-security" trixie trixie-backports)
# Where tests/deb installs the package: Debian by itself, made by debootstrap.
DEBIAN=build/peers/debian
# Libraries of a big-endian machine: unpacked, never installed.
S390X=build/peers/s390x

task=${1:-}
wanted=("${BUILD[@]}")
case $task in
build) ;;
demo) wanted+=("${DEMO[@]}") ;;
check) wanted+=("${DEMO[@]}" "${CHECK[@]}") ;;
bench) wanted+=("${DEMO[@]}" "${CHECK[@]}" "${BENCH[@]}") ;;
kernels) wanted+=("${DEMO[@]}" "${CHECK[@]}" "${KERNELS[@]}") ;;
*)
	echo "usage: install-deps.sh build|demo|check|bench|kernels" >&2
	exit 2
	;;
esac

apt_get() { apt-get -qq -o APT::Sandbox::User=root "$@" >/dev/null; }

# download PACKAGE: into $place, an empty directory that goes in the end.
download() {
	place=$(mktemp -d)
	trap 'rm -rf "$place"' EXIT
	(cd "$place" && apt_get download "$1")
}

fetch_prometheus() {
	echo "unpacking prometheus and promtool into build/peers"
	download prometheus
	mkdir -p build/peers
	dpkg-deb --fsys-tarfile "$place"/prometheus_*.deb |
		tar -x -C build/peers "${PROMETHEUS[@]/#build\/peers/.}"
	rm -rf "$place"
}

fetch_kernel() {
	local package
	package=$(apt-cache depends "$KERNEL_PACKAGE" 2>/dev/null |
		sed -n 's/^ *Depends: //p' | head -n1)
	if [[ ! $package ]]; then
		echo "no $KERNEL_PACKAGE here: the guests will be skipped"
		return
	fi
	echo "unpacking $package into $KERNEL"
	download "$package"
	mkdir -p "$KERNEL.new"
	dpkg-deb --fsys-tarfile "$place"/linux-image-*.deb |
		tar -x -C "$KERNEL.new" ./boot ./lib
	mv "$KERNEL.new" "$KERNEL"
	rm -rf "$place"
}

fetch_s390x() {
	echo "unpacking s390x libraries into $S390X"
	scripts/fetch-debs.sh "$S390X" s390x "$(
		. /etc/os-release
		echo "${VERSION_CODENAME:-}"
	)" libjson-c-dev nettle-dev libssl-dev ||
		echo "none to be had: big-endian tests will be skipped"
}

fetch_debian() {
	echo "making a Debian in $DEBIAN with debootstrap"
	mkdir -p "${DEBIAN%/*}"
	rm -rf "$DEBIAN.new"
	if debootstrap --variant=minbase --include=systemd-sysv,dbus "$(
		. /etc/os-release
		echo "${VERSION_CODENAME:-}"
	)" "$DEBIAN.new" >/dev/null; then
		mv "$DEBIAN.new" "$DEBIAN"
	else
		tail -n3 "$DEBIAN.new/debootstrap/debootstrap.log" || true
		echo "none to be had: tests of the package will be skipped"
	fi
}

# The kernels of newer and older suites; one that is not to be had is said.
fetch_kernels() {
	local suites folder
	for suites in "${SUITES[@]}"; do
		folder=$OTHER_KERNELS/${suites%% *}
		[[ ! -d $folder ]] || continue
		echo "unpacking $KERNEL_PACKAGE of ${suites%% *} into $folder"
		mkdir -p "$OTHER_KERNELS"
		scripts/fetch-debs.sh "$folder" amd64 "$suites" \
			"$KERNEL_PACKAGE" ||
			echo "not to be had: ${suites%% *} will not be tested"
	done
}

lacks_kernel() {
	local suites
	for suites in "${SUITES[@]}"; do
		[[ -d $OTHER_KERNELS/${suites%% *} ]] || return 0
	done
	return 1
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
unpack=()
case $task in
check | bench | kernels)
	[[ -x ${PROMETHEUS[0]} && -x ${PROMETHEUS[1]} ]] ||
		unpack+=(prometheus)
	[[ -d $KERNEL ]] || unpack+=(kernel)
	[[ -d $S390X ]] || unpack+=(s390x)
	[[ -d $DEBIAN ]] || unpack+=(debian)
	;;
esac
[[ $task != kernels ]] || ! lacks_kernel || unpack+=(kernels)
[[ ${#missing[@]} != 0 || ${#unpack[@]} != 0 ]] || exit 0
if [[ $EUID != 0 ]]; then
	echo "missing: ${missing[*]} ${unpack[*]}" >&2
	echo "run as root to install: sudo scripts/install-deps.sh $task" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt_get update
if [[ ${#missing[@]} != 0 ]]; then
	echo "installing with apt-get: ${missing[*]}"
	apt_get install --no-install-recommends "${missing[@]}"
fi
for thing in "${unpack[@]}"; do
	"fetch_$thing"
done
