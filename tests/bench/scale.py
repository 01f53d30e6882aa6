# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What many groups, and many addresses, cost a host: CPU, memory, attaching.
keepalived beside it, with as many instances of its own.
"""
import time

from contenders import VHID, Keepalived, Ours
from lab import Lab, resident, wait_until, watch

NICS = 16
VHIDS = 255
WATCHED = 8  # seconds
SETTLED = 16  # the announcements of a new master are over
ADDRESSES_EACH = 3000  # what one request has room for


def plugged(nics):
    """A host whose interfaces end in a switch that nobody listens to."""
    lab = Lab("a")
    for index in range(1, nics):
        lab.plug("a", f"eth{index}", 1, bridged=False)
        lab.on("a", "ip", "addr", "add", f"10.{index}.0.1/16", "dev",
               f"eth{index}")
    return lab


def places(count):
    """count pairs of interface and vhid, interface by interface."""
    return [(index // VHIDS, index % VHIDS + 1) for index in range(count)]


def ours(count):
    """As master of that many groups, one address each, advbase 1."""
    lab = plugged((count + VHIDS - 1) // VHIDS)
    try:
        host = Ours(lab, "a")
        host.launch()
        begin = time.monotonic()
        host.ask(*(host.request(interface=f"eth{nic}", vhid=vhid,
                                vips=[f"10.{nic}.100.{vhid}/32"])
                   for nic, vhid in places(count)))
        attached = time.monotonic() - begin
        wait_until(lambda: all(
            group["state"] == "master"
            for group in host.ask({"verb": "status"})["groups"]),
            "all masters", 60)
        time.sleep(SETTLED)
        return {"attach": attached, **watch(host.pids(), WATCHED)}
    finally:
        lab.close()


def keepalived(count):
    """The same in VRRP."""
    lab = plugged((count + VHIDS - 1) // VHIDS)
    try:
        host = Keepalived(lab, "a")
        host.launch([(f"eth{nic}", vhid, f"10.{nic}.100.{vhid}/32",
                      [" state MASTER", " priority 200", " advert_int 1"])
                     for nic, vhid in places(count)])
        log = lab.dir / "a.log"
        wait_until(lambda: log.read_text().count("Entering MASTER") >= count,
                   "all masters", 60)
        time.sleep(SETTLED)
        return watch(host.pids(), WATCHED)
    finally:
        lab.close()


def addresses(count):
    """A backup with that many addresses, in as few groups as it takes:
    seconds until all are in the data plane."""
    lab = Lab("a")
    try:
        host = Ours(lab, "a")
        host.launch()
        texts = [f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}/32"
                 for i in range(count)]
        requests = [host.request(vhid=VHID + index, observe=True,
                                 vips=texts[at:at + ADDRESSES_EACH])
                    for index, at in enumerate(
                        range(0, count, ADDRESSES_EACH))]
        begin = time.monotonic()
        host.ask(*requests)
        seconds = time.monotonic() - begin
        return {"attach": seconds, "memory": resident(host.pids()) / 1024}
    finally:
        lab.close()


def measure(tell, groups=(1, VHIDS, 4 * VHIDS, NICS * VHIDS),
            vips=(1, 1000, 10000, 100000)):
    rows = {"ours": {}, "keepalived": {}, "addresses": {}}
    for count in groups:
        for name, run in ("ours", ours), ("keepalived", keepalived):
            tell(f"scale: {name}, {count} groups")
            try:
                rows[name][count] = run(count)
            except (TimeoutError, RuntimeError) as error:
                tell(f"scale: {name} cannot do {count}: {error}")
    for count in vips:
        tell(f"scale: {count} addresses")
        rows["addresses"][count] = addresses(count)
    return rows
