# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Who is answered for a virtual IP and with which bytes: RFC 826, RFC 4861,
and that only a live lease speaks.  It never judges advertisements.
"""
from wire import (DROP, PASS, TX, be, checksum, multicast, pseudo6, sums_up,
                  virtual_mac)

ALL_NODES = bytes.fromhex("ff020000000000000000000000000001")
SOLICITED_NODE = bytes.fromhex("ff0200000000000000000001ff")
ARP = bytes.fromhex("000108000604")
LONGEST = 24 + 64  # a solicitation that is answered; others are deferred


def told(group):
    """The MAC that neighbours are told (carp-protocol 5.5)."""
    if group.balancing == "ip":
        return b"\1" + virtual_mac(group.vhid)[1:]
    return virtual_mac(group.vhid)


def told_from(group):
    """What such a frame comes from: some MACs no switch may learn."""
    if group.balancing in ("ip", "ip-stealth"):
        return group.nic
    return virtual_mac(group.vhid)


def silent(group, room):
    """Why the lease does not let us speak, if so."""
    if group.lease:
        return None
    dead = "lease_dead" if group.role == "master" else "not_owner"
    return DROP, f"{room}_{dead}", group.vhid


def take_arp(world, frame, at):
    """None if it is none of ours."""
    arp = frame[at:at + 28]
    if len(arp) < 28 or arp[:6] != ARP:
        return None
    request = be(arp[6:8]) == 1
    mac, sender, target = arp[8:14], arp[14:18], arp[24:28]
    claimed = world.owner(sender)
    if claimed:
        if mac == told(claimed):
            return None
        return PASS, "arp_claim", claimed.vhid
    group = world.owner(target)
    if not request or not group:
        return None
    refused = silent(group, "arp")
    if refused:
        return refused
    reply = (mac + told_from(group) + frame[12:at] + ARP + b"\0\2" +
             told(group) + target + mac + sender)
    return TX, "arp_answered", group.vhid, reply + frame[at + 28:]


def options(data):
    """The list of (type, bytes); None if one is malformed."""
    found = []
    while data:
        if len(data) < 8 or not data[1] or 8 * data[1] > len(data):
            return None
        found.append((data[0], data[2:8 * data[1]]))
        data = data[8 * data[1]:]
    return found


def take_nd(world, frame, at):
    ip, message = frame[at:at + 40], frame[at + 40:]
    if len(message) < 24:
        return None
    group = world.owner(message[8:24])
    if not group:
        return None
    if message[0] == 135:
        return solicited(group, frame, at)
    if message[0] == 136:
        return claimed6(group, frame, ip, message)
    return None


def foreign(ip, message):
    """No neighbour message at all, RFC 4861 7.1 without sum and options."""
    length = be(ip[4:6])
    return (ip[0] >> 4 != 6 or ip[7] != 255 or message[1] or
            not 24 <= length <= len(message))


def claimed6(group, frame, ip, message):
    """Hosts take the first of several addresses; it is looked for in as many
    options as a solicitation may have.  A wrong sum or a broken option does
    not make a claim harmless: it is told of all the same."""
    if foreign(ip, message):
        return None
    mac, data, at = frame[6:12], message[24:be(ip[4:6])], 0
    while at + 8 <= min(len(data), LONGEST - 24) and data[at + 1]:
        if data[at] == 2:
            mac = data[at + 2:at + 8]
            break
        at += 8 * data[at + 1]
    if mac == told(group):
        return None
    return PASS, "ndp_claim", group.vhid


def malformed(ip, message):
    """RFC 4861 7.1.1; of what is too long to be answered, only as much as
    tells whose it is."""
    length = be(ip[4:6])
    source, destination = ip[8:24], ip[24:40]
    if foreign(ip, message) or multicast(source):
        return True
    if not any(source) and destination[:13] != SOLICITED_NODE:
        return True
    if length > LONGEST:
        return False
    message = message[:length]
    if not sums_up(pseudo6(source, destination, length, 58), message):
        return True
    found = options(message[24:])
    return found is None or (not any(source) and
                             any(kind == 1 for kind, _ in found))


def solicited(group, frame, at):
    ip, message = frame[at:at + 40], frame[at + 40:]
    source, destination, target = ip[8:24], ip[24:40], message[8:24]
    length = be(ip[4:6])
    refused = silent(group, "ndp")
    if refused:
        return refused
    if malformed(ip, message):
        return DROP, "ndp_malformed", group.vhid
    if length > LONGEST or (length == 24 and multicast(destination) and
                            any(source)):
        return DROP, "ndp_deferred", group.vhid
    return TX, "ndp_answered", group.vhid, advertise(group, frame, at)


def advertise(group, frame, at):
    """The answer in the place of the question, with zeros for what it has
    less; what lies behind the packet stays."""
    ip, message = frame[at:at + 40], frame[at + 40:]
    source, target = ip[8:24], message[8:24]
    probe = not any(source)
    flags = 0x20 | (0 if probe else 0x40) | (0x80 if group.router else 0)
    body = bytes([flags, 0, 0, 0]) + target
    if be(ip[4:6]) > 24:
        body += b"\2\1" + told(group)
    to = ALL_NODES if probe else source
    check = checksum(pseudo6(target, to, len(body) + 4, 58), b"\x88\0", body)
    packet = (b"\x60\0\0\0" + (len(body) + 4).to_bytes(2, "big") + b"\x3a\xff" +
              target + to + b"\x88\0" + check.to_bytes(2, "big") + body)
    mac = bytes.fromhex("333300000001") if probe else frame[6:12]
    packet = packet.ljust(40 + be(ip[4:6]), b"\0")
    return (mac + told_from(group) + frame[12:at] + packet +
            frame[at + len(packet):])
