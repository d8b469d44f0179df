"""A short form for each event of a batch: shown, read, captured, and answered with where one was before.

The id of the event is made when the form is shown and travels in it, so that sending twice enters once. The moment
is the one typed, else the one inside that id: a repetition then has the same content. What is refused leaves nothing
behind; the form comes back as it was typed, with the words beside the field.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registry.domain import streams
from registry.domain.events import Capture, Details
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.transaction import transact
from registry.services import inventory
from registry.services.actions import Action, actions
from registry.services.capture import ItemResult, capture
from registry.services.custody import BatchView
from registry.services.ids import fresh_id
from registry.services.inventory import BatchLine
from registry.services.stories import Happening, story
from registry.web import amounts, entries, sites, words
from registry.web.batches import view_of
from registry.web.refusals import say
from registry.web.typed import Typed

pages = Blueprint("captures", __name__)

PRIVATE = ("note", "person", "vehicle")
COMPANIONS_MOST = 100
_UNIX_MS_SHIFT = 80


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came of a form: the receipt, or the words beside its fields."""

    result: ItemResult | None
    errors: Mapping[str, str]


def new_event_id() -> str:
    """The key of the event a form will enter."""
    return fresh_id(datetime.now(UTC))


def moment_in(event_id: str) -> datetime:
    """The moment inside a UUIDv7; now, for an id of another make."""
    try:
        value = uuid.UUID(event_id)
    except ValueError:
        return datetime.now(UTC)
    if value.version != 7:
        return datetime.now(UTC)
    return datetime.fromtimestamp((value.int >> _UNIX_MS_SHIFT) / 1000, tz=UTC)


def send(typed: Typed, *, kind: str, site_id: str, details: Callable[[Typed], Details]) -> Sent:
    """Read the form and capture it, once. Nothing is stored unless `result` holds a receipt."""
    event_id = typed.text("event_id") or new_event_id()
    occurred_at = typed.moment("occurred_at") or moment_in(event_id)
    private = {name: text for name in PRIVATE if (text := typed.text(name, longest=500))}
    found = details(typed)
    if typed.refusals:
        return Sent(result=None, errors={name: say(refusal) for name, refusal in typed.refusals.items()})
    command = Capture(id=event_id, kind=kind, site_id=site_id, occurred_at=occurred_at, details=found, private=private)
    actor, now = current_actor(), datetime.now(UTC)
    result = transact(lambda session: capture(session, actor=actor, command=command, now=now, alone=True))
    if result.refusal is not None:
        return Sent(result=result, errors={entries.field_of(result.refusal): say(result.refusal)})
    return Sent(result=result, errors={})


def thank(sent: Sent) -> None:
    """Say what was entered, with the number of its receipt, and every finding that goes with it."""
    receipt = sent.result.receipt if sent.result else None
    if receipt is None:
        return
    name = words.kind_name(receipt.kind)
    if receipt.status == "pending":
        flash(gettext("%(kind)s已提出，等对方确认后生效。回执 %(seq)s", kind=name, seq=receipt.seq), "info")
    elif sent.result is not None and sent.result.status == "exists":
        flash(gettext("这笔%(kind)s早已登记，没有重复。回执 %(seq)s", kind=name, seq=receipt.seq), "info")
    else:
        flash(gettext("%(kind)s已登记。回执 %(seq)s", kind=name, seq=receipt.seq), "ok")


@pages.get("/batches/<batch_id>/<kind>")
@keeper("event.capture")
def ask(batch_id: str, kind: str) -> str:
    """The form. Refusal not_found for a kind that has none, or a batch the actor may not see."""
    return _form(batch_id, kind, values=request.args, errors={})


@pages.post("/batches/<batch_id>/<kind>")
@keeper("event.capture")
def enter(batch_id: str, kind: str) -> Response | tuple[str, int]:
    """Capture what was typed; back to the batch, or to the form with the words of the refusal."""
    actor = current_actor()
    view = view_of(batch_id, actor)
    if kind not in entries.READERS:
        raise Refusal("not_found", what="form")
    subject = entries.Subject(id=view.id, stream=view.stream, mass_g=view.mass_g or 0)
    sent = send(
        Typed(request.form),
        kind=kind,
        site_id=_acting_site(actor, view, kind),
        details=lambda typed: entries.READERS[kind](typed, subject),
    )
    if sent.errors:
        return _form(batch_id, kind, values=request.form, errors=sent.errors), 422
    thank(sent)
    return redirect(_after(view.id, sent), 303)


