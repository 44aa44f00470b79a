"""What is asked of a contender, and the figures that come out.

A load is a function (visit) -> {metric: value}; what it cannot measure it complains of as Broken.
Rules learnt the hard way:

* iperf3 is told to use cubic: hosts may default to bbr with large buffers, and namespaces inherit that.
* Under a paced load the busy ticks of /proc/stat lie (work shorter than a tick is never seen), so the cost of
  a packet is wall time minus idle time, of the whole machine, sender and sink included.
* On few processors a receiver can be starved by its sender, so the highest rate is sought downward from what
  the sender can do, and where it lay in the last round is where the next one begins.
"""
import json
import os
import time

from lab import TENANT, Broken, inside, run, until

IPERF, UDP, RR = "5201", "7001", "7002"
LOSS_ALLOWED = 0.005
CPU_RATE = 50000  # datagrams per second
PROBES = 9  # for one highest rate
GSO_SEGMENTS = 45  # of 1400 bytes: what fits a superframe


class Metric:
    """A figure: how it is called, how it is shown, and which direction is better."""

    def __init__(self, name, label, unit, less=False):
        self.name, self.label, self.unit, self.less = name, label, unit, less


# What each load tells.
METRICS = [
    Metric("tcp1", "TCP x1", "Gbit/s"),
    Metric("tcp4", "TCP x4", "Gbit/s"),
    Metric("rev", "TCP back", "Gbit/s"),
    Metric("udp64", "UDP 64", "kpps"),
    Metric("udp1400", "UDP 1400", "kpps"),
    Metric("gso", "UDP GSO", "Gbit/s"),
    Metric("cpu", "CPU/packet", "us", less=True),
    Metric("ping", "ping -f", "us", less=True),
    Metric("rr50", "req. p50", "us", less=True),
    Metric("rr99", "req. p99", "us", less=True),
]


class Visit:
    """One contender in one round: the lab, how long a load takes, and what is remembered between rounds."""

    def __init__(self, lab, seconds, memory):
        self.lab, self.seconds, self.memory = lab, seconds, memory
        self.probe_ms = int(300 * min(seconds, 2))
        self.servers = {}
        self.runs = 0
        self.worst_order = 0  # share of a run's datagrams that a later one overtook

    def load(self, *argv, ns="A", **more):
        return run(*inside(ns), self.lab.programs["load"], *argv, **more)

    # -- TCP --

    def iperf(self, *options):
        self.serve("iperf3", ["iperf3", "-s", "-4"], "tcp", IPERF)
        for _ in range(20):
            said = run(*inside("A"), "iperf3", "-c", TENANT["B"], "-C", "cubic", "-J",
                       "-t", str(max(1, round(self.seconds))), *options, check=False, timeout=30 + self.seconds)
            done = json.loads(said) if said.startswith("{") else {}
            if "busy" not in done.get("error", ""):
                break
            time.sleep(0.05)  # it still closes the test before
        if "error" in done or "end" not in done:
            raise Broken(f"iperf3: {done.get('error', 'nothing said')}")
        return done["end"]["sum_received"]["bits_per_second"] / 1e9

    def serve(self, name, argv, kind, port):
        """A server in B that lives as long as the lab."""
        if name in self.servers:
            return
        self.servers[name] = self.lab.spawn("B", argv, name + ".out")
        listing = "/proc/net/" + kind
        until(lambda: f":{int(port):04X} " in run(*inside("B"), "cat", listing), 5, f"{name} listens")

    # -- Datagrams --

    def sink(self, gro):
        name = "sink-gro" if gro else "sink"
        port = str(int(UDP) + 10 * gro)
        self.serve(name, [self.lab.programs["load"], "sink", port, *(["gro"] if gro else [])], "udp", port)
        return name, port

    def datagrams(self, size, rate, ms, segments=1, address=TENANT["B"]):
        """Sends, and returns (sent per second, received per second, share lost)."""
        name, port = self.sink(segments > 1)
        self.runs += 1
        said = self.load("send", address, port, str(self.runs), str(size), str(int(rate)), str(ms), str(segments),
                         timeout=20 + ms / 1000)
        sent, ns = map(int, said.split())
        received, reordered = self.received(name, self.runs)
        self.worst_order = max(self.worst_order, reordered / received if received else 0)
        return sent / ns * 1e9, received / ns * 1e9, 1 - received / sent if sent else 1

    def received(self, name, number):
        """(arrived, reordered) as the sink says; nothing when not even the end of the run arrived."""
        path, end = self.lab.path(name + ".out"), time.monotonic() + 0.5
        while time.monotonic() < end:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    words = line.split()
                    if line.endswith("\n") and int(words[0]) == number:
                        return int(words[2]), int(words[3])
            time.sleep(0.01)
        return 0, 0

    def highest_rate(self, key, size, segments=1):
        """Datagrams per second that arrived at the highest rate with less than LOSS_ALLOWED lost."""
        top, arrived, lost = self.datagrams(size, 0, self.probe_ms, segments)
        if lost < LOSS_ALLOWED:
            return arrived
        good, bad, best = 0, top, 0
        rate = self.memory.get(key) or toward(arrived, top)
        for _ in range(PROBES):
            arrived, lost = self.probe(size, rate, segments)
            if lost < LOSS_ALLOWED:
                good, best = rate, max(best, arrived)
            else:
                bad = min(bad, rate)
            if good and bad / good < 1.06:
                break
            rate = min(good * 1.25, (good * bad) ** 0.5) if good else toward(arrived, rate)
        self.memory[key] = good or None
        if not best:
            raise Broken(f"still loses datagrams at {rate / 1e3:.1f} kpps")
        return best

    def probe(self, size, rate, segments):
        """(received per second, share lost); tried again when it is close, for a stall of the machine is no
        verdict on the contender."""
        _, arrived, lost = self.datagrams(size, rate, self.probe_ms, segments)
        if LOSS_ALLOWED <= lost < 0.05:
            _, arrived, lost = self.datagrams(size, rate, self.probe_ms, segments)
        return arrived, lost


