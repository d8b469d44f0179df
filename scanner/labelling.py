"""Which label belongs to a code, for whoever asks, and that label as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from registry.config import Settings
from registry.domain import mass, streams
from registry.domain.identifiers import grouped
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import codes, custody, network
from registry.services.network import Node
from registry.services.resolution import standing
from registry.services.sights import FULL
from scanner.here import FONTS, text_of
from scanner.label_images import DEFAULT_DPI, png, svg
from scanner.labels import DEFAULT_PRESET, PRESETS, Label, Preset, draw
from scanner.sheets import SHEETS, Sheet, render

DEFAULT_SHEET: Final = "a4-3x8"
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


def roll_labels(session: Session, *, actor: Actor, settings: Settings, roll_id: str) -> list[Label]:
    """The labels of a roll that are not stuck on anything yet. Refusal not_found where it is another's."""
    roll = codes.roll(session, roll_id=roll_id)
    if roll.site_id not in {site.id for site in own_sites(session, actor=actor)}:
        raise Refusal("not_found", what="roll")
    return plain_labels(settings, codes.codes_of(session, roll_id=roll_id, unbound=True))


def own_sites(session: Session, *, actor: Actor) -> Sequence[Node]:
    """The open sites of the actor's organisation."""
    return network.nodes(session, organisation_id=actor.organisation_id) if actor.organisation_id else ()


def plain_labels(settings: Settings, drawn: Sequence[str]) -> list[Label]:
    """Labels with nothing but their code."""
    return [Label(text=text_of(settings, code), code=code) for code in drawn]


def chosen_sheet(wanted: str | None) -> Sheet:
    """The paper with this code, or the usual A4 sheet. Refusal choice_unknown."""
    if wanted is not None and wanted not in SHEETS:
        raise Refusal("choice_unknown", field="sheet", value=wanted[:40])
    return SHEETS[wanted or DEFAULT_SHEET]


def printed(labels: Sequence[Label], *, sheet: Sheet, used: str | None = None, test_page: bool = False) -> File:
    """The labels as PDF; `used` of the first sheet are gone. Refusals: number_malformed, nothing_to_print."""
    if not labels and not test_page:
        raise Refusal("nothing_to_print")
    if used and not (used.isascii() and used.isdigit() and len(used) < 4):
        raise Refusal("number_malformed", value=used[:40])
    body = render(labels, sheet=sheet, fonts=FONTS, used=int(used or 0), test_page=test_page)
    return File(body=body, media_type="application/pdf", name=f"huiliu-labels-{sheet.code}.pdf")


def chosen_preset(wanted: str | None) -> Preset:
    """The preset with this code, or the usual one. Refusal choice_unknown."""
    if wanted is not None and wanted not in PRESETS:
        raise Refusal("choice_unknown", field="preset", value=wanted[:40])
    return PRESETS[wanted or DEFAULT_PRESET]


def painted(label: Label, *, kind: str, preset: Preset, dpi: str | None = None) -> File:
    """The label as `svg`, `png` or `pdf`. Refusal choice_unknown for a resolution no printer of the trade has."""
    name = f"huiliu-{label.code}.{kind}"
    if kind == "svg":
        body = svg(draw(label, preset), title=grouped(label.code)).encode()
        return File(body=body, media_type="image/svg+xml; charset=utf-8", name=name)
    if kind == "pdf":
        return File(
            body=render([label], sheet=SHEETS[preset.code], fonts=FONTS), media_type="application/pdf", name=name
        )
    if dpi is not None and dpi not in map(str, RESOLUTIONS_DPI):
        raise Refusal("choice_unknown", field="dpi", value=dpi[:40])
    body = png(draw(label, preset), fonts=FONTS, dpi=int(dpi or DEFAULT_DPI))
    return File(body=body, media_type="image/png", name=name)
