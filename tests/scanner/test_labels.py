"""What our labels print is read again, at the resolutions they are printed in."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image

from registry.domain.identifiers import draw_code
from scanner.label_images import png, svg
from scanner.labels import PRESETS, QUIET_ZONE_MODULES, SMALLEST_MODULE_MM, Label, draw, modules, short_url, width_em

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts"
CODE = "7K3M2Q9XA4"
LABEL = Label(
    text=short_url(public_url="https://huiliu.example.cn", code=CODE),
    code=CODE,
    lines=("废旧动力电池", "LFP", "412.5 kg"),
)


def read(picture: bytes) -> list[str]:
    return [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_label_is_read_again_at_the_resolution_of_its_printer(preset: str, dpi: int) -> None:
    assert read(png(draw(LABEL, PRESETS[preset]), fonts=FONTS, dpi=dpi)) == [LABEL.text]


@pytest.mark.parametrize("length", [8, 12])
def test_every_length_of_code_is_read_again(length: int) -> None:
    code = draw_code(length)
    label = Label(text=short_url(public_url="http://127.0.0.1:8000", code=code), code=code)
    assert read(png(draw(label, PRESETS["40x30"]), fonts=FONTS, dpi=203)) == [f"HTTP://127.0.0.1:8000/B/{code}"]


def test_a_label_whose_mark_was_blotted_out_is_not_read() -> None:
    """The negative control: the reader does not invent the code from the words beneath."""
    picture = Image.open(io.BytesIO(png(draw(LABEL, PRESETS["60x40"]), fonts=FONTS)))
    picture.paste(255, (0, 0, picture.width, picture.height * 3 // 4))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    assert read(stream.getvalue()) == []


def test_the_quiet_zone_is_four_modules_wide_on_every_side() -> None:
    rows = modules(LABEL.text)
    edges = [*rows[:QUIET_ZONE_MODULES], *rows[-QUIET_ZONE_MODULES:]]
    edges += [row[:QUIET_ZONE_MODULES] + row[-QUIET_ZONE_MODULES:] for row in rows]
    assert not any(any(edge) for edge in edges)
    assert any(rows[QUIET_ZONE_MODULES])


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS.keys())
def test_nothing_of_a_label_stands_outside_it_or_in_its_mark(preset: object) -> None:
    drawing = draw(LABEL, preset)  # type: ignore[arg-type]
    assert drawing.mark.module_mm >= SMALLEST_MODULE_MM
    inner_mm = drawing.mark.side_mm - drawing.mark.module_mm * QUIET_ZONE_MODULES
    for words in drawing.words:
        wide_mm = width_em(words.text, bold=words.bold) * words.size_mm
        left_mm = words.x_mm - (wide_mm / 2 if words.anchor == "middle" else 0)
        assert left_mm >= -0.001
        assert left_mm + wide_mm <= drawing.width_mm + 0.001
        assert words.y_mm <= drawing.height_mm
        beside = left_mm >= drawing.mark.x_mm + inner_mm
        assert beside or words.y_mm - words.size_mm >= drawing.mark.y_mm + inner_mm


def test_the_qr_is_in_alphanumeric_mode() -> None:
    """Byte mode would need a larger symbol for the same 38 characters: 29 modules hold them only as alphanumerics."""
    assert len(modules(LABEL.text)) == 29 + 2 * QUIET_ZONE_MODULES


@pytest.mark.parametrize("url", ["ftp://x.cn", "x.cn", "https://", "https://x.cn/a_b", "https://x.cn?q=1", ""])
def test_an_address_that_a_label_cannot_hold_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        short_url(public_url=url, code=CODE)


def test_the_code_stands_under_the_mark_in_groups() -> None:
    document = svg(draw(LABEL, PRESETS["60x40"]), title="标签 <7K3M>")
    root = ET.fromstring(document)  # noqa: S314  # our own document
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["废旧动力电池", "LFP", "412.5 kg", "7K3M 2Q9X A4"]
    assert root.get("width") == "60mm"
    assert not re.search(r"<script|style=|on\w+=|href", document)
