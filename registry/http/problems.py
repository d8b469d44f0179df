"""One error shape for every door: RFC 9457 problems, with the words of `registry/data/problems.csv` in both languages.

A row of the catalogue: stable code, HTTP status, title, and what to do about it; `{fact}` in a detail is filled from
the refusal's facts. A code without a row is a mistake of ours and is answered 500 without its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Any

from flask import Response, render_template, request
from marshmallow import Schema, fields

from registry.domain.mass import kg_text
from registry.domain.refusals import Refusal
from registry.domain.tables import rows
from registry.http.language import language

MEDIA_TYPE = "application/problem+json"
PAGES = "/problems/"
"""Where the explanation of a code stands; relative, so that the type of a problem outlives a change of host."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """One row of the catalogue. The two mappings are by language."""

    code: str
    status: int
    title: Mapping[str, str]
    detail: Mapping[str, str]


@cache
def catalogue() -> Mapping[str, Words]:
    """code → words, in the order of the table."""
    return MappingProxyType(
        {
            row["code"]: Words(
                code=row["code"],
                status=int(row["status"]),
                title={"zh": row["title_zh"], "en": row["title_en"]},
                detail={"zh": row["detail_zh"], "en": row["detail_en"]},
            )
            for row in rows("problems")
        }
    )


def words_of(code: str) -> Words:
    """The row of a code; of `server_error` where the table lacks it."""
    known = catalogue()
    return known.get(code, known["server_error"])


class _Patient(Formatter):
    """Fills what the facts hold; what they lack becomes a dash, for words must never be the reason of a 500."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:  # noqa: ARG002  # the library's signature
        value = kwargs.get(str(key), _kilograms(str(key), kwargs))
        return "—" if value is None else _readable(value)


def _kilograms(key: str, facts: Mapping[str, Any]) -> str | None:
    """Facts are grams, words are kilograms: `{held_kg}` is filled from `held_g`."""
    grams = facts.get(f"{key.removesuffix('_kg')}_g") if key.endswith("_kg") else None
    return kg_text(grams) if isinstance(grams, int) else None


def _readable(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return value


def detail_of(refusal: Refusal, in_language: str) -> str:
    """The sentence that says what to do, with the refusal's facts in it."""
    return _Patient().vformat(words_of(refusal.code).detail[in_language], (), refusal.facts)


def problem_body(
    refusal: Refusal,
    *,
    in_language: str | None = None,
    status: int | None = None,
    errors: Iterable[Mapping[str, object]] = (),
) -> dict[str, Any]:
    """The problem as a dictionary: for a response, and for the items of a list of results."""
    chosen = in_language or language()
    words = words_of(refusal.code)
    body: dict[str, Any] = {
        "type": f"{PAGES}{refusal.code}",
        "title": words.title[chosen],
        "status": status or words.status,
        "detail": detail_of(refusal, chosen),
        "code": refusal.code,
    }
    if refusal.facts:
        body["facts"] = dict(refusal.facts)
    found = list(errors)
    if found:
        body["errors"] = found
    return body


def problem(
    refusal: Refusal,
    *,
    language: str | None = None,  # the contract's word; the function of that name is not needed here
    status: int | None = None,
    errors: Iterable[Mapping[str, object]] = (),
) -> Response:
    """The refusal as `application/problem+json`."""
    body = problem_body(refusal, in_language=language, status=status, errors=errors)
    body["instance"] = request.path
    return Response(
        json.dumps(body, ensure_ascii=False, default=str),
        status=body["status"],
        content_type=MEDIA_TYPE,
        headers=_headers(body["status"]),
    )


def problem_page(refusal: Refusal, *, status: int | None = None) -> Response:
    """The refusal as a page of the same words."""
    body = problem_body(refusal, status=status)
    page = render_template("errors/problem.html", **body)
    return Response(
        page, status=body["status"], content_type="text/html; charset=utf-8", headers=_headers(body["status"])
    )


def _headers(status: int) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="huiliu"'
    return headers


class ProblemErrorSchema(Schema):
    """One wrong place in what was sent."""

    path = fields.String(metadata={"description": "where, with dots between the steps", "example": "details.mass_kg"})
    code = fields.String(metadata={"example": "mass_too_precise"})
    detail = fields.String(metadata={"example": "千克最多三位小数（到克）。"})


class ProblemSchema(Schema):
    """RFC 9457 problem details. `code` never changes once published."""

    type = fields.String(required=True, metadata={"example": "/problems/mass_above_holding"})
    title = fields.String(required=True, metadata={"example": "超过批次现有重量"})
    status = fields.Integer(required=True, metadata={"example": 409})
    detail = fields.String(metadata={"example": "批次现有 412500 克，要求 500000 克。"})
    code = fields.String(required=True, metadata={"example": "mass_above_holding"})
    instance = fields.String(metadata={"example": "/api/v1/events"})
    facts = fields.Dict(keys=fields.String(), metadata={"example": {"held_g": 412500, "mass_g": 500000}})
    errors = fields.List(fields.Nested(ProblemErrorSchema))
