"""The overlay beside the kernel's and others', in one run: see tools/bench --help."""
import argparse
import os
import sys
import time

import chart
import commands
import growth
import machine
import report
from contenders import CONTENDERS
from lab import Broken, Lab
from limits import LIMITS
from loads import LOADS, QUICK, Visit

HELP = """
Builds vxs, then measures it beside Linux's own VXLAN device and, where installed, other overlays of user
space, all in namespaces of its own with the same inner MTU.  Every round visits all contenders, in an order
that rotates; the table shows medians and, behind each, how many times the kernel's figure it is.
"""


ROWS = {"growth": growth.PARTS, "commands": commands.PARTS}  # of --check alone, unless they are asked for


def words(text):
    return [word for word in text.replace(",", " ").split() if word]


def options():
    parser = argparse.ArgumentParser(prog="tools/bench", description=HELP,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="tools/bench path [--check] measures the path alone, in memory.")
    parser.add_argument("--quick", action="store_true", help="one round of what the limits need, below two minutes")
    parser.add_argument("--check", action="store_true", help="compare with the limits; exit 1 when one is missed")
    parser.add_argument("--only", type=words, metavar="CONTENDERS", help="names from --list, with commas")
    parser.add_argument("--loads", type=words, metavar="LOADS",
                        help=f"of {','.join((*LOADS, *ROWS))}; default: all, the last two with --check alone")
    parser.add_argument("--rounds", type=int, metavar="N", help="default 5, quick 1")
    parser.add_argument("--seconds", type=float, metavar="S", default=1, help="of each load; default %(default)s")
    parser.add_argument("--json", metavar="FILE", default="build-bench/bench.json", help="default %(default)s")
    parser.add_argument("--svg", metavar="FILE", default="build-bench/bench.svg", help="default %(default)s")
    parser.add_argument("--list", action="store_true", help="say who can be measured here, and why others cannot")
    given = parser.parse_args()
    known = {c.name for c in CONTENDERS}
    for what, chosen, names in (("contender", given.only, known), ("load", given.loads, {*LOADS, *ROWS})):
        for name in chosen or ():
            if name not in names:
                parser.error(f"no {what} {name}; there are: {', '.join(sorted(names))}")
    given.rounds = given.rounds or (1 if given.quick else 5)
    return given


def show_list():
    for contender in CONTENDERS:
        lacks = contender.lacks()
        print(f"  {contender.name:14} {contender.label:38} {'- ' + lacks if lacks else 'can be measured'}")


def is_quick(name, load):
    return load in QUICK or any(limit.metric == load and name in (limit.who, *limit.than) for limit in LIMITS)


def visit(contender, loads, given, programs, results, quiet, memory):
    """One contender in one round; what breaks is noted and costs no more than its own figures."""
    try:
        with Lab(programs) as lab:
            contender.build(lab)
            quiet.listen()
            here = Visit(lab, given.seconds, memory)
            for load in loads:
                if given.quick and not given.loads and not is_quick(contender.name, load):
                    continue
                try:
                    results.add(contender.name, LOADS[load](here))
                except Broken as why:
                    results.note(f"{contender.name}, {load}: {why}")
            if here.worst_order > 0.01:
                results.note(f"{contender.name}: up to {100 * here.worst_order:.0f} % of the datagrams overtaken")
    except Broken as why:
        results.note(f"{contender.name}: {why}")


def measure(chosen, loads, given, programs, results, quiet):
    memories = {contender.name: {} for contender in chosen}
    for number in range(given.rounds):
        turn = number * max(1, len(chosen) // given.rounds) % max(1, len(chosen))
        for contender in chosen[turn:] + chosen[:turn]:
            if sys.stderr.isatty():
                print(f"\r\033[Kround {number + 1} of {given.rounds}: {contender.label}", end="", file=sys.stderr)
            visit(contender, loads, given, programs, results, quiet, memories[contender.name])
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def measure_rows(name, given, programs, results):
    rows = []
    for part in ROWS[name]:
        try:
            rows.extend(part(given, programs, results))
        except Broken as why:
            results.note(f"{name}: {why}")
            rows.append({"what": part.__name__, "value": "-", "bound": "", "verdict": "MISSED"})
    return rows


def save(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    given = options()
    if given.list:
        show_list()
        return 0
    start = time.monotonic()
    programs = {"vxs": os.path.abspath("build-bench/vxs"), "load": os.path.abspath("build-bench/tools/bench-load")}
    asked = [c for c in CONTENDERS if not given.only or c.name in given.only]
    absent = {c.name: c.lacks() for c in asked}
    chosen = [c for c in asked if not absent[c.name]]
    loads = [name for name in LOADS if not given.loads or name in given.loads]
    results, quiet, here = report.Results(chosen), machine.Quiet(), machine.describe()
    print(f"{here['cpus']} x {here['cpu']}, Linux {here['kernel']}, vxs {here['commit']}, "
          f"{given.rounds} round{'s' * (given.rounds > 1)} of {given.seconds:g} s", flush=True)
    for name, why in absent.items():
        if why:
            results.note(f"{name} was not measured: {why}")
    measure(chosen, loads, given, programs, results, quiet)
    rows = []
    for name in ROWS:
        if name in given.loads if given.loads else given.check:
            rows.extend(measure_rows(name, given, programs, results))
    for remark in quiet.remarks():
        results.note(remark)
    print("\n".join(report.tables(results)))
    checks = [*report.check(results, loads), *rows]
    save(given.json, report.as_json(results, here, checks))
    save(given.svg, chart.draw(results, here))
    print(f"\n{time.monotonic() - start:.0f} s; {given.json}, {given.svg}")
    if given.check or rows:
        print("\n".join(report.lines_of(checks)))
    return 1 if given.check and any(row["verdict"] == "MISSED" for row in checks) else 0


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
