"""Which label belongs to a code, for whoever asks, and that label as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from registry.config import Settings
from registry.domain import mass, streams
from registry.domain.identifiers import grouped
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import custody
from registry.services.resolution import standing
from registry.services.sights import FULL
from scanner.here import FONTS, text_of
from scanner.label_images import DEFAULT_DPI, png, svg
from scanner.labels import DEFAULT_PRESET, PRESETS, Label, Preset, draw

RESOLUTIONS_DPI: Final = (203, DEFAULT_DPI)
"""Thermal printers of the trade."""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A label ready to be sent."""

    body: bytes
    media_type: str
    name: str


def label_for(session: Session, *, actor: Actor, settings: Settings, language: str, code_or_id: str) -> Label:
    """The label of a batch the actor sees in full, of its container, or of its pre-issued code. Refusal not_found."""
    found = standing(session, actor=actor, spellings=[code_or_id])
    if not found.yours:
        raise Refusal("not_found", what="label")
    if found.names == "batch":
        return _of_batch(session, actor=actor, settings=settings, language=language, batch_id=found.id or "")
    return Label(text=text_of(settings, found.code or ""), code=found.code or "")


def _of_batch(session: Session, *, actor: Actor, settings: Settings, language: str, batch_id: str) -> Label:
    view = custody.batch_view(session, actor=actor, batch_id=batch_id)
    if view.sight != FULL or view.code is None:
        raise Refusal("not_found", what="label")
    stream = streams.stream(view.stream)
    words = [stream.name_en if language == "en" else stream.name_zh, view.product or ""]
    if view.mass_g:
        words.append(f"{mass.kg_text(view.mass_g)} kg")
    return Label(text=text_of(settings, view.code), code=view.code, lines=tuple(word for word in words if word))


def chosen_preset(wanted: str | None) -> Preset:
    """The preset with this code, or the usual one. Refusal choice_unknown."""
    if wanted is not None and wanted not in PRESETS:
        raise Refusal("choice_unknown", field="preset", value=wanted[:40])
    return PRESETS[wanted or DEFAULT_PRESET]


def painted(label: Label, *, kind: str, preset: Preset, dpi: str | None = None) -> File:
    """The label as `svg` or `png`. Refusal choice_unknown for a resolution no printer of the trade has."""
    drawing = draw(label, preset)
    name = f"huiliu-{label.code}.{kind}"
    if kind == "svg":
        body = svg(drawing, title=grouped(label.code)).encode()
        return File(body=body, media_type="image/svg+xml; charset=utf-8", name=name)
    if dpi is not None and dpi not in map(str, RESOLUTIONS_DPI):
        raise Refusal("choice_unknown", field="dpi", value=dpi[:40])
    body = png(drawing, fonts=FONTS, dpi=int(dpi or DEFAULT_DPI))
    return File(body=body, media_type="image/png", name=name)
