"""Registry codes and GB/T 34014 codes: what is caught, what is forgiven, what is only doubted."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import identifiers
from registry.domain.identifiers import ALPHABET, check_character, draw_code, parse_battery_code, parse_registry_code
from registry.domain.refusals import Refusal

FULL = string.digits + string.ascii_uppercase


def verdict(parse: Callable[[str], str], text: str) -> str:
    """What came out: the code itself, or the reason it was refused."""
    try:
        return parse(text)
    except Refusal as refused:
        return refused.code


def seeded_codes(count: int, *, length: int = 10) -> list[str]:
    return [draw_code(length, random.Random(f"{length}-{seed}").choice) for seed in range(count)]


# --- registry code --------------------------------------------------------------------------------------------------


def test_the_check_character_agrees_with_an_independent_statement_of_the_standard() -> None:
    # ISO 7064 hybrid systems, written the recursive way: the sum over the whole string must be congruent to 1.
    for code in seeded_codes(50):
        product = 36
        for character in code[:-1]:
            total = (product + FULL.index(character)) % 36
            product = (total or 36) * 2 % 37
        assert (product + FULL.index(code[-1])) % 36 == 1


def test_the_published_example_of_iso_7064_mod_37_36_checks() -> None:
    # The worked example every implementation quotes, python-stdnum's among them.
    assert check_character("A12425GABC1234002") == "M"


@pytest.mark.parametrize("length", range(8, 13))
def test_a_drawn_code_has_the_length_asked_for_and_only_speakable_characters(length: int) -> None:
    for code in seeded_codes(50, length=length):
        assert len(code) == length
        assert set(code) <= set(ALPHABET)
        assert parse_registry_code(code) == code


def test_the_alphabet_leaves_out_what_people_confuse() -> None:
    assert set(FULL) - set(ALPHABET) == set("IOUL")


@pytest.mark.parametrize("length", [7, 13])
def test_a_code_of_another_length_cannot_be_drawn(length: int) -> None:
    with pytest.raises(ValueError, match="8 to 12"):
        draw_code(length)


def test_a_draw_whose_check_falls_on_a_forbidden_letter_is_drawn_again() -> None:
    unlucky = next(body for body in ("22222222" + a for a in ALPHABET) if check_character(body) in "IOUL")
    lucky = "A2B3C4D5E"
    given_out = iter(unlucky + lucky)
    assert draw_code(10, lambda _: next(given_out)) == lucky + check_character(lucky)


def test_a_draw_that_a_spreadsheet_would_read_as_a_number_is_drawn_again() -> None:
    number_like = next(body for body in ("12345" + c + d for c in ALPHABET for d in "0123456789E") if _is_number(body))
    given_out = iter(number_like + "A2B3C4D")
    assert draw_code(8, lambda _: next(given_out)).startswith("A2B3C4D")


def _is_number(body: str) -> bool:
    return body.isdigit() and check_character(body).isdigit()


def test_every_single_wrong_character_is_caught() -> None:
    for code in seeded_codes(40):
        for at, right in enumerate(code):
            for wrong in set(ALPHABET) - {right}:
                assert not identifiers.is_registry_code(code[:at] + wrong + code[at + 1 :])


def test_every_swap_of_neighbours_in_an_issued_code_is_caught() -> None:
    for code in seeded_codes(400):
        for at in range(len(code) - 1):
            swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            assert swapped == code or not identifiers.is_registry_code(swapped)


def test_the_standard_alone_would_miss_a_swap_which_is_why_such_codes_are_not_issued() -> None:
    # Negative control: without the second draw the test above would fail sooner or later.
    bodies = ("AAAAAAA" + a + b for a in ALPHABET for b in ALPHABET if a != b)
    blind = [body for body in bodies if check_character(body) == check_character(body[:-2] + body[-1] + body[-2])]
    assert blind
    given_out = iter([*blind[0], *"A2B3C4D5E"])
    assert draw_code(10, lambda _: next(given_out)).startswith("A2B3C4D5E")


def test_codes_are_drawn_from_the_whole_space_and_do_not_repeat() -> None:
    codes = {draw_code() for _ in range(500)}
    assert len(codes) == 500
    assert {character for code in codes for character in code} == set(ALPHABET)


@given(st.data())
def test_a_code_survives_lower_case_full_width_spaces_and_hyphens(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(seeded_codes(20)))
    worn = "".join(
        data.draw(st.sampled_from([c, c.lower(), chr(ord(c) + 0xFEE0)]))
        + data.draw(st.sampled_from(["", " ", "-", "\u3000", "\u2011", "\u200b", "\t"]))
        for c in code
    )
    assert parse_registry_code(worn) == code


@given(st.text())
def test_any_text_either_is_a_code_or_is_refused_by_one_of_two_codes(text: str) -> None:
    assert verdict(parse_registry_code, text) in {identifiers.normalise(text), "code_malformed", "code_check_character"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code_malformed"),
        ("A2B3C4D", "code_malformed"),
        ("A2B3C4D5E6F7G", "code_malformed"),
        ("A2B3C4D5O1", "code_malformed"),
        ("A2B3C4D5I1", "code_malformed"),
        ("A2B3C4D5中1", "code_malformed"),
        ("ıııııııııı", "code_malformed"),
        ("0000000000", "code_check_character"),
    ],
)
def test_a_damaged_code_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_registry_code(text)
    assert refused.value.code == code


def test_the_position_of_a_forbidden_character_is_told() -> None:
    with pytest.raises(Refusal) as refused:
        parse_registry_code("a2b3 c4o5 12")
    assert refused.value.facts == {"reason": "character", "position": 7, "character": "O"}


def test_a_code_is_read_aloud_in_groups_of_four() -> None:
    assert identifiers.grouped("7K2M9QXA3P") == "7K2M 9QXA 3P"
    assert parse_registry_code(identifiers.grouped(seeded_codes(1)[0])) == seeded_codes(1)[0]


# --- GB/T 34014 -----------------------------------------------------------------------------------------------------


def battery(**changed: str) -> str:
    fields = {
        "manufacturer": "001", "product_type": "P", "battery_type": "B", "spec": "X9", "traceability": "0AB12CD",
        "year": "A", "month": "C", "day": "5", "serial": "0000042",
    } | changed  # fmt: skip
    return "".join(fields.values())


def cascade(mark: str = "RP", **changed: str) -> str:
    return battery(traceability="", **changed) + mark


def test_a_full_code_is_taken_apart() -> None:
    code = parse_battery_code(battery())
    assert (code.variant, code.manufacturer, code.product_type, code.chemistry) == ("full", "001", "P", "LFP")
    assert (code.spec, code.traceability, code.serial) == ("X9", "0AB12CD", "0000042")
    assert code.production_date == date(2020, 12, 5)
    assert (code.findings, code.unverified) == ((), ())


def test_a_second_life_code_has_no_traceability_field() -> None:
    code = parse_battery_code(cascade(battery_type="E"))
    assert (code.variant, code.traceability, code.chemistry) == ("cascade", None, "NCM")
    assert code.production_date == date(2020, 12, 5)
    assert code.findings == ()


@pytest.mark.parametrize("mark", ["R", "M"])
def test_a_second_life_code_of_18_characters_is_tolerated_with_a_warning(mark: str) -> None:
    code = parse_battery_code(cascade(mark))
    assert code.variant == "cascade_short"
    assert code.findings == ("gb34014_cascade_mark_missing_letter",)


def test_lower_case_full_width_and_spaces_are_forgiven() -> None:
    assert parse_battery_code(" 001pbx9 0ab12cd ac5 0000042 ").code == battery()


@pytest.mark.parametrize("letter", "IOQUZ0")
def test_a_year_letter_the_tables_disagree_on_is_a_finding_and_no_year_is_guessed(letter: str) -> None:
    code = parse_battery_code(battery(year=letter))
    assert code.production_date is None
    assert code.findings == ("gb34014_year_ambiguous",)


@pytest.mark.parametrize("letter", "IOQUZ")
def test_a_day_letter_that_looks_like_a_digit_is_a_finding(letter: str) -> None:
    assert parse_battery_code(battery(day=letter)).findings == ("gb34014_day_ambiguous",)


def test_the_day_letters_above_nine_are_read_but_marked_unverified() -> None:
    code = parse_battery_code(battery(day="0", month="1", battery_type="C"))
    assert code.production_date == date(2020, 1, 31)
    assert code.unverified == ("battery_type", "day")


def test_every_day_of_a_month_has_its_own_letter() -> None:
    days = {parse_battery_code(battery(day=letter, month="1")).production_date for letter in FULL}
    assert len(days - {None}) == 31


@pytest.mark.parametrize(
    ("letter", "year"), [("1", 2011), ("9", 2019), ("A", 2020), ("H", 2027), ("J", 2028), ("T", 2036)]
)
def test_the_year_letters_skip_what_looks_like_a_digit(letter: str, year: int) -> None:
    assert parse_battery_code(battery(year=letter)).production_date == date(year, 12, 5)


def test_the_thirtieth_of_february_is_a_finding() -> None:
    assert parse_battery_code(battery(month="2", day="Y")).findings == ("gb34014_date_impossible",)


def test_a_serial_of_zeros_is_a_finding() -> None:
    assert parse_battery_code(battery(serial="0000000")).findings == ("gb34014_serial_zero",)


@pytest.mark.parametrize(
    ("text", "field", "position"),
    [
        (battery(product_type="X"), "product_type", 4),
        (battery(battery_type="H"), "battery_type", 5),
        (battery(month="D"), "month", 16),
        (battery(serial="00000A2"), "serial", 23),
        (cascade("XP"), "cascade_mark", 18),
        (cascade("RX"), "cascade_type", 19),
    ],
)
def test_a_character_its_field_forbids_is_refused_with_its_place(text: str, field: str, position: int) -> None:
    with pytest.raises(Refusal) as refused:
        parse_battery_code(text)
    assert refused.value.code == "gb34014_field"
    assert (refused.value.facts["field"], refused.value.facts["position"]) == (field, position)


@pytest.mark.parametrize("length", [0, 17, 20, 23, 25])
def test_another_length_is_no_battery_code(length: int) -> None:
    with pytest.raises(Refusal) as refused:
        parse_battery_code((battery() + "0")[:length])
    assert refused.value.code == "gb34014_length"


@given(st.text(alphabet=FULL, min_size=17, max_size=25) | st.text())
def test_any_text_is_a_battery_code_or_is_refused_by_name(text: str) -> None:
    verdicts = {identifiers.normalise(text), "gb34014_length", "gb34014_field"}
    assert verdict(lambda each: parse_battery_code(each).code, text) in verdicts
