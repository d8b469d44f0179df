"""The client's id is the key for ever: repetition changes nothing, and a conflict is found, never absorbed."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.domain.events import Capture, Collect, Dispatch
from registry.domain.identifiers import draw_code
from registry.services.capture import ItemResult, capture, capture_list
from registry.services.references import lock_ahead
from registry.services.transactions import writing
from registry.store.events import EventPrivateRow, EventRow
from tests.ledgers import NOON, World, an_id, build, issue
from tests.services.invariants import counts


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def collected(world: World, **more: Any) -> Capture:
    facts = {"id": an_id("e1"), "kind": "collect", "site_id": world.site("point"), "occurred_at": NOON} | more
    return Capture(**({"details": Collect(stream="tyre", mass_g=5_000)} | facts))


def send(world: World, *commands: Capture, who: str = "point", now: datetime = NOON) -> list[ItemResult]:
    with writing(world.session):
        results = capture_list(world.session, actor=world.actors[who], commands=commands, now=now)
        world.session.commit()
    return results


def test_the_same_event_again_gets_the_first_receipt_and_adds_nothing(world: World) -> None:
    (first,) = send(world, collected(world))
    before = counts(world.session)
    (again,) = send(world, collected(world), now=NOON + timedelta(days=400))
    assert (first.status, again.status) == ("created", "exists")
    assert again.receipt == first.receipt
    assert counts(world.session) == before


@pytest.mark.parametrize(
    "other",
    [
        {"details": Collect(stream="tyre", mass_g=5_001)},
        {"details": Collect(stream="tyre", mass_g=5_000, measured="estimated")},
        {"occurred_at": NOON + timedelta(milliseconds=1)},
        {"clock_offset_ms": 1},
        {"private": {"note": "a word more"}},
        {"kind": "dispatch", "details": Dispatch(batches=("x",), to_site="y")},
    ],
    ids=lambda other: next(iter(other)),
)
def test_the_same_id_with_other_content_is_a_conflict_and_overwrites_nothing(
    world: World, other: dict[str, Any]
) -> None:
    send(world, collected(world))
    before = counts(world.session)
    (result,) = send(world, collected(world, **other))
    assert result.status == "conflict"
    assert result.refusal is not None
    assert result.refusal.code == "event_conflict"
    assert result.receipt is None
    assert counts(world.session) == before


def test_another_actor_meets_a_conflict_and_learns_nothing_of_the_event(world: World) -> None:
    send(world, collected(world))
    (result,) = send(world, collected(world), who="plant")
    assert result.status == "conflict"
    assert result.receipt is None
    assert result.refusal is not None
    assert result.refusal.facts == {"id": an_id("e1")}


def test_an_event_is_known_again_even_when_its_sender_may_no_longer_send_it(world: World) -> None:
    (first,) = send(world, collected(world))
    world.actors["point"] = replace(world.actors["point"], role="producer")
    (again,) = send(world, collected(world))
    assert (again.status, again.receipt) == ("exists", first.receipt)


def test_a_zone_or_an_order_of_predecessors_is_no_other_content(world: World) -> None:
    send(world, collected(world, id=an_id("a")), collected(world, id=an_id("b")))
    local = datetime.fromisoformat("2025-03-10T12:00:00+08:00")
    send(world, collected(world, after=(an_id("a"), an_id("b"))))
    (again,) = send(world, collected(world, after=(an_id("b"), an_id("a")), occurred_at=local))
    assert again.status == "exists"


@pytest.mark.parametrize("wrong", ["", "17", "A" * 36, "0198C1F2-0000-7000-8000-000000000000", "x" * 5_000])
def test_an_event_needs_an_id_of_its_own(world: World, wrong: str) -> None:
    (result,) = send(world, collected(world, id=wrong))
    assert result.refusal is not None
    assert result.refusal.code == "event_id_malformed"


# --- lists -----------------------------------------------------------------------------------------------------------


def test_each_item_of_a_list_stands_or_falls_alone(world: World) -> None:
    results = send(
        world,
        collected(world, id=an_id("a")),
        collected(world, id=an_id("b"), details=Collect(stream="moon_rock", mass_g=1)),
        collected(world, id=an_id("c"), after=(an_id("not yet"),)),
        collected(world, id=an_id("a")),
        collected(world, id=an_id("a"), details=Collect(stream="tyre", mass_g=1)),
        collected(world, id=an_id("d"), after=(an_id("a"),)),
    )
    assert [result.status for result in results] == ["created", "rejected", "waiting", "exists", "conflict", "created"]
    assert [result.id for result in results] == [an_id(name) for name in "abcaad"]
    assert counts(world.session)["events"] == 2


def test_an_item_may_build_on_one_before_it_in_the_same_list(world: World) -> None:
    batch_id = an_id("b")
    made = collected(world, details=Collect(stream="tyre", mass_g=5, batch_id=batch_id))
    details = Dispatch(batches=(batch_id,), to_site=world.site("plant"))
    sent = collected(world, id=an_id("e2"), kind="dispatch", details=details)
    assert [result.status for result in send(world, sent, made, sent)] == ["waiting", "created", "created"]


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_what_waits_leaves_nothing_and_is_taken_when_its_predecessor_came(world: World) -> None:
    before = counts(world.session)
    late = collected(world, after=(an_id("first"),))
    (result,) = send(world, late)
    assert result.status == "waiting"
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.facts) == ("waiting_predecessor", {"events": [an_id("first")]})
    assert counts(world.session) == before
    send(world, collected(world, id=an_id("first")))
    assert [each.status for each in send(world, late)] == ["created"]


def test_an_unknown_batch_may_still_come_but_an_unknown_code_is_wrong(world: World) -> None:
    code = draw_code()
    issue(world.session, code)
    to = world.site("plant")
    assert world.send("point", "dispatch", batches=(str(uuid.uuid4()),), to_site=to).status == "waiting"
    assert world.send("point", "dispatch", batches=(code,), to_site=to).status == "waiting"
    unknown = world.send("point", "dispatch", batches=(draw_code(),), to_site=to)
    assert unknown.status == "rejected"
    assert unknown.refusal is not None
    assert unknown.refusal.code == "unknown_code"


def test_a_reversal_of_an_event_not_yet_known_waits(world: World) -> None:
    result = world.send("point", "reverse", event=str(uuid.uuid4()), reason="typo")
    assert (result.status, str(result.refusal)[:19]) == ("waiting", "waiting_predecessor")


# --- what is private -------------------------------------------------------------------------------------------------


def test_private_words_stand_beside_the_body_and_are_linked_by_a_salted_digest(world: World) -> None:
    send(world, collected(world, private={"note": "老王", "vehicle": "贵A12345"}))
    row = world.session.scalars(select(EventRow)).one()
    kept = {note.kind: note for note in world.session.scalars(select(EventPrivateRow))}
    assert "老王" not in row.body + row.frozen + row.findings
    assert kept["note"].value == "老王"
    digest = hashlib.sha256(f"{kept['note'].salt}\n老王".encode()).hexdigest()
    assert json.loads(row.body)["private"]["note"] == digest
    assert hashlib.sha256(row.body.encode()).hexdigest() == row.sha256
    assert len(kept["note"].salt) == 32
    assert kept["note"].salt != kept["vehicle"].salt


def test_the_same_words_on_two_events_do_not_give_each_other_away(world: World) -> None:
    send(world, *(collected(world, id=an_id(name), private={"note": "same"}) for name in "ab"))
    digests = {json.loads(body)["private"]["note"] for body in world.session.scalars(select(EventRow.body))}
    assert len(digests) == 2


def test_private_words_are_part_of_what_was_sent(world: World) -> None:
    send(world, collected(world, private={"note": "one"}))
    assert [each.status for each in send(world, collected(world, private={"note": "one"}))] == ["exists"]
    assert [each.status for each in send(world, collected(world, private={"note": "two"}))] == ["conflict"]
    assert [each.status for each in send(world, collected(world))] == ["conflict"]


def test_erasing_private_words_breaks_no_hash_and_the_event_is_still_known(world: World) -> None:
    (first,) = send(world, collected(world, private={"note": "one", "person": "老王"}))
    with writing(world.session):
        world.session.execute(delete(EventPrivateRow).where(EventPrivateRow.kind == "person"))
        world.session.commit()
    row = world.session.scalars(select(EventRow)).one()
    assert hashlib.sha256(row.body.encode()).hexdigest() == row.sha256
    (again,) = send(world, collected(world, private={"note": "one", "person": "老王"}))
    assert (again.status, again.receipt) == ("exists", first.receipt)


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ahead", "status"), [(600, "created"), (601, "rejected")])
def test_a_clock_may_be_ten_minutes_ahead_and_no_more(world: World, ahead: int, status: str) -> None:
    (result,) = send(world, collected(world, occurred_at=NOON + timedelta(seconds=ahead)))
    assert result.status == status
    assert result.refusal is None or result.refusal.code == "date_in_future"


def test_a_moment_without_a_zone_is_refused(world: World) -> None:
    (result,) = send(world, collected(world, occurred_at=NOON.replace(tzinfo=None)))
    assert result.refusal is not None
    assert result.refusal.code == "schema_invalid"


def test_only_the_loader_sets_the_recorded_time_and_the_event_says_so(world: World) -> None:
    with writing(world.session):
        capture(
            world.session,
            actor=world.actors["point"],
            command=collected(world),
            now=NOON + timedelta(days=3),
            recorded_by_loader=True,
        )
        world.session.commit()
    send(world, collected(world, id=an_id("e2")))
    marked = dict(world.session.execute(select(EventRow.id, EventRow.recorded_by_loader)).all())
    assert marked == {an_id("e1"): True, an_id("e2"): False}


def test_the_seq_is_the_order_of_the_ledger(world: World) -> None:
    results = send(world, *(collected(world, id=an_id(name)) for name in "abc"))
    seqs = [result.receipt.seq for result in results if result.receipt is not None]
    assert seqs == sorted(set(seqs))
    assert len(seqs) == 3


def test_a_list_may_name_more_codes_than_one_question_to_the_database_holds(session: Session) -> None:
    lock_ahead(session, {f"SN{number}" for number in range(70_000)})
