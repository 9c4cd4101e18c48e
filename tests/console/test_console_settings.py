"""The page 设置: what an administrator sets up by hand, what is said beside a wrong field, and that secrets stay."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import update

from handlers.console.forms import Field, read
from handlers.console.section import FIELDS
from handlers.console.sections import SECTIONS
from models import tables as t
from tests.console.conftest import EVIL, NOW, Console, Visitor
from tests.console.reading import Page
from tests.words import faults

KEY = "k1" * 21 + "k"
ROBOT = "0a1b2c3d-1111-2222-3333-444455556666"
GOOD: dict[str, dict[str, str]] = {
    "areas": {"level": "community", "name": "和平社区"},
    "units": {"kind": "community", "name": "和平社区"},
    "workers": {"unit_id": "1", "name": "钱进", "phone": "13912345678", "cap": "8", "active": "1"},
    "bots": {
        "unit_id": "1",
        "name": "anju2",
        "display": "小邻",
        "aibotid": "aib1",
        "token": "token1",
        "aes_key": KEY,
        "active": "1",
    },
    "apps": {
        "unit_id": "1",
        "name": "anju-app",
        "display": "小邻",
        "corpid": "ww0123456789abcdef",
        "agentid": "1000002",
        "secret": "secret-of-the-app",
        "token": "token1",
        "aes_key": KEY,
        "active": "1",
    },
    "groups": {
        "bot_id": "1",
        "name": "夜班群",
        "robot_key": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}",
    },
    "estates": {"name": "春天里", "aliases": "春天、春里"},
    "grids": {"kind": "grid", "name": "第一网格", "officer_id": "3"},
    "buildings": {"estate_id": "1", "key": "９", "name": "9 号楼"},
    "homes": {"building_id": "2", "units": "2", "floors": "3", "doors": "2"},
    "routes": {
        "estate_id": "1",
        "category": "lift",
        "unit_id": "2",
        "mode": "assign",
        "worker_id": "3",
        "starts_on": "2026-11-01",
    },
    "canteens": {"name": "东门食堂", "unit_id": "1", "address": "东门 1 号", "active": "1"},
    "slots": {
        "canteen_id": "1",
        "meal": "dinner",
        "days": "1、2、3",
        "starts": "16:30",
        "ends": "２４：００",
        "order_days": "0",
        "order_until": "9:30",
        "cancel_days": "1",
        "cancel_until": "20:00",
        "capacity": "120",
        "delivers": "1",
        "delivery_cents": "1.5",
        "active": "1",
    },
    "estate_canteens": {"estate_id": "1", "canteen_id": "2"},
    "tiers": {
        "name": "低保补贴",
        "payer": "街道",
        "cents": "5",
        "groups": "low_income",
        "meals": "lunch",
        "weekly_most": "5",
        "starts_on": "2026-11-01",
        "active": "1",
    },
}
TABLES = {
    "areas": t.area,
    "units": t.handling_unit,
    "workers": t.worker,
    "bots": t.bot,
    "apps": t.bot,
    "groups": t.work_group,
    "estates": t.estate,
    "grids": t.grid,
    "buildings": t.building,
    "homes": t.home,
    "routes": t.route,
    "canteens": t.canteen,
    "slots": t.meal_slot,
    "estate_canteens": t.estate_canteen,
    "tiers": t.subsidy_tier,
}


@pytest.fixture
def admin(console: Console) -> Visitor:
    """An admin who is signed in and has a token."""
    return console.signed_in("admin")


def beside(page: Page, field: str) -> str:
    """The words beside a field of the page, "" when it is right."""
    return page.html.partition(f'id="{field}-wrong">')[2].partition("</p>")[0]


@pytest.mark.parametrize("key", SECTIONS)
def test_each_section_makes_what_was_typed_and_writes_it_down(
    console: Console, admin: Visitor, key: str
) -> None:
    before = console.rows(TABLES[key])
    page = admin.send(f"/console/settings/{key}", **GOOD[key])
    assert page.status == 200
    assert len(console.rows(TABLES[key])) > len(before)
    (row,) = console.rows(t.audit)
    assert row.what == f"setup_{key}"
    assert int(row.subject) > 0


@pytest.mark.parametrize("key", [key for key, section in SECTIONS.items() if section.id_name])
def test_each_row_can_be_changed(console: Console, admin: Visitor, key: str) -> None:
    admin.send(f"/console/settings/{key}", **GOOD[key])
    row_id = max(row.id for row in console.rows(TABLES[key]))
    count = len(console.rows(TABLES[key]))
    page = admin.open(f"/console/settings/{key}/{row_id}")
    assert page.status == 200
    changed = {name: f"{text}新" if name == "name" else text for name, text in GOOD[key].items()}
    assert "已经保存" in admin.send(f"/console/settings/{key}/{row_id}", **changed).text
    assert len(console.rows(TABLES[key])) == count


@pytest.mark.parametrize("key", SECTIONS)
def test_an_empty_form_says_beside_each_field_what_to_write(
    console: Console, admin: Visitor, key: str
) -> None:
    before = console.rows(TABLES[key])
    page = admin.post(f"/console/settings/{key}")
    assert page.status == 422
    for one in FIELDS[key]:
        needs = one.required and one.kind != "check"
        assert beside(page, one.name) == (one.wrong if needs else "")
    assert console.rows(TABLES[key]) == before
    assert console.rows(t.audit) == []


@pytest.mark.parametrize(
    ("key", "field", "text"),
    [
        ("units", "kind", "king"),
        ("units", "name", "安" * 65),
        ("units", "parent_id", "1"),
        ("workers", "cap", "0"),
        ("workers", "cap", "x"),
        ("workers", "phone", "12345"),
        ("workers", "unit_id", "999"),
        ("bots", "name", "An Ju"),
        ("bots", "aes_key", KEY[1:]),
        ("bots", "aes_key", KEY + "k"),
        ("bots", "token", "t" * 33),
        ("groups", "robot_key", f"https://evil.example/cgi-bin/webhook/send?key={ROBOT}"),
        ("groups", "robot_key", f"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}"),
        ("groups", "robot_key", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("groups", "robot_key", "https://[qyapi.weixin.qq.com/?key=1"),
        ("groups", "bot_id", "999"),
        ("buildings", "key", "3 号楼"),
        ("homes", "floors", "71"),
        ("homes", "doors", "两"),
        ("routes", "starts_on", "明天"),
        ("routes", "ends_on", "2026-10-31"),
        ("routes", "category", "unheard_of"),
        ("canteens", "unit_id", "999"),
        ("canteens", "phone", "12345"),
        ("slots", "days", ""),
        ("slots", "days", "8"),
        ("slots", "starts", "25:00"),
        ("slots", "starts", "12:60"),
        ("slots", "starts", "中午"),
        ("slots", "ends", "16:30"),
        ("slots", "order_until", "9点半"),
        ("slots", "capacity", "0"),
        ("slots", "delivery_cents", "-1"),
        ("slots", "delivery_cents", "1.005"),
        ("tiers", "cents", "0"),
        ("tiers", "cents", "两块"),
        ("tiers", "groups", "kings"),
        ("tiers", "ends_on", "2026-10-31"),
    ],
)
def test_a_wrong_field_is_explained_and_the_rest_is_kept(
    console: Console, admin: Visitor, key: str, field: str, text: str
) -> None:
    before = console.rows(TABLES[key])
    page = admin.post(f"/console/settings/{key}", **{**GOOD[key], field: text})
    wrong = next(one.wrong for one in FIELDS[key] if one.name == field)
    assert (page.status, beside(page, field)) == (422, wrong)
    assert page.html.count('class="wrong"') == 1
    assert console.rows(TABLES[key]) == before
    if key == "bots" and field != "display":
        assert 'value="小邻"' in page.html


@pytest.mark.parametrize(
    ("key", "field"),
    [
        *((key, "name") for key in ("units", "workers", "bots", "groups", "canteens", "tiers")),
        ("buildings", "key"),
        ("slots", "meal"),
        ("estate_canteens", "canteen_id"),
    ],
)
def test_what_somebody_has_already_is_explained(admin: Visitor, key: str, field: str) -> None:
    admin.send(f"/console/settings/{key}", **GOOD[key])
    page = admin.post(f"/console/settings/{key}", **GOOD[key])
    assert beside(page, field) == next(one.taken for one in FIELDS[key] if one.name == field)


def test_the_callback_address_is_shown_in_full_and_no_secret_ever_is(
    console: Console, admin: Visitor
) -> None:
    shown = [admin.post("/console/settings/bots", **{**GOOD["bots"], "display": ""})]
    shown.append(admin.send("/console/settings/bots", **GOOD["bots"]))
    assert "http://localhost/callback/wecom/anju2" in shown[1].text
    row_id = max(row.id for row in console.rows(t.bot))
    shown.append(admin.open(f"/console/settings/bots/{row_id}"))
    assert "已设置" in shown[2].text
    admin.send("/console/settings/groups", **GOOD["groups"])
    shown.append(admin.open("/console/settings/groups"))
    admin.send("/console/settings/workers", **GOOD["workers"])
    shown.append(admin.open("/console/settings/workers"))
    for page in shown:
        for secret in (KEY, "token1", ROBOT, "13912345678"):
            assert secret not in page.html


def test_secrets_are_kept_until_they_are_replaced(console: Console, admin: Visitor) -> None:
    def config() -> Any:
        row = console.rows(t.bot)[-1]
        with console.store.look(NOW) as work:
            return work.unseal_json(row.config_sealed)

    admin.send("/console/settings/bots", **GOOD["bots"])
    row_id = console.rows(t.bot)[-1].id
    path = f"/console/settings/bots/{row_id}"
    admin.send(path, display="小安", aibotid="aib2", active="1")
    assert config() == {"aibotid": "aib2", "token": "token1", "aes_key": KEY}
    admin.send(path, display="小安", aibotid="aib2", token="token2")
    assert config()["token"] == "token2"
    row = console.rows(t.bot)[-1]
    assert (row.name, row.unit_id, row.active) == ("anju2", 1, False)


def test_the_key_is_taken_out_of_a_robots_address(console: Console, admin: Visitor) -> None:
    for name, text in (("甲群", GOOD["groups"]["robot_key"]), ("乙群", ROBOT)):
        admin.send("/console/settings/groups", bot_id="1", name=name, robot_key=text)
        with console.store.look(NOW) as work:
            assert work.unseal(console.rows(t.work_group)[-1].robot_key_sealed) == ROBOT


def test_a_group_is_switched_off(console: Console, admin: Visitor) -> None:
    admin.open("/console/settings/groups")
    assert "已经解绑" in admin.send("/console/settings/groups/1/unbind").text
    assert console.rows(t.work_group)[0].chat is None
    assert console.rows(t.audit)[-1].what == "unbind_group"


def test_a_stopped_worker_with_orders_is_named_as_such(console: Console, admin: Visitor) -> None:
    with console.store.work(NOW) as work:
        taken = {"state": "claimed", "holder_id": 2}
        work.conn.execute(update(t.work_order).where(t.work_order.c.number == 1001).values(taken))
    page = admin.send("/console/settings/workers/2", name="王伟1", cap="5")
    assert "手上还有 1 个工单" in page.text
    assert not console.rows(t.worker, t.worker.c.id == 2)[0].active


def test_a_new_building_gets_a_code_to_print(console: Console, admin: Visitor) -> None:
    admin.send("/console/settings/buildings", **GOOD["buildings"])
    row = console.rows(t.building)[-1]
    assert (row.key, row.scene) == ("9", f"door:{row.id}")
    admin.open(f"/console/codes/{row.id}")
    assert console.scenes == [row.scene]


def test_homes_say_how_many_are_new(console: Console, admin: Visitor) -> None:
    assert "新加了 12 户" in admin.send("/console/settings/homes", **GOOD["homes"]).text
    assert "新加了 0 户" in admin.send("/console/settings/homes", **GOOD["homes"]).text


@pytest.mark.parametrize(
    "path", ["/console/settings/kings", "/console/settings/homes/1", "/console/settings/units/99"]
)
def test_what_is_not_there_is_not_found(admin: Visitor, path: str) -> None:
    assert admin.post(path).status == 404
    assert admin.open(path).status == 404


def test_the_settings_begin_with_the_units(admin: Visitor) -> None:
    assert admin.open("/console/settings").headers["Location"] == "/console/settings/units"


def test_a_firm_changes_nothing_of_the_settings(console: Console) -> None:
    firm = console.signed_in("anju")
    firm.open("/console/people")
    for key in SECTIONS:
        before = console.rows(TABLES[key])
        assert firm.post(f"/console/settings/{key}", **GOOD[key]).status == 403
        assert console.rows(TABLES[key]) == before


def test_a_firm_adds_stops_and_resumes_its_own_workers(console: Console) -> None:
    firm = console.signed_in("anju")
    firm.open("/console/people")
    assert "已经添加" in firm.send("/console/people/workers", unit_id="1", name="钱进", phone="").text
    worker = console.rows(t.worker)[-1]
    assert (worker.name, worker.unit_id, worker.active, worker.cap) == ("钱进", 1, True, 10)
    assert "已经停用" in firm.send(f"/console/people/workers/{worker.id}/stop").text
    assert not console.rows(t.worker)[-1].active
    assert "已经恢复" in firm.send(f"/console/people/workers/{worker.id}/resume").text
    assert console.rows(t.worker)[-1].active
    assert [row.what for row in console.rows(t.audit)] == ["setup_workers", "worker_stopped", "worker_back"]


@pytest.mark.parametrize(
    ("unit", "name", "field"), [("2", "钱进", "unit_id"), ("1", "", "name"), ("1", "王伟1", "name")]
)
def test_a_firm_adds_nobody_elses_worker(console: Console, unit: str, name: str, field: str) -> None:
    firm = console.signed_in("anju")
    firm.open("/console/people")
    before = console.rows(t.worker)
    page = firm.post("/console/people/workers", unit_id=unit, name=name)
    assert page.status == 422
    assert beside(page, field)
    assert console.rows(t.worker) == before


def test_what_was_typed_is_never_run(admin: Visitor) -> None:
    page = admin.post("/console/settings/estates", name=EVIL * 3, aliases=EVIL)
    assert page.status == 422
    assert "<script>alert" not in page.html


def _texts() -> list[str]:
    fields = (one for fields in FIELDS.values() for one in fields)
    said = [text for one in fields for text in (one.label, one.hint, one.wrong, one.taken, one.empty)]
    return [*said, *(text for section in SECTIONS.values() for text in section.text.values())]


def test_the_words_are_written_as_they_should_be() -> None:
    # An address is told as it is typed.
    words = (text.replace("key=。", "key。").replace("{made}", "3") for text in _texts())
    assert [fault for text in words for fault in faults(text)] == []


def test_every_field_says_what_to_write() -> None:
    asked = [one for fields in FIELDS.values() for one in fields if one.kind != "check"]
    assert [one.name for one in asked if not re.search(r"请|要", one.wrong)] == []


def test_a_pattern_is_for_the_whole_text() -> None:
    one = Field("a", "甲", pattern="[0-9]+", wrong="请写数字。")
    assert read([one], {"a": "12x"}, {}, changes=False).errors == {"a": "请写数字。"}
