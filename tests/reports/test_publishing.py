"""Frozen reports: numbered, kept byte for byte, superseded but readable, stale when the ledger says otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from registry.domain.events import OutputLine, ProcessInput, ReceiveLine
from reports.columns import Column, Table
from reports.freezing import changes, frozen_table
from tests.api.doors import Doors, opened

YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
ASKED = {**YEAR, "basis": "cohort", "area": "520000"}
PATH = "/reports/recovery/publications"


@pytest.fixture
def doors(database_url: str) -> Iterator[Doors]:
    with opened(database_url) as found:
        batch = found.world.batch(
            "point", "collect", stream="power_battery", product="LFP", mass_g=1_000_000, contents_g={"lithium": 20_000}
        )
        found.world.do("point", "dispatch", batches=(batch,), to_site=found.world.site("plant"))
        found.world.do("plant", "receive", lines=(ReceiveLine(batch=batch),))
        output = OutputLine(mass_g=300_000, to="recycle", product="battery_salts", contents_g={"lithium": 11_738})
        treated = found.world.do(
            "plant", "process", process="hydrometallurgy", inputs=(ProcessInput(batch=batch),), outputs=(output,)
        )
        found.treated = treated  # type: ignore[attr-defined]
        yield found


def publish(doors: Doors, **more: str) -> dict[str, Any]:
    answer = doors.post("regulator", PATH, {**ASKED, **more})
    assert answer.status_code in (200, 201), answer.json
    return dict(answer.json, status=answer.status_code)


def content(doors: Doors, made: dict[str, Any], form: str, language: str = "zh") -> bytes:
    (file,) = [each for each in made["files"] if each["format"] == form and each["language"] in (language, "any")]
    answer = doors.get("regulator", file["href"].removeprefix("/api/v1"))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.data).hexdigest() == file["sha256"] == answer.headers["Huiliu-Sha256"]
    assert file["name"] in answer.headers["Content-Disposition"]
    return bytes(answer.data)


def test_a_publication_keeps_every_format_under_a_code(doors: Doors) -> None:
    made = publish(doors)
    assert (made["status"], made["number"], made["superseded_by"]) == (201, 1, None)
    assert sorted((each["format"], each["language"]) for each in made["files"]) == [
        *(("csv", "en"), ("csv", "zh"), ("json", "any"), ("pdf", "en"), ("pdf", "zh"), ("xlsx", "en"), ("xlsx", "zh"))
    ]
    assert b"58.69" in content(doors, made, "csv")
    assert made["code"].encode() in content(doors, made, "json")
    assert content(doors, made, "pdf").startswith(b"%PDF")


def test_the_same_request_with_the_same_cut_off_gives_the_same_bytes(doors: Doors) -> None:
    first = publish(doors, as_of="2026-05-01")
    again = publish(doors, as_of="2026-05-01")
    assert (first["status"], again["status"]) == (201, 200)
    assert again["code"] == first["code"]
    assert again["files"] == first["files"]


def test_the_next_submission_supersedes_and_the_first_stays_readable(doors: Doors) -> None:
    first, second = publish(doors, as_of="2026-05-01"), publish(doors, as_of="2026-05-02")
    assert (first["number"], second["number"]) == (1, 2)
    assert first["code"] != second["code"]
    kept = doors.get("regulator", f"/publications/{first['code']}").json
    assert (kept["superseded_by"], kept["latest_code"]) == (2, second["code"])
    assert content(doors, first, "csv")
    listed = doors.get("regulator", "/publications").json["items"]
    assert [each["number"] for each in listed] == [2, 1]


def test_another_question_is_another_series(doors: Doors) -> None:
    assert publish(doors, as_of="2026-05-01")["number"] == publish(doors, as_of="2026-05-01", by="month")["number"] == 1


def test_a_later_correction_marks_it_stale_and_lists_what_changed(doors: Doors) -> None:
    made = publish(doors)
    fresh = doors.get("regulator", f"/publications/{made['code']}").json
    assert (fresh["stale"], fresh["changes"], fresh["later_events"]) == (False, [], [])
    before = content(doors, made, "xlsx")
    doors.world.do("plant", "reverse", event=doors.treated.id, reason="typo")  # type: ignore[attr-defined]
    stale = doors.get("regulator", f"/publications/{made['code']}").json
    assert stale["stale"] is True
    changed = {(*each["row"][-1:], each["column"]): (each["published"], each["now"]) for each in stale["changes"]}
    assert changed["锂 Li", "recycle"] == ("11.738", "0")
    assert changed["锂 Li", "element_recovery_percent"] == ("58.69", "0.00")
    assert [each["kind"] for each in stale["later_events"]] == ["reverse"]
    assert content(doors, made, "xlsx") == before


def test_what_happens_elsewhere_leaves_it_fresh(doors: Doors) -> None:
    # The negative control: not every later event makes a publication stale.
    made = publish(doors, stream="power_battery")
    doors.world.batch("point", "collect", stream="tyre", mass_g=5000)
    fresh = doors.get("regulator", f"/publications/{made['code']}").json
    assert (fresh["stale"], fresh["later_events"]) == (False, [])


def test_the_answer_of_a_past_cut_off_is_the_past_answer(doors: Doors) -> None:
    made = publish(doors, as_of="2026-05-01")
    october = datetime(2026, 10, 1, tzinfo=UTC)
    doors.world.do("plant", "reverse", at=october, event=doors.treated.id, reason="typo")  # type: ignore[attr-defined]
    again = doors.get("regulator", "/reports/recovery", **ASKED, as_of="2026-05-01").json
    assert again["rows"][0]["substances"][0]["rate_percent"] == "58.69"
    assert publish(doors, as_of="2026-05-01")["code"] == made["code"]


@pytest.mark.parametrize(
    ("who", "more", "status", "code"),
    [
        ("point", {}, 403, "role_may_not"),
        ("regulator", {"as_of": "2999-01-01"}, 422, "cut_off_in_future"),
        ("regulator", {"as_of": "2025-06-30"}, 409, "period_not_over"),
        ("regulator", {"area": "110000"}, 404, "not_found"),
        ("regulator", {"from": "2025-01-02"}, 422, "period_not_month_aligned"),
        (None, {}, 401, "sign_in_needed"),
    ],
)
def test_what_cannot_be_published_is_refused_with_its_code(
    who: str | None, more: dict[str, str], status: int, code: str, doors: Doors
) -> None:
    answer = doors.post(who, PATH, {**ASKED, **more})
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_publication_is_read_in_its_division_only(doors: Doors) -> None:
    made = publish(doors)
    doors.hold_key("neighbour", role="regulator", division="522300")
    for who in ("neighbour", "point"):
        assert doors.get(who, f"/publications/{made['code']}").status_code == 404
        assert doors.get(who, f"/publications/{made['code']}/files/zh.pdf").status_code == 404
        assert doors.get(who, "/publications").json["items"] == []
    assert doors.get("administrator", f"/publications/{made['code']}").status_code == 200


def page(doors: Doors, path: str, **options: Any) -> tuple[int, str]:
    answer = doors._client.open(path, headers={"Accept": "text/html"}, **options)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f"{code[:4]}-{code[4:8]} {code[8:]}"])
def test_anyone_checks_a_code_and_learns_no_figure(spell: Any, doors: Doors) -> None:
    made = publish(doors)
    status, html = page(doors, f"/verify/{spell(made['code'])}")
    assert status == 200
    assert {each["sha256"] for each in made["files"] if each["sha256"] in html} == {
        each["sha256"] for each in made["files"]
    }
    assert "贵州省" in html
    for figure in ("58.69", "11.738", "1000", "300"):
        assert figure not in html.split("<main")[1].replace(made["published_at"], "").split("digests")[0]


def test_the_address_of_the_qr_is_a_door(doors: Doors) -> None:
    assert page(doors, f"/VERIFY/{publish(doors)['code']}")[0] == 200


@pytest.mark.parametrize(("code", "status"), [("0000000000000000", 422), ("x", 422), ("0123456789ABCDE0", 404)])
def test_a_code_that_is_none_is_said_so(code: str, status: int, doors: Doors) -> None:
    found, html = page(doors, f"/verify/{code}")
    assert found in (status, 422)
    assert "核验码" in html


def test_a_digest_tells_published_bytes_from_others_and_one_flipped_byte_is_seen(doors: Doors) -> None:
    made = publish(doors)
    for file in made["files"]:
        data = bytearray(content(doors, made, file["format"], file["language"]))
        genuine = doors.post(None, "/verify", {"sha256": hashlib.sha256(data).hexdigest()}).json
        assert (genuine["status"], genuine["publication"]["code"]) == ("published", made["code"])
        data[len(data) // 2] ^= 1
        flipped = doors.post(None, "/verify", {"sha256": hashlib.sha256(data).hexdigest()}).json
        assert (flipped["genuine"], flipped["publication"]) == (False, None)
    assert doors.post(None, "/verify", {"sha256": "12"}).json["code"] == "digest_malformed"


def test_pages_lead_from_publishing_to_what_changed(doors: Doors) -> None:
    key = {"Authorization": f"Bearer {doors._keys['regulator']}", "Accept": "text/html"}
    form = doors._client.get("/reports/publications/new", headers=key).get_data(as_text=True)
    assert 'name="as_of"' in form
    typed = {"report": "recovery", **ASKED}
    answer = doors._client.post("/reports/publications", data=typed, headers=key)
    assert answer.status_code == 303
    doors.world.do("plant", "reverse", event=doors.treated.id, reason="typo")  # type: ignore[attr-defined]
    html = doors._client.get(answer.location, headers=key).get_data(as_text=True)
    assert "已过时" in html
    assert "58.69" in html
    listed = doors._client.get("/reports/publications?lang=en", headers=key).get_data(as_text=True)
    assert "New records since" in listed
    refused = doors._client.post("/reports/publications", data={**typed, "as_of": "2025-02-01"}, headers=key)
    assert refused.status_code == 409
    assert 'value="2025-02-01"' in refused.get_data(as_text=True)


def _table(*rows: tuple[str | None, ...]) -> dict[str, Any]:
    columns = [
        Column(key="area", words={"zh": "地区", "en": "Area"}),
        Column(key="year", words={"zh": "年", "en": "Year"}, kind="whole"),
        Column(key="mass", words={"zh": "量", "en": "Mass"}, kind="mass"),
        Column(key="verdict", words={"zh": "比对", "en": "Verdict"}),
    ]
    keys = [each.key for each in columns]
    return frozen_table(Table(name="t", columns=columns, rows=[dict(zip(keys, row, strict=True)) for row in rows]))


def test_cells_are_compared_row_by_row_whatever_their_order() -> None:
    before = _table(("甲", "2024", "1", "met"), ("甲", "2025", "2", "met"), ("乙", "2025", "3", ""))
    after = _table(("乙", "2025", "3", ""), ("甲", "2024", "1", "met"), ("甲", "2025", "4", "missed"))
    found = [(each.row, each.column, each.before, each.after) for each in changes(before, after)]
    assert found == [(("甲", "2025"), "mass", "2", "4"), (("甲", "2025"), "verdict", "met", "missed")]


def test_rows_that_came_and_went_are_changes() -> None:
    found = changes(_table(("甲", "2024", "1", "")), _table(("乙", "2024", "1", "")))
    assert [(each.row, each.before, each.after) for each in found if each.column == "mass"] == [
        (("乙",), None, "1"),
        (("甲",), "1", None),
    ]


def test_rows_nothing_tells_apart_are_counted() -> None:
    twice = _table(("甲", "2024", "1", ""), ("甲", "2024", "1", ""))
    assert changes(twice, twice) == []
    (change,) = [each for each in changes(twice, _table(("甲", "2024", "1", ""))) if each.column == "mass"]
    assert (change.before, change.after) == ("1", None)
