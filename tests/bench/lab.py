# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Hosts in network namespaces behind one bridge, and an ear on its ports.
Knows processes and frames, not who takes part in the benchmark.

Everything is named after this process and goes with close().
"""
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 20.0


def must(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout.strip()}")
    return done.stdout


def wait_until(condition, what, patience=PATIENCE):
    """Awaits it; what it gave."""
    end = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience:g} s")
        time.sleep(0.002)


def now_ns():
    """The clock of the kernel's stamps."""
    return time.clock_gettime_ns(time.CLOCK_REALTIME)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def descendants(pid):
    """It and all it has started."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += descendants(int(child))
        except OSError:
            pass
    return found


def cpu_seconds(pids):
    """What they have had of the CPUs."""
    return sum(int(path.read_text().split()[0])
               for pid in pids
               for path in pathlib.Path(f"/proc/{pid}/task")
               .glob("*/schedstat")) / 1e9


def resident(pids):
    """KiB in memory: each process's own, and its part of what is shared."""
    total = 0
    for pid in pids:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += sum(int(line.split()[1]) for line in text.splitlines()
                     if line.startswith("Pss:"))
    return total


def watch(pids, seconds):
    """Their CPU in percent of a core, their memory in MiB, their number; of
    those that are still there in the end."""
    before, begin = {pid: cpu_seconds([pid]) for pid in pids}, time.monotonic()
    time.sleep(seconds)
    pids = [pid for pid in pids if alive(pid)]
    spent = cpu_seconds(pids) - sum(before[pid] for pid in pids)
    return {"cpu": 100 * spent / (time.monotonic() - begin),
            "memory": resident(pids) / 1024, "processes": len(pids)}


class Ear:
    """What passes through ports of the bridge, as it comes."""

    def __init__(self, lab, ports):
        self.process = subprocess.Popen(
            lab.inside("switch", "python3", str(TOP / "scripts/wire.py"),
                       "record", *ports),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.process.stderr.readline()
        self.frames = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.frames.put(json.loads(line))

    def forget(self):
        """The last advertisement of each port among what was heard."""
        last = {}
        while not self.frames.empty():
            frame = self.frames.get()
            if frame["kind"] == "advert" or frame["kind"] == "vrrp":
                last[frame["port"]] = frame
        return last

    def next(self, wanted, patience=PATIENCE):
        """The first frame that wanted(frame) accepts; the others are gone."""
        end = time.monotonic() + patience
        while True:
            left = end - time.monotonic()
            try:
                frame = self.frames.get(timeout=max(0.001, left))
            except queue.Empty:
                raise TimeoutError("nothing of that kind on the wire") \
                    from None
            if wanted(frame):
                return frame

    def close(self):
        self.process.kill()
        self.process.wait()


class Lab:
    """Host n is 192.0.2.n, MAC 02:00:00:00:00:0n on eth0."""

    def __init__(self, *hosts, queues=1):
        self.run = f"cxlab{os.getpid()}"
        self.dir = pathlib.Path(tempfile.mkdtemp())
        self.pins = pathlib.Path("/sys/fs/bpf") / self.run
        self.hosts = ["switch", *hosts]
        self.queues = str(queues)  # of each NIC, and of each port
        self.started = []
        for host in self.hosts:
            must("ip", "netns", "add", f"{self.run}-{host}")
            self.on(host, "sysctl", "-qw",
                    "net.ipv6.conf.default.disable_ipv6=1")
            self.on(host, "ip", "link", "set", "lo", "up")
        self.on("switch", "ip", "link", "add", "br0", "up", "type", "bridge",
                "forward_delay", "0")
        for number, host in enumerate(hosts, 1):
            self.plug(host, "eth0", number)
            self.on(host, "ip", "addr", "add", f"192.0.2.{number}/24", "dev",
                    "eth0")
        self.passphrase = self.dir / "pass"
        self.passphrase.touch(0o600)
        self.passphrase.write_text("mekmitasdigoat\n")

    def plug(self, host, nic, number, bridged=True):
        port = host if nic == "eth0" else f"{host}-{nic}"
        queues = ("numtxqueues", self.queues, "numrxqueues", self.queues)
        self.on("switch", "ip", "link", "add", "name", port, *queues, "type",
                "veth", "peer", "name", nic, *queues, "netns",
                f"{self.run}-{host}")
        self.on(host, "ip", "link", "set", nic, "address",
                f"02:00:00:00:{int(nic[3:]):02x}:{number:02x}", "up")
        self.on("switch", "ip", "link", "set", "dev", port, "up",
                *(("master", "br0") if bridged else ()))

    def inside(self, host, *words):
        return ["nsenter", f"--net=/run/netns/{self.run}-{host}", "--",
                *words]

    def on(self, host, *words, **options):
        return must(*self.inside(host, *words), **options)

    def start(self, host, *words, log=None, environment=None):
        """A process in the background, to the scheduler as far from the others
        as a service is."""
        with open(log or os.devnull, "ab") as output:
            process = subprocess.Popen(
                self.inside(host, *words), stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, **(environment or {})})
        self.started.append(process)
        return process

    def pids(self, host):
        return [int(word) for word in must(
            "ip", "netns", "pids", f"{self.run}-{host}").split()]

    def close(self):
        for process in self.started:
            process.poll()
        for host in self.hosts:
            try:
                for pid in self.pids(host):
                    os.kill(pid, signal.SIGKILL)
                wait_until(lambda h=host: not self.pids(h), "processes end")
            except (RuntimeError, ProcessLookupError, TimeoutError):
                pass
            subprocess.run(["ip", "netns", "del", f"{self.run}-{host}"],
                           check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.pins, ignore_errors=True)
        shutil.rmtree(self.dir, ignore_errors=True)
