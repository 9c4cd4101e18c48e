"""Every test of the models may have a town."""

from tests.town import clock, database_url, migrated, store, town

__all__ = ["clock", "database_url", "migrated", "store", "town"]
