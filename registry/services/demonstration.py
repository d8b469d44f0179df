"""The demonstration province: one forecast year as real events, and illustrative streams beside it. DOMAIN §10.

Every event goes through `capture`, the same door as a phone's. Loading the same parameters again changes nothing;
other parameters over a loaded demonstration are refused. Only here `recorded_at` is set by the caller's plan and not
by the clock, and each event says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.services import (
    demonstration_batteries,
    demonstration_findings,
    demonstration_mess,
    demonstration_open,
    demonstration_past,
    demonstration_streams,
)
from registry.services.capture import capture
from registry.services.demonstration_model import lots
from registry.services.demonstration_parties import Cast, DemoUser, actor, enrol, operators, roles
from registry.services.demonstration_script import Dice, Parameters, Script, Step

CHUNK: Final = 200
"""events of one transaction"""

Progress = Callable[[int, int], None]
"""(events done, events in all)"""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a load did: events by kind, how many were new, and the accounts to print."""

    events: Mapping[str, int]
    created: int
    users: tuple[DemoUser, ...]


def load(
    session: Session,
    *,
    year: int,
    scenario: str,
    second_use: Decimal,
    seed: int,
    now: datetime,
    transaction: Callable[[], AbstractContextManager[object]],
    progress: Progress = lambda _done, _total: None,
    password: str | None = None,
) -> Summary:
    """Load the province, in transactions that the door opens and commits (`transaction`), chunk by chunk.

    `now` dates accounts and parties; events carry the moments of the story. An interrupted load is finished by the
    same call. Refusals: demo_parameter, demo_other_parameters, name_taken, password_too_short; a step that capture
    does not take is raised as it was refused, with the step's event.
    """
    parameters = Parameters(year=year, scenario=scenario, second_use=second_use, seed=seed)
    lots(year=year, scenario=scenario, second_use=second_use)  # refuses before anything is written
    dice = Dice(parameters)
    with transaction():
        cast = enrol(session, dice=dice, now=now, password=password)
    steps = story(parameters, cast.rolls)
    created = 0
    for done, chunk in _chunks(steps):
        with transaction():
            created += sum(_play(session, dice, step) for step in chunk)
        progress(done, len(steps))
    return Summary(events=Counter(step.command.kind for step in steps), created=created, users=cast.users)


def story(parameters: Parameters, rolls: Mapping[str, Sequence[str]]) -> tuple[Step, ...]:
    """Every step, in the order the server hears of them. Pure. `rolls`: site key → codes of its label roll."""
    script = Script(Dice(parameters), operators=operators(), role_of=roles())
    model = lots(year=parameters.year, scenario=parameters.scenario, second_use=parameters.second_use)
    demonstration_batteries.tell(script, model)
    demonstration_streams.tell(script)
    demonstration_past.tell(script)
    demonstration_mess.tell(script, container_code=rolls["point_gy_1"][0])
    demonstration_findings.tell(script)
    demonstration_open.tell(script, rolls)
    return script.steps()


def _chunks(steps: Sequence[Step]) -> Iterator[tuple[int, Sequence[Step]]]:
    for start in range(0, len(steps), CHUNK):
        yield min(start + CHUNK, len(steps)), steps[start : start + CHUNK]


def _play(session: Session, dice: Dice, step: Step) -> bool:
    """Capture one step; whether it was new."""
    result = capture(
        session,
        actor=actor(dice, organisation=step.organisation, role=step.role),
        command=step.command,
        now=step.recorded_at,
        recorded_by_loader=True,
    )
    if result.refusal is not None:
        raise Refusal(result.refusal.code, **{**result.refusal.facts, "event": step.command.id})
    return result.status == "created"


__all__ = ["Cast", "DemoUser", "Summary", "load", "story"]
