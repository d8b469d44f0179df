"""The ladder earns its rungs: at least the best single reader in every category of the stress set, and more overall."""

import pytest

from tests.bench.decoding import AHEAD, measure
from tests.bench.stress import stress_set


@pytest.mark.long
def test_the_ladder_reads_what_the_best_single_reader_reads_and_five_points_more() -> None:
    measured = measure(stress_set(12))
    assert measured.behind() == []
    assert AHEAD.reached(measured.ahead())
