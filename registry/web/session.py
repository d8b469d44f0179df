"""Signing in and out, and the switch of language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from registry.domain.refusals import Refusal
from registry.extensions import limiter
from registry.http.audit import note
from registry.http.auth import begin_session, current_actor, end_session, keeper
from registry.http.language import COOKIE, LANGUAGES, language, remember
from registry.http.problems import words_of
from registry.http.transaction import transaction
from registry.services import accounts

SIGN_IN_LIMIT = "10 per minute; 60 per hour"
"""For each address, and for each name from anywhere: guessing is slow, a shift change at one gate is not."""


def register(app: Flask) -> None:
    """Bind the pages of this noun."""
    app.add_url_rule("/sign-in", "sign_in_page", sign_in_page)
    app.add_url_rule("/sign-in", "sign_in", sign_in, methods=["POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/language", "language", choose_language, methods=["POST"])


@keeper("read.public")
def sign_in_page() -> Any:
    """The form; who is signed in goes on."""
    target = local_target(request.args.get("next", ""))
    if current_actor().kind == "user":
        return redirect(target)
    return render_template("session/sign_in.html", values={"next": target}, errors={})


def _name_typed() -> str:
    return f"name:{request.form.get('name', '').strip().lower()[: accounts.NAME_MAX]}"


@keeper("read.public")
@limiter.limit(SIGN_IN_LIMIT)
@limiter.limit(SIGN_IN_LIMIT, key_func=_name_typed)
def sign_in() -> Any:
    """Check name and password; the session begins and the person goes where they wanted."""
    target = local_target(request.form.get("next", ""))
    try:
        with transaction() as session:
            actor, salt = accounts.sign_in(
                session, name=request.form.get("name", ""), password=request.form.get("password", "")
            )
    except Refusal as refusal:
        if refusal.code not in ("sign_in_failed", "name_malformed"):
            raise
        return _again(target)
    begin_session(actor, salt)
    if COOKIE not in request.cookies:
        remember(actor.language)
    return redirect(target, 303)


def _again(target: str) -> Any:
    refusal = Refusal("sign_in_failed")
    note(refusal, subject=_name_typed())
    errors = {"": words_of(refusal.code).detail[language()]}
    values = {"name": request.form.get("name", ""), "next": target}
    return render_template("session/sign_in.html", values=values, errors=errors), words_of(refusal.code).status


@keeper("read.public")
def sign_out() -> Response:
    """This device forgets the account."""
    end_session()
    return redirect("/", 303)


@keeper("read.public")
def choose_language() -> Response:
    """Remember the language on this device, and for the account on every other."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Refusal("unknown_language", language=chosen[:10])
    actor = current_actor()
    if actor.kind == "user":
        with transaction() as session:
            accounts.set_language(session, user_id=actor.id, language=chosen)
    remember(chosen)
    return redirect(local_target(request.form.get("next", "")), 303)


def local_target(wanted: str) -> str:
    """A path of ours, or the front page: nobody is sent elsewhere by a link to our sign-in."""
    parts = urlsplit(wanted.replace("\\", "/"))
    plain = not any(ord(character) < 33 for character in wanted)
    if (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and plain
        and not parts.scheme
        and not parts.netloc
    ):
        return wanted
    return "/"
