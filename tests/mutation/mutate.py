#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Turns each branch of the named files round, one at a time, in copies of the
tree, and asks the tests whether they notice.

  mutate.py [--sample N] [--seconds S] FILE...

--sample N     every N-th branch only, begun at SEED
--seconds S    no new mutant after that
Works in build/mutation, one copy a CPU; never touches the tree.  A mutant that
no test notices fails the run, unless `survivors` beside this file names it
with a reason; a line there that names none fails it, too (without a sample).
"""
import argparse
import concurrent.futures
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import time

from branches import branches

TOP = pathlib.Path(__file__).resolve().parents[2]
COPIES = TOP / "build" / "mutation"
SURVIVORS = pathlib.Path(__file__).with_name("survivors")
PARTS = ["Makefile", "bpf", "user", "include", "vmlinux", "scripts", "tests"]
BUILT = ["obj", "tests", "carp.bpf.o", "carp.skel.h", "carp.bpf.d"]
TEST_LIMIT = 60
UNIT = ["election", "election_ways", "election_time", "group", "node",
        "ledger", "announce", "settle", "cluster", "notice", "peers", "grace",
        "frames", "vectors", "node_runs", "election_runs"]
PACKETS = ["verdicts", "advert", "seal", "arp", "ndp", "notice", "peers",
           "share", "vips", "vlan", "lease", "egress", "bits", "lengths",
           "vectors"]


FLOOD = "build/tests/fuzz/flood"
FLOOD_STAGES = 40


def killers(name):
    """The tests for a file, the quickest to notice first."""
    if name.startswith("user/"):
        return ["build/tests/unit/test_" + test for test in UNIT]
    return [FLOOD] + ["build/tests/bpf/test_" + test for test in PACKETS]


def commands(test):
    if test == FLOOD:
        return [["./" + test, str(stage)] for stage in range(FLOOD_STAGES)]
    return [["./" + test]]


def copy_tree(place):
    """A copy of the tree and of what is built of it, times kept."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for part in PARTS:
        subprocess.run(["cp", "-a", TOP / part, place / part], check=True)
    (place / "build").mkdir()
    for part in BUILT:
        if (TOP / "build" / part).exists():
            subprocess.run(["cp", "-a", TOP / "build" / part,
                            place / "build" / part], check=True)
    return place


def succeeds(place, command, limit):
    environment = dict(os.environ, SEED="1")
    try:
        return subprocess.run(
            command, cwd=place, timeout=limit, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def noticed_by(place, name):
    """The test that fails; "compiler"; or None if all are content."""
    for test in killers(name):
        if not succeeds(place, ["make", "-s", test], 120):
            return "compiler"
        if not all(succeeds(place, command, TEST_LIMIT)
                   for command in commands(test)):
            return test.rpartition("/")[2]
    return None


def try_mutant(copies, name, branch):
    place = copies.get()
    try:
        path = place / name
        whole = path.read_text()
        path.write_text(whole[:branch.start] + "!(" +
                        whole[branch.start:branch.end] + ")" +
                        whole[branch.end:])
        try:
            return noticed_by(place, name)
        finally:
            path.write_text(whole)
    finally:
        copies.put(place)


def read_survivors():
    """{(file, function, condition): reason}"""
    known = {}
    for line in SURVIVORS.read_text().splitlines():
        if line and not line.startswith("#"):
            name, function, condition, reason = (
                word.strip() for word in line.split(" :: "))
            known[name, function, condition] = reason
    return known


def choose(names, sample):
    found = [(name, branch) for name in names
             for branch in branches((TOP / name).read_text())]
    first = int(os.environ.get("SEED", "0")) % sample
    return found[first::sample]


def run(mutants, seconds):
    """Yields (file, branch, who noticed), in the order of the branches."""
    end = time.monotonic() + seconds
    copies = queue.Queue()
    workers = os.cpu_count()
    COPIES.mkdir(parents=True, exist_ok=True)
    beside = COPIES / "shared"  # where the tests look for vectors
    beside.unlink(missing_ok=True)
    beside.symlink_to(TOP.parent / "shared")
    for number in range(workers):
        copies.put(copy_tree(COPIES / str(number)))
    for name in {mutants[0][0], mutants[-1][0]}:
        who = noticed_by(copies.queue[0], name)
        if who:
            sys.exit(f"not ok - {who} fails without any mutant")

    def one(mutant):
        if time.monotonic() > end:
            return None
        return (*mutant, try_mutant(copies, *mutant))

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for result in pool.map(one, mutants):
            if result:
                yield result


def judge(results, known):
    """Prints the survivors; how many were tried, killed and not excused."""
    tried = killed = bad = 0
    used = set()
    for name, branch, who in results:
        key = name, branch.function, branch.text
        tried += 1
        if os.environ.get("VERBOSE"):
            print(f"# {name}:{branch.line} {branch.text}: {who}", flush=True)
        if who:
            killed += 1
        elif key in known:
            used.add(key)
        else:
            bad += 1
            print(f"not ok - {name}:{branch.line}: {branch.function}: "
                  f"nobody notices !({branch.text})", flush=True)
    return tried, killed, bad, used


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    known = read_survivors()
    mutants = choose(options.files, options.sample)
    tried, killed, bad, used = judge(run(mutants, options.seconds), known)
    if tried == len(mutants) and options.sample == 1:
        for key in sorted(known.keys() - used):
            if key[0] in options.files:
                bad += 1
                print("not ok - survivors: not there or noticed: "
                      + " :: ".join(key))
    if not bad:
        print("ok - each branch turned round is noticed, or excused")
    print(f"# {tried} of {len(mutants)} mutants, {killed} killed, "
          f"{len(used)} excused")
    print(f"figure: {tried} mutants, {killed} killed, {len(used)} excused, "
          f"{bad} violations")
    shutil.rmtree(COPIES, ignore_errors=True)
    return bad > 0 or tried == 0


if __name__ == "__main__":
    sys.exit(main())
