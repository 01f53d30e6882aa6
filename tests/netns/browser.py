#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""A Chromium without a screen, over the pipe of its DevTools protocol.

  browser.py serve SOCKET PROFILE    runs one until it is killed
  browser.py SOCKET COMMAND ...      tells it something:

    open URL         goes there, and waits until it is loaded
    eval JAVASCRIPT  prints the value as JSON; a promise is waited for
    media NAME=VALUE...   as the user prefers, prefers-color-scheme=dark
    size WIDTH HEIGHT
    key KEY          Tab, Enter, / and so on
    shot FILE        a picture of the whole page
    tree             what a screen reader finds: role and name, one a line
    said             what went wrong: console errors, exceptions, violations of
                     the page's policy, failed requests; one a line
"""
import base64
import json
import os
import select
import socket
import subprocess
import sys

PATIENCE = 30
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}


class Browser:
    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.from_, to_write = os.pipe()

        def plug():
            os.dup2(to_read, 30)
            os.dup2(to_write, 31)
            os.dup2(30, 3)
            os.dup2(31, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update",
             "--user-data-dir=" + profile, "--remote-debugging-pipe",
             "about:blank"],
            preexec_fn=plug, pass_fds=(3, 4),
            env={**os.environ, "HOME": profile},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.said = []
        self.events = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page[
            "targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def receive(self):
        while b"\0" not in self.buffer:
            if not select.select([self.from_], [], [], PATIENCE)[0]:
                raise RuntimeError("Chromium says nothing")
            more = os.read(self.from_, 1 << 20)
            if not more:
                raise RuntimeError("Chromium has ended")
            self.buffer += more
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            self.note(message["method"], message["params"])
        return message

    def note(self, method, params):
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            self.said.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.said.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded":
            entry = params["entry"]
            self.said.append("%s: %s" % (entry["source"], entry["text"]))

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == message["id"]:
                break
        if "error" in answer:
            raise RuntimeError("%s: %s" % (method, answer["error"]))
        return answer["result"]

    # --- commands ---------------------------------------------------------

    def do_open(self, url):
        self.events = []
        self.call("Page.navigate", url=url)
        while "Page.loadEventFired" not in self.events:
            self.receive()

    def do_eval(self, text):
        result = self.call("Runtime.evaluate", expression=text,
                           awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return json.dumps(result["result"].get("value"))

    def do_media(self, *features):
        self.call("Emulation.setEmulatedMedia", features=[
            dict(zip(("name", "value"), f.split("="))) for f in features])

    def do_size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=int(width),
                  height=int(height), deviceScaleFactor=1, mobile=False)

    def do_key(self, key):
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        code = KEYS.get(key, ord(key[0]))
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      text=text if kind == "keyDown" else "",
                      windowsVirtualKeyCode=code)

    def do_shot(self, path):
        picture = self.call("Page.captureScreenshot", format="png",
                            captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def do_tree(self):
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return "\n".join("%s %s" % (
            node.get("role", {}).get("value", ""),
            node.get("name", {}).get("value", "")) for node in nodes
            if not node["ignored"])

    def do_said(self):
        self.call("Runtime.evaluate", expression="0")
        return "\n".join(self.said)


def serve(path, profile):
    browser = Browser(profile)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            peer, _ = listener.accept()
            with peer, peer.makefile("rw") as stream:
                command, *words = json.loads(stream.readline())
                try:
                    said = getattr(browser, "do_" + command)(*words)
                    answer = [0, said or ""]
                except RuntimeError as error:
                    answer = [1, str(error)]
                json.dump(answer, stream)


def ask(path, words):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(path)
        peer.sendall(json.dumps(words).encode() + b"\n")
        status, text = json.load(peer.makefile())
    if text:
        print(text)
    return status


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    sys.exit(ask(sys.argv[1], sys.argv[2:]))
