"""What all tables share: names of constraints, keys, references."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    """A primary key that counts up."""
    return Column("id", Id, primary_key=True)


def refers_to(table: str, *, nullable: bool = False, name: str = "", index: bool = False) -> Column[int]:
    """A foreign key to the id of `table`; the column is called `name`, by default <table>_id."""
    return Column(name or f"{table}_id", Id, ForeignKey(f"{table}.id"), nullable=nullable, index=index)
