"""The whole product, played in a real browser with mouse and keyboard alone."""
