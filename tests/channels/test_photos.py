"""Photos: known types only, upright, without a trace of where and by whom; bombs and rubbish refused."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.photos import clean, thumbnail
from bot.refusals import NoMedia

MAKER, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825


def encoded(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 200 if mode in ("L", "P") else None).save(out, kind, **more)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[MAKER] = "SecretPhone"
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[2] = (23.0, 8.0, 4.0)
    return encoded("JPEG", exif=exif, comment=b"SecretComment")


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("GIF", "P"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_type_becomes_a_jpeg(kind: str, mode: str) -> None:
    photo = clean(encoded(kind, mode=mode))
    with opened(photo.jpeg) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (60, 40))
    assert (photo.width, photo.height) == (60, 40)
    assert photo.sha256 == hashlib.sha256(photo.jpeg).hexdigest()


def test_no_metadata_is_left() -> None:
    raw = with_exif()
    assert b"SecretPhone" in raw
    with opened(clean(raw).jpeg) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Secret", b"Exif", b"GPS"):
        assert trace not in clean(raw).jpeg


def test_png_text_is_gone_too() -> None:
    raw = encoded("PNG")
    text = b"tEXt" + b"Author\0Secret"
    chunk = struct.pack("!I", len(text) - 4) + text + struct.pack("!I", zlib.crc32(text))
    assert b"Secret" not in clean(raw[:33] + chunk + raw[33:]).jpeg


def test_a_photo_held_sideways_is_turned() -> None:
    photo = clean(with_exif(orientation=6))
    assert (photo.width, photo.height) == (40, 60)


def test_what_is_transparent_becomes_white() -> None:
    with opened(clean(encoded("PNG", mode="RGBA")).jpeg) as picture:
        assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_large_photos_are_made_smaller_and_small_ones_left() -> None:
    photo = clean(encoded("JPEG", (4000, 1000)))
    assert (photo.width, photo.height) == (2048, 512)
    assert clean(encoded("JPEG", (10, 10))).width == 10


def test_a_thumbnail() -> None:
    with opened(thumbnail(clean(encoded("JPEG", (600, 400))).jpeg, 120)) as picture:
        assert picture.size == (120, 80)


def bomb(side: int, whole: bool = False) -> bytes:
    """A black and white PNG of side x side pixels in a few kilobytes; unless `whole`, most of its data is missing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    header = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = bytes((1 + side // 8) * side) if whole else bytes(1000)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_forty_million_pixels_are_the_limit() -> None:
    assert clean(bomb(6304, whole=True)).width == 2048
    with pytest.raises(NoMedia) as caught:
        clean(bomb(6400, whole=True))
    assert caught.value.not_photo


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a photo",
        EPS,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        encoded("TIFF"),
        encoded("BMP"),
        encoded("ICO"),
        encoded("PPM"),
        encoded("JPEG")[:200],
        encoded("PNG")[:40],
        bomb(10_000),
        bomb(20_000),
        bomb(2**31 - 1),
    ],
)
def test_anything_else_is_no_photo(raw: bytes) -> None:
    with pytest.raises(NoMedia) as caught:
        clean(raw)
    assert caught.value.not_photo
    assert not caught.value.retry


SOUND = [with_exif(6), encoded("PNG", mode="P"), encoded("GIF", mode="P"), encoded("WEBP", mode="RGBA")]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow warns of broken EXIF; the photo is still good
@settings(max_examples=200)
@given(st.sampled_from(SOUND), st.integers(0, 400), st.binary(min_size=1, max_size=8), st.integers(0, 900))
def test_broken_files_are_photos_or_not_but_nothing_else(raw: bytes, at: int, patch: bytes, end: int) -> None:
    broken = raw[:at] + patch + raw[at + len(patch) :]
    try:
        photo = clean(broken[: max(end, 10)])
    except NoMedia as refusal:
        assert refusal.not_photo  # noqa: PT017  # either outcome is right
    else:
        assert photo.width > 0
