"""Turns whatever was sent as a photo into a plain JPEG: known types only, upright, no metadata, not too large."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from bot.refusals import NoMedia

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")  # decided by content; EPS and the like are never opened
MAX_PIXELS = 40_000_000
LONG_SIDE = 2048
QUALITY = 85
WHITE = (255, 255, 255)
# All that Pillow raises on broken and hostile files.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG, its size in pixels and the digest of its bytes in hex."""

    jpeg: bytes
    width: int
    height: int
    sha256: str

    @property
    def file(self) -> str:
        """Its name in the photo folder: the same picture is one file."""
        return f"{self.sha256}.jpg"


def clean(raw: bytes) -> Photo:
    """Re-encode a photo so that nothing but its pixels is left.

    Raises NoMedia with not_photo=True for anything else, and for more than 40 million pixels.
    """
    try:
        picture = _upright(raw)
    except BROKEN as error:
        raise NoMedia(type(error).__name__, not_photo=True) from None
    jpeg = _encode(picture)
    return Photo(jpeg, picture.width, picture.height, hashlib.sha256(jpeg).hexdigest())


def thumbnail(jpeg: bytes, side: int) -> bytes:
    """A smaller JPEG of a clean one, at most `side` pixels long."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        picture.thumbnail((side, side))
        return _encode(picture)


def written(folder: Path, content: bytes) -> Path:
    """A new file of `content` under a temporary name, safe on the disk and for its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(temporary)


def _upright(raw: bytes) -> Image.Image:
    """The pixels alone, in RGB on white, turned the way the camera was held."""
    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        # Checked before a single pixel is decoded: a small file may unfold to gigabytes.
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        picture.thumbnail((LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    bare = Image.new("RGB", upright.size, WHITE)
    bare.paste(upright, mask=upright.getchannel("A"))
    return bare


def _encode(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
