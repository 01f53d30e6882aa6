# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""A second opinion on every frame: what the data plane has to do with it, told
from the protocols and the documents and never from its code.

    receive(world, frame) -> Outcome
    send(world, frame) -> Outcome
"""
from typing import NamedTuple

import advert
import egress
import neighbour
import share
from wire import PASS, be, virtual_mac

VLAN = (0x8100, 0x88a8)
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86dd


class Outcome(NamedTuple):
    action: str
    verdict: str  # None: nothing is counted
    index: int  # the vhid it is counted for, 0 for the interface
    frame: bytes


def outcome(frame, found):
    action, verdict, index, *out = found
    return Outcome(action, verdict, index, out[0] if out else frame)


def untag(frame):
    """Where the network header begins and its type, behind up to two tags
    that name no VLAN; or the verdict."""
    at = 14
    if len(frame) < at:
        return PASS, "short_frame", 0
    kind = be(frame[12:14])
    for _ in range(2):
        if kind not in VLAN:
            break
        if len(frame) < at + 4:
            return PASS, "short_frame", 0
        if be(frame[at:at + 2]) & 0xfff:
            return PASS, "other_vlan", 0
        kind = be(frame[at + 2:at + 4])
        at += 4
    if kind in VLAN:
        return PASS, "other_vlan", 0
    return at, kind


def rooms(world, frame, at, kind):
    if kind == ARP:
        return neighbour.take_arp(world, frame, at)
    if kind == IPV4 and len(frame) >= at + 20 and frame[at + 9] == 112:
        return advert.take4(world, frame, at)
    if kind == IPV6 and len(frame) >= at + 40:
        if frame[at + 6] == 112:
            return advert.take6(world, frame, at)
        if frame[at + 6] == 58:
            return neighbour.take_nd(world, frame, at)
    return None


def admit(world, frame):
    """Frames to a virtual MAC."""
    if frame[:5] != virtual_mac(0)[:5]:
        return None
    group = world.group(frame[5])
    if not group or not group.takes_part:
        return None
    refused = neighbour.silent(group, "vmac")
    if refused:
        return refused
    return PASS, "vmac_admitted", group.vhid, group.nic + frame[6:]


def receive(world, frame):
    start = untag(frame)
    if len(start) == 3:
        return outcome(frame, start)
    at, kind = start
    found = (rooms(world, frame, at, kind) or
             (world.shares and share.take(world, frame, at, kind)) or
             admit(world, frame) or (PASS, "passed", 0))
    return outcome(frame, found)


def send(world, frame):
    return outcome(frame, egress.take(world, frame) or (PASS, None, 0))
