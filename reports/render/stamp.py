"""What makes a file checkable later: who vouches for it, for which question, and how the file is to be read back.

Every format carries the same claims (report, query, cut-off, method) with a digest of what it shows, in the way that
disturbs its readers least: a member of the JSON, a row of the facts sheet, a comment behind the end of the PDF, and
beside a CSV a header and a `.sig` file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

import rfc8785

from registry.services.signatures import Signer
from reports.columns import Table
from reports.selection import Selection
from reports.words import Words

METHOD: Final = "1"
"""raised whenever the same ledger would give another figure"""
PDF_MARK: Final = b"%huiliu-signature "
_WORDS: Final[Mapping[str, Words]] = {
    "number": {"zh": "期次", "en": "Submission"},
    "code": {"zh": "核验码", "en": "Verify code"},
    "method": {"zh": "方法版本", "en": "Method version"},
    "address": {"zh": "核验网址", "en": "Check at"},
    "signature": {"zh": "签名", "en": "Signature"},
}
SIGNATURE: Final = _WORDS["signature"]
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class Answer(Protocol):
    """What every report is: a name, and the question it answers."""

    @property
    def name(self) -> str: ...

    @property
    def selection(self) -> Selection: ...


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Who vouches. `address`: of the registry; `code` and `number`: of a publication, empty for a passing download."""

    signer: Signer
    address: str
    code: str = ""
    number: int = 0

    @property
    def verify_address(self) -> str:
        """Where anyone may check the file, as it stands in the QR."""
        return f"{self.address}/verify/{self.code}".rstrip("/").upper()

    @property
    def shown(self) -> dict[str, str]:
        """As JSON says it."""
        found = {"address": self.verify_address}
        return {**found, "code": self.code, "submission": str(self.number)} if self.code else found

    def facts(self, language: str) -> list[tuple[str, str]]:
        """What a reader needs to check the file."""
        found = [("method", METHOD), ("address", self.verify_address)]
        if self.code:
            found = [("number", str(self.number)), ("code", spoken(self.code)), *found]
        return [(_WORDS[key][language], text) for key, text in found]


def spoken(code: str) -> str:
    """In groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def claims(answer: Answer, table: Table, form: str, language: str, **digests: str) -> dict[str, Any]:
    """What is signed: the question, the cut-off, and digests of what the file shows."""
    return {
        "report": answer.name,
        "query": answer.selection.parameters(),
        "cut_off": answer.selection.as_of_utc.isoformat().replace("+00:00", "Z"),
        "method": METHOD,
        "format": form,
        "language": language,
        "figures": len(table.rows),
        **digests,
    }


def sha256(data: bytes) -> str:
    """In hex."""
    return hashlib.sha256(data).hexdigest()


def sheet_digest(rows: Iterable[Sequence[object]]) -> str:
    """Of a sheet as any program reads it back: cells as text, numbers without the zeros a spreadsheet drops."""
    return sha256(rfc8785.dumps([_trimmed([_plain(cell) for cell in row]) for row in rows]))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    text = repr(cell) if isinstance(cell, float) else str(cell)
    # Text stays as it is, unless it reads as the number that another program would have made of it.
    return f"{Decimal(text).normalize():f}" if isinstance(cell, float) or _NUMBER.fullmatch(text) else text


def signed_pdf(content: bytes, token: str) -> bytes:
    """The file with its signature as a comment behind its end, where readers stop reading."""
    return content + PDF_MARK + token.encode() + b"\n"


def parted_pdf(content: bytes) -> tuple[bytes, str] | None:
    """The inverse: what was signed, and the token; None where there is none."""
    body, mark, token = content.rpartition(PDF_MARK)
    return (body, token.decode("ascii", "replace").removesuffix("\n")) if mark else None


def sidecar(name: str, content_sha256: str, token: str) -> Mapping[str, str]:
    """The `.sig` file beside a CSV."""
    return {"file": name, "sha256": content_sha256, "signature": token}
