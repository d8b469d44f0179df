"""The page of the calculators: open to all, in both languages, its figures in the address, slips at their field."""

from __future__ import annotations

import pytest

from tests.web.browsers import Page, Town

EUROPE = "ask=collection&year=2022&collected_t=111000&market0=242748&market1=244899&market2=229727&market3=206412"
TYRES = "collected_mass=3450000&treated_mass=3250000&recovered_mass=3250000"


def _asked(here: Town, query: str, who: str = "visitor") -> Page:
    return here.browser(who).get(f"/calculators?{query}")


def test_a_visitor_checks_a_published_rate_and_sees_what_other_windows_say(here: Town) -> None:
    page = _asked(here, f"{EUROPE}&scheme=eu-portable-batteries")
    assert "46.4193" in page.words
    assert "48.8960" in page.words
    assert page.words.index("46.4193") < page.words.index("48.8960")
    assert "111,000 ÷" in page.words


def test_another_scheme_puts_its_own_window_first(here: Town) -> None:
    page = _asked(here, f"{EUROPE}&scheme=eu-weee")
    assert page.words.index("48.8960") < page.words.index("46.4193")


def test_the_recovery_of_europes_tyres_is_computed_in_english_too(here: Town) -> None:
    query = f"ask=recovery&{TYRES}&recycled_and_reused_mass=1880000&recycled_mass=1880000&lang=en"
    page = _asked(here, query)
    assert "94.2029" in page.words
    assert "Recovery rate" in page.words


def test_what_cannot_be_is_said_beside_the_rates(here: Town) -> None:
    query = "ask=recovery&collected_mass=10&treated_mass=12&recovered_mass=9&recycled_and_reused_mass=8&recycled_mass=7"
    page = _asked(here, query)
    assert "处理 12 吨，多于收集的 10 吨" in page.words
    assert "120.0000" in page.words


def test_years_left_empty_are_named_and_full_width_digits_are_read(here: Town) -> None:
    page = _asked(here, "ask=collection&scheme=eu-portable-batteries&year=2022&collected_t=１００&market0=1,000吨")
    assert "10.0000" in page.words
    assert "没有填 2021、2020 年" in page.words


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ask=collection&scheme=eu-weee&year=22&collected_t=1", "year"),
        ("ask=collection&scheme=eu-weee&year=2022&collected_t=-1", "collected_t"),
        ("ask=collection&scheme=eu-weee&year=2022&collected_t=", "collected_t"),
        ("ask=collection&scheme=mine&year=2022&collected_t=1", "scheme"),
        ("ask=collection&scheme=eu-weee&year=2022&collected_t=1&market1=many", "market1"),
        ("ask=recovery&collected_mass=1", "treated_mass"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_what_was_typed_stays(here: Town, query: str, field: str) -> None:
    answer = here.browser("visitor").open(f"/calculators?{query}")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'role="alert"' in answer.text


def test_a_draft_says_that_it_is_one(here: Town) -> None:
    assert "这是征求意见稿" in _asked(here, f"{EUROPE}&scheme=cn-lead-acid-2020-draft").words
    assert "这是征求意见稿" not in _asked(here, f"{EUROPE}&scheme=eu-weee").words


def test_rubbish_in_the_address_never_breaks_the_page(here: Town) -> None:
    for query in ("ask=other", "ask=collection&year=٢٠٢٢", "ask=collection&market0=%F0%9F%94%8B", "year=9999", "ask="):
        assert here.browser("visitor").open(f"/calculators?{query}").status_code in (200, 422)


GLASS = "ask=obligation&owed_for=uk-packaging:glass&owed_year=2025&tonnage_t=25"


def test_an_obligation_is_shown_with_its_parts_and_every_step(here: Town) -> None:
    page = _asked(here, f"{GLASS}&target=74&remelt_target=75")
    assert (
        page.words.index("ceil(0.74 × 25)") < page.words.index("ceil(0.75 × 0.74 × 25)") < page.words.index("19 − 14")
    )
    assert "2026-01-31" in page.words
    assert "re-melt" in _asked(here, f"{GLASS}&lang=en").words


def test_part_of_a_year_and_a_target_of_ones_own_are_taken(here: Town) -> None:
    page = _asked(here, "ask=obligation&owed_for=uk-packaging:plastic&owed_year=2024&tonnage_t=120&target=61&days=180")
    assert "ceil(74 × 180 ÷ 366)" in page.words


def test_the_demonstration_scheme_says_that_it_is_invented(here: Town) -> None:
    page = _asked(here, "ask=obligation&owed_for=guizhou-demo:tyre&owed_year=2025&tonnage_t=1000")
    assert "不是法规，数字是编的" in page.words
    assert "620" in page.words


def test_the_tonnage_received_of_a_load_is_shown_exactly(here: Town) -> None:
    assert "71.892" in _asked(here, "ask=tonnage&net_t=100&non_target_t=10&proportion=80&wire=yes").words


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ask=obligation&owed_for=uk&owed_year=2025&tonnage_t=1", "owed_for"),
        ("ask=obligation&owed_for=uk-packaging:paper&owed_year=2024&tonnage_t=1", "target"),
        ("ask=obligation&owed_for=uk-packaging:glass&owed_year=2024&tonnage_t=1&target=7", "remelt_target"),
        (f"{GLASS}&target=101", "target"),
        (f"{GLASS}&days=400", "days"),
        ("ask=obligation&owed_for=eu-weee:weee&owed_year=2025&tonnage_t=1&days=4", "days"),
        ("ask=obligation&owed_for=eu-weee:weee&owed_year=2025&tonnage_t=1&remelt_target=4", "remelt_target"),
        ("ask=tonnage&net_t=1&non_target_t=2&proportion=80", "non_target_t"),
        ("ask=tonnage&net_t=1&proportion=180", "proportion"),
    ],
)
def test_a_slip_in_what_is_owed_is_said_beside_its_field(here: Town, query: str, field: str) -> None:
    answer = here.browser("visitor").open(f"/calculators?{query}")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
