"""Publishing a report: a period that is over is answered once, written down in every format, and kept.

Whoever reads a publication later learns from the same question, asked again, whether it still reads so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.domain.verify_codes import draw_verify_code
from registry.services import publications
from registry.services.publications import ANY_LANGUAGE, FrozenFile, Publication, Question
from registry.services.signatures import Signer
from reports.catalogue import entry_of
from reports.entry import Entry
from reports.freezing import SHOWN_MOST, Staleness, changes, frozen_table
from reports.queries.later import later_events
from reports.render.files import report_file
from reports.render.stamp import METHOD, Stamp
from reports.selection import Reader, Selection, selection_of

KEPT: Final = (("json", ANY_LANGUAGE), *((form, each) for form in ("csv", "xlsx", "pdf") for each in ("zh", "en")))
"""format and language of every file of a publication"""
_ATTEMPTS: Final = 5
_EVENTS_SHOWN: Final = 200


@dataclass(frozen=True, kw_only=True)
class Press:
    """What publishing needs of the house. `transaction`: opens and commits the writing of a door."""

    session: Any
    signer: Signer
    address: str
    transaction: Callable[[], AbstractContextManager[Any]]


def publish(
    press: Press, entry: Entry, selection: Selection, *, actor: Actor, now: datetime
) -> tuple[Publication, bool]:
    """The submission of this question, and whether it was made now: the same question and cut-off is the same one.

    Refusals: period_not_over, cut_off_in_future, those of the entry, publication_contended.
    """
    if selection.as_of_utc > now:
        raise Refusal("cut_off_in_future", cut_off=selection.as_of_utc.isoformat())
    if selection.period.end_at_utc > selection.as_of_utc:
        raise Refusal("period_not_over", to=selection.period.end.isoformat(), cut_off=selection.as_of_utc.isoformat())
    asked = selection.narrowed(reader=_reader(selection.area))
    question = question_of(entry, asked)
    found = publications.standing(press.session, question)
    if found is not None:
        return found, False
    # Read first: an event that slips in between is then named as later, never overlooked.
    seq = publications.last_seq(press.session)
    answer = entry.answer(press.session, asked)
    figures = frozen_table(entry.table(answer, "zh"))
    for _ in range(_ATTEMPTS):
        number, code = publications.next_number(press.session, question), draw_verify_code()
        stamp = Stamp(signer=press.signer, address=press.address, code=code, number=number)
        files = written_down(entry, answer, stamp)
        with press.transaction() as session:
            kept = publications.keep(
                session,
                actor=actor,
                question=question,
                number=number,
                code=code,
                seq=seq,
                figures=figures,
                files=files,
                now=now,
            )
        if kept is not None:
            return kept
    raise Refusal("publication_contended")


def question_of(entry: Entry, selection: Selection) -> Question:
    """What a publication of this selection answers."""
    return Question(
        report=entry.name,
        query=selection.parameters(),
        area=selection.area,
        cut_off=selection.as_of_utc,
        method=METHOD,
    )


def written_down(entry: Entry, answer: Any, stamp: Stamp) -> Sequence[FrozenFile]:
    """The answer in every format and language that is kept."""
    found = []
    for form, language in KEPT:
        spoken = "zh" if language == ANY_LANGUAGE else language
        file = report_file(answer, entry.table(answer, spoken), form, spoken, entry.manner, stamp=stamp)
        stem, _, extension = file.name.partition(".")
        middle = f"_N{stamp.number}" if language == ANY_LANGUAGE else f"_N{stamp.number}_{language}"
        found.append(
            FrozenFile(
                format=form,
                language=language,
                name=f"{stem}{middle}.{extension}",
                media_type=file.media_type,
                content=file.content,
            )
        )
    return found


def staleness(session: Any, publication: Publication, *, now: datetime) -> Staleness:
    """What the same question answers as of now, held against what was published."""
    question = publication.question
    entry = entry_of(question.report)
    selection = asked_again(publication, now=now)
    answer = entry.answer(session, selection)
    found = changes(publication.figures, frozen_table(entry.table(answer, "zh")))
    events = later_events(session, selection, after_seq=publication.last_seq, limit=_EVENTS_SHOWN)
    return Staleness(changes=found[:SHOWN_MOST], changed=len(found), events=events)


def touched_since(session: Any, publication: Publication, *, now: datetime) -> bool:
    """Whether anything was recorded since that could make it stale: the quick question of a list."""
    selection = asked_again(publication, now=now)
    return bool(later_events(session, selection, after_seq=publication.last_seq, limit=1))


def asked_again(publication: Publication, *, now: datetime) -> Selection:
    """The published question, as of now."""
    return selection_of(dict(publication.question.query), reader=_reader(publication.question.area), now=now)


def _reader(area: str) -> Reader:
    """A publication tells what the regulator of its very area may read, whoever publishes it."""
    return Reader(division_code=area)
