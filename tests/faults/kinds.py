# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The table of faults.  Each is a function of a world, with a the master and
all at peace, and of a seeded generator; it breaks something, demands what the
promise says meanwhile, and repairs it.  What is demanded of all faults alike
is in trial() below.
"""

import time

from world import Violation, wait_until

# Two hosts may answer at once while the better one comes back: until the
# other has heard it, at most one interval; should that one lose the CPU just
# then, until its lease ends, 1.25 intervals.  And the better one may lose it
# between its lease and its advertisement, for as long as its own lease.
OVERLAP_MS = 250

FAMILIES = {}


class Fault:
    def __init__(self, function, family, odd, overlap):
        self.run = function
        self.name = function.__name__
        self.family = family
        self.odd = odd
        self.overlap = overlap


def fault(family, odd=False, overlap=True):
    """Registers one.  odd: the kernel may answer with the NIC's own MAC.
    overlap: how long two answered at once is judged."""
    def register(function):
        FAMILIES.setdefault(family, []).append(
            Fault(function, family, odd, overlap))
        return function
    return register


def never_with_another(world, *names):
    """None of these hosts has answered while another one did."""
    hosts = world.report()["hosts"]
    for name in names:
        if hosts[name]["doubles"]:
            raise Violation(f"{name} answered {hosts[name]['doubles']} times"
                            " while another host did")


def took_over(world, among, begin, what):
    """Awaits that one of them answers alone, and keeps the milliseconds."""
    name, since = world.owner(among, what)
    world.took.append((name, (since - begin) / 1e6))
    return name


def now():
    return time.monotonic_ns()


def trial(world, kind, rng):
    """One fault and what must be true after any.  Raises Violation."""
    world.tell("mark")
    kind.run(world, rng)
    world.tell("clear")
    for host in world.hosts:
        host.page.disarm()
        host.revive()
    world.settled("afterwards")
    report = world.report()
    if kind.overlap:
        longest = report["double_longest"] / 1e6
        world.longest = max(world.longest, longest)
        if longest > OVERLAP_MS:
            raise Violation(f"two hosts answered for {longest:.0f} ms")
    odd = {name: host["odd"] for name, host in report["hosts"].items()
           if host["odd"]}
    if odd and not kind.odd:
        raise Violation(f"answers with the NIC's own MAC: {odd}")
    # What could not be removed is tried again every second.
    for host in world.hosts[1:]:
        wait_until(lambda h=host: not h.has_vip(),
                   f"{host.name}: a backup without the virtual IP")


def families():
    # Each module adds its own to the table.
    # pylint: disable=import-outside-toplevel,unused-import
    import kinds_fail
    import kinds_kill
    import kinds_network
    import kinds_stop
    import kinds_third
    return FAMILIES

