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


def check(results, metrics):
    """What became of each limit over these metrics.  Not to have been asked for or installed is an excuse, to
    have given no figure is none."""
    medians = results.medians()
    present = {contender.name for contender in results.contenders}
    of = {metric.name: metric for metric in METRICS}
    for limit in (limit for limit in limits.LIMITS if limit.metric in metrics):
        bound = f">= {limit.at_least}x" if limit.at_least is not None else f"<= {limit.at_most}x"
        ratio, ok, other = limits.judge(limit, medians, of[limit.metric].less) or (None, False, "|".join(limit.than))
        skipped = ratio is None and (limit.who not in present or not present.intersection(limit.than))
        yield {"what": f"{of[limit.metric].label}: {limit.who} / {other}", "bound": bound, "ratio": ratio,
               "value": "-" if ratio is None else f"{ratio:.2f}x",
               "verdict": "skipped: not measured here" if skipped else "ok" if ok else "MISSED"}


def lines_of(checks):
    for row in checks:
        yield f"  {row['what']:50} {row['value']:>9}  {row['bound']:>9}  {row['verdict']}"


def as_json(results, machine, checks):
    medians = results.medians()
    return json.dumps({
        "machine": machine,
        "contenders": {c.name: c.label for c in results.contenders},
        "metrics": {m.name: {"label": m.label, "unit": m.unit, "better": "less" if m.less else "more"}
                    for m in results.metrics()},
        "results": [{"contender": name, "metric": metric, "median": medians[(name, metric)], "min": min(values),
                     "max": max(values), "values": values} for (name, metric), values in results.values.items()],
        "limits": checks,
        "notes": results.notes,
    }, indent=1)
