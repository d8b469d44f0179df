"""What a fake camera films: labels held before it one after the other."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from scanner.here import FONTS
from scanner.label_images import png
from scanner.labels import PRESETS, Label, draw, short_url
from tests.scanner.photos import photograph

FRAMES_A_SECOND = 30
"""Chromium plays concatenated JPEGs at this rate, in a loop."""
EMPTY = Image.new("RGB", (640, 480), "#6b5a44")


def film(path: Path, *, origin: str, codes: Sequence[str], seconds: float = 2.0, gap_seconds: float = 0.5) -> Path:
    """Each code's label on its crate for some seconds, with a look at the bare table between."""
    with path.open("wb") as file:
        for seed, code in enumerate(codes):
            text = short_url(public_url=origin, code=code)
            label = png(draw(Label(text=text, code=code), PRESETS["60x40"]), fonts=FONTS, dpi=203)
            scene = Image.open(io.BytesIO(photograph(label, size=(640, 480), share=0.7, seed=seed))).convert("RGB")
            file.write(_jpeg(scene) * round(seconds * FRAMES_A_SECOND))
            file.write(_jpeg(EMPTY) * round(gap_seconds * FRAMES_A_SECOND))
    return path


def screen_film(path: Path, *, pictures: Sequence[bytes], seconds: float = 0.4) -> Path:
    """Pictures of another phone's screen, one after the other, each in the middle of the view."""
    with path.open("wb") as file:
        for picture in pictures:
            code = Image.open(io.BytesIO(picture)).convert("RGB")
            code.thumbnail((460, 460), Image.Resampling.LANCZOS)
            scene = EMPTY.copy()
            scene.paste(code, ((scene.width - code.width) // 2, (scene.height - code.height) // 2))
            file.write(_jpeg(scene) * round(seconds * FRAMES_A_SECOND))
    return path


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()
