"""Events that do not depend on each other commute: whatever their order, every balance and every place is the same."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.events import (
    Addition,
    Capture,
    Collect,
    Details,
    Dispatch,
    Inspect,
    Merge,
    OutputLine,
    Process,
    ProcessInput,
    Receive,
    ReceiveLine,
    Reverse,
)
from registry.services.capture import ItemResult, capture_list
from registry.services.transactions import writing
from registry.store.base import open_engine
from registry.store.batches import BatchPlaceRow
from tests.ledgers import NOON, World, an_id, build
from tests.services.invariants import balances, faults

Step = tuple[str, Capture]


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One story of its own: its numbers are drawn, its ids are told, so that it can be told twice."""

    name: str
    lfp: int
    ncm: int
    lithium: int
    taken: int
    salt: int
    missing: int
    acid: int

    def id(self, what: str) -> str:
        return an_id(f"{self.name} {what}")

    def steps(self, world: World) -> list[Step]:
        a, b, mixed, rest = (self.id(each) for each in ("a", "b", "mixed", "rest"))
        outputs = (
            OutputLine(
                mass_g=self.salt, to="recycle", batch_id=self.id("salt"), contents_g={"lithium": self.salt // 3}
            ),
            OutputLine(mass_g=self.taken - self.salt, to="stock", batch_id=rest),
        )
        inputs = (ProcessInput(batch=mixed, mass_g=self.taken),)
        acid = (Addition(material="acid", mass_g=self.acid),)
        line = ReceiveLine(batch=rest, mass_g=self.taken - self.salt - self.missing, reason="missing")
        told: Sequence[tuple[str, Details]] = (
            (
                "plant",
                Collect(stream="power_battery", product="LFP", mass_g=self.lfp, batch_id=a, contents_g=self.known),
            ),
            ("plant", Collect(stream="power_battery", product="NCM", mass_g=self.ncm, batch_id=b)),
            ("plant", Merge(batches=(a, b), batch_id=mixed)),
            ("plant", Inspect(batch=mixed, contents_g={"nickel": 7}, passed=True)),
            ("plant", Process(process="hydrometallurgy", inputs=inputs, outputs=outputs, additions=acid)),
            ("plant", Dispatch(batches=(rest,), to_site=world.site("second"))),
            ("second", Receive(lines=(line,))),
            ("plant", Dispatch(batches=(mixed,), to_site=world.site("point"))),
            ("plant", Reverse(event=self.id("7"), reason="typo")),
        )
        return [
            (
                who,
                Capture(
                    id=self.id(str(number)),
                    kind=type(details).__name__.lower(),
                    site_id=world.site(who),
                    occurred_at=NOON + timedelta(minutes=number),
                    details=details,
                ),
            )
            for number, (who, details) in enumerate(told)
        ]

    @property
    def known(self) -> dict[str, int]:
        return {"lithium": min(self.lithium, self.lfp)}


@st.composite
def lanes(draw: st.DrawFn, name: str) -> Lane:
    lfp, ncm = draw(st.integers(1, 10**9)), draw(st.integers(50, 10**9))
    taken = draw(st.integers(10, lfp + ncm - 1))
    return Lane(
        name=name,
        lfp=lfp,
        ncm=ncm,
        lithium=draw(st.integers(1, 10**8)),
        taken=taken,
        salt=draw(st.integers(1, taken - 2)),
        missing=1,
        acid=draw(st.integers(1, 10**6)),
    )


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    numbers = itertools.count()

    def url() -> str:
        path = tmp_path / f"{next(numbers)}.sqlite3"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite:///{path}"

    return url


def outcome(url: str, order: Sequence[str], told: Sequence[Lane]) -> tuple[object, object]:
    """Balances and places after the lanes' steps were interleaved in this order."""
    engine = open_engine(url)
    with Session(engine) as session:
        world = build(session)
        waiting = {lane.name: lane.steps(world) for lane in told}
        with writing(session):
            for name in order:
                who, command = waiting[name].pop(0)
                (result,) = capture_list(
                    session, actor=world.actors[who], commands=[command], now=NOON + timedelta(days=1)
                )
                assert result.status == "created", result.refusal
            session.commit()
        assert faults(session) == []
        found = balances(session), _places(session)
    engine.dispose()
    return found


def _places(session: Session) -> set[tuple[object, ...]]:
    names = ("batch_id", "status", "site_id", "holder_id", "to_site_id", "fit", "mass_g")
    rows = session.execute(select(*(getattr(BatchPlaceRow, name) for name in names))).all()
    return {tuple(row) for row in rows}


ORDER = st.permutations(["one"] * 9 + ["two"] * 9)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=lanes("one"), two=lanes("two"), order=ORDER)
def test_two_stories_told_in_any_order_end_the_same(
    fresh: Callable[[], str], one: Lane, two: Lane, order: list[str]
) -> None:
    assert outcome(fresh(), order, (one, two)) == outcome(fresh(), ["one"] * 9 + ["two"] * 9, (one, two))


