#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Real daemons against the model: what they did, the model must be able to do.

Each story of capture.sh is played on real daemons.  What was seen becomes one
list for each host, of changes of state with their reasons, advertisements, and
what was done to it, each with the ticks in which it may come.  The model then
runs with these lists as its only faults, and everything it makes visible must
be what the list has next; nothing may be left over, and nothing overdue.
Accepted is a trace whose end the verifier reaches.

The acceptor must be able to say no: of each trace, wrong ones are made, and
none of them may be accepted.
"""
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime

import model

HERE = os.path.dirname(os.path.abspath(__file__))
STORIES = {"failover": 0, "preempt": 1, "bow_out": 0, "guardian_speaks": 0,
           "freeze": 1, "demotion": 1, "partition": 0}
TICK = 250_000_000  # ns; advskew 64
SLACK = 1.5         # ticks that rounding and a busy machine may cost
TRIES = 3           # a machine that stood still tells nothing of the rules
HOSTS, NETWORK = "abc", 3
SKEW = {"a": 0, "b": 64, "c": 128}
END, CHANGE, ADVERT, ACTION = range(4)
ACTIONS = {"start": 1, "stop": 2, "crash": 3, "freeze": 4, "thaw": 5,
           "demotion": 6, "cut": 9, "kill": 10}
STATES = {"init": 0, "backup": 1, "master": 2}
REASONS = {"started": 1, "stopped": 2, "link down": 5, "link up": 6,
           "master timed out": 7, "preempting a slower master": 8,
           "master will time out": 9, "master is more demoted": 10,
           "more frequent advertisement received": 11,
           "less demoted peer advertises": 12,
           "own lease had run out": 13, "requested by operator": 14}
MASTER, STOPPED, TIMED_OUT = 2, 2, 7
MILLISECOND = 1_000_000


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [x for x in file.read().splitlines() if x]


def stamp(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00"))
               .timestamp() * 1e6) * 1000


def seen_of(place, host):
    """[first ns, last ns, kind, a, b], as it happened."""
    found = []
    if host == "-":
        for line in lines("%s/actions" % place):
            first, last, what, whom, argument = line.split()
            found.append([int(first), int(last), ACTION, ACTIONS[what] * 4 +
                          max(0, HOSTS.find(whom)), int(argument)])
        return found
    return merge(changes_of(place, host), adverts_of(place, host))


def changes_of(place, host):
    for line in map(json.loads, lines("%s/monitor.%s" % (place, host))):
        if line["event"] == "state":
            at = stamp(line["time"])
            yield [at, at, CHANGE, STATES[line["to"]], REASONS[line["reason"]]]


def adverts_of(place, host):
    for line in map(json.loads, lines("%s/wire" % place)):
        if line["kind"] == "advert" and line["port"] == host:
            farewell = line["advbase"] == 255 and line["advskew"] == 255
            assert farewell or line["advskew"] == SKEW[host], line
            yield [line["t"], line["t"], ADVERT, int(line["demote"] > 0),
                   int(farewell)]


def merge(changes, adverts):
    """Changes of state are in their order, but known to the millisecond; the
    first advertisement of a master, or its farewell, comes of the change."""
    adverts = sorted(adverts)
    found = []
    for change in changes:
        spoken = change[3] == MASTER or change[4] == STOPPED
        while adverts and not (
                spoken and adverts[0][0] > change[0] - TICK and
                adverts[0][4] == (change[3] != MASTER)) and \
                adverts[0][0] < change[0] + MILLISECOND:
            found.append(adverts.pop(0))
        found.append(change)
        if spoken and adverts and adverts[0][0] < change[0] + TICK:
            found.append(adverts.pop(0))
    return found + adverts


def translate(place):
    lists = [seen_of(place, host) for host in [*HOSTS, "-"]]
    zero = min(x[0] for one in lists for x in one) - 2 * TICK
    end = (int(lines("%s/end" % place)[0]) - zero) / TICK
    for one in lists:
        for x in one:
            x[0] = max(0, int((x[0] - zero) / TICK - SLACK + 1))
            x[1] = int((x[1] - zero) / TICK + SLACK)
        one.append([int(end - SLACK), int(end + 4), END, 0, 0])
    return lists


def write(lists, path):
    with open(path, "w") as file:
        for number, one in enumerate(lists):
            for first, last, kind, a, b in one:
                print(number, kind, a, b, first, last, file=file)


def accepted(place, lists, preempt):
    path = "%s/trace" % place
    write(lists, path)
    output = model.explore(
        place, "TRACE=%s ADVBASE=4 RUNNING=0 PREEMPT=%d" % (path, preempt),
        "-E", hash_bits=18)
    if model.refused(output, r"assertion violated 0"):
        return True, output
    if "errors: 0" not in output or "not completed" in output:
        raise SystemExit("not ok - the acceptor broke\n" + output)
    return False, output


def copy(lists):
    return [[list(x) for x in one] for one in lists]


def find(lists, good):
    return [(n, i) for n, one in enumerate(lists)
            for i, x in enumerate(one) if good(x)]


def cause(lists):
    """The first thing done after all had started, or the last start."""
    done = [i for n, i in find(lists, lambda x: x[2] == ACTION)]
    later = [i for i in done if lists[NETWORK][i][3] >> 2 != 1]
    return later[0] if later else done[-1]


def is_missed(one, i, interval):
    """Not one of those that a change of rank adds between two others."""
    return one[i + 1][0] - one[i - 1][1] > interval


def wrong_ones(lists):
    """What no daemon of ours may do, made of what one did."""
    promotions = find(lists, lambda x: x[2] == CHANGE and x[3] == MASTER)
    n, i = promotions[-1]
    wrong = copy(lists)
    wrong[n][i][4] = 9 if wrong[n][i][4] != 9 else TIMED_OUT
    yield "another reason", wrong
    # The first master: it waited from its start on, 12 ticks at least.
    n, i = [(n, i) for n, i in promotions if lists[n][i][4] == TIMED_OUT and
            lists[n][i - 1][3:] == [1, 1]][0]
    begun = lists[n][i - 1][0]  # it became backup then
    wrong = copy(lists)
    for x in wrong[n][i:i + 2]:
        x[0], x[1] = begun, begun + 8
    yield "a promotion before its time", wrong
    wrong = copy(lists)
    del wrong[n][i]
    yield "advertisements of no master", wrong
    wrong = copy(lists)
    wrong[n][i - 1][3:], wrong[n][i][3:] = lists[n][i][3:], [1, 1]
    yield "changes in the wrong order", wrong
    wrong = copy(lists)
    del wrong[NETWORK][cause(lists)]
    yield "nothing was done to cause it", wrong
    missed = [(n, i) for n, i in find(lists, lambda x: x[2] == ADVERT)
              if i and lists[n][i - 1][2] == ADVERT == lists[n][i + 1][2]
              and is_missed(lists[n], i, 4 + SKEW[HOSTS[n]] // 64)]
    n, i = missed[len(missed) // 2]
    wrong = copy(lists)
    del wrong[n][i]
    yield "an advertisement left out", wrong
    wrong = copy(lists)
    wrong[2].insert(1, [wrong[2][0][1], wrong[2][0][1] + 4, ADVERT, 0, 0])
    yield "a backup that advertises", wrong


def capture(story, top, number):
    place = "%s/%s.%d" % (top, story, number)
    os.makedirs(place)
    log = open("%s/log" % place, "w")
    return place, subprocess.Popen([HERE + "/capture.sh", story, place],
                                   stdout=log, stderr=log)


def judge(top, verifier, story, place):
    """Is it as the model says?  And why not."""
    try:
        lists = translate(place)
    except (IndexError, KeyError, ValueError) as error:
        return None, "%r\n%s" % (error, "\n".join(lines(place + "/log")))
    good, output = accepted(verifier, lists, STORIES[story])
    if not good:
        with open(verifier + "/trace") as file:
            output += file.read()
    return lists if good else None, output


def main():
    refusals = events = 0
    with tempfile.TemporaryDirectory() as top:
        running = {x: capture(x, top, 0) for x in STORIES}
        verifier = model.build(top + "/verifier")
        for story in STORIES:
            for number in range(1, TRIES + 1):
                place, process = running[story]
                process.wait()
                lists, why = judge(top, verifier, story, place)
                if lists or number == TRIES:
                    break
                print("# %s: played again" % story)
                running[story] = capture(story, top, number)
            model.say(bool(lists), "the model does what the daemons did: " +
                      story, "\n".join(why.splitlines()[-60:]))
            if not lists:
                continue
            events += sum(len(x) - 1 for x in lists)
            for name, wrong in wrong_ones(lists):
                model.say(not accepted(verifier, wrong, STORIES[story])[0],
                          "%s: refused: %s" % (story, name))
                refusals += 1
    print("# %d traces of %d events, %d wrong ones" %
          (len(STORIES), events, refusals))
    return 1 if model.failed else 0


if __name__ == "__main__":
    sys.exit(main())
