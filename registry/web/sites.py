"""The choices of sites and producers that forms offer."""

from __future__ import annotations

from collections.abc import Sequence

from registry.domain.parties import Actor
from registry.extensions import db
from registry.services import network
from registry.services.network import Node
from registry.web import words

Options = list[tuple[str, str]]


def own(actor: Actor) -> Sequence[Node]:
    """The open sites of the person's organisation."""
    return network.nodes(db.session, organisation_id=actor.organisation_id) if actor.organisation_id else ()


def options(nodes: Sequence[Node]) -> Options:
    """Sites as (id, words) for a choice."""
    return [(node.id, f"{words.named(node)}（{words.division_name(node.division_code)}）") for node in nodes]


def receivers(stream: str, *, without: str) -> Options:
    """Sites that take the stream, the own one left out; every other site where none says that it does."""
    taking = network.nodes(db.session, stream=stream) or network.nodes(db.session)
    return options([node for node in taking if node.id != without])


def producers() -> Options:
    """Producers as (id, words)."""
    return [(each.id, words.named(each)) for each in network.producers(db.session)]
