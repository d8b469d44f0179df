"""The stress set: our labels in the states a yard leaves them in, thirteen ways, from fair to hopeless.

Each category grades one trouble over its pictures, so that a reader's rate says how far it gets. Deterministic: the
same count gives the same pictures. Roughly a megapixel each, as JPEG.
"""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from registry.domain.identifiers import draw_code
from scanner.here import FONTS
from scanner.label_images import png
from scanner.labels import PRESETS, Label, draw, modules, short_url
from tests.scanner.photos import photograph

PUBLIC_URL = "https://huiliu.example.cn"


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One picture and the texts in it."""

    category: str
    data: bytes
    texts: frozenset[str]


def stress_set(count: int, *, seed: int = 20250301) -> Iterator[Photo]:
    """`count` pictures of each category."""
    for category, make in CATEGORIES.items():
        chance = random.Random(f"{seed}-{category}")
        for number in range(count):
            grade = (number + 0.5) / count
            yield make(category, grade, chance)


def _text(chance: random.Random) -> tuple[str, str]:
    code = draw_code(10, choose=chance.choice)
    return code, short_url(public_url=PUBLIC_URL, code=code)


def a_label(chance: random.Random, *, dpi: int = 203) -> tuple[bytes, str]:
    """A label of ours as PNG, and the text of its mark."""
    code, text = _text(chance)
    return png(
        draw(Label(text=text, code=code, lines=("废旧动力电池", "LFP")), PRESETS["60x40"]), fonts=FONTS, dpi=dpi
    ), text


def _shot(**how: Callable[[float], object]) -> Callable[[str, float, random.Random], Photo]:
    """A category that is a plain photograph with some of its settings graded."""

    def make(category: str, grade: float, chance: random.Random) -> Photo:
        label, text = a_label(chance)
        settings = {name: value(grade) for name, value in how.items()}
        data = photograph(label, seed=chance.randrange(10**6), **settings)  # type: ignore[arg-type]
        return Photo(category=category, data=data, texts=frozenset({text}))

    return make


def _altered(alter: Callable[[Image.Image, float, random.Random], Image.Image]) -> Callable[..., Photo]:
    """A category that damages the label itself before it is photographed."""

    def make(category: str, grade: float, chance: random.Random) -> Photo:
        label, text = a_label(chance)
        picture = alter(Image.open(io.BytesIO(label)).convert("L"), grade, chance)
        data = photograph(_png(picture), seed=chance.randrange(10**6), blur_px=0.9)
        return Photo(category=category, data=data, texts=frozenset({text}))

    return make


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _dirt(label: Image.Image, grade: float, chance: random.Random) -> Image.Image:
    """5 to 25 % of the mark under mud and scratches."""
    canvas = ImageDraw.Draw(label)
    side = round(label.height * 0.8)
    wanted, covered = (0.05 + 0.20 * grade) * side * side, 0.0
    while covered < wanted:
        x, y, r = chance.randrange(side), chance.randrange(side), chance.randint(14, 26)
        shade = chance.choice((20, 60, 110, 235))
        canvas.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=shade)
        covered += 3.14 * r * r * 0.7
    return label


def _glare(label: Image.Image, grade: float, chance: random.Random) -> Image.Image:
    """A lamp in the foil: a soft white spot over part of the mark."""
    side = label.height * 0.8
    spot = Image.new("L", label.size, 0)
    radius = side * (0.12 + 0.32 * grade)
    x, y = chance.uniform(0.2, 0.8) * side, chance.uniform(0.2, 0.8) * side
    ImageDraw.Draw(spot).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    spot = spot.filter(ImageFilter.GaussianBlur(radius / 3))
    return Image.composite(Image.new("L", label.size, 255), label, spot)


def _inverted(label: Image.Image, _grade: float, _chance: random.Random) -> Image.Image:
    return ImageOps.invert(label)


def _thin(label: Image.Image, grade: float, _chance: random.Random) -> Image.Image:
    """The quiet zone cut to three modules down to none, dark carton around."""
    module = label.height * 0.79 / 33
    cut = round(module * (1 + 3 * grade))
    picture = label.copy()
    canvas = ImageDraw.Draw(picture)
    side = round(label.height * 0.79)
    canvas.rectangle((0, 0, label.width, cut), fill=70)
    canvas.rectangle((0, 0, cut, label.height), fill=70)
    canvas.rectangle((side - cut, 0, label.width, label.height), fill=70)
    canvas.rectangle((0, side - cut, label.width, label.height), fill=70)
    return picture


def _dots(category: str, grade: float, chance: random.Random) -> Photo:
    """Peened or ink-jet marking: round dots that do not touch, from nearly touching to half."""
    _, text = _text(chance)
    rows, cell = modules(text), 12
    picture = Image.new("L", (len(rows[0]) * cell, len(rows) * cell), 235)
    canvas = ImageDraw.Draw(picture)
    radius = cell / 2 * (1.0 - 0.5 * grade)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                middle_x, middle_y = (x + 0.5) * cell, (y + 0.5) * cell
                canvas.ellipse((middle_x - radius, middle_y - radius, middle_x + radius, middle_y + radius), fill=40)
    data = photograph(_png(picture), seed=chance.randrange(10**6), share=0.5, blur_px=0.7)
    return Photo(category=category, data=data, texts=frozenset({text}))


def _pallet(category: str, grade: float, chance: random.Random) -> Photo:
    """Twelve labels on one pallet, photographed at once."""
    wall = Image.new("L", (2000, 1500), 150)
    texts = set()
    for number in range(12):
        label, text = a_label(chance, dpi=120)
        picture = Image.open(io.BytesIO(label)).convert("L")
        picture = picture.resize((round(picture.width * 1.2), round(picture.height * 1.2)))
        turned = picture.rotate(chance.uniform(-9, 9), expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC)
        row, column = divmod(number, 4)
        wall.paste(turned, (40 + column * 490 + chance.randrange(40), 30 + row * 480 + chance.randrange(60)))
        texts.add(text)
    wall = wall.filter(ImageFilter.GaussianBlur(0.6 + 1.6 * grade))
    grain = np.random.default_rng(chance.randrange(10**6)).normal(0, 8, (wall.height, wall.width))
    wall = Image.fromarray(np.clip(np.asarray(wall, float) * 0.85 + grain, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    wall.save(stream, "JPEG", quality=75)
    return Photo(category=category, data=stream.getvalue(), texts=frozenset(texts))


CATEGORIES: dict[str, Callable[[str, float, random.Random], Photo]] = {
    "perspective": _shot(tilt=lambda g: 0.2 + 0.65 * g, turn_degrees=lambda g: 10 * g),
    "blur": _shot(blur_px=lambda g: 1.0 + 3.2 * g, noise=lambda _: 5.0),
    "noise": _shot(noise=lambda g: 15 + 60 * g),
    "dirt": _altered(_dirt),
    "low contrast": _shot(contrast=lambda g: 0.35 - 0.31 * g, noise=lambda _: 4.0),
    "glare": _altered(_glare),
    "rotation": _shot(turn_degrees=lambda g: 360 * g, blur_px=lambda _: 1.6),
    "jpeg": _shot(quality=lambda g: round(30 - 28 * g), share=lambda _: 0.35),
    "small in a scene": _shot(share=lambda g: 0.16 - 0.09 * g, blur_px=lambda _: 0.5, tilt=lambda _: 0.05),
    "pallet of twelve": _pallet,
    "inverted": _altered(_inverted),
    "thin quiet zone": _altered(_thin),
    "dot marking": _dots,
}
