"""Labels on paper: PDF in exact millimetres, on thermal rolls (one label a page) and on A4 sheets.

A browser's print dialogue scales as it likes; a PDF of the label's own size does not. The Chinese font is subset into
the file, so that it prints where no Chinese font is installed. Every preset has a test page with a ruler: when its
hundred millimetres measure a hundred, the labels sit where the sheet's cuts are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fpdf import FPDF

from scanner.labels import PRESETS, Drawing, Label, Mark, Preset, Words, dark_runs, draw, modules

MM_PER_POINT: Final = 25.4 / 72
RULER_MM: Final = 100
TEST_TEXT: Final = "HUILIU LABEL TEST 100 MM"
_FAMILY: Final = "noto"
_HAIR_MM: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Paper with labels on it. Steps run from the left (top) edge of one label to that of the next."""

    code: str
    width_mm: float
    height_mm: float
    label: Preset
    columns: int = 1
    rows: int = 1
    left_mm: float = 0.0
    top_mm: float = 0.0
    across_mm: float = 0.0
    down_mm: float = 0.0

    @property
    def count(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows

    def place(self, position: int) -> tuple[float, float]:
        """Top left corner of the label at a position, row by row from the top."""
        row, column = divmod(position, self.columns)
        return self.left_mm + column * self.across_mm, self.top_mm + row * self.down_mm


def _grid(
    code: str, *, columns: int, rows: int, width_mm: float, height_mm: float, gap_mm: float = 0.0, text_mm: float
) -> Sheet:
    """An A4 sheet whose grid stands in the middle, as the makers of such sheets cut them."""
    across_mm, down_mm = width_mm + gap_mm, height_mm
    return Sheet(
        code=code,
        width_mm=210.0,
        height_mm=297.0,
        label=Preset(code=code, width_mm=width_mm, height_mm=height_mm, beside=True, text_mm=text_mm, margin_mm=1.5),
        columns=columns,
        rows=rows,
        left_mm=(210.0 - (columns * across_mm - gap_mm)) / 2,
        top_mm=(297.0 - rows * down_mm) / 2,
        across_mm=across_mm,
        down_mm=down_mm,
    )


SHEETS: Final[Mapping[str, Sheet]] = MappingProxyType(
    {
        each.code: each
        for each in (
            *(
                Sheet(code=preset.code, width_mm=preset.width_mm, height_mm=preset.height_mm, label=preset)
                for preset in PRESETS.values()
            ),
            _grid("a4-2x7", columns=2, rows=7, width_mm=99.1, height_mm=38.1, gap_mm=2.5, text_mm=4.0),
            _grid("a4-3x7", columns=3, rows=7, width_mm=63.5, height_mm=38.1, gap_mm=2.5, text_mm=3.5),
            _grid("a4-3x8", columns=3, rows=8, width_mm=70.0, height_mm=36.0, text_mm=3.5),
            _grid("a4-4x11", columns=4, rows=11, width_mm=48.5, height_mm=25.4, text_mm=2.5),
        )
    }
)


class UnprintableError(ValueError):
    """A character that the font has not: it would print as an empty box. Names the characters."""


def render(
    labels: Sequence[Label],
    *,
    sheet: Sheet,
    fonts: Path,
    used: int = 0,
    test_page: bool = False,
    progress: Callable[[int], object] | None = None,
) -> bytes:
    """The labels as one PDF. `used`: how many labels of the first sheet are gone already; `test_page` comes first.

    `progress` is told of every label drawn. Raises UnprintableError, and OSError when the fonts are not installed.
    """
    pdf = _paper(sheet, fonts)
    try:
        _check(pdf, labels)
        _fill(pdf, labels, sheet=sheet, used=used % sheet.count, test_page=test_page, progress=progress)
        return bytes(pdf.output())
    finally:
        # The library leaves the two font files open until the collector comes by.
        for font in pdf.fonts.values():
            font.close()  # type: ignore[union-attr]  # as in _check


def _fill(
    pdf: FPDF,
    labels: Sequence[Label],
    *,
    sheet: Sheet,
    used: int,
    test_page: bool,
    progress: Callable[[int], object] | None,
) -> None:
    if test_page:
        _test_page(pdf, sheet)
    for number, label in enumerate(labels, start=used):
        position = number % sheet.count
        if position == 0 or number == used:
            pdf.add_page()
        left_mm, top_mm = sheet.place(position)
        _paint(pdf, draw(label, sheet.label), left_mm=left_mm, top_mm=top_mm)
        if progress is not None:
            progress(1)


def _paper(sheet: Sheet, fonts: Path) -> FPDF:
    pdf = FPDF(unit="mm", format=(sheet.width_mm, sheet.height_mm))
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.set_title("Huiliu 回流")
    pdf.set_lang("zh-CN")
    pdf.add_font(_FAMILY, "", fonts / "NotoSansSC-Regular.ttf")
    pdf.add_font(_FAMILY, "B", fonts / "NotoSansSC-Bold.ttf")
    return pdf


def _check(pdf: FPDF, labels: Sequence[Label]) -> None:
    known = pdf.fonts[_FAMILY].cmap  # type: ignore[union-attr]  # a core font has none; ours is a TrueType file
    strange = {each for label in labels for line in label.lines for each in line if ord(each) not in known}
    if strange:
        raise UnprintableError(", ".join(f"U+{ord(each):04X}" for each in sorted(strange)))


def _paint(pdf: FPDF, drawing: Drawing, *, left_mm: float, top_mm: float) -> None:
    _paint_mark(pdf, drawing.mark, left_mm=left_mm, top_mm=top_mm)
    for words in drawing.words:
        _paint_words(pdf, words, left_mm=left_mm, top_mm=top_mm)


def _paint_mark(pdf: FPDF, mark: Mark, *, left_mm: float, top_mm: float) -> None:
    side_mm = mark.module_mm
    pdf.set_fill_color(0)
    for row, first, length in dark_runs(mark.rows):
        x_mm, y_mm = left_mm + mark.x_mm + first * side_mm, top_mm + mark.y_mm + row * side_mm
        pdf.rect(x_mm, y_mm, length * side_mm, side_mm, style="F")


def _paint_words(pdf: FPDF, words: Words, *, left_mm: float, top_mm: float) -> None:
    pdf.set_font(_FAMILY, "B" if words.bold else "", words.size_mm / MM_PER_POINT)
    shift_mm = pdf.get_string_width(words.text) / 2 if words.anchor == "middle" else 0.0
    pdf.text(left_mm + words.x_mm - shift_mm, top_mm + words.y_mm, words.text)


# --- the test page --------------------------------------------------------------------------------------------------


def _test_page(pdf: FPDF, sheet: Sheet) -> None:
    """The cuts as the sheet has them, a ruler from the left edge, and a mark to try the scanner on."""
    pdf.add_page()
    pdf.set_draw_color(0)
    pdf.set_line_width(_HAIR_MM)
    for position in range(sheet.count):
        left_mm, top_mm = sheet.place(position)
        pdf.rect(left_mm, top_mm, sheet.label.width_mm, sheet.label.height_mm)
    left_mm, top_mm = sheet.place(sheet.columns // 2 if sheet.rows == 1 else sheet.count // 2)
    rows = modules(TEST_TEXT)
    side_mm = min(sheet.label.height_mm * 0.62, sheet.label.width_mm * 0.62)
    mark = Mark(x_mm=1.0, y_mm=1.0, module_mm=side_mm / len(rows), rows=rows)
    _paint_mark(pdf, mark, left_mm=left_mm, top_mm=top_mm)
    _ruler(pdf, sheet)


def _ruler(pdf: FPDF, sheet: Sheet) -> None:
    """Millimetres from the left edge of the paper, every tenth numbered, at the foot of the page."""
    length_mm = int(min(RULER_MM, sheet.width_mm - 1))
    foot_mm = sheet.height_mm - (1.0 if sheet.count == 1 else max(6.0, sheet.top_mm / 2))
    pdf.set_font(_FAMILY, "", 1.8 / MM_PER_POINT)
    for at_mm in range(length_mm + 1):
        tick_mm = 3.0 if at_mm % 10 == 0 else 2.0 if at_mm % 5 == 0 else 1.2
        pdf.line(at_mm, foot_mm, at_mm, foot_mm - tick_mm)
        if at_mm % 10 == 0 and at_mm > 0:
            pdf.text(at_mm - 1.2, foot_mm - 3.4, str(at_mm))
    pdf.text(1.0, foot_mm - 6.0, f"{sheet.code}  {sheet.width_mm:g} × {sheet.height_mm:g} mm")
