"""Who is measured: each is two ends and the wire between them.

An end knows three things: what it lacks on this machine, what both sides need before either starts, and
how to make a device in UA or UB that carries Ethernet frames to the other side.
"""
import shutil

import peers
from lab import AS_NOBODY, INNER_MTU, NOBODY, OTHER, UNDERLAY, inside, no_taps, run, works

VNI = "100"
PORT = "4789"


class End:
    """What all kinds have in common; `make` returns the name of the device."""

    def lacks(self):
        return None

    def prepare(self, lab):
        pass

    def adopted(self, lab, side):
        """After the device became the tenant's t0."""


class Kernel(End):
    """Linux's VXLAN device, with words of ethtool -K for it."""

    def __init__(self, *features):
        self.features = features

    def lacks(self):
        probe = ("probe", "type", "vxlan", "id", VNI, "dstport", PORT)
        made = works("ip", "link", "add", *probe) and works("ip", "link", "del", "probe")
        return None if made else "this kernel has no VXLAN device"

    def make(self, lab, side):
        ns = "U" + side
        run("ip", "-n", ns, "link", "add", "k0", "type", "vxlan", "id", VNI, "dstport", PORT,
            "local", UNDERLAY[side])
        run(*inside(ns), "bridge", "fdb", "append", "00:00:00:00:00:00", "dev", "k0", "dst", UNDERLAY[OTHER[side]])
        return "k0"

    def adopted(self, lab, side):
        if self.features:
            run(*inside(side), "ethtool", "-K", "t0", *self.features)


class Ours(End):
    """vxs, with lines of the network; without any right where a user is named."""

    def __init__(self, *lines, unprivileged=False, cluster=None):
        self.lines = lines
        self.unprivileged = unprivileged
        self.cluster = cluster or small_cluster

    def lacks(self):
        if self.unprivileged and not works(*AS_NOBODY, "true"):
            return "no right to become another user"
        return no_taps()

    def prepare(self, lab):
        lab.write("cluster.yaml", self.cluster(self.lines))
        shutil.copy(lab.programs["vxs"], lab.path("vxs"))  # where anybody may read it

    def make(self, lab, side):
        ns, log = "U" + side, f"vxs-{side}.log"
        if self.unprivileged:
            run("ip", "-n", ns, "tuntap", "add", "v0", "mode", "tap", "vnet_hdr", "user", NOBODY)
            run("ip", "-n", ns, "link", "set", "v0", "mtu", str(INNER_MTU), "up")
        argv = [lab.path("vxs"), "run", "-f", lab.path("cluster.yaml"), "--node", side.lower(), "--volatile"]
        process = lab.spawn(ns, (AS_NOBODY if self.unprivileged else []) + argv, log)
        lab.switches[side] = process
        lab.says(log, "is ready", process)
        return "v0"


def small_cluster(lines):
    """Two nodes, one network."""
    head = f"""version: 1
name: bench
nodes:
  a: {{ address: {UNDERLAY["A"]} }}
  b: {{ address: {UNDERLAY["B"]} }}
networks:
  blue:
    vni: {VNI}
    device: v0
"""
    return head + "".join(f"    {line}\n" for line in lines)


class Contender:
    """Two ends over a wire of certain features."""

    def __init__(self, name, label, a, b=None, wire=()):
        self.name, self.label, self.wire = name, label, wire
        self.ends = {"A": a, "B": b or a}

    def lacks(self):
        return self.ends["A"].lacks() or self.ends["B"].lacks()

    def build(self, lab):
        lab.wire(self.wire)
        for end in dict.fromkeys(self.ends.values()):
            end.prepare(lab)
        for side in "BA":
            device = self.ends[side].make(lab, side)
            lab.adopt(side, device)
            self.ends[side].adopted(lab, side)
        lab.ready()


class RawVeth(Contender):
    """Nothing between the tenants but a cable."""

    def __init__(self):
        self.name, self.label, self.wire = "raw", "raw veth", ()
        self.ends = {}

    def lacks(self):
        return None

    def build(self, lab):
        run("ip", "link", "add", "r0", "netns", "A", "type", "veth", "peer", "name", "r0", "netns", "B")
        lab.settle("A", "r0")
        lab.settle("B", "r0")
        lab.ready()


# -- Underlays --

NO_TUNNELS = ("tx-udp_tnl-segmentation", "off", "tx-udp_tnl-csum-segmentation", "off")
NO_UDP = ("tx-udp-segmentation", "off")
# As between real NICs: cut on the wire, put together again by the receiver.  A veth runs GRO only on what a
# sender without TSO sends.
GRO = ("gro", "on", "tso", "off", *NO_UDP)
DUMB_DEVICE = ("tx", "off", "tso", "off", "gso", "off", "gro", "off")

CONTENDERS = [
    RawVeth(),
    Contender("kernel", "kernel", Kernel()),
    Contender("kernel-c", "kernel (c) no tunnel TSO", Kernel(), wire=NO_TUNNELS),
    Contender("kernel-d", "kernel (d) no offloads", Kernel(*DUMB_DEVICE)),
    Contender("ours", "vxs", Ours()),
    Contender("kernel-noudp", "kernel, no UDP GSO", Kernel(), wire=NO_UDP),
    Contender("ours-noudp", "vxs, no UDP GSO", Ours(), wire=NO_UDP),
    Contender("kernel-gro", "kernel, GRO underlay", Kernel(), wire=GRO),
    Contender("ours-gro", "vxs, GRO underlay", Ours(), wire=GRO),
    Contender("ours-kernel", "vxs to kernel", Ours(), Kernel()),
    Contender("kernel-ours", "kernel to vxs", Kernel(), Ours()),
    Contender("ours-off", "vxs, offload: off", Ours("offload: off")),
    Contender("ours-user", "vxs, unprivileged", Ours(unprivileged=True)),
    Contender("ovs", "Open vSwitch userspace", peers.Ovs()),
    Contender("vde", "VDE vxvde", peers.Vde()),
    Contender("tinc", "tinc, no cipher", peers.Tinc()),
    Contender("n2n", "n2n", peers.N2n()),
]
