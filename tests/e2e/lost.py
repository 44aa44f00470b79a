"""Which pings were lost, and what else happened just then.

lost.py watch VXS NODE=PID...   reads counters twice a second, until it is ended: those of each switch, of
                                the interfaces around it, and the kernel's queue before all of them
lost.py tell PINGS SAMPLES      PINGS is what `ping -D` printed, SAMPLES what was read meanwhile

A reply that came late is not lost; the slowest is told.  For each lost one, every counter that moved
between the samples around it is printed, with how much it moves in such a time otherwise.
"""
import re
import subprocess
import sys
import time

MOST = 20  # lost ones that are told singly
WRAP = 65536
PAUSE = 0.5  # seconds
REPLY = re.compile(r"\[([\d.]+)\] .*icmp_seq=(\d+) .*time=([\d.]+) ms")


def replies(path):
    """(number, time it was sent) of each that was answered, and the slowest answer in ms."""
    seen, turns, newest, slowest = {}, 0, 0, 0.0
    for line in open(path):
        match = REPLY.match(line)
        if not match:
            continue
        at, number, took = float(match[1]), int(match[2]), float(match[3])
        if number + turns < newest - WRAP // 2:
            turns += WRAP
        newest = max(newest, number + turns)
        seen[number + turns] = at - took / 1000
        slowest = max(slowest, took)
    return seen, slowest


def samples(path):
    """[(time, {name: value})], in order of time."""
    rows = []
    for line in open(path):
        at, name, value = line.rsplit(None, 1)[0].split(None, 1) + [line.rsplit(None, 1)[1]]
        if not rows or rows[-1][0] != float(at):
            rows.append((float(at), {}))
        rows[-1][1][name] = int(value)
    return rows


def moved(rows, at):
    """What moved from the last sample before @at to the first a second after."""
    before = next((row for row in reversed(rows) if row[0] < at), rows[0])
    after = next((row for row in rows if row[0] > at + 1), rows[-1])
    span, whole = after[0] - before[0], rows[-1][0] - rows[0][0]
    for name, value in sorted(after[1].items()):
        change = value - before[1].get(name, 0)
        usual = (rows[-1][1].get(name, 0) - rows[0][1].get(name, 0)) * span / whole if whole else 0
        if change:
            yield f"    {name} +{change} (else {usual:.1f})"


def queue():
    """What the kernel dropped before any socket, on each CPU."""
    for cpu, line in enumerate(open("/proc/net/softnet_stat")):
        yield f"kernel: dropped before sockets, CPU {cpu}", int(line.split()[1], 16)


def interfaces(name, pid):
    """What was dropped and refused at the interfaces of a process' namespace."""
    for line in open(f"/proc/{pid}/net/dev"):
        device, _, rest = line.partition(":")
        numbers = rest.split()
        if numbers:
            for what, column in (("rx errors", 2), ("rx dropped", 3), ("tx errors", 10), ("tx dropped", 11)):
                yield f"{name}: {device.strip()} {what}", int(numbers[column])


def switch(vxs, name):
    """What a switch itself counts under the name of a reason."""
    said = subprocess.run([vxs, "stats", "--drops", "--node", name], capture_output=True, text=True, check=False)
    network = ""
    for line in said.stdout.splitlines():
        words = line.split()
        if line and not line[0].isspace():
            network = " ".join(words[:2])
        numbers = [word for word in words if word.isdigit()]
        if numbers and line[:1].isspace():
            yield f"{name}: {network} " + " ".join(w for w in words if not w.isdigit()), int(numbers[0])


def watch(vxs, nodes):
    while True:
        at = time.time()
        for source in [queue()] + [interfaces(*n) for n in nodes] + [switch(vxs, name) for name, _ in nodes]:
            for name, value in source:
                print(f"{at:.3f} {name} {value}")
        sys.stdout.flush()
        time.sleep(PAUSE)


def tell(pings, read):
    seen, slowest = replies(pings)
    rows = samples(read)
    if not seen:
        sys.exit("no ping was answered")
    lost = [number for number in range(min(seen), max(seen)) if number not in seen]
    print(f"{len(seen)} answered, the slowest after {slowest:.0f} ms; {len(lost)} lost")
    for number in lost[:MOST]:
        at = seen[max(n for n in range(max(min(seen), number - 1000), number) if n in seen)]
        print(f"  {number} lost, sent at {at:.2f}, {at - rows[0][0]:.1f} s after the start; what moved:")
        print("\n".join(moved(rows, at)))


if sys.argv[1] == "watch":
    watch(sys.argv[2], [node.split("=") for node in sys.argv[3:]])
else:
    tell(sys.argv[2], sys.argv[3])
