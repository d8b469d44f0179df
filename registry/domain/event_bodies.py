"""Events as canonical dictionaries, and the batches they name.

`to_body` gives what is hashed (absent facts are left out, never null); `from_body` reads it back for `verify`.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from registry.domain.events import (
    KINDS,
    Addition,
    CodeRef,
    Collect,
    Details,
    Dispatch,
    Inspect,
    Load,
    Merge,
    OutputLine,
    Part,
    Process,
    ProcessInput,
    Receive,
    ReceiveLine,
    Retire,
    Reverse,
    Split,
    Stocktake,
    Unload,
    kind,
)


def references(details: Details) -> tuple[str, ...]:
    """Every batch (or container, where one may stand for its batches) the event names, once each, as written."""
    return tuple(dict.fromkeys(_REFERENCES[type(details)](details)))


_REFERENCES: Mapping[type[Any], Callable[[Any], tuple[str, ...]]] = MappingProxyType(
    {
        Collect: lambda _: (),
        Dispatch: lambda details: details.batches,
        Receive: lambda details: tuple(line.batch for line in details.lines),
        Split: lambda details: (details.batch,),
        Merge: lambda details: details.batches,
        Inspect: lambda details: (details.batch,),
        Process: lambda details: tuple(item.batch for item in details.inputs),
        Retire: lambda details: (details.batch,),
        Stocktake: lambda details: (details.batch,) if details.batch else (),
        Reverse: lambda _: (),
        Load: lambda details: details.batches,
        Unload: lambda details: details.batches,
    }
)


def to_body(value: Any) -> dict[str, Any]:
    """The canonical dictionary of a details dataclass: integers, text, lists; absent facts left out."""
    body: dict[str, Any] = {}
    for item in dataclasses.fields(value):
        plain = _plain(getattr(value, item.name))
        if plain is not None and plain not in ([], {}):
            body[item.name] = plain
    return body


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return to_body(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def from_body(code: str, body: Mapping[str, Any]) -> Details:
    """The inverse of `to_body` for the kind `code`."""
    return typing.cast("Details", _build(kind(code).details, body))


def _build(cls: Any, body: Mapping[str, Any]) -> Any:
    hints = _HINTS[cls]
    return cls(**{name: _value(hints[name], value) for name, value in body.items()})


def _value(hint: Any, value: Any) -> Any:
    if isinstance(value, list):
        item = typing.get_args(hint)[0]
        return tuple(_build(item, v) if dataclasses.is_dataclass(item) else v for v in value)
    return value


_HINTS = {
    cls: typing.get_type_hints(cls)
    for cls in (
        *(row.details for row in KINDS.values()),
        CodeRef,
        ReceiveLine,
        Part,
        ProcessInput,
        Addition,
        OutputLine,
    )
}
