"""A whole order on the page, as a worker of a firm whose group can only be written to goes through it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.language.reports import CATEGORIES
from bot.ports import Flags
from bot.wording import word
from models import tables as t
from models import views
from models.actions.answers import AnswerStaff
from models.actions.endings import NotFixed
from models.actions.orders import AddWords, Urge
from models.actions.register import SwitchWorker
from models.actions.roster import SetShift
from models.actions.staff import Claim, SetDuty
from tests.page.conftest import CALL, DOOR, WECHAT, WECOM, Page, Site, picture
from tests.words import faults

GROUP = Flags(hears=False, speaks_first=True)


def test_the_group_is_told_the_link_and_nothing_of_a_bot(site: Site) -> None:
    number = site.order()
    (told,) = site.town.told("new_order")
    assert told.work_group_id == site.group
    words = word(told.kind, told.facts, channel=GROUP, names=CATEGORIES, at=told.made_at).words
    assert words.splitlines()[-1] == f"接单、填进度请点：{told.facts['page']}"
    assert "@" not in words
    assert faults(words) == []
    link = site.link(number)
    assert len(told.facts["page"]) < 100
    for private in (CALL, "602", "张", "o-zhang"):
        assert private not in link


def test_whoever_opens_it_sees_what_the_group_has_read_and_no_more(site: Site) -> None:
    number = site.order()
    shown = site.phone().open(site.link(number))
    assert shown.status == 200
    for told in (str(number), "房屋", "幸福小区 3 号楼", "待接单", "口令"):
        assert told in shown.text
    for private in (CALL, "602", "漏水", "接单以后", "看门牌"):
        assert private not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["X-Robots-Tag"] == "noindex"
    assert "script" not in shown.headers["Content-Security-Policy"]


def test_a_worker_takes_an_order_and_finishes_it(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    here = f"/p/orders/{number}"
    assert "绑定好了" in phone.page.text
    assert CALL not in phone.page.text
    assert "/contact" not in phone.page.html
    claimed = phone.send(f"{here}/claim")
    assert "接单成功" in claimed.text
    assert site.row(number).holder_id == site.workers["郑军"]
    assert CALL not in claimed.text.replace("厨房水管漏水，电话 13812345678", "")
    assert "到场" in claimed.text
    arrived = phone.send(f"{here}/arrive")
    assert "住户会收到通知" in arrived.text
    phone.send(f"{here}/progress", words="配件下午到")
    phone.send(f"{here}/ask", words="下午在家吗？")
    phone.send(f"{here}/reply", words="三点到")
    done = phone.send(f"{here}/finish", words="已换水管", end="resolved")
    assert "已办结" in done.text
    row = site.row(number)
    assert (row.state, row.close, row.holder_id) == ("closed", "resolved", site.workers["郑军"])
    steps = [(one.step, one.words, one.origin) for one in site.town.rows(t.order_entry, by="worker")]
    assert steps == [
        ("claim", "", "page"),
        ("arrive", "", "page"),
        ("progress", "配件下午到", "page"),
        ("ask", "下午在家吗？", "page"),
        ("reply", "三点到", "page"),
        ("finish", "已换水管", "page"),
    ]
    kinds = [one.kind for one in site.town.told() if one.account_id is not None]
    assert kinds == [
        "order_claimed",
        "order_arrived",
        "order_progress",
        "order_asked",
        "order_reply",
        "order_finished",
    ]


def test_the_residents_answer_comes_to_the_group_and_onto_the_page(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    phone.send(f"/p/orders/{number}/ask", words="下午在家吗？")
    question = site.town.rows(t.open_question, kind="staff_question")[0]
    site.town.do(AnswerStaff(site.who.account_id, question.id, "在家"))
    (told,) = site.town.told("order_answer")
    assert told.facts["page"].endswith(site.link(number))
    assert "“在家”" in phone.open(site.link(number)).text
    answered = phone.send(f"/p/orders/{number}/reply", words="好的，两点到")
    assert "已发给住户" in answered.text


@pytest.mark.parametrize("end", ["explained", "not_responsible", "duplicate", "withdrawn"])
def test_every_honest_end_can_be_chosen(site: Site, end: str) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    values = [
        tag.get("value") for name, tag in phone.page.tags if name == "input" and tag.get("name") == "end"
    ]
    assert values[0] == "resolved"
    assert end in values
    phone.send(f"/p/orders/{number}/finish", words="说明一下", end=end)
    assert site.row(number).close == end


def test_giving_back_with_a_reason_leads_to_the_list(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    listed = phone.send(f"/p/orders/{number}/return", words="要换主管，我们修不了")
    assert "我的工单" in listed.text
    assert "已退回" in listed.text
    assert str(number) not in listed.text
    assert site.row(number).unit_id == site.town.planted.units["和平社区居委会"]


def test_door_name_and_phone_are_for_the_holder_after_a_press_and_each_look_is_kept(site: Site) -> None:
    number = site.order(summary="厨房漏水")
    holder, colleague = site.bound(number), site.bound(number, "冯刚")
    contact = f"/p/orders/{number}/contact"
    early = holder.post(contact)
    assert early.status == 403
    assert site.town.rows(t.audit) == []
    holder.send(f"/p/orders/{number}/claim")
    assert DOOR not in holder.page.text
    for _ in range(2):
        shown = holder.post(contact)
        assert DOOR in shown.text
        assert CALL in shown.text
        assert "已经记录" in shown.text
    refused = colleague.post(contact)
    assert refused.status == 403
    assert CALL not in refused.text
    assert "郑军" in refused.text
    looks = [(one.what, one.subject, one.worker_id, one.console_user_id) for one in site.town.rows(t.audit)]
    assert looks == [("door", str(number), site.workers["郑军"], None)] * 2
    holder.send(f"/p/orders/{number}/finish", words="好了")
    assert holder.post(contact).status == 403
    assert holder.client.get(contact, base_url="https://linli.example").status_code == 404


def test_colleagues_read_what_was_said_without_phones_and_doors(site: Site) -> None:
    number = site.order()
    holder, colleague = site.bound(number), site.bound(number, "冯刚")
    holder.send(f"/p/orders/{number}/claim")
    own = holder.send(f"/p/orders/{number}/reply", words="有事打 13987654321")
    site.town.do(AddWords(site.orders[0]["order_id"], site.who.account_id, "我家 602 室"))
    theirs = colleague.open(f"/p/orders/{number}")
    assert "13987654321" in own.text
    assert "602" in holder.open(f"/p/orders/{number}").text
    for private in ("13987654321", "602", CALL):
        assert private not in theirs.text


def test_the_list_holds_ones_own_and_what_waits_for_the_unit(site: Site) -> None:
    taken, waits, theirs = (site.order(summary=f"第 {n} 件") for n in "一二三")
    other = site.town.order(summary="电梯坏了", category="lift")["number"]
    site.bound(theirs, "冯刚").send(f"/p/orders/{theirs}/claim")
    phone = site.bound(taken)
    phone.send(f"/p/orders/{taken}/claim")
    listed = phone.open("/p/mine")
    links = [tag["href"] for name, tag in listed.tags if name == "a" and tag.get("class") == "order"]
    assert links == [f"/p/orders/{taken}", f"/p/orders/{waits}"]
    assert str(other) not in listed.text
    assert "郑军" in listed.text
    assert phone.open(f"/p/orders/{waits}").status == 200


def test_pressing_twice_does_things_once(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    here = f"/p/orders/{number}"
    presses = [
        ("claim", {}),
        ("progress", {"words": "在修"}),
        ("ask", {"words": "在家吗？"}),
        ("reply", {"words": "下午到"}),
    ]
    for name, form in presses:
        assert phone.post(f"{here}/{name}", **form).status == 303
        before = len(site.town.told()), len(site.town.rows(t.order_entry))
        assert phone.post(f"{here}/{name}", **form).status == 303
        assert (len(site.town.told()), len(site.town.rows(t.order_entry))) == before
    photo = picture()
    phone.post(f"{here}/progress", (photo,))
    phone.post(f"{here}/progress", (photo,))
    assert len(site.town.rows(t.photo)) == 1
    phone.post(f"{here}/finish", words="好了")
    before = len(site.town.told())
    again = phone.post(f"{here}/finish", words="好了")
    assert (again.status, "已经办结" in again.text) == (422, True)
    assert len(site.town.told()) == before


def test_a_word_pressed_twice_binds_one_phone(site: Site) -> None:
    number = site.order()
    phone, word = site.phone(), site.word()
    phone.open(site.link(number))
    cookie = phone.client.get_cookie("linli_phone", "linli.example", "/p")
    assert cookie is not None
    first = phone.post(f"{site.link(number)}/bind", word=word)
    phone.client.set_cookie("linli_phone", cookie.value, domain="linli.example", path="/p")
    second = phone.post(f"{site.link(number)}/bind", word=word)
    assert (first.status, second.status) == (303, 303)
    assert len(site.town.rows(t.worker_phone)) == 1
    assert phone.open(f"/p/orders/{number}").status == 200


def test_who_is_on_duty_may_act_for_a_colleague(site: Site) -> None:
    number = site.order()
    site.bound(number).send(f"/p/orders/{number}/claim")
    colleague = site.bound(number, "冯刚")
    shown = colleague.open(f"/p/orders/{number}")
    assert "在郑军手上" in shown.text
    assert "填进度" not in shown.text
    site.town.do(SetDuty(site.workers["冯刚"], True))
    shown = colleague.open(f"/p/orders/{number}")
    assert "可以替郑军办理" in shown.text
    assert "已转告住户" in colleague.send(f"/p/orders/{number}/progress", words="等配件").text
    assert CALL not in colleague.page.text


def test_the_cookie_is_signed_kept_thirty_days_and_goes_nowhere_else(site: Site) -> None:
    number = site.order()
    phone = site.phone()
    phone.open(site.link(number))
    answer = phone.post(f"{site.link(number)}/bind", word=site.word())
    cookie = answer.headers["Set-Cookie"]
    for part in ("linli_phone=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/p", "Max-Age=2592000"):
        assert part in cookie
    phone.open(f"/p/orders/{number}")
    assert "Set-Cookie" not in phone.page.headers
    kept = phone.client.get_cookie("linli_phone", "linli.example", "/p")
    assert kept is not None
    signed = kept.value
    middle = len(signed) // 3
    forged = signed[:middle] + ("A" if signed[middle] != "A" else "B") + signed[middle + 1 :]
    phone.client.set_cookie("linli_phone", forged, domain="linli.example", path="/p")
    assert phone.open(f"/p/orders/{number}").status == 403
    phone.client.set_cookie("linli_phone", signed, domain="linli.example", path="/p")
    site.wall.forward(days=29)
    assert phone.open(f"/p/orders/{number}").status == 200
    site.wall.forward(days=1)
    assert phone.open(f"/p/orders/{number}").status == 403


def test_a_new_key_of_the_application_ends_no_binding(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    site.app.config.update(SECRET_KEY="the new one", SECRET_KEY_FALLBACKS=["fixed for tests", "older still"])
    assert phone.open(f"/p/orders/{number}").status == 200
    site.app.config.update(SECRET_KEY_FALLBACKS=[])
    assert phone.open(f"/p/orders/{number}").status == 403


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WECHAT, "微信（安卓）"),
        (WECOM, "企业微信（安卓）"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) MicroMessenger/8.0.20", "微信（苹果手机）"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120", "浏览器（电脑）"),
        ("", "浏览器"),
    ],
)
def test_a_phone_is_named_by_its_app(site: Site, agent: str, device: str) -> None:
    site.bound(site.order(), agent=agent)
    (phone,) = site.town.see(views.worker_phones, site.unit)
    assert (phone.device, phone.worker.name) == (device, "郑军")


def test_the_last_look_is_kept_every_ten_minutes(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    bound = site.wall.now()
    seen = []
    for _ in range(3):
        site.wall.forward(minutes=6)
        phone.open("/p/mine")
        seen.append((site.town.rows(t.worker_phone)[0].seen_at - bound).total_seconds() / 60)
    assert seen == [0, 12, 12]


def test_a_worker_may_let_go_of_a_phone(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.open("/p/mine")
    assert "已解除绑定" in phone.post("/p/end").text
    assert phone.open("/p/mine").status == 403
    assert "请输入管理员给您的口令" in phone.open(site.link(number)).text


def test_a_moved_clock_ends_no_binding(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    site.town.clock.forward(days=40)
    assert phone.open("/p/mine").status == 200


def test_the_timer_gives_it_to_who_is_on_duty_and_the_group_gets_the_link(site: Site) -> None:
    number = site.order()
    site.town.do(Urge(site.orders[0]["order_id"], site.who.account_id))
    site.town.do(AddWords(site.orders[0]["order_id"], site.who.account_id, "水越来越大"))
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    phone.send(f"/p/orders/{number}/finish", words="好了")
    site.town.do(NotFixed(site.orders[0]["order_id"], site.who.account_id, "又漏了"))
    told = [row for row in site.town.told() if row.work_group_id == site.group]
    assert [row.kind for row in told] == [
        "new_order",
        "order_urged",
        "order_message",
        "order_taken",
        "order_done",
        "order_reopened",
    ]
    for row in told:
        words = word(row.kind, row.facts, channel=GROUP, names=CATEGORIES, at=row.made_at).words
        assert words.splitlines()[-1].endswith(row.facts["page"])
        assert phone.open(row.facts["page"].removeprefix("https://linli.example")).status == 200


def test_colleagues_read_in_the_group_who_took_it_and_what_came_of_it(site: Site) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    phone.send(f"/p/orders/{number}/finish", words="602 室换了水管，13812345678")
    taken, done = (row for row in site.town.told() if row.kind in ("order_taken", "order_done"))
    said = [
        word(row.kind, row.facts, channel=GROUP, names=CATEGORIES, at=row.made_at).words
        for row in (taken, done)
    ]
    assert "郑军 接单了，别的同事不用再接。" in said[0]
    assert "郑军 办结了。" in said[1]
    assert "换了水管" in said[1]
    assert CALL not in said[1]
    assert "602" not in said[1].replace(done.facts["page"], "")
    lift = site.town.order()
    site.town.do(Claim(lift["order_id"], site.town.planted.workers["王伟"]))
    assert len(site.town.told("order_taken")) == 1


def test_a_group_that_was_switched_off_is_passed_over(site: Site) -> None:
    site.town.do(SwitchWorker(site.workers["冯刚"], False))
    unit = site.town.see(views.group_by_id, site.group)
    assert (unit.bot_id, unit.bound, unit.speaks) == (None, True, True)
    site.town.store.limits = {**site.town.store.limits, "public_url": ""}
    made = site.town.order(site.who, category="housing", summary="停水了")
    assert made["unit"] == "和平社区居委会"


def test_the_words_read_well(site: Site) -> None:
    number = site.order(summary="厨房漏水")
    phone = site.bound(number)
    pages: list[Page] = [site.phone().open(site.link(number)), phone.page]
    pages.append(phone.send(f"/p/orders/{number}/claim"))
    pages.append(phone.post(f"/p/orders/{number}/contact"))
    pages.append(phone.open("/p/mine"))
    pages.append(phone.open("/p/nowhere/at/all"))
    found = [fault for page in pages for piece in page.pieces for fault in faults(piece)]
    assert found == []


def test_the_roster_says_whose_order_a_colleague_may_take_over(site: Site) -> None:
    number, now = site.order(), site.town.clock.now()
    site.bound(number).send(f"/p/orders/{number}/claim")
    colleague = site.bound(number, "冯刚")
    assert "您在值班" not in colleague.open(f"/p/orders/{number}").text
    site.town.do(SetShift(site.workers["冯刚"], now - timedelta(hours=1), now + timedelta(hours=1)))
    assert "您在值班" in colleague.open(f"/p/orders/{number}").text
