"""The recovery report over small ledgers a reader can check in the head."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from registry.domain.events import Addition, Inspect, OutputLine, Retire, Reverse
from registry.domain.refusals import Refusal
from reports.selection import Reader
from tests.reports.books import GUIYANG, MAY, NANMING, ZUNYI, Book, line_of


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def salts(mass_g: int, **contents_g: int) -> OutputLine:
    return OutputLine(mass_g=mass_g, to="recycle", product="battery_salts", contents_g=contents_g or None)


def test_a_tonne_collected_and_recycled_shows_what_came_back_of_its_lithium(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 1_000_000, contents_g={"lithium": 20_000})
    book.treat(plant, batch, salts(300_000, lithium=11_738), OutputLine(mass_g=600_000, to="dispose"))
    for basis in ("flow", "cohort"):
        report = book.report(basis=basis)
        mass, lithium = line_of(report), line_of(report, "lithium")
        assert mass.figures["collected"] == 1_000_000
        assert mass.figures["recycled"] == 300_000
        assert mass.figures["loss"] == 100_000
        assert mass.rates["recycle_of_input"] == "30.00"
        assert lithium.figures["input"] == 20_000
        assert lithium.rates["element_recovery"] == "58.69"
        assert (mass.rest, lithium.rest) == (0, 0)


def test_lithium_below_the_norm_of_its_day_is_a_finding_and_not_a_refusal(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 1000, contents_g={"lithium": 100})
    book.treat(plant, batch, salts(500, lithium=89))
    report = book.report()
    assert line_of(report, "lithium").verdict == "missed"
    assert [finding.facts["norm"] for finding in report.findings if finding.code == "norm_missed"] == ["≥ 90"]


def test_an_older_period_is_judged_by_the_norm_of_its_own_day(book: Book) -> None:
    plant, then = book.site(GUIYANG), datetime(2023, 5, 1, tzinfo=UTC)
    batch = book.collect(plant, 1000, contents_g={"lithium": 100}, at=then)
    book.treat(plant, batch, salts(500, lithium=89), at=then)
    line = line_of(book.report(**{"from": "2023-01-01", "to": "2024-01-01"}), "lithium")
    assert line.norm is not None
    assert (line.norm.value, line.verdict) == (85, "met")


def test_a_norm_is_about_what_was_treated_and_second_life_misses_none(book: Book) -> None:
    plant = book.site(GUIYANG)
    first, second = (book.collect(plant, 1000, contents_g={"lithium": 100}) for _ in range(2))
    book.treat(plant, first, salts(500, lithium=95))
    book.treat(plant, second, OutputLine(mass_g=1000, to="cascade"), process="test_regroup")
    line = line_of(book.report(), "lithium")
    assert (line.rates["element_recovery"], line.rates["treatment_yield"], line.verdict) == ("47.50", "95.00", "met")
    assert line.figures["cascade"] == 100


def test_a_claim_above_the_content_shows_a_rate_above_a_hundred_with_a_finding(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 1000, contents_g={"lithium": 100})
    book.treat(plant, batch, salts(500, lithium=120))
    report = book.report()
    assert line_of(report, "lithium").rates["element_recovery"] == "120.00"
    assert ("rate_above_100", "lithium", "element_recovery") in {
        (finding.code, finding.substance, finding.facts.get("rate")) for finding in report.findings
    }


def test_an_inspection_replaces_the_assumed_content_as_what_went_in(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 1000, contents_g={"lithium": 100})
    book.told(plant, Inspect(batch=batch, contents_g={"lithium": 80, "copper": 50}))
    book.treat(plant, batch, salts(500, lithium=72, copper=49))
    report = book.report()
    assert line_of(report, "lithium").rates["element_recovery"] == "90.00"
    assert line_of(report, "copper").rates["element_recovery"] == "98.00"
    assert line_of(report, "lithium").rest == 0


def test_an_element_nobody_declared_has_no_line_and_so_no_rate(book: Book) -> None:
    plant = book.site(GUIYANG)
    book.collect(plant)
    assert {line.substance for line in book.report().lines} == {"mass"}


def test_nothing_closed_gives_no_share_of_the_closed_and_a_finding(book: Book) -> None:
    book.collect(book.site(GUIYANG))
    report = book.report()
    assert line_of(report).rates["recycle_of_closed"] is None
    assert ("zero_denominator", "closed") in {(each.code, each.facts.get("figure")) for each in report.findings}


def test_reagents_close_on_their_own_and_count_in_no_rate(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, 1000)
    acid = Addition(material="sulphuric_acid", mass_g=1000)
    book.treat(plant, batch, OutputLine(mass_g=1500, to="recycle"), additions=(acid,))
    report = book.report()
    waste, reagent = line_of(report), line_of(report, source="addition", product="")
    assert waste.figures["recycled"] == 750
    assert waste.rates["recycling_rate"] == "75.00"
    assert (reagent.figures["additions"], reagent.figures["recycled"], reagent.rates) == (1000, 750, {})
    assert (waste.rest, reagent.rest) == (0, 0)


def test_what_comes_from_outside_the_area_is_input_and_what_goes_there_has_left(book: Book) -> None:
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    book.send(here, book.collect(here, 700), there)
    book.send(there, book.collect(there, 50), here, weighed_g=49)
    inside, outside = (line_of(book.report(area=area)).figures for area in (GUIYANG, ZUNYI))
    assert (inside["collected"], inside["received"], inside["sent_out"], inside["stock"]) == (700, 50, 700, 49)
    assert (inside["input"], inside["difference_weighing"]) == (750, 1)
    assert (outside["received"], outside["sent_out"], outside["stock"]) == (700, 50, 700)
    province = line_of(book.report())
    assert (province.figures["received"], province.figures["sent_out"], province.rest) == (0, 0, 0)


def test_a_reversed_receipt_nets_out_in_the_period_of_the_receipt(book: Book) -> None:
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    batch = book.collect(here, 700)
    owner = book.sites[here]
    twin = book.site(ZUNYI, organisation=owner)
    book.send(here, batch, twin)
    receipt = [event for event in book.events() if event.kind == "receive"][-1]
    book.told(twin, Reverse(event=receipt.id, reason="typo"), at=MAY + timedelta(days=90))
    assert line_of(book.report(area=GUIYANG)).figures["sent_out"] == 0
    assert line_of(book.report(area=GUIYANG)).figures["transit"] == 700
    assert book.report(area=ZUNYI).lines == ()
    assert there


def test_a_second_life_taken_back_elsewhere_crosses_the_border(book: Book) -> None:
    here, there = book.site(GUIYANG), book.site(ZUNYI)
    pack = book.treat(here, book.collect(here, 900), OutputLine(mass_g=900, to="cascade"), process="test_regroup")
    book.told(there, Retire(batch=pack, mass_g=400))
    left, came = (line_of(book.report(area=area)) for area in (GUIYANG, ZUNYI))
    assert (left.figures["cascade"], left.figures["sent_out"], left.rest) == (500, 400, 0)
    assert (came.figures["received"], came.figures["stock"], came.rest) == (400, 400, 0)


def test_the_last_second_of_a_local_year_belongs_to_it_and_the_next_does_not(book: Book) -> None:
    plant = book.site(GUIYANG)
    midnight = datetime(2025, 12, 31, 16, tzinfo=UTC)
    book.collect(plant, 3, at=midnight - timedelta(seconds=1))
    book.collect(plant, 5, at=midnight)
    for basis in ("flow", "cohort"):
        assert line_of(book.report(basis=basis)).figures["collected"] == 3
        later = book.report(basis=basis, **{"from": "2026-01-01", "to": "2027-01-01"})
        assert line_of(later).figures["collected"] == 5


def test_a_past_cut_off_gives_the_answer_of_that_day(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant, recorded=datetime(2025, 6, 1, 12, tzinfo=UTC))
    book.treat(plant, batch, salts(1000), recorded=datetime(2025, 7, 1, 15, 59, 59, tzinfo=UTC))
    assert line_of(book.report(as_of="2025-06-30")).figures["recycled"] == 0
    assert line_of(book.report(as_of="2025-07-01")).figures["recycled"] == 1000
    assert book.report(as_of="2025-05-31").lines == ()


def test_a_cohort_follows_its_tonne_into_the_next_year(book: Book) -> None:
    plant = book.site(GUIYANG)
    batch = book.collect(plant)
    later = MAY + timedelta(days=300)
    book.treat(plant, batch, salts(1000), at=later, recorded=later)
    assert line_of(book.report(basis="cohort")).figures["recycled"] == 1000
    assert line_of(book.report(basis="flow")).figures["recycled"] == 0
    assert line_of(book.report(basis="flow")).figures["stock"] == 1000


def test_lines_by_area_say_what_the_report_of_that_area_says(book: Book) -> None:
    here, there = book.site(NANMING), book.site(ZUNYI)
    book.send(here, book.collect(here, 700), there)
    for basis in ("flow", "cohort"):
        for line in book.report(basis=basis, by="area").lines:
            alone = line_of(book.report(basis=basis, area=line.bucket), line.substance)
            assert line.figures == alone.figures


def test_the_totals_of_the_whole_know_no_border_between_its_parts(book: Book) -> None:
    here, there = book.site(NANMING), book.site(ZUNYI)
    book.send(here, book.collect(here, 700), there)
    report = book.report(by="area")
    assert sum(line.figures["input"] for line in report.lines) == 1400
    assert report.totals["input"] == 700


def test_lines_by_month_say_what_the_report_of_that_month_says(book: Book) -> None:
    plant = book.site(GUIYANG)
    for day in (0, 25, 60):
        book.collect(plant, 100 + day, at=MAY + timedelta(days=day), recorded=MAY + timedelta(days=day))
    for basis in ("flow", "cohort"):
        lines = book.report(basis=basis, by="month").lines
        assert [(line.bucket, line.figures["collected"]) for line in lines] == [
            ("2025-05", 100),
            ("2025-06", 125),
            ("2025-07", 160),
        ]


def test_two_chemistries_stay_apart_through_a_common_batch(book: Book) -> None:
    plant = book.site(GUIYANG)
    lfp = book.collect(plant, 600, contents_g={"lithium": 10})
    ncm = book.collect(plant, 400, product="NCM", contents_g={"lithium": 30})
    mixed = book.told(plant, book.merge(lfp, ncm))
    book.treat(plant, mixed, salts(500, lithium=20))
    report = book.report()
    assert line_of(report).figures["recycled"] == 300
    assert line_of(report, "lithium").figures["recycled"] == 5
    assert line_of(report, "lithium", product="NCM").figures["recycled"] == 15


def test_a_producer_reads_its_own_origins_and_an_operator_its_own_sites(book: Book) -> None:
    here, there = book.site(GUIYANG), book.site(GUIYANG)
    maker = book.organisation()
    book.collect(here, 10, producer=maker)
    book.collect(there, 3)
    assert line_of(book.report(reader=Reader(producer_id=maker))).figures["collected"] == 10
    assert line_of(book.report(reader=Reader(organisation_id=book.sites[there]))).figures["collected"] == 3


def test_an_operator_sees_what_it_handed_on_leave_on_both_bases(book: Book) -> None:
    here, there = book.site(GUIYANG), book.site(GUIYANG)
    book.send(here, book.collect(here, 10), there)
    for basis in ("flow", "cohort"):
        line = line_of(book.report(basis=basis, reader=Reader(organisation_id=book.sites[here])))
        assert (line.figures["sent_out"], line.figures["stock"], line.rest) == (10, 0, 0)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"basis": "cohort", "from": "2025-01-02"}, "period_not_month_aligned"),
        ({"stream": "gold_dust"}, "unknown_stream"),
        ({"area": "990000"}, "unknown_division"),
        ({"basis": "both"}, "unknown_basis"),
        ({"by": "weather"}, "unknown_breakdown"),
        ({"from": "2025-13-01"}, "period_malformed"),
        ({"from": "2026-01-01", "to": "2026-01-01"}, "period_empty"),
        ({"as_of": "yesterday"}, "as_of_malformed"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_own_code(
    values: dict[str, str], code: str, book: Book
) -> None:
    with pytest.raises(Refusal) as refused:
        book.ask(**values)
    assert refused.value.code == code


@pytest.mark.parametrize("area", [ZUNYI, "520000", "990000"])
def test_an_area_outside_a_regulators_division_is_not_found_like_one_that_does_not_exist(area: str, book: Book) -> None:
    with pytest.raises(Refusal) as refused:
        book.ask(reader=Reader(division_code=GUIYANG), area=area)
    assert refused.value.code == "not_found"


def test_a_regulator_reads_its_division_by_default(book: Book) -> None:
    assert book.ask(reader=Reader(division_code=GUIYANG)).area == GUIYANG


def test_demonstration_data_is_marked_as_a_forecast(book: Book) -> None:
    plant = book.site(GUIYANG)
    book.collect(plant)
    assert not book.report().forecast
    book.collect(plant, loader=True)
    assert book.report().forecast
