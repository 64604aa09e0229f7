"""The file details that Windows shows of the program, from the package's metadata."""

import re
from email.message import Message
from pathlib import Path
from typing import cast

_TEMPLATE = """\
VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0
  ),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      StringStruct('CompanyName', {authors!r}),
      StringStruct('FileDescription', {summary!r}),
      StringStruct('FileVersion', {version!r}),
      StringStruct('InternalName', {name!r}),
      StringStruct('OriginalFilename', {original!r}),
      StringStruct('ProductName', {name!r}),
      StringStruct('ProductVersion', {version!r}),
    ])]),
    VarFileInfo([VarStruct('Translation', [1033, 1200])]),
  ],
)
"""


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """A version as Windows wants it: four numbers of 16 bits; words after the digits are left out."""
    parts = [int(digits[0]) if (digits := re.match(r"\d+", part)) else 0 for part in version.split(".")[:4]]
    first, second, third, fourth = (*parts, 0, 0, 0, 0)[:4]
    return first, second, third, fourth


def version_file(about: object, path: Path) -> Path:
    """Write the details that PyInstaller puts into the program; the path."""
    fields = cast(Message, about)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        _TEMPLATE.format(
            numbers=four_numbers(fields["Version"]),
            authors=fields["Author"] or fields["Author-email"] or fields["Name"],
            summary=fields["Summary"].partition(":")[0],
            version=fields["Version"],
            name=fields["Name"],
            original=f"{fields['Name']}.exe",
        ),
        encoding="utf-8",
    )
    return path