@pytest.mark.long
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=lanes("one"), two=lanes("two"), order=ORDER)
def test_many_stories_told_in_any_order_end_the_same(
    fresh: Callable[[], str], one: Lane, two: Lane, order: list[str]
) -> None:
    assert outcome(fresh(), order, (one, two)) == outcome(fresh(), ["two"] * 9 + ["one"] * 9, (one, two))


def test_an_outbox_sent_backwards_and_retried_ends_like_one_sent_in_order(fresh: Callable[[], str]) -> None:
    lane = Lane(name="one", lfp=1_000, ncm=500, lithium=77, taken=700, salt=333, missing=1, acid=10)
    engine = open_engine(fresh())
    with Session(engine) as session:
        world = build(session)
        steps = lane.steps(world)
        chained = [
            (who, replace(command, after=(before.id,))) for (_, before), (who, command) in itertools.pairwise(steps)
        ]
        left, rounds = [*reversed(chained), steps[0]], 0
        while left:
            left = [step for step in left if _one(session, world, step).status != "created"]
            rounds += 1
            assert rounds < 20, [command.kind for _, command in left]
        found = balances(session), _places(session)
    engine.dispose()
    assert found == outcome(fresh(), ["one"] * 9, (lane,))
    assert rounds == 9


def _one(session: Session, world: World, step: Step) -> ItemResult:
    who, command = step
    with writing(session):
        (result,) = capture_list(session, actor=world.actors[who], commands=[command], now=NOON + timedelta(days=1))
        session.commit()
    return result


def test_the_comparison_would_see_another_order_of_events_that_do_depend(fresh: Callable[[], str]) -> None:
    """Negative control: dealing 1 g of lithium to a part and weighing the part do not commute."""
    ends = []
    for order in ((0, 1, 2, 3), (0, 2, 1, 3)):
        engine = open_engine(fresh())
        with Session(engine) as session:
            world = build(session)
            batch_id = an_id("b")
            told: Sequence[Details] = (
                Collect(stream="power_battery", mass_g=10, batch_id=batch_id, contents_g={"lithium": 5}),
                Inspect(batch=batch_id, contents_g={"lithium": 3}),
                Process(
                    process="hydrometallurgy",
                    inputs=(ProcessInput(batch=batch_id, mass_g=4),),
                    outputs=(OutputLine(mass_g=4, to="recycle", batch_id=an_id("salt")),),
                ),
                Inspect(batch=batch_id, contents_g={"lithium": 3}),
            )
            for number in order:
                command = Capture(
                    id=an_id(f"event {number}"),
                    kind=type(told[number]).__name__.lower(),
                    site_id=world.site("plant"),
                    occurred_at=NOON,
                    details=told[number],
                )
                assert _one(session, world, ("plant", command)).status == "created"
            ends.append(balances(session))
        engine.dispose()
    assert ends[0] != ends[1]
