"""Paints a label as SVG (screens, browsers that print) and as PNG (thermal printers' own programs, chat)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageDraw, ImageFont

from scanner.labels import Drawing, Mark, Words, dark_runs

MM_PER_INCH: Final = 25.4
DEFAULT_DPI: Final = 300
_FACES: Final = "'Noto Sans SC','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def svg(drawing: Drawing, *, title: str) -> str:
    """The label as one SVG document, sized in millimetres, white background included (dark mode would hide it)."""
    width, height = _mm(drawing.width_mm), _mm(drawing.height_mm)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"',
        f' viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(title)}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<path fill="#000" shape-rendering="crispEdges" d="{_path(drawing.mark)}"/>',
        f'<g fill="#000" font-family="{_FACES}">',
        *(_text(words) for words in drawing.words),
        "</g></svg>",
    ]
    return "".join(parts)


def _path(mark: Mark) -> str:
    """One path of horizontal runs: a tenth of the size of one rectangle per module, and no seams between them."""
    runs = []
    side = _mm(mark.module_mm)
    for row, first, length in dark_runs(mark.rows):
        x, y = _mm(mark.x_mm + first * mark.module_mm), _mm(mark.y_mm + row * mark.module_mm)
        run = _mm(length * mark.module_mm)
        runs.append(f"M{x} {y}h{run}v{side}h-{run}z")
    return "".join(runs)


def _text(words: Words) -> str:
    anchor = ' text-anchor="middle"' if words.anchor == "middle" else ""
    weight = ' font-weight="700"' if words.bold else ""
    return (
        f'<text x="{_mm(words.x_mm)}" y="{_mm(words.y_mm)}" font-size="{_mm(words.size_mm)}"{anchor}{weight}>'
        f"{escape(words.text)}</text>"
    )


def _mm(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def png(drawing: Drawing, *, fonts: Path, dpi: int = DEFAULT_DPI) -> bytes:
    """The label in black and white at `dpi`. `fonts` is the folder with NotoSansSC-Regular.ttf and -Bold.ttf.

    The modules are whole pixels (rounded down), so the mark may be a little smaller than in the drawing but never
    has ragged edges. Raises OSError when the fonts are not installed.
    """
    size = (_px(drawing.width_mm, dpi), _px(drawing.height_mm, dpi))
    image = Image.new("L", size, 255)
    canvas = ImageDraw.Draw(image)
    _paint_mark(canvas, drawing.mark, dpi)
    for words in drawing.words:
        face = "NotoSansSC-Bold.ttf" if words.bold else "NotoSansSC-Regular.ttf"
        font = ImageFont.truetype(fonts / face, size=max(6.0, words.size_mm * dpi / MM_PER_INCH))
        anchor = "ms" if words.anchor == "middle" else "ls"
        canvas.text((_px(words.x_mm, dpi), _px(words.y_mm, dpi)), words.text, fill=0, font=font, anchor=anchor)
    stream = io.BytesIO()
    image.save(stream, "PNG", dpi=(dpi, dpi), optimize=True)
    return stream.getvalue()


def _paint_mark(canvas: ImageDraw.ImageDraw, mark: Mark, dpi: int) -> None:
    module_px = max(1, int(mark.module_mm * dpi / MM_PER_INCH))
    # What whole pixels leave over widens the quiet zone evenly.
    spare_px = _px(mark.side_mm, dpi) - module_px * len(mark.rows)
    left, top = _px(mark.x_mm, dpi) + spare_px // 2, _px(mark.y_mm, dpi) + spare_px // 2
    for row, first, length in dark_runs(mark.rows):
        x, y = left + first * module_px, top + row * module_px
        canvas.rectangle((x, y, x + length * module_px - 1, y + module_px - 1), fill=0)


def _px(value_mm: float, dpi: int) -> int:
    return round(value_mm * dpi / MM_PER_INCH)
