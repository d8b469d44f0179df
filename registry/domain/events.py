"""The grammar of events: what each kind says, who may say it, from which state.

Details are frozen dataclasses with integer grams (`*_g`) and integer watt-hours (`*_wh`); `event_bodies` turns
them into the canonical dictionary that is hashed, and back.
A batch is referred to by its id (UUID) or by any code that names it, as text; the capture service resolves it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.domain.refusals import Refusal

Contents = Mapping[str, int]
"""element code → grams; the key `energy` → Wh."""


@dataclass(frozen=True, kw_only=True)
class CodeRef:
    """Another name of a batch: scheme gb34014 · gs1 · serial."""

    scheme: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Collect:
    """收集: a batch enters the loop at the acting site."""

    stream: str
    mass_g: int
    measured: str = "weighed"
    code: str | None = None
    """a pre-issued registry code; None: the server draws one"""
    batch_id: str | None = None
    """chosen by the client; None: derived from the event id"""
    product: str | None = None
    """chemistry or grade: LFP, NCM …"""
    producer: str | None = None
    """organisation id of the producer, where known"""
    division: str | None = None
    """county of collection; None: the site's"""
    capacity_wh: int | None = None
    contents_g: Contents | None = None
    codes: tuple[CodeRef, ...] = ()
    price_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """发运: whole batches (or containers: their contents) leave the acting site for a named site."""

    batches: tuple[str, ...]
    to_site: str
    price_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiveLine:
    """`mass_g` is what arrived, the refused part included; None: as sent."""

    batch: str
    mass_g: int | None = None
    measured: str = "weighed"
    reason: str | None = None
    """scale · missing · found; needed when the mass differs"""
    refused_g: int = 0
    refusal_reason: str | None = None
    refused_code: str | None = None
    """a registry code for the part that travels back"""


@dataclass(frozen=True, kw_only=True)
class Receive:
    """接收: the named receiver takes over; differences and refusals are records of their own."""

    lines: tuple[ReceiveLine, ...]
    price_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One child of a split."""

    mass_g: int
    code: str | None = None
    batch_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Split:
    """拆分: children sum to the parent exactly."""

    batch: str
    children: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Merge:
    """合并: whole batches of streams that may mix become one."""

    batches: tuple[str, ...]
    code: str | None = None
    batch_id: str | None = None
    product: str | None = None
    """None: the parents' common product, else mixed"""


@dataclass(frozen=True, kw_only=True)
class Inspect:
    """检测: facts; measured contents correct the elements through difference:assay."""

    batch: str
    grade: str | None = None
    state_of_health_permille: int | None = None
    capacity_wh: int | None = None
    hazards: tuple[str, ...] = ()
    contents_g: Contents | None = None
    passed: bool | None = None
    """fit for reuse or cascade"""
    pathway: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProcessInput:
    """None: the whole batch."""

    batch: str
    mass_g: int | None = None


@dataclass(frozen=True, kw_only=True)
class Addition:
    """A reagent; its elements declared."""

    material: str
    mass_g: int
    contents_g: Contents | None = None


@dataclass(frozen=True, kw_only=True)
class OutputLine:
    """`to` is stock (an intermediate) or an outcome. Elements not declared are inherited pro rata (estimated)."""

    mass_g: int
    to: str
    stream: str | None = None
    """None: the inputs' stream"""
    product: str | None = None
    code: str | None = None
    batch_id: str | None = None
    codes: tuple[CodeRef, ...] = ()
    contents_g: Contents | None = None


@dataclass(frozen=True, kw_only=True)
class Process:
    """处理: inputs and additions become outputs; the rest is loss."""

    process: str
    inputs: tuple[ProcessInput, ...]
    outputs: tuple[OutputLine, ...]
    additions: tuple[Addition, ...] = ()
    reason: str | None = None
    """why a batch fit for cascade is recycled all the same"""


@dataclass(frozen=True, kw_only=True)
class Retire:
    """退役: mass comes back from cascade or reuse into the stock of the acting site."""

    batch: str
    mass_g: int | None = None
    """book mass of the part that comes back; None: all of it"""
    weighed_g: int | None = None
    reason: str | None = None
    code: str | None = None
    """of the part, when only a part comes back"""


@dataclass(frozen=True, kw_only=True)
class Stocktake:
    """盘点: what was found on the scale. With `stream`: a batch nobody knew (origin unknown)."""

    mass_g: int
    batch: str | None = None
    measured: str = "weighed"
    reason: str | None = None
    stream: str | None = None
    product: str | None = None
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reverse:
    """更正: the negation of an entry, naming it. The other party confirms by reversing the same target."""

    event: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Load:
    """装载: batches into a container (an unbound pre-issued code becomes one); no postings."""

    container: str
    batches: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Unload:
    """卸载: empty batches: all of them."""

    container: str
    batches: tuple[str, ...] = ()


Details = (
    Collect | Dispatch | Receive | Split | Merge | Inspect | Process | Retire | Stocktake | Reverse | Load | Unload
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the grammar: the words, the class of its details, the state its batches must be in."""

    code: str
    name_zh: str
    name_en: str
    details: type[Any]
    from_status: frozenset[str]
    """statuses a named batch may have; empty: it names none that exists"""
    holder_only: bool = True
    """the acting organisation must hold the batch (receive, inspect and retire have rules of their own)"""
    posts: bool = True


def _kind(code: str, zh: str, en: str, details: type[Any], states: str, **more: bool) -> Kind:
    return Kind(code=code, name_zh=zh, name_en=en, details=details, from_status=frozenset(states.split()), **more)


KINDS: Mapping[str, Kind] = types.MappingProxyType(
    {
        kind.code: kind
        for kind in (
            _kind("collect", "收集", "Collect", Collect, ""),
            _kind("dispatch", "发运", "Dispatch", Dispatch, "stock cascade reuse"),
            _kind("receive", "接收", "Receive", Receive, "transit cascade reuse", holder_only=False),
            _kind("split", "拆分", "Split", Split, "stock"),
            _kind("merge", "合并", "Merge", Merge, "stock"),
            _kind("inspect", "检测", "Inspect", Inspect, "stock", holder_only=False),
            _kind("process", "处理", "Process", Process, "stock"),
            _kind("retire", "退役", "Retire", Retire, "cascade reuse", holder_only=False),
            _kind("stocktake", "盘点", "Stocktake", Stocktake, "stock"),
            _kind("reverse", "更正", "Reverse", Reverse, "", holder_only=False),
            _kind("load", "装载", "Load", Load, "stock", posts=False),
            _kind("unload", "卸载", "Unload", Unload, "stock", posts=False),
        )
    }
)


@dataclass(frozen=True, kw_only=True)
class Capture:
    """One event as a client sends it. `private` maps note · person · vehicle · position · photo to erasable text."""

    id: str
    kind: str
    site_id: str
    occurred_at: datetime
    details: Details
    clock_offset_ms: int = 0
    after: tuple[str, ...] = ()
    """ids of events that must be known first"""
    private: Mapping[str, str] = field(default_factory=dict)


def kind(code: str) -> Kind:
    """The grammar row, or Refusal `unknown_event_kind`."""
    try:
        return KINDS[code]
    except KeyError:
        raise Refusal("unknown_event_kind", kind=code) from None
