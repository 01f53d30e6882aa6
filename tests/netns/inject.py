#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Sends frames through an interface, as whoever can reach the wire could.

  inject.py hex INTERFACE [TIMES]    frames in hex, one a line, from stdin
  inject.py vrrp INTERFACE VRID      a VRRPv2 and a VRRPv3 advertisement
  inject.py from INTERFACE MAC [TIMES]   an ordinary frame and an ARP from MAC
"""
import socket
import struct
import sys

VRRP_MAC = bytes.fromhex("01005e000012")


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ipv4(payload, protocol=112):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0xC0, 20 + len(payload), 1, 0,
                       255, protocol, 0, bytes([192, 0, 2, 77]),
                       bytes([224, 0, 0, 18]))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def vrrp(vrid):
    """Priority 255 in both versions: no master may outrank it."""
    address = bytes([192, 0, 2, 100])
    for head, tail in ((bytes([0x21, vrid, 255, 1, 0, 1]), bytes(8)),
                       (bytes([0x31, vrid, 255, 1, 0, 100]), b"")):
        body = head + b"\0\0" + address + tail
        body = head + struct.pack("!H", checksum(body)) + address + tail
        source = bytes.fromhex("00005e0001") + bytes([vrid])
        yield VRRP_MAC + source + b"\x08\x00" + ipv4(body)


def spoofed(mac):
    source = bytes.fromhex(mac.replace(":", ""))
    arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 1, source,
                      bytes([192, 0, 2, 100]), bytes(6),
                      bytes([192, 0, 2, 100]))
    yield b"\xff" * 6 + source + b"\x08\x06" + arp
    yield b"\xff" * 6 + source + b"\x88\xb5" + bytes(46)


def main(verb, interface, *rest):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0))
    frames, times = [], 1
    if verb == "hex":
        frames = [bytes.fromhex(line) for line in sys.stdin if line.strip()]
        times = int(rest[0]) if rest else 1
    elif verb == "vrrp":
        frames = list(vrrp(int(rest[0])))
    elif verb == "from":
        frames = list(spoofed(rest[0]))
        times = int(rest[1]) if len(rest) > 1 else 1
    sent = refused = 0
    for _ in range(times):
        for frame in frames:
            try:
                sock.send(frame)
                sent += 1
            except OSError:
                refused += 1
    print(sent, refused)


if __name__ == "__main__":
    main(*sys.argv[1:])