def toward(arrived, rate):
    """The next lower rate to try: what arrived, but neither a step too small to matter nor a leap."""
    return max(rate * 0.4, min(arrived, rate * 0.9))


# -- The loads --

def tcp1(visit):
    return {"tcp1": visit.iperf()}


def tcp4(visit):
    return {"tcp4": visit.iperf("-P", "4")}


def rev(visit):
    return {"rev": visit.iperf("-R")}


def udp64(visit):
    return {"udp64": visit.highest_rate("udp64", 64) / 1e3}


def udp1400(visit):
    return {"udp1400": visit.highest_rate("udp1400", 1400) / 1e3}


def gso(visit):
    return {"gso": visit.highest_rate("gso", 1400, GSO_SEGMENTS) * 1400 * 8 / 1e9}


def cpu(visit):
    """Microseconds of the machine's processors for one datagram of 64 bytes at CPU_RATE."""
    ms = int(visit.seconds * 1000)
    visit.datagrams(64, CPU_RATE, 100)
    before, start = idle_seconds(), time.monotonic()
    sent, arrived, lost = visit.datagrams(64, CPU_RATE, ms)
    wall = time.monotonic() - start
    busy = wall * os.cpu_count() - (idle_seconds() - before)
    if lost > 0.01 or sent < CPU_RATE * 0.8:
        raise Broken(f"no {CPU_RATE} per second: sent {sent:.0f}, {100 * lost:.1f} % lost")
    return {"cpu": busy / (arrived * ms / 1000) * 1e6}


def idle_seconds():
    """Of all processors since the machine started."""
    with open("/proc/stat", encoding="utf-8") as file:
        words = file.readline().split()
    return (int(words[4]) + int(words[5])) / os.sysconf("SC_CLK_TCK")


def ping(visit):
    said = run(*inside("A"), "ping", "-f", "-q", "-w", str(max(1, round(visit.seconds))), TENANT["B"], timeout=30)
    return {"ping": float(said.split("rtt ")[1].split("=")[1].split("/")[1]) * 1e3}


def rr(visit):
    visit.serve("answer", [visit.lab.programs["load"], "answer", RR], "tcp", RR)
    said = visit.load("ask", TENANT["B"], RR, str(int(visit.seconds * 1000)), timeout=20 + visit.seconds)
    _, p50, p99 = map(int, said.split())
    return {"rr50": p50 / 1e3, "rr99": p99 / 1e3}


# Quick asks everybody these, and else only what a limit needs.
QUICK = ("tcp1", "ping", "rr")
LOADS = {load.__name__: load for load in (tcp1, tcp4, rev, udp64, udp1400, gso, cpu, ping, rr)}
