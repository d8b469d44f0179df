"""What may be done with a batch, forecast: the reasons beside the closed doors are capture's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import KINDS, OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.refusals import Refusal
from registry.services.actions import Action, actions
from registry.store.base import open_engine
from tests.ledgers import World, build, issue

CODE = "YFR6F0DTHH"
WHO = ("point", "plant", "second", "lab")


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """On SQLite alone: a forecast is decided in Python, from the same rows on both engines."""
    engine = open_engine(sqlite_url)
    with Session(engine) as session:
        yield build(session)
    engine.dispose()


def _in_stock(world: World) -> str:
    return world.batch("point", "collect", stream="power_battery", mass_g=100)


def _sent(world: World) -> str:
    batch = _in_stock(world)
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    return batch


def _received(world: World) -> str:
    batch = _sent(world)
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch),))
    return batch


def _in_cascade(world: World) -> str:
    batch = _received(world)
    outputs = (OutputLine(mass_g=90, to="cascade"),)
    return world.batch("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=batch),), outputs=outputs)


def _second_life_sent(world: World) -> str:
    batch = _in_cascade(world)
    world.do("plant", "dispatch", batches=(batch,), to_site=world.site("second"))
    return batch


def _used_up(world: World) -> str:
    batch = _received(world)
    outputs = (OutputLine(mass_g=90, to="cascade"),)
    world.do("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=batch),), outputs=outputs)
    return batch


def _in_a_cage(world: World) -> str:
    issue(world.session, CODE)
    batch = _received(world)
    world.do("plant", "load", container=CODE, batches=(batch,))
    return batch


STATES = {
    "in stock": _in_stock,
    "sent": _sent,
    "received": _received,
    "in cascade": _in_cascade,
    "a second life on its way": _second_life_sent,
    "used up": _used_up,
    "in a cage": _in_a_cage,
}


def _facts(world: World, batch: str, kind: str) -> dict[str, Any]:
    """A well-formed event of the kind about the batch."""
    facts: dict[str, dict[str, Any]] = {
        "dispatch": {"batches": (batch,), "to_site": world.site("second")},
        "receive": {"lines": (ReceiveLine(batch=batch),)},
        "split": {"batch": batch, "children": (Part(mass_g=40), Part(mass_g=60))},
        "inspect": {"batch": batch, "grade": "A"},
        "process": {
            "process": "dismantle",
            "inputs": (ProcessInput(batch=batch),),
            "outputs": (OutputLine(mass_g=10, to="recycle"),),
        },
        "retire": {"batch": batch},
        "stocktake": {"batch": batch, "mass_g": 80, "reason": "scale"},
    }
    return facts[kind]


FORECAST = ("dispatch", "receive", "split", "inspect", "process", "retire", "stocktake")


def _of(world: World, who: str, batch: str) -> dict[str, Action]:
    found = actions(world.session, actor=world.actors[who], batch_id=batch)
    assert [action.kind for action in found] == list(KINDS)
    return {action.kind: action for action in found}


@pytest.mark.parametrize("kind", FORECAST)
@pytest.mark.parametrize("state", STATES)
def test_the_forecast_is_what_capture_then_says(world: World, state: str, kind: str) -> None:
    batch = STATES[state](world)
    for who in WHO:
        try:
            forecast = _of(world, who, batch)[kind]
        except Refusal as refusal:
            assert refusal.code == "not_found"  # noqa: PT017  # who sees nothing is told nothing
            continue
        site = world.site("second") if (kind, who) == ("dispatch", "second") else None
        if site:
            continue  # its own site is no place to send to; who it is was checked with the others
        result = world.send(who, kind, **_facts(world, batch, kind))
        said = None if result.refusal is None else result.refusal.code
        assert (who, forecast.reason) == (who, said)
        if forecast.allowed:
            return  # the batch has moved on


@pytest.mark.parametrize("state", STATES)
def test_a_correction_is_forecast_by_the_rule_that_judges_it(world: World, state: str) -> None:
    batch = STATES[state](world)
    for who in WHO:
        try:
            forecast = _of(world, who, batch)["reverse"]
        except Refusal:
            continue
        if forecast.allowed:
            (event,) = forecast.choices
            assert world.send(who, "reverse", event=event, reason="slip").status == "created"
            return
        assert forecast.reason in ("not_a_party", "later_events_stand_on_it", "role_may_not")


def test_a_reason_stands_beside_every_closed_door(world: World) -> None:
    batch = _received(world)
    for who in ("point", "plant"):
        for action in _of(world, who, batch).values():
            assert action.allowed == (action.reason is None), action


def test_processing_offers_the_processes_of_the_stream(world: World) -> None:
    batch = _received(world)
    choices = _of(world, "plant", batch)["process"].choices
    assert "hydrometallurgy" in choices
    assert "crumb" not in choices


def test_what_was_taken_back_lets_the_event_before_it_be_taken_back(world: World) -> None:
    collected = world.do("point", "collect", stream="tyre", mass_g=5)
    (batch,) = world.made(collected)
    counted = world.do("point", "stocktake", batch=batch, mass_g=4, reason="scale")
    assert _of(world, "point", batch)["reverse"].choices == (counted.id,)
    world.do("point", "reverse", event=counted.id, reason="slip")
    assert _of(world, "point", batch)["reverse"].choices == (collected.id,)


def test_only_a_batch_in_a_container_can_be_unloaded(world: World) -> None:
    assert _of(world, "plant", _received(world))["unload"].reason == "not_in_container"
    assert _of(world, "plant", _in_a_cage(world))["unload"].allowed
