#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""How long a group still may speak after its interface has lost its carrier.

  silence.py NETNS PORT INTERFACE PINS VHID FLAPS [LIMIT_US]

Runs as the host, the group being master.  Takes PORT, the other end of INTERFACE in another network
namespace, down and up again, FLAPS times, and sees how long after the kernel
has told that the carrier is gone

  lease      the pinned lease is 0
  role       the pinned role is another
  addresses  the kernel tells that the last virtual IP was removed

Prints them in microseconds, as JSON: the median, the worst, and how many were
later than LIMIT_US.  Never asks the controller.
"""
import ctypes
import json
import mmap
import os
import socket
import statistics
import struct
import subprocess
import sys
import time

RTM_NEWLINK, RTM_DELADDR = 16, 21
RTMGRP_LINK, RTMGRP_IPV4_IFADDR = 1, 0x10
IFF_UP, IFF_LOWER_UP = 1, 0x10000
IFLA_IFNAME = 3
SYS_BPF, BPF_OBJ_GET = 321, 7
LIBC = ctypes.CDLL(None, use_errno=True)
PATIENCE_NS = 10 * 10**9
GLANCE_S = 20e-6  # never sleeping, it would keep the kernel's workers waiting


def mapped(path):
    """A pinned array, and the distance of its values."""
    info = json.loads(subprocess.check_output(
        ["bpftool", "-j", "map", "show", "pinned", path]))
    stride = (info["bytes_value"] + 7) // 8 * 8
    name = ctypes.create_string_buffer(path.encode())
    wanted = struct.pack("QII", ctypes.addressof(name), 0, 0)
    fd = LIBC.syscall(SYS_BPF, BPF_OBJ_GET, wanted, len(wanted))
    if fd < 0:
        raise OSError(ctypes.get_errno(), path)
    size = stride * info["max_entries"]
    size = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE * mmap.PAGESIZE
    return mmap.mmap(fd, size, prot=mmap.PROT_READ), stride


def rtnetlink(groups=0):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                         socket.NETLINK_ROUTE)
    sock.bind((0, groups))
    return sock


def over_there(netns):
    """A socket lives in the namespace it was made in."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + netns, os.O_RDONLY)
    if LIBC.setns(there, 0):
        raise OSError(ctypes.get_errno(), netns)
    sock = rtnetlink()
    if LIBC.setns(here, 0):
        raise OSError(ctypes.get_errno(), "setns")
    return sock


def switch(sock, port, on):
    name = port.encode() + b"\0"
    body = struct.pack("BxHiII", 0, 0, 0, IFF_UP if on else 0, IFF_UP)
    body += struct.pack("HH", 4 + len(name), IFLA_IFNAME) + name
    body += bytes(-len(body) % 4)
    sock.send(struct.pack("IHHII", 16 + len(body), RTM_NEWLINK, 1 | 4, 1, 0)
              + body)
    if struct.unpack_from("i", sock.recv(4096), 16)[0]:
        raise OSError("cannot switch " + port)


class Group:
    def __init__(self, pins, vhid):
        self.leases, _ = mapped(pins + "/carp_leases")
        self.vhids, self.stride = mapped(pins + "/carp_vhids")
        self.vhid = vhid
        self.master = self.role()

    def lease(self):
        return struct.unpack_from("Q", self.leases, 8 * self.vhid)[0]

    def role(self):
        return struct.unpack_from("I", self.vhids, self.stride * self.vhid)[0]


def news(sock, index):
    """What the kernel has told of the interface so far."""
    told = set()
    while True:
        try:
            data = sock.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return told
        size, kind = struct.unpack_from("IH", data)
        at, = struct.unpack_from("i", data, 20)
        if at != index:
            continue
        flags, = struct.unpack_from("I", data, 24)
        if kind == RTM_NEWLINK and not flags & IFF_LOWER_UP:
            told.add("carrier")
        if kind == RTM_DELADDR:
            told.add("addresses")


def watch(group, monitor, index):
    """When each of the four things was first seen."""
    seen, end = {}, time.monotonic_ns() + PATIENCE_NS
    while len(seen) < 4:
        told = news(monitor, index)
        if group.lease() == 0:
            told.add("lease")
        if group.role() != group.master:
            told.add("role")
        now = time.monotonic_ns()
        for what in told:
            seen.setdefault(what, now)
        if now > end:
            raise SystemExit("seen only: " + " ".join(seen))
        time.sleep(GLANCE_S)
    return seen


def master(group):
    end = time.monotonic_ns() + PATIENCE_NS
    while group.role() != group.master or group.lease() == 0:
        if time.monotonic_ns() > end:
            raise SystemExit("does not become master again")
        time.sleep(0.01)


def main(netns, port, interface, pins, vhid, flaps, limit_us="5000"):
    group, index = Group(pins, int(vhid)), socket.if_nametoindex(interface)
    remote = over_there(netns)
    monitor = rtnetlink(RTMGRP_LINK | RTMGRP_IPV4_IFADDR)
    times = {"lease": [], "role": [], "addresses": []}
    for _ in range(int(flaps)):
        master(group)
        news(monitor, index)
        switch(remote, port, False)
        seen = watch(group, monitor, index)
        for what, list_ in times.items():
            list_.append(max(0, seen[what] - seen["carrier"]) / 1000)
        switch(remote, port, True)
    master(group)
    print(json.dumps({what: {
        "median": round(statistics.median(list_)), "worst": round(max(list_)),
        "late": sum(us > int(limit_us) for us in list_)}
        for what, list_ in times.items()}))


main(*sys.argv[1:])
