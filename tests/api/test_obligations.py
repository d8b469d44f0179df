"""The calculators of producers at the API: published figures, strings in and out, slips named by their place."""

from __future__ import annotations

from typing import Any

import pytest

from registry.api.obligations import ASKED_OBLIGATION, ASKED_TONNAGE, OBLIGATION_SHOWN, TONNAGE
from registry.http.problems import MEDIA_TYPE
from tests.api.doors import Doors
from tests.published import PUBLISHED, figures_of

OBLIGATION, RECEIVED = "/calculators/obligation", "/calculators/tonnage-received"
EXAMPLES = {OBLIGATION: (ASKED_OBLIGATION, OBLIGATION_SHOWN), RECEIVED: (ASKED_TONNAGE, TONNAGE)}


def _owed(doors: Doors, **asked: Any) -> Any:
    return doors.post(None, OBLIGATION, {"scheme": "uk-packaging", "material": "plastic", "year": 2025, **asked})


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_examples_of_the_description_are_what_the_door_says(doors: Doors, path: str) -> None:
    asked, said = EXAMPLES[path]
    assert doors.post(None, path, asked).json == said


def test_the_published_obligation_comes_out_without_an_account(doors: Doors) -> None:
    row = PUBLISHED["UK-PRN-1"]
    figures = figures_of(row)
    answer = _owed(doors, tonnage_t=str(figures["t"]), target=str(figures["target"])).json
    assert (answer["obligation_t"], answer["parts"]) == (row["published_result"], {})


def test_the_published_obligation_of_part_of_a_year_comes_out(doors: Doors) -> None:
    row = PUBLISHED["UK-PRN-2"]
    figures = figures_of(row)
    asked = {"tonnage_t": figures["t"], "target": str(figures["target"]), "days": figures["days"]}
    assert _owed(doors, year=figures["year"], **asked).json["obligation_t"] == row["published_result"]


def test_the_published_glass_comes_out_in_two_parts_by_the_targets_of_the_tables_too(doors: Doors) -> None:
    for given in ({"target": "0.74", "remelt_target": "0.75"}, {}):
        answer = _owed(doors, material="glass", tonnage_t="25", **given).json
        assert answer["obligation_t"] == "19"
        assert answer["parts"] == {"remelt": PUBLISHED["UK-PRN-GLASS"]["published_result"], "other": "5"}


def test_the_published_tonnage_received_comes_out(doors: Doors) -> None:
    figures = figures_of(PUBLISHED["UK-TONNAGE"])
    asked = {
        "net_t": figures["net"],
        "non_target_t": figures["non_target"],
        "wire": figures["wire"],
        "proportion": str(figures["prop"]),
    }
    assert doors.post(None, RECEIVED, asked).json == {"tonnage_t": "71.892"}
    assert doors.post(None, RECEIVED, {**asked, "wire": False}).json == {"tonnage_t": "72"}


def test_the_words_of_the_steps_are_spoken_in_the_language_asked(doors: Doors) -> None:
    answer = doors.post(None, f"{OBLIGATION}?lang=en", ASKED_OBLIGATION).json
    assert [step["detail"] for step in answer["steps"]][1] == "the part that must be met by re-melt"


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"scheme": "uk-cars"}, None, "collection_scheme_unknown"),
        ({"material": "cheese"}, None, "obligation_material_unknown"),
        ({"material": None}, None, "obligation_material_unknown"),
        ({"year": 2024}, None, "target_missing"),
        ({"year": "2025"}, "year", "schema_invalid"),
        ({"tonnage_t": "-1"}, "tonnage_t", "mass_negative"),
        ({"tonnage_t": None}, "tonnage_t", "schema_invalid"),
        ({"target": "74"}, None, "share_out_of_range"),
        ({"target": "three"}, "target", "number_malformed"),
        ({"target": "1e-99999999"}, None, "share_out_of_range"),
        ({"remelt_target": "0.75"}, None, "sub_target_not_in_scheme"),
        ({"days": 366}, None, "days_out_of_range"),
        ({"days": 1.5}, "days", "schema_invalid"),
        ({"scheme": "eu-weee", "material": "weee", "days": 1}, None, "scheme_not_by_days"),
        ({"more": 1}, "more", "schema_invalid"),
    ],
)
def test_a_slip_is_a_problem_that_names_its_place(
    doors: Doors, changed: dict[str, Any], path: str | None, code: str
) -> None:
    answer = _owed(doors, **{"tonnage_t": "100", **changed})
    assert (answer.status_code, answer.content_type, answer.json["code"]) == (422, MEDIA_TYPE, code)
    if path:
        assert [each["path"] for each in answer.json["errors"]] == [path]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"non_target_t": "101"}, "non_target_above_net"),
        ({"proportion": "80"}, "share_out_of_range"),
        ({"proportion": None}, "schema_invalid"),
        ({"wire": "perhaps"}, "schema_invalid"),
        ({"net_t": "NaN"}, "mass_not_a_number"),
    ],
)
def test_a_load_that_cannot_be_is_refused(doors: Doors, changed: dict[str, Any], code: str) -> None:
    answer = doors.post(None, RECEIVED, {**ASKED_TONNAGE, **changed})
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_the_schemes_are_listed_with_the_targets_of_a_year_and_what_is_no_law_says_so(doors: Doors) -> None:
    items = {each["code"]: each for each in doors.get(None, "/calculators/obligation-schemes", year=2026).json["items"]}
    assert {code: each["reason"] for code, each in items.items() if not each["enabled"]} == {
        "cn-lead-acid-2020-draft": "draft",
        "guizhou-demo": "illustration",
    }
    glass = next(each for each in items["uk-packaging"]["materials"] if each["material"] == "glass")
    assert (glass["target"], glass["sub_target"], glass["carry_over"]) == ("0.76", "0.76", [12])
