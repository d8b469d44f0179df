"""Checking a file, without an account: by the code printed on it, by hashing it in the browser, or by handing it in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from registry.domain.refusals import Refusal
from registry.domain.verify_codes import parse_verify_code
from registry.extensions import db, limiter
from registry.http.auth import keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from registry.http.reading import body_limit
from registry.http.signing import trusted_keys
from registry.services import publications
from registry.services.publications import Publication
from reports import words
from reports.examining import Verdict, examine
from reports.publication_shapes import title_of
from reports.render.stamp import spoken
from reports.sealing import VERIFY_LIMIT

pages = Blueprint("verification_pages", __name__, template_folder="../templates")

FILE_MOST_BYTES = 40_000_000


@pages.get("/verify")
@keeper("read.public")
def ask() -> Any:
    """The form. `?code=` goes on to the code that was typed."""
    typed = request.args.get("code", "")[:60]
    return _coded(typed) if typed else _page()


@pages.get("/verify/<code>")
@pages.get("/VERIFY/<code>")
@limiter.limit(VERIFY_LIMIT)
@keeper("read.public")
def verify(code: str) -> Any:
    """What was published under a code: name, area, period, who, when, and the digests; no figure."""
    return _coded(code)


def _coded(typed: str) -> Any:
    try:
        found = publications.by_code(db.session, parse_verify_code(typed))
    except Refusal as refusal:
        page = _page(typed=typed, complaint=detail_of(refusal, language()))
        return page, words_of(refusal.code).status
    return _page(publication=found)


@pages.post("/verify")
@limiter.limit(VERIFY_LIMIT)
@body_limit(FILE_MOST_BYTES)
@keeper("read.public")
def hand_in() -> Any:
    """A file, looked at and forgotten; with it the `.sig` of a CSV."""
    handed = [(file.filename or "", file.read()) for file in request.files.getlist("file")[:2]]
    content = next((data for name, data in handed if not name.endswith(".sig") and data), b"")
    beside = next((data for name, data in handed if name.endswith(".sig")), b"")
    if not content:
        return _page(complaint=detail_of(Refusal("file_needed"), language())), 422
    verdict = examine(db.session, content, keys=trusted_keys(), beside=beside)
    return _page(verdict=verdict, publication=verdict.publication)


def _page(
    *, publication: Publication | None = None, verdict: Verdict | None = None, typed: str = "", complaint: str = ""
) -> str:
    said = language()
    return render_template(
        "reports/verify.html",
        typed=typed,
        complaint=complaint,
        verdict=verdict,
        verdict_said=verdict and verdict.words[said],
        publication=publication,
        shown=publication and _shown(publication, said),
    )


def _shown(publication: Publication, said: str) -> dict[str, Any]:
    question = publication.question
    role = publication.publisher_role
    division = publication.publisher_division
    return {
        "title": title_of(question.report)[said],
        "area": words.division_words(question.area)[said],
        "from": question.query["from"],
        "to": question.query["to"],
        "code": spoken(publication.code),
        "role": role,
        "division": words.division_words(division)[said] if division else "",
    }
