#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# On a kernel below the oldest promised: what cannot work says so, and leaves
# nothing.  packets.sh has the program loaded and run there.
export GUEST_NICS="virtio-net-pci"
[[ ${CARP_GUEST:-} ]] || exec "$(dirname "$0")/../qemu/boot.sh" \
	"tests/kernels/${0##*/}"
# shellcheck source=tests/qemu/lib.sh
source "$(dirname "$0")/../qemu/lib.sh"
modprobe -a virtio_pci virtio_net
hosts a
hardware a virtio0 02:00:00:00:11:01

note "Linux $(uname -r)"
ulimit -l unlimited # as the unit has it; maps are charged to it there
ok "skb mode is refused, and says since when it works" refused a eth0 \
	"eth0: skb mode needs Linux 5.14: before, the kernel drops"
refute "nothing is left of that" has_program a eth0
ok "in native mode the maps cannot be shared, which is said" \
	refused a virtio0 "virtio0: cannot map the BPF maps"
refute "nothing is left of that either" has_program a virtio0
