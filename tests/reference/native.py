# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The data plane compiled for the host (tests/native), filled with a World of
the reference.  It never judges.
"""
import ctypes
import os

from plane import ACTIONS, IN, TOP, map_entries, verdicts
from reference import Outcome

MAPS = ("", "carp_vhids", "carp_leases", "carp_vips4", "carp_vips6",
        "carp_counters", "carp_peers", "carp_shares")
EVENTS, EVENT_SIZE = 64, 64
NOW = 10 ** 15


class Report(ctypes.Structure):
    _fields_ = [("action", ctypes.c_int), ("verdict", ctypes.c_uint32),
                ("index", ctypes.c_uint32), ("moved", ctypes.c_uint32)]


class Native:
    def __init__(self):
        self.lib = ctypes.CDLL(os.path.join(TOP,
                                            "build/tests/native/native.so"))
        self.lib.native_new.restype = ctypes.c_void_p
        self.host = ctypes.c_void_p(self.lib.native_new())
        self.names = verdicts() + [None]
        self.events = ctypes.create_string_buffer(EVENTS * EVENT_SIZE)

    def configure(self, world):
        lib, host = self.lib, self.host
        lib.native_reset(host)
        lib.native_clock(host, ctypes.c_uint64(NOW))
        for name, key, value in map_entries(world):
            if lib.native_update(host, MAPS.index(name), key, value):
                raise SystemExit(f"{name} does not take an entry")
        for group in world.groups.values():
            for key, vips in group.signs:
                fours = [vip for vip in vips if len(vip) == 4]
                sixes = [vip for vip in vips if len(vip) == 16]
                lib.native_trust(host, group.vhid, key.ljust(20, b"\0"),
                                 b"".join(fours), ctypes.c_size_t(len(fours)),
                                 b"".join(sixes), ctypes.c_size_t(len(sixes)))

    def run(self, frames):
        return [self.one(way, frame) for way, frame in frames]

    def one(self, way, frame):
        report = Report()
        data = ctypes.create_string_buffer(frame, len(frame))
        size = ctypes.c_size_t(len(frame))
        if way == IN:
            self.lib.native_receive(self.host, data, size,
                                    ctypes.byref(report))
        else:
            self.lib.native_send(self.host, data, size,
                                 ctypes.c_bool(False), ctypes.byref(report))
        self.lib.native_events(self.host, self.events,
                               ctypes.c_size_t(EVENTS))
        name = self.names[report.verdict] if report.moved < 2 else "many"
        return Outcome(ACTIONS[way].get(report.action, report.action), name,
                       report.index, data.raw)
