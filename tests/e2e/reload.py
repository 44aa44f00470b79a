"""Edits of a cluster file, each followed by SIGHUP: reload.py FILE LOG PID COUNT SEED

FILE is the cluster file that runs, with a line "# edits" where networks may stand and "# nodes" where
nodes may.  Random edits, valid, invalid and impossible ones, are put there; after each the log must say
what it has to.  Ends with the file as it was.
"""
import os
import random
import signal
import sys
import time

PATIENCE = 20  # seconds
DONE = "was read again: "
REFUSED = "Nothing was changed."


def network(rng, number):
    lines = [f"vni: {1000 + number}", f"device: {rng.choice(['ta', 'tb'])}{number}"]
    if rng.random() < 0.5:
        lines.append(f"port: {rng.choice([4789, 8472, 5000 + number])}")
    if rng.random() < 0.5:
        lines.append(f"learning: {rng.choice(['true', 'false'])}")
    if rng.random() < 0.5:
        lines.append(f"arp: {rng.choice(['flood', 'suppress', 'proxy'])}")
    if rng.random() < 0.5:
        lines.append(f"flood: {rng.choice(['peers', 'none', '[n2]', '[10.99.0.1]', '239.1.1.%d' % number])}")
    if rng.random() < 0.5:
        lines.append(f"max-fdb: {rng.choice([1, 100, 100000])}")
    if rng.random() < 0.5:
        lines.append(f"mtu: {rng.choice([1000, 1300, 1450])}")
    if rng.random() < 0.5:
        lines.append(f"offload: {rng.choice(['auto', 'off'])}")
    if rng.random() < 0.3:
        lines.append("bridge: br1")
    if rng.random() < 0.5:
        hosts = [f'h{i}: {{ node: n2, ip: 3.{number}.0.{i + 1}, mac: "52:54:00:00:0{number}:0{i}" }}'
                 for i in range(rng.randrange(1, 9))]
        lines.append(f"hosts: {{ {', '.join(hosts)} }}")
    return f"  x{number}: {{ {', '.join(lines)} }}"


WRONG = [
    "  x0: { vni: 16777216 }",
    "  x0: { vni: 5, no-such-key: 1 }",
    "  x0: { vni: 100 }",
    "  x0: [",
    "  x0: { vni: 5, device: a-name-that-is-too-long }",
    "  x0: { vni: 5, nodes: [n1, nobody] }",
    # Sound, and impossible here.
    "  x0: { vni: 5, device: td0, bridge: nobridge0 }",
    "  x0: { vni: 5, device: td1, mtu: 1200 }\n  x1: { vni: 6, device: lo }",
    "  x0: { vni: 5, device: td2, port: 9999 }\n  x1: { vni: 6, device: eth2 }",
]


def edit(rng, base):
    """The file, edited, and whether it can be followed."""
    if rng.random() < 0.3:
        return base.replace("# edits", rng.choice(WRONG)), False
    networks = [network(rng, i) for i in range(6) if rng.random() < 0.5]
    nodes = [f"  n{i}: {{ address: 10.206.67.{100 + i}, interface: eth2 }}" for i in range(5, 9) if rng.random() < 0.5]
    text = base.replace("# edits", "\n".join(networks)).replace("# nodes", "\n".join(nodes))
    return text, True


class Daemon:
    def __init__(self, log, pid):
        self.log, self.pid, self.at = open(log), pid, 0
        self.log.seek(0, os.SEEK_END)

    def answer(self):
        deadline, said = time.monotonic() + PATIENCE, ""
        while time.monotonic() < deadline:
            said += self.log.read()
            if REFUSED in said:
                return False, said
            if DONE in said and said.endswith("\n"):
                return True, said
            time.sleep(0.001)
        sys.exit(f"no answer: {said}")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """KB of its own that are resident or swapped out, as memory_of() of lib.sh."""
        with open(f"/proc/{self.pid}/status") as status:
            return sum(int(line.split()[1]) for line in status if line.startswith(("RssAnon", "VmSwap")))


def reload(daemon, file, text, valid):
    with open(file + ".new", "w") as out:
        out.write(text)
    os.rename(file + ".new", file)
    os.kill(daemon.pid, signal.SIGHUP)
    done, said = daemon.answer()
    if done != valid:
        sys.exit(f"{'valid' if valid else 'invalid'}, and:\n{said}\nfor:\n{text}")


def main():
    file, log, pid, count, seed, leeway = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
    daemon, rng = Daemon(log, pid), random.Random(seed)
    with open(file) as at:
        base = at.read()
    descriptors, memory, valid = daemon.descriptors(), 0, 0
    for i in range(count):
        text, is_valid = edit(rng, base)
        reload(daemon, file, text, is_valid)
        valid += is_valid
        if i == count // 2:
            reload(daemon, file, base, True)
            memory = daemon.memory()
    reload(daemon, file, base, True)
    print(f"{count} edits, {valid} of them valid; descriptors {descriptors} -> {daemon.descriptors()}, "
          f"memory after half of them {memory} KB, after all {daemon.memory()} KB")
    if daemon.descriptors() != descriptors:
        sys.exit("descriptors leak")
    if daemon.memory() > memory + leeway:
        sys.exit("memory leaks")


main()
