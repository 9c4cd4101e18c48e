"""A form of the page that was refused: what was typed stays, the reason stands beside its field."""

from __future__ import annotations

import re

import pytest

from tests.page.conftest import Site


@pytest.mark.parametrize(
    ("name", "form", "part"),
    [
        ("pause", {"words": "等一个大配件", "day": "2026-03-03", "clock": ""}, "day"),
        ("pause", {"words": "", "day": "2026-03-03", "clock": "08:00"}, "words"),
        ("help", {"words": "请带梯子", "who": "99"}, "who"),
    ],
)
def test_what_is_refused_stays_with_the_reason_beside_it(
    site: Site, name: str, form: dict[str, str], part: str
) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    answer = phone.post(f"/p/orders/{number}/{name}", **form)
    assert answer.status == 422
    begins = answer.html.index(f'<details class="card" id="{name}" open>')
    sheet = answer.html[begins : answer.html.index("</details>", begins)]
    assert f'href="#{name}"' in answer.html[:begins]
    assert form["words"] in sheet
    assert ('value="2026-03-03" selected' in sheet) == ("day" in form)
    assert sheet.count('class="wrong"') == 1
    assert re.search(rf'name="{part}"[^>]* aria-describedby="{name}-wrong"', sheet)


def test_an_order_is_given_on_to_a_colleague_and_to_another_unit(site: Site) -> None:
    number = site.order()
    phone, here = site.bound(number), f"/p/orders/{number}"
    phone.send(f"{here}/claim")
    page = phone.open(here)
    offered = {str(tag["value"]) for name, tag in page.tags if name == "option" and "-" in str(tag["value"])}
    colleague, above = f"worker-{site.workers['冯刚']}", f"unit-{site.town.planted.units['和平社区居委会']}"
    assert {colleague, above} <= offered
    assert f"worker-{site.workers['郑军']}" not in offered
    given = phone.send(f"{here}/transfer", to=colleague, words="我下班了")
    assert "已转过去" in given.text
    assert site.row(number).holder_id == site.workers["冯刚"]
    (told,) = site.town.told("order_transferred")
    assert (told.work_group_id, told.facts["words"]) == (site.group, "我下班了")
    other = site.bound(number, "冯刚")
    assert "已转过去" in other.send(f"{here}/transfer", to=above, words="要社区出面").text
    assert site.row(number).unit_id == site.town.planted.units["和平社区居委会"]
    assert other.open(here).status == 404


def test_two_orders_about_the_same_become_one(site: Site) -> None:
    first, second = site.order(), site.order(summary="灯不亮")
    phone, here = site.bound(second), f"/p/orders/{second}"
    phone.send(f"{here}/claim")
    merged = phone.send(f"{here}/merged", into=str(first))
    assert "已合并" in merged.text
    assert (site.row(second).state, site.row(second).close) == ("closed", "duplicate")
    assert site.row(first).state == "waiting"


REFUSED = (
    ("transfer", {"to": "", "words": "冯刚 我下班了"}, "to", "请从名单里选转给谁"),
    ("transfer", {"to": "unit-9999", "words": "话"}, "to", "不能转给这个单位"),
    ("transfer", {"to": "worker-x", "words": "话"}, "to", "请从名单里选转给谁"),
    ("merged", {"into": ""}, "into", "请写要并到哪个工单"),
    ("merged", {"into": "9999"}, "into", "没有这个工单"),
    ("merged", {"into": "{own}"}, "into", "工单自己的号码"),
)


@pytest.mark.parametrize(("name", "form", "part", "words"), REFUSED)
def test_giving_on_and_merging_are_refused_beside_their_field(
    site: Site, name: str, form: dict[str, str], part: str, words: str
) -> None:
    number = site.order()
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    typed = {key: value.format(own=number) for key, value in form.items()}
    answer = phone.post(f"/p/orders/{number}/{name}", **typed)
    assert answer.status == 422
    begins = answer.html.index(f'<details class="card" id="{name}" open>')
    sheet = answer.html[begins : answer.html.index("</details>", begins)]
    assert re.search(rf'name="{part}"[^>]* aria-describedby="{name}-wrong"', sheet)
    assert words in sheet
    assert site.row(number).holder_id == site.workers["郑军"]


def test_another_firms_order_is_none_to_merge_into(site: Site) -> None:
    """Whether there is such an order is not told."""
    number, theirs = site.order(), int(site.town.order(category="noise")["number"])
    phone = site.bound(number)
    phone.send(f"/p/orders/{number}/claim")
    refused = phone.post(f"/p/orders/{number}/merged", into=str(theirs))
    assert (refused.status, "没有这个工单，或者不归您单位办" in refused.text) == (422, True)
    assert site.row(theirs).state == "waiting"
