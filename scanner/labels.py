"""The mark on the crate: what a label says, and where each thing stands on it, in millimetres.

A `Label` becomes a `Drawing` once; `label_images` (SVG, PNG) and `sheets` (PDF) only paint it, so a label looks the
same on a screen, on a thermal roll and on an A4 sheet. The QR holds an upper-case short URL in alphanumeric mode
(45 % fewer bits than bytes: bigger modules on the same label) inside its full quiet zone of four modules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import qrcode
from qrcode.util import MODE_ALPHA_NUM, QRData

from registry.domain.identifiers import grouped

QUIET_ZONE_MODULES: Final = 4
"""ISO/IEC 18004 §9.1; thinner margins are the usual reason why a printed label cannot be read."""
MODULE_STEP_MM: Final = 0.125
"""One dot of a 203 dpi thermal head: modules of whole dots print with straight edges."""
SMALLEST_MODULE_MM: Final = 0.25
"""Two dots at 203 dpi, three at 300: below this phones lose the code at arm's length."""

_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+\Z")


@dataclass(frozen=True, kw_only=True)
class Label:
    """What one label says. `text` goes into the QR, `code` stands beneath it in groups, `lines` beside it."""

    text: str
    code: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A label of the trade: its size, and whether the words stand beside the mark or beneath it."""

    code: str
    width_mm: float
    height_mm: float
    beside: bool
    text_mm: float
    """cap size of the words; they shrink when they would not fit"""
    margin_mm: float = 1.0


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        each.code: each
        for each in (
            Preset(code="40x30", width_mm=40, height_mm=30, beside=True, text_mm=2.8),
            Preset(code="50x30", width_mm=50, height_mm=30, beside=True, text_mm=3.0),
            Preset(code="60x40", width_mm=60, height_mm=40, beside=True, text_mm=3.6, margin_mm=1.5),
            Preset(code="100x100", width_mm=100, height_mm=100, beside=False, text_mm=6.0, margin_mm=4.0),
        )
    }
)
DEFAULT_PRESET: Final = "60x40"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The QR: top left corner of its quiet zone, side of one module, and the dark modules row by row."""

    x_mm: float
    y_mm: float
    module_mm: float
    rows: tuple[tuple[bool, ...], ...]

    @property
    def side_mm(self) -> float:
        """Side of the square, quiet zone included."""
        return self.module_mm * len(self.rows)


@dataclass(frozen=True, kw_only=True)
class Words:
    """One line of text: anchor point on its baseline, `anchor` is start or middle."""

    text: str
    x_mm: float
    y_mm: float
    size_mm: float
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A label ready to paint."""

    width_mm: float
    height_mm: float
    mark: Mark
    words: tuple[Words, ...]


def short_url(*, public_url: str, code: str) -> str:
    """The text of the QR: `HTTPS://HOST/B/CODE`.

    Raises ValueError when the public URL holds a character that the alphanumeric mode of a QR has not (a path with
    an underscore, say): a label in byte mode would be finer than a phone reads on the small presets.
    """
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"not the address of a registry: {public_url!r}")
    text = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/b/{code}".upper()
    if not _ALPHANUMERIC.match(text):
        raise ValueError(f"this address does not fit the alphanumeric mode of a QR: {text!r}")
    return text


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of dark modules, quiet zone included.

    Error correction Q costs four modules a side over M and survives a quarter of the mark under mud, not a seventh.

    Raises ValueError for text outside the alphanumeric alphabet.
    """
    if not _ALPHANUMERIC.match(text):
        raise ValueError(f"not alphanumeric text: {text!r}")
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=QUIET_ZONE_MODULES)
    symbol.add_data(QRData(text, mode=MODE_ALPHA_NUM), optimize=0)
    symbol.make(fit=True)
    return tuple(tuple(bool(dark) for dark in row) for row in symbol.get_matrix())


def dark_runs(rows: tuple[tuple[bool, ...], ...]) -> list[tuple[int, int, int]]:
    """(row, first column, length) of every horizontal run of dark modules."""
    runs = []
    for number, row in enumerate(rows):
        first = None
        for column, dark in enumerate((*row, False)):
            if dark and first is None:
                first = column
            elif not dark and first is not None:
                runs.append((number, first, column - first))
                first = None
    return runs


def draw(label: Label, preset: Preset) -> Drawing:
    """The label in millimetres.

    Raises ValueError when the mark would need modules below SMALLEST_MODULE_MM on this preset.
    """
    return _beside(label, preset) if preset.beside else _beneath(label, preset)


