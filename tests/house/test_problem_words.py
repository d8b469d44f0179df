"""Every refusal the source can make has its row of words, in both languages."""

from __future__ import annotations

import ast
import re
from string import Formatter

import pytest

from registry.domain.refusals import Refusal
from registry.http.problems import catalogue, detail_of, words_of
from tests.house.sources import PRODUCT, calls, modules

_LANGUAGES = ("zh", "en")


def _codes() -> dict[str, set[str]]:
    """code → the places that refuse with it."""
    found: dict[str, set[str]] = {}
    for path in modules(*PRODUCT):
        for name, call in calls(path):
            if name == "Refusal" and call.args and isinstance(call.args[0], ast.Constant):
                found.setdefault(str(call.args[0].value), set()).add(f"{path}:{call.lineno}")
    return found


def test_every_code_the_source_names_has_its_words() -> None:
    codes = _codes()
    assert len(codes) > 50
    assert {code: places for code, places in codes.items() if code not in catalogue()} == {}


def test_no_code_stands_twice_and_every_code_is_snake_case() -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in catalogue())


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_row_says_what_it_is_and_what_to_do_in_both_languages(code: str) -> None:
    words = words_of(code)
    assert 200 < words.status < 600
    for language in _LANGUAGES:
        assert words.title[language].strip()
        assert words.detail[language].strip()
    assert re.search(r"[一-鿿]", words.title["zh"] + words.detail["zh"])
    assert not re.search(r"[一-鿿]", words.title["en"] + words.detail["en"])
    zh, en = ({name for _, name, _, _ in Formatter().parse(words.detail[language]) if name} for language in _LANGUAGES)
    assert zh == en, "the two languages tell different facts"


def test_missing_facts_leave_a_dash_and_never_an_error() -> None:
    assert detail_of(Refusal("mass_above_holding", held_g=5), "zh") == "批次现有 0.005 公斤，要求 — 公斤。"


def test_grams_are_told_in_kilograms() -> None:
    assert detail_of(Refusal("mass_above_holding", held_g=412_500, mass_g=10**6), "en").endswith(
        "holds 412.5 kg; 1000 kg were asked for."
    )


def test_facts_that_look_like_a_format_are_only_text() -> None:
    assert "{0.__class__}" in detail_of(Refusal("unknown_stream", stream="{0.__class__}"), "en")
