#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Counts on a wire what a restart could lose.

  watch.py ADDRESS CLIENT-PORT PORT...

Every ARP request for ADDRESS that comes in through the client's port, every
reply to it through the other ports, and the largest distance between two
advertisements of one family through each of those.  Stamps are the kernel's.

A control on each CPU tells what is the machine's: a process that comes before
all others and does nothing but send itself a datagram every millisecond.
While that is late, the CPU was away, or in the kernel for others.

Says "ready" on standard error, and answers each line of input with five
numbers, counted since the line before: requests, replies, and in microseconds
the largest distance through the first port, the largest less the time that
CPUs were away, and the longest time that one was away.  Ends with its input.
"""
import gc
import ipaddress
import os
import select
import socket
import struct
import sys
import time

ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 3, 0x0800, 0x0806, 0x86DD
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
PROTO_CARP = 112
TICK_NS, AWAY_NS = 10**6, 500 * 10**3
PRIORITY = 30


def stay(out):
    """The control: writes when it was away, until its parent has gone."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    gc.disable()
    parent = os.getppid()
    mirror = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mirror.bind(("127.0.0.1", 0))
    mirror.connect(mirror.getsockname())
    while os.getppid() == parent:
        due = time.time_ns() + TICK_NS
        time.sleep(TICK_NS / 1e9)
        mirror.send(b"")
        mirror.recv(1)
        now = time.time_ns()
        if now - due > AWAY_NS:
            os.write(out, struct.pack("@qq", due, now))


class Control:
    def __init__(self):
        self.times = []
        self.out, into = os.pipe()
        os.set_blocking(self.out, False)
        for cpu in os.sched_getaffinity(0):
            if os.fork() == 0:
                os.sched_setaffinity(0, {cpu})
                stay(into)
                os._exit(0)

    def read(self):
        size = struct.calcsize("@qq")
        while True:
            try:
                text = os.read(self.out, size)
            except BlockingIOError:
                return
            self.times.append(struct.unpack("@qq", text))

    def within(self, start, end):
        """How long some CPU was away, and the longest time."""
        total = longest = 0
        for since, until in sorted(self.times):
            away = min(until, end) - max(since, start)
            if away > 0:
                total += away
                longest = max(longest, away)
                start = max(start, until)
        return total, longest


class Count:
    def __init__(self, address, client, port):
        self.address = ipaddress.ip_address(address).packed
        self.client, self.port = client, port
        self.last = {}
        self.control = Control()
        self.clear()

    def clear(self):
        self.since = time.time_ns()
        self.asked = self.answered = 0
        self.gaps = []
        self.control.times.clear()

    def arp(self, port, frame):
        op, = struct.unpack("!H", frame[20:22])
        if port == self.client:
            self.asked += op == 1 and frame[38:42] == self.address
        elif op == 2 and frame[28:32] == self.address:
            # Not those that announce: they are to all.
            self.answered += frame[0] & 1 == 0

    def advert(self, port, family, at):
        if port == self.port:
            self.gaps.append((self.last.get(family, at), at))
            self.last[family] = at

    def take(self, port, frame, at):
        kind, = struct.unpack("!H", frame[12:14])
        if kind == ETH_P_ARP:
            self.arp(port, frame)
        elif kind == ETH_P_IP and frame[23] == PROTO_CARP:
            self.advert(port, 4, at)
        elif kind == ETH_P_IPV6 and frame[20] == PROTO_CARP:
            self.advert(port, 6, at)

    def tell(self):
        now = time.time_ns()
        self.control.read()
        gaps = self.gaps + [(last, now) for last in self.last.values()]
        gap = max((end - start for start, end in gaps), default=0)
        own = max((end - start - self.control.within(start, end)[0]
                   for start, end in gaps), default=0)
        _, away = self.control.within(self.since, now)
        print(self.asked, self.answered, gap // 1000, own // 1000,
              away // 1000, flush=True)
        self.clear()


def open_port(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    sock.bind((name, ETH_P_ALL))
    sock.setblocking(False)
    return sock


def drain(sock, name, count):
    while True:
        try:
            frame, control, _, _ = sock.recvmsg(128, 64)
        except BlockingIOError:
            return
        seconds, ns = struct.unpack("@qq", control[0][2])
        count.take(name, frame, seconds * 10**9 + ns)


def main(address, client, *ports):
    count = Count(address, client, ports[0])
    poll, sockets = select.poll(), {}
    for name in (client,) + ports:
        sock = open_port(name)
        poll.register(sock, select.POLLIN)
        sockets[sock.fileno()] = (sock, name)
    poll.register(0, select.POLLIN)
    print("ready", file=sys.stderr, flush=True)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll()]
        for sock, name in sockets.values():
            drain(sock, name, count)
        if 0 in ready:
            if not sys.stdin.readline():
                return
            count.tell()


if __name__ == "__main__":
    main(*sys.argv[1:])
