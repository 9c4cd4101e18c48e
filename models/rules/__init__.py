"""Rules: pure functions over the standard library; `now` is always a parameter."""
