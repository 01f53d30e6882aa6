# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""How long nobody serves.  Two hosts take turns at being master; each round
ends one of them in some way and listens for the other.  Times are the
kernel's stamps at the bridge, in ms.
"""
import os
import signal
import subprocess

from contenders import VHID, VIP, Keepalived, Ours
from lab import Ear, Lab, now_ns, wait_until

MS = 1e6
CARP_TICK = 1 / 256  # seconds of one advskew
FAST = {"advbase": 0, "advskew": 1}


def dead_time(advbase, advskew):
    """Of a backup, in ms; OpenBSD's rule."""
    return 3 * (advbase + advskew * CARP_TICK) * 1000


def gratuitous(port, since):
    return lambda frame: (frame["kind"] == "arp" and frame["gratuitous"]
                          and frame["port"] == port and frame["t"] > since)


class Pair:
    """Two hosts with one group; whose turn it is to die."""

    def __init__(self, lab, ear, settings, guardian):
        self.ear, self.settings, self.last = ear, settings, 0
        self.master, self.backup = [Ours(lab, host, guardian)
                                    for host in "ab"]
        for host in self.master, self.backup:
            host.launch()
            host.attach(**settings)
            if host is self.master:
                wait_until(host.is_master, "first master")

    def swap(self):
        self.master, self.backup = self.backup, self.master

    def ready(self):
        wait_until(self.backup.hears_master, "the backup hears the master")
        self.ear.forget()
        self.last = self.ear.next(self.advertised)["t"]

    def advertised(self, frame):
        return (frame["kind"] == "advert"
                and frame["port"] == self.master.host)

    def close(self):
        for host in self.backup, self.master:
            host.crash()

    def silence(self, since):
        """From the master's last advertisement to the other's first."""
        def other(frame):
            if self.advertised(frame):
                self.last = frame["t"]
            return (frame["kind"] == "advert" and frame["t"] > since
                    and frame["port"] == self.backup.host)
        return (self.ear.next(other)["t"] - self.last) / MS


def killed(pair):
    """Everything of the master's daemon at once: from its last advertisement
    to the other's first."""
    pair.ready()
    since = now_ns()
    pair.master.crash()
    took = pair.silence(since)
    pair.master.launch()
    pair.master.attach(**pair.settings)
    pair.swap()
    return took


def guarded(pair):
    """The controller alone: from its death to the other's first gratuitous
    ARP."""
    pair.ready()
    pid = pair.master.controller()
    killed_at = now_ns()
    os.kill(pid, signal.SIGKILL)
    first = pair.ear.next(gratuitous(pair.backup.host, killed_at))
    pair.master.process.wait()
    pair.master.launch()
    pair.master.attach(**pair.settings)
    pair.swap()
    return (first["t"] - killed_at) / MS


def bowed_out(pair):
    """`state backup`: from the farewell to the first gratuitous ARP."""
    pair.ready()
    since = now_ns()
    pair.master.ask({"verb": "state", "interface": "eth0", "vhid": VHID,
                     "state": "backup"})
    farewell = pair.ear.next(
        lambda frame: frame["kind"] == "advert" and frame["t"] > since
        and frame["port"] == pair.master.host and frame["advbase"] == 255)
    first = pair.ear.next(gratuitous(pair.backup.host, farewell["t"]))
    wait_until(pair.backup.is_master, "the other is master")
    pair.swap()
    return (first["t"] - farewell["t"]) / MS


