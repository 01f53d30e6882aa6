#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Searches for a passphrase where it has no business.

  canary.py PASS-FILE file FILE...    folders too, with all that is in them
  canary.py PASS-FILE memory PID...   what these processes could leave in a core

One line for each find.  Exit status 0: it was found; 3: it was not, though there
was something to look at.  As bytes, as HMAC
mixes them with its pads, and written in hexadecimal, base64 or decimal numbers.
The passphrase is given in a file, or it would be found here.
"""
import base64
import os
import re
import sys


def spellings(secret):
    """(name, bytes) of what is looked for as it is."""
    yield "bytes", secret
    yield "inner pad", bytes(byte ^ 0x36 for byte in secret)
    yield "outer pad", bytes(byte ^ 0x5C for byte in secret)
    for skip in range(3):
        # Characters that depend on what is before or behind are left out.
        text = base64.b64encode(b"\0" * skip + secret).rstrip(b"=")
        first = (8 * skip + 5) // 6
        last = 8 * (skip + len(secret)) // 6
        yield "base64", text[first:last]
        yield "base64", text[first:last].replace(b"+", b"-").replace(b"/", b"_")


def found_in(data, secret, printed):
    """How it is spelled in the data, or would be where numbers are printed."""
    found = {name for name, text in spellings(secret) if text in data}
    if secret.hex().encode() in data:
        found.add("hexadecimal")
    if not printed:
        return sorted(found)
    digits = re.sub(rb"[\s:,.;\[\]\"-]|0x|\\x", b"", data).lower()
    if secret.hex().encode() in digits:
        found.add("hexadecimal")
    numbers = re.sub(rb"[\s\"]", b"", data)
    if ",".join(str(byte) for byte in secret).encode() in numbers:
        found.add("decimal")
    return sorted(found)


def files(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
        for folder, _, names in os.walk(path):
            yield from (os.path.join(folder, name) for name in names)


def areas(pid):
    """(name, bytes) of all memory that can be read; a ring buffer is mapped
    twice, and a device's memory not at all."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(n, 16) for n in line.split()[0].split("-"))
            try:
                memory.seek(start)
                yield f"{pid} {line.rstrip()}", memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                pass


def main(pass_file, kind, *what):
    with open(pass_file, "rb") as file:
        secret = file.read().rstrip(b"\n")
    any_found = False
    looked = 0
    if kind == "memory":
        places = (area for pid in what for area in areas(pid))
    else:
        places = ((path, open(path, "rb").read()) for path in files(what)
                  if os.path.isfile(path))
    for name, data in places:
        looked += len(data)
        for how in found_in(data, secret, kind == "file"):
            print(f"{name}: as {how}")
            any_found = True
    if not any_found and not looked:
        sys.exit("nothing to look at")
    return 0 if any_found else 3


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
