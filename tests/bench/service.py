# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What is left of a host's service while a million forged advertisements a
second hit it, or as many as it lets a CPU make: TCP requests and responses a second, of the same host
with carp-xdp, with ucarp, and with neither of them flooded.

Flood on the last CPU, service on the first.
"""
import os
import re
import sys

from contenders import VHID, Ours, Ucarp
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


def open_lab():
    """Natively sent frames reach a veth end that polls: a host's by GRO, and
    the bridge's by a program that does nothing."""
    lab = Lab("a", "c")
    lab.on("a", "ethtool", "-K", "eth0", "gro", "on")
    lab.on("switch", "ip", "link", "set", "dev", "a", "xdp", "object",
           str(TOP / "build/flood/flood.bpf.o"), "program", "pass")
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


def with_ours(lab):
    host = Ours(lab, "a")
    host.launch()
    host.attach(mode="native")
    wait_until(host.is_master, "master")
    try:
        return {"quiet": rate(lab, False), "flooded": rate(lab, True)}
    finally:
        host.stop()


def with_ucarp(lab):
    host = Ucarp(lab, "a", 1)
    host.launch_master()
    try:
        return {"quiet": rate(lab, False), "flooded": rate(lab, True)}
    finally:
        host.stop()


def measure(rounds, tell):
    rows = {"ours": [], "ucarp": []}
    lab = open_lab()
    try:
        for number in range(rounds):
            for name, run in ("ours", with_ours), ("ucarp", with_ucarp):
                tell(f"service under flood: {name}, round {number + 1} of"
                     f" {rounds}")
                rows[name].append(run(lab))
    finally:
        lab.close()
    return rows
