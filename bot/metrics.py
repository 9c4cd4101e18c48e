"""The numbers of one moment as Prometheus text. Nothing is kept between two calls: the database is the memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Numbers(Collector):
    """What models.health.health gives, as metrics. Labels hold states and names of ours, never a person."""

    def __init__(self, health: Mapping[str, Any]) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Each metric with its samples."""
        found = self._health
        turns = CounterMetricFamily("linli_turns", "Messages heard, by what became of them", labels=["state"])
        for state, count in sorted(found["inbox"].items()):
            if state != "new":
                turns.add_metric([state], count)
        yield turns
        told = GaugeMetricFamily("linli_outbox", "Messages told, by state", labels=["state", "channel"])
        for (state, channel), count in sorted(found["outbox"].items()):
            told.add_metric([state, channel], count)
        yield told
        refused = CounterMetricFamily("linli_refusals", "Refusals by platforms", labels=["reason"])
        for reason, count in sorted(found["refusals"].items()):
            refused.add_metric([reason], count)
        yield refused
        yield _gauge("linli_oldest_undone_seconds", "Age of the oldest undone row", "what", found["oldest"])
        yield _gauge("linli_beat_age_seconds", "Since the last sign of life", "process", found["beats"])
        yield _gauge("linli_desk_items", "Items that wait for a person", "kind", found["desk"])


def _gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in sorted(values.items()):
        gauge.add_metric([key], value)
    return gauge


def text(health: Mapping[str, Any]) -> bytes:
    """The exposition text (CONTENT_TYPE) for the numbers that models.health.health gives."""
    registry = CollectorRegistry()
    registry.register(Numbers(health))
    return generate_latest(registry)
