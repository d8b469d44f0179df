"""The calculators at the API: published numbers, strings in and out, findings in words, slips named by their place."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.api.calculators import ASKED_COLLECTION, ASKED_RECOVERY
from registry.api.calculators import COLLECTION as COLLECTION_SHOWN
from registry.api.calculators import RECOVERY as RECOVERY_SHOWN
from registry.app import create_app
from registry.config import Settings
from registry.extensions import limiter
from registry.http.problems import MEDIA_TYPE
from tests.api.doors import Doors
from tests.published import PUBLISHED, T, figures_of, market_of

RATE, RECOVERY = "/calculators/collection-rate", "/calculators/recovery"


def _ask(doors: Doors, **changed: Any) -> Any:
    return doors.post(None, RATE, {**ASKED_COLLECTION, **changed})


def _market(row_id: str, last: int) -> dict[str, str]:
    return {str(year): str(grams // T) for year, grams in market_of(PUBLISHED[row_id], last=last).items()}


def test_the_published_rate_of_europes_batteries_comes_out_without_an_account(doors: Doors) -> None:
    answer = _ask(doors, placed_on_market_t=_market("EU-BAT-2022", 2022))
    assert answer.status_code == 200
    assert answer.json == {"rate_percent": "46.4193", "window": [2022, 2021, 2020], "findings": []}


def test_the_window_of_another_scheme_is_seen_in_the_answer_and_gives_another_rate(doors: Doors) -> None:
    market = _market("EU-BAT-2022-WRONGWINDOW", 2021) | _market("EU-BAT-2022", 2022)
    wrong = _ask(doors, scheme="eu-weee", placed_on_market_t=market).json
    assert wrong == {"rate_percent": "48.8960", "window": [2021, 2020, 2019], "findings": []}
    assert _ask(doors, placed_on_market_t=market).json["rate_percent"] == "46.4193"


def test_the_published_recovery_of_europes_tyres_comes_out(doors: Doors) -> None:
    figures = figures_of(PUBLISHED["ETRMA-2019"])
    arising, material, energy = (figures[key] * 1_000_000 for key in ("arising_Mt", "material_Mt", "energy_Mt"))
    asked = {
        "collected_t": str(arising),
        "treated_t": str(material + energy),
        "recovered_t": str(material + energy),
        "recycled_and_reused_t": str(material),
        "recycled_t": str(material),
    }
    answer = doors.post(None, RECOVERY, asked).json
    assert (answer["recovery_rate_percent"], answer["findings"]) == ("94.2029", [])
    assert answer == RECOVERY_SHOWN


@pytest.mark.parametrize("path", [RATE, RECOVERY])
def test_the_examples_of_the_description_are_what_the_door_says(doors: Doors, path: str) -> None:
    asked, said = {
        RATE: (ASKED_COLLECTION, COLLECTION_SHOWN),
        RECOVERY: (ASKED_RECOVERY, RECOVERY_SHOWN),
    }[path]
    assert doors.post(None, path, asked).json == said


def test_nothing_below_the_line_is_null_with_a_finding_in_words(doors: Doors) -> None:
    answer = _ask(doors, placed_on_market_t={}).json
    assert (answer["rate_percent"], answer["window"]) == (None, [])
    assert [each["code"] for each in answer["findings"]] == ["zero_denominator"]
    assert answer["findings"][0]["detail"] == "没有“计算年度内的投放量”，无法计算"


def test_what_cannot_be_is_computed_and_found(doors: Doors) -> None:
    asked = {**ASKED_RECOVERY, "collected_t": "100", "treated_t": "120", "recovered_t": "130.5"}
    answer = doors.post(None, RECOVERY, asked).json
    assert answer["recovery_rate_percent"] == "130.5000"
    codes = [each["code"] for each in answer["findings"]]
    assert {"treated_above_collected", "recovered_above_treated", "rate_above_100"} <= set(codes)
    assert "130.5" in next(each["detail"] for each in answer["findings"] if each["code"] == "recovered_above_treated")


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"scheme": "eu-cars"}, None, "collection_scheme_unknown"),
        ({"year": 2022.5}, "year", "schema_invalid"),
        ({"year": 22}, "year", "schema_invalid"),
        ({"collected_t": "-1"}, "collected_t", "mass_negative"),
        ({"collected_t": "NaN"}, "collected_t", "mass_not_a_number"),
        ({"collected_t": "1e3"}, "collected_t", "mass_not_a_number"),
        ({"collected_t": "0.0000001"}, "collected_t", "mass_too_precise"),
        ({"collected_t": None}, "collected_t", "schema_invalid"),
        ({"placed_on_market_t": {"last": "1"}}, "placed_on_market_t.last.key", "schema_invalid"),
        ({"placed_on_market_t": {"2022": "many"}}, "placed_on_market_t.2022.value", "mass_not_a_number"),
        ({"placed_on_market_t": []}, "placed_on_market_t", "schema_invalid"),
        ({"more": 1}, "more", "schema_invalid"),
    ],
)
def test_a_slip_is_a_problem_that_names_its_place(
    doors: Doors, changed: dict[str, Any], path: str | None, code: str
) -> None:
    answer = _ask(doors, **changed)
    assert (answer.status_code, answer.content_type, answer.json["code"]) == (422, MEDIA_TYPE, code)
    if path:
        assert [each["path"] for each in answer.json["errors"]] == [path]


def test_the_schemes_are_listed_and_the_draft_says_so(doors: Doors) -> None:
    items = doors.get(None, "/calculators/schemes").json["items"]
    assert [each["code"] for each in items if not each["enabled"]] == ["cn-lead-acid-2020-draft"]
    assert [each["reason"] for each in items if not each["enabled"]] == ["draft"]


@pytest.fixture
def hurried(sqlite_url: str) -> FlaskClient:
    """Nobody in particular, where limits are on."""
    app = create_app(Settings(database_url=sqlite_url, secret_key="k" * 40, limits=True, testing=True))
    limiter.reset()
    return app.test_client()


def test_who_asks_too_often_is_asked_to_wait(hurried: FlaskClient) -> None:
    asked = [hurried.post("/api/v1" + RATE, json=ASKED_COLLECTION).status_code for _ in range(121)]
    assert asked == [200] * 120 + [429]
