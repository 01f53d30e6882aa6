#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Runs a test script of this tree as root of a Debian guest and prints what it
# prints.  No network, no disk, no trace but a log of the guest's console.
#   boot.sh SCRIPT
# GUEST_CLANGS: whose build of the data plane goes along, else the one that is
# shipped (clang).  GUEST_KERNEL: where a kernel of Debian's is unpacked, else the oldest that is
# promised.  GUEST_LIMIT: seconds the guest may take.  GUEST_NICS: models of
# NICs, of each three on one cable, for the hosts a, b and c.  GUEST_FILES: more
# of this tree.  GUEST_DISK: an image that is its disk; what it writes there is
# forgotten.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
SCRIPT=$1
KERNEL=${GUEST_KERNEL:-build/peers/linux}
IMAGE=build/qemu/${KERNEL##*/}.cpio
LOG=build/test-logs/console-${KERNEL##*/}-${SCRIPT##*/}.log

for need in qemu-system-x86_64 cpio busybox xdp-filter; do
	command -v "$need" >/dev/null || {
		echo "skip - $need is not installed"
		exit 0
	}
done
if [[ ! -d $KERNEL ]]; then
	echo "skip - no guest kernel (scripts/install-deps.sh check)"
	exit 0
fi

mkdir -p build/qemu build/test-logs
if [[ ! -e $IMAGE || tests/qemu/image.sh -nt $IMAGE || $KERNEL -nt $IMAGE ]]; then
	tests/qemu/image.sh "$KERNEL" "$IMAGE"
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/tree/carp-xdp"
echo "$SCRIPT" >"$place/tree/carp-xdp/script"
cp -r --parents scripts tests/netns tests/qemu tests/kernels build/carp-xdp "$place/tree/carp-xdp"
for clang in ${GUEST_CLANGS:-clang}; do
	cp --parents "build/kernels/$clang/packets" "$place/tree/carp-xdp"
done
for file in ${GUEST_FILES:-}; do
	cp --parents "$file" "$place/tree/carp-xdp"
done
if [[ -d ../shared/vectors ]]; then
	mkdir "$place/tree/shared"
	cp -r ../shared/vectors "$place/tree/shared"
fi
{
	cat "$IMAGE"
	(cd "$place/tree" && find . | cpio --quiet -o -H newc)
} >"$place/initramfs"

nics=() disks=()
[[ ! ${GUEST_DISK:-} ]] ||
	disks=(-drive "file=$GUEST_DISK,if=virtio,format=raw,snapshot=on")
cable=10
for model in ${GUEST_NICS:-}; do
	cable=$((cable + 1))
	for host in 1 2 3; do
		nics+=(-netdev "hubport,id=$model$host,hubid=$cable"
			-device "$model,netdev=$model$host,mac=02:00:00:00:$cable:0$host")
	done
done
# Runs a guest to its end, or gives it up with 1 where it has not come to its
# script in a minute: once in a great while the emulator loses the timer of a
# virtual CPU while the kernel boots, and all there stands still.
guest() {
	local pid
	: >"$place/output"
	timeout --kill-after=5 "${GUEST_LIMIT:-160}" qemu-system-x86_64 \
		-accel tcg,thread=multi -cpu max -smp 2 -m 1024 \
		-nodefaults -no-reboot -display none -monitor none \
		-kernel "$(find "$KERNEL" -name 'vmlinuz*')" -initrd "$place/initramfs" \
		-append "console=ttyS0 loglevel=5 panic=-1 random.trust_cpu=on mitigations=off no_timer_check" \
		"${nics[@]}" "${disks[@]}" -serial "file:$LOG" -serial "file:$place/output" \
		</dev/null 2>"$place/complaints" &
	pid=$!
	if ! timeout 60 grep -q -m1 '^guest begins' \
		<(tail -n +1 -f --pid="$pid" "$place/output" 2>/dev/null); then
		kill "$pid" 2>/dev/null || true
		wait "$pid" || true
		return 1
	fi
	wait "$pid" || true
}

for boot in 1 2 3; do
	! guest || break
	echo "# boot $boot: the guest did not come to its script"
	tail -n 3 "$LOG" | sed 's/^/#   /'
done
grep -v '^guest ' "$place/output" || true
status=$(sed -n 's/^guest ends: //p' "$place/output")
if [[ -z $status ]]; then
	echo "not ok - the guest came to its end"
	tail -n 40 "$place/complaints" "$LOG" | sed 's/^/#   /'
fi
exit "${status:-1}"
