"""Labels at the doors: who prints which, as what, and rolls drawn before anything is collected."""

import re
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.domain.identifiers import grouped
from scanner.decode import decode
from tests.scanner.conftest import PUBLIC_URL, World, assert_problem, csrf_of

# --- labels ---------------------------------------------------------------------------------------------------------


def test_only_who_sees_a_batch_prints_its_label(
    li: FlaskClient, wu: FlaskClient, nobody: FlaskClient, world: World
) -> None:
    for path in (f"/labels/{world.mine}", f"/labels/{world.mine}.svg", f"/api/v1/batches/{world.batch_id}/label.png"):
        assert li.get(path).status_code == 200
        assert wu.get(path).status_code == 404
        assert nobody.get(path).status_code in (302, 401)


def test_a_batch_prints_its_stream_and_mass_and_a_label_of_a_roll_its_code_alone(li: FlaskClient, world: World) -> None:
    def words(code: str) -> list[str]:
        document = ET.fromstring(li.get(f"/labels/{code}.svg").data)  # noqa: S314  # our own document
        return [each.text or "" for each in document.iter("{http://www.w3.org/2000/svg}text")]

    assert words(world.mine) == ["废旧动力电池", "LFP", "412.5 kg", grouped(world.mine)]
    assert words(world.roll) == [grouped(world.roll)]


def test_a_label_of_a_roll_prints_without_words(li: FlaskClient, world: World) -> None:
    assert [mark.text for mark in decode(li.get(f"/labels/{world.roll}.png").data).marks] == [
        f"{PUBLIC_URL}/B/{world.roll}".upper()
    ]


@pytest.mark.parametrize("query", ["preset=9x9", "dpi=72", "dpi=abc"])
def test_a_preset_or_resolution_we_do_not_have_is_a_problem(li: FlaskClient, world: World, query: str) -> None:
    answer = li.get(f"/api/v1/batches/{world.batch_id}/label.png?{query}")
    assert_problem(answer, 422, "choice_unknown")


def test_the_api_says_how_its_label_is_called(li: FlaskClient, world: World) -> None:
    answer = li.get(f"/api/v1/batches/{world.batch_id}/label.svg")
    assert answer.headers["Content-Disposition"] == f'inline; filename="huiliu-{world.mine}.svg"'
    assert "废旧动力电池" in answer.text
    assert "Used power" in li.get(f"/api/v1/batches/{world.batch_id}/label.svg?lang=en").text


# --- rolls ----------------------------------------------------------------------------------------------------------


def test_a_collector_draws_a_roll_and_prints_it_and_its_labels_bind(li: FlaskClient, world: World) -> None:
    sent = {
        "csrf_token": csrf_of(li, "/labels"),
        "site": world.holder.site_id,
        "count": "24",
        "sheet": "a4-3x8",
    }
    answer = li.post("/labels", data=sent, headers={"Referer": "http://localhost/labels"})
    assert answer.status_code == 303, answer.text
    roll = re.search(r"made=([0-9a-f-]{36})", answer.headers["Location"])
    assert roll is not None
    pdf = li.get(f"/labels/rolls/{roll[1]}.pdf?sheet=a4-3x8")
    assert pdf.content_type == "application/pdf"
    assert pdf.data.startswith(b"%PDF")
    assert "新的一卷" in li.get(answer.headers["Location"]).text


def test_a_roll_of_another_site_is_absent_and_cannot_be_drawn(li: FlaskClient, wu: FlaskClient, world: World) -> None:
    sent = {"csrf_token": csrf_of(wu, "/labels"), "site": world.holder.site_id, "count": "24", "sheet": "a4-3x8"}
    assert wu.post("/labels", data=sent, headers={"Referer": "http://localhost/labels"}).status_code == 403
    mine = re.findall(r"/labels/rolls/([0-9a-f-]{36})\.pdf", li.get("/labels").text)
    assert mine
    assert li.get(f"/labels/rolls/{mine[0]}.pdf").status_code in (200, 409)
    assert wu.get(f"/labels/rolls/{mine[0]}.pdf").status_code == 404


@pytest.mark.parametrize("field", [{"count": "23"}, {"count": "-1"}, {"count": "1000000"}, {"sheet": "a3"}])
def test_a_roll_nobody_offers_is_refused(li: FlaskClient, world: World, field: dict[str, str]) -> None:
    sent = {"csrf_token": csrf_of(li, "/labels"), "site": world.holder.site_id, "count": "24", "sheet": "a4-3x8"}
    answer = li.post("/labels", data=sent | field, headers={"Referer": "http://localhost/labels"})
    assert answer.status_code == 422


def test_one_label_and_the_test_page_are_pdfs_too(li: FlaskClient, nobody: FlaskClient, world: World) -> None:
    for path in (f"/labels/{world.mine}.pdf?preset=50x30", "/labels/test-page.pdf?sheet=40x30"):
        assert li.get(path).data.startswith(b"%PDF")
        assert nobody.get(path).status_code == 302


def test_a_batchs_label_is_printed_where_a_sheet_begun_before_has_room(
    li: FlaskClient, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(li.get(f"/labels/{world.mine}.pdf?sheet=a4-3x8&used=23").data)
    subprocess.run(["pdftoppm", "-r", "203", "-png", "-singlefile", str(path), str(tmp_path / "page")], check=True)
    (mark,) = decode((tmp_path / "page.png").read_bytes()).marks
    assert mark.text == f"{PUBLIC_URL}/B/{world.mine}".upper()
    left_mm, top_mm = (each / 203 * 25.4 for each in mark.corners[0])
    assert left_mm > 140
    assert top_mm > 257
    assert "A4 3×8" in li.get(f"/labels/{world.mine}").text
    assert li.get(f"/labels/{world.mine}.pdf?sheet=a4-3x8&used=x").status_code == 422
    assert li.get(f"/labels/{world.mine}.pdf?sheet=a3").status_code == 422


def test_the_command_line_draws_and_prints_rolls(app: Flask, world: World, tmp_path: Path) -> None:
    out = tmp_path / "labels.pdf"
    runner = app.test_cli_runner()
    issued = runner.invoke(
        args=["labels", "issue", "--site", world.holder.site_id, "--count", "30", "--sheet", "60x40", "--out", str(out)]
    )
    assert issued.exit_code == 0, issued.output
    roll = issued.stdout.split("\t")[0].strip().splitlines()[-1]
    again = runner.invoke(args=["labels", "print", roll, "--out", str(out), "--test-page", "--used", "3"])
    assert again.exit_code == 0, again.output
    assert out.read_bytes().startswith(b"%PDF")
    ruler = runner.invoke(args=["labels", "test-page", "--sheet", "40x30", "--out", str(out)])
    assert ruler.exit_code == 0
    unknown = runner.invoke(args=["labels", "print", "no-such-roll", "--out", str(out)])
    assert unknown.exit_code == 1
    assert "not_found" in unknown.output


def test_a_thousand_labels_are_a_matter_of_seconds_and_the_command_line_counts_them(
    app: Flask, world: World, tmp_path: Path
) -> None:
    out = tmp_path / "thousand.pdf"
    arguments = ["labels", "issue", "--site", world.holder.site_id, "--count", "1000", "--sheet", "a4-3x8"]
    began = time.process_time()
    issued = app.test_cli_runner().invoke(args=[*arguments, "--out", str(out)])
    took_s = time.process_time() - began
    assert issued.exit_code == 0, issued.output
    assert took_s < 30
    assert out.read_bytes().count(b"/Type /Page\n") == 42
