"""A bar chart in SVG: one panel per metric, one bar per contender, longer is more."""
from html import escape

from report import REFERENCE, short

BAR, GAP, LABEL, WIDTH, TOP = 16, 5, 250, 420, 34
COLUMN = LABEL + WIDTH + 120


def colour(name):
    if name.startswith("ours") or name.endswith("ours"):
        return "#1b7f4d"
    return "#8a8f98" if name.startswith("kernel") or name == "raw" else "#c77d28"


def bar(y, contender, value, most, reference):
    length = max(1, value / most * WIDTH)
    ratio = f" · {value / reference:.2f}×" if reference else ""
    return (f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(contender.label)}</text>'
            f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour(contender.name)}"/>'
            f'<text x="{LABEL + length + 6:.1f}" y="{y + 12}">{short(value)}{ratio}</text>')


def panel(results, medians, metric):
    """(height, elements) of one metric."""
    present = [(c, medians[(c.name, metric.name)]) for c in results.contenders if (c.name, metric.name) in medians]
    most = max(value for _, value in present) or 1
    reference = medians.get((REFERENCE, metric.name))
    better = "less is better" if metric.less else "more is better"
    parts = [f'<text x="0" y="20" class="head">{escape(metric.label)}, {metric.unit} ({better})</text>']
    parts += [bar(TOP + i * (BAR + GAP), c, value, most, reference) for i, (c, value) in enumerate(present)]
    return TOP + len(present) * (BAR + GAP) + 22, parts


def draw(results, machine):
    medians, heights, groups = results.medians(), [70, 70], []
    for i, metric in enumerate(results.metrics()):
        height, parts = panel(results, medians, metric)
        groups.append(f'<g transform="translate({20 + i % 2 * COLUMN},{heights[i % 2]})">{"".join(parts)}</g>')
        heights[i % 2] += height
    about = f"{machine['cpus']} × {machine['cpu']}, Linux {machine['kernel']}, vxs {machine['commit']}, {machine['date']}"
    width, height = 2 * COLUMN + 20, max(heights) + 10
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
            '<style>.head{font-size:14px;font-weight:bold}</style>'
            f'<rect width="{width}" height="{height}" fill="#fff"/>'
            '<text x="20" y="28" font-size="18" font-weight="bold">Overlays over a veth, everything on one machine</text>'
            f'<text x="20" y="48">{escape(about)}; × is relative to the kernel as it comes</text>'
            + "\n".join(groups) + "</svg>\n")
