# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Wrong references, one rule broken in each: whoever compares has to notice
every single one.  A rule is a context in which it is broken.
"""
import contextlib
import unittest.mock


def constant(value):
    return lambda *_, **__: value


def rules():
    """(what is wrong, context(advert, neighbour, share, reference))."""
    yield "version 3 is CARP's", put("advert", "CARP", 3)
    yield "VRRP has version 4", put("advert", "VRRP3", 4)
    yield "no VRRPv2", put("advert", "vrrp2", constant(False))
    yield "all sums are good", put("advert", "sums_up", constant(True))
    yield "all is unicast", put("advert", "multicast", constant(False))
    yield "no echo", put("advert", "echo", constant(None))
    yield "nothing is sealed", put("advert", "sealed", constant(None))
    yield "all is sealed", put("advert", "sealed", constant(1))
    yield "nobody is met", put("advert", "met", lambda _, sender, __: sender)
    yield "every digest is good", put(
        "advert", "forgery", constant(None))
    yield "nothing is refused", put("advert", "refusal", constant(None))
    yield "every lease is live", put("neighbour", "silent", constant(None))
    yield "the cluster has the common MAC", put(
        "neighbour", "told", lambda group: bytes([0, 0, 0x5e, 0, 1,
                                                  group.vhid]))
    yield "ND sums are good", put("neighbour", "sums_up", constant(True))
    yield "ND sources may be multicast", put(
        "neighbour", "multicast", constant(False))
    yield "no options", put("neighbour", "options", constant([]))
    yield "nothing is malformed", put("neighbour", "malformed",
                                      constant(False))
    yield "no claims over ND", put("neighbour", "claimed6", constant(None))
    yield "other ARP", put("neighbour", "ARP", b"\0\1\x08\0\6\6")
    yield "flows are never folded", put("share", "fold", constant(0))
    yield "nobody shares", put("share", "take", constant(None))
    yield "nobody admits", put("reference", "admit", constant(None))
    yield "no VLANs", put("reference", "VLAN", ())


def put(module, attribute, value):
    @contextlib.contextmanager
    def broken(advert, neighbour, share, reference):
        modules = {"advert": advert, "neighbour": neighbour, "share": share,
                   "reference": reference}
        with unittest.mock.patch.object(modules[module], attribute, value):
            yield

    return broken
