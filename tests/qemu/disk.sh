#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Makes a disk with a Debian that has this tree's program as a service, as `make
# install` has it, and xdp-filter: build/peers/debian and what both need.
#   disk.sh OUTPUT
# Never writes anything but OUTPUT and the archives beside that Debian.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
OUTPUT=$1
BASE=build/peers/debian
ARCHIVES=build/peers/debian-archives
# Those of scripts/debian/control, libxdp among them.
NEEDS=(libbpf1 libcap-ng0 libconfuse2 libelf1 libjson-c5 libmicrohttpd12 libmnl0
	libncursesw6 libpcap0.8 libseccomp2 libsystemd0 zlib1g libxdp1 xdp-tools
	iproute2)

if [[ ${1:-} != --within ]]; then
	place=$(mktemp -d)
	trap 'rm -rf "$place"' EXIT
	unshare --mount bash "$0" --within "$OUTPUT" "$place"
	exit
fi

# --- in a mount namespace of its own ------------------------------------------
OUTPUT=$2 place=$3 root=$3/root
mkdir -p "$place"/{root,upper,work} "$ARCHIVES/partial" "${OUTPUT%/*}"
mount --make-rprivate /
mount -t overlay -o "lowerdir=$BASE,upperdir=$place/upper,workdir=$place/work" \
	overlay "$root"
mount --bind "$ARCHIVES" "$root/var/cache/apt/archives"
cp --remove-destination /etc/resolv.conf "$root/etc/"
# shellcheck disable=SC2016 # they are the inner shell's
chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c '
	get="apt-get -qq -y -o APT::Sandbox::User=root"
	wanted="install --no-install-recommends $*"
	$get --no-download $wanted || $get $wanted ||
		{ $get update && $get $wanted; }' sh "${NEEDS[@]}" >/dev/null 2>&1
umount "$root/var/cache/apt/archives"
make -s --no-print-directory install PREFIX=/usr DESTDIR="$root"
systemd-sysusers --root="$root"
# What no test looks at, and what would take a disk's or a network's time.
rm -rf "${root:?}"/{boot,var/cache/apt,var/lib/apt} \
	"$root"/usr/share/{doc,locale,man,info}
ln -sf /dev/null "$root/etc/systemd/system/systemd-timesyncd.service"
truncate -s 600M "$OUTPUT.new"
mkfs.ext4 -q -d "$root" -F "$OUTPUT.new"
mv "$OUTPUT.new" "$OUTPUT"
