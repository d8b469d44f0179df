"""What events count for again, from events, findings and postings in plain Python: nothing of tallies or report SQL."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.periods import local_date, month_of
from registry.domain.rules import deadline_for
from registry.services.deadlines import due_date
from registry.store.batches import BatchRow
from registry.store.events import BatchEdgeRow, EventBatchRow, EventRow
from registry.store.ledger import PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import OrganisationRow, SiteRow
from reports.selection import Selection

Line = dict[str, Any]
ENDS = (30, 90, 180, 365)


class Naive:
    """The ledger at a cut-off, all of it in memory."""

    def __init__(self, session: Session, selection: Selection) -> None:
        self.ask(selection)
        self.ever = list(session.scalars(select(EventRow).order_by(EventRow.seq)))
        self.events = [row for row in self.ever if row.recorded_at_utc <= selection.as_of_utc]
        self.by_seq = {row.seq: row for row in self.events}
        self.gone = {row.target_id for row in self.events if row.kind == "reverse" and row.status != "pending"}
        self.sites = {row.id: row for row in session.scalars(select(SiteRow))}
        self.kinds = {row.id: row.kind for row in session.scalars(select(OrganisationRow))}
        self.batches = {row.id: row for row in session.scalars(select(BatchRow))}
        self.touched: defaultdict[int, list[EventBatchRow]] = defaultdict(list)
        self.ever_touched: defaultdict[int, list[EventBatchRow]] = defaultdict(list)
        for touched in session.scalars(select(EventBatchRow).order_by(EventBatchRow.seq, EventBatchRow.batch_id)):
            self.ever_touched[touched.seq].append(touched)
            if touched.seq in self.by_seq:
                self.touched[touched.seq].append(touched)
        self.postings: defaultdict[int, list[PostingRow]] = defaultdict(list)
        for posting in session.scalars(select(PostingRow)):
            self.postings[posting.seq].append(posting)
        origins = {row.id: row for row in session.scalars(select(OriginRow))}
        self.origins: defaultdict[tuple[int, int], list[tuple[OriginRow, int]]] = defaultdict(list)
        for part in session.scalars(select(PostingOriginRow)):
            self.origins[part.seq, part.line].append((origins[part.origin_id], part.amount))
        self.edges: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for edge in session.scalars(select(BatchEdgeRow)):
            self.edges[edge.seq, edge.to_batch_id].append(edge.from_batch_id)

    def ask(self, selection: Selection) -> Naive:
        """Another question at the same cut-off."""
        self.selection = selection
        self.area = descendants(selection.area)
        return self

    def standing(self) -> Iterator[EventRow]:
        """Events nobody took back, that happened in the period."""
        for row in self.events:
            if row.kind != "reverse" and row.id not in self.gone and self.selection.period.holds(row.occurred_at_utc):
                yield row

    def line(self, row: EventRow, batch_id: str, **facts: Any) -> Line:
        batch = self.batches[batch_id]
        site = self.sites[row.site_id]
        plain = {"site": row.site_id, "area": site.division_code, "month": month_of(row.occurred_at_utc)}
        more = {"kind": row.kind, "stream": batch.stream, "product": batch.product or "", "other_site": "none"}
        return {**plain, **more, "batch": batch_id, "seq": row.seq, **facts}

    def kept(self, line: Line) -> bool:
        asked = self.selection
        product = "" if asked.product == "-" else asked.product
        return (
            line.get("origin", line["area"]) in self.area
            and asked.stream in (None, line["stream"])
            and product in (None, line["product"])
            and asked.site in (None, line["site"])
            and asked.process in (None, line.get("process", ""))
        )

    def lines(self, what: str) -> list[Line]:
        """The lines of one report, as the selection asks."""
        return [line for line in getattr(self, what)() if self.kept(line)]

    def timeliness(self) -> Iterator[Line]:
        for row in self.standing():
            touched = [self.batches[each.batch_id] for each in self.touched[row.seq]]
            actor = self.kinds[row.organisation_id]
            on = local_date(row.occurred_at_utc)
            for stream in sorted({batch.stream for batch in touched}):
                rule = deadline_for(row.kind, on, product=stream, actor=actor)
                if rule is not None:
                    mine = sorted((each for each in touched if each.stream == stream), key=lambda each: each.id)
                    products = {each.product or "" for each in mine}
                    late = local_date(row.recorded_at_utc) > due_date(row.occurred_at_utc, rule)
                    product = products.pop() if len(products) == 1 else ""
                    yield self.line(row, mine[0].id, product=product, late=late)
                    break

    def found(self, row: EventRow, code: str) -> Iterator[dict[str, Any]]:
        return (each["facts"] for each in json.loads(row.findings) if each["code"] == code)

    def other(self, row: EventRow, batch_id: str) -> str:
        if row.kind not in ("receive", "retire"):
            return "none"
        befores = {each.batch_id: json.loads(each.before) for each in self.touched[row.seq] if each.before}
        before = befores.get(batch_id) or next(iter(befores.values()))
        return str(before["site_id"]) if before["site_id"] != row.site_id else "none"

    def discrepancies(self) -> Iterator[Line]:
        for row in self.standing():
            for facts in self.found(row, "weight_difference"):
                batch, reason = facts["batch"], facts["reason"]
                missing = reason == "missing" and not self.found_again(row.seq, batch)
                mass = facts["booked_g"] - facts["found_g"]
                other = self.other(row, batch)
                yield self.line(row, batch, type=reason, mass=mass, open=missing, other_site=other)
            for facts in self.found(row, "found_without_source"):
                yield self.line(row, facts["batch"], type="no_source", mass=-facts["mass_g"], open=False)
            for facts in self.found(row, "refused"):
                back = not self.taken_back(row.seq, facts["batch"])
                other = self.other(row, facts["batch"])
                yield self.line(row, facts["batch"], type="refused", mass=facts["mass_g"], open=back, other_site=other)
        yield from self.withdrawals()

    def withdrawals(self) -> Iterator[Line]:
        by_id = {row.id: row for row in self.events}
        for row in self.events:
            if row.status == "pending" and self.selection.period.holds(row.occurred_at_utc):
                target = by_id[row.target_id or ""]
                for each in self.touched[target.seq]:
                    facts = {"mass": json.loads(each.after)["mass_g"], "open": target.id not in self.gone}
                    other = self.other(target, each.batch_id)
                    yield self.line(target, each.batch_id, type="withdrawal", other_site=other, **facts)

    def found_again(self, seq: int, batch_id: str) -> bool:
        later = (row for row in self.events if row.seq > seq and row.id not in self.gone)
        return any(
            facts["batch"] == batch_id and facts["reason"] == "found"
            for row in later
            for facts in self.found(row, "weight_difference")
        )

    def taken_back(self, seq: int, batch_id: str) -> bool:
        return any(
            row.kind == "receive" and batch_id in {each.batch_id for each in self.touched[row.seq]}
            for row in self.events
            if row.seq > seq and row.id not in self.gone
        )

    def drawn(self, row: EventRow) -> Iterator[tuple[PostingRow, OriginRow, int]]:
        """What a process took from its inputs, by origin."""
        for posting in self.postings[row.seq]:
            if posting.account == "stock" and posting.amount < 0:
                for origin, amount in self.origins[posting.seq, posting.line]:
                    yield posting, origin, -amount

    def processes(self) -> Iterator[tuple[EventRow, str]]:
        for row in self.standing():
            if row.kind == "process":
                yield row, json.loads(row.body)["details"]["process"]

    def licences(self) -> Iterator[Line]:
        for row, process in self.processes():
            missed = next(self.found(row, "no_licence_in_force"), None)
            reason = None if missed is None else "expired" if "expired" in missed else "never"
            for posting, _, amount in self.drawn(row):
                if posting.substance == "mass":
                    yield self.line(row, posting.batch_id, process=process, mass=amount, reason=reason)

    def pathways(self) -> Iterator[Line]:
        for row, process in self.processes():
            deviating = {facts["batch"]: facts for facts in self.found(row, "cascade_before_recycling")}
            fit = {each.batch_id for each in self.touched[row.seq] if '"fit":true' in each.before}
            for posting, origin, amount in self.drawn(row):
                facts = deviating.get(posting.batch_id)
                if posting.substance not in ("mass", "energy") or not (
                    facts or (process == "test_regroup" and posting.batch_id in fit)
                ):
                    continue
                reason = None if facts is None else facts["reason"]
                more = {"substance": posting.substance, "amount": amount, "origin": origin.division_code or ""}
                yield self.line(row, posting.batch_id, process=process, reason=reason, **more)

    def claims(self) -> Iterator[Line]:
        for row, process in self.processes():
            details = json.loads(row.body)["details"]
            sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
            for posting in self.postings[row.seq]:
                side = "content" if posting.account == "stock" and posting.amount < 0 else "outputs"
                if posting.account == "stock" or posting.account.startswith("outcome:"):
                    sums[posting.substance][side] += abs(posting.amount)
            for name, key in (("additions", "content"), ("outputs", "declared")):
                for line in details.get(name, []):
                    for substance, amount in line.get("contents_g", {}).items():
                        sums[substance][key] += amount
            batch = min(each.batch_id for each in self.touched[row.seq] if each.role == "in")
            for substance, amounts in sums.items():
                if substance not in ("mass", "energy"):
                    yield self.line(row, batch, process=process, substance=substance, **amounts)

    def ages(self) -> Iterator[Line]:
        """What lies or travels at the cut-off, with the day it came, and its grams by month of collection."""
        days = self.days()
        last = {each.batch_id: each for seq in sorted(self.touched) for each in self.touched[seq]}
        for batch_id, each in last.items():
            place = json.loads(each.after)
            if place["status"] not in ("stock", "transit"):
                continue
            months: Counter[str] = Counter()
            for row in self.events:
                for posting in self.postings[row.seq]:
                    if (posting.batch_id, posting.substance) == (batch_id, "mass") and posting.account in (
                        "stock",
                        "transit",
                    ):
                        for origin, amount in self.origins[posting.seq, posting.line]:
                            months[origin.month or ""] += amount
            site = self.sites[place["site_id"]]
            line = self.line(self.by_seq[each.seq], batch_id, state=place["status"], site=site.id)
            day = days[each.seq, batch_id]
            yield {**line, "area": site.division_code, "mass": place["mass_g"], "day": day, "months": months}

    def days(self) -> dict[tuple[int, str], date | None]:
        """(event, batch) → since when it lay where it then lay: the life of all batches, told again.

        Of all events, the cut-off notwithstanding: an event may be recorded before one it follows.
        """
        now: dict[str, date | None] = {}
        found: dict[tuple[int, str], date | None] = {}
        earlier: dict[str, dict[str, date | None]] = {}
        for row in self.ever:
            touched = self.ever_touched[row.seq]
            if row.kind == "reverse":
                now |= {each.batch_id: earlier[row.target_id or ""].get(each.batch_id) for each in touched}
                found |= {(row.seq, each.batch_id): now[each.batch_id] for each in touched}
                continue
            earlier[row.id] = {each.batch_id: now.get(each.batch_id) for each in touched}
            fresh = {}
            for each in touched:
                before = json.loads(each.before) if each.before else {}
                after = json.loads(each.after)
                stays = all(before.get(key) == after[key] for key in ("status", "site_id"))
                fresh[each.batch_id] = now[each.batch_id] if stays else local_date(row.occurred_at_utc)
                if not before and row.kind in ("split", "merge"):
                    fresh[each.batch_id] = min(now[parent] or date.max for parent in self.edges[row.seq, each.batch_id])
            now |= fresh
            found |= {(row.seq, batch_id): day for batch_id, day in fresh.items()}
        return found


def age(day: date, today: date) -> str:
    """The class of an age, by its lower end."""
    ends = [low for low in (0, *ENDS) if day <= today - timedelta(days=low)]
    return str(max(ends, default=0))
