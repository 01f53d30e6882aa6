#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Wrong rules, one at a time: the model must refuse each of mutants.txt, on the
configuration that is written beside it.
"""
import concurrent.futures
import os
import shutil
import sys
import tempfile

import model


def mutants():
    with open(os.path.join(model.HERE, "mutants.txt")) as file:
        lines = [x.rstrip("\n") for x in file if not x.startswith("# ")]
    assert len(lines) % 3 == 0
    for head, old, new in zip(lines[::3], lines[1::3], lines[2::3]):
        name, configuration = head.split(" | ")
        yield name, configuration, [
            x.replace("\\n", "\n").replace("\\t", "\t") for x in (old, new)]


def try_mutant(top, number, mutant):
    name, configuration, change = mutant
    place = model.build("%s/mutant%d" % (top, number), optimise="-O0", change=change)
    output = model.explore(place, configuration)
    shutil.rmtree(place)
    return name, model.refused(output), output


def main():
    caught = 0
    with tempfile.TemporaryDirectory() as top, \
            concurrent.futures.ThreadPoolExecutor(model.WORKERS) as pool:
        jobs = [pool.submit(try_mutant, top, number, mutant)
                for number, mutant in enumerate(mutants())]
        for job in jobs:
            name, good, output = job.result()
            caught += good
            model.say(good, "refused: " + name, output)
    model.say(len(jobs) >= 20, "there are at least 20")
    print("# %d of %d mutants refused" % (caught, len(jobs)))
    return 1 if model.failed else 0


if __name__ == "__main__":
    sys.exit(main())
