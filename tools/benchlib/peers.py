"""The other overlays of user space, each as its documents say, without encryption where that can be had."""
import os
import shutil

from lab import OTHER, TENANT, UNDERLAY, inside, no_taps, run, until


def missing(*programs):
    """What is not installed, in words, or None."""
    absent = [program for program in programs if not shutil.which(program)]
    return f"not installed: {', '.join(absent)}" if absent else None


class Peer:
    """An end whose device is called p0."""

    needs = ()

    def lacks(self):
        return missing(*self.needs) or no_taps()

    def prepare(self, lab):
        pass

    def adopted(self, lab, side):
        pass


class Vde(Peer):
    """vde_plug between a TAP and vxvde://, VXLAN whose nodes find each other over a multicast group.

    (Its vxlan:// sends everything to the group and answers nobody.)"""

    needs = ("vde_plug",)

    def make(self, lab, side):
        ns = "U" + side
        run("ip", "-n", ns, "route", "add", "239.0.0.0/8", "dev", "u0")
        lab.spawn(ns, ["vde_plug", "tap://p0", "vxvde://239.0.0.1/v4/if=u0"], f"vde-{side}.log")
        return "p0"


class Tinc(Peer):
    """tincd as a switch."""

    needs = ("tincd",)

    def prepare(self, lab):
        for side in "AB":
            hosts = lab.path(f"tinc-{side}/hosts")
            os.makedirs(hosts)
            lab.write(f"tinc-{side}/tinc.conf",
                      f"Name = {side}\nMode = switch\nDeviceType = tap\nInterface = p0\nAddressFamily = ipv4\n"
                      + ("ConnectTo = B\n" if side == "A" else ""))
            lab.write(f"tinc-{side}/hosts/{side}",
                      f"Address = {UNDERLAY[side]}\nCipher = none\nDigest = none\nMACLength = 0\nCompression = 0\n"
                      "PMTUDiscovery = no\n")  # until it knew, full frames would go over TCP
            run("tincd", "-c", lab.path(f"tinc-{side}"), "-K", "1024")
        for side in "AB":
            shutil.copy(lab.path(f"tinc-{side}/hosts/{side}"), lab.path(f"tinc-{OTHER[side]}/hosts/{side}"))

    def make(self, lab, side):
        lab.spawn("U" + side, ["tincd", "-D", "-c", lab.path(f"tinc-{side}"),
                               "--pidfile", lab.path(f"tinc-{side}.pid")], f"tinc-{side}.log")
        return "p0"


class N2n(Peer):
    """Two edges and a supernode beside the second; the edges speak directly once they know each other.

    Debian's version always encrypts, and its longer header makes two fragments of a full frame."""

    needs = ("edge", "supernode")

    def prepare(self, lab):
        lab.spawn("UB", ["supernode", "-l", "7654"], "n2n.log")

    def make(self, lab, side):
        edge = lab.spawn("U" + side, ["edge", "-d", "p0", "-a", TENANT[side], "-s", "255.255.255.0", "-c", "bench",
                                      "-k", "key", "-M", "1450", "-l", f"{UNDERLAY['B']}:7654"], f"n2n-{side}.log")
        lab.says(f"n2n-{side}.log", "Ready", edge)  # it has read the MAC of its device
        return "p0"


class Ovs(Peer):
    """Open vSwitch's userspace datapath with its native tunnel: u0 is a port of br-phy, which has the
    underlay's address; p0 is a TAP of br-int."""

    needs = ("ovs-vswitchd", "ovsdb-server", "ovsdb-tool", "ovs-vsctl")
    schema = "/usr/share/openvswitch/vswitch.ovsschema"

    def make(self, lab, side):
        ns, home = "U" + side, lab.path(f"ovs-{side}")
        os.makedirs(home)
        socket = f"unix:{home}/db.sock"
        env = {**os.environ, "OVS_RUNDIR": home, "OVS_LOGDIR": home, "OVS_DBDIR": home}
        run("ovsdb-tool", "create", f"{home}/conf.db", self.schema)
        lab.spawn(ns, ["ovsdb-server", f"{home}/conf.db", f"--remote=p{socket}"], f"ovs-db-{side}.log", env=env)
        until(lambda: os.path.exists(f"{home}/db.sock"), 5, "ovsdb-server listens")
        run("ovs-vsctl", f"--db={socket}", "--no-wait", "init")
        lab.spawn(ns, ["ovs-vswitchd", socket, "--disable-system"], f"ovs-{side}.log", env=env)
        run(*inside(ns), "ovs-vsctl", f"--db={socket}", "--timeout=10",
            "add-br", "br-phy", "--", "set", "bridge", "br-phy", "datapath_type=netdev",
            "--", "add-port", "br-phy", "u0",
            "--", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev",
            "--", "add-port", "br-int", "vx", "--", "set", "interface", "vx", "type=vxlan",
            f"options:remote_ip={UNDERLAY[OTHER[side]]}", "options:key=100",
            "--", "add-port", "br-int", "p0", "--", "set", "interface", "p0", "type=internal")
        run("ip", "-n", ns, "addr", "flush", "dev", "u0")
        run("ip", "-n", ns, "addr", "add", f"{UNDERLAY[side]}/24", "dev", "br-phy")
        run("ip", "-n", ns, "link", "set", "br-phy", "up")
        return "p0"
