"""What commands take while the switch runs: a long batch, and asking among very many entries."""
import json
import os
import shutil
import socket
import statistics
import time

from contenders import small_cluster
from growth import row
from lab import TENANT, UNDERLAY, Lab, inside, run

LINES, BATCH_TAKES_AT_MOST = 100000, 2.0  # seconds, made durable
ENTRIES, QUICK_ENTRIES = 1000000, 200000
GETS, GET_TAKES_AT_MOST = 500, 1.0  # milliseconds, the median
PINGS, DUMP_DELAYS_BY_AT_MOST = 1000, 1.0  # milliseconds, 95 of 100


class Site:
    """Two switches; A's keeps what it is told, on the disk that holds the build."""

    def __init__(self, lab):
        self.lab = lab
        self.state = os.path.abspath("build-bench/state")
        shutil.rmtree(self.state, ignore_errors=True)
        lab.wire()
        file = lab.write("cluster.yaml", small_cluster(()))
        for side in "AB":
            log = f"vxs-{side}.log"
            keep = ["--state", self.state] if side == "A" else ["--volatile"]
            process = lab.spawn("U" + side, [lab.programs["vxs"], "run", "-f", file, "--node", side.lower(), *keep,
                                             "--socket", lab.path(f"sock-{side}")], log)
            lab.says(log, "is ready", process)
            lab.adopt(side, "v0")
        lab.ready()

    def client(self, *words):
        return [self.lab.programs["vxs"], *words, "--socket", self.lab.path("sock-A")]

    def batch(self, first, count):
        """Seconds that it takes to append so many entries."""
        with open(self.lab.path("batch"), "w", encoding="ascii") as file:
            for i in range(first, first + count):
                file.write(f"fdb append {mac(i)} dev blue dst {UNDERLAY['B']}\n")
        start = time.monotonic()
        run(*self.client("-b", self.lab.path("batch")), timeout=300)
        return time.monotonic() - start

    def gets(self, count):
        """Milliseconds of each."""
        times = []
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.lab.path("sock-A"))
            answers = s.makefile()
            for i in range(GETS):
                ask = {"v": 1, "do": "fdb get", "mac": mac(i * 7919 % count), "dev": "blue"}
                start = time.monotonic()
                s.sendall(json.dumps(ask).encode() + b"\n")
                while "ok" not in json.loads(next(answers)):
                    pass
                times.append((time.monotonic() - start) * 1e3)
        return times

    def slow_pings(self):
        """Milliseconds that 95 of 100 stay below."""
        said = run(*inside("A"), "ping", "-c", str(PINGS), "-i", "0.002", TENANT["B"], timeout=60)
        times = sorted(float(line.split("time=")[1].split()[0]) for line in said.splitlines() if "time=" in line)
        return times[len(times) * 95 // 100]


def mac(number):
    return f"02:00:{number >> 24 & 255:02x}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def beside_dumps(site):
    """The pings while one dump follows the other."""
    dumps = site.lab.spawn("UA", ["sh", "-c", "while \"$@\" >/dev/null; do :; done", "-", *site.client("fdb", "show")])
    try:
        return site.slow_pings()
    finally:
        dumps.kill()
        dumps.wait()


def answers(given, programs, results):
    entries = QUICK_ENTRIES if given.quick else ENTRIES
    with Lab(programs) as lab:
        site = Site(lab)
        took = site.batch(0, LINES)
        site.batch(LINES, entries - LINES)
        gets = site.gets(entries)
        start = time.monotonic()
        shown = run("sh", "-c", "\"$@\" | wc -l", "-", *site.client("fdb", "show"), timeout=60)
        shows = time.monotonic() - start
        quiet, beside = site.slow_pings(), beside_dumps(site)
    shutil.rmtree(site.state, ignore_errors=True)
    results.note(f"commands: {shown.strip()} entries are shown in {shows:.2f} s; 95 of 100 pings take less than "
                 f"{quiet:.2f} ms, beside that {beside:.2f} ms")
    return [row(f"a batch of {LINES} lines", took, BATCH_TAKES_AT_MOST, " s"),
            row(f"fdb get among {entries}", statistics.median(gets), GET_TAKES_AT_MOST, " ms"),
            row("what showing them adds to a ping", beside - quiet, DUMP_DELAYS_BY_AT_MOST, " ms")]


PARTS = (answers,)
