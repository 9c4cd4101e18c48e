"""Runs the versions on the connection that models/migrate.py gives. There is no alembic.ini."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

from models.columns import Json, Moment
from models.tables import Id, metadata


def _plain(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Versions name plain SQL types, so that they stay what they are when our column types change."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Json):
        return "sa.Text()"
    return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")' if item is Id else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_plain,
)
with context.begin_transaction():
    context.run_migrations()