class Carrier:
    """Both hosts have a second interface, and a preempts; a's second loses
    its carrier, and b takes what a has on the first."""

    def __init__(self, lab, ear):
        self.ear = ear
        self.ip = subprocess.Popen(lab.inside("switch", "ip", "-batch", "-"),
                                   stdin=subprocess.PIPE, text=True)
        self.hosts = [Ours(lab, host) for host in "ab"]
        for skew, host in zip((0, 100), self.hosts):
            host.launch()
            host.attach(advskew=skew, preempt=True)
            host.attach(interface="eth1", vhid=VHID + 1, advskew=skew,
                        vips=["198.51.100.100/24"], preempt=True)
        wait_until(self.hosts[0].is_master, "a is master")

    def link(self, word):
        """By an ip that runs already: its start is not to be measured."""
        self.ip.stdin.write(f"link set dev a-eth1 {word}\n")
        self.ip.stdin.flush()

    def round(self):
        wait_until(self.hosts[1].hears_master, "b hears a")
        wait_until(self.hosts[0].is_master, "a is master")
        self.ear.forget()
        cut = now_ns()
        self.link("down")
        first = self.ear.next(gratuitous("b", cut))
        self.link("up")
        return (first["t"] - cut) / MS

    def close(self):
        self.ip.stdin.close()
        self.ip.wait()
        for host in self.hosts:
            host.crash()


class KeepalivedPair:
    """Its fastest: 10 ms, which is the finest it takes."""

    OPTIONS = [" state BACKUP", " nopreempt", " priority 100",
               " advert_int 0.01"]

    def __init__(self, lab, ear):
        self.ear = ear
        self.master, self.backup = [Keepalived(lab, host) for host in "ab"]
        for host in self.master, self.backup:
            self.start(host)
            if host is self.master:
                wait_until(host.has, "keepalived is master")

    def start(self, host):
        host.clean()
        host.launch([("eth0", VHID, f"{VIP}/24", self.OPTIONS)])

    def round(self):
        """From its last advertisement to the other's first."""
        log = self.backup.lab.dir / f"{self.backup.host}.log"
        wait_until(lambda: "Entering BACKUP" in log.read_text(),
                   "keepalived is backup")
        self.ear.forget()
        last = [self.ear.next(lambda frame: frame["kind"] == "vrrp")["t"]]
        self.master.crash()

        def other(frame):
            if frame["kind"] != "vrrp":
                return False
            if frame["port"] == self.master.host:
                last[0] = frame["t"]
            return frame["port"] == self.backup.host
        first = self.ear.next(other)
        (self.master.lab.dir / f"{self.master.host}.log").unlink()
        self.start(self.master)
        self.master, self.backup = self.backup, self.master
        return (first["t"] - last[0]) / MS

    def close(self):
        for host in self.backup, self.master:
            host.crash()
            host.clean()


def burners():
    """One that never rests on each CPU."""
    return [subprocess.Popen(["taskset", "-c", str(cpu), "sh", "-c",
                              "while :; do :; done"])
            for cpu in sorted(os.sched_getaffinity(0))]


