"""The duty roster: times that overlap, the same time a week later, and when nobody is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from models.rules.dispatch import Hands, stand_in

Span = tuple[datetime, datetime]  # from, until


@dataclass(frozen=True, slots=True)
class OnShift:
    """`worker_id` has duty from `starts_at` until `ends_at`."""

    worker_id: int
    starts_at: datetime
    ends_at: datetime


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans have some time in common; those that only touch have none."""
    return one[0] < other[1] and other[0] < one[1]


def a_week_on(at: datetime, zone: str) -> datetime:
    """The same weekday and the same time by the clocks on the wall there, a week later, in UTC."""
    return (at.astimezone(ZoneInfo(zone)) + timedelta(days=7)).astimezone(UTC)


def uncovered(
    crew: Mapping[int, Hands], shifts: Sequence[OnShift], asked: Iterable[Span], estate_id: int | None = None
) -> tuple[Span, ...]:
    """When, of the time that is `asked` for, nobody of the roster could be given an order.

    Whoever is on leave is replaced as dispatch replaces them. `estate_id`: only who works there counts.
    """
    ends = {end for shift in shifts for end in (shift.starts_at, shift.ends_at)}
    ends |= {end for hands in crew.values() for one in hands.leaves for end in (one.starts_at, one.ends_at)}
    pieces = (piece for span in asked for piece in _cut(span, ends))
    return tuple(_joined(piece for piece in pieces if not _anybody(crew, shifts, piece[0], estate_id)))


def _cut(span: Span, ends: Iterable[datetime]) -> Iterator[Span]:
    """The span in pieces in which nothing changes."""
    inside = sorted({end for end in ends if span[0] < end < span[1]} | set(span))
    return pairwise(inside)


def _anybody(
    crew: Mapping[int, Hands], shifts: Iterable[OnShift], at: datetime, estate_id: int | None
) -> bool:
    duty = (one.worker_id for one in shifts if one.starts_at <= at < one.ends_at)
    there = {stand_in(crew, worker_id, at) for worker_id in duty} - {None}
    estates = (crew[worker_id].estates for worker_id in there if worker_id is not None)
    return any(estate_id is None or not theirs or estate_id in theirs for theirs in estates)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if last is not None and last[1] == span[0]:
            last = (last[0], span[1])
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
