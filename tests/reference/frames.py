# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Frames, built byte by byte.  It never asks the reference what becomes of
them.
"""
import socket

from wire import checksum, digest, pseudo6, seal_tag

HOST = bytes.fromhex("021122334455")
NIC = bytes.fromhex("525400aabbcc")
BROADCAST = b"\xff" * 6


def ip(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_pton(family, text)


def group_mac(address):
    if len(address) == 4:
        return b"\x01\x00\x5e" + bytes([address[1] & 127]) + address[2:]
    return b"\x33\x33" + address[12:]


def ethernet(destination, source, kind, payload, tags=()):
    out = destination + source
    for tag, control in tags:
        out += tag.to_bytes(2, "big") + control.to_bytes(2, "big")
    return out + kind.to_bytes(2, "big") + payload


def ip4(source, destination, protocol, payload, ttl=255, fragment=0x4000,
        options=b"", version=4, tos=0x10):
    size = 20 + len(options)
    head = (bytes([version << 4 | size // 4, tos]) +
            (size + len(payload)).to_bytes(2, "big") + b"\x12\x34" +
            fragment.to_bytes(2, "big") + bytes([ttl, protocol]))
    check = checksum(head, source, destination, options)
    return (head + check.to_bytes(2, "big") + source + destination + options +
            payload)


def ip6(source, destination, protocol, payload, ttl=255, length=None):
    length = len(payload) if length is None else length
    return (b"\x60\0\0\0" + length.to_bytes(2, "big") +
            bytes([protocol, ttl]) + source + destination + payload)


def wrap(source, destination, protocol, payload, mac=None, ether=HOST,
         tags=(), **header):
    """An IP packet of either family in its frame."""
    build, kind = (ip4, 0x0800) if len(source) == 4 else (ip6, 0x86dd)
    return ethernet(mac or group_mac(destination), ether, kind,
                    build(source, destination, protocol, payload, **header),
                    tags)


def carp(vhid, key, vips, counter, advbase=1, advskew=20, demote=0,
         version_type=0x21, authlen=7, pseudo=b""):
    number = counter.to_bytes(8, "big")
    head = bytes([version_type, vhid, advskew, authlen, demote, advbase])
    tail = number + digest(key, vhid, vips, number)
    return head + checksum(pseudo, head, tail).to_bytes(2, "big") + tail


def sealed(key, vhid, source, sequence, advbase=1, advskew=20, demote=0):
    """The counter of ours."""
    return sequence << 24 | seal_tag(key, vhid, advbase, advskew, demote,
                                     source, sequence)


def arp(operation, mac, sender, target_mac, target, destination=BROADCAST,
        ether=None, tags=()):
    return ethernet(destination, ether or mac, 0x0806,
                    b"\0\1\x08\0\6\4" + operation.to_bytes(2, "big") + mac +
                    sender + target_mac + target, tags)


def nd(kind, source, destination, target, options=b"", flags=0, code=0,
       mac=None, ether=HOST, ttl=255, tags=(), padding=0):
    body = bytes([flags, 0, 0, 0]) + target + options
    head = bytes([kind, code])
    check = checksum(pseudo6(source, destination, len(body) + 4, 58), head,
                     body)
    return wrap(source, destination, 58,
                head + check.to_bytes(2, "big") + body, mac, ether, tags,
                ttl=ttl) + bytes(padding)


def solicited_node(target):
    return ip("ff02::1:ff00:0")[:13] + target[13:]


def lladdr(kind, mac, units=1):
    return bytes([kind, units]) + mac + bytes(8 * units - 8 if units else 0)
