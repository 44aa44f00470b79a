"""What was measured, in words: tables, limits, JSON."""
import json
import statistics

import limits
from loads import METRICS

REFERENCE = "kernel"


class Results:
    """Every value of every round: (contender, metric) -> list."""

    def __init__(self, contenders):
        self.contenders = contenders
        self.values = {}
        self.notes = []

    def add(self, name, figures):
        for metric, value in figures.items():
            self.values.setdefault((name, metric), []).append(value)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def medians(self):
        return {key: statistics.median(values) for key, values in self.values.items()}

    def metrics(self):
        return [m for m in METRICS if any(metric == m.name for _, metric in self.values)]


def short(value):
    """Three digits that matter."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rows(results, cell):
    """A table: a contender per line, a metric per column."""
    metrics = results.metrics()
    if not metrics:
        return
    head = [[""] + [m.label for m in metrics], [""] + [m.unit for m in metrics]]
    body = [[c.label] + [cell(c.name, m.name) for m in metrics] for c in results.contenders]
    widths = [max(len(line[i]) for line in head + body) for i in range(len(metrics) + 1)]
    for line in head + body:
        yield "  ".join(word.ljust(w) if i == 0 else word.rjust(w)
                        for i, (word, w) in enumerate(zip(line, widths))).rstrip()


def tables(results):
    medians = results.medians()

    def median(name, metric):
        value, reference = medians.get((name, metric)), medians.get((REFERENCE, metric))
        if value is None:
            return "-"
        return short(value) + (f" {value / reference:4.2f}x" if reference else "")

    def spread(name, metric):
        values = results.values.get((name, metric))
        return f"{short(min(values))}..{short(max(values))}" if values else "-"

    yield from rows(results, median)
    if any(len(values) > 1 for values in results.values.values()):
        yield ""
        yield "lowest and highest of the rounds:"
        yield from rows(results, spread)
    if results.notes:
        yield from ("", *results.notes)


def check(results, growth, metrics):
    """The lines of --check for these metrics, and whether all limits that could be judged are kept."""
    medians, lines, fine = results.medians(), [], True
    less = {m.name: m.less for m in METRICS}
    label = {m.name: m.label for m in METRICS}
    for limit in (limit for limit in limits.LIMITS if limit.metric in metrics):
        found = limits.judge(limit, medians, less[limit.metric])
        bound = f">= {limit.at_least}" if limit.at_least is not None else f"<= {limit.at_most}"
        what = f"{label[limit.metric]}: {limit.who} / "
        if not found:
            lines.append(f"  {what + '|'.join(limit.than):54} {'':>8} {bound:>9}  skipped: not measured here")
            continue
        ratio, ok, other = found
        fine &= ok
        lines.append(f"  {what + other:54} {ratio:7.2f}x {bound:>8}x  {'ok' if ok else 'MISSED'}")
    for row in growth:
        fine &= row["ok"]
        lines.append(f"  {row['what']:54} {row['value']:>8} {row['bound']:>9}  {'ok' if row['ok'] else 'MISSED'}")
    return lines, fine


def as_json(results, machine, growth):
    medians = results.medians()
    return json.dumps({
        "machine": machine,
        "contenders": {c.name: c.label for c in results.contenders},
        "metrics": {m.name: {"label": m.label, "unit": m.unit, "better": "less" if m.less else "more"}
                    for m in results.metrics()},
        "results": [{"contender": name, "metric": metric, "median": medians[(name, metric)], "min": min(values),
                     "max": max(values), "values": values} for (name, metric), values in results.values.items()],
        "growth": growth,
        "notes": results.notes,
    }, indent=1)
