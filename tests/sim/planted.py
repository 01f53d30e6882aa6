#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Plants the bugs of planted.txt, one at a time, in a copy of the file they
# belong to, builds a simulator with it and wants it to find a broken promise
# within 1,000 seeds.  Changes nothing outside build/tests/sim/bugs.
#   planted.py [NAME...]
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys

SEEDS = 1000
JOBS = 2
OUT = "build/tests/sim/bugs"
CC = os.environ.get("CC", "gcc")
CFLAGS = shlex.split(os.environ["SIM_CFLAGS"])
ROOMS_FLAGS = shlex.split(os.environ["SIM_ROOMS_FLAGS"])
OBJECTS = os.environ["SIM_OBJECTS"].split()


def rows():
    """Records of planted.txt: a line `name: file`, then the old text behind
    `-` and the new behind `+`, line by line."""
    record = None
    for line in open("tests/sim/planted.txt", encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("#") or not line:
            continue
        if line[0] in "-+":
            record[line[0]].append(line[1:])
            continue
        if record:
            yield record
        name, path = line.rsplit(": ", 1)
        record = {"name": name, "file": path, "-": [], "+": []}
    yield record


def plant(row, where):
    """The file with the bug in it, in a tree of its own."""
    with open(row["file"], encoding="utf-8") as file:
        text = file.read()
    old, new = "\n".join(row["-"]), "\n".join(row["+"])
    if text.count(old) != 1:
        raise ValueError("its text is there %d times" % text.count(old))
    shutil.rmtree(where, ignore_errors=True)
    folder = os.path.dirname(row["file"])
    os.makedirs(os.path.join(where, folder))
    if folder == "bpf":
        for name in os.listdir("bpf"):
            shutil.copy(os.path.join("bpf", name), os.path.join(where, "bpf"))
    path = os.path.join(where, row["file"])
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    return path


def build(row, where):
    """One object anew, all others as they are."""
    path = plant(row, where)
    target = os.path.join(where, "planted.o")
    if row["file"].startswith("bpf/"):
        stem = "tests/native/rooms"
        command = [CC, "-I" + where, *ROOMS_FLAGS, "-w", "-O2", "-c",
                   stem + ".c"]
    else:
        stem = row["file"][:-2]
        command = [CC, "-I" + os.path.dirname(row["file"]), *CFLAGS, "-w",
                   "-c", path]
    subprocess.run([*command, "-o", target], check=True)
    ours = "build/obj/%s.o" % stem
    if ours not in OBJECTS:
        raise ValueError("no object of the simulator comes from it")
    program = os.path.join(where, "sim")
    subprocess.run([CC, "-pie", *[target if o == ours else o for o in OBJECTS],
                    "-o", program], check=True)
    return program


def find(row):
    """None if it was found; else what went wrong.  And after how many."""
    where = os.path.join(OUT, re.sub(r"[^a-z0-9]+", "-", row["name"].lower()))
    try:
        program = build(row, where)
        done = subprocess.run([program, "--find", str(SEEDS)], timeout=120,
                              stdout=subprocess.PIPE, check=False, text=True)
    except (ValueError, subprocess.SubprocessError) as error:
        return str(error), 0, ""
    finally:
        shutil.rmtree(where, ignore_errors=True)
    if done.returncode < 0:
        return None, 1, "crash"
    if done.returncode:
        return "%d seeds have not found it" % SEEDS, 0, ""
    seeds, promise = done.stdout.split(" ", 1)
    return None, int(seeds), promise.split(":")[0]


def main():
    wanted = sys.argv[1:]
    table = [r for r in rows() if not wanted or r["name"] in wanted]
    counts, bad = [], 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for row, (wrong, seeds, promise) in zip(table, pool.map(find, table)):
            if wrong:
                bad += 1
                print("not ok - %s: %s" % (row["name"], wrong), flush=True)
                continue
            counts.append(seeds)
            print("ok - %s: %s, seed %d" % (row["name"], promise, seeds),
                  flush=True)
    counts.sort()
    if counts:
        print("# %d bugs planted, %d found, after %d seeds at the median, %d "
              "at most" % (len(table), len(counts), counts[len(counts) // 2],
                           counts[-1]))
    return 1 if bad else 0


sys.exit(main())
