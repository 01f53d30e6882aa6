#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""One table of what was measured beside what is aimed at.

  table.py FRAMES.json HOSTS.json > TABLE.md

A goal that is missed stays in the table, said as plainly as one that is met.
Figures are medians of a run's rounds, least and most behind them.
"""
import json
import statistics
import sys


def part(values, percent):
    """The value that so many percent do not exceed."""
    values = sorted(values)
    return values[min(len(values) - 1, max(
        0, -(-len(values) * percent // 100) - 1))]


def spread(values, digits=1):
    return "%.*f (%.*f to %.*f)" % (
        digits, statistics.median(values), digits, min(values), digits,
        max(values))


def parts(values, digits=2):
    return "p50 %.*f, p99 %.*f, of %d" % (
        digits, statistics.median(values), digits, part(values, 99),
        len(values))


class Frames:
    """What build/bench/bench has found."""

    def __init__(self, found):
        self.costs = {row["frame"]: row for row in found["frame_cost"]}
        self.digest = {row["how"]: row for row in found["digest"]["openssl"]}
        self.veth = {(row["what"], row["far_end"]): row
                     for row in found["veth"]}
        self.found = found

    def net(self, name):
        return self.costs[name]["net_ns"]

    def ratio_to_openssl(self):
        ours = self.net("advertisement, forged: full HMAC")["rounds"]
        theirs = self.digest["one-shot HMAC()"]["ns"]["rounds"]
        return [a / b for a, b in zip(ours, theirs)]


REFUSALS = {
    "wrong TTL": "advertisement, bad TTL",
    "cut short": "advertisement cut short",
    "wrong version": "advertisement, bad version",
    "vhid not ours": "advertisement for a vhid not ours",
    "bad checksum": "advertisement, bad checksum",
    "no peer of ours": "advertisement from no peer of ours",
    "sealed, replayed": "advertisement, sealed and replayed",
}


def frame_rows(frames):
    def row(what, name, goal):
        net = frames.net(name)
        return what, "%.1f (%.1f to %.1f) ns" % (
            net["median"], net["min"], net["max"]), goal
    yield row("unrelated traffic, 255 vhids, beyond a bare `XDP_PASS`",
              "unrelated TCP, 255 vhids", "5 ns")
    rates = frames.veth.get(("tcp", "carp-xdp"))
    if rates:
        share = rates["to_bare"]
        yield ("the same as packet rate over veth", "%.1f %% less (%.1f to"
               " %.1f)" % tuple(100 * (1 - share[key]) for key in
                                ("median", "max", "min")), "3 %")
    for text, name in REFUSALS.items():
        yield row(f"refused advertisement: {text}, beyond a bare `XDP_DROP`",
                  name, "15 ns")
    yield row("forged advertisement, `--auth strict`",
              "the same with --auth strict: SipHash", "75 ns")
    yield ("forged advertisement, full HMAC, against OpenSSL's one-shot"
           " `HMAC()`", spread(frames.ratio_to_openssl(), 2) + " x", "1.0 x")
    for what, name in ("arp", "ARP replies"), ("nd", "NA replies"):
        found = frames.veth[what, "carp-xdp"]
        yield (f"{name} on one core, against the kernel's, gross",
               "%.1f x, %.2f million/s" % (
                   found["to_kernel_gross"]["median"],
                   found["per_second"]["median"] / 1e6), "4 x")
        yield (f"{name}, net of the generator", "%.1f x" %
               found["to_kernel_net"]["median"], "8 x")
    yield row("virtual MAC rewritten, beyond a bare pass",
              "virtual MAC rewritten", "10 ns")
    yield ("ARP lookup among 100,000 VIPs, against one", "%.2f x" % (
        frames.net("ARP answered, 100,000 VIPs")["median"] /
        frames.net("ARP answered, 1 vhid")["median"]), "1 x")


def failover_rows(rows):
    ours, theirs = rows["killed"], rows["keepalived killed"]
    yield ("failover, everything of the daemon killed, advbase 0",
           parts(ours) + " ms", "12.5 ms, p99 13 ms")
    yield ("... against keepalived at its fastest (10 ms): " +
           parts(theirs) + " ms", "%.2f x" % (
               statistics.median(ours) / statistics.median(theirs)),
           "0.35 x")
    for what, name in (("guardian", "controller killed, guardian alive, to"
                        " the first gratuitous ARP"),
                       ("bow-out", "bow-out, to the same"),
                       ("carrier", "carrier lost on another interface, to"
                        " the same")):
        yield name, parts(rows[what]) + " ms", "p99 2 ms"
    yield ("beyond the dead time, idle", parts(rows["overshoot idle"]) +
           " ms", "p99 0.3 ms")
    yield ("beyond the dead time, all cores busy (steal: %.0f"
           " ms)" % rows["stolen busy"][0],
           parts(rows["overshoot busy"]) + " ms", "p99 1 ms")
    yield ("255 vhids x 4 VIPs, the last announcement beyond the dead time",
           spread(rows["mass"]) + " ms", "10 ms")


def ratio(rows, key):
    ours = statistics.median(row[key] for row in rows["ours"])
    theirs = statistics.median(row[key] for row in rows["keepalived"])
    return ours / theirs


def service_rows(rows):
    names = {"ours": "carp-xdp", "ucarp": "ucarp",
             "bare": "a program that only drops",
             "one queue": "carp-xdp, all in one receive queue",
             "one queue, strict": "... with --auth strict"}
    for name in names:
        kept = [row["flooded"]["per_second"] / row["quiet"]["per_second"]
                for row in rows[name]]
        flood = [row["flooded"]["flood"] for row in rows[name]]
        yield ("TCP requests a second under %.2f million forged a second,"
               " against none: %s" % (
                   statistics.median(flood),
                   names[name]),
               spread(kept, 2) + " x", "0.9 x" if name == "ours" else "")


def scale_rows(rows):
    most = max(rows["ours"], key=int)
    ours = rows["ours"][most]
    yield (f"{most} vhids, 1 s advertisements: CPU", "%.2f %% of a core" %
           ours["cpu"], "2 %")
    # With too many instances keepalived does not live through it.
    whole = max(row["processes"] for row in rows["keepalived"].values())
    both = [count for count, row in rows["keepalived"].items()
            if count in rows["ours"] and row["processes"] == whole]
    count = max(both, key=int)
    yield (f"... a group, against keepalived with {count}", "%.2f x" % (
        rows["ours"][count]["cpu"] / rows["keepalived"][count]["cpu"]),
        "0.1 x")
    yield "... memory", "%.1f MiB" % ours["memory"], "32 MiB"
    many = max(rows["addresses"], key=int)
    yield (f"{int(many):,} VIPs attached in", "%.1f s" %
           rows["addresses"][many]["attach"], "5 s")


def single_rows(rows):
    yield ("one group: memory of all processes, against keepalived",
           "%.2f x, %.1f MiB" % (ratio(rows, "memory"), statistics.median(
               row["memory"] for row in rows["ours"])), "0.6 x")
    yield ("one group: CPU", "%.3f %% of a core" % statistics.median(
        row["cpu"] for row in rows["ours"]), "0.05 %")
    yield ("start of the daemon to protecting", spread(
        [row["start"] for row in rows["ours"]], 0) + " ms", "100 ms")


def reload_rows(rows):
    def both(kind):
        return spread(rows["ours"][kind]) + " ms, keepalived " + spread(
            rows["keepalived"][kind]) + " ms"

    yield "reload of 255 groups: nothing changed", both("nothing"), "10 ms"
    yield "... one changed", both("one"), ""
    yield "... all changed", both("all"), ""


SECTIONS = {"failover": failover_rows, "service": service_rows,
            "scale": scale_rows, "single": single_rows,
            "reload": reload_rows}


def main(frames_path, hosts_path):
    with open(frames_path, encoding="utf-8") as file:
        frames = Frames(json.load(file))
    with open(hosts_path, encoding="utf-8") as file:
        hosts = json.load(file)
    print("%s, %d CPUs, Linux %s, %s\n" % tuple(
        frames.found[key] for key in ("processor", "cpus", "kernel",
                                      "date")))
    print("| what | measured | goal |\n|---|---|---|")
    rows = list(frame_rows(frames))
    for section, make in SECTIONS.items():
        if section in hosts:
            rows += make(hosts[section])
    for row in rows:
        print("| %s | %s | %s |" % row)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
