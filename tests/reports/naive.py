"""A ledger recounted without the reports: every origin of every posting as a plain row, figures by plain sums.

Nothing of the reports' SQL, tables or frames is used. What crossed a border is told by the sign of what an entry
leaves inside, not by its kind.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.divisions import children, descendants
from registry.domain.outcomes import LADDER
from registry.domain.periods import month_of
from registry.store.batches import BatchRow
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import SiteRow
from reports.selection import NO_PROCESS, NO_PRODUCT, Selection

OUTCOMES = tuple(each.code for each in LADDER if each.code != "loss")
COUNTING = ("reuse", "cascade", "remanufacture", "retread", "recycle")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One origin of one posting."""

    source: str
    stream: str
    product: str
    area: str
    month: str
    site: str
    organisation: str
    process: str
    kind: str
    account: str
    substance: str
    amount: int
    forwards: bool
    seq: int
    reversed_seq: int | None

    @property
    def quarter(self) -> str:
        return f"{self.month[:4]}-Q{(int(self.month[5:]) + 2) // 3}" if self.month else ""

    @property
    def year(self) -> str:
        return self.month[:4]


class Shelf:
    """All rows of a ledger, read once."""

    def __init__(self, session: Session) -> None:
        self.events = {row.seq: row for row in session.scalars(select(EventRow))}
        self.entries = {row.seq: row for row in session.scalars(select(EntryRow))}
        self.sites = {row.id: row for row in session.scalars(select(SiteRow))}
        self.batches = {row.id: row for row in session.scalars(select(BatchRow))}
        self.origins = {row.id: row for row in session.scalars(select(OriginRow))}
        self.postings = {(row.seq, row.line): row for row in session.scalars(select(PostingRow))}
        self.parts = session.scalars(select(PostingOriginRow)).all()
        bodies = ((seq, json.loads(row.body)) for seq, row in self.events.items())
        self.process = {seq: body["details"].get("process", "") for seq, body in bodies}

    def facts(self, selection: Selection) -> list[Fact]:
        """The facts a selection is about."""
        area = descendants(selection.area)
        parts = {selection.area: selection.area}
        for child in children(selection.area):
            parts |= dict.fromkeys(descendants(child.code), child.code)
        return [fact for part in self.parts if (fact := self._fact(part, selection, area, parts))]

    def _fact(
        self, part: PostingOriginRow, selection: Selection, area: frozenset[str], parts: Mapping[str, str]
    ) -> Fact | None:
        posting, origin = self.postings[part.seq, part.line], self.origins[part.origin_id]
        back = self.entries[part.seq].reverses_seq
        event, original = self.events[part.seq], self.events[back or part.seq]
        site = self.sites[posting.site_id]
        cohort, pseudo = selection.basis == "cohort", origin.kind != "collected"
        place = (origin.division_code or "") if cohort else site.division_code
        month = (origin.month or "") if cohort else month_of(original.occurred_at_utc)
        fact = Fact(
            source=origin.kind,
            stream=self.batches[posting.batch_id].stream if pseudo else origin.stream or "",
            product=origin.product or "",
            area=parts.get(place, ""),
            month=month,
            site=posting.site_id,
            organisation=site.organisation_id,
            process=self.process[original.seq],
            kind=original.kind,
            account=posting.account,
            substance=posting.substance,
            amount=part.amount,
            forwards=(part.amount > 0) != (back is not None),
            seq=part.seq,
            reversed_seq=back,
        )
        in_time = (
            f"{selection.period.start:%Y-%m}" <= month < f"{selection.period.end:%Y-%m}"
            if cohort
            else selection.period.holds(original.occurred_at_utc)
        )
        wanted = (
            event.recorded_at_utc <= selection.as_of_utc,
            in_time and place in area and not (cohort and pseudo),
            _is(selection.stream, fact.stream),
            _is(selection.product, fact.product, NO_PRODUCT) and not (selection.product and pseudo),
            _is(selection.site, fact.site),
            _is(selection.organisation, fact.organisation),
            _is(selection.process, fact.process, NO_PROCESS),
        )
        return fact if all(wanted) else None


