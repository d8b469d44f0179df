"""Signatures of the registry over what it hands out: Ed25519 (RFC 8032), as JWS (RFC 7515, RFC 8037).

A signer is known by the thumbprint of its public key (RFC 7638), so that a file says which key vouches for it, and a
key that was replaced still opens what it signed. Signing is deterministic: the same figures give the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE: Final = b"huiliu report signatures 1"
_SEED_BYTES: Final = 32
_TOKEN_MOST: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class Key:
    """A public key: `x` is base64url of its 32 bytes, as in a JWK."""

    x: str

    @property
    def id(self) -> str:
        """RFC 7638 thumbprint."""
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": self.x}
        return encoded(hashlib.sha256(rfc8785.dumps(jwk)).digest())

    @property
    def jwk(self) -> dict[str, str]:
        """As others read it."""
        return {"kty": "OKP", "crv": "Ed25519", "x": self.x, "kid": self.id, "alg": "EdDSA", "use": "sig"}

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Whether it is this key's own signature over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(decoded(self.x)).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Holds the private key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = Key(x=encoded(self._key.public_key().public_bytes_raw()))

    def token(self, claims: Mapping[str, Any]) -> str:
        """The claims, signed, as compact JWS."""
        header = rfc8785.dumps({"alg": "EdDSA", "kid": self.key.id, "typ": "huiliu-report+jws"})
        message = f"{encoded(header)}.{encoded(rfc8785.dumps(dict(claims)))}"
        return f"{message}.{encoded(self._key.sign(message.encode()))}"

    def mark(self, body: Mapping[str, Any]) -> dict[str, str]:
        """What stands in a JSON body as `signature`: over the canonical form (RFC 8785) of the rest of it."""
        return {
            "alg": "EdDSA",
            "kid": self.key.id,
            "canonical": "RFC 8785",
            "value": encoded(self._key.sign(rfc8785.dumps(dict(body)))),
        }


def signer_of(*, signing_key: str, secret_key: str) -> Signer:
    """The instance's signer: of the key it was given (base64url of 32 bytes), else derived from its secret.

    Raises ValueError for a key that is none.
    """
    if not signing_key:
        derived = HKDF(algorithm=hashes.SHA256(), length=_SEED_BYTES, salt=None, info=_PURPOSE)
        return Signer(derived.derive(secret_key.encode()))
    seed = decoded(signing_key)
    if len(seed) != _SEED_BYTES:
        raise ValueError(f"a signing key is base64url of {_SEED_BYTES} bytes, not of {len(seed)}")
    return Signer(seed)


def claims_of(token: str, keys: Iterable[Key]) -> dict[str, Any] | None:
    """What a token claims where one of the keys signed it; None for everything else."""
    parts = token.strip().split(".")
    if len(parts) != 3 or len(token) > _TOKEN_MOST:
        return None
    try:
        header, payload, signature = (decoded(part) for part in parts)
        named, claims = json.loads(header), json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(named, dict) or not isinstance(claims, dict) or named.get("alg") != "EdDSA":
        return None
    message = ".".join(parts[:2]).encode()
    signed = any(key.id == named.get("kid") and key.accepts(signature, message) for key in keys)
    return claims if signed else None


def is_marked(body: Mapping[str, Any], keys: Iterable[Key]) -> bool:
    """Whether the `signature` member of a JSON body is one of the keys' over the rest of it."""
    mark = body.get("signature")
    if not isinstance(mark, Mapping) or mark.get("alg") != "EdDSA":
        return False
    try:
        message = rfc8785.dumps({name: value for name, value in body.items() if name != "signature"})
        signature = decoded(str(mark.get("value")))
    except (ValueError, RecursionError):  # rfc8785's errors are ValueErrors too
        return False
    return any(key.id == mark.get("kid") and key.accepts(signature, message) for key in keys)


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The inverse, one spelling only. Raises ValueError."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as broken:
        raise ValueError(str(broken)) from None
    if encoded(found) != text:
        raise ValueError("another spelling of the same bytes")
    return found
