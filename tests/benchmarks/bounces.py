"""The bounce reader's table: what each form is taken for, and false alarms on ordinary mail.

`python -m tests.benchmarks.bounces [--corpus FOLDER]`: FOLDER holds bounces as files, one mail each (flufl.bounce's
source distribution has its own in tests/data). Prints a table, writes build/bounces.json.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path

from helpdesk.adapters.bounce_reader import read_returned
from helpdesk.domain.states import ReturnedKind
from tests.bounce_corpus import ordinary, samples

MESSAGE = "4d1f8a52-6c1e-4b8f-9d55-0a7f3c2e9b10"
BOUNCES = {ReturnedKind.PERMANENT, ReturnedKind.TEMPORARY, ReturnedKind.DELAYED}
ORDINARY = 2_000


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--corpus", type=Path)
    chosen = options.parse_args()
    own = samples(MESSAGE)
    right = sum(read_returned(sample.content).kind is sample.kind for sample in own)
    tied = sum(read_returned(sample.content).message == MESSAGE for sample in own)
    started = time.perf_counter()
    alarms = sum(read_returned(content).kind in BOUNCES for content in ordinary(ORDINARY))
    spent = time.perf_counter() - started
    found: dict[str, object] = {
        "own corpus": f"{right} of {len(own)} forms recognised, {tied} tied to their mail",
        "ordinary mail": f"{alarms} false alarms in {ORDINARY}, {spent / ORDINARY * 1e6:.0f} µs each",
    }
    if chosen.corpus:
        files = [path for path in sorted(chosen.corpus.iterdir()) if path.is_file() and path.suffix in {".txt", ".eml"}]
        kinds = Counter(str(read_returned(path.read_bytes()).kind) for path in files)
        found[f"corpus of {len(files)}"] = dict(kinds.most_common())
    for name, value in found.items():
        print(f"{name:16} {value}")
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / "bounces.json").write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
