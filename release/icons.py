"""The program's icon in the sizes that desktops ask for, drawn from one SVG: `python -m release.icons FOLDER`."""

import os
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

DRAWING = Path(__file__).parent.parent / "resources" / "icons" / "app" / "helpdesk.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)


def draw(folder: Path) -> list[Path]:
    """Write `SIZExSIZE/helpdesk.png` for each size, and `helpdesk.ico`; the files."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication(["icons"])
    renderer = QSvgRenderer(str(DRAWING))
    written = []
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor("transparent"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        path = folder / f"{size}x{size}" / "helpdesk.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not image.save(str(path)):
            raise OSError(path)
        written.append(path)
    pictures = [Image.open(folder / f"{size}x{size}" / "helpdesk.png") for size in WINDOWS_SIZES]
    icon = folder / "helpdesk.ico"
    pictures[-1].save(icon, sizes=[(size, size) for size in WINDOWS_SIZES], append_images=pictures[:-1])
    del application
    return [*written, icon]


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
