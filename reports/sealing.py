"""With what this running registry vouches for the files it hands out."""

from __future__ import annotations

from typing import Final

from registry.extensions import db
from registry.http.signing import settings, signer
from registry.http.transaction import transaction
from reports.publishing import Press
from reports.render.stamp import Stamp

VERIFY_LIMIT: Final = "60 per minute"
"""for the doors through which anyone asks about codes and files"""


def stamp() -> Stamp:
    """Of a passing download: signed, but not kept."""
    return Stamp(signer=signer(), address=settings().public_url)


def press() -> Press:
    """What a door publishes with."""
    return Press(session=db.session, signer=signer(), address=settings().public_url, transaction=transaction)
