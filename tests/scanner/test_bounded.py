"""A hostile file costs a child process and two seconds, never a server: the next photo is read as if nothing was."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.domain.refusals import Refusal
from scanner.bounded import LIMIT_S, Decoders
from scanner.decode import decode
from tests.scanner.malformed import png_of_size
from tests.scanner.photos import photograph
from tests.scanner.test_decode import LABEL, MALFORMED, TEXT, damaged_files

PHOTO = photograph(LABEL)


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    found = Decoders(count=1)
    yield found
    found.close()


def refusal_of(decoders: Decoders, data: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        decoders.decode(data)
    return refused.value.code


def test_a_child_says_what_we_would_say(decoders: Decoders) -> None:
    assert decoders.decode(PHOTO) == decode(PHOTO)
    assert [mark.text for mark in decoders.decode(PHOTO).marks] == [TEXT]


@pytest.mark.parametrize(("data", "code"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_childs_refusal_keeps_its_code(decoders: Decoders, data: bytes, code: str) -> None:
    assert refusal_of(decoders, data) == code


def test_a_child_that_hangs_is_killed_in_time_and_replaced(decoders: Decoders) -> None:
    decoders.decode(PHOTO)
    (child,) = decoders._all
    os.kill(child.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert refusal_of(decoders, PHOTO) == "image_too_hard"
    assert time.monotonic() - began < LIMIT_S + 0.5
    assert child.process.returncode is not None
    assert decoders.decode(PHOTO).marks


def test_a_child_that_died_is_replaced(decoders: Decoders) -> None:
    decoders.decode(PHOTO)
    (child,) = decoders._all
    child.process.kill()
    child.process.wait()
    assert decoders.decode(PHOTO).marks


def test_memory_is_bounded() -> None:
    """With hardly any room a large picture is refused; the same child then reads a small one."""
    tight = Decoders(count=1, memory_bytes=24 * 1024 * 1024)
    try:
        assert refusal_of(tight, png_of_size(6_900, 7_000)) == "image_too_hard"
        assert tight.decode(PHOTO).marks
    finally:
        tight.close()


def test_who_waits_too_long_for_a_child_is_told_so() -> None:
    none = Decoders(count=0, limit_s=0.05)
    assert refusal_of(none, PHOTO) == "decoder_busy"


def test_waiting_and_reading_together_take_no_longer_than_the_limit(decoders: Decoders) -> None:
    decoders.decode(PHOTO)
    (child,) = decoders._all
    os.kill(child.process.pid, signal.SIGSTOP)
    took_s: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        assert refusal_of(decoders, PHOTO) in ("image_too_hard", "decoder_busy")
        took_s.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took_s) == 3
    assert max(took_s) < LIMIT_S + 0.5


def test_many_threads_share_few_children(decoders: Decoders) -> None:
    read: list[str] = []

    def work() -> None:
        read.extend(mark.text for _ in range(3) for mark in decoders.decode(PHOTO).marks)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [TEXT] * 12


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def code_of(decoders: Decoders, data: bytes) -> str:
    try:
        decoders.decode(data)
    except Refusal as refusal:
        return refusal.code
    return "image_read"


def bombard(decoders: Decoders, count: int) -> None:
    decoders.decode(PHOTO)
    slowest_s = 0.0
    for data in damaged_files(count):
        began = time.monotonic()
        assert code_of(decoders, data).startswith("image_")
        slowest_s = max(slowest_s, time.monotonic() - began)
    (child,) = decoders._all
    assert child.process.poll() is None
    assert resident_bytes(child.process.pid) < 400 * 1024 * 1024
    assert slowest_s < LIMIT_S + 0.5
    assert decoders.decode(PHOTO).marks


def test_a_hundred_malformed_uploads_leave_the_children_alive_and_small(decoders: Decoders) -> None:
    bombard(decoders, 100)


@pytest.mark.long
def test_five_hundred_malformed_uploads_leave_the_children_alive_and_small(decoders: Decoders) -> None:
    bombard(decoders, 500)
