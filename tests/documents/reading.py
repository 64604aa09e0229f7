"""The documents, and what stands in them for somebody to type."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = tuple(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")) + tuple(
    sorted((ROOT / "docs").glob("*.md"))
)


def blocks(document: Path, kind: str) -> list[str]:
    """The fenced blocks of one kind (`sh`, `toml`), indented ones too."""
    text = document.read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{kind}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def inline(document: Path) -> list[str]:
    """The pieces of code within sentences."""
    text = re.sub(r"^ *```.*?^ *```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [" ".join(piece.split()) for piece in re.findall(r"`([^`]+)`", text)]


def commands(document: Path, program: str) -> list[str]:
    """Every command of a program that the document names, in a block or in a sentence; comments are left out."""
    lines = [line for block in blocks(document, "sh") for line in block.splitlines()]
    typed = [re.sub(r"\s+#.*", "", line) for line in lines]
    begun = re.compile(rf"(?:^|(?:^|\s)[A-Z_]+=\S+ ){program} (.*)$")
    return [found[1] for piece in (*typed, *inline(document)) if (found := begun.search(piece))]


def tables(document: Path) -> list[list[list[str]]]:
    """The tables, each a list of rows, each a list of cells; rules between head and body are left out."""
    text = document.read_text(encoding="utf-8")
    made = []
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        made.append([row for row in rows if not set("".join(row)) <= set("-: ")])
    return made
