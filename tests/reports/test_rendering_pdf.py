"""A report on paper, opened again by a reader: every figure, every character, every page where it should be."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from registry.services.signatures import claims_of, signer_of
from reports.catalogue import entry_of
from reports.columns import Column, Table
from reports.numbers import grouped
from reports.render.files import report_file
from reports.render.paper import Flow, Fonts
from reports.render.paper_tables import flow_table
from reports.render.pdf import FONTS
from reports.render.stamp import Stamp, parted_pdf, sha256
from reports.report import Report
from tests.reports.books import GUIYANG, Book

RECOVERY = entry_of("recovery")
STAMP = Stamp(signer=signer_of(signing_key="", secret_key="k" * 32), address="https://r.example", code="", number=0)


@pytest.fixture
def report(session: Session) -> Report:
    book = Book(session)
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 1_234_567_001, contents_g={"lithium": 20_000_000}, product="磷酸铁锂 LFP/CO₂")
    book.treat(
        plant,
        batch,
        OutputLine(mass_g=300_000_000, to="recycle", product="battery_salts", contents_g={"lithium": 11_738_000}),
    )
    return book.report(basis="cohort")


def printed(report: Report, language: str = "zh", stamp: Stamp | None = STAMP) -> bytes:
    return report_file(report, RECOVERY.table(report, language), "pdf", language, RECOVERY.manner, stamp=stamp).content


def read(tool: str, content: bytes, folder: Path, *options: str) -> str:
    path = folder / "report.pdf"
    path.write_bytes(content)
    asked = [tool, *options, str(path), *(["-"] if tool == "pdftotext" else [])]
    text = subprocess.run(asked, capture_output=True, check=False)
    assert text.returncode == 0, text.stderr
    assert text.stderr == b"", "the reader had something to complain about"
    return text.stdout.decode()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_of_the_table_stands_on_the_paper(language: str, report: Report, tmp_path: Path) -> None:
    text = re.sub(r"\s+", " ", read("pdftotext", printed(report, language), tmp_path, "-layout"))
    for row in RECOVERY.table(report, language).rows:
        for key, value in row.items():
            if value not in (None, "", "0") and re.fullmatch(r"-?\d+(\.\d+)?", value):
                assert grouped(value) in text, f"{key}: {value}"


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", ("回收率报告", "贵州省", "元素回收率 =", "批次追踪口径", "规则版本", "未达到", "如何核验")),
     ("en", ("Recovery report", "Guizhou", "Element recovery =", "Cohort basis", "Rule versions", "missed"))],
)  # fmt: skip
def test_the_paper_says_what_it_is_and_by_which_definition(
    language: str, said: tuple[str, ...], report: Report, tmp_path: Path
) -> None:
    text = read("pdftotext", printed(report, language), tmp_path)
    assert [each for each in said if each not in text] == []


def test_every_character_has_a_glyph_of_an_embedded_font(report: Report, tmp_path: Path) -> None:
    content = printed(report)
    fonts = read("pdffonts", content, tmp_path).splitlines()[2:]
    assert {line.split()[-5] for line in fonts} == {"yes"}, "embedded, or it prints only where the font is installed"
    text = read("pdftotext", content, tmp_path)
    assert "磷酸铁锂 LFP/CO2" in text, "a form the font has not is unfolded"
    assert "\ufffd" not in text
    assert "〓" not in text


def test_a_character_no_font_has_is_marked_and_not_dropped() -> None:
    fonts = Fonts(FONTS)
    try:
        assert fonts.printable("电池 \U0001f50b") == "电池 〓"
    finally:
        fonts.close()


def test_pages_are_a4_and_numbered_of_how_many(report: Report, tmp_path: Path) -> None:
    content = printed(report)
    told = read("pdfinfo", content, tmp_path, "-box", "-l", "99")
    pages = int(re.findall(r"Pages:\s+(\d+)", told)[0])
    assert pages > 1
    assert re.findall(r"MediaBox:\s+0.00\s+0.00\s+(841.89)\s+(595.28)", told) == [("841.89", "595.28")] * pages
    text = re.sub(r"\s", "", read("pdftotext", content, tmp_path))
    assert [f"第{page}页/共{pages}页" in text for page in range(1, pages + 1)] == [True] * pages


def test_the_same_answer_gives_the_same_bytes_and_another_one_others(report: Report) -> None:
    assert printed(report) == printed(report)
    assert printed(report) != printed(replace(report, findings=()))


def test_the_signature_behind_the_end_covers_every_byte_before_it(report: Report) -> None:
    parted = parted_pdf(printed(report))
    assert parted is not None
    body, token = parted
    claims = claims_of(token, [STAMP.signer.key])
    assert claims is not None
    assert claims["file_sha256"] == sha256(body)
    assert claims["query"]["basis"] == "cohort"


def test_a_published_paper_carries_its_code_and_address(report: Report, tmp_path: Path) -> None:
    stamp = replace(STAMP, code="0123456789ABCDEF", number=3)
    text = read("pdftotext", printed(report, stamp=stamp), tmp_path)
    assert "0123 4567 89AB CDEF" in text
    assert "HTTPS://R.EXAMPLE/VERIFY/0123456789ABCDEF" in text


def test_a_long_table_repeats_its_header_on_every_page_and_a_wide_one_its_names() -> None:
    columns = [
        Column(key="name", words={"zh": "名称", "en": "Name"}),
        *(Column(key=f"m{n}", words={"zh": f"量{n}", "en": f"Amount {n}"}, kind="mass", unit="kg") for n in range(20)),
    ]
    rows = [{"name": f"row {row}", **{f"m{n}": f"{row * 1000 + n}.125" for n in range(20)}} for row in range(90)]
    fonts = Fonts(FONTS)
    try:
        flow = Flow(fonts=fonts)
        flow_table(flow, Table(name="wide", columns=columns, rows=rows), "en", empty="")
        words = [[mark.text for mark in page if hasattr(mark, "text")] for page in flow.pages]
    finally:
        fonts.close()
    assert len(words) > 2
    assert all("Name" in page for page in words)
    for n in range(20):
        assert sum(page.count(f"{89_000 + n:,}.125") for page in words) == 1
