"""Photos as phones send them are read; what is no photo is refused by name, quickly."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from registry.domain.refusals import Refusal
from scanner import decode as decoding
from scanner.decode import MOST_BYTES, decode, open_photo, read_marks
from scanner.engines import available, zxing
from scanner.label_images import png
from scanner.labels import PRESETS, Label, draw, short_url
from tests.scanner.malformed import animation, malformed, png_of_size, saved
from tests.scanner.photos import photograph

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts"
CODE = "7K3M2Q9XA4"
TEXT = short_url(public_url="https://huiliu.example.cn", code=CODE)
LABEL = png(draw(Label(text=TEXT, code=CODE, lines=("废旧动力电池",)), PRESETS["60x40"]), fonts=FONTS, dpi=203)


PHOTOS = {
    "fair": {},
    "from the side": {"tilt": 0.4, "turn_degrees": 25.0},
    "upside down": {"turn_degrees": 180.0},
    "out of focus": {"blur_px": 2.2},
    "at dusk": {"contrast": 0.3, "noise": 12.0},
    "squeezed by a chat": {"quality": 25},
    "small in the scene": {"share": 0.13, "size": (1600, 1200), "blur_px": 0.5, "tilt": 0.05},
    "twelve megapixels": {"size": (4000, 3000)},
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("distortion", PHOTOS.values(), ids=PHOTOS.keys())
def test_a_distorted_photo_of_our_label_is_read(distortion: dict[str, object], seed: int) -> None:
    found = decode(photograph(LABEL, seed=seed, **distortion))  # type: ignore[arg-type]
    assert [each.text for each in found.marks] == [TEXT]


def test_a_photo_too_blurred_to_read_gives_no_mark_rather_than_a_wrong_one() -> None:
    assert decode(photograph(LABEL, blur_px=15)).marks == ()


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_corners_are_those_of_the_upright_picture(orientation: int) -> None:
    upright = decode(photograph(LABEL))
    turned = decode(photograph(LABEL, exif_orientation=orientation))
    assert (turned.width_px, turned.height_px) == (upright.width_px, upright.height_px)
    pairs = zip(turned.marks[0].corners, upright.marks[0].corners, strict=True)
    assert all(abs(a - b) <= 4 for one, other in pairs for a, b in zip(one, other, strict=True))


def test_several_marks_in_one_picture_are_read_with_their_places() -> None:
    texts = [
        short_url(public_url="https://huiliu.example.cn", code=code) for code in ("7K3M2Q9XA4", "23456789", "ABCD2345")
    ]
    scene = Image.new("L", (1500, 500), 200)
    for at, text in enumerate(texts):
        label = png(draw(Label(text=text, code=text[-8:]), PRESETS["40x30"]), fonts=FONTS, dpi=203)
        scene.paste(Image.open(io.BytesIO(label)), (60 + at * 480, 120))
    found = decode(saved(scene, "PNG"))
    assert {each.text for each in found.marks} == set(texts)
    assert len({each.corners[0][0] // 480 for each in found.marks}) == 3


def test_a_mark_on_a_clear_background_is_read() -> None:
    ink = Image.open(io.BytesIO(LABEL)).convert("L")
    clear = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=ink.point(lambda value: 255 - value))
    assert [each.text for each in decode(saved(clear, "PNG")).marks] == [TEXT]


def test_the_climb_stops_when_its_time_is_over() -> None:
    ticks = iter(range(100))
    looks = []

    def look(picture: Image.Image) -> object:
        looks.append(picture.size)
        return zxing(picture)

    ladder = [decoding._Look(engine=look)] * 50  # type: ignore[list-item, arg-type]
    white = Image.new("L", (300, 200), 255)
    read_marks(white, looks=ladder, clock=lambda: float(next(ticks)), budget_s=3.0)
    assert len(looks) == 3


def test_zxing_is_always_there_and_zbar_says_whether_it_is() -> None:
    assert available()["zxing"] is True
    assert set(available()) == {"zxing", "zbar"}


# --- what is no photo -----------------------------------------------------------------------------------------------


GREY = Image.effect_noise((400, 300), 60)
MALFORMED = {
    "nothing": (b"", "image_missing"),
    "text": ("不是图片".encode(), "image_not_an_image"),
    "a page": (b"<!doctype html><html></html>", "image_not_an_image"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image_not_an_image"),
    "PDF": (b"%PDF-1.7\n%%EOF", "image_not_an_image"),
    "zeros": (bytes(5000), "image_not_an_image"),
    "a JPEG's first bytes": (b"\xff\xd8\xff\xe0", "image_not_an_image"),
    "a JPEG cut in the middle": (saved(GREY, "JPEG")[:4000], "image_truncated"),
    "a PNG cut in the middle": (saved(GREY, "PNG")[:20000], "image_truncated"),
    "a WebP cut in the middle": (saved(GREY, "WEBP")[:3000], "image_not_an_image"),
    "TIFF": (saved(GREY, "TIFF"), "image_not_an_image"),
    "a bomb of 10 gigapixels": (png_of_size(100_000, 100_000), "image_too_many_pixels"),
    "a bomb of 60 megapixels": (png_of_size(10_000, 6_000), "image_too_many_pixels"),
    "a bomb as wide as a road": (png_of_size(1_000_000, 10), "image_too_many_pixels"),
    "a small bomb without its pixels": (png_of_size(6_000, 6_000), "image_truncated"),
    "an animated GIF": (animation("GIF"), "image_animated"),
    "an animated WebP": (animation("WEBP"), "image_animated"),
    "an animated PNG": (animation("PNG"), "image_animated"),
    "a file too large": (bytes(MOST_BYTES + 1), "image_too_large"),
}


@pytest.mark.parametrize(("data", "code"), MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_no_still_photo_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_photo(data)
    assert refused.value.code == code


def test_no_upload_of_the_malformed_set_is_taken_for_a_photo() -> None:
    for data in malformed(70):
        with pytest.raises(Refusal):
            open_photo(data)


def damaged_files(count: int) -> Iterator[bytes]:
    """Valid files with bytes flipped, dropped and doubled: the same ones in every run."""
    chance = random.Random(20250301)
    originals = [saved(GREY, kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP")]
    for number in range(count):
        data = bytearray(originals[number % len(originals)])
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(len(data) if chance.random() < 0.5 else 64)] = chance.randrange(256)
        yield bytes(data[: chance.randrange(len(data))] if chance.random() < 0.4 else data)


def outcome_of(data: bytes) -> str:
    try:
        decode(data, budget_s=0.0)
    except Refusal as refused:
        return refused.code
    return "read"


def test_a_hundred_damaged_files_end_in_an_answer_or_a_refusal() -> None:
    outcomes = {outcome_of(data) for data in damaged_files(100)}
    assert outcomes <= {"read", "image_not_an_image", "image_truncated", "image_too_many_pixels", "image_animated"}
    assert len(outcomes) > 2


@pytest.mark.long
def test_five_hundred_damaged_files_end_in_an_answer_or_a_refusal() -> None:
    assert all(outcome_of(data).startswith(("read", "image_")) for data in damaged_files(500))
