#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Measures daemons, where build/bench/bench measures frames: failover, service
under a flood, many groups and addresses, one group, a reload; ours and the others' take
turns.  Judges nothing.

  hosts.py OUTPUT.json [PART...]     parts: failover service scale single
                             reload
"""
import json
import signal
import sys

import failover
import reload
import scale
import service
import single


def tell(text):
    print(text, file=sys.stderr, flush=True)


PARTS = {
    "failover": lambda: failover.measure(40, tell),
    "service": lambda: service.measure(3, tell),
    "scale": lambda: scale.measure(tell),
    "single": lambda: single.measure(3, tell),
    "reload": lambda: reload.measure(11, tell),
}


def main(path, *parts):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and clean up
    found = {}
    for part in parts or PARTS:
        found[part] = PARTS[part]()
        with open(path, "w", encoding="ascii") as file:
            json.dump(found, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(PARTS):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
