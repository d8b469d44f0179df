"""What is taken away opens elsewhere as it was: ids as text, numbers exact, units said, nothing run as a formula."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from registry.domain.refusals import Refusal
from reports.catalogue import entry_of
from reports.opening import Asked, asked_of
from reports.queries.contributions import opened
from reports.render import csv as render_csv
from reports.render.files import File, opening_file, report_file
from reports.report import Report
from tests.reports.books import GUIYANG, Book

USCC = "915201006900000018"
RECOVERY = entry_of("recovery")


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


@pytest.fixture
def report(book: Book) -> Report:
    plant = book.site(GUIYANG, organisation=book.organisation(uscc=USCC))
    batch = book.collect(plant, 1_000_001, contents_g={"lithium": 20_000}, product="+1-2")
    book.treat(
        plant, batch, OutputLine(mass_g=300_000, to="recycle", product="battery_salts", contents_g={"lithium": 11_738})
    )
    return book.report(basis="cohort")


def filed(report: Report, form: str, language: str = "en") -> File:
    return report_file(report, RECOVERY.table(report, language), form, language)


def sheets(content: bytes) -> Mapping[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_csv_opens_with_a_bom_exact_numbers_and_units_in_the_header(report: Report) -> None:
    content = filed(report, "csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    mass = next(row for row in rows if row["Substance code"] == "mass")
    assert mass["Collected (kg|kWh)"] == "1000.001"
    lithium = next(row for row in rows if row["Substance code"] == "lithium")
    assert lithium["Element recovery (%)"] == "58.69"


def test_no_cell_of_a_csv_is_a_formula_and_negative_numbers_stay_numbers(report: Report) -> None:
    text = filed(report, "csv").content.decode("utf-8-sig")
    assert ",'+1-2," in text
    assert ",+" not in text
    assert [render_csv.harmless(each) for each in ("=1", "@x", "\tx", "plain", "1=1")] == [
        "'=1",
        "'@x",
        "'\tx",
        "plain",
        "1=1",
    ]


def test_an_xlsx_holds_numbers_as_numbers_and_says_what_it_is(report: Report) -> None:
    content = filed(report, "xlsx").content
    found = sheets(content)
    header, *rows = found["Data"]
    mass = dict(zip(header, rows[0], strict=True))
    assert mass["Collected (kg|kWh)"] == 1000.001
    assert mass["Product"] == "+1-2"
    said = "\n".join(f"{row[0]}: {row[1]}" for row in found["Definition"])
    for word in ("Cohort basis", "520000", "Cut-off", "Rule version", "2024年第42号", "Finding"):
        assert word in said
    parts = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert [name for name in parts if name.startswith("xl/charts/chart")]


def test_the_header_of_an_xlsx_stays_in_sight_and_nothing_in_it_calculates(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(filed(report, "xlsx").content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<f>" not in sheet


@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_the_same_answer_gives_the_same_bytes(form: str, report: Report) -> None:
    assert filed(report, form).content == filed(report, form).content


def test_json_has_exact_text_for_every_number_and_closes(report: Report) -> None:
    body = json.loads(filed(report, "json").content)
    (row,) = body["rows"]
    (lithium,) = row["substances"]
    assert (row["collected_kg"], row["collected_t"]) == ("1000.001", "1.000001")
    assert (lithium["contained_kg"], lithium["recycled_kg"], lithium["rate_percent"]) == ("20", "11.738", "58.69")
    assert row["closing"]["rest_kg"] == lithium["closing"]["rest_kg"] == "0"
    assert body["filters"]["basis"] == "cohort"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_eighteen_digits_of_an_id_survive_the_way_into_a_spreadsheet(form: str, report: Report, book: Book) -> None:
    opening = opened(
        book.session, report.selection, Asked(source="collected", substance="lithium", name="recycled"), limit=10
    )
    content = opening_file(opening, form, "en").content
    if form == "csv":
        (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        assert (row["USCC"], row["Amount (kg|kWh)"]) == (USCC, "11.738")
    else:
        header, values = sheets(content)["Data"]
        row = dict(zip(header, values, strict=True))
        assert (row["USCC"], row["Amount (kg|kWh)"]) == (USCC, 11.738)
        assert isinstance(row["Batch id"], str)


def test_a_file_says_in_its_name_what_where_and_when(report: Report) -> None:
    assert filed(report, "csv").name == "huiliu_recovery_520000_2025-01-01_2026-01-01_cohort.csv"


def test_a_format_nobody_writes_is_refused(report: Report) -> None:
    with pytest.raises(Refusal) as refused:
        filed(report, "docx")
    assert refused.value.code == "unknown_format"


@pytest.mark.parametrize("text", ["lithium.recycled", "addition.mass.loss", "unknown.mass.stock"])
def test_the_name_of_a_figure_is_read_back_as_it_was_written(text: str) -> None:
    assert asked_of(text).text == text


@pytest.mark.parametrize(
    ("text", "code"), [("mass.colour", "unknown_figure"), ("", "unknown_figure"), ("gravity.loss", "unknown_substance")]
)
def test_a_figure_that_is_none_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked_of(text)
    assert refused.value.code == code
