"""What tells the best item from the next: near variants (居住证办理, 居住证签注) stand close in every likeness."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from bot.language.lexical import Index
from bot.language.questions import Question, read
from bot.language.service_items import Item

Terms = frozenset[str]


class Rivals:
    """The names of the items of one catalogue, weighed by `index`, which holds their whole texts.

    Never changes after it is made, so threads may share it.
    """

    def __init__(self, items: Sequence[Item], index: Index) -> None:
        self._index = index
        self._names = [
            tuple(frozenset(read(name).characters) for name in (item.title, *item.aliases)) for item in items
        ]
        self._named = [frozenset[str]().union(*names) for names in self._names]

    def evidence(self, question: Question, best: int, second: int) -> tuple[float, ...]:
        """What of the question only the best has, what only the second; how much of what sets the best's title
        apart is not said; how fully a name of the best is said, and by how much more than one of the second; and how
        alike the two are named. Each about 0 to 1. Without a second: what it would be against nothing.
        """
        said = frozenset(question.characters)
        whole = self._weight(said) or 1.0
        own, rival = self._held(said, best), self._held(said, second)
        fully = self._fully(said, best)
        return (
            self._weight(own - rival) / whole,
            self._weight(rival - own) / whole,
            self._unsaid(said, best, second),
            fully,
            fully - self._fully(said, second),
            self._alike(best, second),
        )

    def _weight(self, terms: Iterable[str]) -> float:
        return sum(map(self._index.weight, sorted(terms)))

    def _held(self, terms: Terms, item: int) -> Terms:
        return frozenset(term for term in terms if item in self._index.holders(term))

    def _unsaid(self, said: Terms, best: int, second: int) -> float:
        title = self._names[best][0]
        apart = title - self._held(title, second)
        return 1 - self._weight(apart & said) / self._weight(apart) if apart else 0.5

    def _fully(self, said: Terms, item: int) -> float:
        if item < 0:
            return 0.0
        return max(self._weight(name & said) / (self._weight(name) or 1.0) for name in self._names[item])

    def _alike(self, best: int, second: int) -> float:
        if second < 0:
            return 0.0
        one, other = self._named[best], self._named[second]
        return self._weight(one & other) / (math.sqrt(self._weight(one) * self._weight(other)) or 1.0)
