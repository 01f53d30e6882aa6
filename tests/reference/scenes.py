# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Hosts and frames that between them meet every rule: what the suites start
from.  It never says what becomes of a frame.
"""
from frames import (BROADCAST, HOST, NIC, arp, carp, ethernet, ip, lladdr, nd,
                    sealed, solicited_node, wrap)
from wire import checksum, pseudo6, virtual_mac
from world import Group, World

KEY, OLD, OTHER = b"mekmitasdigoat", b"an older secret", b"not ours"
VIPS = [ip("192.168.1.1"), ip("2001:db8::1")]
FOUR, SIX = ip("192.168.1.2"), ip("fe80::2")
TO4, TO6 = ip("224.0.0.18"), ip("ff02::12")
NOBODY = bytes(6)
COUNTER = 0x0123456789abcdef
OWN = 0x1122334455667788
ASKER, ASKER6 = ip("192.168.1.50"), ip("fe80::99")
CLUSTER4, CLUSTER6 = ip("192.168.2.1"), ip("2001:db8:2::1")

MASTER, BACKUP, OBSERVER, AUDITOR, INIT = 3, 9, 10, 11, 1
PEERED, STRICT, FOREIGN, DEAD, COMPAT, LAST = 77, 200, 201, 202, 203, 255
LEADER, SECOND, THIRD = 30, 31, 250


def believing(vhid, role, **more):
    return Group(vhid, role, signs=[(KEY, VIPS), (OLD, VIPS)],
                 seals=[KEY, OLD], **more)


def host(balancing="ip"):
    """A host with groups of all kinds, and one cluster."""
    w = World()
    w.add(believing(MASTER, "master", lease=True, router=True), *VIPS)
    w.add(believing(BACKUP, "backup", own_counters=(5, OWN)),
          ip("192.168.1.9"), ip("2001:db8::9"))
    w.add(believing(OBSERVER, "observer"))
    w.add(believing(AUDITOR, "auditor"))
    w.add(believing(INIT, "init", source4=ip("192.168.1.3"),
                    source6=ip("fe80::3")), ip("192.168.1.11"))
    w.add(believing(PEERED, "backup", ttl_min=250,
                    peers4={ip("192.168.1.2"), ip("10.0.0.9")},
                    peers6={ip("fe80::7")}))
    w.add(believing(STRICT, "backup", auth="strict"))
    w.add(Group(FOREIGN, "backup", signs=[(OTHER, VIPS)], seals=[OTHER]))
    w.add(believing(DEAD, "master"), ip("192.168.1.12"),
          ip("2001:db8::12"))
    w.add(believing(COMPAT, "backup", auth="compat", lease=True),
          ip("192.168.1.13"), ip("2001:db8::13"))
    w.add(Group(LAST, "backup"))
    w.add(believing(LEADER, "master", lease=True), CLUSTER4, CLUSTER6)
    w.add(believing(SECOND, "backup"))
    w.add(believing(THIRD, "master"))
    w.cluster(balancing, LEADER, SECOND, THIRD)
    w.vips[ip("192.168.1.66")] = 66  # of a vhid that is not there
    return w


def advert(vhid, source=FOUR, to=None, key=KEY, counter=COUNTER, pseudo=False,
           trailing=b"", **header):
    to = to or (TO4 if len(source) == 4 else TO6)
    names = ("advbase", "advskew", "demote", "version_type", "authlen")
    body = carp(vhid, key, VIPS, counter,
                pseudo=pseudo6(source, to, 36, 112) if pseudo else b"",
                **{name: header.pop(name) for name in names
                   if name in header})
    return wrap(source, to, 112, body + trailing, **header)


def vrrp2(vhid, addresses):
    """RFC 2338 5.1, with a password."""
    head = bytes([0x21, vhid, 100, addresses, 0, 1])
    tail = bytes(range(4 * addresses)) + b"password"
    return wrap(FOUR, TO4, 112, head + checksum(head, tail).to_bytes(2, "big")
                + tail)


def seal(vhid, sequence, source=FOUR, key=KEY, **more):
    fields = {name: value for name, value in more.items()
              if name in ("advbase", "advskew", "demote")}
    return advert(vhid, source, key=key, counter=sealed(
        key, vhid, source, sequence, **fields), **more)


def ask4(target, **more):
    return arp(1, HOST, ASKER, NOBODY, target, **more)


def ask6(target, options=lladdr(1, HOST), source=ASKER6, to=None, **more):
    return nd(135, source, to or solicited_node(target), target, options,
              **more)


def to_cluster(source, to, mac, protocol=17):
    return wrap(source, to, protocol, bytes(24), mac=mac, ttl=64)


def adverts():
    """Advertisements, most of them good."""
    yield "IPv4", advert(MASTER)
    yield "IPv6", advert(MASTER, SIX)
    yield "unicast, sealed", seal(BACKUP, 7000, to=ip("192.168.1.7"))
    yield "strict", seal(STRICT, 7000, SIX)
    yield "observed", advert(OBSERVER)
    yield "audited", advert(AUDITOR, SIX)
    yield "from a peer", advert(PEERED, ttl=250, to=ip("192.168.1.7"))
    yield "of a stranger", advert(PEERED, SIX)
    yield "old key", advert(COMPAT, key=OLD)
    yield "NetBSD", advert(MASTER, SIX, pseudo=True)
    yield "options, trailing", advert(MASTER, options=b"\1" * 8,
                                      trailing=b"\xa5" * 9)
    yield "priority tag", advert(MASTER, tags=[(0x8100, 0xe000)])
    yield "two tags", advert(MASTER, SIX, tags=[(0x88a8, 0), (0x8100, 0)])
    yield "as long as VRRPv2", advert(MASTER, authlen=5)
    yield "VRRPv2", vrrp2(MASTER, 7)
    yield "fragment", advert(MASTER, fragment=0x2000)
    yield "echo", advert(BACKUP, counter=OWN)
    yield "our source", advert(INIT, ip("fe80::3"))


def questions():
    """ARP and neighbour discovery."""
    yield "ARP", ask4(VIPS[0])
    yield "ARP to a dead lease", ask4(ip("192.168.1.12"))
    yield "ARP, tagged", ask4(VIPS[0], tags=[(0x8100, 0)])
    yield "ARP claim", arp(2, HOST, VIPS[0], BROADCAST, VIPS[0])
    yield "ARP of the cluster", ask4(CLUSTER4)
    yield "ND", ask6(VIPS[1])
    yield "ND to a backup", ask6(ip("2001:db8::9"))
    yield "ND of the cluster", ask6(CLUSTER6)
    yield "ND probe", ask6(VIPS[1], lladdr(14, HOST), bytes(16))
    yield "ND unicast", ask6(VIPS[1], b"", to=VIPS[1], padding=6)
    yield "ND from a group", ask6(VIPS[1], source=ip("ff02::1"))
    yield "ND claim", nd(136, VIPS[1], ip("ff02::1"), VIPS[1],
                         lladdr(2, HOST) + lladdr(2, virtual_mac(MASTER)))


def others():
    yield "to the virtual MAC", to_cluster(ASKER, ip("10.0.0.1"),
                                           virtual_mac(MASTER))
    yield "to a node's", to_cluster(ASKER, CLUSTER4, virtual_mac(SECOND))
    yield "to the cluster", to_cluster(ASKER, CLUSTER4,
                                       b"\1" + virtual_mac(LEADER)[1:])
    yield "to the cluster's NIC", to_cluster(ASKER6, CLUSTER6, NIC)
    yield "ARP reply to the cluster", arp(
        2, HOST, ASKER, NIC, CLUSTER4,
        destination=b"\1" + virtual_mac(LEADER)[1:])
    yield "anything", ethernet(virtual_mac(DEAD), HOST, 0x88cc, bytes(8))


def samples():
    for part in (adverts, questions, others):
        yield from part()
