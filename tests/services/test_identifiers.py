"""The identifier check: published examples pass, damaged ones say why, and no text makes it raise."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.identifiers import draw_code
from registry.domain.refusals import Refusal
from registry.services.identifiers import SCHEMES, check

PUBLISHED = [
    # The example of the python-stdnum manual: a company of Beijing.
    ("uscc", "91110000600037341L", "91110000600037341L"),
    ("uscc", "9 1 110000 600037341l", "91110000600037341L"),
    ("uscc", "９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
    # Examples of the GS1 General Specifications and of biip's manual.
    ("gtin", "6291041500213", "6291041500213"),
    ("gtin", "96385074", "96385074"),
    ("gtin", "614141000036", "614141000036"),
    ("gtin", "00614141000036", "00614141000036"),
    ("gtin", "7032069804988", "7032069804988"),
    ("gb34014", "001PBX90AB12CDAC50000042", "001PBX90AB12CDAC50000042"),
    ("gb34014", "001pbx9ac50000042rp", "001PBX9AC50000042RP"),
]


@pytest.mark.parametrize(("scheme", "value", "normalised"), PUBLISHED)
def test_a_good_identifier_is_valid_without_findings(scheme: str, value: str, normalised: str) -> None:
    answer = check(scheme=scheme, value=value)
    assert (answer.valid, answer.normalised, answer.findings) == (True, normalised, ())


def test_our_own_code_is_valid_as_people_type_it() -> None:
    code = draw_code(10, random.Random(1).choice)
    assert check(scheme="registry", value=f" {code[:4].lower()}-{code[4:]} ").normalised == code


@pytest.mark.parametrize(
    ("scheme", "value", "finding"),
    [
        ("uscc", "91110000600037341M", "uscc_check_character"),
        ("uscc", "9111000060003734L", "uscc_length"),
        ("uscc", "A1110000600037341L", "uscc_character"),
        ("uscc", "9111000060003734IL", "uscc_character"),
        ("uscc", "91110000中00037341L", "uscc_character"),
        ("uscc", "", "uscc_length"),
        ("gtin", "6291041500214", "gtin_check_digit"),
        ("gtin", "62910415002", "gtin_length"),
        ("gtin", "629104150021X", "gtin_character"),
        ("gtin", "", "gtin_length"),
        ("gb34014", "001PB", "gb34014_length"),
        ("gb34014", "001XBX90AB12CDAC50000042", "gb34014_field"),
        ("registry", "A2B3C4D5O1", "code_malformed"),
        ("registry", "0000000000", "code_check_character"),
    ],
)
def test_a_bad_identifier_says_why_and_has_no_normal_form(scheme: str, value: str, finding: str) -> None:
    answer = check(scheme=scheme, value=value)
    assert (answer.valid, answer.normalised) == (False, None)
    assert [each.code for each in answer.findings] == [finding]


def test_a_short_second_life_code_is_valid_with_a_warning() -> None:
    answer = check(scheme="gb34014", value="001PBX9AC50000042R")
    assert answer.valid
    assert [each.code for each in answer.findings] == ["gb34014_cascade_mark_missing_letter"]


@given(st.sampled_from(SCHEMES), st.text() | st.text(alphabet="0123456789ABCXR ", min_size=7, max_size=26))
def test_no_text_makes_the_check_raise(scheme: str, value: str) -> None:
    answer = check(scheme=scheme, value=value)
    assert answer.valid == (answer.normalised is not None)
    assert answer.valid or answer.findings


@given(st.text(alphabet="0123456789", min_size=8, max_size=14))
def test_one_digit_in_ten_completes_a_gtin(digits: str) -> None:
    answers = [check(scheme="gtin", value=digits[:-1] + last).valid for last in "0123456789"]
    assert sum(answers) == (1 if len(digits) in {8, 12, 13, 14} else 0)


def test_a_scheme_nobody_knows_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check(scheme="isbn", value="9787111075660")
    assert refused.value.code == "unknown_scheme"
