"""Areas: districts, streets, communities. Whoever sees one sees all that lies under it."""

from __future__ import annotations

from collections.abc import Mapping

MICRO_GRID = "micro_grid"
GRID_KINDS = ("grid", "special_grid", MICRO_GRID)
LEVELS = ("community", "street", "district")  # the lowest first


def subtree(parents: Mapping[int, int | None], root: int) -> frozenset[int]:
    """`root` and every area under it, at any depth; `parents` by area. A loop in the data ends there."""
    found = {root} & parents.keys()
    while under := {area for area, parent in parents.items() if parent in found} - found:
        found |= under
    return frozenset(found)


def higher(level: str, than: str) -> bool:
    """Whether an area of `level` may have one of level `than` in it."""
    return level in LEVELS and LEVELS.index(level) > LEVELS.index(than)
