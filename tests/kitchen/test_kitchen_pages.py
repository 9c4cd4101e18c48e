"""The kitchen in the console, its sheets, and the page with which a resident fetches a meal."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert

from handlers import meal_code
from handlers.console import Desk, passwords
from models import tables as t
from models.actions.desk import SaveUser
from models.actions.kitchen import AcknowledgeCount, Correct, Freeze
from models.actions.meal_routes import SaveMealRoute
from models.limits import load_limits
from models.rules.money import yuan
from models.views.meal_boxes import NO_NAME, route_sheets
from models.views.meal_code import meal_code_link, meal_code_of
from tests.console.conftest import HASH, QUICK, Visitor
from tests.console.site import URL, console_app
from tests.kitchen import pdf
from tests.kitchen.scene import NAME, PHONE, Lunch

COUNT = "/console/meals/kitchen"
SignIn = Callable[[str], Visitor]


@pytest.fixture
def sign_in(lunch: Lunch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Sign in as admin, cook (of the canteen's unit), other (of another firm)."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    town, units = lunch.town, lunch.town.planted.units
    with town.store.work(town.clock.now()) as work:
        SaveUser("admin", "admin", HASH).run(work)
        SaveUser("cook", "firm", HASH, unit_id=units["安居物业"]).run(work)
        SaveUser("other", "firm", HASH, unit_id=units["阳光物业"]).run(work)
    desk = Desk(town.store, town.clock, URL, tmp_path, {}, str, wall=town.clock)

    def signed_in(login: str) -> Visitor:
        visitor = Visitor(console_app(desk).test_client())
        assert visitor.sign_in(login).status == 302
        return visitor

    return signed_in


@pytest.fixture
def noon(lunch: Lunch) -> Lunch:
    """Four meals, one of which the kitchen was told of late; it is noon."""
    home = lunch.town.home
    lunch.order(2, 1)
    lunch.order(1, how="delivery", home=home("幸福小区", "3", "2", "602"), name="李阿婆")
    lunch.order(0, 1, how="delivery", home=home("幸福小区", "1", "1", "101"), name="王大爷")
    lunch.diet(1, marks=["soft"], allergens=["peanut"], note="香菜")
    lunch.at(9, 30)
    lunch.town.do(Freeze(lunch.menu, 0))
    lunch.order(1)
    lunch.town.do(Correct(lunch.menu))
    lunch.at(12)
    with lunch.town.store.work(lunch.town.clock.now()) as work:
        for estate in ("幸福小区", "阳光花园"):
            row = {"estate_id": lunch.town.planted.estates[estate], "canteen_id": lunch.canteen}
            work.conn.execute(insert(t.estate_canteen).values(row))
    return lunch


def audited(lunch: Lunch) -> list[tuple[str, str]]:
    return [(row.what, row.subject) for row in lunch.town.rows(t.audit)]


def paper(visitor: Visitor, lunch: Lunch, what: str, form: str = "pdf") -> bytes:
    visitor.open(COUNT)
    answer = visitor.post(f"{COUNT}/{lunch.menu}/paper", what=what, form=form)
    assert answer.status == 200
    return answer.body


def read(made: bytes) -> str:
    """The words of a sheet, wherever its lines were broken."""
    return pdf.words(made).replace("\n", "").replace(" ", "")


def test_the_page_shows_the_count_and_what_is_to_be_read(noon: Lunch, sign_in: SignIn) -> None:
    cook = sign_in("cook")
    page = cook.open(COUNT)
    for words in (
        "和平长者食堂：3 月 2 日",
        "6 份",
        "白菜豆腐 软食、低盐 2",
        "第 1 次更正： 红烧肉 +1",
        "收到了",
    ):
        assert words in page.text, words
    assert NAME not in page.text
    assert "助餐 1" in page.text  # in the menu
    shown = cook.send(f"{COUNT}/{noon.menu}/read", version="2")
    assert "第 1 次更正，已记下有人看到。" in shown.text
    assert "已经办过了" in cook.send(f"{COUNT}/{noon.menu}/read", version="2").text
    (kept,) = noon.town.rows(t.kitchen_count, version=2)
    assert kept.acknowledged_user_id == 2


def test_a_meal_is_handed_out_in_the_console(noon: Lunch, sign_in: SignIn) -> None:
    cook = sign_in("cook")
    cook.open(COUNT)
    code = noon.codes[0]
    where = {"canteen": str(noon.canteen), "day": "2026-03-02"}
    first = cook.send(f"{COUNT}/serve", code=f"{noon.menu}-{code}", **where)
    assert f"{code}：可以发了：红烧肉 ×2、白菜豆腐 ×1（3 份，午餐）。请收 36 元，已记为收到。" in first.text
    assert "已经领过了，不要再发" in cook.send(f"{COUNT}/serve", code=code, **where).text
    assert "没有这个取餐码" in cook.send(f"{COUNT}/serve", code="9999", **where).text
    assert "4 到 6 位数字" in cook.send(f"{COUNT}/serve", code="早", **where).text


def test_another_firm_sees_and_hands_out_nothing(noon: Lunch, sign_in: SignIn) -> None:
    other = sign_in("other")
    page = other.open(COUNT)
    assert "还没有归您管的食堂" in page.text
    assert "没有这个取餐码" in other.send(f"{COUNT}/serve", code=noon.codes[0]).text
    for path in (f"{COUNT}?canteen={noon.canteen}", f"{COUNT}/{noon.menu}/left"):
        assert other.open(path).status == 404
    other.open(COUNT)
    assert other.post(f"{COUNT}/{noon.menu}/paper", what="labels").status == 404
    assert other.post(f"{COUNT}/{noon.menu}/read", version="2").status == 404
    assert other.post("/console/meals/routes", canteen=str(noon.canteen), name="线").status == 404
    assert {row.state for row in noon.town.rows(t.meal_order)} == {"placed"}


def test_who_has_not_come_is_named_only_when_asked_and_written_down(noon: Lunch, sign_in: SignIn) -> None:
    cook = sign_in("cook")
    page = cook.open(f"{COUNT}/{noon.menu}/left")
    assert "还没领的 4 单" in page.text
    assert not any(secret in page.text for secret in (NAME, PHONE, "602"))
    assert audited(noon)[-1] == ("meal_waiting", str(noon.menu))
    page = cook.post(f"{COUNT}/{noon.menu}/left/2")
    for words in ("李阿婆", PHONE, "幸福小区 3 号楼 2 单元 602 室"):
        assert words in page.text
    assert NAME not in page.text
    assert audited(noon)[-1] == ("meal_contact", "5002")
    assert cook.post(f"{COUNT}/{noon.menu}/left/99").status == 404


def test_the_count_as_a_sheet(noon: Lunch, sign_in: SignIn) -> None:
    words = read(paper(sign_in("cook"), noon, "count"))
    for wanted in (
        "和平长者食堂 备餐单",
        "3 月 2 日（周一）午餐",
        "红烧肉",
        "软食、低盐",
        "红烧肉 +1",
        "还没有人确认",
    ):
        assert wanted.replace(" ", "") in words, wanted
    assert "软食忌花生、香菜" in words
    assert NAME not in words
    assert audited(noon)[-1] == ("meal_paper_count", str(noon.menu))


def test_labels_name_the_diner_and_what_they_may_not_eat(noon: Lunch, sign_in: SignIn) -> None:
    made = paper(sign_in("cook"), noon, "labels")
    words = read(made)
    for wanted in (
        NAME,
        "李阿婆",
        "幸福小区 3 号楼",
        "软食 忌花生、香菜",
        f"取 {noon.codes[0]}",
        "送餐",
        "3/3",
    ):
        assert wanted.replace(" ", "") in words, wanted
    assert "602" not in words
    assert len(made) < 60_000
    assert audited(noon)[-1] == ("meal_paper_labels", str(noon.menu))


def test_every_portion_has_a_label_that_says_which_one_of_how_many(noon: Lunch, sign_in: SignIn) -> None:
    """Two of one dish and one of the other are three things on three trays; as a table the same."""
    cook = sign_in("cook")
    words = read(paper(cook, noon, "labels"))
    assert words.count(NAME) == 4  # three of the first order, one of the fourth
    table = load_workbook(io.BytesIO(paper(cook, noon, "labels", "xlsx"))).worksheets[0]
    rows = [dict(zip([cell.value for cell in table[2]], cells, strict=True)) for cells in table.values][2:]
    mine = [row for row in rows if row["送餐或取餐码"] == f"取 {noon.codes[0]}"]
    assert [(row["第几盒"], row["菜"]) for row in mine] == [
        ("1/3", "红烧肉"),
        ("2/3", "红烧肉"),
        ("3/3", "白菜豆腐"),
    ]
    assert {(row["姓名"], row["忌口"]) for row in mine} == {(NAME, "软食 忌花生、香菜")}
    assert len(rows) == 6
    assert not any("室" in str(cell) or PHONE in str(cell) for row in rows for cell in row.values())


def test_rounds_go_by_volunteer_and_building_in_order(noon: Lunch, sign_in: SignIn) -> None:
    town, place = noon.town, noon.town.planted.buildings
    route = {"canteen": str(noon.canteen), "name": "东线", "active": "yes"}
    route["worker_id"] = str(town.planted.workers["王伟"])
    cook = sign_in("cook")
    assert "还没有路线的楼栋" in cook.open("/console/meals/routes").text
    first, second = place["幸福小区", "3"], place["幸福小区", "2"]
    saved = cook.send("/console/meals/routes", **route, **{f"place-{first}": "2", f"place-{second}": "1"})
    assert "送餐路线已经保存" in saved.text
    assert "东线（王伟）：2 栋楼" in saved.text
    sheets = town.see(route_sheets, town.staff(), noon.menu)
    told = [(one.name, one.volunteer, [stop.place for stop in one.stops]) for one in sheets]
    assert told == [("东线", "王伟", ["幸福小区 3 号楼"]), ("", "", ["幸福小区 1 号楼"])]
    made = paper(cook, noon, "routes")
    words = read(made)
    for wanted in (
        "东线（王伟）：1 户，1 份",
        "未分配：1 户，1 份",
        "2 单元 602 室",
        "李阿婆",
        PHONE[-4:],
        "要收",
    ):
        assert wanted.replace(" ", "") in words, wanted
    assert PHONE not in words
    assert pdf.pages(made) == 2
    owed = [box for one in sheets for stop in one.stops for box in stop.boxes if box.collect_cents]
    assert owed  # who pays at the door
    assert all(yuan(box.collect_cents).replace(" ", "") in words for box in owed)


def test_a_meal_that_nobody_has_brought_says_so(lunch: Lunch, sign_in: SignIn) -> None:
    lunch.order(1, name="")
    assert "这一餐没有要送的。" in read(paper(sign_in("cook"), lunch, "routes"))
    assert NO_NAME in read(paper(sign_in("cook"), lunch, "pickups"))


def test_a_meal_that_nobody_fetches_says_so(lunch: Lunch, sign_in: SignIn) -> None:
    assert "这一餐没有来取的。" in read(paper(sign_in("cook"), lunch, "pickups"))


def test_the_list_for_the_counter_is_by_code_and_masks_names(noon: Lunch, sign_in: SignIn) -> None:
    words = read(paper(sign_in("cook"), noon, "pickups"))
    for wanted in (noon.codes[0], "张**", "36 元", "软食 忌花生、香菜"):
        assert wanted.replace(" ", "") in words, wanted
    assert NAME not in words
    assert noon.codes[1] not in words  # delivered


@pytest.mark.parametrize(
    ("what", "wanted"),
    [("count", "白菜豆腐"), ("labels", "1/3"), ("routes", "李阿婆"), ("pickups", "张**")],
)
def test_the_same_as_a_table(noon: Lunch, sign_in: SignIn, what: str, wanted: str) -> None:
    table = load_workbook(io.BytesIO(paper(sign_in("cook"), noon, what, "xlsx"))).worksheets[0]
    cells = [str(cell.value) for row in table.iter_rows() for cell in row]
    assert wanted in cells
    assert PHONE not in cells
    assert [what for what, _ in audited(noon)[-2:]] == [f"meal_paper_{what}", f"export_meal_{what}"]


def test_a_building_is_on_one_round(noon: Lunch) -> None:
    user, place = 1, noon.town.planted.buildings
    with noon.town.store.work(noon.town.clock.now()) as work:
        SaveUser("admin", "admin", HASH).run(work)
    three, one = place["幸福小区", "3"], place["幸福小区", "1"]
    east = noon.town.do(SaveMealRoute(noon.canteen, "东线", user, (three, one)))
    noon.town.do(SaveMealRoute(noon.canteen, "西线", user, (one,)))
    on = [(row.meal_route_id, row.building_id) for row in noon.town.rows(t.meal_route_building)]
    assert on == [(1, three), (2, one)]
    refusals: list[tuple[Any, str]] = [
        (SaveMealRoute(noon.canteen, "东线", user), "already"),
        (SaveMealRoute(noon.canteen, " ", user), "needs_words"),
        (SaveMealRoute(noon.canteen, "北线", user, (99,)), "unknown"),
        (SaveMealRoute(noon.canteen, "北线", user, worker_id=noon.town.planted.workers["赵敏"]), "unknown"),
        (SaveMealRoute(noon.canteen, "北线", user, route_id=9), "unknown"),
        (SaveMealRoute(9, "北线", user), "unknown"),
        (SaveMealRoute(noon.canteen, "北线", 99), "unknown"),
    ]
    for action, why in refusals:
        assert noon.town.do(action)["why"] == why, action
    again = noon.town.do(SaveMealRoute(noon.canteen, "东线", user, (), active=False, route_id=east["id"]))
    assert (again["ok"], again["new"]) == (True, False)


def test_a_user_of_another_firm_acknowledges_nothing(noon: Lunch) -> None:
    with noon.town.store.work(noon.town.clock.now()) as work:
        other = SaveUser("other", "firm", HASH, unit_id=noon.town.planted.units["阳光物业"]).run(work)
    assert noon.town.do(AcknowledgeCount(noon.menu, 2, user_id=other["user_id"]))["why"] == "unknown"


def test_the_residents_page_shows_the_code_and_nothing_of_them(noon: Lunch) -> None:
    assert noon.town.see(meal_code_link, 1) == ""  # nobody reaches this server
    noon.town.store.limits = load_limits(public_url="https://linli.example")
    link = noon.town.see(meal_code_link, 1)
    app = Flask("pages")
    app.register_blueprint(meal_code.make_blueprint(noon.town.store, noon.town.clock))
    client = app.test_client()
    page = client.get(link.removeprefix("https://linli.example"))
    assert page.status_code == 200
    for words in (
        noon.codes[0],
        "<svg",
        "和平长者食堂",
        "3 月 2 日（周一）午餐，11:00 到 13:00",
        "红烧肉 ×2",
    ):
        assert words in page.text, words
    assert not any(secret in page.text for secret in (NAME, PHONE, PHONE[-4:]))
    assert page.headers["Cache-Control"] == "no-store"
    token = link.rpartition("/")[2]
    found = noon.town.see(meal_code_of, token)
    assert (found.text, found.state) == (f"{noon.menu}-{noon.codes[0]}", "placed")
    assert client.get(f"/meal/{token[:-1]}x").status_code == 404
    assert client.get(f"/meal/{token.replace('1.', '2.', 1)}").status_code == 404
    noon.cancel(1)
    page = client.get(f"/meal/{token}")
    assert "已经取消了" in page.text
    assert "<svg" not in page.text
    noon.at(19, 1)
    assert client.get(f"/meal/{token}").status_code == 404
