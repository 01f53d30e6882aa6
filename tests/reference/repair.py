# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Makes the sums of a changed frame right again, so that the change reaches
the rules behind the sums.  It never needs the frame to be sound.
"""
from wire import be, checksum, pseudo6


def put(frame, at, parts, start, end):
    """The sum over frame[start:end] and parts, stored at `at`."""
    zeroed = frame[:at] + b"\0\0" + frame[at + 2:]
    check = checksum(*parts, zeroed[start:end])
    return zeroed[:at] + check.to_bytes(2, "big") + zeroed[at + 2:]


def carp(frame, at):
    return put(frame, at + 6, (), at, at + 36)


def sums(frame):
    at = 12
    while be(frame[at:at + 2]) in (0x8100, 0x88a8):
        at += 4
    kind, at = be(frame[at:at + 2]), at + 2
    if kind == 0x0800 and len(frame) >= at + 20:
        end = at + 4 * (frame[at] & 15)
        frame = put(frame, at + 10, (), at, end)
        if frame[at + 9] == 112 and len(frame) >= end + 36:
            frame = carp(frame, end)
    if kind == 0x86dd and len(frame) >= at + 40:
        behind = at + 40
        if frame[at + 6] == 112 and len(frame) >= behind + 36:
            frame = carp(frame, behind)
        length = be(frame[at + 4:at + 6])
        if frame[at + 6] == 58 and len(frame) >= behind + 4:
            frame = put(frame, behind + 2,
                        (pseudo6(frame[at + 8:at + 24],
                                 frame[at + 24:at + 40], length, 58),),
                        behind, behind + length)
    return frame
