"""A photo as it comes from a phone → the marks in it. Nothing of the photo is kept.

Two steps: `open_photo` refuses everything that is not one still picture of a sane size, by its header before a pixel
is unpacked; `read_marks` climbs a ladder of looks, cheapest first, until every mark that was seen is read or the time
is over. Refusals: image_missing, image_too_large, image_not_an_image, image_too_many_pixels, image_animated,
image_truncated, image_too_hard (memory); `some` adds image_without_mark.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image, ImageFilter, ImageOps

from registry.domain.refusals import Refusal
from scanner.engines import Engine, Read, Reading, zbar, zxing, zxing_others

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
"""A phone's largest usual picture; 50 MB once it is grey."""
LONGEST_SIDE_PX: Final = 20_000
BUDGET_S: Final = 2.0

_KINDS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_ALLOWED_WORDS: Final = "JPEG PNG WebP GIF BMP"
_HALF_FIRST_PX: Final = 3_000_000
"""Above this the half scale is tried first: a 12-megapixel photo holds the mark four times finer than needed."""
_ENLARGE_BELOW_PX: Final = 4_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """The marks with their corners in pixels of the upright picture, whose size is given too."""

    width_px: int
    height_px: int
    marks: tuple[Read, ...]
    damaged: int
    """marks that were seen and could not be read"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """An upright grey picture, `reduced` times smaller than the photo, whose own upright size stands beside it."""

    picture: Image.Image
    reduced: int
    width_px: int
    height_px: int


def decode(data: bytes, *, clock: Callable[[], float] = time.monotonic, budget_s: float = BUDGET_S) -> Decoded:
    """The marks in a photo. Raises Refusal (see the module) and nothing else on any bytes."""
    until = clock() + budget_s
    opened = open_photo(data, halved=True)
    if opened.reduced == 1:
        return read_marks(opened.picture, clock=clock, budget_s=until - clock())
    scales = Scales(opened.picture, scale=1 / opened.reduced, whole=lambda: open_photo(data).picture)
    marks, damaged = _climb(scales, looks=_LARGE_LADDER, clock=clock, until=until)
    return Decoded(width_px=opened.width_px, height_px=opened.height_px, marks=marks, damaged=damaged)


def some(decoded: Decoded) -> Decoded:
    """The same, where an answer without any mark is of no use. Refusal image_without_mark."""
    if not decoded.marks:
        raise Refusal("image_without_mark", damaged=decoded.damaged)
    return decoded


# --- opening --------------------------------------------------------------------------------------------------------


def open_photo(data: bytes, *, halved: bool = False) -> Opened:
    """The upright grey picture in `data`; with `halved`, a large one at half its size, which a JPEG is unpacked to."""
    if not data:
        raise Refusal("image_missing")
    if len(data) > MOST_BYTES:
        raise Refusal("image_too_large", bytes=len(data), most_bytes=MOST_BYTES)
    photo = _open_header(data)
    _check_header(photo)
    return _load(photo, reduced=2 if halved and photo.width * photo.height > _HALF_FIRST_PX else 1)


def _open_header(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_KINDS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("image_too_many_pixels", most_pixels=MOST_PIXELS) from None
    except Exception:  # noqa: BLE001  # hostile bytes: the parsers raise whatever they please
        raise Refusal("image_not_an_image", allowed=_ALLOWED_WORDS) from None


def _check_header(picture: Image.Image) -> None:
    width_px, height_px = picture.size
    if width_px * height_px > MOST_PIXELS or max(picture.size) > LONGEST_SIDE_PX:
        raise Refusal("image_too_many_pixels", pixels=width_px * height_px, most_pixels=MOST_PIXELS)
    # Pillow opens as MPO a JPEG with more pictures behind: a photo and its depth map. The first is the photo.
    if picture.format != "MPO" and _frames(picture) > 1:
        raise Refusal("image_animated")


def _frames(picture: Image.Image) -> int:
    try:
        return int(getattr(picture, "n_frames", 1))
    except Exception:  # noqa: BLE001  # as in _open_header
        raise Refusal("image_truncated") from None


def _load(photo: Image.Image, *, reduced: int) -> Opened:
    width_px, height_px = photo.size
    try:
        # A JPEG decoder can leave colour and every second pixel out while it unpacks; other kinds ignore the wish.
        photo.draft("L", (-(-width_px // reduced), -(-height_px // reduced)))
        drafted = photo.width < width_px
        picture = _grey(ImageOps.exif_transpose(photo))
        if reduced > 1 and not drafted:
            picture = picture.reduce(reduced)
    except MemoryError:
        raise Refusal("image_too_hard") from None
    except Exception:  # noqa: BLE001  # as in _open_header
        raise Refusal("image_truncated") from None
    if (picture.width > picture.height) != (width_px > height_px):
        width_px, height_px = height_px, width_px
    return Opened(picture=picture, reduced=reduced, width_px=width_px, height_px=height_px)


def _grey(picture: Image.Image) -> Image.Image:
    """Grey, with transparency laid on white: a mark exported with a clear background is black on nothing."""
    if picture.mode == "L":
        picture.load()
        return picture
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, picture)
    return picture.convert("L")


# --- reading --------------------------------------------------------------------------------------------------------


class Scales:
    """One photo at several scales: the picture at hand is reduced or enlarged, the whole is unpacked when asked for."""

    def __init__(
        self, picture: Image.Image, *, scale: float = 1.0, whole: Callable[[], Image.Image] | None = None
    ) -> None:
        self._picture = picture
        self._scale = scale
        self._whole = whole

    def at(self, scale: float) -> Image.Image:
        """The picture at `scale` of the whole photo."""
        if scale == 1.0 and self._whole is not None:
            return self._whole()
        factor = scale / self._scale
        if factor < 1.0:
            return self._picture.reduce(round(1 / factor))
        if factor > 1.0:
            size = (round(self._picture.width * factor), round(self._picture.height * factor))
            return self._picture.resize(size, Image.Resampling.BICUBIC)
        return self._picture


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """One rung of the ladder: at what scale of the whole photo, how the picture is prepared, who reads it."""

    engine: Engine
    scale: float = 1.0
    prepare: Callable[[Image.Image], Image.Image] | None = None


def _even_out(picture: Image.Image) -> Image.Image:
    """Small marks on dim paper among bright boards."""
    return ImageOps.equalize(picture)


def _sharpen(picture: Image.Image) -> Image.Image:
    """Out of focus."""
    return picture.filter(ImageFilter.UnsharpMask(radius=3, percent=180, threshold=2))


def _thicken(picture: Image.Image) -> Image.Image:
    """Peened and ink-jet marks: dots that do not touch are grown until they do."""
    return picture.filter(ImageFilter.MinFilter(3))


def _calm(picture: Image.Image) -> Image.Image:
    """Grain of a dark shed, and glare that eats the range."""
    return ImageOps.autocontrast(picture.filter(ImageFilter.GaussianBlur(1)), cutoff=2)


# Order and make-up are measured: `python -m tests.bench.decoding` prints what each rung is worth on the stress set.
_LADDER: Final = (
    _Look(engine=zxing),
    _Look(engine=zxing, prepare=_even_out),
    _Look(engine=zxing, prepare=_sharpen),
    _Look(engine=zxing, prepare=_thicken, scale=0.5),
    _Look(engine=zxing, prepare=_calm),
    _Look(engine=zbar, scale=0.5),
    _Look(engine=zbar, prepare=_sharpen, scale=0.5),
    _Look(engine=zxing, scale=2.0),
    _Look(engine=zxing_others),
)


# A 12-megapixel photo is read at half its size, where a look costs a quarter; the whole is looked at once, for marks
# that are small in it. The marks of other systems are sought at a quarter: they cost most and are rarest.
_LARGE_LADDER: Final = (
    replace(_LADDER[0], scale=0.5),
    _LADDER[0],
    *(replace(look, scale=look.scale / 2) for look in _LADDER[1:-1] if look.scale <= 1.0),
    replace(_LADDER[-1], scale=0.25),
)


def read_marks(
    picture: Image.Image,
    *,
    looks: Sequence[_Look] = _LADDER,
    clock: Callable[[], float] = time.monotonic,
    budget_s: float = BUDGET_S,
) -> Decoded:
    """Climb until a look leaves no damaged mark, or `budget_s` is spent. The budget is asked before each look."""
    if picture.width * picture.height > _ENLARGE_BELOW_PX:
        looks = [look for look in looks if look.scale <= 1.0]
    marks, damaged = _climb(Scales(picture), looks=looks, clock=clock, until=clock() + budget_s)
    return Decoded(width_px=picture.width, height_px=picture.height, marks=marks, damaged=damaged)


def _climb(
    scales: Scales, *, looks: Sequence[_Look], clock: Callable[[], float], until: float
) -> tuple[tuple[Read, ...], int]:
    """The marks from top to bottom, and how many more were seen."""
    found: dict[str, Read] = {}
    seen = 0
    for look in looks:
        reading = _take(scales, look)
        for each in reading.reads:
            found.setdefault(each.text, each)
        seen = max(seen, len(reading.reads) + reading.damaged)
        if (found and seen <= len(found)) or clock() >= until:
            break
    marks = sorted(found.values(), key=lambda each: (each.corners[0][1], each.corners[0][0]))
    return tuple(marks), max(0, seen - len(found))


def _take(scales: Scales, look: _Look) -> Reading:
    """One look: scaled first, for every preparation is cheaper on less."""
    seen = scales.at(look.scale)
    reading = look.engine(seen if look.prepare is None else look.prepare(seen))
    reads = tuple(_scaled(each, look.scale) for each in reading.reads)
    return Reading(reads=reads, damaged=reading.damaged)


def _scaled(read: Read, scale: float) -> Read:
    corners = tuple((round(x / scale), round(y / scale)) for x, y in read.corners)
    return Read(text=read.text, format=read.format, engine=read.engine, corners=corners)
