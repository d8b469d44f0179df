"""The ladder earns its rungs: at least the best single reader in every category of the stress set, and more overall."""

import statistics

import pytest

from tests.bench.decoding import measure
from tests.bench.stress import stress_set


@pytest.mark.long
def test_the_ladder_reads_what_the_best_single_reader_reads_and_five_points_more() -> None:
    shares, _ = measure(stress_set(12))
    means = {name: {kind: statistics.mean(each) for kind, each in found.items()} for name, found in shares.items()}
    for kind, rate in means["ladder"].items():
        assert rate >= max(means["zxing"][kind], means["zbar"][kind]), kind
    overall = {name: statistics.mean(found.values()) for name, found in means.items()}
    assert overall["ladder"] >= max(overall["zxing"], overall["zbar"]) + 0.05
