#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Builds the guest's files: an initramfs of this machine's programs with the
# modules of the guest's kernel.  What the tree holds is not in it; boot.sh
# adds that each time.
#   image.sh KERNEL-DIRECTORY OUTPUT
# Never writes anything but OUTPUT.
set -euo pipefail
export LC_ALL=C
KERNEL=$1 OUTPUT=$2
# Its modules: in /usr since Debian 13.
TREE=$(find "$KERNEL" -path '*/lib/modules/*' -prune -print)
VERSION=${TREE##*/}
# Modules the tests use, and those the kernel asks for by itself.
MODULES=(8021q bonding bridge cls_bpf ipvlan macvlan sch_ingress veth
	virtio_blk virtio_net virtio_pci vmxnet3)
PROGRAMS=(arping awk basename bash busybox cat chmod chroot chrt cp cut date diff dirname
	env fmt grep head id ip jq kill ln ls mkdir mktemp mount mv ndisc6
	nproc nsenter ping printf ps readlink rm sed seq setpriv sleep sort
	ss stat sysctl tail taskset tc tee timeout touch tr true umount uname uniq unshare wc
	xdp-filter xdp-loader)
# Libraries the tests of bpf/ need beside those of the programs.
TESTS=(build/carp-xdp build/kernels/clang/packets)
# What they import, and what the tests themselves do.
SCRIPTS=(scripts/wire.py tests/netns/inject.py)

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# put FILE...: each at its own place, links followed.
put() {
	local file
	for file in "$@"; do
		[[ -e $root$file ]] || install -D "$file" "$root$file"
	done
}

# The shared objects a program loads, its interpreter included.
libraries() {
	ldd "$@" 2>/dev/null | sed -nE 's/^\t(.* => )?(\/[^ ]+) .*/\2/p' | sort -u
}

programs() {
	local name file
	local -a files
	for name in "${PROGRAMS[@]}"; do
		file=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin type -P "$name") || {
			echo "image.sh: no $name on this machine" >&2
			return 1
		}
		install -D "$file" "$root/bin/$name"
		files+=("$file")
	done
	mapfile -t files < <(libraries "${files[@]}" "${TESTS[@]}")
	put "${files[@]}"
	ln -s bash "$root/bin/sh"
}

# What the scripts import, compiled already, and nothing else.
python() {
	local -a files
	mapfile -t files < <(/usr/bin/python3 - "${SCRIPTS[@]}" <<-'PYTHON'
		import runpy, sys
		for script in sys.argv[1:]:
		    runpy.run_path(script, run_name="guest")
		import encodings.ascii, encodings.latin_1, encodings.utf_8
		for module in list(sys.modules.values()):
		    for name in ("__file__", "__cached__"):
		        path = getattr(module, name, None)
		        if path and path.startswith("/usr/"):
		            print(path)
	PYTHON
	)
	put /usr/bin/python3 "${files[@]}"
	mapfile -t files < <(printf '%s\n' /usr/bin/python3 "${files[@]}" |
		grep -vE '\.pyc?$')
	mapfile -t files < <(libraries "${files[@]}")
	put "${files[@]}"
}

# A module and what it depends on.
module() {
	local file name
	local to
	file=$(find "$TREE" -name "$1.ko" -o -name "$1.ko.xz")
	[[ $file ]] || return 0 # built in
	to=$root/lib/modules/$VERSION/${file#"$TREE"/}
	to=${to%.xz}
	[[ ! -e $to ]] || return 0
	mkdir -p "${to%/*}"
	if [[ $file == *.xz ]]; then
		busybox xzcat "$file" >"$to"
	else
		cp "$file" "$to"
	fi
	for name in $(busybox strings "$to" |
		sed -n 's/^depends=//p' | tr ',' ' '); do
		module "$name"
	done
}

modules() {
	local name
	mkdir -p "$root/lib/modules/$VERSION"
	for name in "${MODULES[@]}"; do
		module "$name"
	done
	cp "$TREE"/modules.{order,builtin} "$root/lib/modules/$VERSION/"
	busybox depmod -b "$root" "$VERSION"
	# The kernel calls it by this name for what it lacks.
	mkdir -p "$root/sbin"
	ln -s /bin/busybox "$root/sbin/modprobe"
}

mkdir -p "$root"/{bin,dev,etc,proc,run,sys,tmp,usr,carp-xdp}
ln -s ../bin "$root/usr/bin"
ln -s ../bin "$root/usr/sbin"
programs
python
modules
put /usr/lib/*/bpf/xdp*.o /usr/lib/*/libxdp.so.1 # what is loaded at run time
ln -s carp-xdp/tests/qemu/init "$root/init"
printf 'root:x:0:0:root:/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
(cd "$root" && find . | cpio --quiet -o -H newc) >"$OUTPUT.new"
mv "$OUTPUT.new" "$OUTPUT"
