"""What a photo beside an event must be: named by its SHA-256, a plain JPEG, small, and silent about where and who.

The structure is walked marker by marker (ISO/IEC 10918-1, annex B), so that a file is judged before anything unpacks
it. Metadata is refused, not cut out: the bytes kept are those whose digest the event announced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from registry.domain.refusals import Refusal

PHOTOS_MOST: Final = 3
"""photos one event may announce"""
PHOTO_BYTES_MOST: Final = 400_000
PHOTO_EDGE_MOST: Final = 1600
_SCANS_MOST: Final = 64
"""Each scan of a progressive picture walks the whole of it: a few bytes would buy seconds."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SOI, _EOI, _SOS = b"\xff\xd8", 0xD9, 0xDA
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""baseline, extended, progressive: what cameras and browsers write"""
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})
_HARMLESS: Final = {0xE0: (b"JFIF\0",), 0xE2: (b"ICC_PROFILE\0",), 0xEE: (b"Adobe",)}
"""application segments a decoder needs; every other one, and every comment, may say where and who"""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Pixels of a JPEG."""

    width_px: int
    height_px: int


def announced(text: str) -> tuple[str, ...]:
    """The digests in an event's private text `photo`: 1 to 3 hex SHA-256, each once, joined by one blank.

    Refusal schema_invalid.
    """
    digests = tuple(text.split(" "))
    sound = all(_DIGEST.fullmatch(each) for each in digests)
    if not sound or len(digests) > PHOTOS_MOST or len(set(digests)) != len(digests):
        raise Refusal("schema_invalid", path="private.photo")
    return digests


def examine(data: bytes) -> Picture:
    """The size of a JPEG that may be kept.

    Refusals: image_too_large, image_not_an_image, image_truncated, image_too_many_pixels, image_too_hard,
    photo_has_metadata (EXIF, XMP, IPTC, a comment, a second picture, bytes after the end).
    """
    if len(data) > PHOTO_BYTES_MOST:
        raise Refusal("image_too_large", bytes=len(data))
    if not data.startswith(_SOI):
        raise _no_jpeg()
    picture: Picture | None = None
    at, scans = 2, 0
    while True:
        marker, at = _marker(data, at)
        if marker == _EOI:
            break
        body, at = _segment(data, at)
        if marker in _FRAMES and picture is None:
            picture = _frame(body)
        elif marker == _SOS and picture is not None:
            scans += 1
            at = _after_scan(data, at)
        elif marker not in _TABLES:
            _refuse(marker, body)
    if at != len(data):
        raise Refusal("photo_has_metadata")
    if picture is None or not scans:
        raise Refusal("image_truncated")
    if scans > _SCANS_MOST:
        raise Refusal("image_too_hard")
    return picture


def _no_jpeg() -> Refusal:
    return Refusal("image_not_an_image", allowed="JPEG")


def _refuse(marker: int, body: bytes) -> None:
    """Let a harmless application segment pass; refuse what may tell, and what no plain JPEG has."""
    if body.startswith(_HARMLESS.get(marker, ())):
        return
    told = 0xE0 <= marker <= 0xEF or marker == 0xFE
    raise Refusal("photo_has_metadata") if told else _no_jpeg()


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at this place and the place after it; fill bytes are skipped."""
    if at < len(data) and data[at] != 0xFF:
        raise _no_jpeg()
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data):
        raise Refusal("image_truncated")
    return data[at], at + 1


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise Refusal("image_truncated")
    return data[at + 2 : at + length], at + length


def _frame(body: bytes) -> Picture:
    if len(body) < 6 or body[0] != 8 or body[5] not in (1, 3):
        raise _no_jpeg()
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not (height and width):
        raise _no_jpeg()
    if max(height, width) > PHOTO_EDGE_MOST:
        raise Refusal("image_too_many_pixels", most_pixels=PHOTO_EDGE_MOST**2)
    return Picture(width_px=width, height_px=height)


def _after_scan(data: bytes, at: int) -> int:
    """The place of the next marker: stuffed zeros and restarts belong to the scan."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
    raise Refusal("image_truncated")
