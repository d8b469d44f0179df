"""Collection rates out of the ledger and the declarations: published ones to the digit, as-of, findings, formats."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from registry.domain.events import OutputLine, Reverse
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.market import declare
from registry.services.parties import create_organisation
from registry.store.base import writing
from reports.catalogue import entry_of
from reports.collection import CollectionReport
from reports.render.files import report_file
from reports.selection import EVERYTHING, Reader
from tests.api.doors import opened
from tests.published import PUBLISHED, T, figures_of, market_of
from tests.reports.books import GUIYANG, MAY, NANMING, ZUNYI, Book

BOSS = Actor(id="boss", role="administrator")
JUNE_2022 = datetime(2022, 6, 1, 4, tzinfo=UTC)
BATTERIES = {"stream": "power_battery", "product": "portable"}
ENTRY = entry_of("collection_rate")


class Market(Book):
    """A book, and a producer that declares what it sold."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        with writing(session):
            self.maker = create_organisation(session, name_zh="厂", kind="producer", now=MAY).id
            session.commit()

    def placed(self, year: int, mass_g: int | None, **more: Any) -> str:
        asked = {"stream": "power_battery", "product": "portable", "division_code": "520000", "now": MAY, **more}
        with writing(self.session):
            made, _ = declare(self.session, actor=BOSS, organisation_id=self.maker, year=year, mass_g=mass_g, **asked)
            self.session.commit()
        return made.id

    def rates(self, *, scheme: str = "eu-portable-batteries", reader: Reader = EVERYTHING, **values: str) -> Any:
        asked = {"from": "2022-01-01", "to": "2023-01-01", "scheme": scheme, **values}
        report: CollectionReport = ENTRY.answer(self.session, self.ask(reader=reader, **asked))
        return report

    def rate(self, **values: Any) -> str:
        (line,) = self.rates(**values).lines
        return f"{line.rate.rate_percent}"


@pytest.fixture
def book(session: Session) -> Market:
    return Market(session)


@pytest.fixture
def europe(book: Market) -> Market:
    """Europe's portable batteries of 2022: collected in two halves, sold as the four years say."""
    row = PUBLISHED["EU-BAT-2022"]
    half = figures_of(row)["collected"] * T // 2
    for division in (NANMING, "520302"):
        book.collect(book.site(division), half, product="portable", at=JUNE_2022)
    sold = market_of(PUBLISHED["EU-BAT-2022-WRONGWINDOW"], last=2021) | market_of(row, last=2022)
    for year, grams in sold.items():
        book.placed(year, grams)
    return book


@pytest.mark.parametrize("basis", ["flow", "cohort"])
def test_the_published_rate_comes_out_of_the_ledger_on_both_bases(europe: Market, basis: str) -> None:
    (line,) = europe.rates(basis=basis).lines
    assert f"{line.rate.rate_percent}" == PUBLISHED["EU-BAT-2022"]["recomputed"] == "46.4193"
    assert (line.rate.window, line.findings) == ((2022, 2021, 2020), ())


def test_the_window_of_another_scheme_differs_as_the_published_table_warns(europe: Market) -> None:
    assert europe.rate(scheme="eu-weee") == "48.8960"
    assert europe.rate(scheme="eu-weee") != europe.rate()


def test_the_published_recovery_of_europes_tyres_comes_out_of_the_ledger(book: Market) -> None:
    figures = figures_of(PUBLISHED["ETRMA-2019"])
    arising, material, energy = (int(figures[key] * 10**6) * T for key in ("arising_Mt", "material_Mt", "energy_Mt"))
    site, times = book.site(NANMING), {"at": datetime(2019, 6, 1, tzinfo=UTC)}
    for mass_g, process, outcome in ((material, "crumb", "recycle"), (energy, "energy_recovery", "energy")):
        batch = book.collect(site, mass_g, stream="tyre", product="car", **times)
        book.treat(site, batch, OutputLine(mass_g=mass_g, to=outcome), process=process, **times)
    book.collect(site, arising - material - energy, stream="tyre", product="car", **times)
    report = book.report(**{"from": "2019-01-01", "to": "2020-01-01", "stream": "tyre"})
    (line,) = [each for each in report.lines if each.substance == "mass"]
    assert line.rates["recovery_rate"] == "94.20"
    for basis in ("flow", "cohort"):
        selection = book.ask(**{"from": "2019-01-01", "to": "2020-01-01", "stream": "tyre", "basis": basis})
        (row,) = entry_of("outcomes").answer(book.session, selection).rows
        assert (row.cells["recovery_rate"], row.cells["recycling_rate"]) == ("94.20", "54.49")
    assert round(float(PUBLISHED["ETRMA-2019"]["recomputed"]), 2) == 94.20


