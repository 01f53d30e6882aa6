#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# On a kernel below the oldest promised: what cannot work says so, and what
# can, works: a group on a NIC whose driver has XDP.
#
#   a (preferred)   b (advskew 50)   c (client)
#      |                |                |
#   ---+----------------+----------------+---  virtio0
export GUEST_NICS="virtio-net-pci"
[[ ${CARP_GUEST:-} ]] || exec "$(dirname "$0")/../qemu/boot.sh" \
	"tests/kernels/${0##*/}"
# shellcheck source=tests/qemu/lib.sh
source "$(dirname "$0")/../qemu/lib.sh"
modprobe -a virtio_pci virtio_net
hosts a b c
index=0
for host in a b c; do
	index=$((index + 1))
	hardware "$host" virtio0 "02:00:00:00:11:0$index"
done
addresses virtio0 virtio0 virtio0 1
read -ra VIPS < <(vips 1)

note "Linux $(uname -r)"
ok "skb mode is refused, and says since when it works" refused a eth0 \
	"eth0: skb mode needs Linux 5.14: before, the kernel drops"
refute "nothing is left of that" has_program a eth0
attach_on a virtio0 --vhid 3 "${VIPS[@]}" --preempt
attach_on b virtio0 --vhid 3 "${VIPS[@]}" --advskew 50
ok "native mode is not" [ "$(interface a virtio0 .xdp_mode)" == native ]
eventually 10 "a becomes master" state_on a virtio0 3 master
eventually 5 "b is backup" state_on b virtio0 3 backup
served "native mode" virtio0 1 3
crash a
eventually 10 "b takes over" state_on b virtio0 3 master
ok "c pings the VIPs on b" pinged 1
