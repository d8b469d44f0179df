"""Label sheets: every preset is printed at both resolutions, decoded again, and measured."""

import re
import subprocess
import zlib
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageFont

from registry.domain import streams
from registry.domain.identifiers import draw_code
from scanner import sheets
from scanner.here import FONTS
from scanner.labels import Label, draw, short_url
from scanner.sheets import MM_PER_POINT, SHEETS, TEST_TEXT, Sheet, UnprintableError, render


def labels(count: int) -> list[Label]:
    """Labels with the longest words that the streams have."""
    codes = [draw_code(12) for _ in range(count)]
    return [
        Label(
            text=short_url(public_url="https://huiliu.example.cn", code=code),
            code=code,
            lines=("废弃电器电子产品", "black_mass", "39999.999 kg"),
        )
        for code in codes
    ]


def pictures(pdf: bytes, folder: Path, dpi: int) -> list[Image.Image]:
    path = folder / "labels.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(path), str(folder / f"page{dpi}")], check=True)
    return [Image.open(each) for each in sorted(folder.glob(f"page{dpi}-*.pgm"))]


def codes_in(pages: list[Image.Image]) -> list[str]:
    return [each.text for page in pages for each in zxingcpp.read_barcodes(page)]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
def test_every_label_of_every_preset_is_read_again(sheet: Sheet, dpi: int, tmp_path: Path) -> None:
    wanted = labels(sheet.count + 1)
    pages = pictures(render(wanted, sheet=sheet, fonts=FONTS), tmp_path, dpi)
    assert len(pages) == 2
    assert sorted(codes_in(pages)) == sorted(each.text for each in wanted)


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
def test_the_page_is_as_large_as_the_paper_to_a_tenth_of_a_millimetre(sheet: Sheet) -> None:
    pdf = render(labels(1), sheet=sheet, fonts=FONTS)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert boxes
    for width, height in boxes:
        assert abs(float(width) * MM_PER_POINT - sheet.width_mm) < 0.1
        assert abs(float(height) * MM_PER_POINT - sheet.height_mm) < 0.1


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
def test_no_label_overlaps_another_or_leaves_its_sheet(sheet: Sheet) -> None:
    corners = [sheet.place(position) for position in range(sheet.count)]
    for left, top in corners:
        assert min(left, top) >= 0
        assert left + sheet.label.width_mm <= sheet.width_mm + 0.001
        assert top + sheet.label.height_mm <= sheet.height_mm + 0.001
        for other_left, other_top in corners:
            apart = (
                abs(left - other_left) >= sheet.label.width_mm - 0.001
                or abs(top - other_top) >= sheet.label.height_mm - 0.001
            )
            assert apart or (left, top) == (other_left, other_top)


def test_chinese_is_embedded_as_glyphs_and_reads_back_as_text(tmp_path: Path) -> None:
    path = tmp_path / "label.pdf"
    path.write_bytes(render(labels(1), sheet=SHEETS["60x40"], fonts=FONTS))
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    assert "废弃电器电子产品" in text
    assert fonts.count("yes yes yes") == 2, "both faces are embedded, subset and mapped to text"


def test_a_character_that_would_print_as_an_empty_box_is_refused() -> None:
    strange = Label(text=short_url(public_url="https://x.cn", code="7K3M2Q9X"), code="7K3M2Q9X", lines=("\U0001f600",))
    with pytest.raises(UnprintableError, match="U\\+1F600"):
        render([strange], sheet=SHEETS["60x40"], fonts=FONTS)


