#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Counts on a wire what a restart could lose.

  watch.py ADDRESS CLIENT-PORT PORT...

Every ARP request for ADDRESS that comes in through the client's port, every
reply to it through the other ports, and the largest distance between two
advertisements of one family through each of those.  Stamps are the kernel's.
Says "ready" on standard error, a line of JSON on each line of input, counted
since the line before, and ends with its input.
"""
import ipaddress
import json
import select
import socket
import struct
import sys

ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 3, 0x0800, 0x0806, 0x86DD
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
PROTO_CARP = 112


class Count:
    def __init__(self, address, client):
        self.address = ipaddress.ip_address(address).packed
        self.client = client
        self.last = {}
        self.clear()

    def clear(self):
        self.asked = self.answered = 0
        self.adverts, self.gap = {}, {}

    def arp(self, port, frame):
        op, = struct.unpack("!H", frame[20:22])
        if port == self.client:
            self.asked += op == 1 and frame[38:42] == self.address
        elif op == 2 and frame[28:32] == self.address:
            # Not those that announce: they are to all.
            self.answered += frame[0] & 1 == 0

    def advert(self, port, family, at):
        key = port, family
        self.adverts[port] = self.adverts.get(port, 0) + 1
        if key in self.last:
            gap = (at - self.last[key]) / 1e6
            self.gap[port] = max(self.gap.get(port, 0), gap)
        self.last[key] = at

    def take(self, port, frame, at):
        kind, = struct.unpack("!H", frame[12:14])
        if kind == ETH_P_ARP:
            self.arp(port, frame)
        elif kind == ETH_P_IP and frame[23] == PROTO_CARP:
            self.advert(port, 4, at)
        elif kind == ETH_P_IPV6 and frame[20] == PROTO_CARP:
            self.advert(port, 6, at)

    def tell(self):
        print(json.dumps({"asked": self.asked, "answered": self.answered,
                          "adverts": self.adverts, "gap_ms": self.gap}),
              flush=True)
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
    count = Count(address, client)
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
