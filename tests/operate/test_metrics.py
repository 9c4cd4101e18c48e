"""The names of our metrics are a promise to dashboards and alert rules: both use names of this list only."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from handlers import hooks, ops

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAMES = {
    "linli_alarm": ("name",),
    "linli_beat_age_seconds": ("name",),
    "linli_callback_seconds": ("channel",),
    "linli_callbacks": ("channel", "kind"),
    "linli_callbacks_refused": ("channel", "why"),
    "linli_callbacks_stale": ("channel",),
    "linli_desk_open": ("kind",),
    "linli_erased_rows": ("why", "what"),
    "linli_inbox": ("state",),
    "linli_oldest_undone_seconds": ("what",),
    "linli_outbox": ("state", "channel"),
    "linli_quota_left": ("rung",),
    "linli_refusals": ("reason",),
    "linli_sent_today": ("rung",),
    "linli_turns": ("reply",),
}
USED = re.compile(r"\blinli_[a-z_]+")


def test_the_names_are_those_that_were_promised() -> None:
    registry = CollectorRegistry()
    hooks.Counts.on(registry)
    found = {one.name for one in registry.collect()}
    assert found | {name for name, *_ in ops.GAUGES} | {"linli_refusals"} == set(NAMES)
    assert {name: labels for name, _, _, labels in ops.GAUGES} == {
        name: NAMES[name] for name, *_ in ops.GAUGES
    }


def known(name: str) -> bool:
    return re.sub(r"_(total|bucket|count|sum)$", "", name) in NAMES


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_dashboard_and_alert_rules_use_no_other(file: str) -> None:
    used = set(USED.findall((DEPLOY / file).read_text(encoding="utf-8")))
    assert used
    assert [name for name in used if not known(name)] == []


def test_the_dashboard_is_whole() -> None:
    board: dict[str, Any] = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])
