"""How often and how much one address may ask of the scanner's doors."""

from __future__ import annotations

from typing import Final

from scanner.decode import MOST_BYTES

LOOK_UP_LIMIT: Final = "120 per minute"
"""Generous for a gate with ten phones behind one address, hopeless for counting through 32^9 codes."""
PHOTO_LIMIT: Final = "30 per minute"
UPLOAD_BYTES: Final = MOST_BYTES + 64 * 1024
"""A photo and the frame a form puts around it. The photo itself is measured again by `decode`."""
