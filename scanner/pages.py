"""The scan page, the page behind every QR, and the labels as pages and files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.domain import streams
from registry.domain.identifiers import grouped
from registry.domain.refusals import Refusal
from registry.extensions import db, limiter
from registry.http.auth import current_actor, keeper
from registry.http.language import language
from registry.http.problems import detail_of, words_of
from registry.http.reading import body_limit
from registry.http.transaction import transaction
from registry.services import codes
from scanner.bounded import decoders
from scanner.decode import some
from scanner.digital_link import LONGEST_TEXT
from scanner.here import our_hosts, text_of
from scanner.label_images import svg
from scanner.labelling import (
    DEFAULT_SHEET,
    RESOLUTIONS_DPI,
    File,
    chosen_preset,
    chosen_sheet,
    label_for,
    own_sites,
    painted,
    printed,
    roll_labels,
)
from scanner.labels import PRESETS, Label, draw
from scanner.limits import LOOK_UP_LIMIT, PHOTO_LIMIT, UPLOAD_BYTES
from scanner.resolver import Resolution, resolve
from scanner.sheets import SHEETS
from scanner.ways import way

ROLL_COUNTS: Final = (24, 48, 96, 240, 480, 960)
"""Whole A4 sheets of 24; more at once is the command line's business."""
ROLLS_SHOWN: Final = 20
IN_APP_BROWSERS: Final = ("MicroMessenger", "AlipayClient", "DingTalk", "QQ/")
"""WeChat, Alipay, DingTalk, QQ, as they name themselves; `checks.mjs` knows the same."""

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
        decoded = some(decoders.decode(file.read() if file is not None else b""))
    except Refusal as refusal:
        return _ladder(refusal=detail_of(refusal, language())), words_of(refusal.code).status
    return _answered([_resolved(mark.text) for mark in decoded.marks])


@pages.get("/scan/self-test")
@keeper("read.public")
def self_test() -> str:
    """What keeps a phone from scanning, found out on the phone itself."""
    return render_template("scanner/self_test.html")


def _answered(found: list[Resolution]) -> BaseResponse | str:
    answers = [(each, way(each, current_actor())) for each in found]
    if len(answers) == 1 and answers[0][0].answer in _GOES_STRAIGHT and answers[0][1]:
        return redirect(answers[0][1], 303)
    return _ladder(answers=answers)


def _ladder(**context: Any) -> str:
    return render_template("scanner/scan.html", inside_an_app=_inside_an_app(), **context)


def _inside_an_app() -> bool:
    """Whether the page stands in an app's own browser, which lends no camera or a poor one."""
    return any(each in request.user_agent.string for each in IN_APP_BROWSERS)


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
        sheets=[each for each in SHEETS.values() if each.count > 1],
        picture=svg(draw(found, preset), title=grouped(found.code)),
    )


@pages.get("/labels/<code>.<any(svg, png, pdf):kind>")
@keeper("read.own")
def label_file(code: str, kind: str) -> Response:
    """The label as SVG, as PNG at `dpi`, or as PDF, also on a `sheet` of which some labels are `used`.

    Refusals: not_found, choice_unknown, number_malformed.
    """
    if kind == "pdf" and "sheet" in request.args:
        sheet = chosen_sheet(request.args["sheet"])
        return _sent(printed([_label(code)], sheet=sheet, used=request.args.get("used")))
    preset = chosen_preset(request.args.get("preset"))
    return _sent(painted(_label(code), kind=kind, preset=preset, dpi=request.args.get("dpi")))


def _sent(file: File) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{file.name}"'}
    return Response(file.body, content_type=file.media_type, headers=headers)


# --- rolls of labels ------------------------------------------------------------------------------------------------


@pages.get("/labels")
@keeper("code.issue.own")
def rolls() -> str:
    """The rolls of one's own sites, and the way to a new one."""
    return _rolls({})


def _rolls(errors: dict[str, str]) -> str:
    actor = current_actor()
    sites = own_sites(db.session, actor=actor)
    found = [(site, roll) for site in sites for roll in codes.rolls(db.session, site_id=site.id)]
    return render_template(
        "scanner/rolls.html",
        sites=sites,
        here=request.form.get("site") or actor.site_id,
        rolls=sorted(found, key=lambda pair: pair[1].issued_at, reverse=True)[:ROLLS_SHOWN],
        left={site.id: codes.left(db.session, site_id=site.id) for site in sites},
        sheets=SHEETS.values(),
        sheet=request.form.get("sheet") or DEFAULT_SHEET,
        counts=ROLL_COUNTS,
        chosen=request.form.get("count") or str(ROLL_COUNTS[0]),
        errors=errors,
        made=request.args.get("made"),
    )


@pages.post("/labels")
@keeper("code.issue.own")
def draw_roll() -> Any:
    """Draw a roll for one of one's own sites. Refusals: not_your_site, count_out_of_range, site_closed."""
    actor, site, count = current_actor(), request.form.get("site", ""), request.form.get("count", "")
    sheet = chosen_sheet(request.form.get("sheet"))
    if site not in {each.id for each in own_sites(db.session, actor=actor)}:
        raise Refusal("not_your_site", site=site[:40])
    if count not in map(str, ROLL_COUNTS):
        raise Refusal("count_out_of_range", least=ROLL_COUNTS[0], most=ROLL_COUNTS[-1])
    with transaction() as session:
        roll, _ = codes.issue(session, site_id=site, count=int(count), actor_id=actor.id, now=datetime.now(UTC))
    return redirect(url_for("scanner.rolls", made=roll.id, sheet=sheet.code), 303)


@pages.get("/labels/rolls/<roll_id>.pdf")
@keeper("code.issue.own")
def roll_file(roll_id: str) -> Response:
    """What is left of a roll, as PDF. Refusals: not_found, choice_unknown, number_malformed, nothing_to_print."""
    sheet = chosen_sheet(request.args.get("sheet"))
    labels = roll_labels(db.session, actor=current_actor(), settings=current_app.config["SETTINGS"], roll_id=roll_id)
    test_page = request.args.get("test") == "yes"
    return _sent(printed(labels, sheet=sheet, used=request.args.get("used"), test_page=test_page))


@pages.get("/labels/test-page.pdf")
@keeper("code.issue.own")
def test_page() -> Response:
    """The ruler of a paper. Refusal choice_unknown."""
    return _sent(printed([], sheet=chosen_sheet(request.args.get("sheet")), test_page=True))
