"""Dashboards add nothing up twice: loop, shortfall and map are split exactly, and what is missed is explained."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from registry.domain.divisions import children
from registry.domain.events import OutputLine, Split
from registry.domain.events import Part as Piece
from reports import drawings
from reports.cartogram import SHADES, cartogram, indicators, values_of
from reports.loop import OPEN, loop
from reports.overview import overview
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.report import Report
from reports.shortfall import shortfall
from tests.reports.books import GUIYANG, ZUNYI, Book

LI = {"lithium": 100}


@pytest.fixture
def book(session: Session) -> Book:
    """Three batches: one well treated, one badly, one in its second life; a fourth still stands in stock."""
    book = Book(session)
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    for site, process, lithium in ((here, "hydrometallurgy", 95), (here, "outdated_pyrometallurgy", 20)):
        batch = book.collect(site, 1000, contents_g=LI)
        book.treat(site, batch, OutputLine(mass_g=600, to="recycle", contents_g={"lithium": lithium}), process=process)
    again = book.collect(there, 500, contents_g={"lithium": 50})
    book.treat(there, again, OutputLine(mass_g=500, to="cascade"), process="test_regroup")
    book.collect(there, 300, product="NCM", contents_g={"lithium": 30})
    return book


def _report(book: Book, by: str, **more: str) -> Report:
    selection = book.ask(
        basis="cohort", by=by, stream="power_battery", **{"from": "2025-01-01", "to": "2026-01-01"}, **more
    )
    return recovery(cells(book.session, selection), selection)


def test_the_loop_ends_every_gram_once(book: Book) -> None:
    found = loop(_report(book, "process"))
    ends = {node: found.held(node) for node in found.nodes if node[0] == "end"}
    assert found.collected_g == 2800
    assert sum(ends.values()) == 2800
    assert ends["end", OPEN] == 300
    assert ends["end", "cascade"] == 500
    assert found.held(("process", "hydrometallurgy")) == 1000
    out = [link.grams for link in found.links if link.source == ("process", "hydrometallurgy")]
    assert sum(out) == 1000


def test_a_chain_of_processes_counts_at_the_one_that_ends_it(book: Book) -> None:
    site = book.site(GUIYANG)
    batch = book.collect(site, 1000, product="LMO")
    powder = book.treat(
        site,
        batch,
        OutputLine(mass_g=700, to="stock", stream="power_battery", product="black_mass"),
        process="dismantle",
    )
    book.treat(site, powder, OutputLine(mass_g=400, to="recycle"))
    found = loop(_report(book, "process", product="LMO"))
    assert found.held(("process", "dismantle")) == 300
    assert found.held(("process", "hydrometallurgy")) == 700
    assert sum(link.grams for link in found.links if link.target[0] == "end") == 1000


def test_an_element_is_split_without_rest_and_the_worst_process_comes_first(book: Book) -> None:
    found = shortfall(_report(book, "process"), "lithium", stream="power_battery")
    assert (found.input_g, found.recycled_g, found.treated_g) == (280, 115, 200)
    assert found.second_life_g + found.open_g + found.treated_g + found.elsewhere_g == found.input_g
    assert sum(grams for *_, grams in drawings.parts(found, "zh")) == found.input_g
    assert found.verdict == "missed"
    assert [step.process for step in found.worst] == ["outdated_pyrometallurgy"]
    assert found.worst[0].yield_percent == "20.00"
    assert found.treated_share(found.worst[0]) == "50.00"
    assert Decimal(found.lost_share(found.worst[0]) or 0) == Decimal("94.12")


def test_an_overview_explains_the_first_norm_that_is_missed(book: Book) -> None:
    found = overview(*(_report(book, by) for by in ("process", "area", "month")))
    assert found.missed is not None
    assert found.missed.element == "lithium"
    assert {each.bucket for each in found.worst} == {"outdated_pyrometallurgy"}


def test_tiles_show_each_part_of_an_area_once_and_shade_by_the_figure(book: Book) -> None:
    (
        lithium,
        *_,
    ) = indicators(["lithium"])
    values = values_of(_report(book, "area"), lithium)
    assert values == {GUIYANG: "57.50", ZUNYI: "0.00"}
    found = cartogram("520000", values)
    assert [tile.code for tile in found.tiles] == [each.code for each in children("520000")]
    assert len({(tile.column, tile.row) for tile in found.tiles}) == len(found.tiles)
    shades = {tile.code: tile.shade for tile in found.tiles}
    assert (shades[GUIYANG], shades[ZUNYI], shades["520200"]) == (SHADES - 1, 0, None)


def test_an_area_without_a_placed_grid_is_laid_out_in_rows() -> None:
    found = cartogram(GUIYANG, {})
    assert len({(tile.column, tile.row) for tile in found.tiles}) == len(found.tiles) > 5
    assert found.legend == ()


def test_a_trend_has_a_value_per_period_and_the_norm_as_a_line(book: Book) -> None:
    drawn = drawings.trend(_report(book, "month"), ["lithium"], "en")
    assert drawn["categories"] == ["2025-05"]
    assert [each["values"] for each in drawn["series"]] == [["41.07"], ["90"]]


def test_a_split_batch_is_followed_to_its_ends(book: Book) -> None:
    site = book.site(GUIYANG)
    batch = book.collect(site, 1000, product="LMO")
    book.told(site, Split(batch=batch, children=(Piece(mass_g=400), Piece(mass_g=600))))
    assert loop(_report(book, "process", product="LMO")).held(("end", OPEN)) == 1000
