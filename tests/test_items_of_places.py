"""An item that many places have each for itself: more than can be listed are chosen by their names."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from models import tables as t
from models.actions.catalogue import SaveItem
from tests.chat import Community, found

NAMES = ("甲子园", "乙木村", "丙火里", "丁香苑", "戊土坊", "己巳庭")


@pytest.fixture
def community(tmp_path: Path) -> Community:
    """Six estates, each with its own place to lend umbrellas."""
    made = found(tmp_path)
    with made.store.work(made.clock.now()) as work:
        known = work.conn.execute(select(t.estate.c.area_id).limit(1)).scalar_one()
        user = insert(t.console_user).values(login="clerk", password="-", role="admin", made_at=work.now)
        user_id = work.conn.execute(user.returning(t.console_user.c.id)).scalar_one()
        for name in NAMES:
            row = insert(t.estate).values(name=name, area_id=known).returning(t.estate.c.id)
            values = {"title": "雨伞借用", "class_key": "convenience", "field_key": "support"}
            values |= {"steps": [f"{name}门卫室。"], "source": "指南", "source_on": work.now.date()}
            estate_id = work.conn.execute(row).scalar_one()
            SaveItem(user_id, {**values, "estate_id": estate_id}, ("哪里借雨伞", "雨伞怎么借")).run(work)
    return made


def test_more_places_than_can_be_listed_are_asked_by_name(community: Community) -> None:
    phone = community.resident()
    asked = phone.says("雨伞怎么借")
    assert "请写小区或社区的名字，比如“甲子园”；不知道的，请回复 人工" in asked
    assert "请只写小区或社区的名字" in phone.says("在哪里呀")
    assert "己巳庭门卫室" in phone.says("我住己巳庭")


def test_who_lives_in_none_of_them_gets_to_a_person(community: Community) -> None:
    phone = community.resident()
    phone.says("雨伞怎么借")
    assert "转给" in phone.says("人工")
