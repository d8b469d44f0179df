"""Forms into facts: for each event kind, how what was typed becomes the details of that event.

A reader returns details or None; what could not be read stands in `Typed.refusals`. No rule of the domain lives
here: what reads well may still be refused by capture, and `field_of` says beside which field those words belong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from registry.domain import events, streams
from registry.domain.refusals import Refusal
from registry.web.typed import Typed
from registry.web.words import DIFFERENCE_REASONS, HAZARDS, MEASURED

_MASS_SLIPS = (
    "mass_negative mass_zero mass_above_holding mass_too_precise mass_not_a_number mass_too_large mass_unit_unknown"
)
_FIELDS = {
    "mass": _MASS_SLIPS,
    "stream": "unknown_stream streams_may_not_mix",
    "code": "unknown_code code_taken code_check_character code_malformed code_not_issued container_empty "
    "not_a_container code_of_another_site code_scheme_unknown",
    "to_site": "unknown_site site_closed same_site",
    "reason": "difference_needs_reason reason_unknown",
    "refused": "refused_above_received",
    "refusal_reason": "refusal_needs_reason",
    "part": "children_do_not_sum",
    "with": "needs_two_batches duplicate_batch_in_event",
    "process": "unknown_process process_not_for_stream",
    "out_mass": "outputs_above_inputs outcome_not_for_process stream_not_for_process contents_above_mass",
    "producer": "unknown_producer",
    "division": "unknown_division",
    "measured": "measured_unknown",
    "occurred_at": "date_in_future",
    "event": "nothing_to_reverse already_reversed",
}
_FIELD_OF = MappingProxyType({code: name for name, codes in _FIELDS.items() for code in codes.split()})


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The batch a form is about."""

    id: str
    stream: str
    mass_g: int


Reader = Callable[[Typed, Subject], Any]


def field_of(refusal: Refusal) -> str:
    """The field beside which a refusal of capture is shown; "" is the whole form."""
    return _FIELD_OF.get(refusal.code, "")


def collect(typed: Typed) -> events.Collect:
    """收集: the short form."""
    return events.Collect(
        stream=typed.choice("stream", [each.code for each in streams.streams()], required=True) or "",
        mass_g=typed.mass("mass", required=True) or 0,
        measured=typed.choice("measured", MEASURED) or "weighed",
        code=typed.code("code"),
        product=typed.text("product", longest=64),
        producer=typed.text("producer", longest=36),
        division=typed.text("division", longest=6),
        capacity_wh=typed.energy("capacity"),
        codes=_codes(typed),
        price_fen=typed.fen("price"),
    )


def _codes(typed: Typed) -> tuple[events.CodeRef, ...]:
    found = ((scheme, typed.text(scheme, longest=120)) for scheme in ("gb34014", "gs1", "serial"))
    return tuple(events.CodeRef(scheme=scheme, value=value) for scheme, value in found if value)


def _dispatch(typed: Typed, subject: Subject) -> events.Dispatch:
    return events.Dispatch(
        batches=(subject.id, *typed.many("with")),
        to_site=typed.text("to_site", required=True) or "",
        price_fen=typed.fen("price"),
    )


def _receive(typed: Typed, subject: Subject) -> events.Receive:
    line = events.ReceiveLine(
        batch=subject.id,
        mass_g=typed.mass("mass"),
        measured=typed.choice("measured", MEASURED) or "weighed",
        reason=typed.choice("reason", DIFFERENCE_REASONS),
        refused_g=typed.mass("refused") or 0,
        refusal_reason=typed.text("refusal_reason"),
        refused_code=typed.code("refused_code"),
    )
    return events.Receive(lines=(line,), price_fen=typed.fen("price"))


def _split(typed: Typed, subject: Subject) -> events.Split:
    """The weights that were typed; what is left of the parent is the last part."""
    weights = typed.values.getlist("part")
    codes = _aligned(typed, "part_code", len(weights))
    parts = [
        events.Part(mass_g=grams, code=code or None)
        for text, code in zip(weights, codes, strict=True)
        if (grams := typed.mass_of(text, "part")) is not None
    ]
    rest = subject.mass_g - sum(part.mass_g for part in parts)
    if not parts:
        typed.refuse("part", Refusal("field_missing", field="part"))
    elif rest > 0:
        parts.append(events.Part(mass_g=rest, code=typed.code("rest_code")))
    return events.Split(batch=subject.id, children=tuple(parts))


def _aligned(typed: Typed, name: str, count: int) -> Sequence[str]:
    """The cells of one column of repeated lines, padded: a browser sends every text field, a test may not."""
    cells = [cell.strip() for cell in typed.values.getlist(name)]
    return (cells + [""] * count)[:count]


