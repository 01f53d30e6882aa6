# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Frames on their way out: nobody sends from a virtual MAC or speaks for a VIP
without a lease, but a master advertises and everybody may bow out.  It never
counts what leaves as it is.
"""
from neighbour import told
from wire import DROP, PASS, be, total, virtual_mac

IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86dd
BOW_OUT = b"\xff"


def advert_in(frame):
    """The 36 bytes of an advertisement as we send them: without options."""
    kind = be(frame[12:14])
    if kind == IPV4 and len(frame) >= 70 and frame[23] == 112:
        return frame[34:70]
    if kind == IPV6 and len(frame) >= 90 and frame[20] == 112:
        return frame[54:90]
    return None


def may_send(group, frame):
    if group.balancing in ("ip", "ip-stealth"):
        return False  # no switch may learn it
    if group.lease:
        return True
    ad = advert_in(frame)
    return bool(ad) and (group.role == "master" or
                         ad[2:3] + ad[5:6] == 2 * BOW_OUT)


def speaker(world, group, asks):
    """May this host speak for a VIP of the group?  In a cluster whoever has a
    share may ask."""
    if group.lease:
        return True
    nodes = world.clusters.get(group.vhid, ())
    return asks and any(world.groups[vhid].lease for vhid in nodes)


def source(group, frame):
    if group.balancing == "none":
        return virtual_mac(group.vhid)
    return frame[6:12]


def spoken_for(world, frame, address):
    """The owner, unless the frame comes from his virtual MAC already."""
    group = world.owner(address)
    if not group or frame[6:12] == virtual_mac(group.vhid):
        return None
    return group


def send_arp(world, frame):
    arp = frame[14:42]
    group = len(arp) == 28 and spoken_for(world, frame, arp[14:18])
    if not group:
        return None
    if not speaker(world, group, be(arp[6:8]) == 1):
        return DROP, "out_guarded", group.vhid
    return (PASS, "out_virtual", group.vhid, frame[:6] +
            source(group, frame) + frame[12:22] + told(group) + frame[28:])


def send_nd(world, frame):
    ip, message = frame[14:54], frame[54:]
    if len(message) < 24 or ip[6] != 58 or message[0] not in (135, 136):
        return None
    asks = message[0] == 135
    group = spoken_for(world, frame, ip[8:24] if asks else message[8:24])
    if not group:
        return None
    if not speaker(world, group, asks):
        return DROP, "out_guarded", group.vhid
    option = message[24:32]
    if len(option) == 8 and option[0] in (1, 2) and option[1] == 1:
        message = renamed(message, option[:2] + told(group))
    return (PASS, "out_virtual", group.vhid, frame[:6] +
            source(group, frame) + frame[12:54] + message)


def renamed(message, option):
    """Another first option; a sum that was right stays right, and a wrong one
    as wrong as it was (RFC 1624)."""
    apart = (65535 - be(message[2:4]) - total(message[24:32]) +
             total(option)) % 65535
    check = 65535 - (apart or 65535)
    return (message[:2] + check.to_bytes(2, "big") + message[4:24] + option +
            message[32:])


def take(world, frame):
    if len(frame) < 14:
        return None
    if frame[6:11] == virtual_mac(0)[:5]:
        group = world.group(frame[11])
        if group and group.takes_part and not may_send(group, frame):
            return DROP, "out_guarded", group.vhid
    kind = be(frame[12:14])
    if kind == ARP:
        return send_arp(world, frame)
    if kind == IPV6:
        return send_nd(world, frame)
    return None
