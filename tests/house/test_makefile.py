"""`make help` is the list of commands: nothing hidden, nothing promised that is not there."""

from __future__ import annotations

import re
import subprocess

from tests.house.sources import HOUSE

MAKEFILE = (HOUSE / "Makefile").read_text("utf-8")


def test_help_lists_every_command_with_its_comment() -> None:
    phony = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())  # type: ignore[index]
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    lines = [re.split(r"\s{2,}", line, maxsplit=1) for line in shown.stdout.splitlines()]
    assert {name for name, _ in lines} == phony
    assert all(comment for _, comment in lines)


def test_every_script_a_recipe_runs_is_there() -> None:
    scripts = set(re.findall(r"(?:^|\s)((?:\.ci|tests|docs|static)/[\w./-]+)", MAKEFILE))
    made = {"static/vendor/LICENSES.txt"}
    assert [name for name in scripts - made if not (HOUSE / name).exists()] == []
