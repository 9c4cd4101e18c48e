"""Where something is: the question that reads addresses, choices, scanned codes and points on the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from bot.language.addresses import read_home, strip_home
from bot.language.numbers import bare_number, read_option, read_yes_no
from bot.language.places import only_place, tells_door
from bot.language.replies import small_talk, unsure
from bot.language.reports import part_named
from bot.message import Place as Point
from bot.talk.steps import Find, More, Question, Reading, Said, Several, Took, Wrong

MOST_LISTED = 5  # options that can be read at one look
SHARED = "公共部位"
NO_BUILDING = "不在楼里，或者说不清"


@dataclass(frozen=True)
class Place(Question[dict[str, Any]]):
    """A place in the register: {"estate_id", "building_id", "home_id", "label"}, or a point on the map.

    Several readings (12-8-602) are asked; an address that is not in the register is refused with the reason.
    `others` (id → label) are numbered choices besides; chosen, the answer is {"other": id}. `sure` is the one that
    is meant when neither the opening sentence nor `told`, what was said since, names an address.
    `building`: only a door of that building is asked for.
    With `home`, only a whole door will do; with `parts` besides, a building or an estate is an answer too, and
    whoever asks goes on to ask for what is missing.
    With `loose`, words that name no place of the register are taken as
    they are, {"label": words, "words": words}: in an emergency nothing that is said about the place may be lost.
    With `shared`, a shared part of a building is told too (在楼道里): {"public_part"} of the place, or {"part"} with
    the choice of `others` that names none.
    With `rough`, a door that the register lacks is taken so too. `skip` among `others` is also chosen by a
    no, `here` by a yes.
    `near` (label → place) are places to choose from, offered to whoever could not say where it is.
    """

    others: Mapping[str, str] = field(default_factory=dict)
    sure: str = ""
    told: str = ""
    home: bool = False
    parts: bool = False
    building: int = 0
    loose: bool = False
    rough: bool = False
    shared: bool = False
    near: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    kind: ClassVar[str] = "place"

    def options(self) -> list[tuple[str, str]]:
        return [(str(n), label) for n, label in enumerate([*self.others.values(), *self.near], 1)]

    def read(self, said: Said, so_far: Any, find: Find) -> Reading:
        reading, named = self._read(said, find), part_named(said.text) if self.shared else None
        part = named or (so_far or {}).get("part")
        if part and isinstance(reading, Took):
            return Took(_in_part(reading.value, part))
        return self._within(named) if named and reading is None else reading

    def _within(self, part: str) -> Reading:
        """A shared part without its building: of the one building that is a choice, else the building is asked."""
        own = {label: {"other": key} for key, label in self.others.items() if label.endswith(part)}
        any_part = {
            label: {"other": key, "part": part}
            for key, label in self.others.items()
            if label.endswith(SHARED)
        }
        fits = own or any_part
        if len(fits) > 1:
            return Several(fits, "您说的是哪一个？")
        if fits:
            return Took(next(iter(fits.values())))
        return More({"part": part}, f"好的，{part}。在哪个小区几号楼？比如“幸福小区 3 号楼”。")

    def _read(self, said: Said, find: Find) -> Reading:
        if said.point and not self.home:
            return Took(_spot(said.point))
        if said.scene and not self.home:
            return self._found(find("scene", said.scene))
        if unsure(said.text):
            return None
        listed = (bare_number(said.text) or 0) - len(self.others)
        if 0 < listed <= len(self.near):
            return self._narrowed(list(self.near.values())[listed - 1], find)
        chosen = read_option(said.text, list(self.others.values()))
        if chosen is None and len(self.others) == 1 and self.loose:
            agrees = read_yes_no(said.text)
            if agrees is False:
                return Wrong("那在哪里？请写小区和楼号，比如“幸福小区 3 号楼”。")
            chosen = 0 if agrees else None
        if chosen is None and "here" in self.others and not self.loose:
            agrees = read_yes_no(said.text)
            if agrees is False:
                return Wrong("那您住在哪里？请写小区、楼号和门牌，比如“幸福小区 3 号楼 2 单元 602”。")
            chosen = list(self.others).index("here") if agrees else None
        elif chosen is None and "skip" in self.others and read_yes_no(said.text) is False:
            chosen = list(self.others).index("skip")
        if chosen is not None:
            return Took({"other": list(self.others)[chosen]})
        found = find(self._what(), said.text)
        if self.parts and not found and not tells_door(said.text):
            found = find("place", said.text)
        told = self.loose and len(said.text) > 1 and not small_talk(said.text)
        as_said = told or (self.rough and tells_door(said.text))
        if as_said and not found:
            return Took({"label": said.text, "words": said.text})
        if self.near and len(found) == 1:
            return self._narrowed(found[0], find)
        return self._found(found) if found or read_home(said.text) else None

    @staticmethod
    def _narrowed(place: dict[str, Any], find: Find) -> Reading:
        """A place of the list; of an estate the building is asked, where a list of them can be read."""
        within = [] if place["building_id"] else find(f"near:{place['estate_id']}", "")
        if not within:
            return Took(place)
        return Several({one["label"]: one for one in within} | {NO_BUILDING: place}, "几号楼？请回复数字。")

    def easier(self, find: Find) -> Place | None:
        found = [] if self.home or self.near else find("near", "")[: MOST_LISTED - len(self.others)]
        return replace(self, near={one["label"]: one for one in found}) if found else None

    def surely(self, said: Said, find: Find) -> Reading:
        surely = said.point or said.scene or only_place(said.text)
        return self.read(said, None, find) if surely else None

    def corrected(self, said: Said, so_far: Any, find: Find) -> Reading:
        """A door alone is one of the same building, and of the same unit where there is one."""
        building = (so_far or {}).get("building_id")
        found = find(f"door:{building}", said.text) if building and tells_door(said.text) else []
        unit = str((so_far or {}).get("label", "")).rpartition("单元")[0]
        near = [one for one in found if unit and one["label"].startswith(unit)]
        return self._found(near or found) if found else self.read(said, None, find)

    def reworded(self, text: str, old: str | None, new: str) -> str:
        if old and old in text:
            return text.replace(old, new)
        return f"{new}{strip_home(text)}" if read_home(text) else text

    def _what(self) -> str:
        return f"door:{self.building}" if self.building else "home" if self.home else "place"

    def _found(self, found: list[dict[str, Any]]) -> Reading:
        if not found:
            return Wrong("登记册里没有找到这个地址。请写小区名和楼号，比如“幸福小区 3 号楼 2 单元 602”。")
        if len(found) == 1:
            return Took(found[0])
        return Several({one["label"]: one for one in found[:5]}, "您说的是哪一个？")

    def volunteered(self, opening: Said, find: Find) -> Any:
        words = self.told if read_home(self.told) else opening.text
        if read_home(words) or (opening.scene and not self.home):
            reading = replace(self, loose=False, rough=False).read(
                Said(words, scene=opening.scene), None, find
            )
            return reading.value if isinstance(reading, Took) else None
        return {"other": self.sure} if self.sure else None

    def still_good(self, value: Any) -> bool:
        return "other" not in value or value["other"] in self.others


def _spot(point: Point) -> dict[str, Any]:
    spot = {"latitude": round(point.latitude, 6), "longitude": round(point.longitude, 6)}
    return {**spot, "label": point.label or "您发来的定位"}


def _in_part(place: dict[str, Any], part: str) -> dict[str, Any]:
    """A shared part of a building; a door or a choice stays as it is."""
    if not place.get("building_id") or place.get("home_id"):
        return place
    return {**place, "public_part": part, "label": f"{place['label']} {part}"}
