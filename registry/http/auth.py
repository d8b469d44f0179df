"""Who is at the door, and whether this door opens for them.

A key in `Authorization: Bearer …` speaks for itself and never mixes with a session; otherwise the signed session
cookie (Flask-Login) names an account and carries its salt, so that a new salt ends every session at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user

from registry.domain.parties import ANONYMOUS, Actor
from registry.domain.refusals import Refusal
from registry.extensions import csrf, db, login
from registry.services import accounts, keys

_View = TypeVar("_View", bound=Callable[..., Any])
AUTHOR_HEADER = "X-Huiliu-Actor"
"""By which a request may say for whom it speaks."""
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class SignedIn(UserMixin):  # type: ignore[misc,unused-ignore]
    """What Flask-Login keeps: the account as an actor, and the salt of its session."""

    def __init__(self, actor: Actor, salt: str) -> None:
        self.actor = actor
        self.salt = salt

    def get_id(self) -> str:
        return f"{self.actor.id}:{self.salt}"


def current_actor() -> Actor:
    """The account or key behind this request, else ANONYMOUS. Refusals: key_unknown, key_revoked."""
    if "actor" not in g:
        g.actor = _from_key() or _from_session() or ANONYMOUS
    return cast("Actor", g.actor)


def bearer() -> str | None:
    """The key the request carries, if it carries one."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None


def _from_key() -> Actor | None:
    key = bearer()
    return None if key is None else keys.actor_of_key(db.session, key=key)


def _from_session() -> Actor | None:
    return current_user.actor if current_user.is_authenticated else None


def begin_session(actor: Actor, salt: str) -> None:
    """Sign this device in."""
    login_user(SignedIn(actor, salt))
    session.permanent = True  # phones end their browsers at will; the salt ends sessions when somebody wants it
    g.actor = actor
    g.pop("language", None)


def end_session() -> None:
    """Sign this device out."""
    logout_user()
    g.actor = ANONYMOUS


def keeper(operation: str) -> Callable[[_View], _View]:
    """Declare the operation a view performs; who may not is refused before the arguments are read.

    Stand directly below the route. A route without a keeper fails the house tests.
    Refusals: sign_in_needed, role_may_not, scope_may_not, key_unknown, key_revoked.
    """

    def dress(view: _View) -> _View:
        @wraps(view)
        def kept(*args: Any, **kwargs: Any) -> Any:
            enter(operation)
            return current_app.ensure_sync(view)(*args, **kwargs)

        kept.keeper = operation  # type: ignore[attr-defined]
        return cast("_View", kept)

    return dress


def enter(operation: str) -> Actor:
    """The actor, if it may perform the operation. Refusals as `keeper`."""
    actor = current_actor()
    if actor.may(operation):
        return actor
    if actor.kind == "anonymous":
        raise Refusal("sign_in_needed")
    if actor.kind == "key" and Actor(id=actor.id, role=actor.role).may(operation):
        raise Refusal("scope_may_not", operation=operation)
    raise Refusal("role_may_not", role=actor.role, operation=operation)


def register(app: Flask) -> None:
    """Bind sessions and the check of forged requests."""
    login.init_app(app)
    # Its fingerprint of address and browser would sign a phone out whenever it changes network.
    login.session_protection = None
    login.user_loader(_load)
    csrf.init_app(app)
    app.before_request(_check_author)
    app.before_request(_check_origin)


def _load(session_id: str) -> SignedIn | None:
    user_id, _, salt = session_id.partition(":")
    actor = accounts.actor_of_session(db.session, user_id=user_id, salt=salt)
    return None if actor is None else SignedIn(actor, salt)


def _check_author() -> None:
    """Refuse a request that says whose it is when another one is signed in: a phone's outbox may hold the events of the
    person before. Refusal another_actor.
    """
    claimed = request.headers.get(AUTHOR_HEADER)
    if claimed is None or request.method not in _UNSAFE or request.url_rule is None:
        return
    actor = current_actor()
    if actor.kind != "anonymous" and claimed != actor.id:
        raise Refusal("another_actor")


def _check_origin() -> None:
    """Refuse an unsafe request that a foreign page could have made a browser send.

    What needs no cookie cannot be forged: a key is never sent by itself, and a call of the API by nobody has nothing
    to borrow. Signing in is checked although nobody is signed in: else one could be signed in as somebody else.
    """
    if request.method not in _UNSAFE or request.url_rule is None or not current_app.config["WTF_CSRF_ENABLED"]:
        return
    if bearer() is not None:
        return
    if request.path.startswith("/api/") and current_actor().kind == "anonymous":
        return
    csrf.protect()
