"""Runs the outbox's own tests with node: the ordinary counts always, the heavy ones of the model in the long run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.js.test_modules import node

HERE = Path(__file__).parent


@pytest.mark.parametrize("script", sorted(each.name for each in HERE.glob("*.test.mjs")))
def test_the_outbox_passes_its_own_tests(script: str) -> None:
    _passes(script)


@pytest.mark.long
def test_a_thousand_histories_of_a_phone_lose_nothing() -> None:
    _passes("model.test.mjs", HUILIU_LONG="1")


def _passes(script: str, **settings: str) -> None:
    run = subprocess.run(
        [node(), "--test", str(HERE / script)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