def test_a_sheet_begun_before_goes_on_where_labels_are_left(tmp_path: Path) -> None:
    sheet = SHEETS["a4-3x8"]
    (page,) = pictures(render(labels(1), sheet=sheet, fonts=FONTS, used=23), tmp_path, 203)
    (mark,) = zxingcpp.read_barcodes(page)
    left_mm, top_mm = sheet.place(23)
    drawing = draw(labels(1)[0], sheet.label)
    assert mark.position.top_left.x / 203 * 25.4 > left_mm
    assert mark.position.top_left.y / 203 * 25.4 == pytest.approx(top_mm + 4 * drawing.mark.module_mm, abs=0.6)


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
def test_the_ruler_of_the_test_page_measures_true(sheet: Sheet, tmp_path: Path) -> None:
    """At 254 dpi a millimetre is ten pixels: the long ticks must stand a hundred pixels apart."""
    page = pictures(render([], sheet=sheet, fonts=FONTS, test_page=True), tmp_path, 254)[0]
    foot = round((sheet.height_mm - (1.0 if sheet.count == 1 else max(6.0, sheet.top_mm / 2)) - 2.6) * 10)
    dark = [x for x in range(5, page.width - 5) if page.getpixel((x, foot)) < 160]
    ticks = [x for at, x in enumerate(dark) if at == 0 or x - dark[at - 1] > 5]
    expected = [at * 100 for at in range(1, int(min(100, sheet.width_mm - 1)) // 10 + 1)]
    assert all(any(abs(x - tick) <= 2 for tick in ticks) for x in expected), (ticks, expected)


def test_progress_is_told_of_every_label() -> None:
    told: list[int] = []
    render(labels(30), sheet=SHEETS["a4-3x8"], fonts=FONTS, progress=told.append)
    assert sum(told) == 30


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
def test_the_test_page_holds_a_mark_to_try_the_scanner_on(sheet: Sheet, dpi: int, tmp_path: Path) -> None:
    (page,) = pictures(render([], sheet=sheet, fonts=FONTS, test_page=True), tmp_path, dpi)
    assert codes_in([page]) == [TEST_TEXT]


def glyphs_shown(pdf: bytes) -> dict[str, set[int]]:
    """Font resource → the glyph numbers that the pages show, read from the streams of the file."""
    shown: dict[str, set[int]] = {}
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(packed)
        except zlib.error:
            continue
        for font, body in re.findall(rb"/(F\d+) [\d.]+ Tf.*?(\[.*?\] TJ|\(.*?\) Tj)", text, re.DOTALL):
            numbers = shown.setdefault(font.decode(), set())
            for raw in re.findall(rb"\((.*?)(?<!\\)\)", body, re.DOTALL):
                plain = re.sub(rb"\\(.)", rb"\1", raw, flags=re.DOTALL)
                numbers |= {int.from_bytes(plain[at : at + 2], "big") for at in range(0, len(plain), 2)}
    return shown


def test_no_word_of_any_stream_prints_as_an_empty_box(tmp_path: Path) -> None:
    """Every name of every stream, in both languages: a glyph for each character, and none of them .notdef (glyph 0)."""
    words = [name for each in streams.streams() for name in (each.name_zh, each.name_en)]
    printed = [Label(text=labels(1)[0].text, code="7K3M2Q9XA4", lines=(word,)) for word in words]
    pdf = render(printed, sheet=SHEETS["100x100"], fonts=FONTS)
    shown = glyphs_shown(pdf)["F1"]
    assert len(shown) == len(set("".join(words)))
    assert 0 not in shown
    path = tmp_path / "words.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert [word for word in words if word not in text] == []


def test_the_glyphs_of_a_stream_have_ink() -> None:
    """A font may map a character to a glyph without outlines: each one is drawn and looked at, beside .notdef."""
    face = ImageFont.truetype(str(FONTS / "NotoSansSC-Regular.ttf"), 40)
    box = bytes(face.getmask("\U0001f600"))
    for each in {character for stream in streams.streams() for character in stream.name_zh}:
        drawn = bytes(face.getmask(each))
        assert any(drawn), each
        assert drawn != box, each


def test_a_character_that_is_left_out_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without the check of characters the library drops what the font has not."""
    monkeypatch.setattr(sheets, "_check", lambda *_: None)
    strange = Label(text=labels(1)[0].text, code="7K3M2Q9XA4", lines=("废\U0001f600旧",))
    pdf = render([strange], sheet=SHEETS["100x100"], fonts=FONTS)
    assert len(glyphs_shown(pdf)["F1"]) == 2
