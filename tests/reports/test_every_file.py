"""Every report of the catalogue in every format: it opens, its figures are there, its signature fits, it repeats."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine
from registry.domain.parties import Actor
from registry.services.market import declare
from registry.services.parties import create_organisation
from registry.services.signatures import signer_of
from registry.store.base import open_engine, writing
from reports.catalogue import CATALOGUE
from reports.columns import KINDS
from reports.entry import Entry
from reports.examining import examine
from reports.freezing import changes, frozen_table
from reports.numbers import grouped
from reports.render.files import report_file
from reports.render.stamp import Stamp
from tests.reports.books import GUIYANG, MAY, ZUNYI, Book

STAMP = Stamp(signer=signer_of(signing_key="", secret_key="k" * 32), address="https://r.example")
KEYS = [STAMP.signer.key]


@pytest.fixture
def book(sqlite_url: str) -> Iterator[Book]:
    engine = open_engine(sqlite_url)
    with Session(engine) as session:
        book = Book(session)
        plant, point = book.site(GUIYANG), book.site(ZUNYI)
        batch = book.collect(point, 1_234_567, contents_g={"lithium": 20_001}, capacity_wh=48_200)
        book.send(point, batch, plant, weighed_g=1_234_000)
        book.treat(
            plant, batch, OutputLine(mass_g=300_007, to="recycle", product="salts", contents_g={"lithium": 11_738})
        )
        book.collect(point, 5_003, stream="tyre", product="car")
        with writing(session):
            maker = create_organisation(session, name_zh="厂", kind="producer", now=MAY).id
            boss = Actor(id="boss", role="administrator")
            for year in (2024, 2025):
                declare(
                    session,
                    actor=boss,
                    organisation_id=maker,
                    stream="power_battery",
                    product="LFP",
                    division_code="520000",
                    year=year,
                    mass_g=7_000_001,
                    now=MAY,
                )
            session.commit()
        yield book
    engine.dispose()


def asked(book: Book, entry: Entry, basis: str) -> object:
    more = {"scheme": "eu-weee"} if "scheme" in entry.filters else {}
    selection = book.ask(basis=basis, by=entry.breakdowns[0], **more)
    return entry.answer(book.session, selection)


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_report_can_be_taken_away_and_checked(name: str, form: str, book: Book) -> None:
    entry = CATALOGUE[name]
    answer = asked(book, entry, entry.bases[0])
    table = entry.table(answer, "zh")

    def written(form: str) -> bytes:
        return report_file(answer, table, form, "zh", entry.manner, stamp=STAMP).content  # type: ignore[arg-type]

    content = written(form)
    assert content == written(form)
    beside = written("csv.sig") if form == "csv" else b""
    assert examine(book.session, content, keys=KEYS, beside=beside).status == "signed"


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_figure_of_every_report_stands_on_paper_once_per_language(name: str, book: Book, tmp_path: Path) -> None:
    entry = CATALOGUE[name]
    answer = asked(book, entry, entry.bases[-1])
    for language in ("zh", "en"):
        table = entry.table(answer, language)
        path = tmp_path / f"{language}.pdf"
        path.write_bytes(report_file(answer, table, "pdf", language, entry.manner).content)  # type: ignore[arg-type]
        told = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
        text = re.sub(r"\s+", " ", told.stdout)
        assert "〓" not in text
        for row in table.rows:
            for column in table.columns:
                value = row.get(column.key)
                if KINDS[column.kind].number and column.kind != "whole" and value not in (None, "0"):
                    assert grouped(str(value)) in text, f"{name} {column.key}: {value}"


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_report_can_be_frozen_and_held_against_itself(name: str, book: Book) -> None:
    entry = CATALOGUE[name]
    frozen = frozen_table(entry.table(asked(book, entry, entry.bases[0]), "zh"))
    assert changes(frozen, frozen) == []


@pytest.mark.parametrize("name", ["recovery", "outcomes", "mass_balance", "collection_rate"])
def test_one_more_collection_changes_what_it_touches(name: str, book: Book) -> None:
    # The negative control of the test above: a comparison that finds nothing would pass it too.
    entry = CATALOGUE[name]
    frozen = frozen_table(entry.table(asked(book, entry, entry.bases[0]), "zh"))
    book.collect(book.site(GUIYANG), 1_000_003)
    assert changes(frozen, frozen_table(entry.table(asked(book, entry, entry.bases[0]), "zh")))
