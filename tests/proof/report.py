"""The report as one HTML file that needs nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from tests.proof.figures import FOLDER, Figure
from tests.proof.machine import Machine
from tests.proof.plot import svg
from tests.proof.runner import Outcome
from tests.proof.table import HEADER, cells

STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } .wide { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); }
.no { font-weight: 700; color: light-dark(#b1000e, #ff8a8a); } .ok { color: light-dark(#18753c, #7ddc9f); }
code { font-size: .85rem; } svg { max-width: 520px; width: 100%; font: 11px system-ui, sans-serif; fill: currentColor; }
svg .grid { stroke: var(--line); } section { margin-top: 2.5rem; } .note { font-size: .85rem; opacity: .85; }
"""


def write_report(
    outcomes: Sequence[Outcome], machine: Machine, *, full: bool, not_run: Sequence[str], claims: str = ""
) -> Path:
    """Write build/proof/report.html; `claims` is the section that says which trial shows which claim."""
    figures = [figure for outcome in outcomes for figure in outcome.figures]
    broken = [figure for figure in figures if figure.kept is False]
    failed = [outcome for outcome in outcomes if not outcome.ok]
    kept = sum(figure.kept is True for figure in figures)
    counts = f"{len(figures)} figures: {kept} promises kept, {len(broken)} not"
    summary = f"{counts}, {len(failed)} of {len(outcomes)} parts failed."
    body = [
        f"<h1>Proof, {'full' if full else 'quick'} form</h1>",
        f"<p>{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {escape(machine.words)}</p><p><strong>{summary}</strong></p>",
        _shortfalls(broken, failed, not_run, full=full),
        claims,
        *(_section(outcome) for outcome in outcomes),
    ]
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Proof</title><style>{STYLE}</style>'
    path = FOLDER / "report.html"
    path.write_text(page + "\n".join(body) + "</html>\n", encoding="utf-8")
    return path


def _shortfalls(broken: Sequence[Figure], failed: Sequence[Outcome], not_run: Sequence[str], *, full: bool) -> str:
    """What falls short, first and plainly."""
    lines = [
        f"<li>{escape(figure.name)}: {escape(' '.join(cells(figure)[2:5]))} (asked: {escape(figure.asked)})"
        f"{'' if full or not figure.timed else ' — a time; not judged in the quick form'}</li>"
        for figure in broken
    ]
    lines += [f"<li>part {escape(outcome.part.name)}: {escape(outcome.said)}</li>" for outcome in failed]
    lines += [f"<li>not run: {escape(name)}</li>" for name in not_run]
    return f"<h2>What falls short</h2><ul>{''.join(lines) or '<li>nothing</li>'}</ul>"


def _section(outcome: Outcome) -> str:
    part = outcome.part
    head = "".join(f"<th>{escape(name)}</th>" for name in (*HEADER, "measured by"))
    rows = "".join(_row(figure) for figure in outcome.figures)
    plots = "".join(svg(figure.name, figure.series) for figure in outcome.figures if figure.series)
    mark = "ok" if outcome.ok else "no"
    return (
        f"<section><h2>{escape(part.name)}</h2><p>{escape(part.about)} "
        f'<span class="{mark}">{escape(outcome.said)}</span>, {outcome.seconds:.0f} s, '
        f"<code>python -m {escape(part.module)}</code></p>"
        f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>{plots}</section>'
    )


def _row(figure: Figure) -> str:
    kept, *rest = cells(figure)
    mark = {"ok": "ok", "NO": "no"}.get(kept, "")
    told = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
    note = f'<div class="note">{escape(figure.note)}</div>' if figure.note else ""
    return f'<tr><td class="{mark}">{kept}</td>{told}<td><code>{escape(figure.command)}</code>{note}</td></tr>'
