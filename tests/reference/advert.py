# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Which advertisements are believed: carp-protocol 1 and 2, the manual page
on --auth, --peer and --peer-ttl-min.  It never answers anything.
"""
from wire import (DROP, PASS, be, digest, multicast, pseudo6, seal_tag,
                  sums_up)
from world import Sender

CARP, VRRP3 = 2, 3


class Advert:
    """One frame of protocol 112 as far as it can be read."""

    def __init__(self, family, addresses, ttl, body, length):
        self.family = family
        self.source, self.destination = addresses
        self.ttl = ttl
        self.length = length  # of the payload, says the IP header
        self.payload = body[:max(length, 0)]
        self.head = body[:36]
        self.whole = 0 <= length <= len(body)


def take4(world, frame, at):
    ip = frame[at:]
    size = 4 * (ip[0] & 15)
    fragment = be(ip[6:8])
    if size < 20:
        return DROP, "advert_ip", 0
    if fragment & 0x1fff:
        return DROP, "advert_fragment", 0
    ad = Advert(4, (ip[12:16], ip[16:20]), ip[8], ip[size:],
                be(ip[2:4]) - size)
    sound = ip[0] >> 4 == 4 and sums_up(ip[:size])
    return whose(world, ad, fragment & 0x2000, sound)


def take6(world, frame, at):
    ip = frame[at:]
    ad = Advert(6, (ip[8:24], ip[24:40]), ip[7], ip[40:], be(ip[4:6]))
    return whose(world, ad, False, ip[0] >> 4 == 6)


def whose(world, ad, fragment, sound):
    if len(ad.head) < 2:
        return DROP, "advert_length", 0
    group = world.group(ad.head[1])
    if ad.head[0] >> 4 == VRRP3 or vrrp2(ad):
        return PASS, "vrrp", group.vhid if group else 0
    if not group:
        return PASS, "advert_other", 0
    if fragment:
        return DROP, "advert_fragment", group.vhid
    if not sound or not ad.whole:
        return DROP, "advert_ip", group.vhid
    return judge(world, group, ad)


def vrrp2(ad):
    """VRRPv2 (RFC 2338, IPv4 only) begins with the same byte.  Its length
    follows from the number of addresses; with seven that number is CARP's
    authlen too, and the sums decide."""
    if ad.family != 4 or ad.head[0] != 0x21 or not ad.whole:
        return False
    if len(ad.head) < 4 or ad.length != 16 + 4 * ad.head[3]:
        return False
    return (ad.head[3] != 7 or
            (sums_up(ad.payload) and not sums_up(ad.head)))


def judge(world, group, ad):
    verdict = refusal(group, ad)
    if verdict:
        return DROP, verdict, group.vhid
    if group.role == "observer":
        return PASS, "advert_observed", group.vhid
    verdict = forgery(world, group, ad)
    if verdict:
        return DROP, verdict, group.vhid
    if multicast(ad.destination):
        return PASS, "advert_valid", group.vhid
    return DROP, "advert_unicast", group.vhid


def refusal(group, ad):
    peers = group.peers4 if ad.family == 4 else group.peers6
    least = 255
    if peers is not None and not multicast(ad.destination):
        least = group.ttl_min or 255
    if ad.ttl < least:
        return "advert_ttl"
    if ad.length < 36:
        return "advert_length"
    if ad.head[0] >> 4 != CARP:
        return "advert_version"
    if ad.head[0] & 15 != 1:
        return "advert_type"
    # NetBSD sums the pseudo-header of IPv6 in.
    if not sums_up(ad.head) and (ad.family == 4 or not sums_up(
            pseudo6(ad.source, ad.destination, 36, 112), ad.head)):
        return "advert_checksum"
    if peers is not None and ad.source not in peers:
        return "advert_stranger"
    return None


def echo(group, ad):
    """Only what is our own beyond doubt, so it is asked last."""
    own = group.source4 if ad.family == 4 else group.source6
    counter = be(ad.head[8:16])
    return ((any(own) and ad.source == own) or
            (counter and counter in group.own_counters))


def sealed(group, ad):
    """The sequence, if the tag fits under one of the keys."""
    head = ad.head
    sequence, tag = divmod(be(head[8:16]), 1 << 24)
    for key in group.seals:
        if tag == seal_tag(key, head[1], head[5], head[2], head[4], ad.source,
                           sequence):
            return sequence
    return None


def forgery(world, group, ad):
    """Why the frame is not believed, if it is not; remembers its sender if
    it is."""
    name = group.vhid, ad.source
    sender = world.senders.get(name, Sender())
    sequence = None
    if group.auth != "compat":
        sequence = sealed(group, ad)
        must = group.auth == "strict" or sender.seals
        if must and sequence is None:
            return "advert_seal"
        if sender.seals and sequence <= sender.last:
            return "advert_replayed"
    if not any(ad.head[16:36] == digest(key, group.vhid, vips, ad.head[8:16])
               for key, vips in group.signs):
        return "advert_digest"
    if echo(group, ad):
        return "advert_echo"
    if group.auth != "compat":
        world.senders[name] = met(group, sender, sequence)
    return None


def met(group, sender, sequence):
    """What is known of a sender after one more believed advertisement.  The
    second seal proves that the first was no chance, if it is newer."""
    if sequence is None:
        return Sender()
    if group.auth == "strict" or sender.seals:
        return Sender(seals=True, last=sequence)
    if sender.candidate is None:
        return Sender(candidate=sequence)
    if sequence > sender.candidate:
        return Sender(seals=True, last=sequence)
    return Sender()
