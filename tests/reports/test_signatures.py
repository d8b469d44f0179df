"""Every download can be checked later: its signature fits, one changed byte or figure is seen, in every format."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.app import create_app
from registry.config import Settings
from registry.extensions import db
from registry.services.signatures import Key, Signer, claims_of, encoded, signer_of
from reports.examining import Verdict, examine
from reports.render.stamp import parted_pdf, sha256
from tests.api.doors import Doors, opened

SECRET = "k" * 40
KEY = signer_of(signing_key="", secret_key=SECRET).key
YEAR = {"from": "2025-01-01", "to": "2026-01-01", "as_of": "2026-05-01"}


@pytest.fixture
def doors(sqlite_url: str) -> Iterator[Doors]:
    with opened(sqlite_url) as found:
        found.world.batch("point", "collect", stream="power_battery", product="+LFP 001", mass_g=1_234_567_890_123)
        found.world.batch("point", "collect", stream="tyre", product="0042", mass_g=5_000)
        yield found


def file(doors: Doors, form: str) -> bytes:
    answer = doors.get("regulator", "/reports/recovery", **YEAR, format=form)
    assert answer.status_code == 200
    return bytes(answer.data)


def examined(doors: Doors, content: bytes, *, beside: bytes = b"", keys: tuple[Key, ...] = (KEY,)) -> Verdict:
    return examine(doors.world.session, content, keys=keys, beside=beside)


def beside(doors: Doors, form: str) -> bytes:
    return file(doors, "csv.sig") if form == "csv" else b""


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
def test_an_untouched_download_is_genuine_and_says_what_was_asked(form: str, doors: Doors) -> None:
    verdict = examined(doors, file(doors, form), beside=beside(doors, form))
    assert verdict.status == "signed"
    assert verdict.claims is not None
    assert verdict.claims["cut_off"] == "2026-05-01T15:59:59.999999Z"
    assert verdict.claims["query"]["area"] == "520000"


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
def test_the_same_question_gives_the_same_bytes(form: str, doors: Doors) -> None:
    assert file(doors, form) == file(doors, form)


def _figure(content: bytes) -> bytes:
    assert b"1234567890.123" in content
    return content.replace(b"1234567890.123", b"1234567890.124", 1)


def _sheet(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            assert old in data or name != part
            target.writestr(name, data.replace(old, new, 1) if name == part else data)
    return out.getvalue()


ALTERED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a figure of the JSON": ("json", _figure),
    "the cut-off of the JSON": ("json", lambda content: content.replace(b"2026-05-01T15", b"2026-05-02T15", 1)),
    "a figure of the CSV": ("csv", _figure),
    "the last byte of the CSV": ("csv", lambda content: content[:-1] + b"\r"),
    "a byte of the PDF": ("pdf", lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]),
    "the end of the PDF's signature": ("pdf", lambda content: content[:-6] + b"AAAAA\n"),
    "a figure of the XLSX": (
        "xlsx",
        lambda content: _sheet(content, "xl/worksheets/sheet1.xml", b"1234567890.123", b"1234567890.124"),
    ),
    "a word of the XLSX": (
        "xlsx",
        lambda content: _sheet(content, "xl/sharedStrings.xml", b"520000", b"520100"),
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_one_changed_byte_is_seen(what: str, doors: Doors) -> None:
    form, alter = ALTERED[what]
    altered = alter(file(doors, form))
    assert not examined(doors, altered, beside=beside(doors, form)).genuine


def test_a_check_of_the_signature_alone_would_not_see_it(doors: Doors) -> None:
    # The negative control: the token itself stays valid; only the digests of what is shown tell.
    form, alter = ALTERED["a byte of the PDF"]
    parted = parted_pdf(alter(file(doors, form)))
    assert parted is not None
    claims = claims_of(parted[1], [KEY])
    assert claims is not None
    assert claims["file_sha256"] != sha256(parted[0])


def test_json_may_be_indented_otherwise_and_stays_genuine(doors: Doors) -> None:
    body = json.loads(file(doors, "json"))
    assert examined(doors, json.dumps(body, sort_keys=True).encode()).status == "signed"


def test_a_spreadsheet_that_was_saved_again_stays_genuine(doors: Doors) -> None:
    again = _sheet(file(doors, "xlsx"), "xl/styles.xml", b"", b"")
    assert examined(doors, again).status == "signed"


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
def test_what_another_registry_signed_is_not_ours(form: str, doors: Doors) -> None:
    stranger = Signer(b"s" * 32).key
    assert not examined(doors, file(doors, form), beside=beside(doors, form), keys=(stranger,)).genuine


def test_a_former_key_still_opens_what_it_signed(doors: Doors) -> None:
    assert examined(doors, file(doors, "json"), keys=(Signer(b"n" * 32).key, KEY)).status == "signed"


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"PK\x03\x04", b"{", b'{"signature": 1}', b"[" * 50_000, b"\xff\xfe", b"%huiliu-signature x"],
)
def test_rubbish_is_unknown_or_altered_and_never_breaks(content: bytes, doors: Doors) -> None:
    assert not examined(doors, content, beside=content).genuine


def test_the_public_key_stands_at_an_address_and_opens_the_json(doors: Doors) -> None:
    (jwk,) = doors.get(None, "/signing-keys").json["keys"]
    assert (jwk["kty"], jwk["crv"], jwk["kid"]) == ("OKP", "Ed25519", KEY.id)
    token = doors.get("regulator", "/reports/recovery", **YEAR, format="csv").headers["Huiliu-Signature"]
    header, payload, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    assert json.loads(header)["alg"] == "EdDSA"
    # As any other library does it (RFC 8037).
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(jwk["x"] + "="))
    public.verify(signature, token.rpartition(".")[0].encode())
    assert json.loads(payload)["report"] == "recovery"


def test_a_key_that_is_given_is_used_and_one_that_is_none_is_refused() -> None:
    assert signer_of(signing_key=encoded(b"a" * 32), secret_key=SECRET).key == Signer(b"a" * 32).key
    with pytest.raises(ValueError, match="32 bytes"):
        signer_of(signing_key=encoded(b"a" * 31), secret_key=SECRET)


def test_the_command_tells_genuine_by_its_exit(doors: Doors, sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret_key=SECRET, limits=False, testing=True))
    made = doors.post("regulator", "/reports/recovery/publications", {**YEAR, "by": "month"}).json
    published = doors.get("regulator", f"/publications/{made['code']}/files/zh.xlsx").data
    cases: list[tuple[str, bytes, int, str]] = [
        ("published.xlsx", published, 0, "byte for byte"),
        ("saved-again.xlsx", _sheet(published, "xl/styles.xml", b"", b""), 1, "Not genuine"),
        ("flipped.xlsx", published[:500] + bytes([published[500] ^ 1]) + published[501:], 1, ""),
        ("passing.pdf", file(doors, "pdf"), 0, "Genuine"),
        ("passing.csv", file(doors, "csv"), 1, "Not confirmed"),
        ("other.txt", b"nothing", 1, "Not confirmed"),
    ]
    for name, content, code, said in cases:
        (tmp_path / name).write_bytes(content)
        run = app.test_cli_runner().invoke(args=["verify-report", str(tmp_path / name)])
        assert (run.exit_code, said in run.output) == (code, True), f"{name}: {run.output}"
    (tmp_path / "passing.csv.sig").write_bytes(file(doors, "csv.sig"))
    assert app.test_cli_runner().invoke(args=["verify-report", str(tmp_path / "passing.csv")]).exit_code == 0
    with app.app_context():
        db.engine.dispose()


def _handed(doors: Doors, *files: tuple[str, bytes]) -> Any:
    data = {"file": [(io.BytesIO(content), name) for name, content in files]}
    return doors._client.post("/verify", data=data, headers={"Accept": "text/html"})


def test_a_file_handed_in_is_told_of_and_two_for_a_csv(doors: Doors) -> None:
    doors._client.application.config["WTF_CSRF_ENABLED"] = False
    content, signature = file(doors, "csv"), file(doors, "csv.sig")
    assert "无法确认" in _handed(doors, ("a.csv", content)).get_data(as_text=True)
    assert "真实：未报送的下载件" in _handed(doors, ("a.csv", content), ("a.csv.sig", signature)).get_data(as_text=True)
    assert _handed(doors).status_code == 422


def test_guessing_codes_is_slowed_down(sqlite_url: str) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret_key=SECRET, limits=True, testing=True))
    with app.app_context():
        client = app.test_client()
        answers = {client.get("/verify/0123456789ABCDEF").status_code for _ in range(61)}
        asked = [client.post("/api/v1/verify", json={"sha256": "0" * 64}) for _ in range(61)]
        db.engine.dispose()
    assert 429 in answers
    assert (asked[0].status_code, asked[-1].status_code, asked[-1].json["code"]) == (200, 429, "too_many_requests")
