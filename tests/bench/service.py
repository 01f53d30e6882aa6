# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What is left of a host's service while a million forged advertisements a
second hit it, or as many as it lets a CPU make: TCP requests and responses a second, of the same host
with carp-xdp, with ucarp, and with neither of them flooded.  And with a program
that does nothing but drop protocol 112: what the flood costs a machine by being
made there.

Flood on the last CPU, service on the first, each with a receive queue of the host.
"""
import os
import re
import sys

from contenders import VHID, VIP, Ours, Ucarp
from lab import TOP, Lab, must, wait_until

sys.path.insert(0, str(TOP / "tests/flood"))
import frames  # noqa: E402

SECONDS = 3
FLOOD = 1000000  # a second
PORT = 11111
DURATION = re.compile(
    r"\[Valid Duration\] RunTime=([0-9.]+) sec; SentMessages=\d+;"
    r" ReceivedMessages=(\d+)")


def cpus():
    found = sorted(os.sched_getaffinity(0))
    return found[0], found[-1]


def load(lab, host, device, program):
    lab.on(host, "ip", "link", "set", "dev", device, "xdp", "object",
           str(TOP / "build/flood/flood.bpf.o"), "program", program)


def steer(lab):
    """What a CPU sends through the port comes in a queue of its own, as the flows
    of a NIC do.  The names of a namespace are in its own sysfs only."""
    for number, cpu in enumerate(cpus()):
        mask = f"{1 << cpu:x}"
        lab.on("switch", "unshare", "--mount", "sh", "-c",
               "mount -t sysfs sysfs /sys && echo $1 >"
               "/sys/class/net/a/queues/tx-$2/xps_cpus",
               "steer", mask, str(number))


def open_lab(queues):
    """Natively sent frames reach a veth end that polls: a host's by GRO, and
    the bridge's by a program that does nothing."""
    lab = Lab("a", "c", queues=queues)
    if queues > 1:
        steer(lab)
    lab.on("a", "ethtool", "-K", "eth0", "gro", "on")
    load(lab, "switch", "a", "pass")
    lab.start("a", "taskset", "-c", str(cpus()[0]), "sockperf", "server",
              "--tcp", "-i", "192.0.2.1", "-p", str(PORT))
    wait_until(lambda: f":{PORT}" in lab.on("a", "ss", "-ltn"), "sockperf")
    return lab


def flood(lab):
    return lab.start("switch", str(TOP / "build/flood/generator"), "a",
                     str(cpus()[1]), str(SECONDS + 1),
                     frames.carp(VHID).hex(), str(FLOOD),
                     log=lab.dir / "made")


def rate(lab, flooded):
    """Requests a second; and frames a second, in millions."""
    made = lab.dir / "made"
    made.unlink(missing_ok=True)
    generator = flood(lab) if flooded else None
    text = must(*lab.inside(
        "c", "taskset", "-c", str(cpus()[0]), "sockperf", "ping-pong",
        "--tcp", "-i", "192.0.2.1", "-p", str(PORT), "-t", str(SECONDS),
        "-m", "64"))
    frames_a_second = 0.0
    if generator:
        generator.wait()
        count, seconds = made.read_text().split()[:2]
        frames_a_second = int(count) / float(seconds) / 1e6
    runtime, received = DURATION.search(text).groups()
    return {"per_second": int(received) / float(runtime),
            "flood": frames_a_second}


def with_ours(lab, **members):
    host = Ours(lab, "a")
    host.launch()
    host.attach(mode="native", **members)
    wait_until(host.is_master, "master")
    try:
        return {"quiet": rate(lab, False), "flooded": rate(lab, True)}
    finally:
        host.stop()


def with_strict(lab):
    return with_ours(lab, auth="strict")


def with_ucarp(lab):
    host = Ucarp(lab, "a", 1)
    host.launch_master()
    try:
        return {"quiet": rate(lab, False), "flooded": rate(lab, True)}
    finally:
        host.stop()


def with_bare(lab):
    load(lab, "a", "eth0", "drop")
    lab.on("a", "ip", "addr", "add", f"{VIP}/24", "dev", "eth0")
    try:
        return {"quiet": rate(lab, False), "flooded": rate(lab, True)}
    finally:
        lab.on("a", "ip", "addr", "del", f"{VIP}/24", "dev", "eth0")
        lab.on("a", "ip", "link", "set", "dev", "eth0", "xdp", "off")


def run_all(lab, contenders, rounds, tell):
    rows = {name: [] for name in contenders}
    for number in range(rounds):
        for name, run in contenders.items():
            tell(f"service under flood: {name}, round {number + 1} of"
                 f" {rounds}")
            rows[name].append(run(lab))
    return rows


def measure(rounds, tell):
    """By turns, where each CPU has a queue; and where all is behind the flood in
    the one there is."""
    rows = {}
    for queues, contenders in (
            (len(set(cpus())), {"ours": with_ours, "ucarp": with_ucarp,
                                "bare": with_bare}),
            (1, {"one queue": with_ours, "one queue, strict": with_strict})):
        lab = open_lab(queues)
        try:
            rows.update(run_all(lab, contenders, rounds, tell))
        finally:
            lab.close()
    return rows
