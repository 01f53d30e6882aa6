# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The loaded data plane, filled with a World of the reference: starts the
servant plane.c and speaks its protocol.  It never judges.
"""
import os
import re
import struct
import subprocess
import threading

from wire import DROP, PASS, TX, virtual_mac
from reference import Outcome
from world import BALANCINGS, ROLES

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
AUTHS = ("auto", "strict", "compat")
IN, OUT = 0, 1
ACTIONS = {IN: {1: DROP, 2: PASS, 3: TX}, OUT: {0: PASS, 2: DROP}}
FOR_EVER = (1 << 64) - 1


def verdicts():
    """Their names, in the order of the enum."""
    path = os.path.join(TOP, "include/carp/verdict.h")
    with open(path, encoding="ascii") as text:
        return re.findall(r"^\tV\((\w+), ", text.read(), re.M)


def group_value(group):
    """struct carp_vhid."""
    peers = ((1 if group.peers4 is not None else 0) |
             (2 if group.peers6 is not None else 0))
    nodes = len(group.nodes)
    value = struct.pack("<I6s6s4s16sBBBBIBB2x", ROLES.index(group.role),
                        virtual_mac(group.vhid), group.nic, group.source4,
                        group.source6, group.router, peers, group.ttl_min,
                        BALANCINGS.index(group.balancing),
                        AUTHS.index(group.auth), group.leader, nodes)
    own = list(group.own_counters) + [0] * (16 - len(group.own_counters))
    return (value + struct.pack("<16Q", *own)).ljust(352, b"\0")


def host_key(vhid, address):
    family = 4 if len(address) == 4 else 6
    return bytes([vhid, family, 0, 0]) + address.ljust(16, b"\0")


def map_entries(world):
    """All (map, key, value), carp_auth apart."""
    for group in world.groups.values():
        index = struct.pack("<I", group.vhid)
        yield "carp_vhids", index, group_value(group)
        yield "carp_leases", index, struct.pack(
            "<Q", FOR_EVER if group.lease else 0)
        for peers in (group.peers4, group.peers6):
            for peer in peers or ():
                yield "carp_peers", host_key(group.vhid, peer), \
                    struct.pack("<I", 1)
    for vip, vhid in world.vips.items():
        yield ("carp_vips4" if len(vip) == 4 else "carp_vips6", vip,
               struct.pack("<IIQ", vhid, vhid, 0))
    for leader, nodes in world.clusters.items():
        balancing = BALANCINGS.index(world.groups[leader].balancing)
        yield "carp_vhids", bytes(4), bytes(39) + bytes([balancing]) + \
            bytes(312)
        for index, vhid in enumerate(nodes):
            yield ("carp_shares", struct.pack("<I", leader * 32 + index),
                   struct.pack("<I", vhid))


def auth_command(group):
    """What the servant makes struct carp_auth from: `signs`, of which the
    first ones seal."""
    out = struct.pack("<BBB", group.vhid, len(group.signs), len(group.seals))
    for key, vips in group.signs:
        fours = [vip for vip in vips if len(vip) == 4]
        sixes = [vip for vip in vips if len(vip) == 16]
        out += key.ljust(20, b"\0") + struct.pack("<HH", len(fours),
                                                  len(sixes))
        out += b"".join(fours) + b"".join(sixes)
    return out


class Plane:
    def __init__(self, cpu=None):
        command = [os.path.join(TOP, "build/tests/reference/plane")]
        if cpu is not None:
            command = ["taskset", "-c", str(cpu)] + command
        self.servant = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.names = verdicts() + [None]
        self.counted = 0  # frames in all, since the start

    def close(self):
        self.servant.stdin.close()
        self.servant.wait()

    def write(self, data):
        self.servant.stdin.write(data)

    def read(self, size):
        data = self.servant.stdout.read(size)
        if len(data) != size:
            raise SystemExit("the servant has ended")
        return data

    def configure(self, world):
        self.write(b"R")
        for name, key, value in map_entries(world):
            self.write(b"M" + name.encode().ljust(16, b"\0") +
                       struct.pack("<HH", len(key), len(value)) + key + value)
        for group in world.groups.values():
            self.write(b"A" + auth_command(group))
        for index in {0, *world.groups, *world.vips.values()}:
            self.write(b"W" + bytes([index]))

    def run(self, frames):
        """The outcome of each (way, frame), in order."""
        outcomes = []

        def feed():
            for way, frame in frames:
                self.write(b"F" + struct.pack("<BH", way, len(frame)) + frame)
            self.write(b"Z")
            self.servant.stdin.flush()

        writer = threading.Thread(target=feed)
        writer.start()
        for way, _ in frames:
            action, moved, verdict, index, size = struct.unpack(
                "<iIHHI", self.read(16))
            name = self.names[verdict] if moved in (0, 1) else "many"
            outcomes.append(Outcome(ACTIONS[way].get(action, action), name,
                                    index, self.read(size)))
        writer.join()
        self.counted = struct.unpack("<Q", self.read(8))[0]
        return outcomes
