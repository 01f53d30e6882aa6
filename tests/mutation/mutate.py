#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Turns each branch of the named files round, one at a time, and asks the tests
whether they notice.

  mutate.py [--first N] [--seconds S] [--only N] [--remember] FILE...

--first N      begins with mutant N
--seconds S    no new mutant after that; what was tried counts
--only N       that one alone: each test that meets it, and does it notice?
--remember     writes down who noticed what in `killers` beside this file, for
               the next to ask them first
In a copy of the tree (build/mutation) each branch gets a number, and a program
turns round the one its environment names: all mutants are compiled at once, the
data plane for the host (tests/native).  A first run of each test finds which
branches it meets, and only those tests are asked.  A mutant that none notices
fails the run, unless `survivors` beside this file names it with a reason; a
line there that names none fails it, too.  VERBOSE=1 tells of each mutant.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

from branches import branches

TOP = pathlib.Path(__file__).resolve().parents[2]
COPY = TOP / "build" / "mutation"
TREE = COPY / "tree"
KILLERS = pathlib.Path(__file__).with_name("killers")
SURVIVORS = pathlib.Path(__file__).with_name("survivors")
PARTS = ["Makefile", "bpf", "user", "include", "vmlinux", "scripts", "tests"]
SITES = 4096  # FLIP_SITES in flip.h
FLOOD = "build/tests/fuzz/flood"
FLOOD_STAGES = 40
WORKERS = os.cpu_count()
WALL_LIMIT = 120

Mutant = collections.namedtuple("Mutant", "site name branch")
Test = collections.namedtuple("Test", "title program which seconds seen")


class Faulty(Exception):
    """The tests say something wrong of the tree as it is."""


def number(names):
    """Every branch of the files with its number, from 1."""
    found = [(name, branch) for name in names
             for branch in branches((TOP / name).read_text())]
    return [Mutant(site, *one) for site, one in enumerate(found, 1)]


def marked(text, mutants):
    """The text with each branch in its FLIP(); one may stand in another."""
    marks = []
    for mutant in mutants:
        start, end = mutant.branch.start, mutant.branch.end
        marks += [(start, 1, -end, f"FLIP({mutant.site}, "),
                  (end, 0, -start, ")")]
    for at, _, _, mark in sorted(marks, reverse=True):
        text = text[:at] + mark + text[at:]
    return text


def programs():
    def named(prefix, folder):
        return [prefix + path.stem for path in
                sorted((TOP / folder).glob("test_*.c"))
                if path.stem != "test_budget"]
    return (named("build/tests/unit/", "tests/unit")
            + named("build/tests/native/on_", "tests/bpf")
            + ["build/tests/native/hosts", FLOOD])


def build(mutants):
    """The tests in a copy of the tree in which the branches are marked."""
    shutil.rmtree(COPY, ignore_errors=True)
    (TREE / "build").mkdir(parents=True)
    # Where the tests look for the vectors.
    (COPY / "shared").symlink_to(TOP.parent / "shared")
    for part in PARTS:  # times are kept: only what is marked is compiled
        subprocess.run(["cp", "-a", TOP / part, TREE / part], check=True)
    subprocess.run(["cp", "-a", TOP / "build" / "obj", TREE / "build"],
                   check=True)
    for name in {mutant.name for mutant in mutants}:
        mine = [mutant for mutant in mutants if mutant.name == name]
        path = TREE / name
        path.write_text(marked(path.read_text(), mine))
    made = subprocess.run(
        ["make", "-s", f"-j{WORKERS}", "-o", "build/carp.skel.h",
         "HARDEN=-O1 -w -fPIE -include tests/mutation/flip.h"] + programs(),
        cwd=TREE, stdout=subprocess.DEVNULL)
    if made.returncode:
        raise Faulty("the marked tree does not build")


def listed(program):
    """What a program can be asked for, one by one."""
    if program == FLOOD:
        return [[str(stage)] for stage in range(FLOOD_STAGES)]
    if program.endswith("/hosts"):
        return [[]]
    text = subprocess.run(["./" + program, "--list"], cwd=TREE, check=True,
                          capture_output=True, text=True).stdout
    found, suite = [], None
    for line in text.splitlines():
        head, leaf = re.match(r"(\w+): ", line), re.match(r"\W+ (\w+)", line)
        if head:
            suite = head[1]
        elif leaf:
            found.append([f"--filter={suite}/{leaf[1]}", "-j1"])
    return found


def passes(program, which, cpu, **extra):
    """What hangs in a loop is ended by the time it has computed."""
    environment = dict(os.environ, SEED="1", **extra)
    try:
        return subprocess.run(
            ["prlimit", f"--cpu={cpu}", "./" + program] + which, cwd=TREE,
            timeout=WALL_LIMIT, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def title(program, which):
    which = " ".join(which).removeprefix("--filter=").removesuffix(" -j1")
    return f"{program.rpartition('/')[2]} {which}".rstrip()


class Tests:
    """The tests by title, each run without a mutant before it is believed."""

    def __init__(self):
        self.jobs = {title(program, which): (program, which)
                     for program in programs() for which in listed(program)}
        self.known = {}
        self.lock = threading.Lock()
        self.all_known = False

    def first_run(self, name):
        if name in self.known:
            return
        program, which = self.jobs[name]
        path = COPY / ("seen." + name.replace("/", "."))
        path.write_bytes(bytes(SITES))
        start = time.monotonic()
        if not passes(program, which, 60, FLIP_SEEN=str(path)):
            raise Faulty(f"{name} fails without any mutant")
        seen = {site for site, met in enumerate(path.read_bytes()) if met}
        self.known[name] = Test(name, program, which,
                                time.monotonic() - start, seen)

    def learn(self, names):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self.first_run, names))

    def all(self):
        with self.lock:
            if not self.all_known:
                self.learn(self.jobs)
                self.all_known = True
        return self.known.values()


