"""Staff order from their group for somebody without WeChat."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.language.staff_proxy import read_for_diner
from models import tables as t
from models.actions.diets import SaveDiet
from models.actions.people import BindHome, EnsureAccount
from models.actions.residents import set_name
from models.rules.diets import MARKS
from models.sample import ensure
from models.store import Work
from tests.chat import Community, Worker, found

TODAY = date(2026, 11, 18)


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return found(tmp_path)


def elder(community: Community, name: str, room: str = "601", estate: str = "幸福小区") -> int:
    """Somebody who lives in unit 2 of building 3, known by the register alone."""
    with community.store.work(community.clock.now()) as work:
        made = insert(t.person).values(made_at=work.now).returning(t.person.c.id)
        person_id = int(work.conn.execute(made).scalar_one())
        set_name(work, person_id, name)
        BindHome(person_id, door(work, community.town.estates[estate], room)).run(work)
    return person_id


def door(work: Work, estate_id: int, room: str) -> int:
    """The home 3-2-`room` of an estate, entered where the register lacks it."""
    building_id, _ = ensure(work, t.building, {"estate_id": estate_id, "key": "3"}, name="3 号楼", scene="")
    home_id, _ = ensure(work, t.home, {"building_id": building_id, "unit": "2", "room": room})
    return home_id


def cook(community: Community) -> Worker:
    """Somebody of the canteen, in its group."""
    member = next(one for one in community.town.members if one.name == "马芳")
    return community.worker(member.userid)


def dish(community: Community) -> str:
    """A dish of tomorrow's lunch."""
    menu = next(row for row in community.rows(t.menu) if row.meal == "lunch" and row.day > TODAY)
    on = next(row for row in community.rows(t.menu_dish) if row.menu_id == menu.id)
    return str(next(row.name for row in community.rows(t.dish) if row.id == on.dish_id))


def test_it_is_ordered_with_number_and_price_and_nothing_else_is_said(community: Community) -> None:
    person_id = elder(community, "王桂芳")
    said = cook(community).says(f"代订 3-2-601 王阿婆 明天 午餐 {dish(community)} 1份 送")
    (order,) = community.rows(t.meal_order)
    assert (order.person_id, order.via, order.how, order.account_id) == (person_id, "group", "delivery", None)
    assert f"订餐 {order.number} 号" in said
    assert "自己付 16 元，送到时付" in said
    assert "补贴" not in said
    assert order.code in said
    for secret in ("王", "601", "桂芳"):
        assert secret not in said, said


def test_again_says_that_it_is_ordered(community: Community) -> None:
    elder(community, "王桂芳")
    words = f"代订 3-2-601 王桂芳 明天 午餐 {dish(community)} 1份"
    cook(community).says(words)
    assert "已经替他订过" in cook(community).says(words)
    assert [row.how for row in community.rows(t.meal_order)] == ["pickup"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("代订 王阿婆 午餐 {dish}", "门牌"),
        ("代订 3-2-601 午餐 {dish} 1份", "哪一位"),
        ("代订 3-2-601 李阿婆 明天 午餐 {dish} 1份", "没有找到"),
        ("代订 3-2-602 王阿婆 明天 午餐 {dish} 1份", "没有找到"),
        ("代订 3-2-601 王阿婆 明天 午餐", "请写上要什么菜"),
        ("代订 3-2-601 王阿婆 明年1月1日 午餐 {dish}", "订不了"),
    ],
)
def test_what_is_missing_is_asked_for(community: Community, words: str, told: str) -> None:
    elder(community, "王桂芳")
    assert told in cook(community).says(words.format(dish=dish(community)))
    assert community.rows(t.meal_order) == []


@pytest.mark.parametrize(
    ("said", "estate"),
    [
        ("阳光花园 3-2-601", "阳光花园"),
        ("阳光小区3号楼2单元601", "阳光花园"),
        ("幸福小区 3-2-601", "幸福小区"),
        ("幸福里3-2-601", "幸福小区"),
    ],
)
def test_the_estate_that_is_written_decides(community: Community, said: str, estate: str) -> None:
    both = {name: elder(community, "王桂芳", estate=name) for name in ("幸福小区", "阳光花园")}
    with community.store.work(community.clock.now()) as work:
        canteen = community.rows(t.canteen)[0].id
        ensure(
            work, t.estate_canteen, {"estate_id": community.town.estates["阳光花园"], "canteen_id": canteen}
        )
    told = cook(community).says(f"代订 {said} 王阿婆 明天 午餐 {dish(community)} 1份 送")
    assert f"：{estate}，" in told
    assert [row.person_id for row in community.rows(t.meal_order)] == [both[estate]]
    assert "请写上小区" in cook(community).says(f"代订 3-2-601 王阿婆 明天 晚餐 {dish(community)} 1份")


