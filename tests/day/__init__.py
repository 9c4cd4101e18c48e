"""One day in the neighbourhood, from the first scan to the last rating, in real processes over HTTP."""

import pytest

pytest.register_assert_rewrite("tests.day.story", "tests.day.street")
