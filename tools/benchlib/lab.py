"""Namespaces, the wire between them, and the processes in them.

    tenant A ── [end] ── UA ═══ u0 ═══ u0 ═══ UB ── [end] ── tenant B

Whatever carries the tenants' frames makes a device in UA or UB; the lab moves it into the tenant and gives
it an address and the inner MTU, the same for everybody.  A lab lives for one visit of one contender.
Everything is inside the namespaces that tools/bench entered, so that the kernel takes what is left over.
"""
import os
import shutil
import subprocess
import tempfile
import time

INNER_MTU = 1450
UNDERLAY = {"A": "10.1.0.1", "B": "10.1.0.2"}
TENANT = {"A": "10.99.0.1", "B": "10.99.0.2"}
OTHER = {"A": "B", "B": "A"}
NOBODY = "65534"
AS_NOBODY = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all"]


class Broken(Exception):
    """A contender or a load did not work; the text says what was seen."""


def run(*argv, timeout=20, check=True):
    """Runs a command and returns what it printed; both outputs go into the complaint."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as late:
        raise Broken(f"{' '.join(argv)}: no end after {timeout} s") from late
    if check and done.returncode:
        raise Broken(f"{' '.join(argv)}: {(done.stderr + done.stdout).strip()[-400:]}")
    return done.stdout


def until(condition, seconds, what):
    """Waits until it holds; complains of `what`, a text or what makes one, when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Broken(f"never came true in {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)


def works(*argv):
    """Does the command succeed?"""
    try:
        run(*argv)
    except Broken:
        return False
    return True


def no_taps():
    """Why nobody can make TAPs here, or None."""
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as why:
        return f"/dev/net/tun: {why.strerror}"
    return None


def inside(ns):
    return ["ip", "netns", "exec", ns]


class Lab:
    """One site, from `with` to its end."""

    def __init__(self, programs):
        self.programs = programs  # name -> path of what was built
        self.processes = []
        self.switches = {}  # side -> process of vxs

    def __enter__(self):
        self.dir = tempfile.mkdtemp(dir="/run")  # a tmpfs of our own
        os.chmod(self.dir, 0o755)
        for side in "AB":
            self.space(side)
            self.space("U" + side)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        run("ip", "-all", "netns", "del", check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    # -- Spaces and wires --

    def space(self, ns):
        """A namespace whose devices say nothing on their own."""
        run("ip", "netns", "add", ns)
        run(*inside(ns), "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
            "net.ipv6.conf.default.disable_ipv6=1")
        run("ip", "-n", ns, "link", "set", "lo", "up")

    def wire(self, features=()):
        """The underlay, the same features at both ends: words of ethtool -K."""
        run("ip", "link", "add", "u0", "netns", "UA", "type", "veth", "peer", "name", "u0", "netns", "UB")
        for side in "AB":
            ns = "U" + side
            if features:
                run(*inside(ns), "ethtool", "-K", "u0", *features)
            run("ip", "-n", ns, "addr", "add", f"{UNDERLAY[side]}/24", "dev", "u0")
            run("ip", "-n", ns, "link", "set", "u0", "up")
        # Right after it was made a wire still loses what is sent.
        until(lambda: self.pings("UA", UNDERLAY["B"]), 5, "the underlay carries a ping")

    def adopt(self, side, device):
        """The device goes to the tenant, and becomes t0 there."""
        until(lambda: os.path.exists(f"/sys/class/net/{device}") or self.has("U" + side, device), 5,
              f"there is {device} in U{side}")
        run("ip", "-n", "U" + side, "link", "set", device, "netns", side)
        self.settle(side, device)

    def settle(self, side, device):
        run("ip", "-n", side, "link", "set", device, "down", "name", "t0", "mtu", str(INNER_MTU))
        run("ip", "-n", side, "addr", "flush", "dev", "t0")
        run("ip", "-n", side, "addr", "add", f"{TENANT[side]}/24", "brd", "+", "dev", "t0")
        run("ip", "-n", side, "link", "set", "t0", "up")

    def has(self, ns, device):
        return bool(run("ip", "-n", ns, "-o", "link", "show", device, check=False))

    def pings(self, ns, address):
        return "1 received" in run(*inside(ns), "ping", "-c", "1", "-W", "1", address, check=False)

    def ready(self, seconds=15):
        """No figure before a ping went through."""
        until(lambda: self.pings("A", TENANT["B"]), seconds, lambda: "a ping from tenant to tenant" + self.last_words())
        run(*inside("A"), "ping", "-q", "-c", "5", "-i", "0.05", TENANT["B"], check=False)  # paths may still change

    # -- Processes --

    def spawn(self, ns, argv, log=None, **more):
        """A process in a namespace, killed at the end; what it says goes into a file unless it is asked for."""
        with open(self.path(log or "output"), "ab") as file:
            process = subprocess.Popen([*inside(ns), *argv], stdin=subprocess.DEVNULL,
                                       **{"stdout": file, "stderr": file, **more})
        self.processes.append(process)
        return process

    def says(self, log, words, process):
        """Waits for these words in a log."""
        def said():
            with open(self.path(log), encoding="utf-8", errors="replace") as file:
                text = file.read()
            if words not in text and process.poll() is not None:
                raise Broken(f"ended early: {text[-300:].strip()}")
            return words in text
        until(said, 15, f"{log} says: {words}")

    def last_words(self):
        """Of every log, for a complaint."""
        words = ""
        for name in sorted(os.listdir(self.dir)):
            if name.endswith(".log"):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    words += f"\n  {name}: {file.read()[-300:].strip()}"
        return words