def stolen():
    """Time the machine below has kept from us so far, in ms of all CPUs."""
    with open("/proc/stat", encoding="ascii") as stat:
        return 1000 * int(stat.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


def overshoot(lab, ear, settings, rounds, busy):
    """How much later than the dead time, in ms."""
    pair = Pair(lab, ear, settings, guardian=False)
    others = burners() if busy else []
    try:
        expected = dead_time(settings["advbase"], settings["advskew"])
        return [killed(pair) - expected for _ in range(rounds)]
    finally:
        for other in others:
            other.kill()
            other.wait()
        pair.close()


def mass_address(vhid, number):
    return f"10.{number}.{vhid}.1"


def mass_hosts(lab, vhids, vips_each):
    """a is master of them all."""
    hosts = [Ours(lab, host, guardian=False) for host in "ab"]
    for skew, host in enumerate(hosts, 1):
        host.launch()
        host.ask(*(host.request(
            vhid=vhid, advskew=skew,
            vips=[mass_address(vhid, i) + "/32" for i in range(vips_each)])
            for vhid in range(1, vhids + 1)))
        wait_until(lambda: all(
            group["state"] == "master" if skew == 1 else group["master"]
            for group in host.ask({"verb": "status"})["groups"]), "roles")
    return hosts


class Losses:
    """When each group was last advertised by a, and its last address first
    announced by b."""

    def __init__(self, vhids, vips_each):
        self.last, self.end = {}, {}
        self.wanted = {mass_address(vhid, i): vhid
                       for vhid in range(1, vhids + 1)
                       for i in range(vips_each)}

    def hear(self, frame):
        if frame["kind"] == "advert" and frame["port"] == "a":
            self.last[frame["vhid"]] = frame["t"]
        elif frame["kind"] == "arp" and frame["port"] == "b":
            vhid = self.wanted.pop(frame["address"], None)
            if vhid:
                self.end[vhid] = frame["t"]

    def late(self):
        """The worst group, in ms beyond the dead time."""
        return max((self.end[vhid] - self.last[vhid]) / MS
                   for vhid in self.end) - dead_time(1, 2)


def sweep(lab, host):
    """Away with what a crash has left."""
    text = lab.on(host, "ip", "-o", "addr", "show", "dev", "eth0")
    words = [line.split()[3] for line in text.splitlines()]
    lab.on(host, "ip", "-batch", "-", input="".join(
        f"addr del {word} dev eth0\n" for word in words
        if word.startswith("10.")))


def mass_failover(lab, ear, vhids, vips_each):
    hosts = mass_hosts(lab, vhids, vips_each)
    losses = Losses(vhids, vips_each)

    def heard_all(frame):
        losses.hear(frame)
        return len(losses.last) == vhids

    def announced_all(frame):
        losses.hear(frame)
        return not losses.wanted
    ear.forget()
    ear.next(heard_all)
    hosts[0].crash()
    ear.next(announced_all, patience=30)
    hosts[1].crash()
    for host in "ab":
        sweep(lab, host)
    return losses.late()


def open_lab():
    lab = Lab("a", "b")
    for number, host in enumerate("ab", 1):
        lab.plug(host, "eth1", number)
        lab.on(host, "ip", "addr", "add", f"198.51.100.{number}/24", "dev",
               "eth1")
    return lab, Ear(lab, ["a", "b"])


def measure(samples, tell):
    """{row: [ms of each sample]}; ours and keepalived's take turns."""
    lab, ear = open_lab()
    rows = {}

    def turns(name, begin, step, count):
        tell(f"failover: {name}")
        subject = begin()
        try:
            rows.setdefault(name, []).extend(
                step(subject) for _ in range(count))
        finally:
            subject.close()
    try:
        blocks = 4
        for _ in range(blocks):
            count = max(1, samples // blocks)
            turns("killed", lambda: Pair(lab, ear, FAST, False), killed,
                  count)
            turns("keepalived killed", lambda: KeepalivedPair(lab, ear),
                  KeepalivedPair.round, count)
            turns("guardian", lambda: Pair(
                lab, ear, {"advbase": 1, "advskew": 0}, True), guarded,
                max(1, count // 3))
            turns("bow-out", lambda: Pair(
                lab, ear, {"advbase": 1, "advskew": 0}, True), bowed_out,
                max(1, count // 2))
            turns("carrier", lambda: Carrier(lab, ear), Carrier.round,
                  max(1, count // 3))
        for busy in False, True:
            key = "overshoot busy" if busy else "overshoot idle"
            before = stolen()
            for settings, count in (({"advbase": 0, "advskew": 1}, 90),
                                    ({"advbase": 0, "advskew": 20}, 10),
                                    ({"advbase": 0, "advskew": 100}, 5),
                                    ({"advbase": 1, "advskew": 0}, 3)):
                tell(f"failover: {key}, {settings}")
                rows.setdefault(key, []).extend(
                    overshoot(lab, ear, settings, count, busy))
            rows[key.replace("overshoot", "stolen")] = [stolen() - before]
        tell("failover: 255 vhids at once")
        rows["mass"] = [mass_failover(lab, ear, 255, 4) for _ in range(3)]
    finally:
        ear.close()
        lab.close()
    return rows
