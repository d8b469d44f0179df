"""A small ledger written through capture, and the naive recount every report is held against."""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain import events
from registry.domain.divisions import descendants
from registry.domain.events import (
    Capture,
    Collect,
    Dispatch,
    Merge,
    OutputLine,
    Process,
    ProcessInput,
    Receive,
    ReceiveLine,
)
from registry.domain.parties import Actor
from registry.domain.periods import month_of
from registry.services.capture import ItemResult, capture
from registry.services.transactions import writing
from registry.store.batches import BatchRow
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import OrganisationRow, SiteRow
from reports.queries.cells import cells
from reports.recovery import recovery
from reports.report import Line, Report
from reports.selection import EVERYTHING, Reader, Selection, selection_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MAY = datetime(2025, 5, 10, 4, tzinfo=UTC)
GUIYANG, ZUNYI, NANMING = "520100", "520300", "520102"
KINDS = {row.details: row.code for row in events.KINDS.values()}


class Book:
    """Sites of organisations, and events captured at them one after another."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.clock = itertools.count(1)
        self.sites: dict[str, str] = {}
        """site id → organisation id"""

    def organisation(self, uscc: str | None = None) -> str:
        found = str(uuid.uuid4())
        self.session.add(
            OrganisationRow(
                id=found, uscc=uscc, name_zh="甲公司", name_en="Company", kind="recycler", created_at_utc=NOW
            )
        )
        self.session.commit()
        return found

    def site(self, division: str, *, organisation: str | None = None) -> str:
        found, owner = str(uuid.uuid4()), organisation or self.organisation()
        self.session.add(
            SiteRow(
                id=found,
                organisation_id=owner,
                name_zh="厂",
                name_en="Plant",
                kind="recycling_plant",
                division_code=division,
                created_at_utc=NOW,
            )
        )
        self.session.commit()
        self.sites[found] = owner
        return found

    def tell(
        self,
        site: str,
        details: events.Details,
        *,
        at: datetime = MAY,
        recorded: datetime | None = None,
        loader: bool = False,
    ) -> ItemResult:
        """Capture one event at the site; events told later happen later, unless told otherwise."""
        actor = Actor(id="0", role="operator", organisation_id=self.sites[site])
        occurred = at + timedelta(seconds=next(self.clock)) if at == MAY else at
        command = Capture(
            id=str(uuid.uuid4()), kind=KINDS[type(details)], site_id=site, occurred_at=occurred, details=details
        )
        with writing(self.session):
            result = capture(
                self.session,
                actor=actor,
                command=command,
                now=recorded or max(occurred, MAY),
                recorded_by_loader=loader,
            )
            self.session.commit()
        return result

    def told(self, site: str, details: events.Details, **more: Any) -> str:
        """As `tell`, for an event that must stand; the first batch it made, or else touched."""
        result = self.tell(site, details, **more)
        assert result.status == "created", result.refusal
        assert result.receipt is not None
        made = [batch.batch_id for batch in result.receipt.batches if batch.role == "out"]
        return (made or [batch.batch_id for batch in result.receipt.batches])[0]

    def collect(self, site: str, mass_g: int = 1000, *, product: str | None = "LFP", **more: Any) -> str:
        times = {key: more.pop(key) for key in ("at", "recorded", "loader") if key in more}
        more.setdefault("stream", "power_battery")
        return self.told(site, Collect(mass_g=mass_g, product=product, **more), **times)

    def send(self, site: str, batch: str, to: str, *, weighed_g: int | None = None, **more: Any) -> None:
        self.told(site, Dispatch(batches=(batch,), to_site=to), **more)
        reason = None if weighed_g is None else "missing"
        self.told(to, Receive(lines=(ReceiveLine(batch=batch, mass_g=weighed_g, reason=reason),)), **more)

    def treat(self, site: str, batch: str, *outputs: OutputLine, process: str = "hydrometallurgy", **more: Any) -> str:
        times = {key: more.pop(key) for key in ("at", "recorded", "loader") if key in more}
        return self.told(
            site, Process(process=process, inputs=(ProcessInput(batch=batch),), outputs=outputs, **more), **times
        )

    def merge(self, *batches: str) -> Merge:
        return Merge(batches=batches)

    def events(self) -> list[EventRow]:
        return list(self.session.scalars(select(EventRow).order_by(EventRow.seq)))

    def ask(self, *, reader: Reader = EVERYTHING, now: datetime = NOW, **values: str) -> Selection:
        """A selection of the year 2025 unless said otherwise."""
        asked = {"from": "2025-01-01", "to": "2026-01-01", **values}
        return selection_of(asked, reader=reader, now=now)

    def report(self, **values: Any) -> Report:
        return self.report_of(self.ask(**values))

    def report_of(self, selection: Selection) -> Report:
        return recovery(cells(self.session, selection), selection)


def line_of(report: Report, substance: str = "mass", *, product: str = "LFP", source: str = "collected") -> Line:
    """The one line of a report."""
    (found,) = [
        line for line in report.lines if (line.substance, line.product, line.source) == (substance, product, source)
    ]
    return found


Recount = Mapping[tuple[str, str, str, str, str], Mapping[str, int]]


def recount(session: Session, selection: Selection, *, by: str = "product") -> Recount:
    """The balances again, row by row in plain Python: nothing of the reports' SQL, tables or frames.

    What crossed the border is told by the sign of what an entry leaves inside, not by its kind.
    """
    events_by_seq = {row.seq: row for row in session.scalars(select(EventRow))}
    entries = {row.seq: row for row in session.scalars(select(EntryRow))}
    sites = {row.id: row for row in session.scalars(select(SiteRow))}
    batches = {row.id: row for row in session.scalars(select(BatchRow))}
    origins = {row.id: row for row in session.scalars(select(OriginRow))}
    postings = {(row.seq, row.line): row for row in session.scalars(select(PostingRow))}
    area = descendants(selection.area)
    nets: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    found: defaultdict[tuple[str, str, str, str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part in session.scalars(select(PostingOriginRow)):
        posting, origin = postings[part.seq, part.line], origins[part.origin_id]
        reversed_seq = entries[part.seq].reverses_seq
        event, original = events_by_seq[part.seq], events_by_seq[reversed_seq or part.seq]
        site, batch = sites[posting.site_id], batches[posting.batch_id]
        pseudo = origin.kind != "collected"
        stream = batch.stream if pseudo else origin.stream or ""
        if event.recorded_at_utc > selection.as_of_utc:
            continue
        if selection.stream and stream != selection.stream:
            continue
        if selection.product and (pseudo or origin.product != selection.product):
            continue
        if selection.basis == "cohort":
            month = origin.month or ""
            first, last = f"{selection.period.start:%Y-%m}", f"{selection.period.end:%Y-%m}"
            if pseudo or origin.division_code not in area or not first <= month < last:
                continue
            buckets = {"area": origin.division_code or "", "month": month}
        else:
            if site.division_code not in area or not selection.period.holds(original.occurred_at_utc):
                continue
            buckets = {"month": month_of(original.occurred_at_utc)}
        key = (origin.kind, stream, origin.product or "", buckets.get(by, ""), posting.substance)
        figures = found[key]
        figures[posting.account] += part.amount
        forwards = (part.amount > 0) != (reversed_seq is not None)
        if original.kind == "process" and posting.account == "stock":
            figures["process_out" if forwards else "process_in"] += part.amount
        if original.kind == "inspect" and posting.account == "difference:assay":
            figures["measured"] += part.amount
        nets[(*key, part.seq, reversed_seq, original.kind)] += part.amount
    for (*row, _, reversed_seq, kind), net in nets.items():
        if net and kind in ("receive", "retire"):
            inwards = (net > 0) != (reversed_seq is not None)
            found[tuple(row)]["crossed_in" if inwards else "crossed_out"] += net  # type: ignore[index]
    return found
