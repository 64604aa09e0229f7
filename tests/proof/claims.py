"""The threat model: each claim, and the figures that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.proof.runner import Outcome


@dataclass(frozen=True, slots=True)
class Claim:
    """What an attacker or an accident cannot do, and the figure of a trial that shows it (by its name)."""

    threat: str
    claim: str
    part: str
    figure: str


CLAIMS: tuple[Claim, ...] = ()


def as_html(outcomes: Sequence[Outcome]) -> str:
    """The table of claims, each with what its trial found in this run."""
    found = {(outcome.part.name, figure.name): figure for outcome in outcomes for figure in outcome.figures}
    rows = []
    for claim in CLAIMS:
        figure = found.get((claim.part, claim.figure))
        said, mark = ("not run", "") if figure is None else ("holds", "ok") if figure.kept else ("BROKEN", "no")
        cells = "".join(
            f"<td>{escape(cell)}</td>" for cell in (claim.threat, claim.claim, f"{claim.part}: {claim.figure}")
        )
        rows.append(f'<tr>{cells}<td class="{mark}">{said}</td></tr>')
    head = "<tr><th>threat</th><th>claim</th><th>trial</th><th></th></tr>"
    return f'<h2>Threat model</h2><div class="wide"><table>{head}{"".join(rows)}</table></div>' if rows else ""
