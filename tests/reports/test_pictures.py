"""A report's own charts out of its own rows: flows in as few columns as they allow, and never in a circle."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reports.columns import Column
from reports.pictures import MOST_BARS, pictures
from reports.selection import EVERYTHING, selection_of
from reports.tabular import About, Cell, Chart, Named, TableReport, TableRow, figure, names

WORDS = {"zh": "某", "en": "some"}


def _named(code: str, zh: str = "") -> Named:
    return Named(code=code, words={"zh": zh or code, "en": code})


def _report(*rows: dict[str, Cell], kind: str = "sankey", by: str = "product") -> TableReport:
    chart = Chart(kind=kind, title=WORDS, label=("origin", "destination"), series=("mass",))
    about = About(name="x", title=WORDS, group="loop", question=WORDS, definition=WORDS, source="", charts=(chart,))
    columns: list[Column] = [names("origin", "从", "From"), names("destination", "到", "To"), figure("mass", WORDS)]
    selection = selection_of({"by": by}, reader=EVERYTHING, now=datetime(2026, 1, 1, tzinfo=UTC))
    return TableReport(about=about, selection=selection, columns=columns, rows=[TableRow(cells=row) for row in rows])


def _flow(one: Named, two: Named, grams: int) -> dict[str, Cell]:
    return {"origin": one, "destination": two, "mass": grams}


def test_what_flows_on_stands_once_in_the_middle() -> None:
    tyre, process, outcome = _named("tyre"), _named("retread", "轮胎翻新"), _named("retread", "翻新")
    (drawn,) = pictures(_report(_flow(tyre, process, 5000), _flow(process, outcome, 4000)), "zh")
    assert [(each["name"], each["depth"], each["value"]) for each in drawn["nodes"]] == [
        ("tyre", 0, "5"),
        ("轮胎翻新", 1, "5"),
        ("翻新", 2, "4"),
    ]
    assert [each["key"] for each in drawn["nodes"]] == [None, None, "retread"]


def test_what_flows_both_ways_stands_on_both_sides() -> None:
    here, there = _named("here"), _named("there")
    (drawn,) = pictures(_report(_flow(here, there, 2000), _flow(there, here, 1000)), "zh")
    assert {each["depth"] for each in drawn["nodes"]} == {0, 1}
    assert len(drawn["nodes"]) == 4
    assert all(link["source"] != link["target"] for link in drawn["links"])


def test_only_the_largest_flows_are_drawn_and_the_title_says_so() -> None:
    rows = [_flow(_named(f"a{each}"), _named("end"), 1000 + each) for each in range(MOST_BARS + 3)]
    (drawn,) = pictures(_report(*rows), "zh")
    assert len(drawn["links"]) == MOST_BARS
    assert str(MOST_BARS) in drawn["title"]


@pytest.mark.parametrize("kind", ["sankey", "bar", "stacked"])
def test_a_report_without_rows_has_no_picture(kind: str) -> None:
    assert pictures(_report(kind=kind), "zh") == []
