"""Timeliness 及时性: the share of events recorded within the deadline in force, and the late ones. DOMAIN §6, §7."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from registry.domain import tallies
from registry.domain.events import KINDS
from registry.domain.periods import local_date
from registry.domain.rules import RuleRow, rules
from reports.entry import Entry
from reports.event_sheets import BREAKDOWNS, EventSheet, Gathered, Part, Share, ask, framed
from reports.queries.tallies import latest_late
from reports.selection import OTHERS, Selection
from reports.tabular import About, Chart, Named, Note
from reports.tallies import TALLY_FIGURES
from reports.words import OTHERS as OTHERS_WORDS

_LISTED: Final = 20
"""late events said one by one, the latest first; all of them stand behind the figure"""
_LATE: Final = {
    "zh": "{kind}（回执 {seq}）发生于 {occurred}，应于 {due} 前记录，实际记录于 {recorded}",
    "en": "{kind} (receipt {seq}) happened on {occurred}, had to be recorded by {due}, was recorded on {recorded}",
}
ABOUT: Final = About(
    name="timeliness",
    title={"zh": "记录及时性", "en": "Timeliness"},
    group="books",
    question={
        "zh": "有几成事件在规定期限内记录，哪些逾期了？",
        "en": "Which share of events was recorded within the deadline in force, and which were late?",
    },
    definition={
        "zh": "及时率 = 按期记录的事件 ÷ 当时有期限规定的事件。2026-04-01 前按工作日计，此后按自然日计；"
        "事件当日不计，末日整日计入。没有期限规定的事件不计入。被更正的事件不再计。",
        "en": "Timeliness = events recorded in time ÷ events under a deadline then in force: working days before "
        "2026-04-01, calendar days after. The day of the event does not count, the last day counts whole. Events no "
        "rule speaks of do not count, nor do those taken back.",
    },
    source="registry/data/deadlines.csv",
    charts=(
        Chart(
            kind="stacked",
            title={"zh": "按期与逾期", "en": "In time and late"},
            label=(*BREAKDOWNS, "kind"),
            series=("in_time", "late"),
        ),
    ),
)


def _rules(selection: Selection) -> tuple[RuleRow, ...]:
    """The deadlines that were in force on any day of the period."""
    period = selection.period
    return tuple(
        row
        for row in rules("deadline")
        if row.enabled and row.event and row.valid_from < period.end and (row.valid_to or period.end) > period.start
    )


SHEET: Final = EventSheet(
    about=ABOUT,
    words=frozenset({tallies.LATE, tallies.IN_TIME}),
    rows=("kind",),
    splits=("kind",),
    parts=tuple(
        Part(key=key, words=TALLY_FIGURES[key].words, figure=key, detail="kind") for key in ("due", "in_time", "late")
    ),
    shares=(Share(key="timeliness", over="in_time", under="due", words={"zh": "及时率", "en": "Timeliness"}),),
    rules=_rules,
)


def _query(session: Any, selection: Selection) -> Gathered:
    gathered = ask(SHEET, session, selection)
    late = latest_late(session, selection, _LISTED) if (gathered.sums["word"] == tallies.LATE).any() else ()
    return Gathered(sums=gathered.sums, names=gathered.names, more=_notes(late))


def _notes(late: Sequence[Any]) -> tuple[Note, ...]:
    return tuple(
        Note(
            code="late",
            template=_LATE,
            where=(_site(site_id, zh, en),),
            facts={
                "kind": Named(code=kind, words={"zh": KINDS[kind].name_zh, "en": KINDS[kind].name_en}),
                "seq": str(seq),
                "occurred": _day(occurred),
                "recorded": _day(recorded),
                "due": _due(findings),
            },
        )
        for seq, kind, occurred, recorded, findings, site_id, zh, en in late
    )


def _site(site_id: str, zh: str, en: str) -> Named:
    return Named(code=site_id, words=OTHERS_WORDS if site_id == OTHERS else {"zh": zh, "en": en or zh})


def _day(moment: datetime) -> str:
    return local_date(moment).isoformat()


def _due(findings: str) -> str:
    return next((str(each["facts"]["due"]) for each in json.loads(findings) if each["code"] == "late"), "")


ENTRY: Final = Entry(about=ABOUT, query=_query, frame=framed(SHEET), bases=("flow",), breakdowns=BREAKDOWNS)
