# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""A reload of 255 groups: of a file that is the same, with one group changed,
and with all.  Ours: from the request to the answer, when all is done.
keepalived: from SIGHUP to the line in its log that says so.
"""
import os
import signal
import time

from contenders import Keepalived, Ours
from lab import Lab, wait_until

GROUPS = 255
KINDS = {"nothing": lambda group: 0, "one": lambda group: group == 1,
         "all": lambda group: 1}


def write_ours(lab, skews):
    path = lab.dir / "carp-xdp.conf"
    path.write_text("".join(
        f"group g{vhid} {{ interface = eth0 vhid = {vhid} mode = skb "
        f"vips = {{ 10.9.{vhid}.1/32 }} pass-file = {lab.passphrase} "
        f"advskew = {skew} }}\n" for vhid, skew in skews.items()))
    path.chmod(0o644)
    return path


def ours(lab, rounds):
    skews = {vhid: 10 for vhid in range(1, GROUPS + 1)}
    host = Ours(lab, "a")
    host.options = ["--config", str(write_ours(lab, skews))]
    host.launch()
    found = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind, changed in KINDS.items():
            for vhid in skews:
                skews[vhid] += bool(changed(vhid))
            write_ours(lab, skews)
            begin = time.monotonic()
            answer = host.ask({"verb": "reload"})
            found[kind].append(1000 * (time.monotonic() - begin))
            wanted = sum(bool(changed(vhid)) for vhid in skews)
            if len(answer["changes"]) != wanted or answer["failed"]:
                raise RuntimeError(f"reload {number}: {answer}")
    host.stop()
    return found


def instances(priorities):
    return [("eth0", vrid, f"10.9.{vrid}.1/32",
             [" state MASTER", f" priority {priority}", " advert_int 1"])
            for vrid, priority in priorities.items()]


def keepalived(lab, rounds):
    priorities = {vrid: 100 for vrid in range(1, GROUPS + 1)}
    host = Keepalived(lab, "a")
    log = lab.dir / "a.log"
    host.launch(instances(priorities))
    wait_until(lambda: "Startup complete" in log.read_text(), "started")
    found = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind, changed in KINDS.items():
            for vrid in priorities:
                priorities[vrid] += bool(changed(vrid))
            host.configure(instances(priorities))
            before = log.read_text().count("Reload complete")
            begin = time.monotonic()
            os.kill(host.process.pid, signal.SIGHUP)
            wait_until(lambda: log.read_text().count("Reload complete")
                       > before, "reloaded")
            found[kind].append(1000 * (time.monotonic() - begin))
    host.stop()
    return found


def measure(rounds, tell):
    rows = {}
    for name, run in (("ours", ours), ("keepalived", keepalived)):
        tell(f"reload of {GROUPS} groups: {name}")
        lab = Lab("a")
        try:
            rows[name] = run(lab, rounds)
        finally:
            lab.close()
    return rows
