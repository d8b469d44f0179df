"""Streams, processes, outcomes and substances: the tables everything else trusts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.domain import outcomes, streams, substances, tables
from registry.domain.refusals import Refusal

NINE_STREAMS = {
    "power_battery", "tyre", "plastic", "scrap_steel", "reman_part", "weee", "pcb", "glass", "nonferrous",
}  # fmt: skip


def test_the_nine_streams_of_the_plan_are_shipped() -> None:
    assert {each.code for each in streams.streams()} == NINE_STREAMS


@pytest.mark.parametrize("stream", streams.streams(), ids=lambda each: each.code)
def test_every_stream_has_words_and_advice_in_both_languages_and_a_way_out(stream: streams.Stream) -> None:
    assert all((stream.name_zh, stream.name_en, stream.advice_zh, stream.advice_en))
    assert stream.batch_max_g >= 1_000_000
    assert any(each.outcomes for each in streams.processes_of(stream.code))


@pytest.mark.parametrize("process", streams.processes(), ids=lambda each: each.code)
def test_every_process_can_post_somewhere_and_never_names_loss(process: streams.Process) -> None:
    assert process.outputs
    assert "loss" not in process.outcomes
    assert process.outcomes <= set(outcomes.OUTCOMES)
    assert process.output_streams <= NINE_STREAMS


def test_no_output_row_belongs_to_an_unknown_process() -> None:
    known = {each.code for each in streams.processes()}
    assert {row["process"] for row in tables.rows("process_outputs")} == known


def test_a_fridge_becomes_batches_of_five_other_streams() -> None:
    dismantled = streams.process("weee_dismantle").output_streams
    assert {"scrap_steel", "plastic", "nonferrous", "glass", "pcb"} <= dismantled


def test_a_tested_battery_may_go_on_living_and_a_smelted_one_may_not() -> None:
    assert streams.process("test_regroup").keeps_product
    assert not streams.process("hydrometallurgy").keeps_product


def test_one_process_may_serve_two_streams() -> None:
    for code in ("tyre", "plastic"):
        assert "energy_recovery" in {each.code for each in streams.processes_of(code)}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: streams.stream("cheese"), "unknown_stream"),
        (lambda: streams.process("alchemy"), "unknown_process"),
        (lambda: streams.processes_of("cheese"), "unknown_stream"),
        (lambda: streams.process_for("retread", stream_code="plastic"), "process_not_for_stream"),
        (lambda: outcomes.outcome("vanish"), "unknown_outcome"),
        (lambda: substances.substance("unobtainium"), "unknown_substance"),
    ],
)
def test_unknown_words_are_refused_by_their_own_code(call: Callable[[], object], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        call()
    assert refused.value.code == code


def test_a_tyre_may_be_retreaded() -> None:
    assert streams.process_for("retread", stream_code="tyre").outcomes >= {"retread"}


def test_streams_mix_only_with_themselves_unless_the_table_says_otherwise() -> None:
    assert streams.may_mix("plastic", "plastic")
    assert not streams.may_mix("plastic", "glass")


def test_the_ladder_puts_reuse_before_cascade_before_remanufacture_before_recycling() -> None:
    ranks = [outcomes.outcome(code).rank for code in ("reuse", "cascade", "remanufacture", "recycle", "energy")]
    assert ranks == sorted(set(ranks))
    assert outcomes.outcome("retread").rank == outcomes.outcome("remanufacture").rank


def test_recovery_is_recycling_plus_energy_and_only_living_products_keep_a_holder() -> None:
    assert {"reuse", "cascade", "remanufacture", "retread", "recycle"} == outcomes.COUNTS_AS_RECYCLING
    assert {"energy"} == outcomes.COUNTS_AS_RECOVERY - outcomes.COUNTS_AS_RECYCLING
    assert {"reuse", "cascade"} == outcomes.CUSTODY_KEPT


def test_energy_is_counted_in_watt_hours_and_is_no_element() -> None:
    assert substances.substance(substances.ENERGY).unit == "Wh"
    assert not substances.is_element("energy")
    assert not substances.is_element("mass")
    assert substances.is_element("lithium")
    assert not substances.is_element("unobtainium")


def test_a_yes_no_cell_that_says_neither_is_an_error_not_a_no() -> None:
    with pytest.raises(ValueError, match="maybe"):
        tables.flag("maybe")


def test_a_row_with_a_missing_cell_is_named_by_table_and_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "short.csv").write_text("a,b\n1,2\n3\n", encoding="utf-8")
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"short\.csv line 3"):
        tables.rows("short")
