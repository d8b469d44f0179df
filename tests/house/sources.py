"""The project's own files, as git knows them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
PRODUCT = ("registry", "scanner", "reports")


@cache
def tracked() -> tuple[Path, ...]:
    """Every tracked file that is still there, relative to the project's folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True)
    return tuple(path for name in listed.stdout.split("\0") if name and (HOUSE / (path := Path(name))).is_file())


def modules(*under: str) -> list[Path]:
    """Python files below the given folders or equal to the given paths; all when none is given."""
    places = [Path(place) for place in under]
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and (not places or any(path.is_relative_to(place) for place in places))
    ]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((HOUSE / path).read_text("utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """(name as written last, call) of every call: `a.b.c()` has the name `c`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node


def imported(path: Path) -> Iterator[str]:
    """Every absolute module name an import statement of the file mentions."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module)):
                yield module
