"""Uploads that are no photo, in any number: made up, cut off, far too large, moving. The same ones in every run."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image

KINDS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")


def malformed(count: int) -> Iterator[bytes]:
    """Every one of them is to be refused, and no two are alike."""
    chance = random.Random(20260101)
    for number in range(count):
        yield MAKERS[number % len(MAKERS)](chance)


def saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    """The picture as a file of this kind."""
    stream = BytesIO()
    picture.save(stream, kind, **more)
    return stream.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header promises a size; its pixels are a few hundred bytes of zeros."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10**6)))
        + chunk(b"IEND", b"")
    )


def animation(kind: str, shades: tuple[int, ...] = (0, 120, 240)) -> bytes:
    """A few frames."""
    frames = [Image.new("L", (60, 60), shade) for shade in shades]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def _words(chance: random.Random) -> bytes:
    return "".join(chance.choice("<html>不是图片%PDF-1.7{}\r\n") for _ in range(chance.randint(0, 4000))).encode()


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(1, 60_000))


def _known_beginning(chance: random.Random) -> bytes:
    """The magic number of a kind, and then anything."""
    begin = chance.choice((b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF", b"BM"))
    return begin + chance.randbytes(chance.randint(0, 30_000))


def _cut(chance: random.Random) -> bytes:
    """A photo whose upload broke off."""
    side = chance.randint(200, 1200)
    picture = Image.frombytes("L", (side, side), chance.randbytes(side * side))
    data = saved(picture, chance.choice(("JPEG", "PNG")))
    return data[: round(len(data) * chance.uniform(0.05, 0.8))]


def _bomb(chance: random.Random) -> bytes:
    return png_of_size(chance.randint(7_100, 200_000), chance.randint(7_100, 200_000))


def _empty_promise(chance: random.Random) -> bytes:
    """A size that is allowed, and hardly any pixels behind it."""
    return png_of_size(chance.randint(3_000, 7_000), chance.randint(3_000, 7_000))


def _moving(chance: random.Random) -> bytes:
    shades = tuple(chance.sample(range(256), chance.randint(2, 6)))
    return animation(chance.choice(("GIF", "WEBP", "PNG")), shades)


MAKERS: tuple[Callable[[random.Random], bytes], ...] = (
    _words,
    _noise,
    _known_beginning,
    _cut,
    _bomb,
    _empty_promise,
    _moving,
)
