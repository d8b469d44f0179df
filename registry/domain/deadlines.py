"""Until when an event had to be recorded, in the form the event keeps: new tables change nothing of it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Due:
    """Until when an event of a stream had to be recorded; the frozen form is `stream date`, and `-` for no rule."""

    stream: str
    on: date

    @property
    def text(self) -> str:
        """As the event keeps it."""
        return f"{self.stream} {self.on.isoformat()}"


NO_RULE: Final = "-"


def due_of(text: str) -> Due | None:
    """The inverse of `Due.text`; None for NO_RULE."""
    if text == NO_RULE:
        return None
    stream, _, day = text.rpartition(" ")
    return Due(stream=stream, on=date.fromisoformat(day))
