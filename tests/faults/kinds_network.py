# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The switch between the hosts loses, doubles, delays and reorders frames,
and cuts links in one direction.  While hosts cannot hear each other two may
answer; once they can again, for no longer than it takes to hear one.
"""

import itertools
import time

from kinds import fault


def pairs(world):
    return list(itertools.permutations([h.name for h in world.hosts], 2))


def heal(world):
    world.tell("clear")
    world.tell("mark")


@fault("network")
def storm(world, rng):
    """All links, each with faults of its own."""
    for one, other in pairs(world):
        world.tell("link", one, other, rng.choice([0, 50, 300, 900]),
                   rng.choice([0, 0, 100, 500]),
                   rng.choice([0, 0, 1000, 30000]),
                   rng.choice([0, 0, 5000, 60000]))
    time.sleep(0.1 + rng.random() * 0.5)
    heal(world)


@fault("network")
def one_way_cut(world, rng):
    one, other = rng.choice(pairs(world))
    world.links([(one, other)], loss=1000)
    time.sleep(rng.random() * 0.5)
    heal(world)


@fault("network")
def host_cut_off(world, rng):
    """It hears nobody and is heard by nobody."""
    host = rng.choice(world.hosts).name
    world.links([p for p in pairs(world) if host in p], loss=1000)
    time.sleep(rng.random() * 0.6)
    heal(world)


@fault("network")
def mute_master(world, _rng):
    """It hears the others, they do not hear it."""
    world.links([p for p in pairs(world) if p[0] == "a"], loss=1000)
    time.sleep(0.3)
    heal(world)


@fault("network")
def deaf_backup(world, _rng):
    world.links([p for p in pairs(world) if p[1] == "b"], loss=1000)
    time.sleep(0.3)
    heal(world)


@fault("network")
def doubled_and_shuffled(world, rng):
    """Nothing is lost: nobody else has a reason to speak."""
    world.links(pairs(world), duplicates=rng.randint(100, 900),
                jitter=rng.randint(1000, 20000))
    time.sleep(0.3)
    world.owner("a", "a stays master", row=20)


@fault("network")
def flapping_link(world, rng):
    for _ in range(rng.randint(2, 8)):
        world.links([("a", "b"), ("a", "c")], loss=1000)
        time.sleep(rng.random() * 0.12)
        world.tell("clear")
        time.sleep(rng.random() * 0.12)
    heal(world)
