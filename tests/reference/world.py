# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What an interface is configured for, and what it has heard so far, in the
words of the manual page.  It never judges a frame.
"""
from dataclasses import dataclass, field

ROLES = ("none", "observer", "auditor", "init", "backup", "master")
BALANCINGS = ("none", "ip", "ip-stealth", "ip-unicast")


@dataclass
class Group:
    """One vhid.  `signs` are pairs of passphrase and virtual IPs that are
    believed, `seals` the passphrases that seal."""
    vhid: int
    role: str = "backup"
    lease: bool = False
    nic: bytes = bytes.fromhex("525400aabbcc")
    source4: bytes = bytes(4)
    source6: bytes = bytes(16)
    router: bool = False
    peers4: set = None
    peers6: set = None
    ttl_min: int = 0
    auth: str = "auto"
    own_counters: tuple = ()
    signs: list = field(default_factory=list)
    seals: list = field(default_factory=list)
    balancing: str = "none"
    leader: int = 0
    nodes: tuple = ()  # of the cluster, the same in each of its groups

    @property
    def takes_part(self):
        return self.role in ("init", "backup", "master")


@dataclass
class Sender:
    """What is known of who sends: `seals` once that is sure, until then
    `candidate`: the sequence of one good seal."""
    seals: bool = False
    last: int = 0
    candidate: int = None


class World:
    def __init__(self):
        self.groups = {}
        self.vips = {}
        self.clusters = {}  # leader: the vhids of its nodes, ascending
        self.senders = {}  # (vhid, source address): Sender

    def add(self, group, *vips):
        self.groups[group.vhid] = group
        for vip in vips:
            self.vips[vip] = group.vhid
        return group

    def cluster(self, balancing, *vhids):
        """Makes a cluster of groups that are there."""
        for vhid in vhids:
            self.groups[vhid].balancing = balancing
            self.groups[vhid].leader = vhids[0]
            self.groups[vhid].nodes = vhids
        self.clusters[vhids[0]] = vhids

    def group(self, vhid):
        """The group of that vhid, if there is one."""
        group = self.groups.get(vhid)
        return group if group and group.role != "none" else None

    def owner(self, address):
        """Who a virtual IP belongs to: known even without its group."""
        vhid = self.vips.get(address)
        if vhid is None:
            return None
        return self.groups.get(vhid) or Group(vhid, role="none")

    @property
    def shares(self):
        return bool(self.clusters)
