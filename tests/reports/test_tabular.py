"""The common shape of an answer: what opens, what is written, and that index, API and command read one table."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from registry.app import create_app
from registry.config import Settings
from registry.domain.refusals import Refusal
from reports.catalogue import CATALOGUE, entry_of
from reports.columns import Opens, shown
from reports.figures import FIGURES
from reports.render import csv
from reports.render import json as render_json
from reports.render.tabular import GENERIC
from reports.selection import EVERYTHING, selection_of
from reports.tabular import (
    About,
    Chart,
    Named,
    Note,
    TableReport,
    TableRow,
    figure,
    names,
    opening_parameters,
    rate,
    table_of,
)
from tests.api.doors import Doors, opened
from tests.reports.books import NOW

BATTERY = Named(code="power_battery", words={"zh": "动力电池", "en": "Batteries"})
LITHIUM = Named(code="lithium", words={"zh": "锂", "en": "Lithium"})
ABOUT = About(
    name="some",
    title={"zh": "某", "en": "Some"},
    group="loop",
    question={"zh": "？", "en": "?"},
    definition={"zh": "定义", "en": "Definition"},
    source="DOMAIN",
    charts=(Chart(kind="bar", title={"zh": "图", "en": "Chart"}, label=("stream",), series=("recycled",)),),
)
COLUMNS = (
    names("stream", "物料", "Stream"),
    names("substance", "物质", "Substance"),
    figure("recycled", {"zh": "再生", "en": "Recycled"}, opens=Opens(figure="recycled")),
    figure("collected", {"zh": "收集", "en": "Collected"}),
    rate("share", {"zh": "率", "en": "Share"}),
)


@pytest.fixture
def answer() -> TableReport:
    cells = {"stream": BATTERY, "substance": LITHIUM, "recycled": 1500, "collected": 4000, "share": "37.50"}
    note = Note(code="odd", template={"zh": "{what}怪", "en": "{what} odd"}, where=(BATTERY,), facts={"what": LITHIUM})
    asked = selection_of({"from": "2025-01-01", "to": "2026-01-01"}, reader=EVERYTHING, now=NOW)
    row = TableRow(cells=cells, narrowing={"stream": "power_battery", "area": "520100"})
    return TableReport(about=ABOUT, selection=asked, columns=COLUMNS, rows=(row,), findings=(note,))


def test_a_figure_opens_into_the_question_narrowed_to_its_row(answer: TableReport) -> None:
    found = opening_parameters(answer, answer.rows[0], COLUMNS[2])
    assert found is not None
    assert (found["figure"], found["stream"], found["area"]) == ("lithium.recycled", "power_battery", "520100")


def test_a_column_that_names_its_substance_keeps_it_and_a_rate_opens_into_nothing(answer: TableReport) -> None:
    found = opening_parameters(answer, answer.rows[0], COLUMNS[3])
    assert found is not None
    assert found["figure"] == "mass.collected"
    assert opening_parameters(answer, answer.rows[0], COLUMNS[4]) is None


def test_a_file_shows_codes_beside_names_and_kilograms_exactly(answer: TableReport) -> None:
    text = "".join(csv.lines(table_of(answer, "en"), "en"))
    assert "Stream (code),Stream,Substance (code),Substance,Recycled (kg),Collected (kg),Share (%)" in text
    assert "power_battery,Batteries,lithium,Lithium,1.5,4,37.50" in text


def test_json_has_the_unit_in_its_keys_and_says_what_opens(answer: TableReport) -> None:
    body = json.loads(render_json.text(GENERIC.body(answer)))
    (row,) = body["rows"]
    assert (row["stream"], row["recycled_kg"], row["share_percent"]) == ("power_battery", "1.5", "37.50")
    assert row["figures"] == {"recycled_kg": "lithium.recycled", "collected_kg": "mass.collected"}
    assert body["findings"][0]["text"] == {"zh": "锂怪", "en": "Lithium odd"}


def test_the_spreadsheet_draws_what_the_entry_names(answer: TableReport) -> None:
    (bars,) = GENERIC.drawn(answer, "en")
    assert (bars.categories, bars.series) == (["Batteries"], {"Recycled": ["1.5"]})


@pytest.fixture
def doors(sqlite_url: str) -> Iterator[Doors]:
    with opened(sqlite_url) as found:
        yield found


def test_the_index_names_every_report_with_what_it_answers(doors: Doors) -> None:
    found = doors.get("regulator", "/reports").json["reports"]
    assert [each["name"] for each in found] == list(CATALOGUE)
    assert all(each["question"]["zh"] and each["question"]["en"] and each["definition"]["en"] for each in found)


def test_every_report_of_the_table_is_a_command_and_an_address(doors: Doors, sqlite_url: str) -> None:
    runner = create_app(
        Settings(database_url=sqlite_url, secret_key="k" * 40, limits=False, testing=True)
    ).test_cli_runner()
    for entry in CATALOGUE.values():
        more = {"scheme": "eu-weee"} if "scheme" in entry.filters else {}
        answer = doors.get("regulator", f"/reports/{entry.name}", **more)
        assert (entry.name, answer.status_code) == (entry.name, 200)
        for form in ("csv", "xlsx"):
            assert doors.get("regulator", f"/reports/{entry.name}", format=form, **more).status_code == 200
        options = [part for name, value in more.items() for part in (f"--{name}", value)]
        run = runner.invoke(args=["report", entry.name, *options, "--language", "en"])
        assert (run.exit_code, run.output.count("Definition") > 0) == (0, True), run.output


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=list(CATALOGUE))
def test_charts_draw_columns_that_there_are_words_for(entry: object) -> None:
    about = entry_of(entry.name).about  # type: ignore[attr-defined]
    assert about.question["zh"].endswith("？")
    assert about.question["en"].endswith("?")


def test_a_basis_or_breakdown_an_entry_has_no_answer_to_is_refused() -> None:
    asked = selection_of({"by": "month"}, reader=EVERYTHING, now=NOW)
    with pytest.raises(Refusal) as refused:
        entry_of("collection_rate").check(asked)
    assert refused.value.code == "unknown_breakdown"


def test_columns_without_anything_are_not_shown(answer: TableReport) -> None:
    table = table_of(answer, "en")
    assert len(shown(table.columns, table.rows)) == 7
    assert set(FIGURES) >= {"recycled", "collected"}
