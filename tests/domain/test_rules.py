"""Dated rules: what is in force when, what is switched off, and the verdicts that follow."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from registry.domain import rules, streams, verdicts
from registry.domain.refusals import Refusal
from registry.domain.rules import Deadline, deadline_for, norm_for, rules_in_force

MID_2025 = date(2025, 6, 1)
ALL_ROWS = [row for kind in rules.KINDS for row in rules.rules(kind)]


def norm(what: str, on: date, *, product: str = "power_battery", process: str | None = None) -> Decimal | None:
    row = norm_for(what, product=product, on=on, process=process)
    return row.value if row else None


# --- norms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "percent"),
    [("lithium", 90), ("nickel", 98), ("cobalt", 98), ("manganese", 98), ("copper", 98), ("aluminium", 98)],
)
def test_the_battery_norm_of_2024_per_element(element: str, percent: int) -> None:
    assert norm(element, MID_2025) == percent


def test_the_battery_norm_before_it_asked_less_of_lithium_and_one_rate_of_three_metals() -> None:
    assert norm("lithium", date(2022, 1, 1)) == 85
    combined = norm_for("nickel", product="power_battery", on=date(2022, 1, 1))
    assert combined is not None
    assert (combined.value, combined.elements) == (Decimal(98), ("nickel", "cobalt", "manganese"))


def test_the_norms_hand_over_on_one_day_without_gap_or_overlap() -> None:
    last_day = date(2024, 11, 30)
    assert [norm("lithium", last_day + timedelta(days=days)) for days in (0, 1)] == [85, 90]
    for day in (last_day, last_day + timedelta(days=1)):
        found = [row for row in rules_in_force("norm", on=day, product="power_battery") if "lithium" in row.elements]
        assert len(found) == 1


def test_a_norm_speaks_of_its_own_processes_only() -> None:
    assert norm("lithium", MID_2025, process="hydrometallurgy") == 90
    assert norm("lithium", MID_2025, process="direct_repair") is None
    assert norm("material_recovery", MID_2025, process="direct_repair") == 99
    assert norm("lithium", MID_2025, product="tyre") is None


def test_no_norm_existed_for_an_element_before_the_first_row() -> None:
    assert norm("lithium", date(2019, 6, 1)) is None


def test_the_repealed_tyre_norm_answers_within_its_dates_only() -> None:
    assert norm("rubber_utilisation", date(2015, 1, 1), product="tyre") == 100
    assert norm("rubber_utilisation", MID_2025, product="tyre") is None


# --- what every row must say ------------------------------------------------------------------------------------------


def test_rows_switched_off_say_why_and_rows_switched_on_were_seen_somewhere() -> None:
    for row in ALL_ROWS:
        assert row.enabled or row.reason, row
        assert row.verified or not row.enabled, row


def test_a_date_known_to_the_month_or_year_only_is_marked_assumed() -> None:
    battery_norm = norm_for("lithium", product="power_battery", on=MID_2025)
    assert battery_norm is not None
    assert (battery_norm.valid_from, battery_norm.assumed_from) == (date(2024, 12, 1), True)


def test_every_row_that_is_on_and_judges_a_number_can_be_compared() -> None:
    for kind in ("norm", "target"):
        for row in rules.rules(kind):
            if row.enabled:
                assert row.value is not None
                assert row.is_met_by(row.value) == (row.comparator != "<")


def test_processes_named_by_rules_exist_and_serve_the_product() -> None:
    for row in ALL_ROWS:
        for code in row.process:
            assert set(streams.process(code).streams) & set(row.product), row


def test_drafts_and_unseen_numbers_are_shipped_but_never_in_force() -> None:
    off = {row.rule for row in ALL_ROWS if not row.enabled}
    assert {"battery_norm_2024_draft", "tyre_norm_2020", "cn_lead_acid_draft_2020", "cascade_white_list"} <= off
    for kind in rules.KINDS:
        for year in range(2012, 2040):
            assert all(row.enabled for row in rules_in_force(kind, on=date(year, 6, 1)))


def test_a_provincial_rule_does_not_reach_the_nation_nor_a_foreign_one_the_province() -> None:
    rows = rules_in_force("target", on=date(2028, 1, 1))
    assert {row.jurisdiction for row in rows} == {"CN", "CN-52"}
    national = rules_in_force("target", on=date(2028, 1, 1), jurisdiction="CN")
    assert {row.jurisdiction for row in national} == {"CN"}
    assert rules_in_force("target", on=date(2028, 1, 1), jurisdiction="EU")


def test_an_unknown_kind_of_rule_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        rules.rules("wish")
    assert refused.value.code == "unknown_rule_kind"


def test_a_waste_code_that_is_deleted_in_2026_is_still_good_the_day_before() -> None:
    codes = [
        {row.indicator for row in rules_in_force("waste_code", on=day, product="power_battery", jurisdiction="EU")}
        for day in (date(2026, 11, 8), date(2026, 11, 9))
    ]
    assert "20 01 34" in codes[0] - codes[1]


# --- deadlines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "on", "actor", "deadline"),
    [
        ("receive", date(2025, 6, 1), "recycler", Deadline(30, "working")),
        ("receive", date(2025, 6, 1), "cascade_user", Deadline(15, "working")),
        ("receive", date(2025, 6, 1), None, Deadline(30, "working")),
        ("collect", date(2025, 6, 1), "collection_company", Deadline(30, "working")),
        ("receive", date(2026, 3, 31), "recycler", Deadline(30, "working")),
        ("receive", date(2026, 4, 1), "recycler", Deadline(30, "calendar")),
        ("receive", date(2026, 4, 1), "collection_company", None),
        ("receive", date(2018, 7, 31), None, None),
        ("split", date(2025, 6, 1), None, None),
    ],
)
def test_deadlines_count_working_days_until_april_2026_and_calendar_days_after(
    event: str, on: date, actor: str | None, deadline: Deadline | None
) -> None:
    assert deadline_for(event, on, actor=actor) == deadline


def test_no_deadline_is_known_for_a_stream_the_rules_do_not_name() -> None:
    assert deadline_for("receive", MID_2025, product="glass") is None


# --- verdicts ---------------------------------------------------------------------------------------------------------


def pathway(process: str, *, passed: bool = True, reason: str = "") -> verdicts.Verdict | None:
    return verdicts.judge_pathway(
        product="power_battery", passed_test=passed, process=streams.process(process), reason=reason, on=MID_2025
    )


def test_a_battery_that_passed_its_test_and_is_smelted_is_a_finding_with_or_without_a_reason() -> None:
    silent, spoken = pathway("hydrometallurgy"), pathway("hydrometallurgy", reason="买家破产")
    assert silent is not None
    assert spoken is not None
    assert (silent.kind, silent.code, silent.facts["explained"]) == ("finding", "cascade_before_recycling", False)
    assert spoken.facts["explained"] is True


def test_a_battery_that_failed_or_lives_on_needs_no_reason() -> None:
    assert pathway("hydrometallurgy", passed=False) is None
    assert pathway("test_regroup") is None


def test_a_retired_battery_in_an_e_bike_is_a_finding_since_order_73() -> None:
    found = [
        verdicts.judge_use(product="power_battery", use="ebike", on=day)
        for day in (date(2026, 3, 31), date(2026, 4, 1))
    ]
    assert found[0] is None
    assert found[1] is not None
    assert found[1].code == "forbidden_use"


def test_a_missed_norm_is_a_finding_a_met_one_is_silent_and_unknown_is_not_zero() -> None:
    row = norm_for("lithium", product="power_battery", on=MID_2025)
    assert row is not None
    missed = verdicts.judge_norm(row, measured_percent=Decimal("58.69"))
    assert missed is not None
    assert (missed.kind, missed.facts["norm_percent"]) == ("finding", "90")
    assert verdicts.judge_norm(row, measured_percent=Decimal(90)) is None
    assert verdicts.judge_norm(row, measured_percent=None) is None


def test_a_rule_without_a_number_cannot_be_compared() -> None:
    empty = next(row for row in rules.rules("norm") if row.value is None)
    with pytest.raises(ValueError, match="no number"):
        empty.is_met_by(Decimal(1))


@pytest.mark.parametrize(("percent", "suggests"), [(80, "reuse"), (79, "cascade"), (60, "cascade"), (59, "recycle")])
def test_the_state_of_health_suggests_a_pathway_as_advice(percent: int, suggests: str) -> None:
    advice = verdicts.advise_health(percent)
    assert (advice.kind, advice.facts["pathway"]) == ("advice", suggests)


def test_the_split_of_state_of_health_is_a_setting() -> None:
    strict = verdicts.HealthSplit(reuse_from=90, cascade_from=70)
    assert verdicts.advise_health(80, split=strict).facts["pathway"] == "cascade"
    with pytest.raises(ValueError, match="rise"):
        verdicts.HealthSplit(reuse_from=60, cascade_from=80)
