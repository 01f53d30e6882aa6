# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Runs faults of kinds.py on worlds of world.py:

    run.py sample FAMILY ROUNDS    every kind of it, so many times; one line
                                   for each
    run.py one SEED KIND ROUNDS    that fault, from that seed on
    run.py campaign                all kinds until SECONDS_MAX, from SEED on,
                                   in WORLDS worlds (two for each CPU)
    run.py failover                crashes of the master only

Re-executes itself as the first process of a pid namespace with mounts of its
own: whatever ends it, all processes, network namespaces and pins go with it.
"""

import multiprocessing
import os
import random
import statistics
import sys
import time
import traceback

INSIDE = "FAULTS_INSIDE"


def seclude():
    if os.environ.get(INSIDE) == str(os.getpid()) == "1":
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private",
                          "--pid", "--fork", "--kill-child", "--mount-proc",
                          sys.executable] + sys.argv)


seclude()

# pylint: disable=wrong-import-position
from kinds import families, trial  # noqa: E402
from world import Unfit, Violation, World  # noqa: E402


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def distribution(took):
    if not took:
        return "no takeover"
    return (f"takeover median {statistics.median(took):.0f} ms,"
            f" 99 % {percentile(took, 0.99):.0f} ms,"
            f" longest {max(took):.0f} ms")


class Runner:
    """Keeps a world for as long as it behaves."""

    def __init__(self, seed, guardian=None):
        self.seed = seed
        self.guardian = guardian  # None: in every second world
        self.world = None
        self.done = 0
        self.violations = []
        self.unfit = {}
        self.worlds = 0
        self.took = []
        self.longest = 0.0
        self.boundaries = self.injected = 0

    def open(self):
        if not self.world:
            guardian = self.guardian
            if guardian is None:
                guardian = self.worlds % 2 == 0
            self.world = World(self.seed + self.done, guardian)
            self.worlds += 1
        return self.world

    def collect(self):
        world = self.world
        self.took += [ms for _, ms in world.took]
        self.longest = max(self.longest, world.longest)
        self.boundaries += len(world.boundaries)
        self.injected += world.injected

    def violated(self, kind, seed, what):
        text = f"{kind} (seed {seed}): {what}"
        self.violations.append(text)
        print(f"# violation: {text}", flush=True)

    def one(self, kind, seed):
        """True: the promise was kept."""
        try:
            trial(self.open(), kind, random.Random(f"{seed} {kind.name}"))
            self.done += 1
            return True
        except Unfit as reason:
            self.unfit[kind.name] = str(reason)
            return True
        except Violation as broken:
            self.violated(kind.name, seed, broken)
        except (OSError, RuntimeError, AssertionError, ValueError,
                LookupError) as error:
            self.violated(kind.name, seed, repr(error))
            traceback.print_exc()
        self.done += 1
        if self.world:
            print(self.world.last_words(), flush=True)
            self.collect()
            self.world.abandon()
            self.world = None
        return False

    def close(self):
        if not self.world:
            return []
        self.collect()
        left = self.world.close()
        self.world = None
        for what in left:
            self.violated("end", self.seed, what)
        return left


def sample(family, rounds):
    """Half of the rounds with a guardian, half without."""
    runner = Runner(1)
    kinds = families()[family]
    good = {kind.name: True for kind in kinds}
    took = dict.fromkeys(good, 0.0)
    for first in (0, 1):
        for kind in kinds:
            begin = time.monotonic()
            for seed in range(first, rounds, 2):
                good[kind.name] &= runner.one(kind, seed)
            took[kind.name] += time.monotonic() - begin
        good["end"] = not runner.close() and good.get("end", True)
    for name, fine in good.items():
        if name == "end":
            print(f"{'ok' if fine else 'not ok'} - nothing is left behind")
        elif name in runner.unfit:
            print(f"skip - {name}: {runner.unfit[name]}")
        else:
            print(f"{'ok' if fine else 'not ok'} - "
                  f"{name.replace('_', ' ')}: {rounds} times"
                  f" ({took[name] / rounds:.2f} s each)")
    print(f"# {runner.done} faults; {distribution(runner.took)};"
          f" two at once for {runner.longest:.0f} ms at most")
    return all(good.values())


def work(job):
    """One world's share of a campaign, with a fresh world now and then."""
    seed, seconds, names, guardian = job
    kinds = [k for ks in families().values() for k in ks if k.name in names]
    runner = Runner(seed, guardian)
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        runner.one(rng.choice(kinds), seed + runner.done)
        if runner.done % 200 == 0:
            runner.close()
            print(f"seed {seed}: {runner.done} faults,"
                  f" {len(runner.violations)} violations", flush=True)
    runner.close()
    return runner


def until(seconds, names, guardian=None):
    """Several worlds side by side: most of their time they wait."""
    seed = int(os.environ.get("SEED", "1"))
    worlds = int(os.environ.get("WORLDS", 2 * os.cpu_count()))
    jobs = [(seed + n * 1000000, seconds, names, guardian)
            for n in range(worlds)]
    total = Runner(seed)
    with multiprocessing.get_context("fork").Pool(worlds) as pool:
        for runner in pool.imap(work, jobs):
            total.done += runner.done
            total.violations += runner.violations
            total.unfit.update(runner.unfit)
            total.took += runner.took
            total.longest = max(total.longest, runner.longest)
    return total


def campaign(seconds):
    names = [kind.name for kinds in families().values() for kind in kinds]
    runner = until(seconds, names)
    for name, reason in runner.unfit.items():
        print(f"skipped {name}: {reason}")
    print(f"figure: {runner.done} faults of {len(names)} kinds,"
          f" {len(runner.violations)} violations;"
          f" {distribution(runner.took)}; two masters at once for"
          f" {runner.longest:.0f} ms at most")
    return not runner.violations


def shares_of(took):
    return ", ".join(f"{share * 100:g} % {percentile(took, share):.1f}"
                     for share in (0.01, 0.5, 0.9, 0.99, 0.999))


def failover(seconds):
    """Crashes of whole daemons, then of controllers with a guardian."""
    texts, broken = [], 0
    for name in ("crash", "crash_of_controller"):
        runner = until(seconds / 2, [name], True)
        broken += len(runner.violations)
        texts.append(f"{runner.done} failovers by {name.replace('_', ' ')}, ms"
                     f" to the first answer: {shares_of(runner.took)},"
                     f" longest {max(runner.took):.1f}")
    print(f"figure: {'; '.join(texts)}; {broken} violations")
    return not broken


def main(words):
    seconds = float(os.environ.get("SECONDS_MAX", "60"))
    if words[0] == "sample":
        return sample(words[1], int(words[2]))
    if words[0] == "one":
        kinds = {k.name: k for ks in families().values() for k in ks}
        seed, rounds = int(words[1]), int(words[3])
        runner = Runner(seed)
        return all([runner.one(kinds[words[2]], seed + n)
                    for n in range(rounds)]) and not runner.close()
    return {"campaign": campaign, "failover": failover}[words[0]](seconds)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
