"""The material streams, the processes each may enter and what these may put out: data, so a tenth needs no code.

Tables: `streams.csv`, `processes.csv`, `process_outputs.csv`. What a process may post to is the union of its output
rows: a `to` of `stock` names the stream of the intermediate, anything else is an outcome of the ladder. Loss is
never an output row: it is what is left when the lines have been named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from registry.domain.outcomes import outcome
from registry.domain.refusals import Refusal
from registry.domain.substances import substance
from registry.domain.tables import flag, rows, words

STOCK: Final = "stock"
GRAMS_PER_KG: Final = 1000
_PRODUCT_KEPT: Final = frozenset({"reuse", "cascade", "remanufacture", "retread"})


@dataclass(frozen=True, slots=True)
class Stream:
    """One material stream.

    `batch_max_g`: above this a single batch is implausible and is asked about, never refused.
    `elements`: which elements people of the trade declare for it; `mixes_with`: other streams it may be merged with.
    """

    code: str
    name_zh: str
    name_en: str
    batch_max_g: int
    elements: tuple[str, ...]
    mixes_with: frozenset[str]
    advice_zh: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class Output:
    """One thing a process may put out: into `stock` of a `stream`, or into an outcome (then `stream` is None)."""

    product: str
    to: str
    stream: str | None
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the trade and what it may post to. `outdated` marks techniques the norms want replaced."""

    code: str
    streams: tuple[str, ...]
    name_zh: str
    name_en: str
    requires_role: str
    outdated: bool
    outputs: tuple[Output, ...]

    @property
    def outcomes(self) -> frozenset[str]:
        """Outcomes its lines may be posted to."""
        return frozenset(each.to for each in self.outputs if each.to != STOCK)

    @property
    def output_streams(self) -> frozenset[str]:
        """Streams its intermediates may belong to."""
        return frozenset(each.stream for each in self.outputs if each.stream is not None)

    @property
    def keeps_product(self) -> bool:
        """True when the product as such may live on: the preferred side of "cascade before recycling"."""
        return bool(self.outcomes & _PRODUCT_KEPT)


@cache
def _streams() -> Mapping[str, Stream]:
    return MappingProxyType({row["code"]: _stream_of(row) for row in rows("streams")})


def _stream_of(row: Mapping[str, str]) -> Stream:
    return Stream(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        batch_max_g=int(row["batch_max_kg"]) * GRAMS_PER_KG,
        elements=tuple(substance(code).code for code in words(row["elements"])),
        mixes_with=frozenset(words(row["mixes_with"])),
        advice_zh=row["advice_zh"],
        advice_en=row["advice_en"],
    )


@cache
def _processes() -> Mapping[str, Process]:
    outputs: dict[str, list[Output]] = {}
    for row in rows("process_outputs"):
        outputs.setdefault(row["process"], []).append(_output_of(row))
    return MappingProxyType(
        {
            row["code"]: Process(
                code=row["code"],
                streams=tuple(stream(code).code for code in words(row["streams"])),
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                requires_role=row["requires_role"],
                outdated=flag(row["outdated"]),
                outputs=tuple(outputs[row["code"]]),
            )
            for row in rows("processes")
        }
    )


def _output_of(row: Mapping[str, str]) -> Output:
    into_stock = row["to"] == STOCK
    return Output(
        product=row["product"],
        to=STOCK if into_stock else outcome(row["to"]).code,
        stream=stream(row["stream"]).code if into_stock else None,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
    )


def streams() -> tuple[Stream, ...]:
    """All streams in table order."""
    return tuple(_streams().values())


def stream(code: str) -> Stream:
    """The stream with this code. Raises Refusal("unknown_stream")."""
    try:
        return _streams()[code]
    except KeyError:
        raise Refusal("unknown_stream", stream=code) from None


def processes() -> tuple[Process, ...]:
    """All processes in table order."""
    return tuple(_processes().values())


def process(code: str) -> Process:
    """The process with this code. Raises Refusal("unknown_process")."""
    try:
        return _processes()[code]
    except KeyError:
        raise Refusal("unknown_process", process=code) from None


def processes_of(stream_code: str) -> tuple[Process, ...]:
    """The processes a stream may enter, in table order. Raises Refusal("unknown_stream")."""
    known = stream(stream_code).code
    return tuple(each for each in processes() if known in each.streams)


def process_for(code: str, *, stream_code: str) -> Process:
    """The process, when this stream may enter it.

    Raises Refusal: "unknown_process", "unknown_stream" or "process_not_for_stream".
    """
    found = process(code)
    if stream(stream_code).code not in found.streams:
        raise Refusal("process_not_for_stream", process=code, stream=stream_code, streams=list(found.streams))
    return found


def may_mix(stream_a: str, stream_b: str) -> bool:
    """Whether batches of the two streams may be merged into one. Raises Refusal("unknown_stream")."""
    first, second = stream(stream_a), stream(stream_b)
    return first.code == second.code or second.code in first.mixes_with or first.code in second.mixes_with
