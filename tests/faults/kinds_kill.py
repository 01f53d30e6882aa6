# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Kills: of a whole daemon, and at each boundary of a system call while it
becomes master, loses that, starts or ends.
"""

import signal
import subprocess

from kinds import fault, never_with_another, now, took_over
from world import TOOLS, Violation, wait_until

# More boundaries than any of these passages has; a number beyond the last
# one is drawn now and then, and kills after it.
BOUNDARIES = {"takeover": 150, "loss": 110, "end": 260, "start": 2400}


class Stepper:
    """step.c on a host's controller."""

    def __init__(self, host, action, number, error=0):
        self.host = host
        self.action = action
        self.pid = host.controller()
        self.process = subprocess.Popen(
            [TOOLS / "step", action, str(number), str(error), "pid",
             str(self.pid)], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line != "ready\n":
            raise RuntimeError(f"step: {line!r}")

    def arm(self):
        self.process.send_signal(signal.SIGUSR1)

    def finish(self):
        """Lets go of what still lives; (boundaries, times it acted)."""
        self.process.terminate()
        words = self.process.communicate(timeout=10)[0].split()
        at = words.index("boundaries")
        return int(words[at + 1]), int(words[at + 3])

    def over(self):
        return self.process.poll() is not None


def draw(rng, passage):
    return rng.randint(1, BOUNDARIES[passage])


def killed_or_killed_now(world, stepper, host):
    """The boundary may lie beyond the end of the passage."""
    counted, acted = stepper.finish()
    if not acted:
        world.beyond += 1
    world.boundaries.add((counted, acted))
    host.kill()


@fault("kill")
def crash(world, _rng):
    begin = now()
    world.a.kill()
    took_over(world, "b", begin, "b takes over from a dead a")
    never_with_another(world, "a")
    world.a.start()


@fault("kill")
def crash_of_controller(world, _rng):
    """The guardian, where there is one, bows out for it."""
    pid = world.a.controller()
    begin = now()
    world.a.signal(signal.SIGKILL, [pid])
    took_over(world, "b", begin, "b takes over from a dead controller")
    never_with_another(world, "a")
    world.a.reap()
    world.a.start()


@fault("kill")
def crash_of_guardian(world, _rng):
    """The controller goes on, or ends; nobody is disturbed."""
    guardian, *others = world.a.everyone()
    world.a.signal(signal.SIGKILL, [guardian])
    world.owner("ab" if others else "b", "a or b", row=60)
    world.a.kill()
    world.owner("b", "b takes over from a dead a")
    world.a.start()


@fault("kill")
def crash_of_both(world, _rng):
    begin = now()
    world.a.kill()
    world.b.kill()
    world.owner("c", "c takes over from a and b")
    world.took.append(("c", (now() - begin) / 1e6))
    never_with_another(world, "a", "b")


@fault("kill")
def killed_in_takeover(world, rng):
    number = draw(rng, "takeover")
    stepper = Stepper(world.b, "kill", number)
    stepper.arm()
    world.a.signal(signal.SIGSTOP)
    try:
        world.owner(["b", "c"], f"b or c (b killed at {number})", row=1)
        # Either it is dead, or it has passed the boundary or gets there.
        try:
            wait_until(stepper.over, "", 0.3)
        except Violation:
            pass
        killed_or_killed_now(world, stepper, world.b)
        world.owner("c", f"c, b killed at boundary {number}")
        never_with_another(world, "a")
    finally:
        world.a.signal(signal.SIGCONT)


@fault("kill")
def killed_in_loss(world, rng):
    number = draw(rng, "loss")
    world.a.signal(signal.SIGSTOP)
    try:
        world.owner("b", "b takes over from a frozen a")
        stepper = Stepper(world.b, "kill", number)
        stepper.arm()
    finally:
        world.a.signal(signal.SIGCONT)
    world.owner("a", f"a, b killed at boundary {number} of its loss")
    try:
        wait_until(stepper.over, "", 0.2)
    except Violation:
        pass
    killed_or_killed_now(world, stepper, world.b)
    world.owner("a", f"a, b killed at boundary {number} of its loss")


@fault("kill")
def killed_in_end(world, rng):
    number = draw(rng, "end")
    stepper = Stepper(world.a, "kill", number)
    stepper.arm()
    begin = now()
    world.a.signal(signal.SIGTERM, [stepper.pid])
    took_over(world, "b", begin, f"b, a killed at boundary {number} of its end")
    try:
        wait_until(stepper.over, "", 3)
    except Violation:
        pass
    killed_or_killed_now(world, stepper, world.a)
    world.owner("b", f"b, a killed at boundary {number} of its end")


@fault("kill")
def killed_in_start(world, rng):
    """a lies dead; it is killed once more while it starts and attaches."""
    number = draw(rng, "start")
    begin = now()
    world.a.kill()
    took_over(world, "b", begin, "b takes over from a dead a")
    world.a.launch([TOOLS / "step", "kill", str(number), "0", "run"])
    try:
        wait_until(lambda: world.a.answers() or world.a.ended(),
                   "a answers or is dead")
        world.a.ask(world.a.attach_request())
        wait_until(lambda: world.a.ended(), "", 0.2)
    except (OSError, ValueError, Violation):
        pass
    world.a.kill()
    # It may have been master for a moment: no more than the usual is demanded.
    world.owner("b", f"b, a killed at boundary {number} of its start")
