#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Watches and probes a wire, for the demo and the tests.

  wire.py record INTERFACE...
      One JSON line for each CARP, VRRP, ARP and neighbour discovery frame that
      comes in through these interfaces, "t" being the kernel's stamp in ns.
  wire.py probe INTERFACE ADDRESS [SECONDS]
      Asks "who has ADDRESS" (ARP or neighbour solicitation), every
      millisecond unless told otherwise, until it is ended.
  wire.py verify PASS-FILE VIP... < RECORD
      Recomputes both checksums and the HMAC of each recorded advertisement.

Says "ready" on standard error once at work.  Knows nothing of carp-xdp: the
arithmetic is written down a second time here, on purpose.
"""
import fcntl
import hashlib
import hmac
import ipaddress
import json
import select
import signal
import socket
import struct
import sys
import time

ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 3, 0x0800, 0x0806, 0x86DD
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
SO_RCVBUFFORCE, SO_TIMESTAMPNS, SIOCGIFHWADDR = 33, 35, 0x8927
PROTO_CARP, PROTO_ICMPV6 = 112, 58
ND_SOLICIT, ND_ADVERT = 135, 136


def mac(raw):
    return ":".join("%02x" % byte for byte in raw)


def address(raw):
    return str(ipaddress.ip_address(raw))


def checksum(data):
    """RFC 1071; 0 over data that carries its own right checksum."""
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def read_ip(frame, ethertype):
    """Source, destination, hop limit, protocol, payload."""
    packet = frame[14:]
    if ethertype == ETH_P_IP:
        size = (packet[0] & 15) * 4
        end = struct.unpack("!H", packet[2:4])[0]
        return (packet[12:16], packet[16:20], packet[8], packet[9],
                packet[size:end])
    end = 40 + struct.unpack("!H", packet[4:6])[0]
    return packet[8:24], packet[24:40], packet[7], packet[6], packet[40:end]


def read_carp(frame, source, target, ttl, carp):
    return {"kind": "advert", "family": 4 if len(source) == 4 else 6,
            "source": address(source), "target": address(target),
            "ttl": ttl, "version": carp[0] >> 4, "vhid": carp[1],
            "advskew": carp[2], "demote": carp[4], "advbase": carp[5],
            "frame": frame.hex()}


def read_vrrp(source, target, vrrp):
    return {"kind": "vrrp", "source": address(source),
            "target": address(target), "version": vrrp[0] >> 4,
            "vrid": vrrp[1], "priority": vrrp[2]}


def read_nd(source, target, message):
    found = {"kind": "ns" if message[0] == ND_SOLICIT else "na",
             "source": address(source), "target": address(target),
             "address": address(message[8:24]), "flags": message[4] >> 5}
    if len(message) >= 32 and message[24] in (1, 2):
        found["mac"] = mac(message[26:32])
    return found


def read_frame(frame):
    """What a frame says, or None if it is none of ours."""
    ethertype = struct.unpack("!H", frame[12:14])[0]
    if ethertype == ETH_P_ARP:
        op, smac, sip, _, tip = struct.unpack("!H6s4s6s4s", frame[20:42])
        return {"kind": "arp", "op": op, "mac": mac(smac),
                "source": address(sip), "address": address(tip),
                "gratuitous": sip == tip}
    if ethertype not in (ETH_P_IP, ETH_P_IPV6):
        return None
    source, target, ttl, protocol, payload = read_ip(frame, ethertype)
    if protocol == PROTO_CARP and len(payload) >= 36:
        return read_carp(frame, source, target, ttl, payload)
    if protocol == PROTO_CARP and len(payload) >= 8 and payload[0] == 0x31:
        return read_vrrp(source, target, payload)
    if protocol == PROTO_ICMPV6 and payload[0] in (ND_SOLICIT, ND_ADVERT):
        return read_nd(source, target, payload)
    return None


def record(interfaces):
    poll, sockets = select.poll(), {}
    for name in interfaces:
        # With a protocol it would hear all interfaces until it is bound.
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        sock.bind((name, ETH_P_ALL))
        poll.register(sock, select.POLLIN)
        sockets[sock.fileno()] = (name, sock)
    print("ready", file=sys.stderr, flush=True)
    while True:
        for descriptor, _ in poll.poll():
            name, sock = sockets[descriptor]
            frame, control, _, _ = sock.recvmsg(2048, 64)
            found = read_frame(frame)
            if found:
                seconds, ns = struct.unpack("@qq", control[0][2])
                found.update(t=seconds * 10**9 + ns, port=name,
                             eth_source=mac(frame[6:12]),
                             eth_target=mac(frame[0:6]))
                print(json.dumps(found), flush=True)


def arp_request(own_mac, own_ip, wanted):
    return (b"\xff" * 6 + own_mac + struct.pack("!H", ETH_P_ARP) +
            struct.pack("!HHBBH", 1, ETH_P_IP, 6, 4, 1) +
            own_mac + own_ip + bytes(6) + wanted)


def solicitation(own_mac, own_ip, wanted):
    group = bytes.fromhex("ff0200000000000000000001ff") + wanted[13:]
    body = (struct.pack("!BBHI", ND_SOLICIT, 0, 0, 0) + wanted +
            b"\x01\x01" + own_mac)
    pseudo = own_ip + group + struct.pack("!II", len(body), PROTO_ICMPV6)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    return (b"\x33\x33\xff" + wanted[13:] + own_mac +
            struct.pack("!HIHBB", ETH_P_IPV6, 6 << 28, len(body),
                        PROTO_ICMPV6, 255) + own_ip + group + body)


def probe(interface, text, gap="0.001"):
    wanted = ipaddress.ip_address(text)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind((interface, 0))
    own_mac = fcntl.ioctl(sock, SIOCGIFHWADDR, struct.pack(
        "256s", interface.encode()))[18:24]
    family = socket.AF_INET if wanted.version == 4 else socket.AF_INET6
    route = socket.socket(family, socket.SOCK_DGRAM)
    route.connect((text, 9))
    own_ip = ipaddress.ip_address(route.getsockname()[0]).packed
    build = arp_request if wanted.version == 4 else solicitation
    frame = build(own_mac, own_ip, wanted.packed)
    print("ready", file=sys.stderr, flush=True)
    due = time.monotonic()
    while True:
        sock.send(frame)
        due = max(due + float(gap), time.monotonic() - 1)
        time.sleep(max(0, due - time.monotonic()))


def faults(advert, key, vips):
    """What is wrong with one recorded advertisement."""
    frame = bytes.fromhex(advert["frame"])
    ethertype = struct.unpack("!H", frame[12:14])[0]
    _, _, ttl, _, carp = read_ip(frame, ethertype)
    message = b"\x02\x01" + carp[1:2] + vips + carp[8:16]
    digest = hmac.new(key, message, hashlib.sha1).digest()
    if ethertype == ETH_P_IP and checksum(frame[14:34]):
        yield "IP checksum"
    if checksum(carp):
        yield "CARP checksum"
    if carp[16:36] != digest:
        yield "HMAC"
    if ttl != 255 or len(carp) != 36 or carp[0] != 0x21 or carp[3] != 7:
        yield "header"


def verify(path, *vips):
    with open(path, "rb") as file:
        key = file.read().rstrip(b"\n")
    vips = [ipaddress.ip_address(vip).packed for vip in vips]
    vips = b"".join(sorted(set(vips), key=lambda vip: (len(vip), vip)))
    seen = bad = 0
    for advert in map(json.loads, sys.stdin):
        if advert["kind"] == "advert":
            seen += 1
            for fault in faults(advert, key, vips):
                bad += 1
                print("bad %s: %s" % (fault, advert["frame"]))
    print("%d advertisements, %d faults" % (seen, bad))
    return 1 if bad or not seen else 0


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    verb, *rest = arguments or ["help"]
    if verb == "record":
        return record(rest)
    if verb == "probe":
        return probe(*rest)
    if verb == "verify":
        return verify(*rest)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
