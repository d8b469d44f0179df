"""The invented tables of the demonstration, and how a month's lots are laid over truckloads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import streams
from registry.domain.tables import rows, words
from registry.services import identifiers
from registry.services.demonstration_loads import held, pieces, total, yields
from registry.services.demonstration_model import Lot

INVENTED = ("demo_flows", "demo_licences", "demo_market_shares", "demo_organisations", "demo_prefectures", "demo_sites",
            "demo_users", "demo_yields")  # fmt: skip


@pytest.mark.parametrize("table", INVENTED)
def test_every_row_of_an_invented_table_says_that_it_is_invented(table: str) -> None:
    assert {(row["source"], row["verified"]) for row in rows(table)} == {
        ("illustrative (invented for the demonstration)", "no")
    }


@pytest.mark.parametrize("row", rows("demo_organisations"), ids=lambda row: row["key"])
def test_every_organisation_has_a_credit_code_that_checks(row: dict[str, str]) -> None:
    assert identifiers.check(scheme="uscc", value=row["uscc"]).valid


@pytest.mark.parametrize("row", rows("demo_yields"), ids=lambda row: f"{row['process']}-{row['output']}")
def test_every_yield_is_one_the_process_may_have(row: dict[str, str]) -> None:
    process = streams.process(row["process"])
    assert row["to"] in process.outcomes | {"stock"}
    assert row["output"] in {output.product for output in process.outputs}
    assert not row["stream"] or row["stream"] in process.output_streams


def test_no_process_yields_more_than_it_takes_in() -> None:
    for process, product in {(row["process"], row["product"]) for row in rows("demo_yields")}:
        assert 0 < sum(line.permille for line in yields(process, product)) <= 1000


def test_every_prefecture_has_sites_and_every_role_that_signs_in_an_account() -> None:
    assert len({row["division_code"][:4] for row in rows("demo_sites")}) == 9
    assert {row["role"] for row in rows("demo_users")} == {
        "collector", "operator", "inspector", "producer", "pro", "regulator", "administrator",
    }  # fmt: skip


def test_every_collection_point_that_a_flow_names_takes_its_stream() -> None:
    taken = {row["key"]: words(row["streams"]) for row in rows("demo_sites")}
    for flow in rows("demo_flows"):
        assert all(flow["stream"] in taken[site] for site in (*words(flow["from_sites"]), flow["plant_site"]))


# --- loads and pieces -----------------------------------------------------------------------------------------------


@given(
    masses=st.lists(st.integers(1, 10**7), min_size=1, max_size=5),
    weights=st.lists(st.integers(1, 100), min_size=1, max_size=6),
    lithium=st.integers(0, 10**5),
)
def test_pieces_sum_to_their_lots_and_fill_the_truckloads(masses: list[int], weights: list[int], lithium: int) -> None:
    routes = [
        Lot(division_code="x", chemistry="LFP", route=str(n), month=1, mass_g=mass_g, contents_g={"lithium": lithium})
        for n, mass_g in enumerate(masses)
    ]
    whole = sum(masses)
    loads_g = [whole * weight // sum(weights) for weight in weights[1:]]
    loads_g.append(whole - sum(loads_g))
    found = pieces(routes, loads_g)
    for lot in routes:
        mine = [piece for piece in found if piece.route == lot.route]
        assert (sum(piece.mass_g for piece in mine), total(mine)["lithium"]) == (lot.mass_g, lithium)
    for load, mass_g in enumerate(loads_g):
        together = [piece for piece in found if piece.load == load]
        assert sum(piece.mass_g for piece in together) == mass_g
        if together:
            assert sum(each["lithium"] for each in held(together)) == total(together)["lithium"]
