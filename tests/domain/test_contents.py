"""What a battery contains and what a process wins back of it."""

from __future__ import annotations

from decimal import Decimal

from registry.domain import contents, streams, tables


def test_an_lfp_battery_holds_lithium_and_no_cobalt_row_at_all() -> None:
    assert contents.contents_g_per_wh("LFP") == {"lithium": Decimal("0.106")}


def test_contents_of_an_ncm_pack_are_whole_grams() -> None:
    assert contents.contents_g("NCM", capacity_wh=50_000) == {
        "lithium": 5494, "nickel": 30_000, "cobalt": 11_738, "manganese": 12_000,
    }  # fmt: skip


def test_an_unknown_chemistry_has_no_contents_rather_than_zeros() -> None:
    assert contents.contents_g("sodium-ion", capacity_wh=50_000) == {}
    assert contents.chemistries() == ("LFP", "NCM")


def test_hydrometallurgy_recovers_more_than_its_outdated_kind() -> None:
    new, old = (contents.recovery_of(code, chemistry="NCM") for code in ("hydrometallurgy", "outdated_hydrometallurgy"))
    assert (new["lithium"], old["lithium"]) == (Decimal("0.9"), Decimal("0.6"))
    assert set(new) == {"lithium", "nickel", "cobalt", "manganese"}


def test_second_use_never_answers_as_a_recovery_efficiency() -> None:
    assert contents.recovery_of("", chemistry="LFP") == {}
    off = [row for row in tables.rows("battery_params") if row["enabled"] == "no"]
    assert any("Secondary Use" in row["source_process"] for row in off)
    assert all(row["reason"] for row in off)


def test_every_process_named_in_the_parameters_and_shares_exists() -> None:
    for table in ("battery_params", "guizhou_process_shares"):
        for code in {row["process"] for row in tables.rows(table)} - {""}:
            assert "power_battery" in streams.process(code).streams


def test_every_credit_in_use_belongs_to_a_stream_and_no_burden_is_switched_on() -> None:
    for row in tables.rows("emission_factors"):
        if row["enabled"] == "yes":
            assert row["kind"] == "credit"
            assert streams.stream(row["stream"]).code == row["stream"]
            assert Decimal(row["factor_kg_co2e_per_t"]) < 0
        else:
            assert row["reason"]
