"""An outbox that came as a file: its author stays the author, its carrier is noted, a forged one is not believed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry.domain.refusals import Refusal
from registry.services import accounts
from registry.services.signing import is_signed, public_key
from registry.store.base import writing
from registry.store.carrying import EventCarrierRow
from registry.store.events import EventRow
from tests.api.doors import Doors
from tests.ledgers import an_id

PASSWORD = "a long enough password"
PEOPLE = {"author": "point", "colleague": "point", "stranger": "plant"}


class Phone:
    """A browser with a signing key, and the account that owns its outbox."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, str]:
        point = self._key.public_key().public_numbers()
        return {"crv": "P-256", "kty": "EC", "x": _text(point.x.to_bytes(32)), "y": _text(point.y.to_bytes(32))}

    def sign(self, text: str) -> str:
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return _text(r.to_bytes(32) + s.to_bytes(32))

    def file(self, *events: Any, **changes: Any) -> dict[str, Any]:
        """What the outbox page exports."""
        written = [{"event": event if isinstance(event, str) else json.dumps(event)} for event in events]
        body = json.dumps({"owner": self.owner, "events": written, "archive": []} | changes)
        return {
            "format": "huiliu-outbox/1",
            "body": body,
            "key_id": public_key(self.jwk).thumbprint,
            "public_key": self.jwk,
            "signature": self.sign(body),
        }


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Gate:
    """Three people signed in, and a phone of the author."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        app = doors._client.application
        app.config["WTF_CSRF_ENABLED"] = False
        self.ids: dict[str, str] = {}
        self.browsers: dict[str, FlaskClient] = {}
        for name, party in PEOPLE.items():
            with writing(doors.world.session) as session:
                self.ids[name] = accounts.create_user(
                    session,
                    name=name,
                    password=PASSWORD,
                    role="collector",
                    now=datetime.now(UTC),
                    organisation_id=an_id(party),
                ).id
                session.commit()
            self.browsers[name] = app.test_client()
            self.browsers[name].post("/sign-in", data={"name": name, "password": PASSWORD})
        self.phone = Phone(self.ids["author"])

    def enrol(self, who: str, phone: Phone, *, proof: str | None = None) -> TestResponse:
        proof = proof or phone.sign(f"huiliu-device/1 {self.ids[who]}")
        body = {"public_key": phone.jwk, "proof": proof}
        return self.browsers[who].post("/api/v1/device-keys", json=body)

    def carry(self, who: str, file: Any) -> TestResponse:
        return self.browsers[who].post("/api/v1/events/carried", json=file)

    def rows(self, table: type[Any]) -> list[Any]:
        session = self.doors.world.session
        session.rollback()
        session.expire_all()
        return list(session.scalars(select(table)))


@pytest.fixture
def gate(doors: Doors) -> Gate:
    return Gate(doors)


@pytest.fixture
def gate_of_both(doors_of_both: Doors) -> Gate:
    return Gate(doors_of_both)


def _code(answer: TestResponse) -> str:
    return str((answer.json or {}).get("code"))


def test_a_colleague_brings_in_the_events_and_they_stay_the_authors(gate_of_both: Gate) -> None:
    gate = gate_of_both
    assert gate.enrol("author", gate.phone).status_code == 200
    first, second = gate.doors.event(), gate.doors.event()
    answer = gate.carry("colleague", gate.phone.file(first, second))
    assert [result["status"] for result in answer.json["results"]] == ["created", "created"]
    assert answer.json["author"] == gate.ids["author"]
    assert {row.actor_id for row in gate.rows(EventRow)} == {gate.ids["author"]}
    carriers = gate.rows(EventCarrierRow)
    assert {(row.carrier_id, row.vouched_by) for row in carriers} == {(gate.ids["colleague"], "key")}
    assert len(carriers) == 2


def test_the_same_file_again_changes_nothing_whoever_brings_it(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    file = gate.phone.file(gate.doors.event())
    first = gate.carry("colleague", file).json["results"][0]
    for who in ("colleague", "author"):
        again = gate.carry(who, file).json["results"][0]
        assert again == {**first, "status": "exists"}
    assert [row.carrier_id for row in gate.rows(EventCarrierRow)] == [gate.ids["colleague"]]


def test_what_the_phone_had_sent_itself_has_no_carrier(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    event = gate.doors.event()
    assert gate.browsers["author"].post("/api/v1/events", json=event).status_code == 201
    assert gate.carry("colleague", gate.phone.file(event)).json["results"][0]["status"] == "exists"
    assert gate.rows(EventCarrierRow) == []


def test_a_changed_file_is_refused_and_nothing_of_it_is_kept(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    file = gate.phone.file(gate.doors.event())
    tampered = file | {"body": file["body"].replace('\\"10\\"', '\\"90\\"')}
    assert tampered["body"] != file["body"]
    answer = gate.carry("colleague", tampered)
    assert (answer.status_code, _code(answer)) == (422, "carried_signature_wrong")
    assert gate.rows(EventRow) == []
    assert gate.carry("colleague", file).status_code == 200  # the control: unchanged, it is taken


def test_a_file_signed_by_another_key_than_it_names_is_refused(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    file, other = gate.phone.file(gate.doors.event()), Phone(gate.ids["author"])
    assert _code(gate.carry("colleague", file | {"signature": other.sign(file["body"])})) == "carried_signature_wrong"
    assert _code(gate.carry("colleague", file | {"public_key": other.jwk})) == "carried_signature_wrong"


def test_a_file_of_a_key_nobody_enrolled_needs_its_author(gate: Gate) -> None:
    file = gate.phone.file(gate.doors.event())
    answer = gate.carry("colleague", file)
    assert (answer.status_code, _code(answer)) == (403, "carried_key_unknown")
    assert gate.carry("author", file).json["vouched_by"] == "author"
    assert [row.carrier_id for row in gate.rows(EventCarrierRow)] == [gate.ids["author"]]


def test_nobody_speaks_for_another_with_a_key_of_his_own(gate: Gate) -> None:
    thief = Phone(gate.ids["author"])
    gate.enrol("colleague", thief)
    for who in ("colleague", "author"):
        answer = gate.carry(who, thief.file(gate.doors.event()))
        assert (answer.status_code, _code(answer)) == (403, "carried_key_foreign")
    assert gate.rows(EventRow) == []


def test_a_stranger_to_the_organisation_may_not_bring_it_in(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    answer = gate.carry("stranger", gate.phone.file(gate.doors.event()))
    assert (answer.status_code, _code(answer)) == (403, "carrier_not_of_organisation")


def test_ending_all_sessions_ends_the_key_until_it_is_enrolled_again(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    with writing(gate.doors.world.session) as session:
        accounts.set_password(session, user_id=gate.ids["author"], password=PASSWORD + "!")
        session.commit()
    file = gate.phone.file(gate.doors.event())
    assert _code(gate.carry("colleague", file)) == "carried_key_unknown"
    gate.browsers["author"].post("/sign-in", data={"name": "author", "password": PASSWORD + "!"})
    gate.enrol("author", gate.phone)
    assert gate.carry("colleague", file).status_code == 200


def test_a_disabled_author_speaks_no_more(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    with writing(gate.doors.world.session) as session:
        accounts.disable_user(session, user_id=gate.ids["author"], now=datetime.now(UTC))
        session.commit()
    assert _code(gate.carry("colleague", gate.phone.file(gate.doors.event()))) == "carried_key_unknown"


def test_a_key_is_enrolled_only_by_who_holds_it_and_by_one_account(gate: Gate) -> None:
    forged = gate.enrol("colleague", gate.phone, proof=gate.phone.sign(f"huiliu-device/1 {gate.ids['author']}"))
    assert _code(forged) == "device_key_unproven"
    assert gate.enrol("author", gate.phone).json == gate.enrol("author", gate.phone).json
    assert _code(gate.enrol("colleague", gate.phone)) == "device_key_taken"


def test_each_event_of_a_file_stands_alone(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    good, early = gate.doors.event(), gate.doors.event() | {"after": [an_id("never captured")]}
    file = gate.phone.file("{not json", {"id": "x"}, early, good)
    assert [result["status"] for result in gate.carry("colleague", file).json["results"]] == [
        "rejected",
        "rejected",
        "waiting",
        "created",
    ]


def test_the_carrier_stands_beside_the_event_for_its_author_alone(gate: Gate) -> None:
    gate.enrol("author", gate.phone)
    event = gate.doors.event()
    gate.carry("colleague", gate.phone.file(event))
    told = gate.browsers["author"].get(f"/api/v1/events/{event['id']}").json["carried"]
    assert (told["carrier_id"], told["vouched_by"]) == (gate.ids["colleague"], "key")


RUBBISH = ("no file", {}, {"format": "huiliu-outbox/2"}, {"format": "huiliu-outbox/1", "body": 5}, [])
BODIES = (
    {"owner": "\ud800"},
    {"owner": None},
    {"events": None},
    {"events": [5]},
    {"events": [{"event": 5}]},
    {"events": {"event": "{}"}},
)


@pytest.mark.parametrize("file", RUBBISH, ids=str)
def test_what_is_no_outbox_file_is_refused(gate: Gate, file: object) -> None:
    assert _code(gate.carry("author", file)) == "carried_file_malformed"


@pytest.mark.parametrize("changes", BODIES, ids=ascii)
def test_a_well_signed_body_of_another_shape_is_refused(gate: Gate, changes: dict[str, Any]) -> None:
    assert _code(gate.carry("author", gate.phone.file(**changes))) == "carried_file_malformed"


def test_a_file_of_more_than_a_thousand_events_is_refused(gate: Gate) -> None:
    assert _code(gate.carry("author", gate.phone.file(*["{}"] * 1001))) == "carried_too_many"


@pytest.mark.parametrize(
    "change",
    [{"kty": "RSA"}, {"crv": "P-384"}, {"x": "AA"}, {"x": "="}, {"y": _text(bytes(32))}, {"x": "é" * 43}],
    ids=str,
)
def test_a_key_that_is_no_point_of_the_curve_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        public_key(Phone("x").jwk | change)
    assert refused.value.code == "device_key_malformed"


def test_the_thumbprint_and_signature_of_a_published_key_are_found_right() -> None:
    """RFC 7515 A.3: header and payload as signed there."""
    key = public_key(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    header, claims = '{"alg":"ES256"}', '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
    signed = f"{_text(header.encode())}.{_text(claims.encode())}"
    signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    assert is_signed(key, signed, signature)
    assert not is_signed(key, signed + "x", signature)
    assert not is_signed(key, signed, signature[:-2] + "AA")
    assert not any(is_signed(key, signed, wrong) for wrong in ("", None, "A" * 86, "é" * 86))
