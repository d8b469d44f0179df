"""The demonstration province as a story, before any of it is captured."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from functools import cache

import pytest

from registry.domain import streams
from registry.domain.event_bodies import references
from registry.domain.events import KINDS, Collect, Inspect, Process, Receive
from registry.domain.identifiers import parse_battery_code
from registry.services.demonstration import story
from registry.services.demonstration_batteries import STREAM
from registry.services.demonstration_model import CASCADE, lots
from registry.services.demonstration_script import ZONE, Dice, Parameters, Step

ROLLS = {"point_gy_1": [f"GY{n}" for n in range(60)], "point_zy_1": [f"ZY{n}" for n in range(20)], "sort_gy": []}


def parameters(second_use: str = "0.3", seed: int = 1) -> Parameters:
    return Parameters(year=2025, scenario="BS", second_use=Decimal(second_use), seed=seed)


@cache
def told(second_use: str = "0.3", seed: int = 1) -> tuple[Step, ...]:
    return story(parameters(second_use, seed), ROLLS)


def batteries_of_the_year(second_use: str = "0.3") -> list[Collect]:
    return [
        step.command.details
        for step in told(second_use)
        if isinstance(step.command.details, Collect)
        and step.command.details.stream == STREAM
        and step.command.occurred_at.astimezone(ZONE).year == 2025
    ]


def test_the_story_walks_every_process_of_the_table() -> None:
    walked = {step.command.details.process for step in told() if isinstance(step.command.details, Process)}
    assert walked == {process.code for process in streams.processes()}


def test_the_story_walks_every_kind_of_event_and_every_stream() -> None:
    assert {step.command.kind for step in told()} == set(KINDS)
    collected = {step.command.details.stream for step in told() if isinstance(step.command.details, Collect)}
    assert collected == {stream.code for stream in streams.streams()}


@pytest.mark.parametrize("second_use", ["0", "0.3"])
def test_the_checked_year_collects_exactly_the_models_batteries(second_use: str) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for lot in lots(year=2025, scenario="BS", second_use=Decimal(second_use)):
        expected[lot.chemistry, "mass"] += lot.mass_g
        for name, amount in lot.contents_g.items():
            expected[lot.chemistry, name] += amount
    collected: Counter[tuple[str, str]] = Counter()
    for details in batteries_of_the_year(second_use):
        chemistry = details.product or ""
        collected[chemistry, "mass"] += details.mass_g
        collected[chemistry, "energy"] += details.capacity_wh or 0
        for name, amount in (details.contents_g or {}).items():
            collected[chemistry, name] += amount
    assert collected == expected


def test_batteries_are_collected_in_every_prefecture_and_month_by_the_truckload() -> None:
    at = {step.command.id: step for step in told() if isinstance(step.command.details, Collect)}
    seen = {
        (step.organisation, step.command.details.product, step.command.occurred_at.astimezone(ZONE).month)
        for step in at.values()
        if step.command.details in batteries_of_the_year()
    }
    assert len(seen) == 9 * 2 * 12
    assert max(details.mass_g for details in batteries_of_the_year()) <= streams.stream(STREAM).batch_max_g


def test_no_event_of_an_illustrative_battery_falls_into_the_checked_year() -> None:
    old: set[str] = set()
    for step in told():
        details, year = step.command.details, step.command.occurred_at.astimezone(ZONE).year
        if isinstance(details, Collect) and details.stream == STREAM and year == 2024:
            old.add(details.batch_id or "")
        if old & set(references(details)):
            assert year == 2024, step
            old |= _batches_made(details)
    assert len(old) > 20


def _batches_made(details: object) -> set[str]:
    parts = [*getattr(details, "children", ()), *getattr(details, "outputs", ()), details]
    return {made for part in parts if (made := getattr(part, "batch_id", None))}


def test_everything_happens_within_two_years_and_is_heard_of_later_in_the_order_told() -> None:
    moments = [step.recorded_at for step in told()]
    assert moments == sorted(moments)
    assert all(step.command.occurred_at < step.recorded_at for step in told())
    assert {step.command.occurred_at.astimezone(ZONE).year for step in told()} == {2024, 2025}


def test_most_events_are_recorded_within_a_day_and_two_are_late() -> None:
    lags = [step.recorded_at - step.command.occurred_at for step in told()]
    assert sum(lag < timedelta(days=1) for lag in lags) > len(lags) // 2
    assert sum(lag > timedelta(days=60) for lag in lags) == 2


def test_the_same_parameters_tell_the_same_story_and_any_other_parameter_other_ids() -> None:
    ids = {step.command.id for step in told()}
    assert ids == {step.command.id for step in story(parameters("0.30"), ROLLS)}
    assert len(ids) == len(told())
    assert not ids & {step.command.id for step in told("0.3", seed=2)}
    assert not ids & {step.command.id for step in told("0")}


def test_ids_are_shaped_like_uuid7_and_tell_the_moment() -> None:
    for step in told()[::97]:
        made = uuid.UUID(step.command.id)
        assert (made.version, made.variant) == (7, uuid.RFC_4122)
        assert made.int >> 80 == int(step.command.occurred_at.timestamp() * 1000)


def test_second_life_packs_get_codes_of_19_characters_each_once() -> None:
    codes = [
        code.value
        for step in told()
        if isinstance(step.command.details, Process)
        for line in step.command.details.outputs
        if line.to == CASCADE
        for code in line.codes
    ]
    assert len(set(codes)) == len(codes) == 9 * 2 * 12 + 1
    assert {parse_battery_code(code).variant for code in codes} == {"cascade"}


def test_only_what_passed_goes_to_a_second_life_in_the_checked_year() -> None:
    passed = {
        step.command.details.batch: step.command.details.passed
        for step in told()
        if isinstance(step.command.details, Inspect) and step.command.occurred_at.year == 2025
    }
    by_process: defaultdict[str, set[bool | None]] = defaultdict(set)
    for step in told():
        if isinstance(step.command.details, Process):
            for item in step.command.details.inputs:
                if item.batch in passed:
                    by_process[step.command.details.process].add(passed[item.batch])
    assert by_process.pop("test_regroup") == {True}
    assert by_process.pop("reject_to_scrap") == {True}, "cores, an illustrative stream, scrapped although fit"
    assert set.union(*by_process.values()) == {False}


def test_differences_name_their_reasons_and_a_refusal_its_own() -> None:
    lines = [
        line for step in told() if isinstance(step.command.details, Receive) for line in step.command.details.lines
    ]
    assert {line.reason for line in lines} == {None, "scale", "missing"}
    assert [line.refusal_reason for line in lines if line.refused_g] == ["oil_contaminated", "too_wet"]


def test_a_weighted_choice_never_takes_what_weighs_nothing() -> None:
    dice = Dice(parameters())
    assert {dice.weighted(str(n), [0, 3, 0, 1]) for n in range(200)} == {1, 3}
