"""The English catalogue of the pages: message ids are the Chinese words, read from .po files when first asked.

Nothing is compiled and nothing made is committed: a .po next to the templates is the whole truth. Each feature
brings its own (`<package>/translations/en.po`); a word found in none of them stands there in Chinese, which the
tests do not let happen.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_babel import Domain, get_locale

_ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("registry/web", "scanner", "reports")


def sources(language: str) -> Iterator[Path]:
    """The .po files of a language: a package's own, then those of its parts (`outbox.en.po`)."""
    for package in PACKAGES:
        folder = _ROOT / package / "translations"
        yield from sorted(folder.glob(f"{language}.po"))
        yield from sorted(folder.glob(f"*.{language}.po"))


def translations(paths: Sequence[Path], language: str) -> Translations:
    """One catalogue out of several .po files; the first to translate a message wins."""
    merged: Any = None
    for path in paths:
        with path.open("rb") as file:
            found = read_po(file, locale=language)
        if merged is None:
            merged = found
            continue
        for message in found:
            if message.id and message.id not in merged:
                merged.add(message.id, message.string, context=message.context)
    if merged is None:
        return Translations()
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


class Catalogue(Domain):
    """Flask-Babel's domain over .po files. Chinese needs no catalogue: the ids are the words."""

    def get_translations(self) -> Translations:
        """The catalogue of the current request's language, read once per process."""
        language = str(getattr(get_locale(), "language", "zh"))
        found: Translations | None = self.cache.get(language)
        if found is None:
            found = self.cache[language] = translations(list(sources(language)), language)
        return found
