"""Requests a second of the real web processes, as a ratio to the bare echo in the same minutes."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from bench import account, databases, homes
from bench.client import Load, send, send_at
from bench.installation import Installation
from bench.measuring import Row, milliseconds

SENDERS = 7000  # people whom each database knows
WARMING = 30  # of them, the last ones, talk before the measurement: statements are compiled then
CONNECTIONS = 16
STEADY_CONNECTIONS = 128
STEADY_SECONDS = 15
ECHO = "bare Flask and wechatpy echo"
ROBOT = "WeRoBot with its SQLite session"
OTHERS = {ECHO: "bench.echo:create_echo()", ROBOT: "bench.robot:create_robot()"}
SHARE = 0.7  # of its best rate, for the run at a constant rate


def rows(runs: int, people: int, senders: int = SENDERS) -> Iterator[Row]:
    """`runs` interleaved runs, in each of which `people` others of the `senders` hold the dialog of four messages."""
    names = range(senders)
    with ExitStack() as stack:
        ports, installations = _start(stack, names)
        for port in ports.values():
            send(port, list(account.requests_of(names[-WARMING:], 10**9)), CONNECTIONS)
        loads: dict[str, list[Load]] = defaultdict(list)
        for run in range(runs):
            talking = names[run * people : (run + 1) * people]
            requests = list(account.requests_of(talking, 1 + run * people * homes.LINES))
            for name in _turned(ports, run):
                loads[name].append(send(ports[name], requests, CONNECTIONS))
        names = names[runs * people :]
        steady = {name: _steady(ports[name], loads[name], names) for name in ports if name not in OTHERS}
        memory = [size for one in installations.values() for size in one.resident_bytes()]
    echo = [load.per_second for load in loads[ECHO]]
    for name in ports:
        yield _row(name, loads[name], echo)
    for name, (rate, load) in steady.items():
        words = f"{rate:.0f} requests/s for {load.seconds:.0f} s: {milliseconds(load.latencies, 0.5, 0.99)}"
        yield Row(f"{name}, at a constant {SHARE:.0%} of its best rate", words)
    yield Row("memory of a web process", f"{_largest(memory) / 2**20:.0f} MB", "the largest, after all runs")


def _steady(port: int, loads: Sequence[Load], names: Sequence[int]) -> tuple[float, Load]:
    """The rate and what came of it, with people who have not talked in the runs before."""
    rate = max(load.per_second for load in loads) * SHARE
    people = min(int(rate * STEADY_SECONDS / homes.LINES), len(names) - WARMING)
    requests = list(account.requests_of(names[:people], 5 * 10**8))
    return rate, send_at(port, requests, rate, STEADY_CONNECTIONS)


def _largest(memory: Sequence[tuple[str, int]]) -> int:
    return max(size for command, size in memory if "create_web" in command)


def _start(stack: ExitStack, names: Sequence[int]) -> tuple[dict[str, int], dict[str, Installation]]:
    """The others and the product on each database, all answering: their ports, and the installations, by name."""
    ports: dict[str, int] = {}
    installations: dict[str, Installation] = {}
    for kind in databases.kinds():
        installation = Installation(*stack.enter_context(databases.fresh(kind)))
        stack.callback(installation.close)
        installation.know([account.sender(person) for person in names])
        installation.build(len(names))
        if not ports:
            ports |= {name: installation.start_other(application) for name, application in OTHERS.items()}
        ports[f"Linli on {kind}"] = installation.start_web()
        installations[f"Linli on {kind}"] = installation
    return ports, installations


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
