"""The script of the demonstration: steps in the order of their recording, every id and chance from the parameters.

An id is shaped like a UUIDv7: the moment it stands for, then bits of SHA-256 over all parameters and the step's path.
So the same parameters tell the same story again, event by event, and other parameters tell another.
`recorded_at` is the moment of the event plus a lag, and never before that of a step it builds on.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from registry.domain.event_bodies import references
from registry.domain.events import (
    KINDS,
    Capture,
    Collect,
    Details,
    Dispatch,
    Merge,
    Process,
    Receive,
    ReceiveLine,
    Split,
)

ZONE: Final = ZoneInfo("Asia/Shanghai")
_LAGS_MINUTES: Final = ((70, 2, 240), (95, 240, 3 * 1440), (100, 3 * 1440, 9 * 1440))
"""(cumulative percent of events, shortest, longest): most are recorded the same day, some days later"""


_KIND_OF: Final = {row.details: code for code, row in KINDS.items()}


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What makes one demonstration province different from another."""

    year: int
    scenario: str
    second_use: Decimal
    seed: int

    @property
    def text(self) -> str:
        """Canonical: 0.3 and 0.30 are the same province."""
        share = format(self.second_use.normalize(), "f")
        return f"huiliu demonstration|{self.year}|{self.scenario}|{share}|{self.seed}"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event to capture: who (the key of an organisation) says what, and when the server hears of it."""

    command: Capture
    organisation: str
    role: str
    recorded_at: datetime


class Dice:
    """Ids and chances by path: no state, so that one more step changes no other."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters

    def number(self, path: str) -> int:
        """256 bits that belong to the path."""
        return int.from_bytes(hashlib.sha256(f"{self.parameters.text}|{path}".encode()).digest())

    def between(self, path: str, lowest: int, highest: int) -> int:
        """A whole number from `lowest` to `highest`, both included."""
        return lowest + self.number(path) % (highest - lowest + 1)

    def weighted(self, path: str, weights: Sequence[int]) -> int:
        """A place in `weights`, each as likely as its weight."""
        left = self.number(path) % sum(weights)
        for place, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return place
        raise AssertionError("weights are positive")

    def id(self, path: str, at: datetime) -> str:
        """The id of what `path` names, at a moment."""
        bits = self.number(f"id|{path}")
        milliseconds = int(at.timestamp() * 1000) & (2**48 - 1)
        value = milliseconds << 80 | 0x7 << 76 | (bits >> 62 & 0xFFF) << 64 | 0b10 << 62 | bits & (2**62 - 1)
        return str(uuid.UUID(int=value))

    def party(self, path: str) -> str:
        """The id of an organisation, site, licence, account or roll: they exist from before the story."""
        return self.id(path, datetime(self.parameters.year - 2, 1, 1, tzinfo=UTC))


class Script:
    """Writes steps down. A batch is named by its id, and its maker by `site`: the key of a site."""

    def __init__(self, dice: Dice, *, operators: Mapping[str, str], role_of: Mapping[str, str]) -> None:
        """`operators`: site key → organisation key; `role_of`: organisation key → the role its people act in."""
        self.dice = dice
        self.year = dice.parameters.year
        self._operators = operators
        self._role_of = role_of
        self._steps: list[Step] = []
        self._heard: dict[str, datetime] = {}

    def at(self, month: int, day: int, hour: int = 9, minute: int = 0, *, years_before: int = 0) -> datetime:
        """A local moment of the demonstration's year, or of a year before it."""
        return datetime(self.year - years_before, month, day, hour, minute, tzinfo=ZONE)

    def site(self, key: str) -> str:
        """The id of a site."""
        return self.dice.party(f"site/{key}")

    def organisation(self, key: str) -> str:
        """The id of an organisation."""
        return self.dice.party(f"organisation/{key}")

    def tell(
        self,
        path: str,
        *,
        site: str,
        at: datetime,
        details: Details,
        lag: timedelta | None = None,
        makes: Sequence[str] = (),
        builds_on: Sequence[str] = (),
        private: Mapping[str, str] | None = None,
    ) -> str:
        """Add a step; the id of its event.

        `makes` and `builds_on` name what the details do not show: batches the server names, the event a reversal
        takes back. `lag` None: a seeded one.
        """
        event_id = self.dice.id(path, at)
        if event_id in self._heard:
            raise ValueError(f"told twice: {path}")
        before = [self._heard[ref] for ref in (*references(details), *builds_on) if ref in self._heard]
        recorded_at = max([at + (lag or self._lag(path)), *(heard + timedelta(seconds=1) for heard in before)])
        for ref in (event_id, *references(details), *builds_on, *_made(details), *makes):
            self._heard[ref] = recorded_at
        organisation = self._operators[site]
        command = Capture(
            id=event_id,
            kind=_KIND_OF[type(details)],
            site_id=self.site(site),
            occurred_at=at,
            details=details,
            private=private or {},
        )
        self._steps.append(
            Step(command=command, organisation=organisation, role=self._role_of[organisation], recorded_at=recorded_at)
        )
        return event_id

    def hand_over(
        self, path: str, *, from_site: str, to_site: str, batches: Sequence[str], sent: datetime, taken: datetime
    ) -> None:
        """A hand-over without surprises: sent by the one, taken over as sent by the other."""
        self.tell(
            f"{path}/dispatch",
            site=from_site,
            at=sent,
            details=Dispatch(batches=tuple(batches), to_site=self.site(to_site)),
        )
        lines = tuple(ReceiveLine(batch=batch) for batch in batches)
        self.tell(f"{path}/receive", site=to_site, at=taken, details=Receive(lines=lines))

    def steps(self) -> tuple[Step, ...]:
        """All steps as the server hears of them: what a step builds on always comes before it."""
        return tuple(sorted(self._steps, key=lambda step: step.recorded_at))

    def _lag(self, path: str) -> timedelta:
        percent = self.dice.between(f"lag|{path}", 1, 100)
        low, high = next((low, high) for upto, low, high in _LAGS_MINUTES if percent <= upto)
        return timedelta(minutes=self.dice.between(f"minutes|{path}", low, high))


def _made(details: Details) -> tuple[str, ...]:
    """Ids of the batches that the details themselves name as made here."""
    match details:
        case Collect(batch_id=str(made)) | Merge(batch_id=str(made)):
            return (made,)
        case Split(children=parts):
            return tuple(part.batch_id for part in parts if part.batch_id)
        case Process(outputs=lines):
            return tuple(line.batch_id for line in lines if line.batch_id)
    return ()