class Trial:
    """Asks the tests: first those that are said to notice mutants of the
    function, then what has just noticed one there, then the quick."""

    def __init__(self, tests, killers):
        self.tests = tests
        self.killers = {key: [name for name in names if name in tests.jobs]
                        for key, names in killers.items()}
        self.lately = collections.defaultdict(list)
        tests.learn({name for names in self.killers.values()
                     for name in names})

    def order(self, mutant):
        key = mutant.name, mutant.branch.function
        first = [self.tests.known[name] for name in self.killers.get(key, [])]
        yield from (test for test in first if mutant.site in test.seen)
        lately = self.lately[key] + self.lately[mutant.name]

        def rank(test):
            known = lately.index(test) if test in lately else len(lately)
            return known, test.seconds
        yield from sorted((test for test in self.tests.all()
                           if mutant.site in test.seen and test not in first),
                          key=rank)

    def notices(self, mutant, test):
        return not passes(test.program, test.which, 2 + int(4 * test.seconds),
                          FLIP=str(mutant.site))

    def __call__(self, mutant):
        for test in self.order(mutant):
            if self.notices(mutant, test):
                for key in ((mutant.name, mutant.branch.function),
                            mutant.name):
                    self.lately[key] = [test] + self.lately[key][:4]
                return test.title
        return None


def read_killers(mutants):
    """{(file, function): [test, ...]} for the functions of the mutants."""
    killers, wanted = {}, {(m.name, m.branch.function) for m in mutants}
    for line in KILLERS.read_text().splitlines():
        words = [word.strip() for word in line.split(" :: ")]
        if len(words) == 3 and (words[0], words[1]) in wanted:
            killers[words[0], words[1]] = words[2].split(", ")
    return killers


def write_killers(results):
    counts = collections.defaultdict(collections.Counter)
    for (_, name, branch), who in results:
        if who:
            counts[name, branch.function][who] += 1
    head = [line for line in KILLERS.read_text().splitlines()
            if line.startswith("#")]
    KILLERS.write_text("\n".join(head + [
        " :: ".join([*key, ", ".join(who for who, _ in count.most_common())])
        for key, count in sorted(counts.items())]) + "\n")


def read_survivors():
    """{(file, function, condition): reason}"""
    known = {}
    for line in SURVIVORS.read_text().splitlines():
        if line and not line.startswith("#"):
            name, function, condition, reason = (
                word.strip() for word in line.split(" :: "))
            known[name, function, condition] = reason
    return known


def judge(results, known):
    """Prints the survivors; how many were tried, killed and not excused."""
    tried = killed = bad = 0
    used = set()
    for (site, name, branch), who in results:
        key = name, branch.function, branch.text
        tried += 1
        if os.environ.get("VERBOSE"):
            print(f"# {site} {name}:{branch.line} {branch.text}: {who}",
                  flush=True)
        if who:
            killed += 1
        elif key in known:
            used.add(key)
        else:
            bad += 1
            print(f"not ok - {name}:{branch.line}: {branch.function}: "
                  f"nobody notices !({branch.text}) ({site})", flush=True)
    return tried, killed, bad, used


def in_time(pool, trial, mutants, seconds):
    """(mutant, who notices it) as long as there is time."""
    end = time.monotonic() + seconds

    def one(mutant):
        return None if time.monotonic() > end else (mutant, trial(mutant))
    return (result for result in pool.map(one, mutants) if result)


def tell_all(trial, mutant):
    for test in trial.order(mutant):
        print(f"# {mutant.branch.text}: {test.title}:",
              "notices" if trial.notices(mutant, test) else "content")


def campaign(options):
    mutants = number(options.files)
    build(mutants)
    trial = Trial(Tests(), read_killers(mutants))
    if options.only:
        tell_all(trial, mutants[options.only - 1])
        return False
    known = read_survivors()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = []
        running = in_time(pool, trial, mutants[options.first - 1:],
                          options.seconds)
        tried, killed, bad, used = judge(
            (results.append(result) or result for result in running), known)
    if tried == len(mutants):
        for key in sorted(known.keys() - used):
            if key[0] in options.files:
                bad += 1
                print("not ok - survivors: not there or noticed: "
                      + " :: ".join(key))
        if options.remember:
            write_killers(results)
    if not bad:
        print("ok - each branch turned round is noticed, or excused")
    figure = f"{tried} mutants ({options.first} to " \
        f"{options.first + tried - 1} of {len(mutants)}), {killed} killed, " \
        f"{len(used)} excused"
    print(f"# {figure}")
    print(f"figure: {figure}, {bad} violations")
    return bad > 0 or tried == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--only", type=int)
    parser.add_argument("--remember", action="store_true")
    parser.add_argument("files", nargs="+")
    try:
        return campaign(parser.parse_args())
    except Faulty as fault:
        print(f"not ok - {fault}")
        return True
    finally:
        shutil.rmtree(COPY, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
