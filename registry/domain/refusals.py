"""The only domain exception: something that cannot be true, or that the actor may not do."""

from __future__ import annotations


class Refusal(Exception):
    """A stable machine code and the facts behind it; the words are the doors' business.

    `code` is snake_case and never changes once published; `facts` are JSON-able coordinates
    (which line, which batch, how many grams) so that an error carries where it happened.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        if not self.facts:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value!r}' for name, value in sorted(self.facts.items()))})"
