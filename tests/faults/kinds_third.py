# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What a third party does to a host: detaches programs, removes pins, file
systems, addresses and interfaces.
"""

import json
import time

from kinds import fault, never_with_another, now, took_over
from world import VIP4, VIP6, VHID, Unfit, Violation, must, run, wait_until


def attached(host):
    interfaces = host.ask({"verb": "status"})["interfaces"]
    return bool(interfaces) and interfaces[0]["attached"]


def detach_program(host):
    must("bpftool", "link", "detach", "pinned",
         str(host.pins / "eth0" / "link"))


# A program that is gone is noticed within a second.  Until then the kernel
# answers for the addresses it has been given, as master.
@fault("third", odd=True)
def program_detached_from_master(world, _rng):
    detach_program(world.a)
    wait_until(lambda: attached(world.a) and world.a.has_program(),
               "a's program is back")


@fault("third")
def program_detached_from_backup(world, rng):
    """It is deaf then, and must not take that for a dead master."""
    detach_program(world.b)
    time.sleep(rng.random() * 0.3)
    wait_until(world.b.has_program, "b's program is back")


@fault("third")
def program_detached_and_master_dies(world, _rng):
    detach_program(world.b)
    begin = now()
    world.a.kill()
    took_over(world, ["b", "c"], begin, "somebody takes over")
    wait_until(world.b.has_program, "b's program is back")
    never_with_another(world, "a")


def guard(host):
    """The number of the link that guards the way out of a host; None where
    it is no link, which before Linux 6.6 it is not, or gone."""
    code, text = run("bpftool", "-j", "link", "show", "pinned",
                     str(host.pins / "eth0" / "egress"))
    return None if code else json.loads(text)["id"]


@fault("third")
def guard_detached(world, rng):
    """From whoever: it is noticed, and another one put there."""
    host = rng.choice(world.hosts)
    before = guard(host)
    if before is None:
        raise Unfit("the guard on the way out is no link here")
    must("bpftool", "link", "detach", "pinned",
         str(host.pins / "eth0" / "egress"))
    wait_until(lambda: guard(host) not in (None, before) and attached(host),
               f"{host.name}'s guard is back")


@fault("third")
def way_out_cleared(world, rng):
    """All of tc's filters on the way out, and what holds them."""
    host = rng.choice(world.hosts)
    host.on("tc", "qdisc", "replace", "dev", "eth0", "clsact")
    host.on("tc", "qdisc", "del", "dev", "eth0", "clsact")
    time.sleep(rng.random() * 0.2)
    wait_until(lambda: attached(host), f"{host.name} is guarded again")


@fault("third")
def pins_removed(world, _rng):
    must("rm", "-rf", str(world.a.pins / "eth0"))
    world.owner("a", "a stays", row=20)
    # Its end cleans up without them.
    world.a.stop()
    left = [what for what in world.a.left_behind() if what != "pins"]
    if left:
        raise Violation(f"left behind: {left}")


@fault("third")
def bpffs_unmounted(world, _rng):
    must("umount", "-l", str(world.b.mount))
    try:
        world.owner("a", "a stays", row=20)
        begin = now()
        world.a.kill()
        took_over(world, "b", begin, "b takes over without a file system")
        world.b.stop()
    finally:
        must("mount", "-t", "bpf", "bpf", str(world.b.mount))


@fault("third")
def address_deleted(world, rng):
    address = rng.choice([f"{VIP4}/24", f"{VIP6}/64"])
    world.a.on("ip", "addr", "del", address, "dev", "eth0")
    world.owner("a", "a stays", row=20)
    wait_until(lambda: f"{address.split('/')[0]}/" in
               world.a.on("ip", "-br", "addr", "show"),
               f"{address} is back")


@fault("third")
def address_added_to_backup(world, _rng):
    """Somebody forgets it there: b stays silent, and leaves it when asked
    to be master and back."""
    world.b.on("ip", "addr", "add", f"{VIP4}/32", "dev", "eth0")
    world.owner("a", "a alone", row=30)
    world.b.on("ip", "addr", "del", f"{VIP4}/32", "dev", "eth0")


@fault("third")
def own_address_deleted(world, _rng):
    host = world.b
    host.on("ip", "addr", "del", f"192.0.2.{host.number}/24", "dev", "eth0")
    world.owner("a", "a stays", row=20)
    host.on("ip", "addr", "add", f"192.0.2.{host.number}/24", "dev", "eth0")


@fault("third")
def interface_deleted(world, rng):
    begin = now()
    world.tell("unplug", "a")
    took_over(world, "b", begin, "b takes over from a host without eth0")
    time.sleep(rng.random() * 0.1)
    never_with_another(world, "a")
    world.tell("plug", "a")
    world.a.dress()


@fault("third")
def interface_deleted_from_backup(world, _rng):
    world.tell("unplug", "b")
    world.owner("a", "a stays", row=20)
    world.tell("plug", "b")
    world.b.dress()


@fault("third")
def interface_down(world, rng):
    begin = now()
    world.a.on("ip", "link", "set", "eth0", "down")
    took_over(world, "b", begin, "b takes over from a host that is down")
    time.sleep(rng.random() * 0.1)
    world.a.on("ip", "link", "set", "eth0", "up")
    world.a.on("ip", "-6", "addr", "replace",
               f"2001:db8::{world.a.number}/64", "dev", "eth0", "nodad")


@fault("third")
def carrier_lost(world, rng):
    begin = now()
    world.tell("carrier", "a", 0)
    took_over(world, "b", begin, "b takes over from a host without carrier")
    time.sleep(rng.random() * 0.1)
    world.tell("carrier", "a", 1)


@fault("third")
def socket_file_removed(world, _rng):
    """Nobody can ask it any more, and that is all."""
    must("rm", "-f", world.b.socket)
    world.owner("a", "a stays", row=20)
    world.b.stop()
    left = world.b.left_behind()
    if left:
        raise Violation(f"left behind: {left}")


@fault("third")
def detached_and_attached(world, _rng):
    """No fault but an order, under the same eyes."""
    begin = now()
    world.a.ask({"verb": "detach", "interface": "eth0", "vhid": VHID})
    took_over(world, "b", begin, "b takes over from a detached a")
    never_with_another(world, "a")
    world.a.ask(world.a.attach_request())
