"""Every event through its short form: entered once, refused in words beside the field, nothing lost of the input."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registry.domain.identifiers import draw_code
from registry.services.ids import fresh_id
from registry.web.amounts import ZONE
from registry.web.captures import moment_in
from tests.ledgers import issue
from tests.web.browsers import Browser, Page, Town, hidden


def _collect(browser: Browser, **typed: str) -> str:
    """Register a collection; the id of the batch."""
    answer = browser.send("/collect", **{"stream": "power_battery", "mass": "100", **typed})
    assert answer.status_code == 303, Page(answer.text).words
    return answer.location.split("/")[2].split("?")[0]


def _done(browser: Browser, batch: str, kind: str, **typed: object) -> None:
    answer = browser.send(f"/batches/{batch}/{kind}", **typed)
    assert answer.status_code == 303, Page(answer.text).words


def test_a_collection_is_registered_and_its_page_follows(here: Town) -> None:
    browser = here.browser("point")
    answer = browser.send("/collect", stream="tyre", mass="412.5", measured="weighed", note="车上还有")
    assert answer.status_code == 303
    page = browser.get(answer.location)
    assert "412.5" in page.words
    assert "收集已登记" in page.words
    assert "车上还有" in page.words
    assert here.events() == [("collect", "booked")]


@pytest.mark.parametrize(
    ("typed", "shown"), [("８２５斤", "412.5"), ("1.2 吨", "1,200"), ("４１２．５公斤", "412.5"), ("1,200", "1,200")]
)
def test_weights_are_read_as_people_write_them(here: Town, typed: str, shown: str) -> None:
    browser = here.browser("point")
    batch = _collect(browser, mass=typed)
    assert f"{shown} 公斤" in browser.get(f"/batches/{batch}").words


def test_sending_the_same_form_twice_enters_one_event(here: Town) -> None:
    browser = here.browser("point")
    data = {**hidden(browser.get("/collect")), "stream": "tyre", "mass": "50"}
    first, second = browser.post("/collect", data), browser.post("/collect", data)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert here.count() == 1
    assert "没有重复" in browser.get(second.location).words


def test_the_same_form_with_other_content_is_a_conflict_in_words(here: Town) -> None:
    browser = here.browser("point")
    data = {**hidden(browser.get("/collect")), "stream": "tyre", "mass": "50"}
    browser.post("/collect", data)
    answer = browser.post("/collect", {**data, "mass": "60"})
    assert answer.status_code == 422
    assert "编号" in Page(answer.text).words
    assert here.count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("mass", {"mass": ""}),
        ("mass", {"mass": "0"}),
        ("mass", {"mass": "-3"}),
        ("mass", {"mass": "1.2345"}),
        ("mass", {"mass": "NaN"}),
        ("mass", {"mass": "3磅"}),
        ("mass", {"mass": "9" * 30}),
        ("code", {"code": "7K3M9XQ2AA"}),
        ("capacity", {"capacity": "lots"}),
        ("price", {"price": "1.234"}),
        ("occurred_at", {"occurred_at": "yesterday"}),
        ("producer", {"producer": "nobody"}),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_stands_beside_its_field_and_keeps_the_input(
    here: Town, field: str, typed: dict[str, str], language: str
) -> None:
    browser = here.browser("point")
    browser.get(f"/?lang={language}")
    sent = {"stream": "power_battery", "mass": "100", "note": "kept", **typed}
    answer = browser.send("/collect", **sent)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.described(field), page.words
    assert page.value("note") == "kept"
    assert page.value("mass") == sent["mass"][:40]
    assert here.count() == 0


def test_a_material_must_be_chosen(here: Town) -> None:
    answer = here.browser("point").send("/collect", mass="5")
    assert answer.status_code == 422
    assert 'id="stream-error"' in answer.text


def test_a_date_ahead_is_refused_beside_its_field(here: Town) -> None:
    ahead = (datetime.now(ZONE) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    answer = here.browser("point").send("/collect", stream="tyre", mass="5", occurred_at=ahead)
    assert answer.status_code == 422
    assert Page(answer.text).described("occurred_at")


def test_a_scanned_label_is_filled_in_and_bound(here: Town) -> None:
    code = draw_code()
    issue(here.world.session, code)
    browser = here.browser("point")
    page = browser.get(f"/collect?code={code.lower()}")
    assert page.value("code") == code
    batch = _collect(browser, code=code)
    assert browser.get(f"/batches/{code}").words.count("100")
    assert browser.open(f"/batches/{batch}").status_code == 200


def test_dispatch_then_receive_with_a_difference_and_a_refused_part(here: Town) -> None:
    point, plant = here.browser("point"), here.browser("plant")
    batch = _collect(point)
    _done(point, batch, "dispatch", to_site=here.world.site("plant"), vehicle="贵A12345")
    assert "贵A12345" not in plant.get(f"/batches/{batch}").words, "notes are the writer's"
    missing = plant.send(f"/batches/{batch}/receive", mass="98")
    assert missing.status_code == 422
    assert Page(missing.text).described("reason")
    _done(plant, batch, "receive", mass="98", reason="scale", refused="8", refusal_reason="混有生活垃圾")
    words = plant.get(f"/batches/{batch}").words
    assert "90 公斤" in words
    assert "重量有差异" in words
    assert "8 公斤" in point.get("/incoming").words, "the refused part travels back"


def test_a_shipment_is_received_as_sent_in_one_go(here: Town) -> None:
    point, plant = here.browser("point"), here.browser("plant")
    batches = [_collect(point), _collect(point, mass="50")]
    _done(point, batches[0], "dispatch", to_site=here.world.site("plant"), **{"with": batches[1]})
    assert here.events()[-1] == ("dispatch", "booked")
    answer = plant.send("/incoming", to="/incoming/receive", batch=batches)
    assert answer.status_code == 303
    assert here.events()[-1] == ("receive", "booked")
    assert "没有待接收的来货" in plant.get("/incoming").words


def test_receiving_nothing_is_said_not_entered(here: Town) -> None:
    point, plant = here.browser("point"), here.browser("plant")
    _done(point, _collect(point), "dispatch", to_site=here.world.site("plant"))
    answer = plant.send("/incoming", to="/incoming/receive")
    assert answer.status_code == 422
    assert here.events()[-1][0] == "dispatch"


def test_split_makes_the_rest_by_itself_and_merge_joins_again(here: Town) -> None:
    browser = here.browser("point")
    batch = _collect(browser)
    _done(browser, batch, "split", part=["30", "20"], part_code=["", ""])
    words = browser.get("/batches?status=stock").words
    assert {"30", "20", "50"} <= set(words.split())
    parts = [
        link.split("/")[2]
        for link in browser.get("/batches?status=stock").links()
        if link.startswith("/batches/") and len(link) == 45
    ]
    answer = browser.send(f"/batches/{parts[0]}/merge", **{"with": parts[1:]})
    assert answer.status_code == 303
    assert "100 公斤" in browser.get(answer.location).words


def test_inspect_then_process_to_a_second_life_and_back(here: Town) -> None:
    plant = here.browser("plant")
    batch = _collect(plant, product="LFP", capacity="12")
    _done(plant, batch, "inspect", passed="yes", health="82.5", hazard=["swollen"])
    _done(
        plant,
        batch,
        "process?process=test_regroup",
        process="test_regroup",
        out_mass=["95", "", ""],
        out_to=["cascade", "reuse", "stock"],
        out_product=["second_life_pack", "tested_pack", "not_passed"],
        out_stream=["", "", "power_battery"],
    )
    assert here.events()[-1] == ("process", "booked")
    second_life = next(
        link.split("/")[2]
        for link in plant.get("/batches?status=cascade").links()
        if len(link) == 45 and "/batches/" in link
    )
    _done(plant, second_life, "retire", mass="40")
    assert here.events()[-1] == ("retire", "booked")


def test_outputs_above_inputs_are_refused_beside_the_outputs(here: Town) -> None:
    plant = here.browser("plant")
    batch = _collect(plant, stream="tyre")
    answer = plant.send(
        f"/batches/{batch}/process?process=retread",
        process="retread",
        out_mass=["101"],
        out_to=["retread"],
        out_product=["retreaded_tyre"],
        out_stream=[""],
    )
    assert answer.status_code == 422
    assert "101" in answer.text, "what was typed stays"
    assert here.events() == [("collect", "booked")]


def test_stocktake_with_a_reason(here: Town) -> None:
    browser = here.browser("point")
    batch = _collect(browser)
    _done(browser, batch, "stocktake", mass="99.5", reason="scale")
    assert "99.5 公斤" in browser.get(f"/batches/{batch}").words


def test_reverse_names_what_stands_on_the_event_and_takes_back_the_last(here: Town) -> None:
    browser = here.browser("point")
    batch = _collect(browser)
    _done(browser, batch, "stocktake", mass="99", reason="scale")
    page = browser.get(f"/batches/{batch}/reverse")
    last = page.value("event")
    answer = browser.send(f"/batches/{batch}/reverse", event=last, reason="重量录错")
    assert answer.status_code == 303
    assert "100 公斤" in browser.get(f"/batches/{batch}").words
    assert here.events()[-1] == ("reverse", "booked")


def test_an_earlier_event_cannot_be_taken_back_while_later_ones_stand(here: Town) -> None:
    browser = here.browser("point")
    batch = _collect(browser)
    collect = browser.get(f"/batches/{batch}/reverse").value("event")
    _done(browser, batch, "stocktake", mass="99", reason="scale")
    page = browser.get(f"/batches/{batch}/reverse?event={collect}")
    assert "盘点" in page.words, "it says what stands on it"
    answer = browser.send(f"/batches/{batch}/reverse?event={collect}", event=collect, reason="试试")
    assert answer.status_code == 422
    assert here.events()[-1] == ("stocktake", "booked")


def test_a_container_is_loaded_shown_and_emptied(here: Town) -> None:
    code = draw_code()
    issue(here.world.session, code)
    browser = here.browser("point")
    batch = _collect(browser)
    _done(browser, batch, "load", code=code)
    assert "100 公斤" in browser.get(f"/containers/{code}").words
    home = next(
        link for link in browser.get("/containers").links() if link.startswith("/containers/") and "csv" not in link
    )
    answer = browser.send(home, to=f"{home}/unload", batch=batch)
    assert answer.status_code == 303
    assert "空" in browser.get(home).words


def test_a_form_without_its_token_is_refused(here: Town) -> None:
    answer = here.browser("point").post("/collect", {"stream": "tyre", "mass": "5"})
    assert answer.status_code == 403
    assert here.count() == 0


def test_an_inspector_may_not_open_a_form_that_is_not_its_own(here: Town) -> None:
    assert here.browser("lab").open("/collect").status_code == 403


def test_the_moment_of_a_form_is_the_one_inside_its_id() -> None:
    moment = datetime(2025, 3, 1, 9, 30, tzinfo=ZONE)
    assert moment_in(fresh_id(moment)) == moment


def test_a_password_is_changed_and_a_key_is_shown_once(here: Town) -> None:
    browser = here.browser("point")
    wrong = browser.send("/account", to="/account/password", old="not this one", new="another long password")
    assert wrong.status_code == 422
    right = browser.send("/account", to="/account/password", old="a long enough password", new="another long password")
    assert right.status_code == 303
    issued = browser.send("/account", to="/account/keys", key_name="二号地磅", scope=["read", "capture"])
    assert issued.status_code == 201
    secret = next(text for text in Page(issued.text).texts if text.startswith("hl_") and len(text) > 30)
    page = browser.get("/account")
    assert "二号地磅" in page.words
    assert secret not in page.words
    with_key = here.app.test_client().get("/api/v1/batches", headers={"Authorization": f"Bearer {secret}"})
    assert with_key.status_code == 200
    revoke = next(found["action"] for tag, found in page.tags if tag == "form" and "revoke" in found.get("action", ""))
    assert browser.send("/account", to=revoke).status_code == 303
    again = here.app.test_client().get("/api/v1/batches", headers={"Authorization": f"Bearer {secret}"})
    assert again.status_code == 401
