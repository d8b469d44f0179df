"""Publishing what was answered: its bytes under a verify code, numbered within its question, never written over.

The same question with the same cut-off and method is the same submission: asking to publish it again gives the one
there is. Rendering happens outside, before the writing transaction, so that nobody waits for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.ids import fresh_id
from registry.store.events import EventRow
from registry.store.publications import PublicationFileRow, PublicationRow

PAGE_MOST = 200
ANY_LANGUAGE = "any"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a publication answers. `query`: the parameters; `figures`: the answered table, as canonical values."""

    report: str
    query: Mapping[str, str]
    area: str
    cut_off: datetime
    method: str

    @property
    def series(self) -> str:
        """What every submission of this question shares."""
        return hashlib.sha256(rfc8785.dumps({"report": self.report, "query": dict(self.query)})).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FrozenFile:
    """Bytes in one format and language (`any` where it speaks both)."""

    format: str
    language: str
    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the bytes, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What is said of a file without sending it."""

    format: str
    language: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One submission. `latest`: the highest number of its question, itself or what superseded it."""

    id: str
    code: str
    question: Question
    number: int
    latest: int
    latest_code: str
    last_seq: int
    figures: Mapping[str, Any]
    published_by: str
    publisher_role: str
    publisher_division: str | None
    publisher_name: str
    published_at: datetime
    files: tuple[FileFacts, ...]

    @property
    def superseded(self) -> bool:
        """Whether a later submission of the same question stands."""
        return self.latest > self.number


def last_seq(session: Session) -> int:
    """The place of the ledger's last event."""
    return session.scalar(select(func.max(EventRow.seq))) or 0


def standing(session: Session, question: Question) -> Publication | None:
    """The submission of this question with this cut-off and method, if it was made."""
    row = session.scalars(
        select(PublicationRow).where(
            PublicationRow.series == question.series,
            PublicationRow.cut_off_utc == question.cut_off,
            PublicationRow.method == question.method,
        )
    ).first()
    return None if row is None else _publications(session, [row])[0]


def next_number(session: Session, question: Question) -> int:
    """The number its next submission will have."""
    taken = select(func.max(PublicationRow.number)).where(PublicationRow.series == question.series)
    return (session.scalar(taken) or 0) + 1


def keep(
    session: Session,
    *,
    actor: Actor,
    question: Question,
    number: int,
    code: str,
    seq: int,
    figures: Mapping[str, Any],
    files: Sequence[FrozenFile],
    now: datetime,
) -> tuple[Publication, bool] | None:
    """Store a submission, rendered with its number and code; says whether anything was written.

    None where another submission took the number meanwhile: render again with the next one.
    """
    found = standing(session, question)
    if found is not None:
        return found, False
    if next_number(session, question) != number:
        return None
    row = PublicationRow(
        id=fresh_id(now),
        verify_code=code,
        report=question.report,
        series=question.series,
        number=number,
        query=rfc8785.dumps(dict(question.query)).decode(),
        division_code=question.area,
        cut_off_utc=question.cut_off,
        last_seq=seq,
        method=question.method,
        figures=rfc8785.dumps(dict(figures)).decode(),
        published_by=actor.id,
        publisher_role=actor.role,
        publisher_division=actor.division_code,
        publisher_name=actor.name[:200],
        published_at_utc=now,
    )
    try:
        with session.begin_nested():
            _add(session, row, files)
    except IntegrityError:
        return None
    return _publications(session, [row])[0], True


def _add(session: Session, row: PublicationRow, files: Sequence[FrozenFile]) -> None:
    session.add(row)
    session.flush()
    session.add_all(
        PublicationFileRow(
            publication_id=row.id,
            format=file.format,
            language=file.language,
            name=file.name,
            media_type=file.media_type,
            sha256=file.sha256,
            size=len(file.content),
            content=file.content,
        )
        for file in files
    )
    session.flush()


def publications(
    session: Session, *, actor: Actor, report: str | None = None, after: str | None = None, limit: int = PAGE_MOST
) -> Sequence[Publication]:
    """Those the actor may read, the newest first. `after`: the last id seen."""
    query = select(PublicationRow).where(_visible(actor)).order_by(PublicationRow.id.desc()).limit(limit)
    if report is not None:
        query = query.where(PublicationRow.report == report)
    if after is not None:
        query = query.where(PublicationRow.id < after)
    return _publications(session, session.scalars(query).all())


