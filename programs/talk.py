"""The parts of processes that play what people say: web processes, the worker of the queue talk, the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import dialogs
from bot.engine import Engine
from bot.language.categories import CATEGORIES
from bot.talk.finding import find_dialogs
from handlers.knowledge import ItemIndex
from handlers.players import Players
from handlers.resident import Residents
from handlers.staff import Staffroom
from programs.parts import Linli
from workers import photo_files
from workers.hands import Hands


class Talking(Linli):
    """The parts that speak."""

    @cached_property
    def residents(self) -> Residents:
        """Plays residents' turns."""
        engine, knowledge = Engine(find_dialogs(dialogs)), ItemIndex(self.store, self.clock, self.embedder)
        flags, forget = self.switchboard.flags, self.forget_files
        parts, listens = (self.store, self.clock, engine, CATEGORIES), self.settings.voice != "off"
        return Residents(*parts, flags, forget, knowledge=knowledge, listens=listens)

    @cached_property
    def players(self) -> Players:
        """Plays residents' turns and what staff say."""
        return Players(self.residents, Staffroom(self.store, self.clock), self.late)

    @property
    def hands(self) -> Hands:
        """What the worker has at hand that plays what was left over."""
        timers = {"talk": self.residents.overdue}
        return replace(super().hands, drain=self.players.drain, timers=timers)

    def forget_files(self, names: Sequence[str]) -> None:
        """Delete photos that belong to nobody any more."""
        photo_files.forget(self.store, self.clock.now(), self.photo_dir, names)
