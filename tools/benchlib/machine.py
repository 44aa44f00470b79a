"""What is being measured on, and how quiet it was."""
import datetime
import os
import platform
import subprocess
import time


def first(path, key):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "unknown"


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def commit():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def describe():
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "kernel": platform.release(),
        "cpu": first("/proc/cpuinfo", "model name"),
        "cpus": os.cpu_count(),
        "rmem_max": read("/proc/sys/net/core/rmem_max"),
        "tcp_rmem": read("/proc/sys/net/ipv4/tcp_rmem"),
        "tcp_wmem": read("/proc/sys/net/ipv4/tcp_wmem"),
    }


class Quiet:
    """How much of the machine others took: stolen time over the whole run, and work while we only slept."""

    def __init__(self):
        self.start = self.ticks()
        self.shares = []

    @staticmethod
    def ticks():
        """(all, idle, stolen) of all processors."""
        with open("/proc/stat", encoding="utf-8") as file:
            words = [int(word) for word in file.readline().split()[1:9]]
        return sum(words), words[3] + words[4], words[7]

    def listen(self, seconds=0.1):
        """Says nothing itself and hears what the others do."""
        before = self.ticks()
        time.sleep(seconds)
        after = self.ticks()
        passed = seconds * os.cpu_count() * os.sysconf("SC_CLK_TCK")
        self.shares.append(max(0.0, 1 - (after[1] - before[1]) / passed))

    def remarks(self):
        now = self.ticks()
        stolen = (now[2] - self.start[2]) / max(1, now[0] - self.start[0])
        if stolen > 0.01:
            yield f"noisy: {100 * stolen:.1f} % of the time was stolen by the host of this machine"
        mean = sum(self.shares) / max(1, len(self.shares))
        if mean > 0.1:
            yield (f"noisy: {100 * mean:.0f} % of the machine was busy with other work in our pauses, "
                   f"at worst {100 * max(self.shares):.0f} %")
