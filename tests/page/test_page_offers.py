"""The page offers what the actions would not refuse, and nothing else: all states, everybody who may look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.page.verbs import VERBS, Form
from handlers.page.words import WORDS
from models import tables as t
from models.actions.appointment import Appoint
from models.actions.helpers import AddHelper
from models.actions.pause import Pause
from models.actions.register import SaveWorker
from models.actions.staff import Arrive, Claim, Finish, SetDuty
from models.rules.orders import HELD, OPEN
from tests.page.conftest import Page, Phone, Site, picture

HOLDER, HELPER, DUTY, IDLE = "郑军", "冯刚", "吴师傅", "周师傅"
ROLES = {"holder": HOLDER, "helper": HELPER, "duty": DUTY, "idle": IDLE}
GOOD = Form(words="写好了", day="2026-03-03", clock="09:00")
FREE = {"progress", "ask", "reply"}
GIVES = {"transfer", "merged", "return"}
OF_HOLDER = FREE | GIVES | {"finish", "appoint", "help"}


@pytest.fixture
def firm(site: Site) -> Site:
    """The firm with two more people, one of them on duty."""
    for name in (DUTY, IDLE):
        site.workers[name] = site.town.do(SaveWorker(site.unit, name, 5))["id"]
    for name in ROLES.values():
        site.town.do(SetDuty(site.workers[name], name == DUTY))
    return site


def shown(page: Page) -> set[str]:
    """The steps that there is a form for."""
    actions = [str(tag.get("action", "")) for name, tag in page.tags if name == "form"]
    return {name for name in (one.rpartition("/")[2] for one in actions) if name in VERBS}


def brought(site: Site, state: str, *, helped: bool) -> int:
    """An order in that state that the holder holds and, if `helped`, the helper helps with; its number."""
    number = site.order()
    order_id, me = site.row(number).id, site.workers[HOLDER]
    if state == "waiting":
        return number
    steps = [Claim(order_id, me)]
    steps += [AddHelper(order_id, "worker", me, worker_id=site.workers[HELPER])] if helped else []
    steps += [Arrive(order_id, me)] if state == "arrived" else []
    steps += [Pause(order_id, "worker", me, "等配件", GOOD.at)] if state == "paused" else []
    steps += [Finish(order_id, me, "好了")] if state == "closed" else []
    for step in steps:
        assert site.town.do(step)["ok"]
    assert site.row(number).state == state
    return number


def other_of(site: Site, number: int) -> int:
    """The number of another order, about the same, which is made once."""
    others = [int(one["number"]) for one in site.orders if one["number"] != number]
    return others[0] if others else site.order(summary="灯不亮")


def tried(site: Site, number: int, name: str, worker: str) -> dict[str, object]:
    """What the action says to a form that is filled in well; nothing of it stays."""
    who = site.workers[HELPER if name == "dismiss" else IDLE]
    with site.town.store.look(site.town.clock.now()) as work:
        form = replace(GOOD, who=who, to=f"worker-{site.workers[IDLE]}", into=other_of(site, number))
        return VERBS[name].action(site.row(number).id, site.workers[worker], form).run(work)


@pytest.mark.parametrize("helped", [True, False], ids=["helped", "alone"])
@pytest.mark.parametrize("state", [*OPEN, "closed"])
def test_what_is_offered_is_what_is_not_refused(firm: Site, state: str, helped: bool) -> None:
    number = brought(firm, state, helped=helped and state in HELD)
    for worker in ROLES.values():
        page = firm.bound(number, worker).page
        outcomes = {name: tried(firm, number, name, worker) for name in VERBS}
        allowed = {name for name, outcome in outcomes.items() if outcome["ok"]}
        if "helped" in allowed:
            allowed.discard("finish")  # it would finish their part as well
        if firm.row(number).holder_id == firm.workers[worker]:
            allowed.discard("claim")  # of one's own it does nothing
        assert shown(page) == allowed, (state, worker)
        refused = [str(outcome["why"]) for outcome in outcomes.values() if not outcome["ok"]]
        assert set(refused) <= WORDS["why"].keys()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            "waiting",
            {role: {"claim", "reply", "merged"} for role in ROLES}
            | {"duty": {"claim", "reply", "merged", "transfer"}},
        ),
        (
            "paused",
            {
                "holder": FREE | GIVES | {"resume", "pause", "arrive", "appoint", "help", "dismiss"},
                "helper": FREE | {"helped"},
                "duty": FREE | GIVES | {"resume", "pause", "arrive", "appoint", "help", "dismiss"},
                "idle": set(),
            },
        ),
        ("closed", {role: {"reply"} for role in ROLES}),
    ],
)
def test_who_is_offered_what(firm: Site, state: str, expected: dict[str, set[str]]) -> None:
    number = brought(firm, state, helped=state == "paused")
    found = {role: shown(firm.bound(number, worker).page) for role, worker in ROLES.items()}
    assert found == expected


def test_the_holder_reads_whom_closing_waits_for(firm: Site) -> None:
    number = brought(firm, "claimed", helped=True)
    holder, helper = firm.bound(number), firm.bound(number, HELPER)
    assert "冯刚那部分还没有做完" in holder.page.text
    assert "郑军请您帮忙" in helper.page.text
    assert "由郑军办理" not in helper.page.text
    refused = holder.post(f"/p/orders/{number}/finish", words="好了")
    assert refused.status == 422
    assert "不用等人帮忙" in refused.text
    done = helper.send(f"/p/orders/{number}/helped", (picture(),), words="管子抬好了")
    assert "辛苦了" in done.text
    assert shown(done) == set()
    assert len(firm.town.rows(t.photo)) == 1
    again = holder.open(f"/p/orders/{number}")
    assert shown(again) == OF_HOLDER | {"arrive", "pause"}
    assert "管子抬好了" in again.text
    assert "已办结" in holder.send(f"/p/orders/{number}/finish", words="好了").text


def test_a_colleague_is_called_from_the_list_and_let_go(firm: Site) -> None:
    number = brought(firm, "claimed", helped=False)
    phone = firm.bound(number)
    here = f"/p/orders/{number}"
    names = [name for name in ROLES.values() if f">{name}</option>" in phone.page.html]
    assert names == [HELPER, DUTY, IDLE]
    who = str(firm.workers[HELPER])
    called = phone.send(f"{here}/help", who=who, words="带梯子来")
    assert "请人来帮忙" in called.text
    assert "帮忙的人：冯刚" in called.text
    (told,) = firm.town.told("order_helper")
    assert (told.work_group_id, told.facts["words"]) == (firm.group, "带梯子来")
    assert "从名单里选一位" in phone.post(f"{here}/help", who="", words="").text
    assert "这一步已经做过了" in phone.post(f"{here}/help", who=who).text
    free = phone.send(f"{here}/dismiss", who=who)
    assert "不用再等" in free.text
    assert "finish" in shown(free)
    assert "从名单里选一位" in phone.post(f"{here}/dismiss", who="99999999999999999999").text


def test_pausing_resuming_and_appointing_say_until_when(firm: Site) -> None:
    number = brought(firm, "claimed", helped=False)
    phone, here = firm.bound(number), f"/p/orders/{number}"
    when = {"day": "2026-03-04", "clock": "15:30"}
    paused = phone.send(f"{here}/pause", words="等配件", **when)
    assert "暂停到 3 月 4 日（周三）15:30，到时自动恢复。" in paused.text
    assert firm.row(number).state == "paused"
    assert "改暂停的时间" in paused.text
    phone.send(f"{here}/pause", words="等配件", **when)  # pressed twice
    later = phone.send(f"{here}/pause", words="配件缺货", day="2026-03-05", clock="09:00")
    assert "暂停到 3 月 5 日（周四）09:00，到时自动恢复。" in later.text
    resumed = phone.send(f"{here}/resume")
    assert "已恢复，住户会收到通知" in resumed.text
    assert "到时自动恢复" not in resumed.text
    visit = phone.send(f"{here}/appoint", **when)
    assert "约好 3 月 4 日（周三）15:30 到 17:30 上门。" in visit.text
    assert [one.kind for one in firm.town.told() if one.account_id] == [
        "order_claimed",
        "order_paused",
        "order_paused",
        "order_resumed_resident",
        "order_visit",
    ]


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        ("", "15:30", "请选好哪一天"),
        ("2026-03-04", "", "请选好哪一天"),
        ("x", "25:00", "请选好哪一天"),
        ("2026-03-02", "08:00", "已经过了"),
        ("2026-05-02", "08:00", "14 天以内"),
    ],
)
def test_a_time_that_cannot_be_is_said_so_and_the_rest_stays(
    firm: Site, day: str, hour: str, words: str
) -> None:
    number = brought(firm, "claimed", helped=False)
    phone = firm.bound(number)
    for name in ("pause", "appoint"):
        refused = phone.post(f"/p/orders/{number}/{name}", words="等配件很久", day=day, clock=hour)
        assert refused.status == 422
        assert words in refused.text
    assert "等配件很久</textarea>" in phone.post(f"/p/orders/{number}/pause", words="等配件很久").html
    assert firm.row(number).state == "claimed"


def test_every_day_and_time_in_the_lists_can_be_had(firm: Site) -> None:
    number = brought(firm, "claimed", helped=False)
    firm.town.clock.forward(hours=11)  # the evening: nothing is left of today
    page = firm.bound(number).open(f"/p/orders/{number}")
    values = [str(tag.get("value", "")) for name, tag in page.tags if name == "option"]
    days = sorted({one for one in values if one.startswith("2026-")})
    times = sorted({one for one in values if ":" in one})
    assert (days[0], days[-1], len(days)) == ("2026-03-03", "2026-03-15", 13)
    assert (times[0], times[-1], len(times)) == ("08:00", "20:00", 25)
    for day, clock in ((days[0], times[0]), (days[-1], times[-1])):
        for name in ("pause", "appoint"):
            form = replace(GOOD, day=day, clock=clock)
            with firm.town.store.look(firm.town.clock.now()) as work:
                action = VERBS[name].action(firm.row(number).id, firm.workers[HOLDER], form)
                assert action.run(work)["ok"], (name, day, clock)


def test_a_full_hand_and_an_empty_firm_are_known_beforehand(firm: Site) -> None:
    number = brought(firm, "claimed", helped=False)
    other = firm.order(summary="另一件")
    firm.town.do(SaveWorker(firm.unit, HOLDER, 1, worker_id=firm.workers[HOLDER]))
    phone: Phone = firm.bound(number)
    full = phone.open(f"/p/orders/{other}")
    assert shown(full) == {"reply", "merged"}
    assert "已经到上限（1 个）" in full.text
    for name in (HELPER, DUTY, IDLE):
        firm.switch(name, active=False)
    alone = phone.open(f"/p/orders/{number}")
    assert "help" in shown(alone)  # there are still people of other units
    assert "和平社区居委会 吴芳</option>" in alone.html
    assert HELPER not in alone.html


def test_a_visit_of_a_paused_order_ends_the_pause(firm: Site) -> None:
    number = brought(firm, "paused", helped=False)
    firm.town.do(Appoint(firm.row(number).id, "worker", firm.workers[HOLDER], GOOD.at))
    page = firm.bound(number).page
    assert "resume" not in shown(page)
    assert "约好 3 月 3 日" in page.text
    assert "到时自动恢复" not in page.text
