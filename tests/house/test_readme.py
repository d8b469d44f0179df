"""The README's tree is the house, and the decisions are numbered without a gap."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.sources import HOUSE, tracked

README = (HOUSE / "README.md").read_text("utf-8")


def _shown() -> list[Path]:
    """Paths of the first block under the heading of the tree; two spaces of indent are one floor down."""
    block = re.search(r"^## .*tree.*?$.*?^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert block, "the README has no tree"
    path: list[str] = []
    shown = []
    for line in filter(str.strip, block[1].splitlines()):
        depth = (len(line) - len(line.lstrip())) // 2
        path[depth:] = [line.split()[0].rstrip("/")]
        shown.append(Path(*path))
    return shown


def test_everything_the_tree_shows_is_there() -> None:
    assert [str(path) for path in _shown() if not (HOUSE / path).exists()] == []


def test_everything_at_the_top_is_in_the_tree() -> None:
    assert {path.parts[0] for path in tracked()} - {path.parts[0] for path in _shown()} == set()


def test_every_room_of_the_packages_is_in_the_tree() -> None:
    rooms = {path.parent for path in tracked() if path.name == "__init__.py"}
    assert rooms - set(_shown()) == set()


def test_the_readme_gives_the_two_commands() -> None:
    assert "make demo" in README
    assert "make test" in README


def test_decisions_are_numbered_without_a_gap_and_say_when_to_look_again() -> None:
    decisions = sorted((HOUSE / "docs/decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        headings = re.findall(r"^## (.*)$", path.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Options", "Choice", "Price", "When to revisit"], path.name
