# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Who takes part: carp-xdp, keepalived and ucarp, each as its users run it.
"""
import json
import os
import signal
import socket
import subprocess

from lab import TOP, alive, descendants, must, wait_until

BINARY = str(TOP / "build/carp-xdp")
VHID = 3
VIP = "192.0.2.100"


def end(pids, number=signal.SIGKILL):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
    wait_until(lambda: not any(map(alive, pids)), "processes end")


class Ours:
    """carp-xdp on one host."""

    name = "carp-xdp"

    def __init__(self, lab, host, guardian=True):
        self.lab, self.host, self.guardian = lab, host, guardian
        self.socket = str(lab.dir / f"{host}.sock")
        self.environment = {
            "CARP_XDP_SOCKET": self.socket,
            "CARP_XDP_PIN_DIR": str(lab.pins / host),
            "CARP_XDP_STATE_DIR": str(lab.dir / f"{host}.state"),
        }
        self.process = None
        self.options = []

    def launch(self):
        words = self.options + (
            [] if self.guardian else ["--no-guardian"])
        self.process = self.lab.start(
            self.host, BINARY, "daemon", *words,
            log=self.lab.dir / f"{self.host}.log",
            environment=self.environment)
        wait_until(self.answers, f"{self.host}: carp-xdp answers")

    def command(self, *words):
        return must(*self.lab.inside(self.host, BINARY, *words),
                    env={**os.environ, **self.environment})

    def connect(self):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(30)
        peer.connect(self.socket)
        return peer

    def ask(self, *requests):
        """The last answer; all on one connection."""
        with self.connect() as peer, peer.makefile() as stream:
            for request in requests:
                text = json.dumps({"version": 1, **request})
                peer.sendall(text.encode() + b"\n")
                answer = json.loads(stream.readline())
                if not answer["ok"]:
                    raise RuntimeError(f"{self.host}: {answer['error']}")
        return answer

    def request(self, **members):
        return {"verb": "attach", "interface": "eth0", "vhid": VHID,
                "vips": [f"{VIP}/24"], "mode": "skb",
                "pass_file": str(self.lab.passphrase), **members}

    def attach(self, **members):
        self.ask(self.request(**members))

    def answers(self):
        try:
            return self.ask({"verb": "status"})["ok"]
        except (OSError, ValueError):
            return False

    def group(self, vhid=VHID):
        return next(group for group in self.ask({"verb": "status"})["groups"]
                    if group["vhid"] == vhid)

    def is_master(self):
        return self.group()["state"] == "master"

    def hears_master(self):
        return self.group()["master"] is not None

    def controller(self):
        return self.ask({"verb": "status"})["pid"]

    def pids(self):
        return descendants(self.process.pid)

    def crash(self):
        end(self.pids())
        self.process.wait()

    def stop(self):
        end([self.process.pid], signal.SIGTERM)
        self.process.wait()


class Keepalived:
    """One VRRP instance, or as many as asked."""

    name = "keepalived"

    def __init__(self, lab, host):
        self.lab, self.host = lab, host
        self.process = None

    def configure(self, instances):
        """Each: (interface, vrid, address, options)."""
        lines = ["global_defs {", " vrrp_garp_master_delay 0",
                 " max_auto_priority 90", "}"]
        for interface, vrid, address, options in instances:
            lines += [f"vrrp_instance {interface}-{vrid} {{",
                      f" interface {interface}", " version 3",
                      f" virtual_router_id {vrid}", *options,
                      " virtual_ipaddress {", f"  {address}", " }", "}"]
        path = self.lab.dir / f"{self.host}.keepalived"
        path.write_text("\n".join(lines) + "\n")
        return path

    def launch(self, instances):
        path = self.configure(instances)
        for stale in self.lab.dir.glob(f"{self.host}.k[pv]"):
            stale.unlink()
        self.process = self.lab.start(
            self.host, "keepalived", "--dont-fork", "--log-console", "--vrrp",
            "--use-file", str(path),
            "--pid", str(self.lab.dir / f"{self.host}.kp"),
            "--vrrp_pid", str(self.lab.dir / f"{self.host}.kv"),
            log=self.lab.dir / f"{self.host}.log")

    def pids(self):
        return descendants(self.process.pid)

    def has(self, address=VIP):
        return f" {address}/" in self.lab.on(self.host, "ip", "-o", "addr")

    def crash(self):
        """And, as an administrator would have to, takes its address away."""
        end(self.pids())
        self.process.wait()

    def clean(self, address=f"{VIP}/24"):
        subprocess.run(self.lab.inside(self.host, "ip", "addr", "del",
                                       address, "dev", "eth0"),
                       check=False, stderr=subprocess.DEVNULL)

    def stop(self):
        end([self.process.pid], signal.SIGTERM)
        self.process.wait()


class Ucarp:
    """One address."""

    name = "ucarp"

    def __init__(self, lab, host, number):
        self.lab, self.host, self.number = lab, host, number
        self.log = lab.dir / f"{host}.log"
        self.process = None

    def launch(self, *words):
        self.process = self.lab.start(
            self.host, "ucarp", "-i", "eth0", "-s", f"192.0.2.{self.number}",
            "-v", str(VHID), "-o", str(self.lab.passphrase), "-a", VIP,
            *words, log=self.log)

    def launch_master(self):
        self.log.unlink(missing_ok=True)
        self.launch("-b", "1", "-k", "0", "-P", "-u", "/bin/true", "-d",
                    "/bin/true")
        wait_until(lambda: "state: MASTER" in self.log.read_text(), "master")

    def pids(self):
        return descendants(self.process.pid)

    def stop(self):
        end(self.pids(), signal.SIGTERM)
        self.process.wait()
