"""Sample photos, drawn at first use: a lift, a leaking pipe, a street lamp, a repaired lift."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
GPS_TAG = 0x8825
MAKE_TAG = 0x010F
GPS = {1: "N", 2: (31.0, 13.0, 48.0), 3: "E", 4: (121.0, 28.0, 12.0)}
"""Latitude and longitude in degrees, minutes, seconds; a place in Shanghai."""

Draw = ImageDraw.ImageDraw


def _lift(draw: Draw, light: str, gap: int) -> None:
    draw.rectangle((0, 0, 960, 720), "#cfc8bd")
    draw.rectangle((0, 610, 960, 720), "#8d8478")
    draw.rectangle((260, 90, 700, 620), "#6f7377")
    for left, right in ((280, 478 - gap), (482 + gap, 680)):
        draw.rectangle((left, 110, right, 620), "#a9afb4")
        for x in range(left + 8, right, 14):
            draw.line((x, 110, x, 620), "#b7bdc2", 2)
    draw.rectangle((480 - gap, 110, 480 + gap, 620), "#1d1f21")
    draw.rectangle((430, 40, 530, 80), "#202020")
    draw.ellipse((470, 48, 494, 72), light)
    draw.rectangle((750, 300, 810, 430), "#dddddd", "#777777", 3)
    draw.ellipse((765, 320, 795, 350), "#f2f2f2", "#777777", 3)
    draw.ellipse((765, 375, 795, 405), "#f2f2f2", "#777777", 3)


def _broken_lift(draw: Draw) -> None:
    _lift(draw, "#e53935", 26)
    draw.rectangle((330, 330, 630, 430), "#fdf3c4", "#a33327", 6)
    for y in (360, 385, 405):
        draw.line((360, y, 600, y), "#a33327", 7)


def _repaired_lift(draw: Draw) -> None:
    _lift(draw, "#43a047", 2)
    draw.line((820, 180, 850, 215, 910, 130), "#2e7d32", 18, joint="curve")


def _pipe(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 720), "#e9e4da")
    for y in range(0, 620, 90):
        draw.line((0, y, 960, y), "#d6cfc1", 3)
    draw.rectangle((420, 0, 500, 480), "#9aa3a8", "#6b7479", 4)
    draw.rectangle((400, 260, 520, 320), "#7d878c", "#565e63", 4)
    draw.rectangle((0, 600, 960, 720), "#b9a98f")
    draw.ellipse((210, 590, 740, 710), "#86a9bd")
    draw.ellipse((300, 615, 620, 690), "#9dbfd1")
    for x, y in ((430, 350), (470, 400), (450, 460), (485, 520), (440, 560)):
        draw.ellipse((x, y, x + 16, y + 30), "#6fa3c0")


def _lamp(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 720), "#1c2733")
    for left, top in ((40, 330), (250, 260), (640, 300), (800, 220)):
        draw.rectangle((left, top, left + 150, 640), "#26323f")
        for x in range(left + 20, left + 130, 40):
            for y in range(top + 30, 600, 70):
                lit = (x * 7 + y * 3) % 5 == 0
                draw.rectangle((x, y, x + 18, y + 28), "#e8c25a" if lit else "#1b2530")
    draw.rectangle((0, 640, 960, 720), "#39424b")
    draw.rectangle((500, 150, 516, 650), "#59636d")
    draw.line((508, 155, 400, 120), "#59636d", 12)
    draw.ellipse((365, 108, 420, 145), "#4b545d", "#6f7983", 4)


@dataclass(frozen=True)
class Sample:
    """A sample photo: its label, how it is drawn, whether it says where it was taken."""

    label: str
    draw: Callable[[Draw], None]
    located: bool = False


SAMPLES: dict[str, Sample] = {
    "lift": Sample("电梯坏了", _broken_lift, located=True),
    "pipe": Sample("水管漏水", _pipe, located=True),
    "lamp": Sample("路灯不亮", _lamp),
    "repaired": Sample("电梯修好了", _repaired_lift, located=True),
}


@cache
def sample_photo(name: str) -> bytes:
    """The JPEG of a sample; raises KeyError for an unknown name."""
    sample = SAMPLES[name]
    picture = Image.new("RGB", SIZE)
    sample.draw(ImageDraw.Draw(picture))
    grain = Image.effect_noise(SIZE, 24).convert("RGB")
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(0.8)), grain, 0.08)
    exif = Image.Exif()
    exif[MAKE_TAG] = "Emulator"
    if sample.located:
        exif[GPS_TAG] = GPS
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()
