"""The list of events as rows of text, a million of them as easily as ten: read in parts, none of which is kept.

Each part is a question of its own, from the last number seen downwards, up to the number that stood when it began:
what is captured meanwhile does not move the list, and no transaction stays open while somebody's network is slow.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.domain.periods import ZONE
from registry.services.events import own_events
from registry.services.sights import Party, Whereabouts, parties, whereabouts
from registry.store import event_queries
from registry.store.events import EventRow

PART: Final = 2_000
BOM: Final = "\ufeff"
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "seq": {"zh": "回执号", "en": "Receipt"},
    "id": {"zh": "事件编号", "en": "Event id"},
    "kind": {"zh": "事件", "en": "Kind"},
    "status": {"zh": "状态", "en": "Status"},
    "occurred_at": {"zh": "发生时间", "en": "Occurred at"},
    "recorded_at": {"zh": "记录时间", "en": "Recorded at"},
    "site": {"zh": "站点", "en": "Site"},
    "site_id": {"zh": "站点编号", "en": "Site id"},
    "division": {"zh": "行政区划代码", "en": "Division code"},
    "organisation": {"zh": "组织", "en": "Organisation"},
    "organisation_id": {"zh": "组织编号", "en": "Organisation id"},
    "findings": {"zh": "发现", "en": "Findings"},
    "sha256": {"zh": "内容 SHA-256", "en": "SHA-256 of the body"},
}
_READ: Final = (
    EventRow.seq,
    EventRow.id,
    EventRow.kind,
    EventRow.status,
    EventRow.occurred_at_utc,
    EventRow.recorded_at_utc,
    EventRow.site_id,
    EventRow.organisation_id,
    EventRow.findings,
    EventRow.sha256,
)


@dataclass(frozen=True, kw_only=True)
class Export:
    """What is asked for, fixed at its beginning. `count` rows, none behind `last_seq`."""

    conditions: Sequence[ColumnElement[bool]]
    last_seq: int
    count: int


def export(session: Session, *, actor: Actor, **filters: Any) -> Export:
    """The actor's own list of events (a regulator's: of its division), with the filters of `list_events`."""
    conditions = [own_events(actor), *event_queries.having(**filters)]
    count, last = session.execute(select(func.count(), func.max(EventRow.seq)).where(*conditions)).one()
    return Export(conditions=conditions, last_seq=last or 0, count=count)


def lines(session: Session, asked: Export, language: str) -> Iterator[str]:
    """The file in parts of PART rows: BOM, header, then the events, the latest first."""
    yield BOM + _written([[words[language] for words in COLUMNS.values()]])
    before = asked.last_seq + 1
    sites: dict[str, Whereabouts] = {}
    owners: dict[str, Party] = {}
    while True:
        query = select(*_READ).where(*asked.conditions, EventRow.seq < before).order_by(EventRow.seq.desc()).limit(PART)
        rows = session.execute(query).all()
        if new := {row.site_id for row in rows} - sites.keys():
            sites |= whereabouts(session, new)
        if new := {row.organisation_id for row in rows} - owners.keys():
            owners |= parties(session, new)
        session.rollback()
        if rows:
            yield _written([_cells(row, sites[row.site_id], owners[row.organisation_id], language) for row in rows])
        if len(rows) < PART:
            return
        before = rows[-1].seq


def _cells(row: Any, site: Whereabouts, organisation: Party, language: str) -> list[str]:
    findings = [str(each["code"]) for each in json.loads(row.findings)]
    return [
        str(row.seq),
        row.id,
        row.kind,
        row.status,
        _local(row.occurred_at_utc),
        _local(row.recorded_at_utc),
        harmless(getattr(site, f"name_{language}")),
        row.site_id,
        site.division_code,
        harmless(getattr(organisation, f"name_{language}")),
        row.organisation_id,
        " ".join(findings),
        row.sha256,
    ]


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