def facts_of(session: Session, selection: Selection) -> list[Fact]:
    """The facts a selection is about."""
    return Shelf(session).facts(selection)


def _is(asked: str | None, value: str, nothing: str = "") -> bool:
    return not asked or value == ("" if asked == nothing else asked)


def crossed(facts: Iterable[Fact], inwards: bool) -> int:
    """What entries of two sites left inside on the whole: positive came in, negative went out."""
    nets: defaultdict[tuple[int, int | None], int] = defaultdict(int)
    for fact in facts:
        if fact.kind in ("receive", "retire"):
            nets[fact.seq, fact.reversed_seq] += fact.amount
    return sum(net for (_, back), net in nets.items() if net and ((net > 0) != (back is not None)) == inwards)


def booked(facts: Iterable[Fact], *accounts: str) -> int:
    return sum(fact.amount for fact in facts if fact.account in accounts)


def ended(facts: Iterable[Fact], codes: Iterable[str] = OUTCOMES) -> int:
    return booked(facts, *(f"outcome:{code}" for code in codes))


def processed(facts: Iterable[Fact], *, forwards: bool) -> int:
    return sum(
        fact.amount
        for fact in facts
        if fact.kind == "process" and fact.account == "stock" and fact.forwards == forwards
    )


def _input(facts: Sequence[Fact]) -> int:
    measured = sum(f.amount for f in facts if f.kind == "inspect" and f.account == "difference:assay")
    return -booked(facts, "origin:end_of_life") + crossed(facts, inwards=True) - measured


def _made(facts: Sequence[Fact], codes: Iterable[str]) -> int:
    return ended([fact for fact in facts if fact.kind == "process"], codes)


NAIVE: Mapping[str, Callable[[Sequence[Fact]], int]] = {
    "collected": lambda facts: -booked(facts, "origin:end_of_life"),
    "additions": lambda facts: -booked(facts, "origin:addition"),
    "received": lambda facts: crossed(facts, inwards=True),
    "sent_out": lambda facts: -crossed(facts, inwards=False),
    "moved": lambda facts: -sum(fact.amount for fact in facts if fact.kind not in ("receive", "retire")),
    "input": _input,
    "loss": lambda facts: booked(facts, "loss"),
    "stock": lambda facts: booked(facts, "stock"),
    "transit": lambda facts: booked(facts, "transit"),
    "difference_weighing": lambda facts: booked(facts, "difference:weighing"),
    "difference_assay": lambda facts: booked(facts, "difference:assay"),
    "recycled": lambda facts: ended(facts, ["recycle"]),
    "second_life": lambda facts: ended(facts, ["reuse", "cascade"]),
    "recycling": lambda facts: ended(facts, COUNTING),
    "recovery": lambda facts: ended(facts, [*COUNTING, "energy"]),
    "closed": lambda facts: ended(facts) + booked(facts, "loss"),
    "treated": lambda facts: (
        ended(facts, [code for code in OUTCOMES if code not in ("reuse", "cascade")]) + booked(facts, "loss")
    ),
    "process_input": lambda facts: -processed(facts, forwards=False),
    "intermediates": lambda facts: processed(facts, forwards=True),
    "process_output": lambda facts: processed(facts, forwards=True) + _made(facts, OUTCOMES),
    "counted_output": lambda facts: _made(facts, COUNTING),
    **{code: (lambda facts, code=code: ended(facts, [code])) for code in OUTCOMES},  # type: ignore[misc]
}


def grouped(facts: Iterable[Fact], dims: Sequence[str]) -> Mapping[tuple[str, ...], list[Fact]]:
    """The facts by the dimensions that name a row."""
    found: defaultdict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        found[tuple(getattr(fact, dim) for dim in dims)].append(fact)
    return found


def share(over: int, under: int) -> str | None:
    """A percentage with two decimals, half away from zero; None without a denominator."""
    if under == 0:
        return None
    exact = Fraction(over * 10000, under)
    whole = int(abs(exact) + Fraction(1, 2))
    sign = "-" if exact < 0 and whole else ""
    return f"{sign}{whole // 100}.{whole % 100:02}"


def code(cell: Any) -> str:
    return getattr(cell, "code", cell) or ""
