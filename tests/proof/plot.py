"""Lines as inline SVG: no dependency, legible in light and dark, its data in a title for screen readers."""

import math
from collections.abc import Sequence
from html import escape

from tests.proof.figures import Series
from tests.proof.table import number

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 520, 260, 64, 44, 14, 16
COLOURS = ("#0063cb", "#b34000", "#18753c", "#6e445a", "#716043")


def svg(title: str, lines: Sequence[Series]) -> str:
    """One plot of all the lines; logarithmic on both axes if any of them asks for it."""
    log = any(line.log for line in lines)
    points = [point for line in lines for point in line.points]
    if not points:
        return ""
    across = _axis([x for x, _y in points], log=log, zero=False)
    up = _axis([y for _x, y in points], log=log, zero=not log)
    told = "; ".join(
        f"{line.name}: " + ", ".join(f"{number(x)} → {number(y)}" for x, y in line.points) for line in lines
    )
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{title}. {told}", quote=True)}">',
        *_grid(across, up, lines[0], log=log),
    ]
    for place, line in enumerate(lines):
        colour = COLOURS[place % len(COLOURS)]
        spots = [(_x(x, across, log=log), _y(y, up, log=log)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        where = f'x="{LEFT + 8}" y="{TOP + 14 + 16 * place}"'
        parts.append(f'<text {where} fill="{colour}" font-weight="600">{escape(line.name)}</text>')
    return "\n".join([*parts, "</svg>"])


def _axis(values: list[float], *, log: bool, zero: bool) -> tuple[float, float]:
    if log:
        positive = [value for value in values if value > 0] or [1.0]
        low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
        return float(low), float(max(high, low + 1))
    low, high = (0.0 if zero else min(values)), max(values)
    return low, high if high > low else low + 1


def _x(value: float, axis: tuple[float, float], *, log: bool) -> float:
    return LEFT + _share(value, axis, log=log) * (WIDTH - LEFT - RIGHT)


def _y(value: float, axis: tuple[float, float], *, log: bool) -> float:
    return HEIGHT - BOTTOM - _share(value, axis, log=log) * (HEIGHT - BOTTOM - TOP)


def _share(value: float, axis: tuple[float, float], *, log: bool) -> float:
    low, high = axis
    placed = math.log10(max(value, 10**low)) if log else value
    return (placed - low) / (high - low)


def _grid(across: tuple[float, float], up: tuple[float, float], line: Series, *, log: bool) -> list[str]:
    def ticks(axis: tuple[float, float]) -> list[float]:
        low, high = axis
        return (
            [10.0**power for power in range(int(low), int(high) + 1)]
            if log
            else [low + (high - low) * i / 4 for i in range(5)]
        )

    drawn = []
    for value in ticks(up):
        y = _y(value, up, log=log)
        drawn.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        drawn.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(value)}</text>')
    for value in ticks(across):
        x = _x(value, across, log=log)
        drawn.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{number(value)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    drawn.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(line.x)}</text>')
    turned = f'x="14" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2})"'
    drawn.append(f"<text {turned}>{escape(line.y)}</text>")
    return drawn
