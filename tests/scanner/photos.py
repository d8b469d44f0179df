"""Makes what a phone would send: our label on a crate, seen from the side, blurred, noisy, unevenly lit, as JPEG.

    photo = photograph(label_png, seed=7)              # a fair photo, readable
    photo = photograph(label_png, blur_px=3, tilt=0.4) # a bad one

Deterministic for the same arguments, so that a failing test can be looked at.
"""

import io
import random
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]


def photograph(
    label_png: bytes,
    *,
    seed: int = 1,
    size: tuple[int, int] = (1280, 960),
    share: float = 0.45,
    tilt: float = 0.18,
    turn_degrees: float = 8.0,
    blur_px: float = 0.9,
    noise: float = 9.0,
    contrast: float = 0.75,
    quality: int = 78,
    exif_orientation: int | None = None,
) -> bytes:
    """A JPEG of the label lying on a wooden crate.

    `share`: its longer side over the picture's shorter; `tilt`: how far perspective pulls a corner in, as a share of
    its side; `noise`: standard deviation in grey levels; `contrast`: 1 is ink on paper in daylight.
    """
    chance = random.Random(seed)
    label = Image.open(io.BytesIO(label_png)).convert("L")
    scene = _crate(size, chance)
    corners = _corners(label.size, size, share=share, tilt=tilt, turn_degrees=turn_degrees, chance=chance)
    _lay(scene, label, corners)
    scene = _light(scene, contrast=contrast, chance=chance).filter(ImageFilter.GaussianBlur(blur_px))
    return _expose(scene, noise=noise, seed=seed, quality=quality, exif_orientation=exif_orientation)


def _crate(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Boards with grain and nails: straight edges and dark dots are what a finder pattern can be confused with."""
    scene = Image.new("L", size, 120)
    canvas = ImageDraw.Draw(scene)
    board = size[1] // 6
    for top in range(0, size[1], board):
        canvas.rectangle((0, top, size[0], top + board - 4), fill=chance.randint(90, 150))
        for _ in range(14):
            y = top + chance.randrange(board)
            canvas.line((0, y, size[0], y + chance.randint(-6, 6)), fill=chance.randint(80, 150), width=2)
        for x in (size[0] // 10, size[0] * 9 // 10):
            canvas.ellipse((x, top + board // 2, x + 14, top + board // 2 + 14), fill=35)
    return scene


def _corners(
    label: tuple[int, int],
    scene: tuple[int, int],
    *,
    share: float,
    tilt: float,
    turn_degrees: float,
    chance: random.Random,
) -> list[Point]:
    """Where the label's corners land: turned about the middle, then pulled in by perspective."""
    scale = share * min(scene) / max(label)
    half_width, half_height = label[0] * scale / 2, label[1] * scale / 2
    middle = (scene[0] * chance.uniform(0.42, 0.58), scene[1] * chance.uniform(0.42, 0.58))
    angle = np.deg2rad(turn_degrees)
    turned = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        pull = 1 - tilt * chance.uniform(0.3, 1.0) * (x > 0)
        across, down = x * half_width, y * half_height * pull
        turned.append(
            (
                middle[0] + across * np.cos(angle) - down * np.sin(angle),
                middle[1] + across * np.sin(angle) + down * np.cos(angle),
            )
        )
    return turned


def _lay(scene: Image.Image, label: Image.Image, corners: Sequence[Point]) -> None:
    source = [(0, 0), (label.width, 0), (label.width, label.height), (0, label.height)]
    warp = _perspective(corners, source)
    flat = label.transform(scene.size, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BICUBIC, fillcolor=255)
    where = Image.new("L", label.size, 255).transform(scene.size, Image.Transform.PERSPECTIVE, warp, fillcolor=0)
    scene.paste(flat, mask=where)


def _perspective(target: Sequence[Point], source: Sequence[Point]) -> list[float]:
    """The eight numbers of Pillow's PERSPECTIVE that take each target point back to its source point."""
    rows, values = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows, float), np.array(values, float))]


def _light(scene: Image.Image, *, contrast: float, chance: random.Random) -> Image.Image:
    """Less range than ink on paper, and a shadow across one side."""
    dim = scene.point(lambda value: int(35 + value * contrast * 0.8))
    shade = Image.linear_gradient("L").resize(scene.size).rotate(chance.choice((0, 90, 180, 270)))
    return ImageChops.multiply(dim, shade.resize(scene.size).point(lambda value: 150 + value * 105 // 255))


def _expose(scene: Image.Image, *, noise: float, seed: int, quality: int, exif_orientation: int | None) -> bytes:
    grain = np.random.default_rng(seed).normal(0.0, noise, (scene.height, scene.width))
    picture = Image.fromarray(np.clip(np.asarray(scene, float) + grain, 0, 255).astype(np.uint8), "L").convert("RGB")
    exif = Image.Exif()
    if exif_orientation is not None:
        exif[0x0112] = exif_orientation
        undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        picture = picture.transpose(undo[exif_orientation])
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, exif=exif)
    return stream.getvalue()
