#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Frames for the generator, in hex, as anybody on the wire could send them.

  frames.py carp VHID    an advertisement of the highest rank, all right but
                         for its digest
  frames.py vrrp VRID    a VRRPv3 advertisement of the highest priority, all
                         right but for its checksum
  frames.py arp ADDRESS  who has ADDRESS, from a host that is not there
"""
import ipaddress
import struct
import sys

STRANGER = bytes.fromhex("02000000004d")
STRANGER_IP = bytes([192, 0, 2, 77])
TO_MAC = bytes.fromhex("01005e000012")
TO_IP = bytes([224, 0, 0, 18])


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", total ^ 0xFFFF)


def multicast(source, payload):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 255,
                       112, 0) + STRANGER_IP + TO_IP
    head = head[:10] + checksum(head) + head[12:]
    return TO_MAC + source + b"\x08\x00" + head + payload


def carp(vhid):
    head = bytes([0x21, vhid, 0, 7, 0, 1])
    # The last four bytes: what the generator changes adds up to their sum.
    rest = bytes.fromhex("0123456789abcdef") + bytes(18) + b"\xff\xff"
    mac = bytes.fromhex("00005e0001") + bytes([vhid])
    body = head + checksum(head + b"\0\0" + rest) + rest
    return multicast(mac, body)


def vrrp(vrid):
    address = bytes([192, 0, 2, 100])
    mac = bytes.fromhex("00005e0001") + bytes([vrid])
    return multicast(mac, bytes([0x31, vrid, 255, 1, 0, 100, 0xBA, 0xD0])
                     + address)


def arp(address):
    target = ipaddress.ip_address(address).packed
    return (b"\xff" * 6 + STRANGER + b"\x08\x06"
            + struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + STRANGER
            + STRANGER_IP + bytes(6) + target)


if __name__ == "__main__":
    kind, value = sys.argv[1:]
    made = {"carp": lambda: carp(int(value)), "vrrp": lambda: vrrp(int(value)),
            "arp": lambda: arp(value)}[kind]()
    print(made.hex())
