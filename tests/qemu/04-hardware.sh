#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# NICs with drivers of their own: a native program on virtio-net, one that is
# generic before Linux 6.6 on vmxnet3, whose tags are left in the frames while
# we are there.  On both, the same vhid on the NIC and on a VLAN above it.
#
#   a (preferred)   b (advskew 50)   c (client)
#      |                |                |
#   ---+----------------+----------------+---  virtio0; the same for vmx0
export GUEST_NICS="virtio-net-pci vmxnet3"
source "$(dirname "$0")/lib.sh"
modprobe -a virtio_pci virtio_net vmxnet3
hosts a b c
index=0
for host in a b c; do
	index=$((index + 1))
	hardware "$host" virtio0 "02:00:00:00:11:0$index"
	hardware "$host" vmx0 "02:00:00:00:12:0$index"
	for nic in virtio0 vmx0; do
		on "$host" ip link add link "$nic" name "$nic.9" type vlan id 9
	done
done
NICS=(virtio0 virtio0.9 vmx0 vmx0.9)
for index in "${!NICS[@]}"; do
	addresses "${NICS[index]}" "${NICS[index]}" "${NICS[index]}" $((index + 1))
done
TAGS_BESIDE='import array, fcntl, socket, struct, sys
buffer = array.array("B", struct.pack("II", 0x25, 0))
request = struct.pack("16sP", sys.argv[1].encode(), buffer.buffer_info()[0])
fcntl.ioctl(socket.socket(), 0x8946, request + bytes(16))
sys.exit(not struct.unpack("II", buffer.tobytes())[1] & 1 << 8)'
tags_beside() { on a python3 -c "$TAGS_BESIDE" vmx0; }

ok "vmxnet3 takes tags out of the frames" tags_beside
for host in a b; do
	for index in "${!NICS[@]}"; do
		read -ra VIPS < <(vips $((index + 1)))
		skew=0
		[[ $host == a ]] || skew=50
		attach_on "$host" "${NICS[index]}" --vhid 5 "${VIPS[@]}" \
			--advskew "$skew"
	done
done
refute "while we are there, it leaves them in" tags_beside
ok "the program on virtio-net is native" \
	[ "$(interface a virtio0 .xdp_mode)" == native ]
ok "which needs no reason" \
	[ "$(interface a virtio0 .xdp_mode_reason)" == null ]
case $(uname -r) in
6.1.*) # its driver got XDP with 6.6
	ok "that on vmxnet3 is not, and says why" \
		[ "$(interface a vmx0 .xdp_mode_reason)" == \
		"the driver has no native XDP" ]
	;;
*)
	ok "that on vmxnet3 is, too" \
		[ "$(interface a vmx0 .xdp_mode)" == native ]
	;;
esac
for index in "${!NICS[@]}"; do
	eventually 10 "a is master on ${NICS[index]}" \
		state_on a "${NICS[index]}" 5 master
	[[ ${NICS[index]} != vmx0 ]] || continue
	served "${NICS[index]}" "${NICS[index]}" $((index + 1)) 5
done
ok "b is backup on all" eval "carp b status -j |
	jq -e 'all(.groups[]; .state == \"backup\")'"
ok "frames of the VLAN passed the program below untouched" \
	[ "$(interface b virtio0 .counters.other_vlan)" -gt 0 ]
carp a detach vmx0.9 >/dev/null
carp a detach vmx0 >/dev/null
ok "detached, the tags are taken out again" tags_beside

crash a
eventually 10 "b takes over the native one" state_on b virtio0 5 master
eventually 5 "and its VLAN" state_on b virtio0.9 5 master
ok "c pings the VIPs of both" eval "pinged 1 && pinged 2"