def test_an_area_is_divided_by_its_own_declarations(europe: Market) -> None:
    europe.placed(2022, 111000 * T, division_code=NANMING)
    by_area = {line.bucket: line for line in europe.rates(by="area").lines}
    assert f"{by_area[GUIYANG].rate.rate_percent}" == "50.0000"
    assert [each.code for each in by_area[ZUNYI].findings] == ["zero_denominator"]
    assert by_area["520000"].collected_g == 0


def test_a_corrected_declaration_counts_from_when_it_was_corrected(europe: Market) -> None:
    was = europe.rate()
    standing = europe.placed(2023, 1)
    later = MAY + timedelta(days=30)
    europe.placed(2023, 5 * T, replaces=standing, now=later)
    asked = {"from": "2023-01-01", "to": "2024-01-01"}
    (now,) = europe.rates(**asked).lines
    (then,) = europe.rates(**asked, as_of=(MAY + timedelta(days=1)).isoformat()).lines
    assert (now.placed_g[2023], then.placed_g[2023]) == (5 * T, 1)
    assert europe.rate() == was


def test_more_collected_than_sold_is_shown_above_100_with_a_finding(book: Market) -> None:
    book.collect(book.site(NANMING), 300, product="portable", at=JUNE_2022)
    book.placed(2022, 100)
    (line,) = book.rates().lines
    assert (f"{line.rate.rate_percent}", [each.code for each in line.findings]) == ("300.0000", ["rate_above_100"])


def test_a_reversed_collection_counts_no_more(book: Market) -> None:
    site = book.site(NANMING)
    book.collect(site, 100, product="portable", at=JUNE_2022)
    book.placed(2022, 100)
    assert book.rate() == "100.0000"
    from_event = book.events()[-1].id

    book.tell(site, Reverse(event=from_event, reason="typo"))
    assert book.rate() == "0.0000"


def test_a_producer_reads_its_own_and_a_stranger_nothing(europe: Market) -> None:
    (line,) = europe.rates(reader=Reader(producer_id=europe.maker)).lines
    assert (line.collected_g, line.placed_g[2022]) == (0, 242748 * T)  # nobody named it as the producer
    assert europe.rates(reader=Reader(producer_id="-")).lines == ()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"from": "2022-02-01"}, "period_not_year_aligned"),
        ({"by": "month"}, "unknown_breakdown"),
        ({"scheme": "eu-cars"}, "collection_scheme_unknown"),
        ({"scheme": ""}, "collection_scheme_unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused(book: Market, values: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        book.rates(**values)
    assert refused.value.code == code


def test_it_takes_one_question_per_year_and_one_for_the_market(europe: Market) -> None:
    asked: list[str] = []
    engine = europe.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    europe.rates(**{"from": "2021-01-01", "to": "2023-01-01"})
    assert len([each for each in asked if each.startswith("SELECT")]) == 3


def _file(report: CollectionReport, form: str) -> bytes:
    return report_file(report, ENTRY.table(report, "en"), form, "en", ENTRY.manner).content


def test_json_csv_and_xlsx_say_the_same(europe: Market) -> None:
    report = europe.rates()
    body = json.loads(_file(report, "json"))
    (row,) = csv.DictReader(io.StringIO(_file(report, "csv").decode("utf-8-sig"), newline=""))
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(_file(report, "xlsx")))
    table = sheets.get_sheet_by_name("Data").to_python()
    cells = dict(zip(table[0], table[1], strict=True))
    assert body["rows"][0]["rate_percent"] == row["Collection rate (%)"] == "46.4193"
    assert cells["Collection rate (%)"] == 46.4193
    assert row["Years of the window"] == "2022 2021 2020"
    assert body["rule_versions"][0]["window"] == [0, -1, -2]
    assert body["filters"]["scheme"] == "eu-portable-batteries"
    said = [cell for line in sheets.get_sheet_by_name("Definition").to_python() for cell in line]
    assert any("eu-portable-batteries · Y Y-1 Y-2" in str(cell) for cell in said)


def test_the_door_answers_in_every_format_and_opens_what_was_collected(sqlite_url: str) -> None:
    with opened(sqlite_url) as doors:
        asked = {"scheme": "eu-weee", "from": "2025-01-01", "to": "2026-01-01", "stream": "tyre"}
        doors.world.batch("point", "collect", stream="tyre", mass_g=5000)
        body = doors.get("regulator", "/reports/collection_rate", **asked).json
        assert (body["rows"][0]["collected_kg"], body["rows"][0]["rate_percent"]) == ("5", None)
        assert body["findings"][0]["code"] == "zero_denominator"
        for form in ("csv", "xlsx"):
            answer = doors.get("regulator", "/reports/collection_rate", format=form, **asked)
            assert f".{form}" in answer.headers["Content-Disposition"]
        unknown = doors.get("regulator", "/reports/collection_rate", **{**asked, "scheme": ""})
        assert (unknown.status_code, unknown.json["code"]) == (422, "collection_scheme_unknown")
        path = "/reports/collection_rate/contributions"
        assert doors.get("regulator", path, figure="mass.collected", **asked).json["total"] == "5"
