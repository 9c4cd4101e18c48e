"""What every test of the engine begins with."""

from __future__ import annotations

import pytest

from tests.engine.stage import Chat


@pytest.fixture
def chat() -> Chat:
    return Chat()
