"""The code under which a published report is checked: sixteen characters to read aloud, the last one a check character.

Drawn from a CSPRNG (75 bits): nobody can count through publications. The alphabet and the check are those of batch
codes (ISO 7064 MOD 37,36), the length is not, so that the one is never taken for the other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from registry.domain.identifiers import ALPHABET, check_character, normalise
from registry.domain.refusals import Refusal

LENGTH: Final = 16


def draw_verify_code(choose: Callable[[str], str] = secrets.choice) -> str:
    """A fresh code; drawn again while the check character falls on I O U L."""
    while True:
        body = "".join(choose(ALPHABET) for _ in range(LENGTH - 1))
        check = check_character(body)
        if check in ALPHABET:
            return body + check


def parse_verify_code(text: str) -> str:
    """The code someone typed or scanned, lower case, blanks and hyphens forgiven. Refusal verify_code_malformed."""
    code = normalise(text)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET) or check_character(code[:-1]) != code[-1]:
        raise Refusal("verify_code_malformed", length=LENGTH)
    return code
