"""Paper before it is printed: pages of texts, boxes and lines in millimetres, laid out from top to bottom.

Layout and painting are two steps, so that every page knows how many there are and the same answer gives the same bytes:
nothing here looks at a clock or draws an id. Widths come from the font that is embedded, subset, into the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF

MM_PER_POINT: Final = 25.4 / 72
WIDTH_MM: Final = 297.0
HEIGHT_MM: Final = 210.0
MARGIN_MM: Final = 14.0
TOP_MM: Final = 20.0
FOOT_MM: Final = 16.0
ROOM_MM: Final = WIDTH_MM - 2 * MARGIN_MM
LEADING: Final = 1.45
"""line height over size"""

INK: Final = "#16302a"
SOFT: Final = "#4b5d55"
LINE: Final = "#d9ded0"
STRONG: Final = "#78877f"
MOSS: Final = "#1b6b4d"
TINT: Final = "#e9f1e8"
STONE: Final = "#f5f6f0"
AMBER: Final = "#fbf0d8"

_FAMILY: Final = "noto"
_MISSING: Final = "〓"
"""the printers' mark for a type that is not in the case"""
_NOT_FIRST: Final = frozenset("，。；：、？！）】》”’…·%‰℃),.;:!?]}")
_NOT_LAST: Final = frozenset("（【《“‘([{")


@dataclass(frozen=True, kw_only=True)
class Words:
    """One line of text by its baseline; `align` is left, right or middle of `x_mm`."""

    text: str
    x_mm: float
    y_mm: float
    size_pt: float = 8.0
    bold: bool = False
    colour: str = INK
    align: str = "left"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A filled rectangle."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    colour: str


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A straight line."""

    x_mm: float
    y_mm: float
    to_x_mm: float
    to_y_mm: float
    colour: str = LINE
    width_mm: float = 0.2


Mark = Words | Box | Stroke


class Fonts:
    """The two embedded fonts: what they can print, and how wide. Raises OSError where they are not installed."""

    def __init__(self, folder: Path) -> None:
        self.pdf = FPDF(unit="mm", format=(WIDTH_MM, HEIGHT_MM))
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_margin(0)
        self.pdf.add_font(_FAMILY, "", folder / "NotoSansSC-Regular.ttf")
        self.pdf.add_font(_FAMILY, "B", folder / "NotoSansSC-Bold.ttf")
        self._known = frozenset(self.pdf.fonts[_FAMILY].cmap)  # type: ignore[union-attr]  # a core font has none
        self._widths: dict[tuple[str, bool], float] = {}

    def close(self) -> None:
        """Let go of the font files, which the library leaves open."""
        for font in self.pdf.fonts.values():
            font.close()  # type: ignore[union-attr]  # as above

    def printable(self, text: str) -> str:
        """The text in characters the font has: compatibility forms unfolded (CO₂ → CO2), the rest marked."""
        return "".join(self._printable(each) for each in text)

    def _printable(self, character: str) -> str:
        if ord(character) in self._known:
            return character
        plain = unicodedata.normalize("NFKC", character)
        if plain and all(ord(each) in self._known for each in plain):
            return plain
        return "" if unicodedata.category(character) in ("Cf", "Cc", "Mn") else _MISSING

    def width_mm(self, text: str, size_pt: float, *, bold: bool = False) -> float:
        """How wide a line is."""
        return sum(self._em(each, bold=bold) for each in text) * size_pt

    def _em(self, character: str, *, bold: bool) -> float:
        key = (character, bold)
        if key not in self._widths:
            self.pdf.set_font(_FAMILY, "B" if bold else "", 100)
            self._widths[key] = self.pdf.get_string_width(character) / 100
        return self._widths[key]

    def wrapped(self, text: str, room_mm: float, size_pt: float, *, bold: bool = False) -> list[str]:
        """The text in lines that fit: Latin words whole, Chinese anywhere but before a closing mark."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for piece in _pieces(self.printable(paragraph)):
                if not line or self.width_mm((line + piece).rstrip(), size_pt, bold=bold) <= room_mm:
                    line += piece if line else piece.lstrip()
                    continue
                lines.append(line.rstrip())
                line = piece.lstrip()
            lines += self._broken(line.rstrip(), room_mm, size_pt, bold=bold)
        return [part for line in lines for part in self._broken(line, room_mm, size_pt, bold=bold)] or [""]

    def _broken(self, line: str, room_mm: float, size_pt: float, *, bold: bool) -> list[str]:
        """A line whose one word is too long, cut where it must be."""
        if self.width_mm(line, size_pt, bold=bold) <= room_mm or len(line) < 2:
            return [line]
        found = [""]
        for each in line:
            if found[-1] and self.width_mm(found[-1] + each, size_pt, bold=bold) > room_mm:
                found.append("")
            found[-1] += each
        return found


