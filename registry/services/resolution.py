"""What a scanned name stands for, as far as the asker may know.

That a code names something, and of which stream the thing is, anybody may learn who holds its label (the page behind
the QR says no more). The id, which opens everything else, is given only to whom the batch is visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.services import custody
from registry.services.sights import sight
from registry.store import batch_queries

NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """names: batch · container · label (drawn, nothing bound to it yet) · nothing.

    `yours`: the batch is visible to the asker, the container or the label's roll belongs to its organisation.
    `id` of a batch or container is filled only then; `code` is the registry code that was scanned.
    """

    names: str
    yours: bool = False
    id: str | None = None
    code: str | None = None
    stream: str | None = None
    live: bool = True
    """False: the name was given up since, or the batch came to its end"""


def standing(session: Session, *, actor: Actor, spellings: Sequence[str]) -> Standing:
    """What the first of these spellings that names something stands for."""
    for spelling in spellings:
        found = custody.find(session, text_or_id=spelling)
        if found is not None:
            return _KINDS[found.kind](session, actor, found)
    return Standing(names=NOTHING)


def _batch(session: Session, actor: Actor, found: custody.Named) -> Standing:
    if found.id is None or found.status is None:
        return Standing(names=NOTHING)
    if found.status == "void":
        return _freed(session, actor, found)
    yours = sight(session, actor=actor, batch_id=found.id) is not None
    return Standing(
        names="batch",
        yours=yours,
        id=found.id if yours else None,
        code=found.code,
        stream=found.stream,
        live=found.live and found.status != "closed",
    )


def _freed(session: Session, actor: Actor, found: custody.Named) -> Standing:
    """A batch whose creation was reversed never was: its label is a pre-issued one again, any other name nothing."""
    label = batch_queries.issued(session, found.code or "")
    if label is None or label[1] is None:
        return Standing(names=NOTHING)
    return _label(session, actor, custody.Named(kind="label", id=None, code=label[0], site_id=label[1]))


def _container(session: Session, actor: Actor, found: custody.Named) -> Standing:
    carrier = batch_queries.container(session, found.id or "")
    yours = carrier is not None and carrier.organisation_id == actor.organisation_id
    return Standing(names="container", yours=yours, id=found.id if yours else None, code=found.code, live=found.live)


def _label(session: Session, actor: Actor, found: custody.Named) -> Standing:
    place = batch_queries.sites(session, [found.site_id]).get(found.site_id) if found.site_id else None
    yours = place is not None and place[0].organisation_id == actor.organisation_id
    return Standing(names="label", yours=yours, code=found.code)


_KINDS = {"batch": _batch, "container": _container, "label": _label}
