#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Another host that speaks CARP: frames, digest, checksum and election of its
own, after the kernels' and ucarp's sources.  Knows nothing of carp-xdp.

  peer.py INTERFACE --group VHID/ADVBASE/VIP,VIP... --pass-file FILE
          --source ADDRESS... --control FIFO [--rules WHOSE]

Any number of groups.  Answers for no address.  Prints what happens, one line
each, behind the vhid:

  11 state MASTER timed out       a change of state, and why
  11 heard 4 1/100/0 192.0.2.1    family, advbase/advskew/byte 4, from whom
  11 refused digest 192.0.2.1     what it does not believe

Does nothing until told to, by lines in the FIFO: a vhid or "all", and

  start, master, backup           from INIT as a backup; a role by decree
  die, bow-out                    to INIT: in silence, with a farewell
  demote N, advskew N, preempt N
  link-local N                    whether sent digests cover such addresses
  pseudo N                        NetBSD's IPv6 checksum
"""
import argparse
import hashlib
import hmac
import ipaddress
import os
import random
import select
import socket
import struct
import time

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86DD
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST = 263, 1, 0
PACKET_OUTGOING = 4
CARP, INIT, BACKUP, MASTER = 112, "INIT", "BACKUP", "MASTER"
SKEW_MAX, BOW_OUT = 240, 255
TO_MAC = {4: bytes.fromhex("01005e000012"), 6: bytes.fromhex("333300000012")}
TO_IP = {4: ipaddress.ip_address("224.0.0.18").packed,
         6: ipaddress.ip_address("ff02::12").packed}


def sum16(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def complement(data):
    return struct.pack("!H", ~sum16(data) & 0xFFFF)


def skew_us(skew):
    return skew * 1000000 // 256


class Digest:
    """HMAC-SHA1 over 2, 1, vhid, addresses in order, and the counter."""

    def __init__(self, key, vhid, vips, link_local):
        first = sorted({vip for vip in vips if vip.version == 4})
        then = sorted({vip for vip in vips if vip.version == 6 and
                       (link_local or not vip.is_link_local)})
        self.key = key
        self.head = bytes([2, 1, vhid]) + b"".join(
            vip.packed for vip in first + then)

    def of(self, counter):
        return hmac.new(self.key, self.head + counter, hashlib.sha1).digest()


def pseudo6(source, target):
    return source + target + struct.pack("!II", 36, CARP)


def frame4(source, mac, carp):
    head = struct.pack("!BBHHHBBH", 0x45, 0x10, 56, random.getrandbits(16),
                       0x4000, 255, CARP, 0) + source + TO_IP[4]
    head = head[:10] + complement(head) + head[12:]
    return TO_MAC[4] + mac + struct.pack("!H", ETH_P_IP) + head + carp


def frame6(source, mac, carp):
    head = struct.pack("!IHBB", 6 << 28, 36, CARP, 255) + source + TO_IP[6]
    return TO_MAC[6] + mac + struct.pack("!H", ETH_P_IPV6) + head + carp


def open_frame(frame):
    """Family, source, target, hop limit and payload of a CARP packet."""
    kind = struct.unpack("!H", frame[12:14])[0]
    ip = frame[14:]
    if kind == ETH_P_IP and ip[9] == CARP:
        size = (ip[0] & 15) * 4
        end = struct.unpack("!H", ip[2:4])[0]
        return 4, ip[12:16], ip[16:20], ip[8], ip[size:end]
    if kind == ETH_P_IPV6 and ip[6] == CARP:
        return 6, ip[8:24], ip[24:40], ip[7], ip[40:76]
    return None


class Group:
    def __init__(self, options, sock, key, text):
        vhid, advbase, vips = text.split("/")
        vips = [ipaddress.ip_address(vip) for vip in vips.split(",")]
        self.sock, self.rules = sock, options.rules
        self.vhid, self.advbase, self.advskew = int(vhid), int(advbase), 0
        self.preempt = self.pseudo = self.demotion = 0
        self.families = sorted({vip.version for vip in vips})
        self.forms = [Digest(key, self.vhid, vips, False),
                      Digest(key, self.vhid, vips, True)]
        # OpenBSD sends without link-local addresses and takes both forms.
        openbsd = self.rules == "openbsd"
        self.signs = self.forms[not openbsd]
        self.believes = self.forms if openbsd else [self.forms[1]]
        self.source = {ip.version: ip.packed for ip in
                       map(ipaddress.ip_address, options.source)}
        self.mac = bytes([0, 0, 0x5E, 0, self.rules != "ucarp", self.vhid])
        self.counter, self.adopted = random.getrandbits(64), False
        self.state, self.down, self.next_ad = INIT, {}, None

    def say(self, *words):
        print(self.vhid, *words, flush=True)

    # --- numbers ------------------------------------------------------------

    def wire_skew(self):
        if self.rules == "freebsd":
            return max(0, min(SKEW_MAX, self.advskew + self.demotion))
        if self.rules == "ucarp" and self.demotion > 0:
            return max(SKEW_MAX, self.advskew)
        return self.advskew

    def wire_demote(self):
        if self.rules != "openbsd":
            return 0
        return max(0, min(255, self.demotion))

    def interval(self):
        us = self.advbase * 1000000 + skew_us(self.wire_skew())
        return (us or 3906) / 1e6

    def master_down(self):
        base, skew = self.advbase * 1000000, skew_us(self.advskew)
        if self.rules == "openbsd":
            return 3 * ((base + skew) or 3906) / 1e6
        return (3 * base + skew) / 1e6

    # --- sending ------------------------------------------------------------

    def next_counter(self):
        """OpenBSD's is constant; the others' is random until they have heard
        somebody, and that one's plus one from then on."""
        if self.rules != "openbsd":
            self.counter = ((self.counter + 1) % 2 ** 64 if self.adopted else
                            random.getrandbits(64))
        return struct.pack("!Q", self.counter)

    def advertise(self, advbase, advskew):
        for family in self.families:
            counter = self.next_counter()
            carp = (bytes([0x21, self.vhid, advskew, 7, self.wire_demote(),
                           advbase, 0, 0]) + counter + self.signs.of(counter))
            over = carp
            if family == 6 and self.pseudo:
                over = pseudo6(self.source[6], TO_IP[6]) + carp
            carp = carp[:6] + complement(over) + carp[8:]
            build = frame4 if family == 4 else frame6
            self.sock.send(build(self.source[family], self.mac, carp))

    def send_ads(self):
        self.advertise(self.advbase, self.wire_skew())
        self.next_ad = time.monotonic() + self.interval()

    # --- states -------------------------------------------------------------

    def become(self, state, why):
        self.state = state
        self.say("state", state, why)
        self.down, self.next_ad = {}, None
        if state == MASTER:
            self.send_ads()
        elif state == BACKUP:
            for family in self.families:
                self.arm(family)

    def arm(self, family):
        self.down[family] = time.monotonic() + self.master_down()

    # --- hearing ------------------------------------------------------------

    def refusal(self, family, source, target, ttl, carp):
        if source == self.source.get(family):
            return "own"
        if ttl != 255 or target != TO_IP[family]:
            return "ttl"
        if len(carp) < 36:
            return "length"
        if sum16(carp[:36]) != 0xFFFF:
            return "checksum"
        if carp[0] >> 4 != 2:
            return "version"
        if carp[16:36] not in [form.of(carp[8:16]) for form in self.believes]:
            return "digest"
        return None

    def hear(self, found):
        family, source, _, _, carp = found
        who = ipaddress.ip_address(source)
        why = self.refusal(*found)
        if why:
            self.say("refused", why, who)
            return
        counter = struct.unpack("!Q", carp[8:16])[0]
        if self.rules == "openbsd" and counter == self.counter:
            self.say("refused", "cookie", who)
            return
        if self.rules != "openbsd":
            self.counter, self.adopted = counter, True
        advskew, demote, advbase = carp[2], carp[4], carp[5]
        self.say("heard", family, "%d/%d/%d" % (advbase, advskew, demote), who)
        own = self.advbase, skew_us(self.wire_skew())
        theirs = advbase, skew_us(advskew)
        if self.state == MASTER:
            self.hear_as_master(own, theirs, demote, source, family)
        elif self.state == BACKUP:
            self.hear_as_backup(own, theirs, demote, family)

    def hear_as_master(self, own, theirs, demote, source, family):
        mine = self.wire_demote()
        if self.rules == "openbsd":
            yields = own >= theirs and demote <= mine or demote < mine
        elif self.rules == "freebsd":
            yields = own >= theirs
        else:
            # Read from the last byte, as on a little-endian host.
            first = source[::-1] < self.source[family][::-1]
            yields = own > theirs or own == theirs and first
            if yields:
                self.send_ads()
        if yields:
            self.become(BACKUP, "more frequent advertisement")

    def hear_as_backup(self, own, theirs, demote, family):
        patience = 3 * self.advbase
        openbsd, mine = self.rules == "openbsd", self.wire_demote()
        if self.preempt and own < theirs and not (openbsd and demote < mine):
            self.become(MASTER, "preempting a slower master")
        elif openbsd and demote > mine:
            self.become(MASTER, "master is more demoted")
        elif ((patience, own[1]) < theirs and
              not (openbsd and self.advbase == 0)):
            self.become(MASTER, "master will time out")
        else:
            self.arm(family)

    # --- the loop -----------------------------------------------------------

    def obey(self, verb, number=0):
        if verb in ("demote", "advskew"):
            setattr(self, "demotion" if verb == "demote" else verb, number)
            if self.state == MASTER:
                self.send_ads()
        elif verb in ("preempt", "pseudo"):
            setattr(self, verb, number)
        elif verb == "link-local":
            self.signs = self.forms[number]
        elif verb in ("start", "backup"):
            self.become(BACKUP, "told to")
        elif verb == "master":
            self.become(MASTER, "told to")
        else:
            if verb == "bow-out" and self.state == MASTER:
                self.advertise(BOW_OUT, BOW_OUT)
            self.become(INIT, "told to")

    def tick(self):
        now = time.monotonic()
        if self.state == MASTER and self.next_ad <= now:
            self.send_ads()
        elif self.state == BACKUP and min(self.down.values()) <= now:
            self.become(MASTER, "timed out")

    def deadlines(self):
        return [self.next_ad] if self.state == MASTER else self.down.values()


