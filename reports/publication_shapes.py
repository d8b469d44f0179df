"""How publications and verdicts are told in JSON; what anyone may learn of one, and what its readers may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, fields

from registry.services.publications import FileFacts, Publication
from reports import words
from reports.catalogue import CATALOGUE
from reports.examining import Verdict
from reports.freezing import Staleness

_CODE: Final = "7K3M9QXA3PTD4F0N"
_SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class PublishedFileSchema(Schema):
    """One file of a publication."""

    format = fields.String(metadata={"example": "pdf"})
    language = fields.String(metadata={"example": "zh"})
    name = fields.String(metadata={"example": "huiliu_recovery_520000_2025-01-01_2026-01-01_cohort_N1_zh.pdf"})
    sha256 = fields.String(metadata={"example": _SHA})
    size = fields.Integer(metadata={"example": 98759})
    href = fields.String(metadata={"example": f"/api/v1/publications/{_CODE}/files/zh.pdf"})


class PublicSchema(Schema):
    """What anyone may know of a publication: no figure of it."""

    code = fields.String(metadata={"example": _CODE})
    report = fields.String(metadata={"example": "recovery"})
    title = fields.Dict(keys=fields.String(), values=fields.String())
    number = fields.Integer(metadata={"example": 1})
    superseded_by = fields.Integer(allow_none=True, metadata={"example": None})
    area = fields.String(metadata={"example": "520000"})
    period = fields.Dict(metadata={"example": {"from": "2025-01-01", "to": "2026-01-01"}})
    cut_off = fields.String(metadata={"example": "2026-06-30T15:59:59.999999Z"})
    published_at = fields.String(metadata={"example": "2026-07-01T01:00:00Z"})
    publisher = fields.Dict(metadata={"example": {"role": "regulator", "division": "520000"}})
    files = fields.List(fields.Nested(PublishedFileSchema))


class PublicationSchema(PublicSchema):
    """A publication to those who may read it."""

    query = fields.Dict(metadata={"example": {"area": "520000", "basis": "cohort"}})
    method = fields.String(metadata={"example": "1"})
    published_by = fields.String(metadata={"example": "regulator-gz"})
    verify_href = fields.String(metadata={"example": f"/verify/{_CODE}"})
    latest_code = fields.String(metadata={"example": _CODE})
    stale = fields.Boolean(metadata={"description": "only on the publication itself: it would read otherwise today"})
    changed_cells = fields.Integer()
    changes = fields.List(fields.Dict())
    later_events = fields.List(fields.Dict())


class PublicationsSchema(Schema):
    """A page of publications."""

    items = fields.List(fields.Nested(PublicationSchema))
    next = fields.String(allow_none=True)


class DigestSchema(Schema):
    """The SHA-256 of a file, computed by whoever holds it."""

    sha256 = fields.String(required=True, metadata={"example": _SHA, "description": "64 hexadecimal digits"})


class VerdictSchema(Schema):
    """Whether a file is genuine."""

    status = fields.String(metadata={"example": "published", "description": "published · signed · altered · unknown"})
    genuine = fields.Boolean(metadata={"example": True})
    words = fields.Dict(keys=fields.String(), values=fields.String())
    sha256 = fields.String(metadata={"example": _SHA})
    publication = fields.Nested(PublicSchema, allow_none=True)
    file = fields.Dict(allow_none=True)


def title_of(report: str) -> words.Words:
    """The report's name; its code where the catalogue has it no more."""
    return CATALOGUE[report].title if report in CATALOGUE else {"zh": report, "en": report}


def moment(publication_moment: Any) -> str:
    """UTC, as the API writes it."""
    return str(publication_moment.isoformat().replace("+00:00", "Z"))


def which(file: FileFacts) -> str:
    """The last part of a file's address."""
    return f"{file.language}.{file.format}"


def public_json(publication: Publication) -> dict[str, Any]:
    """What anyone may know."""
    question = publication.question
    return {
        "code": publication.code,
        "report": question.report,
        "title": dict(title_of(question.report)),
        "number": publication.number,
        "superseded_by": publication.latest if publication.superseded else None,
        "area": question.area,
        "area_name": dict(words.division_words(question.area)),
        "period": {"from": question.query["from"], "to": question.query["to"]},
        "cut_off": moment(question.cut_off),
        "published_at": moment(publication.published_at),
        "publisher": {"role": publication.publisher_role, "division": publication.publisher_division},
        "files": [
            {"format": each.format, "language": each.language, "sha256": each.sha256, "size": each.size}
            for each in publication.files
        ],
    }


def publication_json(publication: Publication, *, prefix: str, since: Staleness | None = None) -> dict[str, Any]:
    """The publication to those who may read it; `since` where it was held against today's answer."""
    files = [
        {
            "format": each.format,
            "language": each.language,
            "name": each.name,
            "sha256": each.sha256,
            "size": each.size,
            "href": f"{prefix}/publications/{publication.code}/files/{which(each)}",
        }
        for each in publication.files
    ]
    body = {
        **public_json(publication),
        "files": files,
        "query": dict(publication.question.query),
        "method": publication.question.method,
        "published_by": publication.publisher_name,
        "verify_href": f"/verify/{publication.code}",
        "latest_code": publication.latest_code,
    }
    return body if since is None else {**body, **_since(since)}


def _since(since: Staleness) -> Mapping[str, Any]:
    return {
        "stale": since.stale,
        "changed_cells": since.changed,
        "changes": [
            {
                "row": list(each.row),
                "column": each.column,
                "name": dict(each.words),
                "published": each.before,
                "now": each.after,
            }
            for each in since.changes
        ],
        "later_events": [
            {
                "seq": each.seq,
                "id": each.id,
                "kind": each.kind,
                "occurred_at": each.occurred_at,
                "recorded_at": each.recorded_at,
            }
            for each in since.events
        ],
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict, with nothing of the figures."""
    file = verdict.file
    return {
        "status": verdict.status,
        "genuine": verdict.genuine,
        "words": dict(verdict.words),
        "sha256": verdict.sha256,
        "publication": public_json(verdict.publication) if verdict.publication else None,
        "file": {"format": file.format, "language": file.language, "name": file.name} if file else None,
    }
