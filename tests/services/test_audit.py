"""`verify` sees what was altered in any row that reports, rights and look-ups read, and names it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import CodeRef, OutputLine, ProcessInput
from registry.domain.identifiers import draw_code
from registry.services.audit import verify
from tests.ledgers import World, build, issue
from tests.services.test_state_machine import tamper

SERIAL = (CodeRef(scheme="serial", value="SN0017"),)


@pytest.fixture
def world(session: Session) -> World:
    """A battery weighed again, and one in a cage; a process taken back: five kinds of rows beside the postings."""
    world = build(session)
    batch = world.batch("plant", "collect", stream="power_battery", product="LFP", mass_g=5_000, codes=SERIAL)
    world.do("plant", "stocktake", batch=batch, mass_g=4_900, reason="scale")
    code = draw_code()
    issue(session, code)
    world.do("plant", "load", container=code, batches=(batch,))
    line = OutputLine(mass_g=4_900, to="reuse", codes=SERIAL)
    passed = world.do("plant", "process", process="test_regroup", inputs=(ProcessInput(batch=batch),), outputs=(line,))
    world.do("plant", "reverse", event=passed.id, reason="wrong pack")
    return world


def test_a_ledger_nobody_touched_has_no_differences(world: World) -> None:
    assert verify(world.session).differences == ()


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE events SET occurred_at_utc = '2024-01-01 00:00:00' WHERE seq = 1", "event 1 occurred_at_utc"),
        ("UPDATE events SET occurred_at_utc = '2024-01-01 00:00:00' WHERE seq = 5", "event 5 occurred_at_utc"),
        (
            "UPDATE events SET organisation_id = (SELECT id FROM organisations WHERE name_zh = 'second') WHERE seq = 1",
            "event 1 org",
        ),
        (
            "UPDATE events SET site_id = (SELECT id FROM sites WHERE name_zh = 'second') WHERE seq = 1",
            "event 1 site_id",
        ),
        ("UPDATE events SET actor_id = 'x' WHERE seq = 1", "event 1 actor_id"),
        ("UPDATE events SET clock_offset_ms = 7 WHERE seq = 1", "event 1 clock_offset_ms"),
        ("UPDATE events SET target_id = 'x' WHERE seq = 1", "event 1 target_id"),
        ("UPDATE events SET status = 'handled' WHERE seq = 2", "event 2 status"),
        ("UPDATE events SET status = 'pending' WHERE seq = 5", "entry 5 line 0"),
        ("UPDATE events SET findings = '[]' WHERE seq = 2", "event 2 findings"),
        ("UPDATE origins SET month = '2024-01'", "origin collected|power_battery|LFP"),
        ("UPDATE origins SET product = 'NCM'", "origin collected|power_battery|LFP"),
        ("UPDATE batches SET stream = 'glass' WHERE created_seq = 1", "batch "),
        ("UPDATE batches SET producer_id = (SELECT id FROM organisations WHERE name_zh = 'second')", "batch "),
        ("UPDATE batch_codes SET value = 'OTHER' WHERE value = 'SN0017' AND released_seq IS NULL", "name "),
        ("UPDATE batch_codes SET released_seq = 2 WHERE bound_seq = 1", "name "),
        ("DELETE FROM batch_codes WHERE bound_seq = 3", "name "),
        (
            "UPDATE containers SET organisation_id = (SELECT id FROM organisations WHERE name_zh = 'second')",
            "container ",
        ),
        ("UPDATE entries SET reverses_seq = 2 WHERE seq = 5", "entry reverses_seq 5"),
    ],
)
def test_a_row_altered_beside_the_postings_is_named(world: World, statement: str, where: str) -> None:
    tamper(world.session, statement)
    world.session.expire_all()
    found = [difference.where for difference in verify(world.session).differences]
    assert any(place.startswith(where) for place in found), found
