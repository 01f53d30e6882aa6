#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""One question, three answers: random and structured frames on hosts of random
configuration, in and out, through the loaded program (what the JIT made of
it), through the same rooms compiled for this machine, and through the
reference.  Action, verdict, whom it is counted for and every byte must agree.

SEED: where to begin; SECONDS_MAX: go on for so long, else FRAMES.
"""
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "reference"))

import advert  # noqa: E402
import neighbour  # noqa: E402
import reference  # noqa: E402
import repair  # noqa: E402
import scenes  # noqa: E402
import share  # noqa: E402
import wrong  # noqa: E402
from frames import HOST, arp, ip, lladdr, nd, wrap  # noqa: E402
from native import Native  # noqa: E402
from plane import IN, OUT, Plane  # noqa: E402
from wire import virtual_mac  # noqa: E402
from world import BALANCINGS, ROLES  # noqa: E402

FRAMES = 40000
A_HOST = 1500  # frames on one host
SHOWN = 5
# Shorter ones the kernel does not run on their way out.
SENT_LEAST = {b"\x08\x00": 34, b"\x86\xdd": 54}
JUDGES = ("loaded program", "native build", "reference")


def random_host(rng):
    """The host of all scenes, with some of it changed."""
    world = scenes.host(rng.choice(BALANCINGS[1:]))
    for group in world.groups.values():
        if rng.random() < 0.3 and not group.leader:
            group.role = rng.choice(ROLES)
        elif rng.random() < 0.3:
            group.role = rng.choice(ROLES[3:])
        if rng.random() < 0.4:
            group.lease = not group.lease
        if rng.random() < 0.4:
            group.auth = rng.choice(("auto", "strict", "compat"))
        group.router = rng.random() < 0.2
        group.ttl_min = rng.choice((0, 0, 1, 64, 254, 255))
        if rng.random() < 0.2:
            group.peers4 = {scenes.FOUR, ip("10.0.0.9")}
        if rng.random() < 0.2:
            group.peers6 = {scenes.SIX}
        if rng.random() < 0.1:
            group.source4, group.source6 = scenes.FOUR, scenes.SIX
    if rng.random() < 0.2:
        for group in world.groups.values():
            group.balancing, group.leader, group.nodes = "none", 0, ()
        world.clusters = {}
    return world


class Maker:
    """Frames for a host: its addresses, its MACs and some others."""

    def __init__(self, rng, world):
        self.rng = rng
        self.vhids = list(world.groups) + [66, 0]
        self.fours = ([vip for vip in world.vips if len(vip) == 4] +
                      [scenes.FOUR, scenes.ASKER, ip("192.168.1.3"), bytes(4),
                       ip("224.0.1.3"), ip("255.255.255.255")])
        self.sixes = ([vip for vip in world.vips if len(vip) == 16] +
                      [scenes.SIX, scenes.ASKER6, ip("fe80::3"), bytes(16),
                       ip("ff02::1"), ip("fe80::7")])
        self.samples = [frame for _, frame in scenes.samples()]
        self.sequence = 7000

    def vhid(self):
        return self.rng.choice(self.vhids)

    def mac(self):
        vhid = self.vhid()
        return self.rng.choice((HOST, HOST, scenes.NIC, scenes.BROADCAST,
                                virtual_mac(vhid),
                                b"\1" + virtual_mac(vhid)[1:]))

    def pair(self):
        pool = self.rng.choice((self.fours, self.sixes))
        return self.rng.choice(pool), self.rng.choice(pool)

    def tags(self):
        rng = self.rng
        if rng.random() < 0.9:
            return ()
        return [(rng.choice((0x8100, 0x88a8)),
                 rng.choice((0, 0, 0xe000, 1, 0xfff)))
                for _ in range(rng.randrange(1, 4))]

    def advert(self):
        rng = self.rng
        vhid = self.vhid()
        source, to = self.pair()
        if rng.random() < 0.7:
            source = rng.choice((scenes.FOUR, scenes.SIX))
            to = scenes.TO4 if len(source) == 4 else scenes.TO6
        key = rng.choice((scenes.KEY, scenes.KEY, scenes.KEY, scenes.OLD,
                          scenes.OTHER))
        more = {"tags": self.tags(), "advskew": rng.choice((0, 20, 255)),
                "advbase": rng.choice((0, 1, 255)),
                "ttl": rng.choice((255,) * 8 + (254, 63, 1)),
                "ether": self.mac(), "pseudo": rng.random() < 0.2,
                "trailing": rng.choice((b"", b"", bytes(8), b"\1\2\3"))}
        if rng.random() < 0.1:
            more["version_type"] = rng.choice((0x21, 0x22, 0x31, 0x11))
        if rng.random() < 0.2:
            more["authlen"] = rng.randrange(12)
        if len(source) == 4 and rng.random() < 0.2:
            more["options"] = bytes(4 * rng.randrange(11))
        if len(source) == 4 and rng.random() < 0.1:
            more["fragment"] = rng.choice((0, 0x2000, 1, 0x2fff, 0x8000))
        if rng.random() < 0.6:
            self.sequence += 1
            back = rng.choice((0, 0, 0, 0, 1, 2, 50))
            return scenes.seal(vhid, self.sequence - back, source, key, to=to,
                               **more)
        counter = rng.choice((scenes.COUNTER, scenes.OWN, 0, 5,
                              rng.getrandbits(64)))
        return scenes.advert(vhid, source, to, key, counter, **more)

    def arp(self):
        rng = self.rng
        return arp(rng.choice((1, 1, 1, 2, 3, 256)), self.mac(),
                   rng.choice(self.fours), bytes(6), rng.choice(self.fours),
                   self.mac(), self.mac(), self.tags()) + \
            bytes(rng.choice((0, 18)))

    def nd(self):
        rng = self.rng
        target = rng.choice(self.sixes)
        options = b"".join(
            lladdr(rng.choice((1, 2, 14)), self.mac(),
                   rng.choice((1, 1, 1, 1, 2, 8, 0)))
            for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 9))))
        return nd(rng.choice((135, 135, 135, 136, 136, 134)),
                  rng.choice(self.sixes), rng.choice(
                      (scenes.solicited_node(target), target,
                       rng.choice(self.sixes))), target, options,
                  flags=rng.choice((0, 0x60)), mac=self.mac(),
                  code=rng.choice((0, 0, 0, 0, 0, 0, 0, 1)),
                  ether=self.mac(), tags=self.tags(),
                  ttl=rng.choice((255,) * 8 + (254,)),
                  padding=rng.choice((0, 6)))

    def flow(self):
        rng = self.rng
        source, to = self.pair()
        return wrap(source, to, rng.choice((1, 6, 17, 58, 112)),
                    rng.randbytes(rng.choice((0, 8, 24))), mac=self.mac(),
                    ether=self.mac(), tags=self.tags(), ttl=64)

    def noise(self):
        rng = self.rng
        kind = rng.choice((b"\x08\x00", b"\x08\x06", b"\x86\xdd",
                           b"\x81\x00", rng.randbytes(2)))
        return self.mac() + self.mac() + kind + rng.randbytes(
            rng.randrange(120))

    def spoiled(self, frame):
        """Some bytes changed, or the end missing; often with good sums."""
        rng = self.rng
        changed = bytearray(frame)
        for _ in range(rng.choice((1, 1, 2, 3))):
            changed[rng.randrange(len(changed))] = rng.choice(
                (0, 1, 255, rng.getrandbits(8)))
        if rng.random() < 0.2:
            del changed[rng.randrange(14, len(changed) + 1):]
        if rng.random() < 0.1:
            changed += rng.randbytes(rng.randrange(9))
        frame = bytes(changed)
        return repair.sums(frame) if rng.random() < 0.5 else frame

    def frame(self):
        rng = self.rng
        made = rng.choice((self.advert, self.advert, self.advert, self.arp,
                           self.nd, self.flow, self.noise,
                           lambda: rng.choice(self.samples)))()
        if rng.random() < 0.3:
            made = self.spoiled(made)
        least = SENT_LEAST.get(made[12:14], 15)
        if rng.random() < 0.3 and len(made) >= least:
            return OUT, made
        return IN, made


def judge(world, frames):
    ways = {IN: reference.receive, OUT: reference.send}
    return [ways[way](world, frame) for way, frame in frames]


def one_host(rng, plane, native):
    """(frames, the seed of the host, differences)."""
    seed = rng.getrandbits(64)
    world = random_host(random.Random(seed))
    plane.configure(world)
    native.configure(world)
    maker = Maker(rng, world)
    frames = [maker.frame() for _ in range(A_HOST)]
    answers = zip(plane.run(frames), native.run(frames),
                  judge(world, frames))
    differences = [
        f"{'out' if way else 'in'} {frame.hex()}\n" + "\n".join(
            f"  {name}: {answer}" for name, answer in zip(JUDGES, three))
        for (way, frame), three in zip(frames, answers)
        if three.count(three[0]) != 3]
    return frames, seed, differences


def unnoticed(seed, frames, left):
    """Which of the broken rules make no difference on this host."""
    good = judge(random_host(random.Random(seed)), frames)
    for title, rule in wrong.rules():
        if title not in left:
            continue
        with rule(advert, neighbour, share, reference):
            world = random_host(random.Random(seed))
            ways = {IN: reference.receive, OUT: reference.send}
            if any(ways[way](world, frame) != right
                   for (way, frame), right in zip(frames, good)):
                left.remove(title)
    return left


def main():
    seed = int(os.environ.get("SEED", "1"))
    seconds = float(os.environ.get("SECONDS_MAX", "0"))
    begin = time.monotonic()
    rng = random.Random(seed)
    plane, native = Plane(), Native()
    left = [title for title, _ in wrong.rules()]
    total, differences = 0, 0
    while (time.monotonic() - begin < seconds if seconds
           else total < FRAMES):
        frames, host_seed, found = one_host(rng, plane, native)
        for line in found[:SHOWN]:
            print(line)
        total += len(frames)
        differences += len(found)
        if left:
            left = unnoticed(host_seed, frames, left)
        if differences > 100:
            break
    good = not differences and total
    print(f"{'ok' if good else 'not ok'} - {total} frames: loaded program, "
          f"native build and reference agree, {differences} times not")
    if total >= FRAMES:
        print(f"{'not ok' if left else 'ok'} - {len(list(wrong.rules()))} wrong "
              f"references are found out; not: {left}")
    print(f"# seed {seed}: {total} frames with three answers each, "
          f"{differences} differences")
    print(f"figure: {total} frames, {differences} violations")
    return 0 if good and (not left or total < FRAMES) else 1


if __name__ == "__main__":
    sys.exit(main())
