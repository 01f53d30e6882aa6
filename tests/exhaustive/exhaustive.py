#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""All that few bytes can be, through the loaded program and the reference:

  every first byte, vhid and authlen of an otherwise valid advertisement, over
  IPv4 and IPv6 (there first bytes 0x20 to 0x3f, all of them if SECONDS_MAX is
  set): 2^24 frames each;
  every value of every byte of one frame of each kind, as it is and with its
  sums made right again.

At last the reference is made wrong, one rule at a time, which has to show.
"""
import concurrent.futures
import os
import random
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "reference"))

import advert  # noqa: E402
import neighbour  # noqa: E402
import reference  # noqa: E402
import repair  # noqa: E402
import scenes  # noqa: E402
import share  # noqa: E402
import wrong  # noqa: E402
from plane import ACTIONS, IN, Plane, verdicts  # noqa: E402

ALL = 256
CHUNK = 32
HEADERS = {4: 34, 6: 54}
OURS, WRONG = 128, 127
SHOWN = 5  # differences printed, of each part


class Watched(bytes):
    """Bytes that notice when one of them is looked at by itself."""
    at = 0
    seen = None

    def part(self, at, seen):
        self.at, self.seen = at, seen
        return self

    def __getitem__(self, key):
        data = bytes.__getitem__(self, key)
        if isinstance(key, slice):
            start = key.indices(len(self))[0]
            return Watched(data).part(self.at + start, self.seen)
        self.seen.add(self.at + (key if key >= 0 else len(self) + key))
        return data


def templates(family):
    """One valid advertisement for each vhid, all made with one key."""
    source = scenes.FOUR if family == 4 else scenes.SIX
    return [scenes.advert(vhid, source) for vhid in range(ALL)]


def variant(frame, at, first, authlen):
    frame = bytearray(frame)
    frame[at], frame[at + 3] = first, authlen
    return repair.carp(bytes(frame), at)


def code(names, outcome, vhid):
    number = names.index(outcome.verdict)
    if outcome.index == 0:
        return number
    return number + OURS if outcome.index == vhid else WRONG


def row(names, world, frame, at, first, vhid):
    """The codes of all authlens.  If the reference does not look at authlen
    by itself, only in sums, which are good in all of them, they are all the
    same; another one is asked to be sure."""
    seen = set()
    one = variant(frame, at, first, 0)
    found = code(names, reference.receive(world,
                                          Watched(one).part(0, seen)), vhid)
    if at + 3 not in seen:
        other = variant(frame, at, first, (first * 3 + vhid) & 255)
        if code(names, reference.receive(world, other), vhid) != found:
            raise SystemExit("the reference looks at authlen unnoticed")
        return bytes([found]) * ALL
    return bytes(code(names, reference.receive(
        world, variant(frame, at, first, authlen)), vhid)
        for authlen in range(ALL))


def sweep(family, first, last):
    """Differences, in one chunk of first bytes."""
    at, frames, names = HEADERS[family], templates(family), verdicts()
    world = scenes.host()
    plane = Plane()
    plane.configure(world)
    plane.write(b"S" + struct.pack("<BBHHB", first, last, len(frames[0]), at,
                                   1) + b"".join(frames) + b"Z")
    plane.servant.stdin.flush()
    wanted = [b"".join(row(names, world, frames[vhid], at, value, vhid)
                       for vhid in range(ALL))
              for value in range(first, last + 1)]
    differences = []
    for value, want in zip(range(first, last + 1), wanted):
        crcs = struct.unpack("<256I", plane.read(4 * ALL))
        got = plane.read(ALL * ALL)
        for vhid in range(ALL):
            shown = variant(frames[vhid], at, value, (value * 7 + vhid) & 255)
            if zlib.crc32(shown) != crcs[vhid]:
                differences.append(f"other frames: {value} {vhid}")
        if got != want:
            differences += [
                f"IPv{family}, first byte {value:#04x}, vhid {i // ALL}, "
                f"authlen {i % ALL}: {name(names, got[i])} instead of "
                f"{name(names, want[i])}"
                for i in range(ALL * ALL) if got[i] != want[i]]
    actions = plane.read(len(names))
    runs, counted = struct.unpack("<QQ", plane.read(16))
    plane.close()
    differences += wrong_actions(names, actions)
    if counted != runs:
        differences.append(f"{counted} counts of {runs} frames")
    return (last + 1 - first) * ALL * ALL, differences


def name(names, number):
    if number == WRONG:
        return "not one count, or other bytes or action"
    return f"{names[number % OURS]} {'ours' if number & OURS else '0'}"


def wrong_actions(names, actions):
    good = {"passed": "PASS", "vrrp": "PASS", "advert_other": "PASS",
            "advert_valid": "PASS", "advert_observed": "PASS"}
    for verdict, action in zip(names, actions):
        if action != 255 and ACTIONS[IN].get(action) != good.get(verdict,
                                                                 "DROP"):
            yield f"{verdict}: action {action}"


def variants(frame):
    """Every value of every byte, and the same with good sums where that makes
    another frame."""
    for at in range(len(frame)):
        for value in range(ALL):
            changed = frame[:at] + bytes([value]) + frame[at + 1:]
            yield changed
            good = repair.sums(changed)
            if good != changed:
                yield good


def compare(plane, world, frames):
    """The differences as (frame, wanted, got)."""
    plane.configure(world)
    frames = list(frames)
    wanted = [reference.receive(world, frame) for frame in frames]
    got = plane.run([(IN, frame) for frame in frames])
    return len(frames), [(frame, want, have) for frame, want, have
                         in zip(frames, wanted, got) if want != have]


def every_byte(which):
    title, frame = list(scenes.samples())[which]
    plane = Plane()
    count, found = compare(plane, scenes.host(), variants(frame))
    if plane.counted != count:  # not one each, or for somebody unexpected
        found.append((b"", f"{count} counts", plane.counted))
    plane.close()
    return count, [f"{title}: {f.hex()}\n  wanted {want}\n  got    {got}"
                   for f, want, got in found]


def survivors():
    """Rules whose absence nobody would notice."""
    plane = Plane()
    rng = random.Random(1)
    frames = []
    for _, frame in scenes.samples():
        some = list(variants(frame))
        frames += [frame] + rng.sample(some, 250)
    plane.configure(scenes.host())
    got = plane.run([(IN, frame) for frame in frames])
    plane.close()
    left = []
    for title, rule in wrong.rules():
        with rule(advert, neighbour, share, reference):
            world = scenes.host()
            if all(reference.receive(world, frame) == have
                   for frame, have in zip(frames, got)):
                left.append(title)
    return left, len(frames)


def jobs(pool):
    """Over IPv6 the check takes those first bytes that say CARP or VRRP."""
    full = "SECONDS_MAX" in os.environ
    for family in HEADERS:
        chunks = range(0, ALL, CHUNK)
        for first in chunks if family == 4 or full else chunks[1:2]:
            yield f"IPv{family}", pool.submit(sweep, family, first,
                                              first + CHUNK - 1)
    for which in range(len(list(scenes.samples()))):
        yield "bytes", pool.submit(every_byte, which)


def report(what, count, differences):
    for line in differences[:SHOWN]:
        print(line[:1000])
    print(f"{'not ok' if differences or not count else 'ok'} - {what}: "
          f"{count} frames, {len(differences)} differences")
    return not differences


def main():
    parts = {"IPv4": [0, []], "IPv6": [0, []], "bytes": [0, []]}
    with concurrent.futures.ProcessPoolExecutor(
            len(os.sched_getaffinity(0))) as pool:
        for part, job in list(jobs(pool)):
            count, found = job.result()
            parts[part][0] += count
            parts[part][1] += found
    good = report("every version, type, vhid and authlen over IPv4",
                  *parts["IPv4"])
    good &= report("every version, type, vhid and authlen over IPv6",
                   *parts["IPv6"])
    good &= report("every value of every byte", *parts["bytes"])
    left, count = survivors()
    print(f"{'not ok' if left else 'ok'} - {len(list(wrong.rules()))} wrong "
          f"references are found out with {count} frames; not: {left}")
    total = sum(count for count, _ in parts.values())
    found = sum(len(found) for _, found in parts.values())
    print(f"# {total} frames through the loaded program as the reference has "
          f"it, {found} not")
    print(f"figure: {total} frames, {found} violations")
    return 0 if good and not left else 1


if __name__ == "__main__":
    sys.exit(main())
