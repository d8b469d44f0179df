"""Any text a scanner, a camera, a keyboard or a person gives → what kind of name it is. Pure: no session, no request.

`parse` never raises: a text that names nothing is `unreadable` with a finding that says why. Only addresses of this
registry (its public URL and its former hosts) are read as ours, so a look-alike page cannot pass its codes off here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin

from registry.domain.identifiers import (
    CODE_MAX,
    CODE_MIN,
    normalise,
    parse_battery_code,
    parse_registry_code,
)
from registry.domain.refusals import Refusal

SCHEMES: Final = ("registry", "gb34014", "gs1", "serial", "foreign_url", "unreadable")
LONGEST_TEXT: Final = 4296
"""Characters in the largest QR there is (version 40-L, alphanumeric): nothing longer was scanned."""
LONGEST_NAME: Final = 120
"""A producer's serial beyond this is a document, not a name (column `batch_codes.value`)."""

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_WEB = re.compile(r"https?:/?/?", re.IGNORECASE)
_OURS = re.compile(r"/b/(?P<code>[^/]*)/*\Z", re.IGNORECASE)
_BRACKETS = re.compile(r"\(\d{2,4}\)")
_GROUP_SEPARATOR: Final = "\x1d"
# A Chinese input method rewrites the keystrokes of a wedge scanner: 。 for the dot, 、 for the slash.
_WEDGE_THROUGH_IME: Final = str.maketrans({"。": ".", "、": "/", "｡": ".", "､": "/"})

