"""Requests a second of the real web processes, as a ratio to the bare echo in the same minutes."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from bench import account, databases
from bench.client import Load, send
from bench.installation import Installation
from bench.measuring import Row, milliseconds

SENDERS = 5000  # people whom each database knows
WARMING = 30  # of them, the last ones, talk before the measurement: statements are compiled then
CONNECTIONS = 16
ECHO = "bare Flask and wechatpy echo"


def rows(runs: int, people: int, senders: int = SENDERS) -> Iterator[Row]:
    """`runs` interleaved runs, in each of which `people` others of the `senders` hold the dialog of four messages."""
    names = [f"oBench{number:022d}" for number in range(senders)]
    with ExitStack() as stack:
        ports = _start(stack, names)
        for port in ports.values():
            send(port, list(account.requests_of(names[-WARMING:], 10**9)), CONNECTIONS)
        loads: dict[str, list[Load]] = defaultdict(list)
        for run in range(runs):
            talking = names[run * people : (run + 1) * people]
            requests = list(account.requests_of(talking, 1 + run * people * len(account.DIALOG)))
            for name in _turned(ports, run):
                loads[name].append(send(ports[name], requests, CONNECTIONS))
    echo = [load.per_second for load in loads[ECHO]]
    for name in ports:
        yield _row(name, loads[name], echo)


def _start(stack: ExitStack, names: Sequence[str]) -> dict[str, int]:
    """The echo and the product on each database, all answering; their ports by name."""
    ports: dict[str, int] = {}
    for kind in databases.kinds():
        installation = Installation(*stack.enter_context(databases.fresh(kind)))
        stack.callback(installation.close)
        installation.know(names)
        if not ports:
            ports[ECHO] = installation.start_echo()
        ports[f"Linli on {kind}"] = installation.start_web()
    return ports


def _turned(ports: Mapping[str, int], run: int) -> list[str]:
    """The names, each run beginning with another one, so that nobody is always first."""
    names = list(ports)
    turn = run % len(names)
    return names[turn:] + names[:turn]


def _row(name: str, loads: list[Load], echo: list[float]) -> Row:
    rates = [load.per_second for load in loads]
    ratios = [rate / other for rate, other in zip(rates, echo, strict=True)]
    latencies = [one for load in loads for one in load.latencies]
    silent = sum(len(load.latencies) - load.answered for load in loads)
    failed = sum(load.failed for load in loads)
    value = f"{statistics.median(rates):.0f} requests/s, {milliseconds(latencies, 0.5, 0.99)}"
    if silent:
        value += f"; {silent} of {len(latencies)} without words, {failed} refused"
    return Row(name, value, f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
