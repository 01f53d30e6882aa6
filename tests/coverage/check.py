#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Runs the unit tests of the core and the packet tests, both on code that
counts, and demands that each condition came out both ways: each that no && or
|| divides further, each case of a switch, and for a switch that none was it.

A condition is one place in the text: what a header is included into, and what
both programs have in common, counts together.  `exceptions` beside this file
names what cannot be, with a reason; a line there that is not needed fails, too.
Works in build/coverage.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
PLACE = TOP / "build" / "coverage"
EXCEPTIONS = pathlib.Path(__file__).with_name("exceptions")
PROGRAMS = [PLACE / "core", PLACE / "rooms"]
PARTS = {
    "the core": ("user/core/",),
    "the data plane": ("bpf/", "include/carp/"),
}


def tool(*command, **options):
    return subprocess.run(command, check=True, cwd=TOP, **options)


def run_tests():
    """Where the counts of all tests are, or None if one failed."""
    for old in PLACE.glob("*.profraw"):
        old.unlink()
    for program in PROGRAMS:
        # Each test is a process of its own, and adds to what is there.
        environment = dict(os.environ,
                           LLVM_PROFILE_FILE=f"{program}-%2m.profraw")
        done = subprocess.run([program], cwd=TOP, env=environment,
                              stdin=subprocess.DEVNULL)
        if done.returncode:
            print(f"not ok - {program.name}: a test fails")
            return None
    raw = sorted(map(str, PLACE.glob("*.profraw")))
    whole = PLACE / "whole.profdata"
    tool("llvm-profdata", "merge", "-sparse", "-o", whole, *raw)
    for one in raw:
        os.unlink(one)
    return whole


class Place(collections.namedtuple("Place", "file line column end text")):
    """One condition, or one function, in the text."""


class Text:
    """The sources, as far as somebody asks."""

    def __init__(self):
        self.files = {}

    def at(self, path, line, column, end_line, end_column):
        name = os.path.relpath(os.path.normpath(TOP / path), TOP)
        lines = self.files.setdefault(
            name, (TOP / name).read_text().splitlines())
        part = lines[line - 1:end_line]
        part[-1] = part[-1][:end_column - 1]
        part[0] = part[0][column - 1:]
        return Place(name, line, column, (end_line, end_column),
                     " ".join(" ".join(part).split()))


def read_counts(profile):
    """Functions: {place: (name, calls)}; conditions: {place: (name, [how often
    true, how often false])}."""
    out = tool("llvm-cov", "export", f"-instr-profile={profile}",
               PROGRAMS[0], "-object", PROGRAMS[1],
               stdout=subprocess.PIPE).stdout
    text, functions, conditions = Text(), {}, {}
    for function in json.loads(out)["data"][0]["functions"]:
        name = function["name"].rpartition(":")[2]
        files = function["filenames"]
        line, column, end, end_column, _, file = function["regions"][0][:6]
        place = text.at(files[file], line, column, end, end_column)._replace(
            text="")
        calls = functions.get(place, (name, 0))[1]
        functions[place] = name, calls + function["count"]
        for branch in function["branches"]:
            # In an expanded macro the place is in the macro.
            place = text.at(files[branch[6]], *branch[:4])
            ways = conditions.setdefault(place, (name, [0, 0]))[1]
            ways[0] += branch[4]
            ways[1] += branch[5]
    return functions, conditions


def read_exceptions():
    """{(file, function, condition): reason}"""
    known = {}
    for line in EXCEPTIONS.read_text().splitlines():
        if line and not line.startswith("#"):
            name, function, condition, reason = (
                word.strip() for word in line.split(" :: "))
            known[name, function, condition] = reason
    return known


def missing(ways):
    return " or ".join(way for way, count in zip(("true", "false"), ways)
                       if not count)


def judge(part, prefixes, functions, conditions, known):
    """Prints what one part lacks; the exceptions it used, and if it is good."""
    taken = total = 0
    bad, used = [], set()
    for place, (name, calls) in sorted(functions.items()):
        if place.file.startswith(prefixes) and not calls:
            bad.append(f"{place.file}:{place.line}: {name}: never called")
    for place, (name, ways) in sorted(conditions.items()):
        if not place.file.startswith(prefixes):
            continue
        total += 2
        taken += sum(count > 0 for count in ways)
        key = place.file, name, place.text
        if all(ways):
            continue
        if key in known:
            used.add(key)
        else:
            bad.append(f"{place.file}:{place.line}: {name}: "
                       f"{place.text}: never {missing(ways)}")
    for key in sorted(known.keys() - used):
        if key[0].startswith(prefixes):
            bad.append("exceptions: not there or not needed: "
                       + " :: ".join(key))
    for line in bad:
        print("not ok -", line)
    if not bad:
        print(f"ok - every branch of {part} is taken both ways, but for "
              f"{len(used)} named ones")
    print(f"# {part}: {taken} of {total} branches taken, "
          f"{len(used)} conditions excepted")
    return not bad and total > 0


def main():
    profile = run_tests()
    if not profile:
        return 1
    functions, conditions = read_counts(profile)
    known = read_exceptions()
    good = [judge(part, prefixes, functions, conditions, known)
            for part, prefixes in PARTS.items()]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