# The keys that name one thing, and the qualifiers that belong to the name; weights and dates are facts about it.
_GS1_KEYS: Final = ("00", "01", "8003", "8004", "8006", "414")
# GIAI and ITIP hold free text: without brackets or separators any serial that starts with these digits would be one.
_GS1_MARKED_ONLY: Final = frozenset({"8004", "8006"})
_GS1_QUALIFIERS: Final = ("22", "10", "21", "254")
_GTIN_LENGTHS: Final = (8, 12, 13, 14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanned:
    """`value` is what was read, `normalised` the one spelling of it (None when it names nothing here)."""

    scheme: str
    value: str
    normalised: str | None = None
    findings: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every spelling under which this name may have been written down, best first."""
        if self.normalised is None:
            return ()
        return tuple(dict.fromkeys((self.normalised, normalise(self.normalised), normalise(self.value))))


def hosts_of(*urls: str) -> frozenset[str]:
    """The hosts of our addresses, as `parse` compares them: lower case, the scheme's own port left out."""
    return frozenset(host for host in (_host(_split(url)) for url in urls if url) if host)


def parse(text: str, *, our_hosts: Iterable[str] = frozenset()) -> Scanned:
    """What `text` is. Full width, lower case, spaces, a symbology prefix and an input method's dots are forgiven."""
    if len(text) > LONGEST_TEXT:
        return _unreadable(text[:LONGEST_NAME], "text_too_long")
    folded = _tidy(text)
    if not any(each.isalnum() for each in folded):
        return _unreadable(text[:LONGEST_NAME], "text_empty")
    hosts = frozenset(our_hosts)
    address = _address(folded, hosts)
    if address is not None:
        return _parse_address(address, text=folded, hosts=hosts)
    for read in (_registry, _gs1, _battery):
        found = read(folded)
        if found is not None:
            return found
    return _serial(folded)


def _tidy(text: str) -> str:
    """Half width, without the frame a scanner puts around: symbology identifier, blanks, line ends.

    The group separator of GS1 is a control character that means something; all others are dropped.
    """
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(each for each in folded if each == _GROUP_SEPARATOR or unicodedata.category(each)[0] != "C")
    return _SYMBOLOGY.sub("", kept.strip(), count=1).strip() if kept.strip().startswith("]") else kept.strip()


def _unreadable(value: str, *findings: str) -> Scanned:
    return Scanned(scheme="unreadable", value=value, findings=findings)


# --- addresses ------------------------------------------------------------------------------------------------------


def _address(text: str, hosts: frozenset[str]) -> str | None:
    """The text as an address, when it is one: with its scheme, or typed from our host on."""
    joined = "".join(text.translate(_WEDGE_THROUGH_IME).split())
    started = _WEB.match(joined)
    if started:
        secure = "s" if joined[4] in "sS" else ""
        return f"http{secure}://{joined[started.end() :]}"
    if any(joined.lower().startswith(f"{host}/") for host in hosts):
        return f"https://{joined}"
    return None


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _host(parts: SplitResult | None) -> str | None:
    """`host` or `host:port`; None for what has no host, or hides it behind user information."""
    if parts is None or "@" in parts.netloc:
        return None
    try:
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name:
        return None
    own_port = {"http": 80, "https": 443}.get(parts.scheme)
    name = name.rstrip(".").lower()
    return name if port in (None, own_port) else f"{name}:{port}"


def _parse_address(address: str, *, text: str, hosts: frozenset[str]) -> Scanned:
    parts = _split(address)
    host = _host(parts)
    if parts is None or host is None:
        return Scanned(scheme="foreign_url", value=text)
    ours = _OURS.search(parts.path) if host in hosts else None
    if ours is not None:
        return _our_code(ours["code"])
    linked = _digital_link(address)
    if linked is not None:
        return linked
    if host in hosts:
        return _unreadable(text, "address_without_code")
    return Scanned(scheme="foreign_url", value=text)


def _our_code(text: str) -> Scanned:
    """The code of one of our own labels: whoever printed it wrote a code, so a wrong one is damaged, not foreign."""
    try:
        code = parse_registry_code(text)
    except Refusal as refused:
        return _unreadable(text, refused.code)
    return Scanned(scheme="registry", value=code, normalised=code)


def _digital_link(address: str) -> Scanned | None:
    """A GS1 Digital Link, which may stand on any host by design of its standard."""
    try:
        uri = GS1DigitalLinkURI.parse(address)
    except (ParseError, ValueError):
        return None
    return _gs1_name(uri.element_strings, value=address)


# --- bare texts -----------------------------------------------------------------------------------------------------


def _registry(text: str) -> Scanned | None:
    try:
        code = parse_registry_code(text)
    except Refusal:
        return None
    # Codes that read as a number are never drawn, so these digits came from a shop's label.
    return None if code.isdigit() else Scanned(scheme="registry", value=text, normalised=code)


def _battery(text: str) -> Scanned | None:
    try:
        battery = parse_battery_code(text)
    except Refusal:
        return None
    return Scanned(scheme="gb34014", value=text, normalised=battery.code, findings=battery.findings)


def _gs1(text: str) -> Scanned | None:
    """A GTIN, an SSCC or element strings, in brackets or as scanned. None when no key of GS1 is in it."""
    marked = _BRACKETS.match(text) is not None or _GROUP_SEPARATOR in text
    compact = "".join(text.split(" "))
    if compact.isascii() and compact.isdigit() and len(compact) in _GTIN_LENGTHS:
        return _gtin(compact, value=text)
    try:
        message = GS1Message.parse_hri(compact) if _BRACKETS.match(compact) else GS1Message.parse(compact)
    except (ParseError, ValueError):
        return None
    if not marked and message.element_strings[0].ai.ai in _GS1_MARKED_ONLY:
        return None
    return _gs1_name(message.element_strings, value=text)


def _gtin(digits: str, *, value: str) -> Scanned | None:
    try:
        gtin = Gtin.parse(digits)
    except (ParseError, ValueError):
        return None
    return Scanned(scheme="gs1", value=value, normalised=f"(01){gtin.as_gtin_14()}", findings=("gs1_names_a_product",))


def _gs1_name(elements: Iterable[GS1ElementString], *, value: str) -> Scanned | None:
    """Key first, then its qualifiers in the standard's order: one spelling however the thing was encoded."""
    found = {element.ai.ai: element.value for element in elements}
    key = next((each for each in _GS1_KEYS if each in found), None)
    if key is None:
        return None
    qualifiers = [each for each in _GS1_QUALIFIERS if each in found]
    name = "".join(f"({each}){found[each]}" for each in (key, *qualifiers))
    if len(name) > LONGEST_NAME:
        return None
    only_product = key == "01" and not {"10", "21"} & set(qualifiers)
    return Scanned(
        scheme="gs1",
        value=value,
        normalised=name,
        findings=("gs1_names_a_product",) if only_product else (),
    )


def _serial(text: str) -> Scanned:
    """Whatever is left: a producer's own serial. One with the shape of a registry code says that it fails the check."""
    name = " ".join(text.replace(_GROUP_SEPARATOR, " ").split()).upper()
    if len(name) > LONGEST_NAME:
        return _unreadable(text[:LONGEST_NAME], "text_too_long")
    findings = ("code_check_character",) if _looks_like_ours(text) else ()
    return Scanned(scheme="serial", value=text, normalised=name, findings=findings)


def _looks_like_ours(text: str) -> bool:
    try:
        parse_registry_code(text)
    except Refusal as refused:
        return refused.code == "code_check_character" and CODE_MIN <= len(normalise(text)) <= CODE_MAX
    return False
