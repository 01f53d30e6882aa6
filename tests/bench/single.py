# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""One group, as most people have it: memory of all processes, CPU while
nothing happens, and how long a start takes.
"""
import time

from contenders import VHID, VIP, Keepalived, Ours, Ucarp
from lab import Lab, wait_until, watch

WATCHED = 6  # seconds


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
    return {"start": 1000 * started, **watch(host.pids(), WATCHED)}, host


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
    return {"start": 1000 * started, **watch(host.pids(), WATCHED)}, host


def ucarp(lab):
    host = Ucarp(lab, "a", 1)
    host.launch_master()
    time.sleep(4)
    return watch(host.pids(), WATCHED), host


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
