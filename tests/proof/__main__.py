"""Run the parts that are named, or all of them; one table, JSON and a report in build/proof.

`PROOF=full python -m tests.proof [PART …]`; without PROOF=full the quick form. Exits with 1 when a part failed or a
promise is broken; the quick form does not judge times.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tests.proof.claims import as_html
from tests.proof.figures import FOLDER, Figure, broken, full
from tests.proof.machine import this_machine
from tests.proof.parts import PARTS
from tests.proof.report import write_report
from tests.proof.runner import Outcome, run_all
from tests.proof.table import lines


def main(names: Sequence[str]) -> int:
    """Run; the exit status."""
    known = {part.name: part for part in PARTS}
    if unknown := set(names) - set(known):
        print(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    wanted = [part for part in PARTS if not names or part.name in names]
    for part in wanted:
        if not full() and not part.quick_seconds:
            print(f"{part.name}: in the full form only", flush=True)
    machine = this_machine()
    outcomes = run_all([part for part in wanted if full() or part.quick_seconds], full=full(), told=_tell)
    ran = {outcome.part.name for outcome in outcomes}
    not_run = [part.name for part in PARTS if part.name not in ran]
    figures = [figure for outcome in outcomes for figure in outcome.figures]
    print()
    print("\n".join(lines(figures)))
    document = {
        "form": "full" if full() else "quick",
        "machine": asdict(machine),
        "parts": [{"name": each.part.name, "said": each.said, "seconds": round(each.seconds, 1)} for each in outcomes],
        "figures": [asdict(figure) for figure in figures],
        "not_run": not_run,
    }
    (FOLDER / "proof.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    report = write_report(outcomes, machine, full=full(), not_run=not_run, claims=as_html(outcomes))
    print(f"\n{report}")
    failed = [outcome for outcome in outcomes if not outcome.ok]
    short = broken(figures, judge_times=full())
    print(_falls_short(failed, short))  # last, since the end of a long log is what is read
    return 1 if failed or short else 0


def _tell(outcome: Outcome) -> None:
    print(f"{outcome.part.name}: {outcome.part.about}\n  {outcome.said}, {outcome.seconds:.0f} s", flush=True)


def _falls_short(failed: Sequence[Outcome], short: Sequence[Figure]) -> str:
    said = [f"NOT KEPT: {each.name}: {each.value:g} {each.unit}, asked for {each.asked}" for each in short]
    said += [f"FAILED: {each.part.name}: {each.said}, {each.seconds:.0f} s\n{_tail(each)}" for each in failed]
    return "\n".join(said) or "Every promise that was judged is kept."


def _tail(outcome: Outcome) -> str:
    text = outcome.output.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"  | {line}" for line in text[-25:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
