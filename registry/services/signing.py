"""Signatures of browsers: ECDSA on P-256 over SHA-256, as WebCrypto makes them (r‖s, IEEE P1363), keys as JWK."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registry.domain.refusals import Refusal

_BYTES = 32
"""of a coordinate, and of each half of a signature"""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A point on P-256, base64url without padding, as in a JWK."""

    x: str
    y: str

    @property
    def thumbprint(self) -> str:
        """RFC 7638: the same key has the same name everywhere."""
        jwk = json.dumps({"crv": "P-256", "kty": "EC", "x": self.x, "y": self.y}, separators=(",", ":"))
        return base64.urlsafe_b64encode(hashlib.sha256(jwk.encode()).digest()).rstrip(b"=").decode()


def public_key(jwk: object) -> PublicKey:
    """The key in a JWK. Refusal device_key_malformed: another kind, or a point that is not on the curve."""
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise Refusal("device_key_malformed")
    key = PublicKey(x=_canonical(jwk.get("x")), y=_canonical(jwk.get("y")))
    try:
        _point(key)
    except ValueError:
        raise Refusal("device_key_malformed") from None
    return key


def is_signed(key: PublicKey, text: str, signature: object) -> bool:
    """Whether `signature` (base64url) is the key's own over the UTF-8 bytes of `text`. False on anything malformed."""
    try:
        halves = _bytes(signature, 2 * _BYTES)
        r, s = (int.from_bytes(half) for half in (halves[:_BYTES], halves[_BYTES:]))
        _point(key).public_key().verify(encode_dss_signature(r, s), text.encode(), ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def _point(key: PublicKey) -> EllipticCurvePublicNumbers:
    x, y = (int.from_bytes(_bytes(each, _BYTES)) for each in (key.x, key.y))
    numbers = EllipticCurvePublicNumbers(x=x, y=y, curve=SECP256R1())
    numbers.public_key()  # ValueError when it is not on the curve
    return numbers


def _canonical(value: Any) -> str:
    """One spelling of a coordinate: the thumbprint is over the text."""
    try:
        return base64.urlsafe_b64encode(_bytes(value, _BYTES)).rstrip(b"=").decode()
    except ValueError:
        raise Refusal("device_key_malformed") from None


def _bytes(value: object, length: int) -> bytes:
    if not isinstance(value, str) or len(value) > 2 * length:
        raise ValueError("not base64url of the right length")
    try:
        found = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if len(found) != length:
        raise ValueError("another length")
    return found
