#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The election's model, explored to the end.

  model.py            what `make check` runs
  model.py campaign   larger budgets, until SECONDS_MAX; prints the figure

A run counts only if the verifier has seen every state: no error, nothing cut
off at a depth or for want of memory, more states than a handful.  Each change
of state that the election's table has must have been found.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SETTINGS = ("ADVBASE SKEW0 SKEW1 SKEW2 DEMOTED RATIO PREEMPT DELAY COMPAT BYTE "
            "SETTLE OVERLAP RUNNING LOSSES LATES CUTS CRASHES STOPS STARTS "
            "FREEZES DEMOTIONS COMMANDS LINKS OVERFLOWS KILLS REACH TRACE").split()
SOURCES = [name + ".pml" for name in
           "world election spec set_up faults".split()]
WORKERS = min(2, os.cpu_count() or 1)

# Of each, preempt off and on.  OVERLAP=0: two never hold leases at the end of
# a tick.  With three masters, some demoted, one that
# has yielded to the first may preempt the second in the same tick: two
# intervals.
CONFIGURATIONS = [
    "CRASHES=1 FREEZES=1 OVERLAP=0",
    "CRASHES=1 LOSSES=2 LATES=1",
    "CRASHES=1 CUTS=1",
    "STOPS=1 STARTS=1 LOSSES=1",
    "KILLS=1 STARTS=1 FREEZES=1",
    "CRASHES=1 DEMOTIONS=2",
    "FREEZES=1 LOSSES=1 DEMOTIONS=1",
    "FREEZES=1 OVERFLOWS=3 CRASHES=1",
    "COMMANDS=2 CRASHES=1",
    "LINKS=1 CRASHES=1",
    "CRASHES=1 STARTS=1 DEMOTIONS=1 DELAY=4",
    "SKEW1=1 SKEW2=1 CRASHES=1 LOSSES=1",
    "SKEW0=1 SKEW1=1 CRASHES=1 DEMOTIONS=1",
    "STOPS=1 FREEZES=1 DEMOTIONS=1",
    "COMPAT=1 ADVBASE=3 CRASHES=1 DEMOTIONS=2",
    "COMPAT=2 ADVBASE=3 SKEW1=0 CRASHES=1 FREEZES=1",
]
LARGE = [
    "CUTS=1 FREEZES=1 DEMOTIONS=1",
    "FREEZES=1 LOSSES=1 DEMOTIONS=2 OVERLAP=8",
    "CRASHES=1 STARTS=1 CUTS=1 LOSSES=1",
    "SKEW1=1 SKEW2=1 FREEZES=1 STOPS=1 STARTS=1 LOSSES=1",
    "CRASHES=1 LOSSES=3 LATES=2",
    "CUTS=2 CRASHES=1 DEMOTIONS=1",
    "LINKS=1 COMMANDS=1 LOSSES=1 CRASHES=1",
    "ADVBASE=4 RATIO=2 CRASHES=1 FREEZES=1 LOSSES=1",
    "COMPAT=1 ADVBASE=3 CUTS=1 FREEZES=1 DEMOTIONS=1",
    "COMPAT=2 ADVBASE=3 SKEW1=0 CRASHES=1 FREEZES=1 DEMOTIONS=1",
]
# State * 16 + reason, as election.pml numbers them; where it is found.
CHANGES = {
    "started": (1 * 16 + 1, ""),
    "stopped": (0 * 16 + 2, "STOPS=1"),
    "link down": (0 * 16 + 5, "LINKS=1"),
    "link up": (1 * 16 + 6, "LINKS=1"),
    "timed out": (2 * 16 + 7, ""),
    "preempt": (2 * 16 + 8, "PREEMPT=1 STARTS=1 RUNNING=6"),
    "will time out": (2 * 16 + 9, "STOPS=1"),
    "peer demoted": (2 * 16 + 10, "DEMOTIONS=1"),
    "faster peer": (1 * 16 + 11, "PREEMPT=1 STARTS=1 RUNNING=6"),
    "less demoted peer": (1 * 16 + 12, "DEMOTIONS=1"),
    "lease lapsed": (1 * 16 + 13, "FREEZES=1"),
    "operator, to master": (2 * 16 + 14, "COMMANDS=1"),
    "operator, to backup": (1 * 16 + 14, "COMMANDS=1"),
}
failed = False


def say(good, name, detail=""):
    global failed
    failed = failed or not good
    print("%s - %s" % ("ok" if good else "not ok", name), flush=True)
    if detail and not good:
        print("\n".join("#   " + x for x in detail.splitlines()[:20]))


