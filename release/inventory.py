"""What is in the bundle (CycloneDX), and the checksums of what is published: `python -m release.inventory`.

Run in the environment that the bundle was built in: components are the packages that the program needs, and the
bundler, whose start-up code is part of it.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "build" / "packages"
ROOTS = ("helpdesk", "pyinstaller")


def write_inventory() -> Path:
    """Write `helpdesk.cdx.json`; the file."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    path = PACKAGES / "helpdesk.cdx.json"
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "-o", path, sys.executable],
        check=True,
    )
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(only_needed(document), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def only_needed(document: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
    """The inventory without what the environment holds for other purposes: all that `ROOTS` lead to stays."""
    refers = {str(entry["ref"]): entry.get("dependsOn", []) for entry in document["dependencies"]}
    names = {str(part["bom-ref"]): str(part["name"]).lower() for part in document["components"]}
    wanted: set[str] = set()
    ahead = [reference for reference, name in names.items() if name in ROOTS]
    while ahead:
        reference = ahead.pop()
        if reference not in wanted:
            wanted.add(reference)
            further = refers.get(reference, [])
            ahead += [str(one) for one in further] if isinstance(further, list) else []
    kept = dict(document)
    kept["components"] = [part for part in document["components"] if part["bom-ref"] in wanted]
    kept["dependencies"] = [entry for entry in document["dependencies"] if entry["ref"] in wanted]
    return kept


def write_checksums() -> Path:
    """Write `SHA256SUMS` over everything else in the folder, in the form that `sha256sum --check` reads."""
    path = PACKAGES / "SHA256SUMS"
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(PACKAGES.iterdir())
        if file.is_file() and file != path
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


if __name__ == "__main__":
    write_inventory()
    write_checksums()
