# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""One group, as most people have it: memory of all processes, CPU while
nothing happens, and how long a start takes.
"""
import time

from contenders import VHID, VIP, Keepalived, Ours, Ucarp
from lab import Lab, cpu_seconds, resident, wait_until

WATCHED = 6  # seconds


def watch(pids):
    before, begin = cpu_seconds(pids), time.monotonic()
    time.sleep(WATCHED)
    spent = cpu_seconds(pids) - before
    return {"memory": resident(pids) / 1024,
            "processes": len(pids),
            "cpu": 100 * spent / (time.monotonic() - begin)}


def ours(lab):
    """Start: from exec of the daemon to the end of attach, from when on the
    host is silent for what it does not own."""
    host = Ours(lab, "a")
    begin = time.monotonic()
    host.launch()
    host.attach()
    started = time.monotonic() - begin
    wait_until(host.is_master, "master")
    time.sleep(4)
    return {"start": 1000 * started, **watch(host.pids())}, host


def keepalived(lab):
    """Start: from exec to "Startup complete"."""
    host = Keepalived(lab, "a")
    log = lab.dir / "a.log"
    begin = time.monotonic()
    host.launch([("eth0", VHID, f"{VIP}/24",
                  [" state MASTER", " priority 200", " advert_int 1"])])
    wait_until(lambda: "Startup complete" in log.read_text(), "started")
    started = time.monotonic() - begin
    wait_until(host.has, "master")
    time.sleep(4)
    return {"start": 1000 * started, **watch(host.pids())}, host


def ucarp(lab):
    host = Ucarp(lab, "a", 1)
    host.launch("-b", "1", "-k", "0", "-P", "-u", "/bin/true", "-d",
                "/bin/true")
    log = lab.dir / "a.log"
    wait_until(lambda: "state: MASTER" in log.read_text(), "master")
    time.sleep(4)
    return watch(host.pids()), host


def measure(rounds, tell):
    rows = {"ours": [], "keepalived": [], "ucarp": []}
    for number in range(rounds):
        for name, run in (("ours", ours), ("keepalived", keepalived),
                          ("ucarp", ucarp)):
            tell(f"one group: {name}, round {number + 1} of {rounds}")
            lab = Lab("a")
            try:
                rows[name].append(run(lab)[0])
            finally:
                lab.close()
    return rows
