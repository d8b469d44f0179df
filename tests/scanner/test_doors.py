"""The doors of the scanner: who is told what, in which words, and what a label is worth when it is photographed."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.app import create_app
from registry.config import Settings
from scanner.decode import MOST_BYTES
from tests.scanner.conftest import PUBLIC_URL, World, assert_problem, csrf_of
from tests.scanner.photos import photograph

BUSINESS = ("412.5", "412,5", "甲", "甲站", "520102", "在库", "LFP", "乙")


# --- behind the QR --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["/B/{}", "/b/{}"])
@pytest.mark.parametrize("lower", [False, True])
def test_anybody_learns_what_a_label_is_on_and_how_to_be_safe(
    nobody: FlaskClient, world: World, spelling: str, lower: bool
) -> None:
    page = nobody.get(spelling.format(world.mine.lower() if lower else world.mine))
    assert page.status_code == 200
    assert "废旧动力电池" in page.text
    assert "119" in page.text


def test_the_public_page_shows_no_business_data(nobody: FlaskClient, wu: FlaskClient, world: World) -> None:
    for client in (nobody, wu):
        page = client.get(f"/B/{world.mine}").text
        body = page[page.index("<main") : page.index("</main>")]
        assert not [word for word in (*BUSINESS, world.batch_id) if word in body]


def test_the_negative_control_the_holders_own_page_shows_that_data(li: FlaskClient, world: World) -> None:
    page = li.get(f"/batches/{world.batch_id}").text
    assert "412.5" in page


def test_its_parties_go_on_to_the_batch(li: FlaskClient, world: World) -> None:
    answer = li.get(f"/B/{world.mine}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/batches/{world.batch_id}")


def test_a_label_not_used_yet_offers_its_own_collector_to_register_with_it(
    li: FlaskClient, wu: FlaskClient, nobody: FlaskClient, world: World
) -> None:
    link = f'href="/collect?code={world.roll}"'
    assert link in li.get(f"/B/{world.roll}").text
    for client in (wu, nobody):
        page = client.get(f"/B/{world.roll}")
        assert page.status_code == 200
        assert link not in page.text


@pytest.mark.parametrize("code", ["{never}", "{wrong}", "abc", "IIIIIIII", "%20", "<script>", "a_b", "批次", "A" * 200])
def test_a_code_that_names_nothing_is_a_designed_404(nobody: FlaskClient, world: World, code: str) -> None:
    answer = nobody.get("/B/" + code.format(never=world.never, wrong=world.wrong))
    assert answer.status_code == 404
    assert "没有这个编码" in answer.text
    assert "<script>" not in answer.text.split("<main")[1].split("</main>")[0]


def test_a_wrong_check_character_is_named(nobody: FlaskClient, world: World) -> None:
    assert "校验位不对" in nobody.get(f"/B/{world.wrong}").text
    assert "没有发放过" in nobody.get(f"/B/{world.never}").text


def test_a_serial_number_is_not_looked_up_behind_the_qr(nobody: FlaskClient) -> None:
    assert nobody.get("/B/SN-2024").status_code == 404


def test_the_pages_speak_english_when_asked(nobody: FlaskClient, world: World) -> None:
    for path in (f"/B/{world.mine}", "/scan", "/scan/self-test", f"/B/{world.never}"):
        page = nobody.get(f"{path}?lang=en").text
        body = page[page.index("<main") : page.index("</main>")]
        assert not [each for each in body if "\u4e00" <= each <= "\u9fff"], body


# --- resolver and check ---------------------------------------------------------------------------------------------


def test_the_resolver_gives_its_holder_the_batch_and_others_nothing(
    li: FlaskClient, wu: FlaskClient, nobody: FlaskClient, world: World
) -> None:
    text = {"text": f"{PUBLIC_URL}/B/{world.mine}".upper()}
    mine = li.get("/api/v1/resolve", query_string=text).get_json()
    assert (mine["answer"], mine["batch"], mine["href"]) == ("batch", world.batch_id, f"/batches/{world.batch_id}")
    for client in (wu, nobody):
        other = client.get("/api/v1/resolve", query_string=text).get_json()
        assert other["answer"] == "not_yours"
        assert [other[name] for name in ("batch", "container", "stream", "code")] == [None] * 4


def test_both_verbs_of_the_resolver_say_the_same(nobody: FlaskClient, world: World) -> None:
    for text in (world.mine, world.cage, world.never, world.wrong, "XJ-778-A", "https://track.example/q", "  \n"):
        posted = nobody.post("/api/v1/resolve", json={"text": text})
        assert posted.status_code == 200
        assert posted.get_json() == nobody.get("/api/v1/resolve", query_string={"text": text}).get_json()


def test_a_look_alike_host_is_foreign(nobody: FlaskClient, world: World) -> None:
    asked = {"text": f"https://huiliu.example.evil/B/{world.mine}"}
    assert nobody.get("/api/v1/resolve", query_string=asked).get_json()["answer"] == "foreign"


def test_a_name_nobody_registered_leads_a_collector_to_the_form_with_it_filled_in(
    li: FlaskClient, nobody: FlaskClient
) -> None:
    asked = {"text": "001pb01abcdefgc1a0000001"}
    found = li.get("/api/v1/resolve", query_string=asked).get_json()
    assert (found["answer"], found["href"]) == ("register", "/collect?gb34014=001PB01ABCDEFGC1A0000001")
    assert nobody.get("/api/v1/resolve", query_string=asked).get_json()["href"] is None


CHECKS = {
    "a right registry code": ({"scheme": "registry", "value": "{mine}"}, True, []),
    "a wrong registry code": ({"scheme": "registry", "value": "{wrong}"}, False, ["code_check_character"]),
    "a company": ({"scheme": "uscc", "value": "91110000600037341L"}, True, []),
    "a shop's code": ({"scheme": "gtin", "value": "6901234567892"}, True, []),
    "a battery": ({"scheme": "gb34014", "value": "001pb01abcdefgc1a0000001"}, True, []),
}


@pytest.mark.parametrize(("sent", "valid", "findings"), CHECKS.values(), ids=CHECKS.keys())
def test_the_identifier_check_needs_no_account(
    nobody: FlaskClient, world: World, sent: dict[str, str], valid: bool, findings: list[str]
) -> None:
    value = sent["value"].format(mine=world.mine, wrong=world.wrong)
    found = nobody.post("/api/v1/identifiers/check", json={**sent, "value": value}).get_json()
    assert found["valid"] is valid
    assert [each["code"] for each in found["findings"]] == findings
    assert (found["normalised"] is None) == (not valid)


def test_an_unknown_scheme_is_a_problem(nobody: FlaskClient) -> None:
    assert_problem(nobody.post("/api/v1/identifiers/check", json={"scheme": "x", "value": "1"}), 422, "unknown_scheme")
    assert_problem(nobody.post("/api/v1/identifiers/check", json={"scheme": "uscc"}), 422, "schema_invalid")


def test_public_look_ups_are_limited(app: Flask, world: World) -> None:
    settings = app.config["SETTINGS"]
    limited = create_app(
        Settings(
            database_url=settings.database_url,
            secret_key=settings.secret_key,
            public_url=PUBLIC_URL,
            limits=True,
            testing=True,
        )
    ).test_client()
    answers = [limited.get(f"/B/{world.mine}").status_code for _ in range(130)]
    assert set(answers) == {200, 429}
    assert limited.get("/api/v1/resolve?text=x").status_code == 200, "another door counts for itself"


# --- photos ---------------------------------------------------------------------------------------------------------


def test_a_photographed_label_becomes_the_batch_it_names(li: FlaskClient, world: World) -> None:
    """Our label, as we print it, seen by a phone from the side: posted, it names its batch."""
    label = li.get(f"/labels/{world.mine}.png?dpi=203")
    assert label.content_type == "image/png"
    sent = {"photo": (io.BytesIO(photograph(label.data, seed=3)), "photo.jpg"), "csrf_token": csrf_of(li, "/scan")}
    answer = li.post("/api/v1/decode", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text
    (mark,) = answer.get_json()["marks"]
    assert mark["text"] == f"{PUBLIC_URL}/B/{world.mine}".upper()
    assert len(mark["corners"]) == 4
    assert mark["resolution"]["batch"] == world.batch_id


def test_the_form_without_scripts_reads_a_photo_too(li: FlaskClient, world: World) -> None:
    label = li.get(f"/labels/{world.mine}.png").data
    sent = {"photo": (io.BytesIO(photograph(label)), "photo.jpg"), "csrf_token": csrf_of(li, "/scan")}
    answer = li.post("/scan", data=sent, headers={"Referer": "http://localhost/scan"})
    assert (answer.status_code, answer.headers.get("Location")) == (303, f"/batches/{world.batch_id}")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "image_missing"),
        (b"no picture", 415, "image_not_an_image"),
        (b"\xff\xd8\xff\xe0" + bytes(200), 415, "image_not_an_image"),
        (bytes(MOST_BYTES + 1), 413, "image_too_large"),
        (bytes(MOST_BYTES + 1024 * 1024), 413, "body_too_large"),
    ],
)
def test_what_is_no_photo_is_a_problem(nobody: FlaskClient, data: bytes, status: int, code: str) -> None:
    assert_problem(nobody.post("/api/v1/decode", data=data, content_type="image/jpeg"), status, code)


def test_a_form_without_a_file_is_a_problem(nobody: FlaskClient) -> None:
    answer = nobody.post("/api/v1/decode", data={"x": "1"}, content_type="multipart/form-data")
    assert_problem(answer, 422, "image_missing")


def test_a_photo_without_a_code_is_answered_on_the_page_itself(li: FlaskClient) -> None:
    sent = {"photo": (io.BytesIO(b"x"), "x.jpg"), "csrf_token": csrf_of(li, "/scan")}
    answer = li.post("/scan", data=sent, headers={"Referer": "http://localhost/scan"})
    assert answer.status_code == 415
    assert "JPEG" in answer.text


# --- the scan page without scripts ----------------------------------------------------------------------------------


def test_a_typed_code_leads_its_holder_to_the_batch(li: FlaskClient, world: World) -> None:
    answer = li.get("/scan", query_string={"text": f" {world.mine[:4]} {world.mine[4:].lower()}"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/batches/{world.batch_id}")


def test_what_leads_nowhere_is_said_on_the_page(wu: FlaskClient, world: World) -> None:
    for text, words in (
        (world.mine, "属于其他单位"),
        (world.wrong, "校验位不对"),
        ("https://track.example/", "其他系统"),
    ):
        assert words in wu.get("/scan", query_string={"text": text}).text


def test_the_scan_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(nobody: FlaskClient) -> None:
    page = nobody.get("/scan").text
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert 'style="' not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')


# --- from a scan to a batch -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["001PB01ABCDEFGC1A0000002", "(01)09521234543213(21)X9", "XJ-778-A", "]d2010952123454321321ZZ1"]
)
def test_a_name_registered_from_a_scan_is_found_by_the_next_scan(li: FlaskClient, text: str) -> None:
    """The way leads to a form that holds the name; once sent, the same scan opens the batch."""
    way = li.get("/api/v1/resolve", query_string={"text": text}).get_json()["href"]
    page = li.get(way).text
    fields = dict(re.findall(r'name="(event_id|csrf_token|gb34014|gs1|serial)"[^>]*?value="([^"]+)"', page))
    sent = {**fields, "stream": "power_battery", "mass": "12.5"}
    answer = li.post("/collect", data=sent, headers={"Referer": "http://localhost/collect"})
    assert answer.status_code == 303, answer.text
    found = li.get("/api/v1/resolve", query_string={"text": text}).get_json()
    assert found["answer"] == "batch"
    assert found["batch"] in answer.headers["Location"]


def test_a_label_of_a_roll_is_bound_by_its_first_collection(li: FlaskClient, wu: FlaskClient, world: World) -> None:
    page = li.get(li.get("/api/v1/resolve", query_string={"text": world.roll}).get_json()["href"]).text
    fields = dict(re.findall(r'name="(event_id|csrf_token|code)"[^>]*?value="([^"]+)"', page))
    sent = {**fields, "stream": "tyre", "mass": "825斤"}
    assert li.post("/collect", data=sent, headers={"Referer": "http://localhost/collect"}).status_code == 303
    assert li.get("/api/v1/resolve", query_string={"text": world.roll}).get_json()["answer"] == "batch"
    assert "废旧轮胎" in wu.get(f"/B/{world.roll}").text


def test_a_container_opens_for_its_own_organisation(li: FlaskClient, wu: FlaskClient, world: World) -> None:
    way = li.get("/api/v1/resolve", query_string={"text": world.cage}).get_json()["href"]
    assert li.get(way).status_code == 200
    assert "周转容器" in wu.get(f"/B/{world.cage}").text