def test_nobody_is_ordered_for_at_the_same_door_of_another_estate(community: Community) -> None:
    elder(community, "王桂芳")
    words = f"3-2-601 王阿婆 明天 午餐 {dish(community)} 1份"
    for estate in ("阳光花园", "富贵花园"):
        assert "没有找到" in cook(community).says(f"代订 {estate} {words}")
    assert community.rows(t.meal_order) == []


def test_two_who_fit_are_not_guessed(community: Community) -> None:
    elder(community, "王桂芳")
    elder(community, "王建国")
    words = "代订 3-2-601 {who} 明天 午餐 {dish} 1份"
    said = cook(community).says(words.format(who="王阿婆", dish=dish(community)))
    assert "2 位" in said
    assert "建国" not in said
    assert "订好了" in cook(community).says(words.format(who="王建国", dish=dish(community)))


@pytest.mark.parametrize("chat", [None, ""])
def test_a_diet_is_told_to_the_desk_or_alone_and_never_to_the_group(
    community: Community, chat: str | None
) -> None:
    person_id = elder(community, "王桂芳")
    with community.store.work(community.clock.now()) as work:
        made = EnsureAccount("wechat_oa", "o-wang").run(work)
        work.conn.execute(
            t.account.update().where(t.account.c.id == made["account_id"]).values(person_id=person_id)
        )
        assert SaveDiet(person_id, tuple(MARKS), (), account_id=made["account_id"]).run(work)["ok"]
    words = f"代订 3-2-601 王阿婆 明天 午餐 {dish(community)} 1份"
    said = community.worker(cook(community).userid, chat=chat).says(words)
    assert "订好了" in said
    assert not any(word in said for word in MARKS.values())
    items = [row for row in community.rows(t.desk_item) if row.kind == "call_diner"]
    assert ("忌口" in said, [row.person_id for row in items]) == (
        (False, [person_id]) if chat is None else (True, [])
    )
    assert all("可能不合忌口" in row.words and "王" not in row.words for row in items)
    assert community.rows(t.meal_order)[0].account_id == made["account_id"]


def test_a_dish_of_other_days_is_not_taken_for_one_that_is_like_it(community: Community) -> None:
    elder(community, "王桂芳")
    with community.store.work(community.clock.now()) as work:
        on_menu = t.dish.c.name == dish(community)
        work.conn.execute(t.dish.update().where(t.dish.c.name == "红烧肉").values(name="红烧肉圆"))
        work.conn.execute(t.dish.update().where(on_menu).values(name="红烧牛肉片"))
        canteen = community.rows(t.canteen)[0].id
        work.conn.execute(insert(t.dish).values(canteen_id=canteen, name="红烧肉", cents=900))
    said = cook(community).says("代订 3-2-601 王阿婆 明天 午餐 红烧肉 1份")
    assert "没有红烧肉，没有订。有：红烧牛肉片、" in said
    assert community.rows(t.meal_order) == []


def test_a_community_of_another_area_finds_nobody_and_orders_nothing(community: Community) -> None:
    elder(community, "王桂芳")
    words, other = f"代订 3-2-601 王阿婆 明天 午餐 {dish(community)} 1份", community.worker("WuFang")
    homes = community.rows(t.estate)
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(t.estate.update().values(community_unit_id=None))
        elsewhere = {"name": "远方新村", "aliases": [], "community_unit_id": homes[0].community_unit_id}
        estate_id = work.conn.execute(
            insert(t.estate).values(elsewhere).returning(t.estate.c.id)
        ).scalar_one()
        serves = {"estate_id": estate_id, "canteen_id": community.rows(t.canteen)[0].id}
        work.conn.execute(insert(t.estate_canteen).values(serves))
    assert "没有找到" in other.says(words)
    assert community.rows(t.meal_order) == []
    with community.store.work(community.clock.now()) as work:
        work.conn.execute(t.estate.update().values(community_unit_id=homes[0].community_unit_id))
    assert "订好了" in other.says(words)


def test_a_firm_orders_nothing(community: Community) -> None:
    elder(community, "王桂芳")
    said = community.worker("LiHua").says(f"代订 3-2-601 王阿婆 明天 午餐 {dish(community)} 1份")
    assert "没有找到" in said
    assert community.rows(t.meal_order) == []


def test_it_is_read() -> None:
    said = read_for_diner("@小邻 代订 3-2-601 王阿婆 明天 午餐 红烧肉 1份 送", TODAY)
    assert said is not None
    assert (said.name, said.meal, said.day, said.delivery) == ("王阿婆", "lunch", date(2026, 11, 19), True)
    assert "红烧肉" in said.words
    assert read_for_diner("代订", TODAY) is not None
    assert read_for_diner("完成 1024 送到了", TODAY) is None
