# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Time and resources: stopped processes, frozen groups, no CPU, no memory, no
descriptors, a wall clock that jumps.
"""

import os
import pathlib
import resource
import signal
import subprocess
import time

from kinds import fault, never_with_another, now, took_over
from world import Unfit, wait_until

GROUPS = pathlib.Path("/sys/fs/cgroup")
YEAR = 31557600


@fault("stop")
def stopped(world, rng):
    begin = now()
    world.a.signal(signal.SIGSTOP)
    try:
        took_over(world, "b", begin, "b takes over from a stopped a")
        time.sleep(rng.random() * 0.1)
        never_with_another(world, "a")
    finally:
        world.a.signal(signal.SIGCONT)


@fault("stop")
def stopped_briefly(world, rng):
    """Around the lease and the dead time, either may come out."""
    world.a.signal(signal.SIGSTOP)
    time.sleep(0.03 + rng.random() * 0.2)
    never_with_another(world, "a")
    world.a.signal(signal.SIGCONT)


@fault("stop")
def stopped_backup(world, rng):
    world.b.signal(signal.SIGSTOP)
    time.sleep(rng.random() * 0.5)
    world.b.signal(signal.SIGCONT)


class Group:
    """A control group of its own for a host's processes, of the first kind
    that can be made here and has that file."""

    def __init__(self, host, kinds, what):
        name = f"carp-faults-{os.getpid()}-{host.name}-{time.time_ns()}"
        for top, file, words in kinds:
            self.place = top / name
            try:
                self.place.mkdir()
            except OSError:
                continue
            self.switch, self.words = self.place / file, words
            if self.switch.exists():
                break
            self.place.rmdir()
        else:
            raise Unfit(f"no control group can be made here that {what}")
        for pid in host.everyone():
            (self.place / "cgroup.procs").write_text(str(pid))

    def set(self, word):
        self.switch.write_text(word)

    def close(self):
        up = self.place.parent / "cgroup.procs"
        for pid in (self.place / "cgroup.procs").read_text().split():
            up.write_text(pid)
        wait_until(self.gone, "the control group is empty")

    def gone(self):
        """Who has been killed in it leaves it late."""
        try:
            self.place.rmdir()
        except OSError:
            return False
        return True


class Freezer(Group):
    """Of version 2 where there is one, else of version 1's freezer."""

    def __init__(self, host):
        super().__init__(host, (
            (GROUPS, "cgroup.freeze", ("1", "0")),
            (GROUPS / "unified", "cgroup.freeze", ("1", "0")),
            (GROUPS / "freezer", "freezer.state", ("FROZEN", "THAWED"))),
            "freezes")

    def freeze(self, frozen):
        self.set(self.words[0 if frozen else 1])


class Memory(Group):
    """What its processes allocate from now on is counted, and they are killed
    when that is too much."""

    def __init__(self, host):
        super().__init__(host, (
            (GROUPS, "memory.max", "max"),
            (GROUPS / "memory", "memory.limit_in_bytes", "-1")),
            "limits memory")

    def close(self):
        self.set(self.words)
        super().close()


@fault("stop")
def frozen(world, _rng):
    """By its control group."""
    freezer = Freezer(world.a)
    try:
        begin = now()
        freezer.freeze(True)
        took_over(world, "b", begin, "b takes over from a frozen a")
        never_with_another(world, "a")
    finally:
        freezer.freeze(False)
        freezer.close()


@fault("stop")
def saturated(world, _rng):
    """Twice as many processes as CPUs want all of them; a dies meanwhile."""
    spinners = [subprocess.Popen(["sh", "-c", "while :; do :; done"])
                for _ in range(2 * os.cpu_count())]
    try:
        begin = now()
        world.a.kill()
        took_over(world, ["b", "c"], begin, "somebody takes over in time")
        never_with_another(world, "a")
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def become_like(pid):
    """Whose limits are changed must have our user, or we a capability that
    not every root has."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("Uid:"):
            user = int(line.split()[1])
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            return
    raise ProcessLookupError


def limit_of(pid, which, limits=()):
    """resource.prlimit() by a child that has become like that process."""
    ends = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            become_like(pid)
            was = resource.prlimit(pid, which, *limits)
            os.write(ends[1], f"{was[0]} {was[1]}".encode())
        finally:
            os._exit(0)
    os.close(ends[1])
    words = os.read(ends[0], 64).split()
    os.close(ends[0])
    os.waitpid(child, 0)
    if not words:
        raise ProcessLookupError(pid)
    return tuple(int(word) for word in words)


def limited(world, host, which, limit):
    pids = host.everyone()
    before = [limit_of(pid, which) for pid in pids]
    for pid, (_, hard) in zip(pids, before):
        limit_of(pid, which, [(limit, hard)])
    try:
        for _ in range(3):
            host.answers()
            time.sleep(0.05)
        world.owner("abc", "an owner under limits", row=3)
    finally:
        for pid, old in zip(pids, before):
            try:
                limit_of(pid, which, [old])
            except ProcessLookupError:
                pass


@fault("stop")
def no_descriptors(world, rng):
    limited(world, rng.choice(world.hosts), resource.RLIMIT_NOFILE,
            rng.randint(0, 24))


@fault("stop")
def no_memory(world, rng):
    limited(world, rng.choice(world.hosts), resource.RLIMIT_AS,
            rng.randint(1, 64) << 16)


def a_is_followed(world):
    """a is stopped, and b or c takes over from it."""
    begin = now()
    world.a.signal(signal.SIGSTOP)
    try:
        took_over(world, ["b", "c"], begin, "b or c takes over")
        never_with_another(world, "a")
    finally:
        world.a.signal(signal.SIGCONT)


@fault("stop")
def out_of_memory_in_failover(world, rng):
    """b takes over with little memory to have, or the kernel kills it."""
    memory = Memory(world.b)
    try:
        memory.set(str(rng.randint(1, 64) << 14))
        a_is_followed(world)
    finally:
        memory.close()


@fault("stop")
def no_descriptors_in_failover(world, rng):
    """b takes over with no descriptor to open."""
    pid = world.b.controller()
    _, hard = before = limit_of(pid, resource.RLIMIT_NOFILE)
    limit_of(pid, resource.RLIMIT_NOFILE, [(rng.randint(0, 16), hard)])
    try:
        a_is_followed(world)
    finally:
        limit_of(pid, resource.RLIMIT_NOFILE, [before])


@fault("stop")
def clock_steps(world, rng):
    """The wall clocks of some hosts jump by up to ten years, a dies or is
    stopped, and they jump back."""
    for host in world.hosts:
        if rng.random() < 0.6:
            host.page.wall(rng.randint(-10 * YEAR, 10 * YEAR))
    begin = now()
    world.a.signal(signal.SIGSTOP)
    try:
        took_over(world, "b", begin, "b takes over whatever the date")
        never_with_another(world, "a")
    finally:
        world.a.signal(signal.SIGCONT)
    world.owner("a", "a comes back whatever the date")
    for host in world.hosts:
        host.page.wall(0)


@fault("stop")
def restarted_in_the_past(world, rng):
    """A crash, and the clock says less than before when it starts again."""
    world.a.page.wall(rng.randint(0, YEAR))
    begin = now()
    world.a.kill()
    took_over(world, "b", begin, "b takes over from a dead a")
    world.a.page.wall(-rng.randint(0, YEAR))
    world.a.start()
    world.owner("a", "a comes back from the past")
    world.a.page.wall(0)
