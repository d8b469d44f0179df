"""Runs the browser modules' own tests with node, against vectors that Python makes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.js.vectors import vectors

HERE = Path(__file__).parent
BESIDE_PYTHON = Path(sys.executable).parent


def node() -> str:
    """The system's node, or the one that the set-up put beside Python."""
    found = shutil.which("node", path=os.pathsep.join([os.environ.get("PATH", ""), str(BESIDE_PYTHON)]))
    assert found, "node is missing: run `make setup`"
    return found


@pytest.mark.parametrize("script", sorted(each.name for each in HERE.glob("*.test.mjs")))
def test_the_browser_modules_pass_their_own_tests(script: str, tmp_path: Path) -> None:
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps(vectors()), encoding="utf-8")
    run = subprocess.run(
        [node(), "--test", str(HERE / script)],
        env={**os.environ, "HUILIU_TEST_VECTORS": str(path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
