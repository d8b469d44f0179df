"""One's own account: who one is here, a new password, and the keys of one's organisation's machines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import begin_session, current_actor, keeper
from registry.http.transaction import transaction
from registry.services import accounts, keys, parties, visibility
from registry.web.refusals import say
from registry.web.typed import Typed

pages = Blueprint("account", __name__)

_FIELDS: Mapping[str, str] = {
    "sign_in_failed": "old",
    "password_too_short": "new",
    "password_too_long": "new",
    "name_malformed": "key_name",
    "unknown_scope": "scope",
}
"""refusal → the field beside which it is said"""


@pages.get("/account")
@keeper("account.own")
def index() -> str:
    """Who one is, and what one may change."""
    return _page({})


@pages.post("/account/password")
@keeper("account.own")
def change_password() -> Response | tuple[str, int]:
    """A new password: every other device is signed out, this one stays."""
    actor, typed = _person(), Typed(request.form)
    try:
        with transaction() as session:
            salt = accounts.change_password(
                session, user_id=actor.id, old=request.form.get("old", ""), new=request.form.get("new", "")
            )
    except Refusal as refusal:
        return _refused(typed, refusal)
    begin_session(actor, salt)
    flash(gettext("密码已更换，其他设备都已退出。"), "ok")
    return redirect("/account", 303)


@pages.post("/account/keys")
@keeper("account.own")
def issue_key() -> tuple[str, int]:
    """A new key; its secret is on this one answer and nowhere else."""
    actor, typed = _person(), Typed(request.form)
    try:
        with transaction() as session:
            _, secret = keys.issue_key(
                session,
                name=typed.text("key_name") or "",
                role=actor.role,
                scopes=[scope for scope in typed.many("scope") if scope in _scopes(actor)],
                now=datetime.now(UTC),
                organisation_id=actor.organisation_id,
                division_code=actor.division_code,
            )
    except Refusal as refusal:
        return _refused(typed, refusal)
    return _page({}, secret=secret), 201


@pages.post("/account/keys/<key_id>/revoke")
@keeper("account.own")
def revoke_key(key_id: str) -> Response:
    """End a key of one's organisation at once. Refusal unknown_key."""
    actor = _person()
    with transaction() as session:
        keys.revoke_key(session, key_id=key_id, now=datetime.now(UTC), among=visibility.visible_keys(actor))
    flash(gettext("密钥已吊销。"), "ok")
    return redirect("/account", 303)


def _person() -> Actor:
    """The account itself; a key has no password and makes no keys."""
    actor = current_actor()
    if actor.kind != "user":
        raise Refusal("role_may_not", role=actor.role, operation="account.own")
    return actor


def _scopes(actor: Actor) -> list[str]:
    """What a key of this person can reach at most."""
    reach = {"capture": "event.capture", "report": "report.read", "admin": "party.write"}
    return [scope for scope in keys.SCOPES if scope not in reach or actor.may(reach[scope])]


def _refused(typed: Typed, refusal: Refusal) -> tuple[str, int]:
    db.session.rollback()
    if refusal.code not in _FIELDS:
        raise refusal
    return _page({_FIELDS[refusal.code]: say(refusal)}, values=typed.values), 422


def _page(errors: Mapping[str, str], *, secret: str | None = None, values: Mapping[str, str] | None = None) -> str:
    actor = current_actor()
    organisation = parties.organisation(db.session, actor.organisation_id) if actor.organisation_id else None
    return render_template(
        "pages/account.html",
        organisation=organisation,
        keys=keys.keys(db.session, among=visibility.visible_keys(actor)),
        scopes=_scopes(actor),
        errors=errors,
        values=values or {},
        secret=secret,
    )
