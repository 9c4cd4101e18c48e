"""Every golden conversation goes as it is written down; --update writes down how it goes now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat import found
from tests.golden import Play

CONVERSATIONS = sorted((Path(__file__).parent / "conversations").glob("*.txt"))


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversation(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    written = path.read_text(encoding="utf-8")
    goes = Play(found(tmp_path)).run(written)
    if request.config.getoption("--update"):
        path.write_text(goes, encoding="utf-8")
    assert goes == path.read_text(encoding="utf-8")