def _beside(label: Label, preset: Preset) -> Drawing:
    """Mark on the left, words on its right, the code beneath both."""
    code_mm = preset.text_mm * 1.25
    mark = _mark(
        label.text,
        x_mm=0.0,
        y_mm=0.0,
        side_mm=min(preset.height_mm - code_mm - preset.margin_mm, preset.width_mm * 0.66),
    )
    code = _words(
        grouped(label.code),
        x_mm=preset.width_mm / 2,
        y_mm=preset.height_mm - preset.margin_mm,
        size_mm=code_mm,
        room_mm=preset.width_mm - 2 * preset.margin_mm,
        anchor="middle",
        bold=True,
    )
    room_mm = preset.width_mm - mark.side_mm - preset.margin_mm
    words = []
    top_mm = mark.module_mm * QUIET_ZONE_MODULES + preset.text_mm
    lines = [part for line in label.lines for part in _broken(line, room_em=room_mm / preset.text_mm)]
    for line in lines:
        if top_mm > mark.side_mm:
            break
        words.append(_words(line, x_mm=mark.side_mm, y_mm=top_mm, size_mm=preset.text_mm, room_mm=room_mm))
        top_mm += preset.text_mm * 1.5
    return Drawing(width_mm=preset.width_mm, height_mm=preset.height_mm, mark=mark, words=(*words, code))


def _beneath(label: Label, preset: Preset) -> Drawing:
    """Mark on top, the code beneath it, the words beneath that, all on the middle line."""
    code_mm = preset.text_mm * 1.3
    lines = label.lines[:3]
    words_mm = code_mm * 1.3 + len(lines) * preset.text_mm * 1.35 + preset.margin_mm
    side_mm = min(preset.height_mm - words_mm, preset.width_mm)
    mark = _mark(label.text, x_mm=0.0, y_mm=0.0, side_mm=side_mm)
    mark = Mark(x_mm=(preset.width_mm - mark.side_mm) / 2, y_mm=0.0, module_mm=mark.module_mm, rows=mark.rows)
    room_mm = preset.width_mm - 2 * preset.margin_mm
    middle_mm = preset.width_mm / 2
    below_mm = mark.side_mm + code_mm * 0.9
    words = [
        _words(
            grouped(label.code),
            x_mm=middle_mm,
            y_mm=below_mm,
            size_mm=code_mm,
            room_mm=room_mm,
            anchor="middle",
            bold=True,
        )
    ]
    for line in lines:
        below_mm += preset.text_mm * 1.35
        words.append(
            _words(line, x_mm=middle_mm, y_mm=below_mm, size_mm=preset.text_mm, room_mm=room_mm, anchor="middle")
        )
    return Drawing(width_mm=preset.width_mm, height_mm=preset.height_mm, mark=mark, words=tuple(words))


def _mark(text: str, *, x_mm: float, y_mm: float, side_mm: float) -> Mark:
    rows = modules(text)
    module_mm = side_mm / len(rows) // MODULE_STEP_MM * MODULE_STEP_MM
    if module_mm < SMALLEST_MODULE_MM:
        raise ValueError(f"the mark needs {len(rows)} modules: too fine for {side_mm:.1f} mm")
    return Mark(x_mm=x_mm, y_mm=y_mm, module_mm=module_mm, rows=rows)


def _words(
    text: str, *, x_mm: float, y_mm: float, size_mm: float, room_mm: float, anchor: str = "start", bold: bool = False
) -> Words:
    """A line that fits its room: smaller when it must, never wider."""
    needed_mm = width_em(text, bold=bold) * size_mm
    fitting_mm = size_mm if needed_mm <= room_mm else size_mm * room_mm / needed_mm
    return Words(text=text, x_mm=x_mm, y_mm=y_mm, size_mm=fitting_mm, anchor=anchor, bold=bold)


def _broken(text: str, *, room_em: float) -> list[str]:
    """Lines at most `room_em` wide where blanks allow: Latin names are long, and shrunk words cannot be read."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_em(f"{lines[-1]} {word}") <= room_em:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def width_em(text: str, *, bold: bool = False) -> float:
    """Upper estimate of the width in em: wide characters 1, the widest Latin capitals 0.75, bold a little more."""
    wide = sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else _narrow_em(each) for each in text)
    return wide * (1.06 if bold else 1.0)


def _narrow_em(each: str) -> float:
    if each == " ":
        return 0.3
    if each.isupper():
        return 0.75 if each not in "MW" else 0.95
    return 0.6
