"""助餐: a canteen's week, its dishes, what is published and withdrawn, a table of menus; each for whoever runs it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from redis import Redis
from sqlalchemy import insert, update

from models import tables as t
from tests.console.apart import apart
from tests.console.conftest import NOW, Console, Visitor
from workers import imports, photo_files
from workers.hands import Hands, equip

__all__ = ["apart"]

FRIDAY = "2026-11-20"  # the day of the planted drafts
MENU = "/console/meals/menu"


@pytest.fixture
def cook(console: Console) -> Visitor:
    """The firm that runs canteen 1."""
    return console.signed_in("anju")


def test_a_week_shows_what_is_planned_and_publishes_it(console: Console, cook: Visitor) -> None:
    page = cook.open("/console/meals")
    assert "草稿" in page.text
    assert "11 月 20 日" in page.text
    page = cook.send("/console/meals/publish", canteen="1", week="2026-11-16", menu="1")
    assert "已经发布 1 餐" in page.text
    assert console.rows(t.menu, t.menu.c.id == 1)[0].state == "published"
    assert "限 10 份" in cook.open("/console/meals").text


def test_a_meal_that_the_kitchen_has_counted_is_not_published_and_the_page_says_why(
    console: Console, cook: Visitor
) -> None:
    cook.open("/console/meals")
    publish = {"canteen": "1", "week": "2026-11-16", "menu": "1"}
    cook.send("/console/meals/publish", **publish)
    assert "没有要发布的" in cook.send("/console/meals/publish", **publish).text
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.menu).values(state="frozen", frozen_at=NOW, version=1))
    page = cook.send("/console/meals/publish", **publish)
    assert "20 日午餐没有发布：后厨已经按份数备餐，份数不能再变。" in page.text
    assert console.rows(t.menu)[0].state == "frozen"


def test_a_meal_is_planned_by_ticking_dishes(console: Console, cook: Visitor) -> None:
    page = cook.open(f"{MENU}?canteen=1&day=2026-11-19&meal=lunch")
    assert "红烧肉1" in page.text
    form = {"canteen": "1", "day": "2026-11-19", "meal": "lunch", "capacity": "40"}
    dish = {"on_1": "1", "cents_1": "１２.５", "portions_1": "20"}
    assert "居民还看不到" in cook.send(MENU, **form, **dish, do="save").text
    menu = console.rows(t.menu)[-1]
    (on_it,) = console.rows(t.menu_dish, t.menu_dish.c.menu_id == menu.id)
    assert (menu.state, menu.capacity, on_it.cents, on_it.portions) == ("draft", 40, 1250, 20)
    assert "居民现在看到的就是它" in cook.send(MENU, **form, **dish, do="publish").text
    assert console.rows(t.menu)[-1].state == "published"


def three_dishes(console: Console) -> None:
    """The canteen has two more dishes."""
    with console.store.work(NOW) as work:
        for name in ("清蒸鱼", "白菜豆腐"):
            row = {"canteen_id": 1, "name": name, "cents": 900, "marks": [], "allergens": []}
            work.conn.execute(insert(t.dish).values(row))


def dishes_shown(page: Any) -> list[int]:
    """The dishes of the form, in its order."""
    return [int(one) for one in re.findall(r'name="cents_(\d+)"', page.html)]


def test_dishes_are_sorted_by_hand_and_stay_so(console: Console, cook: Visitor) -> None:
    three_dishes(console)
    first, *others = [row.id for row in console.rows(t.dish) if row.canteen_id == 1]
    ids = [first, *others[-2:]]
    cook.open("/console/meals")
    where = {"canteen": "1", "day": "2026-11-19", "meal": "lunch", "capacity": "40"}

    def form(order: list[int], **more: str) -> dict[str, str]:
        ticks = {f"{name}_{one}": text for one in order for name, text in (("on", "1"), ("cents", "9.5"))}
        return {**where, **ticks, **more}

    page = cook.post(MENU, **form(ids, move=f"up_{ids[2]}"), **{f"portions_{ids[0]}": "7"})
    moved = [ids[0], ids[2], ids[1]]
    assert (page.status, dishes_shown(page)[:3]) == (200, moved)
    assert "还没有保存" in page.text
    assert (
        f'name="portions_{ids[0]}" inputmode="numeric" maxlength="4" value="7"' in page.html
    )  # nothing is lost
    assert console.rows(t.menu_dish, t.menu_dish.c.dish_id == ids[2]) == []
    page = cook.post(MENU, **form(moved, move=f"up_{ids[2]}"))
    assert dishes_shown(page)[:3] == [ids[2], ids[0], ids[1]]
    up = re.search(rf'value="up_{ids[2]}"[^>]*>', page.html)
    down = re.search(rf'value="down_{ids[2]}"[^>]*>', page.html)
    assert up is not None
    assert down is not None
    assert ("disabled" in up[0], "autofocus" in down[0]) == (True, True)  # it is the first by now
    for end in (f"up_{ids[2]}", f"down_{ids[1]}", "up_999", "left_1", "up_x"):
        page = cook.post(MENU, **form([ids[2], ids[0], ids[1]], move=end))
        if page.status == 200:
            assert dishes_shown(page)[:3] == [ids[2], ids[0], ids[1]], end
    cook.send(MENU, **form([ids[2], ids[0], ids[1]]), do="publish")
    menu = console.rows(t.menu)[-1]
    assert dishes_shown(cook.open(f"{MENU}?canteen=1&day=2026-11-19&meal=lunch"))[:3] == [
        ids[2],
        ids[0],
        ids[1],
    ]
    on_it = console.rows(t.menu_dish, t.menu_dish.c.menu_id == menu.id)
    assert [row.dish_id for row in sorted(on_it, key=lambda row: row.place)] == [ids[2], ids[0], ids[1]]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "请至少勾一个菜"),
        ({"on_1": "1", "cents_1": "-1"}, "价格不对"),
        ({"on_1": "1", "cents_1": "1.005"}, "价格不对"),
        ({"on_1": "1", "cents_1": "5", "portions_1": "0"}, "份数不对"),
        ({"on_1": "1", "cents_1": "5", "portions_1": "两百"}, "份数不对"),
        ({"on_1": "1", "cents_1": "5", "capacity": ""}, "一共最多几份"),
        ({"on_1": "1", "cents_1": "5", "day": "2026-11-17"}, "这一天已经过去"),
        ({"on_1": "1", "cents_1": "5", "meal": "dinner"}, "不供应这一餐"),
    ],
)
def test_what_cannot_be_planned_is_said_and_not_lost(
    console: Console, cook: Visitor, typed: dict[str, str], said: str
) -> None:
    before = console.rows(t.menu)
    form = {"canteen": "1", "day": "2026-11-19", "meal": "lunch", "capacity": "40", **typed}
    page = cook.post(MENU, **form)
    assert page.status == 422
    assert said in page.text
    assert ('name="on_1" value="1" checked' in page.html) is ("on_1" in typed)
    assert console.rows(t.menu) == before


def test_a_week_is_planned_as_the_one_before(console: Console, cook: Visitor) -> None:
    page = cook.send("/console/meals/copy", canteen="1", week="2026-11-23")
    assert "复制了 1 餐，都是草稿" in page.text
    assert console.rows(t.menu)[-1].day.isoformat() == "2026-11-27"
    assert "没有要复制的" in cook.send("/console/meals/copy", canteen="1", week="2026-11-23").text


def test_a_day_is_closed_and_opened_again(console: Console, cook: Visitor) -> None:
    form = {"canteen": "1", "day": "2026-11-19", "words": "停电"}
    page = cook.send("/console/meals/day", **form, what="closed")
    assert "停餐，已经保存" in page.text
    assert "停电" in page.text
    assert "照平时供应，已经保存" in cook.send("/console/meals/day", **form, what="usual").text
    assert console.rows(t.canteen_day) == []
    cook.send("/console/meals/publish", canteen="1", week="2026-11-16", menu="1")
    assert "请先一餐一餐撤下" in cook.send("/console/meals/day", canteen="1", day=FRIDAY, what="closed").text


def ordered(console: Console, menu_id: int = 1) -> None:
    """Let the resident have ordered, and paid from the balance."""
    with console.store.work(NOW) as work:
        account = {"person_id": 1, "pays": "balance", "balance_cents": 0, "changed_at": NOW}
        work.conn.execute(insert(t.meal_account).values(account))
        row: dict[str, Any] = {
            "number": 5001,
            "menu_id": menu_id,
            "canteen_id": 1,
            "day": NOW.date() + timedelta(days=2),
        }
        row |= {"meal": "lunch", "person_id": 1, "how": "pickup", "portions": 2, "price_cents": 3000}
        row |= {
            "pay_cents": 3000,
            "pays": "balance",
            "paid_at": NOW,
            "code": "1234",
            "via": "wechat",
            "account_id": 1,
        }
        made = insert(t.meal_order).values(**row, made_at=NOW, changed_at=NOW).returning(t.meal_order.c.id)
        order = work.conn.execute(made).scalar_one()
        work.conn.execute(
            insert(t.meal_order_dish).values(meal_order_id=order, dish_id=1, count=2, cents=1500)
        )
        work.conn.execute(update(t.menu).where(t.menu.c.id == menu_id).values(taken=2))
        work.conn.execute(update(t.menu_dish).where(t.menu_dish.c.menu_id == menu_id).values(taken=2))


def test_a_menu_with_orders_is_withdrawn_knowingly_and_the_money_goes_back(
    console: Console, cook: Visitor
) -> None:
    cook.send("/console/meals/publish", canteen="1", week="2026-11-16", menu="1")
    ordered(console)
    assert "有 1 份订餐" in cook.open(f"{MENU}?canteen=1&day={FRIDAY}&meal=lunch").text
    assert "还没有撤下" in cook.send("/console/meals/menus/1/withdraw").text
    assert console.rows(t.menu, t.menu.c.id == 1)[0].state == "published"
    assert "取消了 1 份订餐" in cook.send("/console/meals/menus/1/withdraw", orders="yes").text
    assert console.rows(t.menu, t.menu.c.id == 1)[0].state == "withdrawn"
    assert [row.state for row in console.rows(t.meal_order)] == ["cancelled"]
    assert console.rows(t.meal_account)[0].balance_cents == 3000
    (told,) = console.rows(t.outbox, t.outbox.c.kind == "meal_withdrawn")
    assert told.account_id == 1
    assert told.facts["refund"] == "30 元"


def test_a_dish_is_registered_with_a_photo_that_is_nothing_but_a_picture(
    console: Console, cook: Visitor
) -> None:
    cook.open("/console/meals/dishes")
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "orange").save(picture, "PNG")
    form = {
        "csrf_token": cook.page.token,
        "canteen": "1",
        "name": "清蒸鱼",
        "cents": "18",
        "allergens": "fish",
    }
    form |= {"marks": ["soft", "low_salt"], "active": "1"}  # type: ignore[dict-item]
    answer = cook.client.post(
        "/console/meals/dishes", data={**form, "photo": (io.BytesIO(picture.getvalue()), "x.png")}
    )
    assert answer.status_code == 302
    dish = console.rows(t.dish)[-1]
    assert (dish.name, dish.cents, dish.marks, dish.allergens) == (
        "清蒸鱼",
        1800,
        ["soft", "low_salt"],
        ["fish"],
    )
    with Image.open(console.photo_dir / dish.photo) as kept:
        assert kept.format == "JPEG"
    shown = cook.client.get(f"/console/meals/dishes/{dish.id}/photo.jpg")
    assert shown.mimetype == "image/jpeg"
    wrong = {**form, "name": "假照片", "photo": (io.BytesIO(b"MZ"), "x.exe")}
    answer = cook.client.post("/console/meals/dishes", data=wrong)
    assert answer.status_code == 422
    assert "这不是照片" in answer.get_data(as_text=True)
    assert len(console.rows(t.dish)) == 3
    cook.open(f"/console/meals/dishes/{dish.id}")
    gone = {"name": "清蒸鱼", "cents": "19", "no_photo": "1"}
    assert "清蒸鱼已经保存" in cook.send(f"/console/meals/dishes/{dish.id}", **gone).text
    dish = console.rows(t.dish)[-1]
    assert (dish.cents, dish.photo, dish.marks, dish.active) == (1900, "", [], False)
    assert cook.client.get(f"/console/meals/dishes/{dish.id}/photo.jpg").status_code == 404


def test_a_firm_without_a_canteen_is_not_offered_meals(console: Console) -> None:
    assert "助餐" in console.signed_in("anju").page.text
    visitor = console.signed_in("street")
    assert "助餐" not in visitor.page.text
    assert "还没有归您管的食堂" in visitor.open("/console/meals").text
    assert visitor.open(f"{MENU}?canteen=1").status == 404


@pytest.mark.parametrize("login", ["she1", "jie1", "qu1", "anju"])
def test_another_areas_canteen_is_neither_shown_nor_changed(apart: Console, login: str) -> None:
    visitor = apart.signed_in(login)
    visitor.open("/console/meals")
    watched = (t.menu, t.menu_dish, t.dish, t.canteen_day)
    before = [apart.rows(table) for table in watched]
    for path in ("/console/meals?canteen=2", f"{MENU}?canteen=2", "/console/meals/dishes?canteen=2"):
        assert visitor.open(path).status == 404
    day = {"canteen": "2", "day": FRIDAY, "meal": "lunch", "capacity": "9", "on_2": "1", "cents_2": "1"}
    visitor.open("/console/meals")
    assert visitor.post(MENU, **day).status == 404
    for path, form in (
        ("publish", {"menu": "2"}),
        ("copy", {"canteen": "2", "week": "2026-11-23"}),
        ("day", {"canteen": "2", "day": FRIDAY, "what": "closed"}),
        ("dishes", {"canteen": "2", "name": "鱼", "cents": "1"}),
    ):
        assert visitor.post(f"/console/meals/{path}", **form).status == 302
    assert visitor.post("/console/meals/menus/2/withdraw", orders="yes").status == 404
    assert [apart.rows(table) for table in watched] == before


def week(*rows: list[Any]) -> io.BytesIO:
    """An Excel file of menus whose first column is one merged cell."""
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["食堂", "日期", "餐次", "菜品", "价格", "份数"], *rows):
        sheet.append(row)
    sheet.merge_cells(f"A2:A{len(rows) + 1}")
    book.save(content)
    return io.BytesIO(content.getvalue())


def test_a_canteen_brings_its_own_week_in_and_others_do_not_see_it(console: Console, cook: Visitor) -> None:
    nobody: Any = lambda *_: None  # noqa: E731
    equip(Hands(console.store, console.clock, {}.__getitem__, Redis(), console.photo_dir.parent, nobody))
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.canteen).where(t.canteen.c.id == 1).values(name="东门食堂"))

    def send(content: io.BytesIO, run_id: int) -> str:
        cook.open("/console/meals")
        data = {"csrf_token": cook.page.token, "file": (content, "week.xlsx")}
        assert cook.client.post("/console/meals/import/menus", data=data).status_code == 302
        for _ in range(2):
            imports.advance(run_id)
        return cook.open(f"/console/import/{run_id}").text

    bad = send(
        week(["东门食堂", "2026-11-19", "午餐", "鱼", 18, 5], [None, "2026-11-19", "午餐", "肉", None, None]),
        1,
    )
    assert "现在什么都不能导入" in bad
    assert "第 3 行 价格 没有写价格" in bad
    assert "18 元" in bad
    assert cook.post("/console/import/1/start").status == 302
    imports.advance(1)
    assert len(console.rows(t.menu)) == 2
    good = send(
        week(["东门食堂", "2026-11-19", "午餐", "鱼", 18, 5], [None, "2026-11-19", "午餐", "肉", 9, None]), 2
    )
    assert "新增 2" in good
    for login in ("yangguang", "street"):
        assert console.signed_in(login).open("/console/import/2").status == 404
    cook.send("/console/import/2/start")
    imports.advance(2)
    assert "去看菜单，发布" in cook.open("/console/import/2").text
    assert (console.rows(t.menu)[-1].state, console.rows(t.menu)[-1].day.isoformat()) == (
        "draft",
        "2026-11-19",
    )
    template = cook.client.get("/console/meals/import/menus.xlsx")
    assert load_workbook(io.BytesIO(template.data)).worksheets[0]["A1"].value == "食堂（必填）"
    assert cook.client.get("/console/meals/import/people.xlsx").status_code == 404


def test_no_page_of_meals_runs_what_somebody_wrote(console: Console, cook: Visitor) -> None:
    for path in ("", "/menu?canteen=1&day=2026-11-20&meal=lunch", "/dishes", "/dishes/1"):
        page = cook.open(f"/console/meals{path}")
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "onerror" not in {name for _, attributes in page.tags for name in attributes}


def test_pictures_of_dishes_are_not_swept_away(console: Console) -> None:
    name = f"{7:064x}.jpg"
    for kept in (name, f"{8:064x}.jpg"):
        (console.photo_dir / kept).write_bytes(b"x")
    with console.store.work(NOW) as work:
        work.conn.execute(update(t.dish).values(photo=name))
        photo_files.sweep(work, console.photo_dir, NOW + timedelta(days=9999))
    assert (console.photo_dir / name).exists()
    assert not (console.photo_dir / f"{8:064x}.jpg").exists()


def test_a_meal_that_nobody_could_order_any_more_is_not_offered_for_planning(
    console: Console, cook: Visitor
) -> None:
    page = cook.open("/console/meals")
    assert f"day={FRIDAY}&amp;meal=lunch" in page.html
    assert "day=2026-11-19&amp;meal=lunch" in page.html
    assert "day=2026-11-18&amp;meal=lunch" not in page.html  # it is 10:00, orders ended at 9:30
    assert "day=2026-11-17&amp;meal=lunch" not in page.html
