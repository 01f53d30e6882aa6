#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Many clients of one address that several hosts share, in one process.

  share.py serve PORT
      Takes TCP connections, both families, and closes them.
  share.py ask INTERFACE VIP PORT MAC,MAC... NETWORK COUNT
      From each of COUNT addresses of NETWORK, which must be on the interface,
      asks VIP once by ICMP echo and once by TCP.  The answer has to come
      exactly once, from the MAC of the node the addresses come to: the first
      MAC is node 0's.  Says how many each answered; status 1 and a line for
      each that went wrong.

The arithmetic of OpenBSD's IP balancing is written down a second time here, on
purpose: it knows nothing of carp-xdp.
"""
import collections
import ipaddress
import selectors
import socket
import struct
import sys
import time

ETH_P_ALL = 3
IDENTIFIER = 0x4a52
PATIENCE, SETTLE = 3.0, 0.3  # seconds


def node_of(source, vip, count):
    """XOR of all 32-bit words of both addresses, modulo the nodes."""
    words = source.packed + vip.packed
    fold = 0
    for at in range(0, len(words), 4):
        fold ^= int.from_bytes(words[at:at + 4], "big")
    return fold % count


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def echo(source, vip):
    if vip.version == 4:
        body = struct.pack("!BBHHH", 8, 0, 0, IDENTIFIER, 1)
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        family, protocol = socket.AF_INET, socket.IPPROTO_ICMP
    else:
        body = struct.pack("!BBHHH", 128, 0, 0, IDENTIFIER, 1)
        family, protocol = socket.AF_INET6, socket.IPPROTO_ICMPV6
    with socket.socket(family, socket.SOCK_RAW, protocol) as raw:
        raw.bind((str(source), 0))
        raw.sendto(body, (str(vip), 0))


def open_tcp(source, vip, port):
    family = socket.AF_INET if vip.version == 4 else socket.AF_INET6
    tcp = socket.socket(family, socket.SOCK_STREAM)
    tcp.setblocking(False)
    tcp.bind((str(source), 0))
    tcp.connect_ex((str(vip), port))
    return tcp


def read_answer(frame, vip):
    """What an Ethernet frame from the VIP is: (kind, client, MAC) or None."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800 and vip.version == 4:
        size = (frame[14] & 15) * 4
        source, target = frame[26:30], frame[30:34]
        protocol, payload = frame[23], frame[14 + size:]
    elif kind == 0x86DD and vip.version == 6:
        source, target = frame[22:38], frame[38:54]
        protocol, payload = frame[20], frame[54:]
    else:
        return None
    if source != vip.packed:
        return None
    if protocol in (1, 58) and payload[0] in (0, 129):
        what = "echo"
    elif protocol == 6 and payload[13] & 0x12 == 0x12:
        what = "accept"
    elif protocol == 6 and payload[13] & 0x04:
        what = "reset"
    else:
        return None
    mac = ":".join("%02x" % byte for byte in frame[6:12])
    return what, ipaddress.ip_address(target), mac


def drain(wire, vip, answers, seconds, wanted):
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as ready:
        ready.register(wire, selectors.EVENT_READ)
        while time.monotonic() < end:
            if wanted and sum(map(len, answers.values())) >= wanted:
                return
            if not ready.select(0.05):
                continue
            frame, info = wire.recvfrom(2048)
            if info[2] == socket.PACKET_OUTGOING:
                continue
            found = read_answer(frame, vip)
            if found:
                answers[found[1], found[0]].append(found[2])


def ask(interface, vip, port, macs, network, count):
    vip = ipaddress.ip_address(vip)
    macs = macs.split(",")
    first = int(ipaddress.ip_network(network).network_address)
    clients = [ipaddress.ip_address(first + i) if vip.version == 4
               else ipaddress.IPv6Address(first + i)
               for i in range(int(count))]
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    wire.bind((interface, 0))
    answers = collections.defaultdict(list)
    open_ones = []
    for client in clients:
        echo(client, vip)
        open_ones.append(open_tcp(client, vip, int(port)))
    drain(wire, vip, answers, PATIENCE, 2 * len(clients))
    drain(wire, vip, answers, SETTLE, 0)
    wrong, taken = 0, collections.Counter()
    for client in clients:
        node = node_of(client, vip, len(macs))
        taken[node] += 1
        got = {what: answers[client, what]
               for what in ("echo", "accept", "reset")}
        if got != {"echo": [macs[node]], "accept": [macs[node]], "reset": []}:
            print("%s: node %d, %s: got %s" % (client, node, macs[node], got))
            wrong += 1
    print("nodes:", " ".join("%d:%d" % one for one in sorted(taken.items())))
    if min(taken.values()) * 4 < len(clients) // len(macs):
        print("not much of a share")
        wrong += 1
    for tcp in open_ones:
        tcp.close()
    return wrong > 0


def serve(port):
    with socket.create_server(("::", int(port)), family=socket.AF_INET6,
                              dualstack_ipv6=True, backlog=1024) as server:
        while True:
            server.accept()[0].close()


def main():
    verbs = {"serve": serve, "ask": ask}
    if len(sys.argv) < 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    sys.exit(verbs[sys.argv[1]](*sys.argv[2:]))


main()
