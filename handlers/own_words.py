"""The town's own words as a process knows them: read with what is at work anyway, and not again for some seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.clock import real_seconds
from models import views
from models.store import Work

FRESH_SECONDS = 5.0


@dataclass
class OwnWords:
    """One for each process. Turns and sends that say none of these texts read nothing."""

    seconds: Callable[[], float] = real_seconds
    _known: Mapping[str, object] = field(default_factory=dict)
    _read_at: float = float("-inf")

    def of(self, work: Work) -> Mapping[str, object]:
        """The texts by name, at most FRESH_SECONDS old. Raises SQLAlchemyError as any statement of `work` does."""
        if self.seconds() - self._read_at > FRESH_SECONDS:
            self._known, self._read_at = views.own_texts(work), self.seconds()
        return self._known
