"""The register: areas, estates, buildings, homes, public parts."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, UniqueConstraint

from models.columns import Json
from models.tables.base import id_column, metadata, refers_to

area = Table(
    "area",
    metadata,
    id_column(),
    Column("level", String(16), nullable=False),  # district, street, community
    Column("name", String(64), nullable=False),
    refers_to("area", nullable=True, name="parent_id"),
)

estate = Table(
    "estate",
    metadata,
    id_column(),
    refers_to("area", nullable=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("aliases", Json, nullable=False, default=list),
    refers_to(
        "handling_unit", nullable=True, name="community_unit_id"
    ),  # the community staff who stand behind the firm
)

grid = Table(
    "grid",
    metadata,
    id_column(),
    Column("kind", String(16), nullable=False),  # grid, special_grid, micro_grid
    Column("name", String(64), nullable=False, unique=True),
    refers_to("grid", nullable=True, name="parent_id"),
    refers_to("area", nullable=True),
    refers_to("worker", nullable=True, name="officer_id"),  # the grid officer; empty: the parent's
)

building = Table(
    "building",
    metadata,
    id_column(),
    refers_to("estate", index=True),
    Column("key", String(32), nullable=False),  # "3", "15弄3号": as people number it, digits in ASCII
    Column("name", String(64), nullable=False),  # "3 号楼"
    Column("scene", String(64), nullable=True, unique=True),  # of the QR code at the door
    refers_to("grid", nullable=True, index=True),
    UniqueConstraint("estate_id", "key"),
)

home = Table(
    "home",
    metadata,
    id_column(),
    refers_to("building", index=True),
    Column("unit", String(16), nullable=False, default=""),
    Column("room", String(16), nullable=False, index=True),
    refers_to("grid", nullable=True),  # where it differs from its building's
    UniqueConstraint("building_id", "unit", "room"),
)

public_part = Table(
    "public_part",
    metadata,
    id_column(),
    refers_to("estate", nullable=True, index=True),  # empty: every estate has it
    Column("key", String(32), nullable=False),  # lift, stairwell_light: what work_order.public_part holds
    Column("name", String(32), nullable=False),  # 电梯
    UniqueConstraint("estate_id", "key"),
)
