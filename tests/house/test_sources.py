"""House rules that a linter does not know."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.house.sources import HOUSE, PRODUCT, calls, imported, modules, parsed, tracked

LINES_OF_A_MODULE = 300
LINES_OF_A_FUNCTION = 70
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
MARKED_INITS = {Path("registry/store/__init__.py"), Path("registry/api/__init__.py")}
# Written in halves, so that this file does not hold what it looks for.
PACKAGE_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "npm" + "mirror.com")
CONTENT_HOSTS = ("js" + "delivr", "unpkg" + ".com", "cdn" + "js.", "fonts.google" + "apis")
EXACT = ["registry/domain", "registry/store", "registry/services"]


@pytest.mark.parametrize("host", PACKAGE_HOSTS + CONTENT_HOSTS)
def test_no_file_names_a_host_that_packages_or_pages_could_be_fetched_from(host: str) -> None:
    assert [str(path) for path in tracked() if host.encode() in (HOUSE / path).read_bytes()] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "static/package-lock.json"])
def test_locks_carry_digests_and_no_addresses(lock: str) -> None:
    text = (HOUSE / lock).read_text("utf-8")
    assert "://" not in text
    assert "sha256:" in text or "sha512-" in text


def test_modules_are_short_enough_to_be_one_idea() -> None:
    long = {str(path): length for path in modules() if (length := _length(path)) > LINES_OF_A_MODULE}
    assert long == {}


def test_functions_are_short_enough_to_be_one_step() -> None:
    long = {
        f"{path}:{node.lineno} {node.name}": length
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_modules_have_names_that_say_something() -> None:
    assert [str(path) for path in modules(*PRODUCT) if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_package_inits_are_empty_but_the_two_marked_ones() -> None:
    inits = [path for path in modules(*PRODUCT) if path.name == "__init__.py" and path not in MARKED_INITS]
    assert inits
    assert [str(path) for path in inits if (HOUSE / path).read_text("utf-8").strip()] == []


def test_the_domain_needs_the_standard_library_only() -> None:
    domain = modules("registry/domain")
    assert domain
    allowed = sys.stdlib_module_names
    strangers = {
        f"{path}: {name}"
        for path in domain
        for name in imported(path)
        if name.split(".")[0] not in allowed and not name.startswith("registry.domain")
    }
    assert strangers == set()


def test_the_domain_has_no_clock() -> None:
    clocks = {"now", "utcnow", "today", "time", "monotonic"}
    told = {
        f"{path}:{call.lineno}"
        for path in modules("registry/domain")
        for name, call in calls(path)
        if name in clocks and isinstance(call.func, ast.Attribute) and _root(call.func) in {"datetime", "date", "time"}
    }
    assert told == set()


def test_the_exact_floors_hold_no_float() -> None:
    floats = {
        f"{path}:{getattr(node, 'lineno', 0)}"
        for path in modules(*EXACT)
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    }
    assert floats == set()


def test_services_and_shelves_never_commit() -> None:
    # registry/store/schema.py carries the migrations up and down: its own door.
    quiet = [path for path in modules("registry/services", "registry/store") if path.stem != "schema"]
    assert [f"{path}:{call.lineno}" for path in quiet for name, call in calls(path) if name == "commit"] == []


def test_the_ledger_is_written_by_capture_alone() -> None:
    rows = {"EntryRow", "PostingRow", "PostingOriginRow", "OriginRow"}
    writers = {
        path
        for path in modules(*PRODUCT)
        for name, call in calls(path)
        if name in rows or (name in {"insert", "update", "delete"} and rows & _names(call.args))
    }
    strangers = {path for path in writers if not (path.stem.startswith("capture") and path.parent.name == "services")}
    assert {str(path) for path in strangers if not path.is_relative_to("registry/store")} == set()


def _names(nodes: list[ast.expr]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _length(path: Path) -> int:
    return len((HOUSE / path).read_text("utf-8").splitlines())


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
