"""Any scanned text → what it names and what to do about it: the one function behind page, API, wedge and photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.services.resolution import Standing, standing
from scanner.digital_link import Scanned, parse


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """`answer` is what to tell the person, one of ANSWERS; the page and the phone have the words for each."""

    scanned: Scanned
    standing: Standing
    answer: str


ANSWERS: Final = (
    "batch",  # a batch the asker may open
    "container",  # a container of the asker's organisation
    "bind",  # a pre-issued label of the asker's organisation: register a collection with it
    "not_yours",  # something of another party: nothing more is said
    "register",  # a well-formed name that nothing bears yet: offer to register the thing
    "unknown",  # shaped like one of our codes but never drawn here
    "mistyped",  # shaped like one of our codes, but its check character is wrong
    "foreign",  # the address of another system
    "unreadable",  # no name at all
)

_NAMED: Final = MappingProxyType({"batch": "batch", "container": "container", "label": "bind"})
_NAMELESS: Final = MappingProxyType({"foreign_url": "foreign", "unreadable": "unreadable"})


def resolve(session: Session, *, actor: Actor, text: str, our_hosts: Iterable[str]) -> Resolution:
    """What `text` names for this actor. Never raises on any text; reads only."""
    scanned = parse(text, our_hosts=our_hosts)
    place = standing(session, actor=actor, spellings=scanned.spellings)
    return Resolution(scanned=scanned, standing=place, answer=_answer(scanned, place))


def _answer(scanned: Scanned, place: Standing) -> str:
    if place.names in _NAMED:
        return _NAMED[place.names] if place.yours else "not_yours"
    if "code_check_character" in scanned.findings:
        return "mistyped"
    if scanned.scheme == "registry":
        return "unknown"
    return _NAMELESS.get(scanned.scheme, "register")
