"""Photos at the door: after their event, only those it announced, and silent about place and device."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from registry.domain.photos import PHOTO_EDGE_MOST, PHOTOS_MOST, announced, examine
from registry.domain.refusals import Refusal
from tests.api.doors import Doors


def jpeg(width: int = 32, height: int = 24, *, shade: int = 90, **more: Any) -> bytes:
    """A picture as a canvas writes it."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 120, 60)).save(out, "JPEG", **more)
    return out.getvalue()


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def announce(doors: Doors, *photos: bytes) -> str:
    """The id of a taken event that names these photos."""
    event = doors.event() | {"private": {"photo": " ".join(map(name_of, photos))}}
    assert doors.post("point", "/events", event).status_code == 201
    return str(event["id"])


def put(
    doors: Doors, who: str | None, event_id: str, data: bytes, *, name: str | None = None, **more: str
) -> TestResponse:
    path = f"/events/{event_id}/photos/{name or name_of(data)}"
    return doors._open("PUT", who, path, data=data, content_type=more.get("content_type", "image/jpeg"))


def test_an_announced_photo_is_kept_and_shown_to_who_sees_the_event_in_full(doors_of_both: Doors) -> None:
    doors, photo = doors_of_both, jpeg()
    event_id = announce(doors, photo)
    first = put(doors, "point", event_id, photo)
    assert (first.status_code, first.json) == (200, {"event": event_id, "sha256": name_of(photo)})
    before = doors.counts()
    again = put(doors, "point", event_id, photo)
    assert (again.status_code, again.json) == (200, first.json)
    assert doors.counts() == before
    path = f"/events/{event_id}/photos/{name_of(photo)}"
    shown = doors.get("point", path)
    assert (shown.data, shown.content_type) == (photo, "image/jpeg")
    assert shown.headers["Cache-Control"].startswith("private")
    seen = {who: doors.get(who, path).status_code for who in ("regulator", "administrator", "plant", None)}
    assert seen == {"regulator": 200, "administrator": 200, "plant": 404, None: 401}


def test_a_photo_the_event_did_not_announce_is_refused(doors_of_both: Doors) -> None:
    doors, announced_one, other = doors_of_both, jpeg(), jpeg(shade=10)
    event_id = announce(doors, announced_one)
    answer = put(doors, "point", event_id, other)
    assert (answer.status_code, answer.json["code"]) == (422, "photo_not_announced")
    swapped = put(doors, "point", event_id, other, name=name_of(announced_one))
    assert (swapped.status_code, swapped.json["code"]) == (422, "photo_differs")
    plain = doors.event()
    doors.post("point", "/events", plain)
    assert put(doors, "point", plain["id"], other).json["code"] == "photo_not_announced"
    assert doors.counts()["event_photos"] == 0


def test_before_its_event_and_from_another_organisation_a_photo_finds_nothing(doors: Doors) -> None:
    photo = jpeg()
    assert put(doors, "point", doors.event()["id"], photo).status_code == 404
    event_id = announce(doors, photo)
    assert put(doors, "plant", event_id, photo).status_code == 404
    assert put(doors, "administrator", event_id, photo).status_code in (403, 404)
    assert doors.counts()["event_photos"] == 0


def test_erasing_the_private_rows_erases_the_photos_and_takes_none_after(doors_of_both: Doors) -> None:
    doors, photo = doors_of_both, jpeg()
    event_id = announce(doors, photo)
    put(doors, "point", event_id, photo)
    assert doors.delete("point", f"/events/{event_id}/private").json == {"erased": ["photo"]}
    assert doors.counts()["event_photos"] == 0
    assert doors.get("point", f"/events/{event_id}/photos/{name_of(photo)}").status_code == 404
    assert put(doors, "point", event_id, photo).json["code"] == "photo_not_announced"


def test_a_photo_stays_where_only_the_note_is_erased(doors: Doors) -> None:
    photo = jpeg()
    event = doors.event() | {"private": {"photo": name_of(photo), "note": "凹痕"}}
    doors.post("point", "/events", event)
    put(doors, "point", event["id"], photo)
    doors.delete("point", f"/events/{event['id']}/private", kind="note")
    assert doors.counts()["event_photos"] == 1


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("a" * 64, True),
        (" ".join(letter * 64 for letter in "abc"), True),
        (" ".join(letter * 64 for letter in "abcd"), False),
        ("a" * 64 + " " + "a" * 64, False),
        ("A" * 64, False),
        ("a" * 63, False),
        ("a" * 64 + "\n", False),
        ("a" * 64 + "  " + "b" * 64, False),
    ],
)
def test_an_announcement_names_up_to_three_digests_each_once(doors: Doors, text: str, sound: bool) -> None:
    answer = doors.post("point", "/events", doors.event() | {"private": {"photo": text}})
    assert answer.status_code == (201 if sound else 422)
    if sound:
        assert len(announced(text)) <= PHOTOS_MOST
    else:
        assert answer.json["code"] == "schema_invalid"


def _with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    return jpeg(exif=exif.tobytes())


def _bomb_of_scans() -> bytes:
    whole = jpeg(progressive=True)
    at = whole.index(b"\xff\xda")
    return whole[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x01\x05\x00\x00" * 65 + b"\xff\xd9"


BAD = {
    "exif": (_with_exif(), "photo_has_metadata"),
    "xmp": (jpeg(xmp=b"<x:xmpmeta/>"), "photo_has_metadata"),
    "comment": (jpeg(comment=b"my yard"), "photo_has_metadata"),
    "tail": (jpeg() + b"a second picture", "photo_has_metadata"),
    "text": (b"no picture", "image_not_an_image"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image_not_an_image"),
    "empty": (b"", "image_not_an_image"),
    "cut": (jpeg()[:-40], "image_truncated"),
    "headless": (jpeg()[:30], "image_truncated"),
    "wide": (jpeg(PHOTO_EDGE_MOST + 1, 8), "image_too_many_pixels"),
    "heavy": (b"\xff\xd8" + b"\0" * 400_000, "image_too_large"),
    "scans": (_bomb_of_scans(), "image_too_hard"),
    "hollow": (
        b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\xff\xd9",
        "image_truncated",
    ),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_what_is_no_plain_small_jpeg_is_refused_and_leaves_nothing(doors: Doors, kind: str) -> None:
    data, code = BAD[kind]
    answer = put(doors, "point", announce(doors, data), data)
    assert answer.json["code"] == code
    assert 400 <= answer.status_code < 500
    assert doors.counts()["event_photos"] == 0


def test_another_media_type_is_refused(doors: Doors) -> None:
    photo = jpeg()
    assert put(doors, "point", announce(doors, photo), photo, content_type="image/png").status_code == 415


def test_what_browsers_write_passes() -> None:
    sizes = [
        examine(jpeg(**more)) for more in ({}, {"progressive": True}, {"icc_profile": b"p" * 400}, {"quality": 30})
    ]
    assert {(each.width_px, each.height_px) for each in sizes} == {(32, 24)}
    assert examine(jpeg(PHOTO_EDGE_MOST, 8)).width_px == PHOTO_EDGE_MOST


def test_every_cut_of_a_photo_is_refused_and_none_runs_on() -> None:
    whole = jpeg()
    for length in range(len(whole)):
        with pytest.raises(Refusal):
            examine(whole[:length])
