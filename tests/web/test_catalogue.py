"""The English catalogue is complete: every message of the pages is in it, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from registry.web.catalogue import PACKAGES, sources, translations

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
EXTRACTORS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def _messages(package: str) -> set[str]:
    """What a package marks for translation, templates and modules alike."""
    return {
        message if isinstance(message, str) else message[0]
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in EXTRACTORS
        for _, message, _, _ in extract_from_file(
            EXTRACTORS[path.suffix], str(path), keywords=KEYWORDS, options={"newstyle_gettext": "true"}
        )
    }


def _catalogue(package: str) -> dict[str, str]:
    """The words of all the package's English files."""
    found: dict[str, str] = {}
    for path in sources("en"):
        if path.is_relative_to(ROOT / package):
            with path.open("rb") as file:
                found |= {str(message.id): str(message.string or "") for message in read_po(file) if message.id}
    return found


def _english() -> dict[str, str]:
    return {key: words for package in PACKAGES for key, words in _catalogue(package).items()}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_message_has_english_words(package: str) -> None:
    found = _messages(package)
    english = _english()
    assert found, "nothing was extracted: the test would say nothing"
    assert sorted(message for message in found if not english.get(message)) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_catalogue_keeps_words_nobody_says(package: str) -> None:
    said = set().union(*(_messages(each) for each in PACKAGES))
    assert sorted(set(_catalogue(package)) - said) == []


def test_translations_fill_in_the_same_facts() -> None:
    assert {
        key: words
        for key, words in _english().items()
        if sorted(PLACEHOLDER.findall(key)) != sorted(PLACEHOLDER.findall(words))
    } == {}


def test_the_catalogue_is_read_as_it_stands() -> None:
    assert translations(list(sources("en")), "en").gettext("批次") == "Batches"
    assert translations([], "en").gettext("批次") == "批次"
