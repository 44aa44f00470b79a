"""Kills a switch at random moments while it acknowledges entries: kills.py VXS DIRECTORY TIMES SEED

What was acknowledged is there when it has started again; what was asked and not acknowledged may be there or
not; nothing else is, and no file is unreadable.
"""
import json
import os
import random
import select
import socket
import subprocess
import sys
import time

MACS, AHEAD = 200, 64
LONGEST = 0.03  # seconds until it is killed


class Switch:
    def __init__(self, vxs, directory):
        self.path, self.log = directory + "/sock", directory + "/log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [vxs, "run", "--node", "n1", "--address", "127.0.0.1", "--state", directory + "/state", "--socket",
                 self.path], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.socket = self.connect()
        self.rest = b""

    def connect(self):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            s = socket.socket(socket.AF_UNIX)
            try:
                s.connect(self.path)
                return s
            except OSError:
                s.close()
                time.sleep(0.001)
        sys.exit("it does not start again:\n" + self.words())

    def words(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def send(self, **request):
        self.socket.sendall(json.dumps({"v": 1, **request}).encode() + b"\n")

    def lines(self, seconds):
        """What has come, waiting no longer than that for the first of it."""
        if select.select([self.socket], [], [], max(0, seconds))[0]:
            came = self.socket.recv(65536)
            if not came:
                sys.exit("it has ended by itself:\n" + self.words())
            *whole, self.rest = (self.rest + came).split(b"\n")
            return [json.loads(line) for line in whole]
        return []

    def ask(self, **request):
        self.send(**request)
        items = []
        while True:
            for line in self.lines(20):
                if "ok" in line:
                    return line, items
                items.append(line["item"])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()


def mac(number):
    return f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"


def change(rng, switch):
    """Asks for one; what the MAC's destination is then."""
    number, to = rng.randrange(MACS), None
    if rng.random() < 0.7:
        to = f"127.0.0.{rng.randrange(2, 255)}"
        switch.send(do="fdb replace", mac=mac(number), dev="vx0", dst=to)
    else:
        switch.send(do="fdb del", mac=mac(number), dev="vx0")
    return number, to


def until_killed(rng, switch, may_be):
    """How many were acknowledged."""
    asked, acknowledged, end = [], 0, time.monotonic() + rng.random() * LONGEST
    while time.monotonic() < end:
        while len(asked) < AHEAD:
            number, to = change(rng, switch)
            asked.append((number, to))
            may_be[number].append(to)
        for line in switch.lines(end - time.monotonic()):
            number, to = asked.pop(0)
            if line["ok"] or line["code"] == "ENOENT":  # there was nothing to delete
                acknowledged += 1
                may_be[number] = may_be[number][may_be[number].index(to):]
            else:
                sys.exit(f"refused: {line}")
    switch.kill()
    return acknowledged


def check(switch, may_be, what):
    _, items = switch.ask(do="fdb show", dev="vx0")
    there = {item["mac"]: item["dst"] for item in items if "dst" in item}
    for number in range(MACS):
        is_at = there.get(mac(number))
        if is_at not in may_be[number]:
            sys.exit(f"{what}: {mac(number)} is at {is_at}, and may be at {may_be[number]}\n{switch.words()}")
        may_be[number] = [is_at]


def main():
    vxs, directory, times, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    rng, acknowledged, may_be = random.Random(seed), 0, {number: [None] for number in range(MACS)}
    switch = Switch(vxs, directory)
    said, _ = switch.ask(do="link add", dev="vx0", link="type vxlan id 100")
    if not said["ok"]:
        sys.exit(str(said))
    for i in range(times):
        acknowledged += until_killed(rng, switch, may_be)
        switch = Switch(vxs, directory)
        check(switch, may_be, f"after {i + 1} kills")
    switch.kill()
    bad = [name for name in os.listdir(directory + "/state") if "bad" in name]
    if bad:
        sys.exit(f"unreadable: {', '.join(bad)}\n{switch.words()}")
    print(f"killed {times} times, {acknowledged} acknowledged changes, none lost")


main()
