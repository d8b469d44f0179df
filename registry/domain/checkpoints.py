"""Checkpoints of the log as text: what is signed, and the note around it (C2SP tlog-checkpoint and signed-note).

A checkpoint is three lines: the log's name, its size, its root in base64; further lines are extensions. A signed note
is that text, an empty line, and one signature line for each signer. Whether a signature holds is asked of whoever has
the keys; here is only how it is written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from registry.domain.merkle import HASH_BYTES
from registry.domain.refusals import Refusal

ED25519: Final = 0x01
"""The algorithm byte of C2SP signed-note."""
_MARK: Final = "\N{EM DASH} "
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The log `origin` had `size` records, and this root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The signed text, its last line feed included."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One signer's line. `key_id`: four bytes that name its key."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """As it stands in the note."""
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A text with the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def written(self) -> str:
        """The whole note."""
        return f"{self.text}\n{''.join(each.line for each in self.signatures)}"

    @property
    def checkpoint(self) -> Checkpoint:
        """What the text says. Refusal: checkpoint_malformed."""
        return checkpoint_of(self.text)


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes that name a signer's Ed25519 key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([ED25519]) + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """The public key as signed-note writes it: `name+hash+key`, for whoever verifies with other people's tools."""
    packed = base64.b64encode(bytes([ED25519]) + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{packed}"


def checkpoint_of(text: str) -> Checkpoint:
    """The inverse of `Checkpoint.text`; extension lines are passed over. Refusal: checkpoint_malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise Refusal("checkpoint_malformed", line=1 if not lines[0] else 2)
    root = _decoded(lines[2], "3")
    if len(root) != HASH_BYTES:
        raise Refusal("checkpoint_malformed", line=3)
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def note_of(written: str) -> Note:
    """The inverse of `Note.written`: at least one signature. Refusal: checkpoint_malformed."""
    text, gap, below = written.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise Refusal("checkpoint_malformed", line="signature")
    signatures = tuple(_signature(line) for line in below.removesuffix("\n").split("\n"))
    return Note(text=text + "\n", signatures=signatures)


def _signature(line: str) -> Signature:
    name, _, packed = line.removeprefix(_MARK).partition(" ")
    raw = _decoded(packed, "signature")
    if not line.startswith(_MARK) or not _NAME.fullmatch(name) or len(raw) <= 4:
        raise Refusal("checkpoint_malformed", line="signature")
    return Signature(name=name, key_id=raw[:4], signature=raw[4:])


def _decoded(text: str, line: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("checkpoint_malformed", line=line) from None
