"""The readers of marks: zxing-cpp always, pyzbar where its system library stands. One shape of answer for both.

A reader takes a grey picture and gives what it read with the four corners, in pixels of that picture. Only marks
that carry names in this trade are asked for: the other linear kinds have no check and find codes in brick walls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import zxingcpp
from PIL import Image

try:
    from pyzbar import pyzbar
except ImportError:  # the wheel is there, libzbar is not: pip cannot bring a system library
    pyzbar = None

Corner = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """One mark. `corners` run around it: top left, top right, bottom right, bottom left as the mark stands."""

    text: str
    format: str
    engine: str
    corners: tuple[Corner, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one look gave: the marks read, and how many were seen that could not be read."""

    reads: tuple[Read, ...] = ()
    damaged: int = 0


Engine = Callable[[Image.Image], Reading]

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_OTHERS: Final = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.UPCA,
        zxingcpp.BarcodeFormat.DataBarExp,
        zxingcpp.BarcodeFormat.DataBarExpStk,
    ]
)


def zxing(picture: Image.Image) -> Reading:
    """zxing-cpp, QR only, several at once: 7 ms for a megapixel. Counts the marks it saw and could not read."""
    found = zxingcpp.read_barcodes(picture, formats=_QR, return_errors=True)
    damaged = sum(1 for each in found if not each.valid and each.format == zxingcpp.BarcodeFormat.QRCode)
    return Reading(reads=_valid(found), damaged=damaged)


def zxing_others(picture: Image.Image) -> Reading:
    """zxing-cpp, the marks of other systems: seven times the cost of QR alone, and false alarms are not counted."""
    return Reading(reads=_valid(zxingcpp.read_barcodes(picture, formats=_OTHERS)))


def _valid(found: Iterable[zxingcpp.Barcode]) -> tuple[Read, ...]:
    return tuple(
        Read(text=each.text, format=str(each.format), engine="zxing", corners=_corners(each.position))
        for each in found
        if each.valid and each.text
    )


def _corners(position: zxingcpp.Position) -> tuple[Corner, ...]:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((int(point.x), int(point.y)) for point in points)


def zbar(picture: Image.Image) -> Reading:
    """pyzbar: ten times slower, reads some blurred and faint marks that zxing-cpp does not. Absent: reads nothing."""
    if pyzbar is None:
        return Reading()
    kinds = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128, pyzbar.ZBarSymbol.EAN13]
    reads = tuple(
        Read(
            text=each.data.decode("utf-8", errors="replace"),
            format=_ZBAR_FORMATS.get(each.type, each.type),
            engine="zbar",
            corners=tuple((int(point.x), int(point.y)) for point in each.polygon),
        )
        for each in pyzbar.decode(picture, symbols=kinds)
        if each.data
    )
    return Reading(reads=reads)


_ZBAR_FORMATS: Final = {"QRCODE": "QR Code", "CODE128": "Code 128", "EAN13": "EAN-13"}

ENGINES: Final[dict[str, Engine]] = {"zxing": zxing, "zxing_others": zxing_others, "zbar": zbar}


def available() -> dict[str, bool]:
    """Which engines can work here, for the log and for `/readyz`."""
    return {"zxing": True, "zbar": pyzbar is not None}
