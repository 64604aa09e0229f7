"""Figures as lines of text, in columns."""

from collections.abc import Iterable

from tests.proof.figures import Figure

HEADER = ("", "figure", "value", "compared with", "ratio (80 % of pairs)", "asked for")


def lines(figures: Iterable[Figure]) -> list[str]:
    """A header and one line for each figure, columns aligned."""
    rows = [HEADER, *(cells(figure) for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADER))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def cells(figure: Figure) -> tuple[str, ...]:
    """What the table says of a figure."""
    kept = {True: "ok", False: "NO", None: "--"}[figure.kept]
    ratio = figure.ratio
    told = f"{number(ratio.median)} ({number(ratio.low)} to {number(ratio.high)}, n={ratio.pairs})" if ratio else ""
    return (kept, figure.name, f"{number(figure.value)} {figure.unit}", figure.compared_with, told, figure.asked)


def number(value: float) -> str:
    """Three significant digits, whole numbers whole, thousands apart, no exponent."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.6f}".rstrip("0")
