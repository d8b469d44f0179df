"""The chain of a batch as a picture: what it was made of to the left, what became of it to the right. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from registry.services.trace import BACKWARD, Node, Trace
from reports.numbers import rounded

MOST_NODES: Final = 80
"""above it the picture is a thicket: the lists have them all"""


def picture(backward: Trace, forward: Trace, *, title: str, named: Callable[[Node], str]) -> dict[str, Any] | None:
    """A sankey of both traces; None where there is nothing beside the batch itself, or too much.

    A mass the reader may not see is drawn as thin as the thinnest that is seen.
    """
    nodes: dict[str, dict[str, Any]] = {}
    links: list[dict[str, Any]] = []
    thinnest = min((edge.mass_g for each in (backward, forward) for edge in each.edges if edge.mass_g), default=1)
    deepest = max(node.step for node in backward.nodes)
    for found in (backward, forward):
        back = found.direction == BACKWARD
        key = {node.key: _key(node, found) for node in found.nodes}
        for node in found.nodes:
            nodes[key[node.key]] = {
                "id": key[node.key],
                "name": named(node),
                "depth": deepest + (-node.step if back else node.step),
                "key": _colour(node),
                "value": _kg(node.mass_g),
                "href": f"/reports/trace/{node.batch_id}" if node.batch_id else None,
            }
        said = {mine: nodes[mine]["name"] for mine in key.values()}
        links += [
            {
                "source": key[edge.source],
                "target": key[edge.target],
                "value": _kg(edge.mass_g or thinnest),
                "from": said[key[edge.source]],
                "to": said[key[edge.target]],
            }
            for edge in found.edges
        ]
    if not links or len(nodes) > MOST_NODES:
        return None
    return {"kind": "sankey", "title": title, "unit": "kg", "nodes": list(nodes.values()), "links": links}


def _key(node: Node, found: Trace) -> str:
    """A batch is one node in both directions; what is beyond sight has a name in its own answer only."""
    return node.batch_id or f"{found.direction}/{node.key}"


def _colour(node: Node) -> str:
    return HERE if not node.step else node.fate.outcome


HERE: Final = "here"


def _kg(grams: int | None) -> str:
    return rounded(grams or 0, 1000, 3)


def masses(found: Trace) -> Mapping[str, int]:
    """Node key → mass that went from it, or into it, on the way of this trace."""
    sums: dict[str, int] = {}
    for edge in found.edges:
        key = edge.source if found.direction == BACKWARD else edge.target
        sums[key] = sums.get(key, 0) + (edge.mass_g or 0)
    return sums