def publication(session: Session, *, actor: Actor, code: str) -> Publication:
    """One the actor may read. Refusal: not_found."""
    row = session.scalars(select(PublicationRow).where(PublicationRow.verify_code == code, _visible(actor))).first()
    if row is None:
        raise Refusal("not_found", what="publication")
    return _publications(session, [row])[0]


def submissions(session: Session, publication: Publication) -> Sequence[Publication]:
    """All submissions of the same question, the newest first."""
    query = select(PublicationRow).where(PublicationRow.series == publication.question.series)
    return _publications(session, session.scalars(query.order_by(PublicationRow.number.desc())).all())


def by_code(session: Session, code: str) -> Publication:
    """One by its verify code, for anyone. Refusal: verify_code_unknown."""
    row = session.scalars(select(PublicationRow).where(PublicationRow.verify_code == code)).first()
    if row is None:
        raise Refusal("verify_code_unknown", verify_code=code)
    return _publications(session, [row])[0]


def by_digest(session: Session, sha256: str) -> tuple[Publication, FileFacts] | None:
    """The publication one of whose files has exactly these bytes."""
    file = session.execute(
        select(PublicationFileRow.publication_id, PublicationFileRow.format, PublicationFileRow.language)
        .where(PublicationFileRow.sha256 == sha256)
        .order_by(PublicationFileRow.publication_id)
    ).first()
    if file is None:
        return None
    found = _publications(session, [session.get_one(PublicationRow, file[0])])[0]
    return found, next(each for each in found.files if (each.format, each.language) == (file[1], file[2]))


def content(session: Session, publication: Publication, *, form: str, language: str) -> FrozenFile:
    """The bytes of one file. Refusal: not_found."""
    row = session.get(PublicationFileRow, (publication.id, form, language))
    if row is None:
        raise Refusal("not_found", what="file")
    return FrozenFile(
        format=row.format, language=row.language, name=row.name, media_type=row.media_type, content=row.content
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """An administrator's all; a regulator's those of its division; to others a published report is a file they hold."""
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator" and actor.division_code is not None:
        return PublicationRow.division_code.in_(sorted(descendants(actor.division_code)))
    return false()


def _publications(session: Session, rows: Sequence[PublicationRow]) -> list[Publication]:
    if not rows:
        return []
    files: dict[str, list[FileFacts]] = {}
    names = tuple(FileFacts.__dataclass_fields__)
    owner = PublicationFileRow.publication_id
    query = select(owner, *(getattr(PublicationFileRow, name) for name in names))
    for publication_id, *values in session.execute(query.where(owner.in_([row.id for row in rows]))):
        files.setdefault(publication_id, []).append(FileFacts(**dict(zip(names, values, strict=True))))
    latest = _latest(session, {row.series for row in rows})
    return [_publication(row, files.get(row.id, []), latest[row.series]) for row in rows]


def _latest(session: Session, series: set[str]) -> dict[str, tuple[int, str]]:
    query = (
        select(PublicationRow.series, PublicationRow.number, PublicationRow.verify_code)
        .where(PublicationRow.series.in_(series))
        .order_by(PublicationRow.number)
    )
    return {each: (number, code) for each, number, code in session.execute(query)}


def _publication(row: PublicationRow, files: Sequence[FileFacts], latest: tuple[int, str]) -> Publication:
    return Publication(
        id=row.id,
        code=row.verify_code,
        question=Question(
            report=row.report,
            query=json.loads(row.query),
            area=row.division_code,
            cut_off=row.cut_off_utc,
            method=row.method,
        ),
        number=row.number,
        latest=latest[0],
        latest_code=latest[1],
        last_seq=row.last_seq,
        figures=json.loads(row.figures),
        published_by=row.published_by,
        publisher_role=row.publisher_role,
        publisher_division=row.publisher_division,
        publisher_name=row.publisher_name,
        published_at=row.published_at_utc,
        files=tuple(sorted(files, key=lambda each: (each.format, each.language))),
    )
