# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""A small world to break: hosts in network namespaces behind the switch of
switch.c, each with a controller of its own, and what can be asked of them.
Knows no faults.

Everything lives in a mount, a pid and a cgroup of this process alone (see
run.py), so whatever ends it, the kernel cleans up.
"""

import json
import mmap
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOLS = TOP / "build/tests/faults"
BINARY = os.environ.get("CARP_BINARY", str(TOP / "build/carp-xdp"))

VHID = 3
VIP4 = "192.0.2.100"
VIP6 = "2001:db8::100"
# Interval 1/256 s each: a waits 141 ms for a silent master, b 188, c 469.
SKEWS = {"a": 12, "b": 16, "c": 40}
PATIENCE = 10.0  # how long a condition may take before it is a violation


class Violation(Exception):
    """The daemon broke a promise."""


class Unfit(Exception):
    """This machine cannot do that; says why."""


def wait_until(condition, what, patience=PATIENCE):
    """Awaits it; the seconds it took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > patience:
            raise Violation(f"{what}: not within {patience:g} s")
        time.sleep(0.003)
    return time.monotonic() - begin


def dead_time(host):
    """Seconds."""
    return 3 * SKEWS[host] / 256


def run(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False, **options)
    return done.returncode, done.stdout


def must(*words, **options):
    code, text = run(*words, **options)
    if code:
        raise RuntimeError(f"{' '.join(words)}: {text.strip()}")
    return text


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Page:
    """What shim.h describes."""

    FORM = "=QQQQq"

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(4096))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)

    def read(self):
        return struct.unpack_from(self.FORM, self.memory)

    def _put(self, index, value, form="=Q"):
        struct.pack_into(form, self.memory, 8 * index, value)

    def arm(self, after, for_ever):
        self._put(2, for_ever)
        self._put(1, self.read()[0] + after)

    def disarm(self):
        """How many failed."""
        self._put(1, 0)
        failed = self.read()[3]
        self._put(3, 0)
        return failed

    def wall(self, seconds):
        self._put(4, seconds, "=q")


