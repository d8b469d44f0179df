"""The province's divisions and how one finds up and down in them."""

from __future__ import annotations

import pytest

from registry.domain import divisions
from registry.domain.refusals import Refusal


def test_the_province_has_nine_prefectures_and_eighty_eight_counties() -> None:
    levels = [each.level for each in divisions.divisions()]
    assert [levels.count(level) for level in ("province", "prefecture", "county")] == [1, 9, 88]


def test_every_division_hangs_below_the_province_and_has_both_names() -> None:
    assert divisions.descendants("520000") == {each.code for each in divisions.divisions()}
    assert all(each.name_zh and each.name_en for each in divisions.divisions())


def test_a_division_is_its_own_descendant_and_the_prefectures_share_nothing() -> None:
    below = [divisions.descendants(each.code) for each in divisions.children("520000")]
    assert sum(len(each) for each in below) == 97
    assert len(frozenset().union(*below)) == 97
    assert divisions.descendants("520102") == {"520102"}


def test_ancestors_are_listed_nearest_first() -> None:
    assert divisions.ancestors("522301") == ("522300", "520000")
    assert divisions.ancestors("520000") == ()
    assert divisions.level("522300") == "prefecture"


@pytest.mark.parametrize("code", ["", "520199", "110000", "贵阳市"])
def test_a_division_outside_the_table_is_refused(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        divisions.descendants(code)
    assert refused.value.code == "unknown_division"
