"""What --check demands: this figure of ours, so many times that of somebody else in the same run."""
from collections import namedtuple

Limit = namedtuple("Limit", "what metric who at_least at_most than")

USERSPACE = ("ovs", "vde", "tinc", "n2n")


def at_least(factor, metric, than, who="ours", what=None):
    return Limit(what, metric, who, factor, None, than if isinstance(than, tuple) else (than,))


def at_most(factor, metric, than, who="ours", what=None):
    return Limit(what, metric, who, None, factor, than if isinstance(than, tuple) else (than,))


LIMITS = [
    at_least(1.0, "tcp1", "kernel-c"),
    at_least(1.9, "tcp1", "kernel-d"),
    at_least(0.85, "tcp1", "kernel"),
    at_least(1.0, "tcp4", "kernel-c"),
    at_least(0.8, "tcp1", "kernel-c", who="ours-noudp"),
    at_least(0.7, "tcp1", "kernel-gro", who="ours-gro"),
    at_least(0.9, "udp64", "kernel"),
    at_most(1.0, "cpu", "kernel"),
    at_least(6.0, "tcp1", USERSPACE),
    at_least(2.0, "udp64", USERSPACE),
    at_least(3.0, "gso", "ours-off"),
    at_most(0.5, "ping", USERSPACE),
]


def judge(limit, medians, less):
    """(ratio, ok, name of the other), or None where a figure is missing; of several others, the best counts."""
    own = medians.get((limit.who, limit.metric))
    others = [(medians[(name, limit.metric)], name) for name in limit.than if medians.get((name, limit.metric))]
    if own is None or not others:
        return None
    value, name = min(others) if less else max(others)
    ratio = own / value
    ok = ratio >= limit.at_least if limit.at_least is not None else ratio <= limit.at_most
    return ratio, ok, name
