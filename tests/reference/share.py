# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Load sharing: carp-protocol 5.5 and the manual page.  Of a frame to a
cluster one node has its say.  It never answers anything.
"""
from wire import DROP, PASS, be, multicast

IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86dd


def fold(address):
    word = 0
    for at in range(0, len(address), 4):
        word ^= be(address[at:at + 4])
    return word


def named(world, mac):
    """The node whose MAC that is, in either form."""
    if mac[0] & 0xfe or mac[1:5] != b"\0\x5e\0\1":
        return None
    group = world.group(mac[5])
    return group if group and group.leader else None


def flow(frame, at, kind):
    """Source and destination, if it is a packet that belongs to a flow: the
    answer of a neighbour, ARP's or ND's, does not."""
    if kind == IPV4 and len(frame) >= at + 20:
        return frame[at + 12:at + 16], frame[at + 16:at + 20]
    if kind == IPV6 and len(frame) >= at + 40:
        answer = (frame[at + 6] == 58 and len(frame) >= at + 64 and
                  frame[at + 40] == 136)
        if not answer:
            return frame[at + 8:at + 24], frame[at + 24:at + 40]
    return None


def take(world, frame, at, kind):
    pair = flow(frame, at, kind)
    node = named(world, frame[:6])
    if node:
        return take_named(world, node, frame, pair)
    owner = pair and world.owner(pair[1])
    if not owner or not owner.leader or frame[:6] != owner.nic:
        return None
    return one_takes(world, world.group(owner.leader), frame, pair)


def take_named(world, node, frame, pair):
    group_form = frame[0] == 1  # which is that of 224.0.1.x as well
    if node.leader != node.vhid:
        return None if group_form else (DROP, "vmac_not_owner", node.vhid)
    if pair and not multicast(pair[1]):
        return one_takes(world, node, frame, pair)
    if pair and group_form:
        return None
    return everybodys(world, node, frame)


def everybodys(world, leader, frame):
    """Answers of neighbours: all who serve take them."""
    serves = any(world.groups[vhid].lease
                 for vhid in world.clusters[leader.vhid])
    if serves:
        return PASS, "vmac_admitted", leader.vhid, leader.nic + frame[6:]
    return DROP, "vmac_not_owner", leader.vhid


def one_takes(world, leader, frame, pair):
    vhids = world.clusters[leader.vhid]
    node = world.groups[vhids[(fold(pair[0]) ^ fold(pair[1])) % len(vhids)]]
    if node.lease:
        return PASS, "share_accepted", node.vhid, leader.nic + frame[6:]
    if node.role == "master":
        return DROP, "share_lease_dead", node.vhid
    return DROP, "share_elsewhere", node.vhid
