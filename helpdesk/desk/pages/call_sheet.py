"""Writing a call sheet as a PDF that any printer takes."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument

from helpdesk.private_file import write_private

_SHEET = "h1 {font-size: 15pt} h2 {font-size: 11pt} p, li {font-size: 10pt}"


def write_call_sheet(html: str, title: str, path: Path) -> str:
    """Write the sheet on A4, with margins and page numbers as Qt prints texts; the path. Works in any thread.

    It is for its owner only. Raises UnreadableFile.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    document = QTextDocument()
    document.setDefaultStyleSheet(_SHEET)
    document.setHtml(html)
    document.print_(writer)
    del writer  # the file is whole once its writer is gone
    write_private(path, bytes(buffer.data().data()))
    return str(path)