def build(place, flags="-DSAFETY -DNOREDUCE", optimise="-O1", change=None):
    """The verifier, in a directory of its own."""
    os.makedirs(place)
    for name in SOURCES:
        shutil.copy(os.path.join(HERE, name), place)
    if change:
        path = os.path.join(place, "election.pml")
        with open(path) as file:
            text = file.read()
        if text.count(change[0]) != 1:
            raise SystemExit("not ok - %d times in election.pml: %s" %
                             (text.count(change[0]), change[0]))
        with open(path, "w") as file:
            file.write(text.replace(*change))
    for command in (["spin", "-a", "world.pml"],
                    ["gcc", optimise, "-w", "-DCOLLAPSE", "-DMEMLIM=2500",
                     *flags.split(), "-o", "pan", "pan.c"]):
        done = subprocess.run(command, cwd=place, capture_output=True,
                              text=True)
        if done.returncode or "rror:" in done.stdout:
            raise SystemExit("not ok - %s\n%s%s" %
                             (command, done.stdout, done.stderr))
    return place


def explore(place, configuration, *options, hash_bits=20, limit=250):
    environment = {key: value for key, value in os.environ.items()
                   if key not in SETTINGS}
    for word in configuration.split():
        key, value = word.split("=")
        assert key in SETTINGS, key
        environment[key] = value
    try:
        run = subprocess.run(
            ["./pan", "-n", "-m1000000", "-w%d" % hash_bits, *options],
            cwd=place, env=environment, capture_output=True, text=True,
            timeout=limit)
        return run.stdout + run.stderr
    except subprocess.TimeoutExpired:
        return "took more than %d seconds" % limit


def states(output):
    found = re.search(r"^\s*(\d+) states, stored", output, re.M)
    return int(found.group(1)) if found else 0


def complete(output):
    """Everything was seen, and nothing was wrong."""
    return (re.search(r"errors: 0$", output, re.M) is not None and
            "Full statespace search" in output and
            "assertion violations\t+" in output and states(output) > 50 and
            not re.search(r"not completed|too small|truncat|out of memory|"
                          r"memory limit|aborted|hash-compact|bitstate",
                          output, re.I))


def refused(output, what=r"assertion violated"):
    return (re.search(r"^pan:\d+: " + what, output, re.M) is not None and
            re.search(r"errors: [1-9]", output) is not None)


def both(configurations):
    for configuration in configurations:
        for preempt in (0, 1):
            yield "%s PREEMPT=%d" % (configuration, preempt)


def explore_all(place, pool, configurations):
    total = most = 0
    jobs = [(c, pool.submit(explore, place, c)) for c in both(configurations)]
    for configuration, job in jobs:
        output = job.result()
        say(complete(output), "%s: %d states, all seen" %
            (configuration, states(output)), output)
        total += states(output)
        most = max(most, states(output))
    print("# %d configurations, %d states, %d in the largest" %
          (len(jobs), total, most))


def check(top):
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        livelock = pool.submit(build, top + "/cycles", "-DNP -DNOREDUCE")
        place = build(top + "/model")
        explore_all(place, pool, CONFIGURATIONS)
        for name, (number, where) in CHANGES.items():
            output = explore(place, "%s REACH=%d" % (where, number))
            say(refused(output), "there is a way to: " + name, output)
        for configuration in both(["CRASHES=1 LOSSES=1 DEMOTIONS=1",
                                   "COMPAT=2 ADVBASE=3 SKEW1=0 SKEW2=0"]):
            output = explore(livelock.result(), configuration, "-l")
            say(complete(output) and "non-progress cycles \t+" in output,
                "no livelock: " + configuration, output)
    print("# %.0f s" % (time.monotonic() - began))


def campaign(top):
    end = time.monotonic() + int(os.environ.get("SECONDS_MAX", 6000))
    place = build(top + "/model", optimise="-O2")
    runs = total = bad = 0
    for configuration in both(CONFIGURATIONS + LARGE):
        left = end - time.monotonic()
        if left < 60:
            break
        output = explore(place, configuration, hash_bits=24, limit=left)
        good = complete(output)
        say(good, "%s: %d states" % (configuration, states(output)), output)
        runs += 1
        total += states(output)
        bad += not good
    print("figure: %d states, %d configurations explored to the end, "
          "%d violations" % (total, runs - bad, bad))


def main():
    with tempfile.TemporaryDirectory() as top:
        if sys.argv[1:] == ["campaign"]:
            campaign(top)
        else:
            check(top)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
