"""Whether a file is genuine: byte for byte one that was published, else signed by this registry over what it shows.

What a file says of itself proves nothing: the bytes are looked up, and signatures are checked against this registry's
own keys, with every digest computed anew from the file.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from registry.services import publications
from registry.services.publications import FileFacts, Publication
from registry.services.signatures import Key, claims_of, is_marked
from reports.render.stamp import SIGNATURE, parted_pdf, sha256, sheet_digest
from reports.words import Words

UNPACKED_MOST: Final = 200_000_000
"""bytes a spreadsheet may unpack to: more is no report of ours"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found. `status`: published · signed · altered · unknown. `claims`: what the signature speaks of."""

    status: str
    sha256: str
    publication: Publication | None = None
    file: FileFacts | None = None
    claims: Mapping[str, Any] | None = None

    @property
    def genuine(self) -> bool:
        """Whether nobody touched it."""
        return self.status in ("published", "signed")

    @property
    def words(self) -> Words:
        """The verdict in a sentence."""
        return VERDICTS[self.status]


VERDICTS: Final[Mapping[str, Words]] = {
    "published": {
        "zh": "真实：与已报送的文件逐字节一致。",
        "en": "Genuine: byte for byte the file that was published.",
    },
    "signed": {
        "zh": "真实：未报送的下载件，本登记簿的签名与其数字、查询条件和数据截止时间相符。",
        "en": "Genuine: a download that was not published; this registry's signature fits its figures, question and "
        "cut-off.",
    },
    "altered": {
        "zh": "不真实：文件声称出自本登记簿，但内容与签名或报送存档不符。",
        "en": "Not genuine: the file claims to come from this registry, but its content does not fit the signature or "
        "the published bytes.",
    },
    "unknown": {
        "zh": "无法确认：既不是已报送的文件，也没有本登记簿的有效签名。CSV 请与其 .sig 文件一同核验。",
        "en": "Not confirmed: neither a published file, nor validly signed by this registry. Check a CSV together with "
        "its .sig file.",
    },
}


def by_digest(session: Any, digest: str) -> Verdict:
    """What is known of bytes by their SHA-256 alone."""
    found = publications.by_digest(session, digest)
    if found is None:
        return Verdict(status="unknown", sha256=digest)
    return Verdict(status="published", sha256=digest, publication=found[0], file=found[1])


def examine(session: Any, content: bytes, *, keys: Sequence[Key], beside: bytes = b"") -> Verdict:
    """The verdict on a file. `beside`: the `.sig` file of a CSV."""
    found = by_digest(session, sha256(content))
    if found.genuine:
        return found
    told = _told(content, beside, keys)
    if told is None:
        return found
    claims, fits = told
    # What says it was published is genuine byte for byte or not at all.
    status = "signed" if fits and claims is not None and not claims.get("code") else "altered"
    return Verdict(status=status, sha256=found.sha256, claims=claims)


_Told = tuple[Mapping[str, Any] | None, bool]
"""what is claimed (None: signed by nobody we answer for), and whether the file fits it"""


def _told(content: bytes, beside: bytes, keys: Sequence[Key]) -> _Told | None:
    if content.startswith(b"%PDF"):
        return _pdf(content, keys)
    if content.startswith(b"PK"):
        return _xlsx(content, keys)
    if content.lstrip()[:1] == b"{":
        return _json(content, keys)
    return _csv(content, beside, keys) if beside else None


def _pdf(content: bytes, keys: Sequence[Key]) -> _Told | None:
    parted = parted_pdf(content)
    if parted is None:
        return None
    claims = claims_of(parted[1], keys)
    return claims, claims is not None and claims.get("file_sha256") == sha256(parted[0])


def _csv(content: bytes, beside: bytes, keys: Sequence[Key]) -> _Told | None:
    try:
        body = json.loads(beside)
        token = str(body["signature"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    claims = claims_of(token, keys)
    return claims, claims is not None and claims.get("file_sha256") == sha256(content)


def _json(content: bytes, keys: Sequence[Key]) -> _Told | None:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or "signature" not in body:
        return None
    verify = body.get("verify")
    code = verify.get("code") if isinstance(verify, dict) else None
    claims = {
        "report": body.get("report"),
        "query": body.get("filters"),
        "cut_off": body.get("cut_off"),
        "method": body.get("method"),
        **({"code": code} if code else {}),
    }
    fits = is_marked(body, keys)
    return (claims if fits else None), fits


def _xlsx(content: bytes, keys: Sequence[Key]) -> _Told | None:
    sheets = _sheets(content)
    if sheets is None:
        return None
    data, facts = sheets
    labels = set(SIGNATURE.values())
    place = next((n for n, row in enumerate(facts) if row and row[0] in labels), None)
    if place is None or len(facts[place]) < 2:
        return None
    claims = claims_of(str(facts[place][1]), keys)
    if claims is None:
        return None, False
    said = [row[:2] for row in facts[:place]]
    fits = claims.get("sheet_sha256") == sheet_digest(data) and claims.get("facts_sha256") == sheet_digest(said)
    return claims, fits


def _sheets(content: bytes) -> tuple[list[list[Any]], list[list[Any]]] | None:
    """The first two sheets as rows; None for what is no spreadsheet of ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED_MOST:
                return None
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if len(book.sheet_names) < 2:
            return None
        found = [book.get_sheet_by_index(place).to_python(skip_empty_area=False) for place in (0, 1)]
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError):
        return None
    return found[0], found[1]
