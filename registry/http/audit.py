"""The audit of refused attempts: who tried what and was not let, written on a connection of its own.

Of its own, because the request's transaction is rolled back by the very refusal, and a GET must not write through it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from flask import g, request
from sqlalchemy.exc import SQLAlchemyError

from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.services.refusals import record
from registry.services.transactions import writing

_log = structlog.get_logger()

NOTED = frozenset(
    {
        "role_may_not",
        "scope_may_not",
        "not_yours",
        "not_your_site",
        "not_the_receiver",
        "not_a_party",
        "sign_in_failed",
        "key_revoked",
        "csrf_failed",
        "code_of_another_site",
    }
)
"""Attempts at what somebody may not do; slips of the finger are not kept."""


def note(refusal: Refusal, *, subject: str | None = None) -> None:
    """Keep the attempt, if it is one to keep. The audit never stands in the way of the answer."""
    if refusal.code not in NOTED:
        return
    actor = g.get("actor")
    view = request.endpoint or request.path
    try:
        with db.sessionmaker() as session, writing(session):
            record(
                session,
                actor_id=actor.id if actor is not None and actor.kind != "anonymous" else None,
                operation=view[:64],
                code=refusal.code,
                subject=(subject or request.path)[:80],
                now=datetime.now(UTC),
            )
            session.commit()
    except SQLAlchemyError:
        _log.exception("refusal not noted", code=refusal.code)