def open_socket(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.bind((interface, ETH_P_ALL))
    for group in TO_MAC.values():
        sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, struct.pack(
            "iHH8s", socket.if_nametoindex(interface), PACKET_MR_MULTICAST,
            6, group))
    return sock


def receive(sock, groups):
    frame, origin = sock.recvfrom(2048)
    if origin[2] == PACKET_OUTGOING or len(frame) < 54:
        return
    found = open_frame(frame)
    if found and len(found[4]) >= 2 and found[4][1] in groups:
        groups[found[4][1]].hear(found)


def command(line, groups):
    vhid, verb, *numbers = line.split()
    for group in groups.values():
        if vhid in ("all", str(group.vhid)):
            group.obey(verb, *map(int, numbers))


def run(sock, fifo, groups):
    while True:
        due = [at for group in groups.values() for at in group.deadlines()]
        wait = max(0, min(due) - time.monotonic()) if due else None
        ready, _, _ = select.select([sock, fifo], [], [], wait)
        if sock in ready:
            receive(sock, groups)
        if fifo in ready:
            for line in os.read(fifo, 4096).decode().splitlines():
                command(line, groups)
        # What has arrived counts before any timer.
        if not select.select([sock], [], [], 0)[0]:
            for group in groups.values():
                group.tick()


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("interface")
    parser.add_argument("--group", action="append", required=True)
    parser.add_argument("--pass-file", required=True)
    parser.add_argument("--source", action="append", required=True)
    parser.add_argument("--control", required=True)
    parser.add_argument("--rules", default="openbsd",
                        choices=["openbsd", "freebsd", "ucarp"])
    options = parser.parse_args()
    with open(options.pass_file, "rb") as file:
        key = file.read().rstrip(b"\n")
    sock = open_socket(options.interface)
    groups = [Group(options, sock, key, text) for text in options.group]
    fifo = os.open(options.control, os.O_RDWR)
    print("ready", flush=True)
    run(sock, fifo, {group.vhid: group for group in groups})


if __name__ == "__main__":
    main()