class Host:
    """One host and its controller.  All that knows which processes the
    daemon consists of is here: controller(), everyone(), end()."""

    def __init__(self, world, name, number):
        self.world = world
        self.name = name
        self.number = number
        self.netns = str(world.dir / f"{name}.net")
        self.socket = str(world.dir / f"{name}.sock")
        self.mount = world.dir / f"{name}.bpf"
        self.pins = self.mount / "carp-xdp"
        self.log = world.dir / f"{name}.log"
        self.page = Page(world.dir / f"{name}.page")
        self.process = None
        pathlib.Path(self.netns).touch()
        self.mount.mkdir()
        must("mount", "-t", "bpf", "bpf", str(self.mount))
        must("unshare", f"--net={self.netns}", "true")
        self.on("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0",
                "net.ipv6.conf.all.accept_dad=0",
                "net.ipv6.conf.default.accept_ra=0")

    def on(self, *words, **options):
        return must("nsenter", f"--net={self.netns}", "--", *words, **options)

    def dress(self):
        """Gives eth0 its addresses."""
        n = self.number
        self.on("ip", "-batch", "-", input=(
            f"link set lo up\n"
            f"link set eth0 address 02:00:00:00:00:0{n} up\n"
            f"addr add 192.0.2.{n}/24 dev eth0\n"
            f"addr add 2001:db8::{n}/64 dev eth0 nodad\n"))

    # --- its daemon -------------------------------------------------------

    def launch(self, wrapper=()):
        """The process, not yet ready."""
        environment = {
            "PATH": os.environ["PATH"],
            "CARP_XDP_SOCKET": self.socket,
            "CARP_XDP_PIN_DIR": str(self.pins),
            "CARP_XDP_STATE_DIR": str(self.world.dir / f"{self.name}.state"),
            "FAULTS_PAGE": str(self.page.path),
        }
        wrapper = list(wrapper)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net={self.netns}", "--"] + wrapper +
                ["env", f"LD_PRELOAD={TOOLS}/shim.so", BINARY, "daemon"] +
                ([] if self.world.guardian else ["--no-guardian"]),
                env=environment, stdout=subprocess.PIPE if wrapper else log,
                stderr=log, text=True)

    def attach_request(self):
        return {"verb": "attach", "interface": "eth0", "vhid": VHID,
                "vips": [f"{VIP4}/24", f"{VIP6}/64"], "preempt": True,
                "pass_file": str(self.world.passphrase),
                "advbase": 0, "advskew": SKEWS[self.name],
                "mode": self.world.mode}

    def start(self):
        self.launch()
        wait_until(self.answers, f"{self.name}: the controller answers")
        reply = self.ask(self.attach_request())
        if not reply["ok"]:
            raise Violation(f"{self.name}: attach: {reply['error']}")

    def ask(self, request, patience=5):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(patience)
            peer.connect(self.socket)
            text = json.dumps({"version": 1, **request})
            peer.sendall(text.encode() + b"\n")
            with peer.makefile() as stream:
                line = stream.readline()
        if not line:
            raise ConnectionResetError("hung up")
        return json.loads(line)

    def answers(self, patience=5):
        try:
            return self.ask({"verb": "status"}, patience)["ok"]
        except (OSError, ValueError):
            return False

    def group(self):
        """Its status, or {}."""
        try:
            return self.ask({"verb": "status"})["groups"][0]
        except (OSError, ValueError, LookupError):
            return {}

    def state(self):
        return self.group().get("state")

    def controller(self):
        """The pid of the process that holds the elections."""
        return self.ask({"verb": "status"})["pid"]

    def everyone(self):
        """All processes of the daemon, the guardian before the controller:
        whatever lives in the host's network."""
        home = os.stat(self.netns).st_ino
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                if os.stat(f"/proc/{entry}/ns/net").st_ino == home:
                    found.append(int(entry))
            except OSError:
                pass
        return sorted(pid for pid in found
                      if pid != self.world.switch.pid and alive(pid))

    def ended(self):
        """The first process, which under a stepper is that."""
        return self.process.poll() is not None

    def signal(self, number, whom=None):
        for pid in self.everyone() if whom is None else whom:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def reap(self, patience=PATIENCE):
        """Awaits the end; the exit status."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired as error:
            raise Violation(f"{self.name}: the daemon does not end"
                            f" within {patience} s") from error

    def kill(self):
        """Crash: nothing of the daemon survives."""
        everyone = self.everyone()
        if not self.ended():
            everyone.append(self.process.pid)
        self.signal(signal.SIGKILL, everyone)
        self.reap()
        wait_until(lambda: not any(map(alive, everyone)),
                   f"{self.name}: all processes end")

    def stop(self):
        self.signal(signal.SIGTERM, [self.process.pid])
        return self.reap()

    def revive(self):
        """Whatever state it is in, it runs and has its group again.  One that
        could not send is demoted until it is master once more: it starts
        anew."""
        if (self.process.poll() is not None or not self.answers() or
                self.group().get("demotion")):
            self.kill()
            self.start()
        elif not self.group():
            self.ask(self.attach_request())

    # --- what is there ----------------------------------------------------

    def has_vip(self):
        text = self.on("ip", "-br", "addr", "show")
        return f"{VIP4}/" in text or f"{VIP6}/" in text

    def has_program(self):
        return "xdp" in self.on("ip", "-d", "link", "show", "dev", "eth0")

    def left_behind(self):
        """What of the daemon is still there after its end, in words."""
        link = self.on("ip", "-d", "link", "show")
        checks = {
            "a virtual IP": self.has_vip(),
            "an XDP program": "xdp" in link,
            "a filter": "carp_egress" in self.on(
                "tc", "filter", "show", "dev", "eth0", "egress"),
            "pins": self.pins.exists(),
            "its socket": os.path.exists(self.socket),
            "a packet socket": self.packet_sockets(),
            "processes": self.everyone(),
        }
        return [what for what, there in checks.items() if there]

    def packet_sockets(self):
        return len(self.on("cat", "/proc/net/packet").splitlines()) > 1

    def last_words(self):
        lines = self.log.read_text(errors="replace").splitlines()
        group = self.group()
        lines = lines[-24:] + [f"{word}: {group.get(word)}" for word in (
            "state", "reason", "lease_remaining_us", "waiting", "master")]
        lines += [f"counted {word}: {value}" for word, value
                  in group.get("counters", {}).items() if value]
        return "\n".join(f"    {self.name}: {line}" for line in lines)


class World:
    def __init__(self, seed, guardian=True, mode="auto",
                 names=("a", "b", "c")):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="carp-faults-"))
        self.guardian = guardian
        self.mode = mode
        self.switch = None
        self.passphrase = self.dir / "pass"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text("mekmitasdigoat\n")
        self.hosts = [Host(self, name, number)
                      for number, name in enumerate(names, 1)]
        for host in self.hosts:
            setattr(self, host.name, host)
        self.switch = subprocess.Popen(
            [TOOLS / "switch", str(seed), str(VHID), VIP4] +
            [f"{host.name}={host.netns}" for host in self.hosts],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            bufsize=1)
        self.listen()
        for host in self.hosts:
            host.dress()
            host.start()
        self.settled("from the start")
        self.tell("mark")
        self.took = []  # (who, milliseconds) of takeovers
        self.longest = 0.0  # milliseconds two answered at once
        self.boundaries = set()
        self.beyond = 0
        self.injected = 0

    def close(self):
        """Ends all daemons; what they have left behind, in words."""
        found = []
        for host in self.hosts:
            code = host.stop()
            if code:
                found.append(f"{host.name}: ended with {code}")
            found += [f"{host.name}: left behind {what}"
                      for what in host.left_behind()]
        self.abandon()
        return found

    def abandon(self):
        for host in self.hosts:
            if host.process and host.process.poll() is None:
                host.kill()
            for path in (host.mount, host.netns):
                run("umount", "-l", str(path))
        self.switch.stdin.close()
        self.switch.wait(5)
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- the switch and its client ----------------------------------------

    def listen(self):
        line = self.switch.stdout.readline().strip()
        if line not in ("ready", "ok") and line[:1] not in "ot{":
            raise RuntimeError(f"switch: {line or 'ended'}")
        return line

    def tell(self, *words):
        self.switch.stdin.write(" ".join(map(str, words)) + "\n")
        return self.listen()

    def links(self, pairs, loss=0, duplicates=0, delay=0, jitter=0):
        for one, other in pairs:
            self.tell("link", one, other, loss, duplicates, delay, jitter)

    def report(self):
        return json.loads(self.tell("report"))

    def owner(self, among, what, row=8, patience=PATIENCE):
        """Awaits that one of them alone answers, `row` times in a row;
        (its name, when that began in ns)."""
        word = ",".join(among) if among else "-"
        line = self.tell("owner", word, row, int(patience * 1000)).split()
        if line[0] != "owner":
            raise Violation(f"{what}: {word} does not answer alone within"
                            f" {patience:g} s")
        return line[1], int(line[2])

    def settled(self, what):
        """All faults are over: a is master, alone, the others are backups.
        When that began."""
        _, since = self.owner(["a"], f"{what}: the best")
        states = [host.name for host in self.hosts]
        wanted = ["master"] + ["backup"] * (len(states) - 1)
        wait_until(lambda: [h.state() for h in self.hosts] == wanted,
                   f"{what}: one master, the others backups")
        return since

    def last_words(self):
        return "\n".join([host.last_words() for host in self.hosts] +
                         [f"    answers: {self.report()['hosts']}"])
