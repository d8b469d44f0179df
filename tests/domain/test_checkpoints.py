"""Checkpoints are written as C2SP writes them and read back, or refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.checkpoints import Checkpoint, Note, Signature, checkpoint_of, key_id, note_of, verifier_key
from registry.domain.refusals import Refusal

ROOT = hashlib.sha256(b"root").digest()
ORIGIN = "huiliu.example/log"


def test_a_checkpoint_is_name_size_and_root_line_by_line() -> None:
    text = Checkpoint(origin=ORIGIN, size=42, root=ROOT).text
    assert text == f"{ORIGIN}\n42\n{base64.b64encode(ROOT).decode()}\n"
    assert checkpoint_of(text) == Checkpoint(origin=ORIGIN, size=42, root=ROOT)
    assert checkpoint_of(text + "an extension\n").size == 42


def test_a_signed_note_holds_under_the_key_it_names() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    text = Checkpoint(origin=ORIGIN, size=7, root=ROOT).text
    signed = Signature(name=ORIGIN, key_id=key_id(ORIGIN, public), signature=key.sign(text.encode()))
    note = note_of(Note(text=text, signatures=(signed,)).written)
    assert note.checkpoint.size == 7
    (found,) = note.signatures
    Ed25519PublicKey.from_public_bytes(public).verify(found.signature, note.text.encode())


def test_the_key_of_the_published_example_of_signed_note_has_its_published_name() -> None:
    # golang.org/x/mod/sumdb/note: the key of PeterNeumann, whose hash its documentation gives as c74f20a3.
    packed = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert packed[0] == 1
    assert key_id("PeterNeumann", packed[1:]).hex() == "c74f20a3"
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert verifier_key("PeterNeumann", packed[1:]) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name\n1\n",
        "\n1\nAAAA\n",
        "name\n01\n" + base64.b64encode(ROOT).decode() + "\n",
        "name\n-1\n" + base64.b64encode(ROOT).decode() + "\n",
        "name\n1\n" + base64.b64encode(ROOT).decode(),
        "name\n1\nAAAA\n",
        "name\n1\nno base64!\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        checkpoint_of(text)
    assert refused.value.code == "checkpoint_malformed"


def _refusal_of(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except Refusal as refusal:
        return refusal.code
    return None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert {_refusal_of(read, text) for read in (checkpoint_of, note_of)} <= {None, "checkpoint_malformed"}


@given(st.text(alphabet="abc\n \N{EM DASH}+=AB", max_size=80))
def test_no_note_breaks_the_reader(text: str) -> None:
    assert _refusal_of(note_of, f"name\n1\n\n{text}") in (None, "checkpoint_malformed")
