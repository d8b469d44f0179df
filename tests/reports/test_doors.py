"""The reports through their doors: API, page and command, each as far as its reader may see."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.config import Settings
from registry.domain.events import OutputLine, ProcessInput, ReceiveLine
from tests.api.doors import Doors, opened

YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
PAGE = "/reports/recovery"


@pytest.fixture
def doors(sqlite_url: str) -> Iterator[Doors]:
    with opened(sqlite_url) as found:
        batch = found.world.batch(
            "point", "collect", stream="power_battery", product="LFP", mass_g=1_000_000, contents_g={"lithium": 20_000}
        )
        found.world.do("point", "dispatch", batches=(batch,), to_site=found.world.site("plant"))
        found.world.do("plant", "receive", lines=(ReceiveLine(batch=batch),))
        output = OutputLine(mass_g=300_000, to="recycle", product="battery_salts", contents_g={"lithium": 11_738})
        found.world.do(
            "plant", "process", process="hydrometallurgy", inputs=(ProcessInput(batch=batch),), outputs=(output,)
        )
        yield found


def page(doors: Doors, who: str | None, path: str = PAGE, **query: Any) -> TestResponse:
    headers = {"Accept": "text/html"}
    if who is not None:
        headers["Authorization"] = f"Bearer {doors._keys[who]}"
    answer: TestResponse = doors._client.get(path, query_string=query or None, headers=headers)
    return answer


def test_the_api_answers_with_the_rate_and_its_closing(doors: Doors) -> None:
    body = doors.get("regulator", "/reports/recovery", stream="power_battery", basis="cohort", **YEAR).json
    (row,) = body["rows"]
    assert (row["product"], row["collected_t"], row["closing"]["rest_kg"]) == ("LFP", "1", "0")
    assert row["substances"][0]["rate_percent"] == "58.69"
    assert body["notice"] is None


def test_a_figure_opens_into_batches_that_sum_to_it(doors: Doors) -> None:
    body = doors.get("regulator", "/reports/recovery/contributions", figure="lithium.recycled", **YEAR).json
    assert body["total"] == "11.738"
    assert [item["amount"] for item in body["items"]] == ["11.738"]
    assert body["next"] is None


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_files_come_with_their_name_and_kind(form: str, doors: Doors) -> None:
    answer = doors.get("regulator", "/reports/recovery", format=form, **YEAR)
    assert answer.status_code == 200
    assert f".{form}" in answer.headers["Content-Disposition"]


def test_the_page_and_the_files_say_the_same(doors: Doors) -> None:
    text = doors.get("regulator", "/reports/recovery", format="csv", lang="en", **YEAR).get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    rates = {row["Element recovery (%)"] for row in rows} - {""}
    assert rates == {"58.69"}
    assert "58.69%" in page(doors, "regulator", **YEAR).get_data(as_text=True)


def test_every_figure_of_the_page_opens_into_a_page_that_sums_to_it(doors: Doors) -> None:
    html = page(doors, "regulator", **YEAR).get_data(as_text=True)
    links = re.findall(r'<a href="(/reports/recovery/figure\?[^"]+)">([\d,.-]+)</a>', html)
    assert len(links) >= 10
    for href, shown in links:
        opened_page = page(doors, "regulator", href.replace("&amp;", "&"))
        assert opened_page.status_code == 200
        total = re.search(r'figure-large">([\d,.-]+)<', opened_page.get_data(as_text=True))
        summed = re.search(r'<tfoot>.*?class="num">([\d,.-]+)<', opened_page.get_data(as_text=True), re.DOTALL)
        assert total is not None
        assert summed is not None
        assert total[1] == summed[1]
        assert float(total[1].replace(",", "")) == pytest.approx(float(shown.replace(",", "")), abs=0.06)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_speaks_the_language_asked_for_and_holds_no_inline_script(language: str, doors: Doors) -> None:
    html = page(doors, "regulator", lang=language, **YEAR).get_data(as_text=True)
    assert {"zh": "元素回收率", "en": "Element recovery"}[language] in html
    scripts = re.findall(r"<script([^>]*)>", html)
    assert scripts
    assert [each for each in scripts if "src=" not in each and "application/json" not in each] == []
    assert 'style="' not in html


def test_an_empty_page_says_why_and_where_there_is_something(doors: Doors) -> None:
    html = page(doors, "regulator", **{"from": "2020-01-01", "to": "2021-01-01"}).get_data(as_text=True)
    assert "2025-03" in html
    assert "from=2025-01-01" in html


def test_a_page_without_a_period_opens_on_the_last_year_with_something_in_it(doors: Doors) -> None:
    assert "58.69%" in page(doors, "regulator").get_data(as_text=True)


def test_a_period_that_cannot_be_is_said_on_the_page_and_what_was_typed_stays(doors: Doors) -> None:
    answer = page(doors, "regulator", **{"from": "2025-03-02", "to": "2025-05-01", "basis": "cohort"})
    assert answer.status_code == 422
    assert 'value="2025-03-02"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"format": "docx"}, 422, "unknown_format"),
        ({"basis": "cohort", "from": "2025-01-02", "to": "2026-01-01"}, 422, "period_not_month_aligned"),
        ({"stream": "gold_dust"}, 422, "unknown_stream"),
        ({"from": "yesterday"}, 422, "period_malformed"),
        ({"area": "110000"}, 404, "not_found"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_with_its_code(
    query: dict[str, str], status: int, code: str, doors: Doors
) -> None:
    answer = doors.get("regulator", "/reports/recovery", **query)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_report_nobody_wrote_is_not_found(doors: Doors) -> None:
    assert doors.get("regulator", "/reports/weather").json["code"] == "not_found"


def test_nobody_reads_reports_without_signing_in(doors: Doors) -> None:
    assert doors.get(None, "/reports/recovery").status_code == 401
    assert "/sign-in" in page(doors, None).headers["Location"]


def test_a_collector_reads_its_own_sites_and_an_unrelated_one_nothing(doors: Doors) -> None:
    mine = doors.get("point", "/reports/recovery", **YEAR).json["rows"]
    assert mine[0]["closing"]["out"]["sent_out"] == "1000"
    assert mine[0]["outcomes_kg"]["recycle"] == "0"
    theirs = doors.get("plant", "/reports/recovery", **YEAR).json["rows"]
    assert theirs[0]["outcomes_kg"]["recycle"] == "300"
    assert theirs[0]["collected_kg"] == "0"


def test_an_area_outside_ones_division_is_answered_like_one_that_is_absent(doors: Doors) -> None:
    doors.hold_key("neighbour", role="regulator", division="522300")
    outside, absent = (doors.get("neighbour", "/reports/recovery", area=area, **YEAR) for area in ("520000", "990000"))
    assert (outside.status_code, outside.json) == (absent.status_code, absent.json)
    assert outside.status_code == 404


def test_what_lies_beyond_a_regulators_division_is_one_row_of_others(doors: Doors) -> None:
    doors.hold_key("county", role="regulator", division="520102")
    asked = {"figure": "lithium.recycled", "basis": "cohort", **YEAR}
    body = doors.get("county", "/reports/recovery/contributions", **asked).json
    assert (body["total"], body["items"], [row["amount"] for row in body["others"]]) == ("11.738", [], ["11.738"])
    assert "其他各方" in page(doors, "county", f"{PAGE}/figure", **asked).get_data(as_text=True)


def test_the_command_prints_the_same_numbers(doors: Doors, sqlite_url: str) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret_key="k" * 40, limits=False, testing=True))
    asked = ["--stream", "power_battery", "--product", "LFP", "--from", "2025-01-01", "--to", "2026-01-01"]
    run = app.test_cli_runner().invoke(args=["report", "recovery", *asked, "--basis", "cohort", "--format", "json"])
    assert run.exit_code == 0, run.output
    (row,) = json.loads(run.output)["rows"]
    assert row["substances"][0]["rate_percent"] == "58.69"
    assert "58.69" in app.test_cli_runner().invoke(args=["report", "recovery", *asked]).output


def test_the_command_writes_a_file(doors: Doors, sqlite_url: str, tmp_path: Any) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret_key="k" * 40, limits=False, testing=True))
    target = tmp_path / "report.xlsx"
    arguments = ["--from", "2025-01-01", "--to", "2026-01-01", "--format", "xlsx", "--output", str(target)]
    assert app.test_cli_runner().invoke(args=["report", "recovery", *arguments]).exit_code == 0
    assert target.read_bytes().startswith(b"PK")


def test_the_command_says_what_it_cannot_do(doors: Doors, sqlite_url: str) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret_key="k" * 40, limits=False, testing=True))
    run = app.test_cli_runner().invoke(args=["report", "recovery", "--area", "990000"])
    assert run.exit_code != 0
    assert "unknown_division" in run.output
