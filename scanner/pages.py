"""The scan page, the page behind every QR, and the labels as pages and files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from registry.domain import streams
from registry.domain.identifiers import grouped
from registry.domain.refusals import Refusal
from registry.extensions import db, limiter
from registry.http.auth import current_actor, keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from registry.http.reading import body_limit
from scanner.decode import decode_some
from scanner.digital_link import LONGEST_TEXT
from scanner.here import our_hosts, text_of
from scanner.label_images import svg
from scanner.labelling import RESOLUTIONS_DPI, chosen_preset, label_for, painted
from scanner.labels import PRESETS, Label, draw
from scanner.limits import LOOK_UP_LIMIT, PHOTO_LIMIT, UPLOAD_BYTES
from scanner.resolver import Resolution, resolve
from scanner.ways import way

pages = Blueprint("scanner", __name__, template_folder="templates")

_GOES_STRAIGHT = frozenset({"batch", "container", "bind"})
"""answers after which a person wants the page and not an explanation"""


def _resolved(text: str) -> Resolution:
    hosts = our_hosts(current_app.config["SETTINGS"])
    return resolve(db.session, actor=current_actor(), text=text, our_hosts=hosts)


# --- scanning -------------------------------------------------------------------------------------------------------


@pages.get("/scan")
@keeper("resolve.public")
@limiter.limit(LOOK_UP_LIMIT)
def scan() -> Any:
    """The ladder of scanning; with `text`, what it names: this is how the page works without scripts."""
    text = request.args.get("text", "").strip()[:LONGEST_TEXT]
    if not text:
        return _ladder()
    return _answered([_resolved(text)])


@pages.post("/scan")
@body_limit(UPLOAD_BYTES)
@keeper("resolve.public")
@limiter.limit(PHOTO_LIMIT)
def scan_photo() -> Any:
    """A photo sent by the form itself."""
    file = request.files.get("photo")
    try:
        decoded = decode_some(file.read() if file is not None else b"")
    except Refusal as refusal:
        return _ladder(refusal=detail_of(refusal, language())), words_of(refusal.code).status
    return _answered([_resolved(mark.text) for mark in decoded.marks])


def _answered(found: list[Resolution]) -> BaseResponse | str:
    answers = [(each, way(each, current_actor())) for each in found]
    if len(answers) == 1 and answers[0][0].answer in _GOES_STRAIGHT and answers[0][1]:
        return redirect(answers[0][1], 303)
    return _ladder(answers=answers)


def _ladder(**context: Any) -> str:
    return render_template("scanner/scan.html", **context)


# --- behind the QR --------------------------------------------------------------------------------------------------


@pages.get("/B/<code>")
@pages.get("/b/<code>")
@keeper("read.public")
@limiter.limit(LOOK_UP_LIMIT)
def behind_the_code(code: str) -> Any:
    """What anybody may know who holds a label: what it is on, and how to be safe with it. Its parties go on."""
    resolution = _resolved(_as_scanned(code))
    found = resolution.standing
    if resolution.answer in ("batch", "container"):
        return redirect(str(way(resolution, current_actor())), 302)
    if found.names == "nothing":
        return render_template("scanner/unknown_code.html", resolution=resolution, typed=code[:40]), 404
    return render_template(
        "scanner/public.html",
        names=found.names,
        code=found.code,
        stream=streams.stream(found.stream) if found.stream else None,
        live=found.live,
        yours=found.yours,
        target=way(resolution, current_actor()) if current_actor().may("event.collect") and found.yours else None,
    )


def _as_scanned(code: str) -> str:
    """The text of our own label with this code: nothing but a registry code is looked up here."""
    try:
        return text_of(current_app.config["SETTINGS"], code)
    except ValueError:
        return text_of(current_app.config["SETTINGS"], "-")


# --- labels ---------------------------------------------------------------------------------------------------------


def _label(code: str) -> Label:
    return label_for(
        db.session,
        actor=current_actor(),
        settings=current_app.config["SETTINGS"],
        language=language(),
        code_or_id=code,
    )


@pages.get("/labels/<code>")
@keeper("read.own")
def label(code: str) -> str:
    """The label, to look at, print in exact millimetres, or fetch as a file. Refusals: not_found, choice_unknown."""
    found, preset = _label(code), chosen_preset(request.args.get("preset"))
    return render_template(
        "scanner/label.html",
        label=found,
        preset=preset,
        presets=PRESETS.values(),
        resolutions=RESOLUTIONS_DPI,
        picture=svg(draw(found, preset), title=grouped(found.code)),
    )


@pages.get("/labels/<code>.<any(svg, png):kind>")
@keeper("read.own")
def label_file(code: str, kind: str) -> Response:
    """The label as SVG, or as PNG at `dpi`. Refusals: not_found, choice_unknown."""
    preset = chosen_preset(request.args.get("preset"))
    file = painted(_label(code), kind=kind, preset=preset, dpi=request.args.get("dpi"))
    headers = {"Content-Disposition": f'inline; filename="{file.name}"'}
    return Response(file.body, content_type=file.media_type, headers=headers)
