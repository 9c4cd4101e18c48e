"""How every process logs: one event a line, for eyes or as JSON, and nothing private in it, tracebacks included."""

from __future__ import annotations

import logging
import secrets
import sys
import threading
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from structlog.contextvars import (
    bind_contextvars,
    bound_contextvars,
    clear_contextvars,
    merge_contextvars,
)
from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from bot.redaction import Redaction

# These would show whole addresses, with tokens and openids in them.
NOISY = ("urllib3", "werkzeug", "alembic", "requests")
# What the console's line says by its place, in this order.
_PLACED = ("timestamp", "level", "logger", "event")

log = logging.getLogger("linli.process")
Event = MutableMapping[str, Any]


def start(how: str = "console", hidden: Iterable[str] = ()) -> None:
    """Log to standard error from now on. `how`: console or json. `hidden`: this installation's own secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(make_formatter(how, hidden))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


def make_formatter(how: str, hidden: Iterable[str] = ()) -> logging.Formatter:
    """The formatter behind start()."""
    redaction = Redaction(hidden)

    def redact(_logger: Any, _method: str, event: Event) -> Event:
        kept = {name: event.pop(name) for name in ("_record", "_from_structlog") if name in event}
        return {**{name: redaction.field(name, value) for name, value in event.items()}, **kept}

    rendered = JSONRenderer(ensure_ascii=False) if how == "json" else _line
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_log_level,
            add_logger_name,
            ExtraAdder(),
            TimeStamper(fmt="iso", utc=True),
        ],
        processors=[format_exc_info, redact, ProcessorFormatter.remove_processors_meta, rendered],
    )


def _line(_logger: Any, _method: str, event: Event) -> str:
    """One line for eyes; what was added to it stands behind as name=value, a traceback below."""
    trace = event.pop("exception", "")
    placed = [str(event.pop(name, "")) for name in _PLACED]
    placed[1] = placed[1].upper()
    more = [f"{name}={value}" for name, value in event.items() if value not in (None, "")]
    # Whatever somebody wrote stays on its line, so that nobody can write a line of their own.
    line = " ".join([*placed, *more]).replace("\n", "\\n").replace("\r", "\\r")
    return line + (f"\n{trace}" if trace else "")


@contextmanager
def marked(**names: str) -> Iterator[None]:
    """Everything logged inside bears these names, such as a job's id."""
    with bound_contextvars(**names):
        yield


def mark_request() -> None:
    """From now on this thread works for a new request, which gets an id that holds nothing of anybody."""
    clear_contextvars()
    bind_contextvars(request=secrets.token_hex(4))


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("the process ends", exc_info=(kind, error, trace))


def _thread_crashed(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        log.error("a thread ended", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
