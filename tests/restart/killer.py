#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Kills a successor just after it has been given everything:

  killer.py OLD GUARDIAN MICROSECONDS guarded|all

Waits until the process OLD has ended, that long, and kills all that GUARDIAN has
started, or it too.  Prints when, in ns.  Whoever runs it sees to its being fast.
"""
import os
import select
import signal
import sys
import time


def offspring(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = [int(word) for word in file.read().split()]
    return children + [p for child in children for p in offspring(child)]


def main(old, guardian, microseconds, whom):
    watched = os.pidfd_open(old)
    print("ready", file=sys.stderr, flush=True)
    select.select([watched], [], [])
    begin = time.monotonic_ns()
    victims = offspring(guardian) + ([guardian] if whom == "all" else [])
    while time.monotonic_ns() - begin < microseconds * 1000:
        pass
    when = time.time_ns()
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # one ends with the other
    print(when)
    return 0 if victims else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]),
                  sys.argv[4]))
