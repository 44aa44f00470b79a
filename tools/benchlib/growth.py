"""Cost does not grow with what is configured: a flow through a small and through a large cluster file by
turns, and what a broadcast to very many peers takes."""
import statistics
import time

from contenders import Contender, Ours, small_cluster
from lab import TENANT, UNDERLAY, Broken, Lab, run
from loads import LOADS, Visit

NETWORKS, ENTRIES, PEERS = 1000, 100000, 1000
TURNS, QUICK_TURNS = 12, 4
FLOW_LOSES_AT_MOST = 0.03
BROADCASTS_PER_SECOND, BROADCAST_MS = 20, 3000
BROADCAST_TAKES_AT_MOST = 3.0  # milliseconds of the sending switch
BROADCAST_OVER_BARE_AT_MOST = 1.25  # times what as many bare sends take a program that does nothing else
COPY = 8 + 14 + 20 + 8 + 64  # bytes: VXLAN header and the inner frame


def peer(number):
    """Addresses that nobody has: B's side swallows what is sent there."""
    return f"10.50.{number // 250}.{number % 250 + 1}"


def large_cluster(lines):
    """The small one's network among others; its fdb knows ENTRIES hosts behind PEERS nodes."""
    nodes = "".join(f"  p{i}: {{ address: {peer(i)} }}\n" for i in range(PEERS))
    others = "".join(f"  n{i}: {{ vni: {1000 + i}, device: none }}\n" for i in range(NETWORKS - 1))
    entries = "".join(f'      - {{ mac: "02:00:00:{i >> 16:02x}:{i >> 8 & 255:02x}:{i & 255:02x}", '
                      f"dst: {peer(i % PEERS)} }}\n" for i in range(ENTRIES))
    small = small_cluster((*lines, "nodes: [a, b]", "fdb:"))
    head, networks = small.split("networks:\n")
    return f"{head}{nodes}networks:\n{networks}{entries}{others}"


def flooding_cluster(lines):
    """One network whose broadcasts go to every peer, and nobody answers."""
    nodes = "".join(f"  p{i}: {{ address: {peer(i)} }}\n" for i in range(PEERS))
    head, networks = small_cluster((*lines, "bum-limit: 1000000/s")).split("networks:\n")
    return f"{head}{nodes}networks:\n{networks}"


def sink_the_peers(lab):
    """The peers' addresses lie behind B, which drops what it may not forward and says nothing."""
    run("ip", "-n", "UA", "route", "add", "10.50.0.0/16", "via", UNDERLAY["B"])
    run("ip", "-n", "UB", "route", "add", "blackhole", "10.50.0.0/16")


def flow(given, programs, results):
    """The row of --check: throughput through the large file over that through the small one."""
    clusters = {"small": small_cluster, "large": large_cluster}
    values = {name: [] for name in clusters}
    for turn in range(QUICK_TURNS if given.quick else TURNS):
        for name in sorted(clusters, reverse=turn % 2):
            with Lab(programs) as lab:
                Contender(name, name, Ours(cluster=clusters[name])).build(lab)
                values[name].append(LOADS["tcp1"](Visit(lab, given.seconds, {}))["tcp1"])
    small, large = statistics.median(values["small"]), statistics.median(values["large"])
    results.note(f"growth: TCP {small:.2f} Gbit/s with the small file ({min(values['small']):.2f}.."
                 f"{max(values['small']):.2f}), {large:.2f} with the large one ({min(values['large']):.2f}.."
                 f"{max(values['large']):.2f})")
    return [row(f"TCP: {NETWORKS} networks, {ENTRIES} entries, {PEERS} peers", large / small,
                1 - FLOW_LOSES_AT_MOST, "x", at_least=True, values=values)]


def work_of(process):
    """Milliseconds of processor time a process has used."""
    with open(f"/proc/{process.pid}/schedstat", encoding="utf-8") as file:
        return int(file.read().split()[0]) / 1e6


def left(lab):
    """Packets that A's side has put on the wire."""
    path = "/sys/class/net/u0/statistics/tx_packets"
    return int(run("ip", "netns", "exec", "UA", "cat", path))


def broadcast(given, programs, results):
    with Lab(programs) as lab:
        Contender("flood", "flood", Ours(cluster=flooding_cluster)).build(lab)
        sink_the_peers(lab)
        visit = Visit(lab, given.seconds, {})
        visit.datagrams(64, BROADCASTS_PER_SECOND, 100, address=broadcast_of(TENANT["A"]))
        work, packets = work_of(lab.switches["A"]), left(lab)
        sent, _, _ = visit.datagrams(64, BROADCASTS_PER_SECOND, BROADCAST_MS, address=broadcast_of(TENANT["A"]))
        count = sent * BROADCAST_MS / 1000 + 5  # the end is said five times
        time.sleep(0.2)  # what waits in the switch leaves
        work, packets = work_of(lab.switches["A"]) - work, left(lab) - packets
        bare = int(run("ip", "netns", "exec", "UA", programs["load"], "fan", peer(0), str(PEERS), str(COPY))) / 1e6
    if packets < 0.9 * count * PEERS:
        raise Broken(f"broadcast: only {packets} copies of {count:.0f} frames left for {PEERS} peers")
    results.note(f"growth: {packets / count:.0f} copies of each of {count:.0f} broadcasts left; "
                 f"as many bare sends take {bare:.2f} ms here")
    value = work / packets * PEERS
    return [row(f"CPU of a broadcast to {PEERS} peers", value, BROADCAST_TAKES_AT_MOST, " ms"),
            row("the same over bare sends", value / bare, BROADCAST_OVER_BARE_AT_MOST, "x")]


def broadcast_of(address):
    return address.rsplit(".", 1)[0] + ".255"


def row(what, value, bound, unit, at_least=False, **more):
    return {"what": what, "value": f"{value:.2f}{unit}", "bound": f"{'>=' if at_least else '<='} {bound:g}{unit}",
            "verdict": "ok" if (value >= bound if at_least else value <= bound) else "MISSED", **more}


PARTS = (flow, broadcast)