def _after(batch_id: str, sent: Sent) -> str:
    """The batch itself, or the one it became."""
    receipt = sent.result.receipt if sent.result else None
    made = [batch.batch_id for batch in receipt.batches if batch.role == "out"] if receipt else []
    if receipt is not None and receipt.kind == "merge" and made:
        batch_id = made[0]
    return url_for("batches.show", batch_id=batch_id)


def _acting_site(actor: Actor, view: BatchView, kind: str) -> str:
    """Where the person acts: where the batch arrives, or lies in own hands, else where the person usually stands."""
    if kind == "receive" and view.to is not None:
        return view.to.site_id
    if view.place is not None and view.place.organisation_id == actor.organisation_id and kind != "retire":
        return view.place.site_id
    return actor.site_id or next((site.id for site in sites.own(actor)), "")


def _form(batch_id: str, kind: str, *, values: Any, errors: Mapping[str, str]) -> str:
    actor = current_actor()
    view = view_of(batch_id, actor)
    if kind not in entries.READERS or view.sight != "full":
        raise Refusal("not_found", what="form")
    action = next(each for each in actions(db.session, actor=actor, batch_id=view.id) if each.kind == kind)
    return render_template(
        f"forms/{kind}.html",
        batch=view,
        action=action,
        values=values,
        errors=errors,
        event_id=request.form.get("event_id") or new_event_id(),
        subject_mass=amounts.kg(view.mass_g),
        **_EXTRAS.get(kind, _nothing)(actor, view, action),
    )


def _nothing(_actor: Actor, _view: BatchView, _action: Action) -> dict[str, Any]:
    return {}


def _for_dispatch(actor: Actor, view: BatchView, _action: Action) -> dict[str, Any]:
    here = view.place.site_id if view.place else ""
    return {
        "sites": sites.receivers(view.stream, without=here),
        "companions": _companions(actor, view, any_stream=True),
    }


def _for_merge(actor: Actor, view: BatchView, _action: Action) -> dict[str, Any]:
    return {"companions": _companions(actor, view)}


def _for_load(actor: Actor, view: BatchView, _action: Action) -> dict[str, Any]:
    return {"companions": _companions(actor, view, any_stream=True)}


def _for_process(actor: Actor, view: BatchView, action: Action) -> dict[str, Any]:
    offered = [streams.process(code) for code in action.choices]
    asked = request.values.get("process", "")
    chosen = next((each for each in offered if each.code == asked), offered[0] if len(offered) == 1 else None)
    return {
        "processes": offered,
        "process": chosen,
        "companions": _companions(actor, view),
        "elements": streams.stream(view.stream).elements,
    }


def _for_inspect(_actor: Actor, view: BatchView, _action: Action) -> dict[str, Any]:
    return {"hazards": words.HAZARDS, "elements": streams.stream(view.stream).elements}


def _for_reverse(actor: Actor, view: BatchView, _action: Action) -> dict[str, Any]:
    """What may be taken back, and what stands on it: everything that came later."""
    told = [each for each in story(db.session, actor=actor, batch_id=view.id) if isinstance(each, Happening)]
    open_ones = [each for each in told if each.reversed_by is None and each.kind not in ("reverse", "load", "unload")]
    asked = request.values.get("event") or (open_ones[-1].event_id if open_ones else "")
    target = next((each for each in open_ones if each.event_id == asked), None)
    standing = [each for each in open_ones if target is not None and each.seq > target.seq]
    return {"target": target, "standing": standing, "others": list(reversed(open_ones))}


_EXTRAS: Mapping[str, Callable[[Actor, BatchView, Action], dict[str, Any]]] = MappingProxyType(
    {
        "dispatch": _for_dispatch,
        "merge": _for_merge,
        "load": _for_load,
        "process": _for_process,
        "inspect": _for_inspect,
        "reverse": _for_reverse,
    }
)


def _companions(actor: Actor, view: BatchView, *, any_stream: bool = False) -> Sequence[BatchLine]:
    """Other batches at the same place and in the same state that may go along."""
    page = inventory.my_batches(
        db.session,
        actor=actor,
        status=view.status,
        site_id=view.place.site_id if view.place else None,
        stream=None if any_stream else view.stream,
        limit=COMPANIONS_MOST,
    )
    return [line for line in page.items if line.id != view.id and line.to is None and line.container_id is None]
