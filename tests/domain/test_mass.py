"""Mass at the edge: kilograms as people and machines write them, grams inside, never a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.mass import LARGEST_G, grams_from_kg, grams_from_words, kg_text, t_text
from tests.domain.cases import refused


@pytest.mark.parametrize(
    ("written", "grams"),
    [("412.5", 412_500), ("0", 0), ("0.001", 1), ("+3", 3_000), (".5", 500), ("7.", 7_000), (" 2 ", 2_000)],
)
def test_kilograms_become_whole_grams(written: str, grams: int) -> None:
    assert grams_from_kg(written) == grams


def test_numbers_are_taken_as_well_as_text() -> None:
    assert grams_from_kg(3) == 3_000
    assert grams_from_kg(Decimal("1E+3")) == 1_000_000
    assert grams_from_kg("0.0010") == 1


@pytest.mark.parametrize("written", ["", "NaN", "inf", "-inf", "1e3", "1,5", "kg", "١٢", "1 2", "0x10", "9" * 50])
def test_what_is_no_plain_decimal_is_refused(written: str) -> None:
    refused("mass_not_a_number", grams_from_kg, written)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), True, 1.5, None])
def test_no_float_no_truth_value_and_no_infinity_is_a_mass(number: object) -> None:
    refused("mass_not_a_number", grams_from_kg, number)


@pytest.mark.parametrize("number", ["0.0001", "1.0005", Decimal("1E-4"), Decimal("1E-5000")])
def test_more_than_three_decimals_are_refused_not_rounded(number: str | Decimal) -> None:
    refused("mass_too_precise", grams_from_kg, number)


@pytest.mark.parametrize("number", ["-1", "-0.001", Decimal(-5)])
def test_a_mass_below_zero_is_refused(number: str | Decimal) -> None:
    refused("mass_negative", grams_from_kg, number)


@pytest.mark.parametrize("number", ["1000000000001", Decimal("1E+5000")])
def test_a_slip_of_the_finger_is_too_large(number: str | Decimal) -> None:
    refused("mass_too_large", grams_from_kg, number)


@pytest.mark.parametrize(
    ("words", "grams"),
    [
        ("412.5", 412_500),
        ("825斤", 412_500),
        ("1.2 吨", 1_200_000),
        ("４１２．５ 公斤", 412_500),
        ("1,234.5 kg", 1_234_500),
        ("20 g", 20),
        ("3T", 3_000_000),
        ("3斤", 1_500),
    ],
)
def test_people_write_catties_and_tonnes_and_full_width_digits(words: str, grams: int) -> None:
    assert grams_from_words(words) == grams


def test_an_unknown_unit_is_refused_by_name() -> None:
    refused("mass_unit_unknown", grams_from_words, "3 kgkg")


@given(st.integers(0, LARGEST_G))
def test_what_is_written_is_read_back_to_the_gram(grams: int) -> None:
    assert grams_from_kg(kg_text(grams)) == grams
    assert Decimal(t_text(grams)) * 1_000_000 == grams


@given(st.integers(-(10**16), 10**16))
def test_texts_are_exact_and_without_idle_zeros(grams: int) -> None:
    text = kg_text(grams)
    assert Decimal(text) * 1000 == grams
    assert not ("." in text and text.endswith(("0", ".")))
