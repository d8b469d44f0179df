"""How a door's refusals are described: one line per status, each with an example of its problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from registry.api import examples
from registry.http.blueprint import Blueprint
from registry.http.problems import MEDIA_TYPE, ProblemSchema

_View = TypeVar("_View", bound=Callable[..., Any])

_EXAMPLES: Mapping[int, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        400: {"json_broken": examples.BROKEN},
        401: {"sign_in_needed": examples.SIGN_IN},
        403: {"not_yours": examples.NOT_YOURS},
        404: {"not_found": examples.NOT_FOUND},
        409: {"event_conflict": examples.CONFLICT},
        413: {"body_too_large": examples.TOO_LARGE},
        415: {"media_type_unsupported": examples.NOT_JSON},
        422: {"mass_too_precise": examples.TOO_PRECISE, "schema_invalid": examples.UNKNOWN_FIELD},
    }
)


def problems(blueprint: Blueprint, *statuses: int) -> Callable[[_View], _View]:
    """Describe these refusals of a view."""

    def dress(view: _View) -> _View:
        for status in statuses:
            shown = {code: {"summary": code, "value": dict(body)} for code, body in _EXAMPLES[status].items()}
            view = blueprint.alt_response(status, schema=ProblemSchema, content_type=MEDIA_TYPE, examples=shown)(view)
        return view

    return dress