def _pieces(text: str) -> Iterable[str]:
    """What may not be parted: a Latin word with the blank after it, a Chinese character with the marks around it."""
    piece = ""
    for each in text:
        if piece and _parts(piece, each):
            yield piece
            piece = ""
        piece += each
    if piece:
        yield piece


def _parts(before: str, character: str) -> bool:
    last = before[-1]
    if character in _NOT_FIRST or last in _NOT_LAST or character == " ":
        return False
    if last == " ":
        return True
    return _wide(last) or _wide(character)


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


@dataclass(kw_only=True)
class Flow:
    """Where the next thing goes: `y_mm` on the last of `pages`."""

    fonts: Fonts
    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y_mm: float = TOP_MM

    @property
    def bottom_mm(self) -> float:
        """The lowest a thing may reach."""
        return HEIGHT_MM - FOOT_MM

    def put(self, *marks: Mark) -> None:
        """Onto the page at hand."""
        self.pages[-1].extend(marks)

    def turn(self) -> None:
        """A fresh page."""
        self.pages.append([])
        self.y_mm = TOP_MM

    def need(self, height_mm: float) -> bool:
        """Turn the page when so much does not fit; says whether it did."""
        if self.y_mm + height_mm <= self.bottom_mm:
            return False
        self.turn()
        return True

    def skip(self, height_mm: float) -> None:
        """Leave blank."""
        self.y_mm += height_mm

    def heading(self, text: str, *, size_pt: float = 12.0, keep_mm: float = 24.0) -> None:
        """A heading, never alone at the foot of a page."""
        height_mm = size_pt * MM_PER_POINT * LEADING
        self.need(height_mm + keep_mm)
        for line in self.fonts.wrapped(text, ROOM_MM, size_pt, bold=True):
            self.y_mm += height_mm
            self.put(Words(text=line, x_mm=MARGIN_MM, y_mm=self.y_mm - height_mm * 0.28, size_pt=size_pt, bold=True))
        self.skip(1.2)

    def paragraph(
        self, text: str, *, size_pt: float = 8.0, colour: str = INK, x_mm: float = MARGIN_MM, room_mm: float = ROOM_MM
    ) -> None:
        """Text over as many lines and pages as it takes."""
        height_mm = size_pt * MM_PER_POINT * LEADING
        for line in self.fonts.wrapped(text, room_mm, size_pt):
            self.need(height_mm)
            self.y_mm += height_mm
            self.put(Words(text=line, x_mm=x_mm, y_mm=self.y_mm - height_mm * 0.28, size_pt=size_pt, colour=colour))


def printed(fonts: Fonts, pages: Sequence[Sequence[Mark]], *, title: str, language: str, made_at: datetime) -> bytes:
    """The pages as PDF. `made_at` is the cut-off: the only moment the file knows."""
    pdf = fonts.pdf
    pdf.set_creation_date(made_at)
    pdf.set_title(fonts.printable(title))
    pdf.set_lang("zh-CN" if language == "zh" else "en")
    pdf.set_producer("Huiliu")
    pdf.set_creator("Huiliu 回流")
    for marks in pages:
        pdf.add_page()
        for mark in marks:
            _paint(pdf, fonts, mark)
    return bytes(pdf.output())


def _paint(pdf: FPDF, fonts: Fonts, mark: Mark) -> None:
    match mark:
        case Box():
            pdf.set_fill_color(mark.colour)
            pdf.rect(mark.x_mm, mark.y_mm, mark.width_mm, mark.height_mm, style="F")
        case Stroke():
            pdf.set_draw_color(mark.colour)
            pdf.set_line_width(mark.width_mm)
            pdf.line(mark.x_mm, mark.y_mm, mark.to_x_mm, mark.to_y_mm)
        case Words() if mark.text:
            text = fonts.printable(mark.text)
            shift_mm = {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.align]
            shift_mm *= fonts.width_mm(text, mark.size_pt, bold=mark.bold)
            pdf.set_font(_FAMILY, "B" if mark.bold else "", mark.size_pt)
            pdf.set_text_color(mark.colour)
            pdf.text(mark.x_mm - shift_mm, mark.y_mm, text)
