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
