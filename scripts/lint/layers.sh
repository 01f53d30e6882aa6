#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The floors of the house: who may include whom, no arrow up, and no circle
# between files (a .c and its .h are one).  The rooms and what each may use
# stand in the table below; the first row that fits a file is its room.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec python3 - <<'EOP'
import glob
import os
import re
import sys

# room, files, what it may include: rooms, or single files.
ROOMS = [
    ("carp", r"include/carp/", "carp vmlinux"),
    ("bpf", r"bpf/", "bpf carp vmlinux"),
    ("core", r"user/core/", "core carp"),
    ("sys", r"user/sys/", "sys carp skeleton user/core/instant.h"),
    ("request", r"user/(request|address)", "request carp core sys"),
    ("probe", r"user/probe/", "probe sys carp user/address.h"),
    ("config", r"user/config", "config probe request carp core sys"),
    ("import", r"user/import", "import config probe request carp core sys"),
    ("controller", r"user/controller", "controller config probe request carp core sys"),
    ("daemon", r"user/daemon/", "daemon controller config probe request carp core sys"),
    ("cli", r"user/cli/", "cli import config request carp core sys user/daemon/daemon.h user/daemon/verdicts.h"),
    ("main", r"user/main\.c", "cli request"),
    ("vmlinux", r"vmlinux/", ""),
    ("skeleton", r"build/carp\.skel\.h", ""),
]
# Core is pure: of the system's headers it may use only these.
PURE = {"assert.h", "inttypes.h", "limits.h", "stdbool.h", "stddef.h",
        "stdint.h", "stdio.h", "string.h"}
BPF = {"bpf/bpf_helpers.h", "bpf/bpf_endian.h", "bpf/bpf_tracing.h"}
PLACES = ["", "include/", "vmlinux/", "build/"]
faults = []


def room_of(path):
    for name, pattern, _ in ROOMS:
        if re.match(pattern, path):
            return name
    return None


def allowed(path):
    for _, pattern, allow in ROOMS:
        if re.match(pattern, path):
            return allow.split()
    faults.append("%s: in no room of the table" % path)
    return []


def resolve(path, name):
    if name == "carp.skel.h":
        return "build/carp.skel.h"
    for place in [os.path.dirname(path) + "/"] + PLACES:
        if os.path.exists(place + name):
            return os.path.normpath(place + name)
    return None


def check_system(path, name):
    room = room_of(path)
    if room == "core" and name not in PURE:
        faults.append("%s: <%s> is not for user/core" % (path, name))
    if room == "bpf" and name not in BPF and name != "vmlinux.h":
        faults.append("%s: <%s> is not for bpf/" % (path, name))


def includes(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^#\s*include\s+([<"])([^>"]+)[>"]',
                          file.read(), re.M)


def scan(path, graph):
    rules = allowed(path)
    for kind, name in includes(path):
        target = resolve(path, name)
        if target is None:
            if kind == '"' and name != "vmlinux.h":
                faults.append('%s: "%s" is not there' % (path, name))
            else:
                check_system(path, name)
            continue
        if room_of(target) not in rules and target not in rules:
            faults.append("%s: may not include %s" % (path, target))
        one, other = (os.path.splitext(p)[0] for p in (path, target))
        if one != other:
            graph.setdefault(one, set()).add(other)


def circle(graph, node, trail, done):
    if node in trail:
        faults.append("circle: %s" % " -> ".join(
            trail[trail.index(node):] + [node]))
    elif node not in done:
        for other in sorted(graph.get(node, ())):
            circle(graph, other, trail + [node], done)
        done.add(node)


graph, done = {}, set()
for root in ("include", "bpf", "user"):
    for path in sorted(glob.glob(root + "/**/*.[ch]", recursive=True)):
        scan(path, graph)
for node in sorted(graph):
    circle(graph, node, [], done)
print("\n".join(faults) or "%d files, no arrow up, no circle" % len(graph))
sys.exit(1 if faults else 0)
EOP
