"""What a section of the page 设置 is: its fields, its list, and the action that saves one row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handlers.console.forms import Choices, Field
from models.actions import Action
from models.store import Work

_DATA: Mapping[str, Any] = json.loads(Path(__file__).with_name("sections.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section's list. `marks`: (class, words); `values`: what its form shows; `address`: to copy."""

    id: int
    title: str
    note: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the setup. `save` makes the action of what was typed; `row_id` is None for a new row.

    `choices` by field; `fresh`: what a new form holds; `id_name`: the action's argument for the row's id, without
    one rows are only added.
    """

    key: str
    rows: Callable[[Work], Iterable[Row]]
    save: Callable[..., Action]
    id_name: str = ""
    choices: Mapping[str, Callable[[Work], Choices]] = field(default_factory=dict)
    fresh: Callable[[], Mapping[str, Any]] = dict

    @property
    def text(self) -> Mapping[str, str]:
        """Its title, hint and other words."""
        return {name: words for name, words in _DATA[self.key].items() if isinstance(words, str)}

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its form."""
        return FIELDS[self.key]

    def offered(self, work: Work) -> Mapping[str, Choices]:
        """What may be chosen now, by field."""
        return {name: choices(work) for name, choices in self.choices.items()}

    def action(self, values: Mapping[str, Any], row: Row | None) -> Action:
        """What saves it: a new row, or a change of `row` whose fixed fields stay."""
        if row is None:
            return self.save(**values)
        kept = {one.name: row.values[one.name] for one in self.fields if one.fixed}
        return self.save(**kept, **values, **{self.id_name: row.id})


def _fields(section: str) -> tuple[Field, ...]:
    return tuple(Field(**one) for one in _DATA[section]["fields"])


FIELDS: Mapping[str, tuple[Field, ...]] = {section: _fields(section) for section in _DATA}
