"""Every refusal the product can utter has its words, in both languages."""

from __future__ import annotations

import ast
import re

import pytest

from registry.http.problems import catalogue
from tests.house.sources import PRODUCT, calls, modules

UTTERED = sorted(
    {
        call.args[0].value
        for path in modules(*PRODUCT)
        for name, call in calls(path)
        if name in ("Refusal", "Waiting") and call.args and isinstance(call.args[0], ast.Constant)
    }
)
BAD_INPUT = (
    "unknown_code",
    "code_check_character",
    "wrong_state",
    "not_yours",
    "mass_negative",
    "mass_above_holding",
    "mass_too_precise",
    "mass_not_a_number",
    "mass_too_large",
    "outputs_above_inputs",
    "process_not_for_stream",
    "unknown_process",
    "date_in_future",
    "body_too_large",
    "json_broken",
    "code_taken",
    "schema_invalid",
)


def test_refusals_were_found_at_all() -> None:
    assert len(UTTERED) > 60


@pytest.mark.parametrize("code", sorted({*UTTERED, *BAD_INPUT}))
def test_a_refusal_has_words_in_both_languages(code: str) -> None:
    words = catalogue().get(code)
    assert words is not None, f"registry/data/problems.csv has no row {code}"
    for told in (words.title, words.detail):
        assert re.search(r"[\u4e00-\u9fff]", told["zh"]), told
        assert re.search(r"[a-z]{2}", told["en"]), told
        assert not re.search(r"[\u4e00-\u9fff]", told["en"]), told


def test_every_line_of_the_bad_input_has_a_code_of_its_own() -> None:
    assert len(set(BAD_INPUT)) == len(BAD_INPUT)
