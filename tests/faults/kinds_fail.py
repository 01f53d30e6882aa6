# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""System calls and allocations that fail: one of them, all of a kind, or all
from there on; in a steady master, while taking over, losing, starting and
ending.  The host in question may cease to be of use, but must not disturb.
"""

import errno
import signal
import time

from kinds import fault, never_with_another, now, took_over
from kinds_kill import Stepper, draw
from world import TOOLS, Violation, wait_until

ERRORS = [errno.ENOMEM, errno.EIO, errno.ENOBUFS, errno.EPERM, errno.EAGAIN]
# More than any passage needs.
ALLOCATIONS = {"steady": 60, "takeover": 40, "start": 6000, "end": 200}


class Allocations:
    """As Stepper, with the shim."""

    action = "allocations"

    def __init__(self, host, rng, passage):
        self.host = host
        self.number = rng.randint(1, ALLOCATIONS[passage])
        self.for_ever = rng.random() < 0.5
        self.pid = host.controller()

    def arm(self):
        self.host.page.arm(self.number, self.for_ever)

    def finish(self):
        return self.number, self.host.page.disarm()


def calls(host, rng, passage):
    return Stepper(host, rng.choice(["once", "kind", "all"]),
                   draw(rng, passage), rng.choice(ERRORS))


def crashed(host, injector):
    """A controller may abort when what cannot fail does for ever; should
    even that fail, libc ends it by SIGSEGV.  And json-c puts a member without
    a name into an object if it finds no memory for the name."""
    status = host.process.poll()
    allowed = {"kind": [-signal.SIGABRT],
               "all": [-signal.SIGABRT, -signal.SIGSEGV]}
    if status is None or status >= 0:
        return
    if (status == -signal.SIGSEGV and injector.action == "allocations" and
            "libjson-c.so" in host.last_words()):
        return
    if status not in allowed.get(injector.action, []):
        raise Violation(f"{host.name}: crashed by signal {-status}")


def over(world, host, injector):
    """The failures end.  A daemon that has ended by itself must say so."""
    _, acted = injector.finish()
    world.injected += bool(acted)
    if host.process.poll() == 0:
        raise Violation(f"{host.name}: failed, and ended with 0")
    crashed(host, injector)


def steady(world, injector):
    """a is master and is asked for its status."""
    injector.arm()
    end = now() + 400_000_000
    while now() < end:
        world.a.answers(0.2)
        time.sleep(0.02)
    world.owner("abc", "an owner while a fails", row=3)
    over(world, world.a, injector)


def takeover(world, injector):
    injector.arm()
    begin = now()
    world.a.signal(signal.SIGSTOP)
    try:
        took_over(world, ["b", "c"], begin, "b or c while b fails")
        time.sleep(0.1)
        # Each of the two may be the one who speaks in the end.
        world.owner("bc", "b or c while b fails", row=20)
        never_with_another(world, "a")
    finally:
        world.a.signal(signal.SIGCONT)
        over(world, world.b, injector)


def loss(world, make):
    world.a.signal(signal.SIGSTOP)
    try:
        world.owner("b", "b takes over from a stopped a")
        injector = make(world.b)
        injector.arm()
    finally:
        world.a.signal(signal.SIGCONT)
    world.owner("a", "a while b fails", row=20)
    over(world, world.b, injector)


def end(world, injector):
    begin = now()
    injector.arm()
    world.a.signal(signal.SIGTERM, [injector.pid])
    took_over(world, ["b", "c"], begin, "b while a fails to end")
    world.a.reap()
    injector.finish()
    crashed(world.a, injector)


@fault("fail")
def calls_of_master(world, rng):
    steady(world, calls(world.a, rng, "takeover"))


@fault("fail")
def calls_in_takeover(world, rng):
    takeover(world, calls(world.b, rng, "takeover"))


@fault("fail")
def calls_in_loss(world, rng):
    loss(world, lambda host: calls(host, rng, "loss"))


@fault("fail")
def calls_in_end(world, rng):
    end(world, calls(world.a, rng, "end"))


@fault("fail")
def calls_in_start(world, rng):
    """It starts, or says why not; either way nobody is disturbed."""
    begin = now()
    world.a.kill()
    took_over(world, "b", begin, "b takes over from a dead a")
    number, error = draw(rng, "start"), rng.choice(ERRORS)
    action = rng.choice(["once", "kind", "all"])
    world.a.launch([TOOLS / "step", action, str(number), str(error), "run"])
    start_and_end(world)


def start_and_end(world):
    try:
        wait_until(lambda: world.a.answers(1) or world.a.ended(),
                   "a answers or ends", 4)
        world.a.ask(world.a.attach_request(), 2)
    except (OSError, ValueError, Violation):
        pass
    world.owner("ab", "a or b", row=3)
    world.a.kill()
    world.owner("b", "b, a having failed to start")


@fault("fail")
def allocations_of_master(world, rng):
    steady(world, Allocations(world.a, rng, "steady"))


@fault("fail")
def allocations_in_takeover(world, rng):
    takeover(world, Allocations(world.b, rng, "takeover"))


@fault("fail")
def allocations_in_end(world, rng):
    end(world, Allocations(world.a, rng, "end"))


@fault("fail")
def allocations_in_start(world, rng):
    begin = now()
    world.a.kill()
    took_over(world, "b", begin, "b takes over from a dead a")
    world.a.page.arm(rng.randint(1, ALLOCATIONS["start"]),
                     rng.random() < 0.5)
    world.a.launch()
    start_and_end(world)
    world.injected += bool(world.a.page.disarm())