def _merge(typed: Typed, subject: Subject) -> events.Merge:
    return events.Merge(
        batches=(subject.id, *typed.many("with")), code=typed.code("code"), product=typed.text("product", longest=64)
    )


def _inspect(typed: Typed, subject: Subject) -> events.Inspect:
    verdict = typed.choice("passed", ("yes", "no"))
    return events.Inspect(
        batch=subject.id,
        grade=typed.text("grade", longest=64),
        state_of_health_permille=typed.permille("health"),
        capacity_wh=typed.energy("capacity"),
        hazards=tuple(each for each in typed.many("hazard") if each in HAZARDS),
        contents_g=_contents(typed, subject),
        passed=None if verdict is None else verdict == "yes",
    )


def _contents(typed: Typed, subject: Subject) -> dict[str, int] | None:
    elements = streams.stream(subject.stream).elements
    found = {element: typed.mass(f"element_{element}") for element in elements}
    return {element: grams for element, grams in found.items() if grams is not None} or None


def _process(typed: Typed, subject: Subject) -> events.Process:
    others = tuple(events.ProcessInput(batch=each) for each in typed.many("with"))
    return events.Process(
        process=typed.choice("process", [each.code for each in streams.processes()], required=True) or "",
        inputs=(events.ProcessInput(batch=subject.id, mass_g=typed.mass("mass")), *others),
        outputs=_outputs(typed, subject),
        additions=_additions(typed),
        reason=typed.text("reason"),
    )


def _outputs(typed: Typed, subject: Subject) -> tuple[events.OutputLine, ...]:
    weights = typed.values.getlist("out_mass")
    columns = {
        name: _aligned(typed, f"out_{name}", len(weights)) for name in ("to", "stream", "product", "code", *_elements())
    }
    lines = []
    for at, text in enumerate(weights):
        grams = typed.mass_of(text, "out_mass")
        if grams is None:
            continue
        cell = {name: cells[at] for name, cells in columns.items()}
        lines.append(
            events.OutputLine(
                mass_g=grams,
                to=cell["to"] or streams.STOCK,
                stream=cell["stream"] or subject.stream,
                product=cell["product"] or None,
                code=cell["code"] or None,
                contents_g=_line_contents(typed, cell),
            )
        )
    if not lines:
        typed.refuse("out_mass", Refusal("field_missing", field="out_mass"))
    return tuple(lines)


def _elements() -> tuple[str, ...]:
    return tuple(dict.fromkeys(element for each in streams.streams() for element in each.elements))


def _line_contents(typed: Typed, cell: Mapping[str, str]) -> dict[str, int] | None:
    found = {element: typed.mass_of(cell[element], "out_mass") for element in _elements()}
    return {element: grams for element, grams in found.items() if grams is not None} or None


def _additions(typed: Typed) -> tuple[events.Addition, ...]:
    weights = typed.values.getlist("add_mass")
    materials = _aligned(typed, "add_material", len(weights))
    return tuple(
        events.Addition(material=material or "reagent", mass_g=grams)
        for text, material in zip(weights, materials, strict=True)
        if (grams := typed.mass_of(text, "add_mass")) is not None
    )


def _retire(typed: Typed, subject: Subject) -> events.Retire:
    return events.Retire(
        batch=subject.id,
        mass_g=typed.mass("mass"),
        weighed_g=typed.mass("weighed"),
        reason=typed.choice("reason", DIFFERENCE_REASONS),
        code=typed.code("code"),
    )


def _stocktake(typed: Typed, subject: Subject) -> events.Stocktake:
    return events.Stocktake(
        batch=subject.id,
        mass_g=typed.mass("mass", required=True) or 0,
        measured=typed.choice("measured", MEASURED) or "weighed",
        reason=typed.choice("reason", DIFFERENCE_REASONS),
    )


def _reverse(typed: Typed, _subject: Subject) -> events.Reverse:
    return events.Reverse(
        event=typed.text("event", required=True) or "", reason=typed.text("reason", required=True) or ""
    )


def _load(typed: Typed, subject: Subject) -> events.Load:
    if typed.text("code", required=True) is None:
        return events.Load(container="", batches=())
    return events.Load(container=typed.code("code") or "", batches=(subject.id, *typed.many("with")))


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "dispatch": _dispatch,
        "receive": _receive,
        "split": _split,
        "merge": _merge,
        "inspect": _inspect,
        "process": _process,
        "retire": _retire,
        "stocktake": _stocktake,
        "reverse": _reverse,
        "load": _load,
    }
)
