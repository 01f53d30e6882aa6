# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Numbers, sums and digests of the protocols: what a reader of the RFCs and of
the CARP notes needs to judge a frame.  It never knows a configuration.
"""
import hashlib
import hmac

PASS, DROP, TX = "PASS", "DROP", "TX"
LABEL = b"carp-xdp sealed counter" + bytes(8)
MASK = (1 << 64) - 1


def be(data):
    return int.from_bytes(data, "big")


def total(data):
    """The ones' complement sum of 16-bit words, not folded."""
    if len(data) % 2:
        data += b"\0"
    # 2**16 is 1 modulo 65535: a number's residue is the sum of its words.
    number = be(data)
    return number % 65535 or (65535 if number else 0)


def sums_up(*parts):
    """Does the data carry its own right checksum (RFC 1071)?  Data of zeros
    alone does not."""
    number = sum(total(part) for part in parts)
    return number != 0 and number % 65535 == 0


def checksum(*parts):
    return 65535 - (sum(total(part) for part in parts) % 65535 or
                    (65535 if any(total(part) for part in parts) else 0))


def pseudo6(source, destination, length, protocol):
    return (source + destination + length.to_bytes(4, "big") +
            protocol.to_bytes(4, "big"))


def multicast(address):
    if len(address) == 4:
        return address[0] >> 4 == 14
    return address[0] == 0xff


def virtual_mac(vhid):
    return bytes([0, 0, 0x5e, 0, 1, vhid])


def digest(key, vhid, vips, counter):
    """HMAC-SHA1 of an advertisement, carp-protocol 2.2."""
    fours = sorted({vip for vip in vips if len(vip) == 4} -
                   {bytes(4), b"\xff" * 4})
    sixes = sorted({vip for vip in vips if len(vip) == 16} -
                   {bytes(16), b"\xff" * 16})
    message = (bytes([2, 1, vhid]) + b"".join(fours) + b"".join(sixes) +
               counter)
    return hmac.digest(key, message, "sha1")


def seal_key(key):
    return hmac.digest(key, LABEL, hashlib.sha1)[:16]


def rotate(word, bits):
    return (word << bits | word >> (64 - bits)) & MASK


def siphash(key, message):
    """SipHash-2-4 as its authors describe it."""
    k0 = int.from_bytes(key[:8], "little")
    k1 = int.from_bytes(key[8:], "little")
    a, b = k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d
    c, d = k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573

    def rounds(times):
        nonlocal a, b, c, d
        for _ in range(times):
            a = (a + b) & MASK
            c = (c + d) & MASK
            b = rotate(b, 13) ^ a
            d = rotate(d, 16) ^ c
            a = (rotate(a, 32) + d) & MASK
            c = (c + b) & MASK
            b = rotate(b, 17) ^ c
            d = rotate(d, 21) ^ a
            c = rotate(c, 32)

    padded = message + bytes(-(len(message) + 1) % 8)
    padded += bytes([len(message) & 255])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        d ^= word
        rounds(2)
        a ^= word
    c ^= 0xff
    rounds(4)
    return a ^ b ^ c ^ d


def seal_tag(key, vhid, advbase, advskew, demote, source, sequence):
    """The 24 bits of carp/seal.h."""
    family = 4 if len(source) == 4 else 6
    message = (bytes([vhid, advbase, advskew, demote, family, 0, 0, 0]) +
               sequence.to_bytes(8, "little") + source.ljust(16, b"\0"))
    return siphash(seal_key(key), message) & 0xffffff
