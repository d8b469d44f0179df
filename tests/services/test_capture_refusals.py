"""Bad input: each has its own refusal, and none leaves anything behind in any table."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.domain.events import Addition, CodeRef, OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.identifiers import draw_code
from registry.services.transactions import writing
from registry.store.parties import SiteRow
from tests.ledgers import NOON, World, an_id, build
from tests.services.invariants import counts

Bad = Callable[[World, dict[str, str]], dict[str, Any]]


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def scene(world: World) -> dict[str, str]:
    """One batch in every state: at the point, under way, at the plant, in a second life, gone."""
    at_point, on_way, at_plant, spent = (
        world.batch("point", "collect", stream="power_battery", mass_g=1_000) for _ in range(4)
    )
    world.do("point", "dispatch", batches=(on_way, at_plant, spent), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=at_plant), ReceiveLine(batch=spent)))
    outputs = (OutputLine(mass_g=1_000, to="cascade"),)
    pack = world.batch("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=spent),), outputs=outputs)
    tyre = world.batch("point", "collect", stream="tyre", mass_g=1_000)
    return {"point": at_point, "way": on_way, "plant": at_plant, "spent": spent, "pack": pack, "tyre": tyre}


def collect(**facts: Any) -> Bad:
    return lambda _world, _here: {"who": "point", "kind": "collect"} | {"stream": "tyre", "mass_g": 5} | facts


def process(**facts: Any) -> Bad:
    def told(_: World, here: dict[str, str]) -> dict[str, Any]:
        wanted = {
            "who": "plant",
            "kind": "process",
            "process": "hydrometallurgy",
            "inputs": (ProcessInput(batch=here["plant"]),),
            "outputs": (OutputLine(mass_g=100, to="recycle"),),
        }
        return wanted | facts

    return told


def receive(**facts: Any) -> Bad:
    return lambda _world, here: {
        "who": "plant",
        "kind": "receive",
        "lines": (ReceiveLine(**({"batch": here["way"]} | facts)),),
    }


def dispatch(*names: str, who: str = "point", to: str = "second", **facts: Any) -> Bad:
    return lambda world, here: (
        {
            "who": who,
            "kind": "dispatch",
            "batches": tuple(here.get(name, name) for name in names),
            "to_site": world.site(to),
        }
        | facts
    )


def on(name: str, who: str, kind: str, **facts: Any) -> Bad:
    return lambda _world, here: {"who": who, "kind": kind, "batch": here[name]} | facts


BAD: list[tuple[str, Bad]] = [
    ("role_may_not", process(who="point")),
    ("role_may_not", collect(who="lab")),
    ("not_your_site", collect(site=an_id("site plant"))),
    ("unknown_site", collect(site=str(uuid.uuid4()))),
    ("unknown_stream", collect(stream="moon_rock")),
    ("unknown_producer", collect(producer=str(uuid.uuid4()))),
    ("unknown_division", collect(division="999999")),
    ("schema_invalid", collect(product="x|y")),
    ("schema_invalid", collect(product="")),
    ("mass_negative", collect(mass_g=-1)),
    ("mass_zero", collect(mass_g=0)),
    ("mass_negative", collect(capacity_wh=-1)),
    ("unknown_substance", collect(contents_g={"kryptonite": 1})),
    ("contents_above_mass", collect(contents_g={"iron": 6})),
    ("measured_unknown", collect(measured="guessed")),
    ("code_malformed", collect(code="ABC")),
    ("code_not_issued", collect(code=draw_code())),
    ("code_scheme_unknown", collect(codes=(CodeRef(scheme="tattoo", value="X"),))),
    ("unknown_code", dispatch("SN 4711")),
    ("unknown_code", dispatch(draw_code())),
    ("unknown_batch", dispatch(str(uuid.uuid4()))),
    ("waiting_predecessor", collect(after=(str(uuid.uuid4()),))),
    ("schema_invalid", dispatch()),
    ("same_site", dispatch("point", to="point")),
    ("not_yours", dispatch("plant")),
    ("not_yours", dispatch("point", who="plant")),
    ("wrong_state", dispatch("way")),
    ("not_yours", dispatch("spent")),
    ("wrong_state", dispatch("spent", who="plant")),
    ("duplicate_batch_in_event", dispatch("point", "point")),
    ("not_yours", dispatch("point", "plant")),
    ("unknown_site", dispatch("point", to="nowhere")),
    ("not_the_receiver", lambda world, here: receive()(world, here) | {"who": "second"}),
    ("difference_needs_reason", receive(mass_g=999)),
    ("reason_unknown", receive(mass_g=999, reason="magic")),
    ("reason_contradicts", receive(mass_g=1_001, reason="missing")),
    ("refusal_needs_reason", receive(refused_g=5)),
    ("refused_above_received", receive(refused_g=1_001, refusal_reason="wet")),
    ("code_not_issued", receive(refused_g=5, refusal_reason="wet", refused_code=draw_code())),
    ("children_do_not_sum", on("point", "point", "split", children=(Part(mass_g=1), Part(mass_g=1)))),
    ("streams_may_not_mix", lambda _, h: {"who": "point", "kind": "merge", "batches": (h["point"], h["tyre"])}),
    ("needs_two_batches", lambda _, h: {"who": "point", "kind": "merge", "batches": (h["point"],)}),
    ("unknown_process", process(process="alchemy")),
    ("process_not_for_stream", process(process="crumb")),
    ("outcome_not_for_process", process(outputs=(OutputLine(mass_g=5, to="retread"),))),
    ("stream_not_for_process", process(outputs=(OutputLine(mass_g=5, to="stock", stream="tyre"),))),
    ("outputs_above_inputs", process(outputs=(OutputLine(mass_g=1_001, to="recycle"),))),
    ("mass_negative", process(additions=(Addition(material="acid", mass_g=-1),))),
    ("batch_id_malformed", process(outputs=(OutputLine(mass_g=5, to="recycle", batch_id="x"),))),
    ("mass_above_holding", on("pack", "point", "retire", mass_g=1_001)),
    ("wrong_state", on("point", "point", "retire")),
    ("contents_above_mass", on("point", "lab", "inspect", contents_g={"iron": 1_001})),
    ("not_yours", on("way", "lab", "inspect", grade="A")),
    ("not_yours", on("plant", "point", "stocktake", mass_g=1_000)),
    ("difference_needs_reason", on("point", "point", "stocktake", mass_g=999)),
    ("schema_invalid", lambda _w, _h: {"who": "point", "kind": "stocktake", "mass_g": 5}),
    ("unknown_code", lambda _, h: {"who": "point", "kind": "load", "container": "NOPE", "batches": (h["point"],)}),
    ("not_a_container", lambda _, h: {"who": "point", "kind": "unload", "container": h["point"]}),
    (
        "waiting_predecessor",
        lambda _w, _h: {"who": "point", "kind": "reverse", "event": str(uuid.uuid4()), "reason": "x"},
    ),
]


def test_every_bad_event_is_refused_by_its_own_code_and_leaves_nothing_behind(world: World) -> None:
    here = scene(world)
    before = counts(world.session)
    for code, bad in BAD:
        facts = bad(world, here)
        result = world.send(facts.pop("who"), facts.pop("kind"), **facts)
        assert result.refusal is not None, (code, result)
        assert result.refusal.code == code, (code, result.refusal)
        assert result.receipt is None
        assert counts(world.session) == before, code


def test_nothing_happens_at_a_closed_site_nor_is_anything_sent_to_one(world: World) -> None:
    batch_id = world.batch("point", "collect", stream="tyre", mass_g=5)
    with writing(world.session):
        world.session.execute(update(SiteRow).where(SiteRow.id == world.site("plant")).values(closed_at_utc=NOON))
        world.session.commit()
    for who, kind, facts in (
        ("plant", "collect", {"stream": "tyre", "mass_g": 5}),
        ("point", "dispatch", {"batches": (batch_id,), "to_site": world.site("plant")}),
    ):
        result = world.send(who, kind, **facts)
        assert result.refusal is not None
        assert result.refusal.code == "site_closed"


def test_a_stranger_who_scans_a_code_learns_only_that_it_is_not_his(world: World) -> None:
    batch_id = world.batch("point", "collect", stream="tyre", mass_g=5)
    for kind, facts in (
        ("dispatch", {"batches": (batch_id,), "to_site": world.site("second")}),
        ("stocktake", {"batch": batch_id, "mass_g": 5}),
        ("split", {"batch": batch_id, "children": (Part(mass_g=2), Part(mass_g=3))}),
        ("receive", {"lines": (ReceiveLine(batch=batch_id),)}),
        ("inspect", {"batch": batch_id, "grade": "A"}),
        ("process", {"process": "crumb", "inputs": (ProcessInput(batch=batch_id),), "outputs": _CRUMB}),
    ):
        result = world.send("plant", kind, **facts)
        assert result.refusal is not None
        assert (result.refusal.code, result.refusal.facts) == ("not_yours", {"batch": batch_id}), kind


_CRUMB = (OutputLine(mass_g=1, to="recycle"),)


@pytest.mark.parametrize("role", ["producer", "pro", "regulator", "administrator", "anonymous"])
def test_who_handles_nothing_captures_nothing(world: World, role: str) -> None:
    world.actors["point"] = dataclasses.replace(world.actors["point"], role=role)
    result = world.send("point", "collect", stream="tyre", mass_g=5)
    assert result.refusal is not None
    assert result.refusal.code == "role_may_not"


def test_a_key_without_the_scope_captures_nothing(world: World) -> None:
    key = dataclasses.replace(world.actors["point"], kind="key", scopes=frozenset({"read", "report"}))
    world.actors["point"] = key
    result = world.send("point", "collect", stream="tyre", mass_g=5)
    assert result.refusal is not None
    assert result.refusal.code == "role_may_not"


def test_a_backslash_in_a_note_is_only_a_backslash(world: World) -> None:
    world.do("point", "collect", stream="tyre", mass_g=5, private={"note": "\\u0000 and \\\\u0000"})
    sale = OutputLine(mass_g=1, to="recycle", product="a")
    batch_id = world.batch("plant", "collect", stream="tyre", mass_g=5)
    inputs = (ProcessInput(batch=batch_id),)
    world.do("plant", "process", process="crumb", inputs=inputs, outputs=(sale,), reason="c:\\u0000")


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
@pytest.mark.parametrize("where", ["product", "code", "codes", "note", "grade", "event"])
def test_text_no_database_can_keep_is_refused_and_not_an_accident(world: World, text: str, where: str) -> None:
    batch_id = world.batch("point", "collect", stream="tyre", mass_g=5)
    before = counts(world.session)
    bad: dict[str, tuple[str, str, dict[str, Any]]] = {
        "product": ("point", "collect", {"stream": "tyre", "mass_g": 5, "product": text}),
        "code": ("point", "collect", {"stream": "tyre", "mass_g": 5, "code": text}),
        "codes": (
            "point",
            "collect",
            {"stream": "tyre", "mass_g": 5, "codes": (CodeRef(scheme="serial", value=text),)},
        ),
        "note": ("point", "collect", {"stream": "tyre", "mass_g": 5, "private": {"note": text}}),
        "grade": ("lab", "inspect", {"batch": batch_id, "grade": text}),
        "event": ("point", "dispatch", {"batches": (f"SN{text}",), "to_site": world.site("plant")}),
    }
    who, kind, facts = bad[where]
    result = world.send(who, kind, **facts)
    assert result.refusal is not None, result
    assert counts(world.session) == before
