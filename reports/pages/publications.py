"""Publications as pages: the list, publishing one, and one with what has changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from registry.domain import divisions, streams
from registry.domain.periods import ZONE
from registry.domain.refusals import Refusal
from registry.domain.verify_codes import parse_verify_code
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX
from registry.http.language import language
from registry.http.paging import decode, encode
from registry.http.problems import detail_of, words_of
from registry.services import publications
from registry.services.publications import Publication
from reports import words
from reports.asking import asked_selection
from reports.catalogue import CATALOGUE, entry_of
from reports.publication_shapes import title_of, which
from reports.publishing import publish, staleness, touched_since
from reports.render.stamp import spoken
from reports.sealing import press
from reports.selection import BASES, PROVINCE

pages = Blueprint("publication_pages", __name__, template_folder="../templates")

PAGE = 20
PATH = "/reports/publications"
_FIELDS = ("report", "area", "stream", "product", "site", "organisation", "process", "from", "to", "basis", "by")
_MORE = ("scheme", "as_of")


@pages.get(PATH)
@keeper("report.read")
def index() -> str:
    """The publications of one's division, the newest first."""
    now, after = datetime.now(UTC), decode(request.args.get("after"))
    found = publications.publications(
        db.session, actor=current_actor(), after=after[0] if after else None, limit=PAGE + 1
    )
    shown = found[:PAGE]
    following = encode((shown[-1].id,)) if len(found) > PAGE else None
    return render_template(
        "reports/publications.html",
        rows=[_line(each, touched=not each.superseded and touched_since(db.session, each, now=now)) for each in shown],
        next_href=following and f"{PATH}?after={following}",
        first_href=PATH if after else None,
        may_publish=current_actor().may("report.publish"),
    )


def _line(publication: Publication, *, touched: bool = False) -> dict[str, Any]:
    """What a page says of one in a row."""
    said = language()
    question = publication.question
    return {
        "href": f"{PATH}/{publication.code}",
        "title": title_of(question.report)[said],
        "number": publication.number,
        "area": words.division_words(question.area)[said],
        "from": question.query["from"],
        "to": question.query["to"],
        "basis": words.BASES[question.query["basis"]][said],
        "cut_off": question.cut_off,
        "published_at": publication.published_at,
        "code": spoken(publication.code),
        "superseded": publication.superseded,
        "touched": touched,
    }


@pages.get(f"{PATH}/new")
@keeper("report.publish")
def ask() -> str:
    """The form; a report's page hands over its own question."""
    return _form({name: request.args.get(name, "")[:64] for name in (*_FIELDS, *_MORE)}, None)


@pages.post(PATH)
@keeper("report.publish")
def enter() -> Response | tuple[str, int]:
    """Publish, and show it."""
    typed = {name: request.form.get(name, "")[:64] for name in (*_FIELDS, *_MORE)}
    try:
        entry = entry_of(typed["report"])
        selection = asked_selection({name: value or None for name, value in typed.items() if name != "report"}, entry)
        made, written = publish(press(), entry, selection, actor=current_actor(), now=datetime.now(UTC))
    except Refusal as refusal:
        db.session.rollback()
        return _form(typed, refusal), words_of(refusal.code).status
    said = gettext("已发布第 %(number)s 期。", number=made.number)
    flash(said if written else gettext("同样的问题与截止时间已经发布过，就是这一期。"), "ok" if written else "info")
    return redirect(f"{PATH}/{made.code}", 303)


def _form(typed: dict[str, str], refusal: Refusal | None) -> str:
    said = language()
    top = current_actor().division_code or PROVINCE
    last_year = datetime.now(ZONE).year - 1
    values = {
        **typed,
        "report": typed["report"] or "recovery",
        "area": typed["area"] or top,
        "from": typed["from"] or f"{last_year}-01-01",
        "to": typed["to"] or f"{last_year + 1}-01-01",
        # The moment of asking: pressing the button twice then asks for the same submission.
        "as_of": typed["as_of"] or datetime.now(ZONE).isoformat(timespec="seconds"),
    }
    return render_template(
        "reports/publish.html",
        values=values,
        complaint=refusal and detail_of(refusal, said),
        reports=[(entry.name, entry.title[said]) for entry in CATALOGUE.values()],
        areas=[
            (each.code, words.division_words(each.code)[said])
            for each in divisions.divisions()
            if each.code in divisions.descendants(top)
        ],
        streams=[(each.code, words.stream_words(each.code)[said]) for each in streams.streams()],
        bases=[(code, words.BASES[code][said]) for code in BASES],
        breakdowns=[(code, text[said]) for code, text in words.BREAKDOWNS.items()],
        hidden=[name for name in ("product", "site", "organisation", "process", "scheme") if values[name]],
    )


@pages.get(f"{PATH}/<code>")
@keeper("report.read")
def publication(code: str) -> str:
    """One, its files, and what the same question would answer today."""
    found = publications.publication(db.session, actor=current_actor(), code=parse_verify_code(code))
    since = staleness(db.session, found, now=datetime.now(UTC))
    said = language()
    query = found.question.query
    return render_template(
        "reports/publication.html",
        publication=found,
        line=_line(found),
        since=since,
        last_day=datetime.fromisoformat(query["to"]).date() - timedelta(days=1),
        files=[
            (each, f"{API_PREFIX}/publications/{found.code}/files/{which(each)}")
            for each in sorted(found.files, key=lambda each: (each.language not in (said, "any"), each.format))
        ],
        changes=[(" · ".join(each.row), each.words[said], each.before, each.after) for each in since.changes],
        submissions=[_line(each) for each in publications.submissions(db.session, found)],
        facts=_facts(query, said),
        verify_address=f"/verify/{found.code}",
    )


def _facts(query: Mapping[str, str], said: str) -> list[tuple[str, str]]:
    """The filters that the heading does not say already."""
    return [
        (_NAMES[name][said], _SPOKEN[name](value)[said] if name in _SPOKEN else value)
        for name, value in query.items()
        if name in _NAMES
    ]


_NAMES: Mapping[str, words.Words] = {
    "stream": {"zh": "物料", "en": "Stream"},
    "product": {"zh": "品类", "en": "Product"},
    "site": {"zh": "站点", "en": "Site"},
    "organisation": {"zh": "组织", "en": "Organisation"},
    "process": {"zh": "工序", "en": "Process"},
    "by": {"zh": "细分", "en": "Breakdown"},
    "scheme": {"zh": "办法", "en": "Scheme"},
}
_SPOKEN: Mapping[str, Callable[[str], words.Words]] = {
    "stream": words.stream_words,
    "by": lambda code: words.BREAKDOWNS.get(code, {"zh": code, "en": code}),
}
