"""Every dialog, as its docstring shows it and on every way round: a new file in dialogs/ is tested by being there."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

import dialogs
from bot.frames import State
from bot.talk.finding import find_dialogs
from models import tables as t
from models import views
from models.actions.meal_rating import AskMealRatings
from models.actions.meals import PlaceMeal
from models.actions.people import BindHome
from models.actions.staff import AskResident, Claim, Finish
from tests.chat import Community, Resident, found
from tests.golden import said_by

DIALOGS = find_dialogs(dialogs)
SPEAKERS = ("住户", "机器人")
DETOURS = ["帮助", "0", "取消", "重来", "嗯嗯啊啊", "着火了", "1001", "[照片]", "[语音]", "人工"]


def example(name: str) -> list[tuple[str, str]]:
    """The conversation in the docstring of the dialog's file."""
    doc = sys.modules[DIALOGS[name].script.__module__].__doc__ or ""
    return said_by(doc, SPEAKERS)


def lines_of(name: str) -> list[str]:
    """What the resident says in the example."""
    return [words for who, words in example(name) if who == "住户"]


class Example:
    """A community in which an example is played."""

    def __init__(self, folder: Path) -> None:
        self.community: Community = found(folder)
        self.phone: Resident = self.community.resident()

    def says(self, words: str) -> str:
        """One line of the resident, or what the staff did, in brackets; the answer or the push."""
        if words.startswith("[办结"):
            return self._staff_does(finish=True)
        if words.startswith("[师傅问"):
            return self._staff_does(finish=False)
        if words == "[吃过午饭]":
            return self._has_eaten()
        if words == "[家人想代订]":
            return self._carer_asks()
        return self.phone.says(words)

    def _has_eaten(self) -> str:
        community = self.community
        self.phone.says("138 0013 8000")
        account = community.rows(t.account)[-1]
        with community.store.work(community.clock.now()) as work:
            home = work.conn.execute(select(t.home.c.id).limit(1)).scalar_one()
            BindHome(account.person_id, home).run(work)
            menu = views.menus_open(work, account.person_id, meal="lunch")[0]
            dishes = {menu["dishes"][0]["dish_id"]: 1}
            meal = PlaceMeal(menu["menu_id"], account.person_id, dishes, "pickup", account_id=account.id)
            assert meal.run(work)["ok"]
        ends = datetime.fromisoformat(menu["ends_at"])
        community.clock.forward(seconds=(ends - community.clock.now()).total_seconds() + 60)
        with community.store.work(community.clock.now()) as work:
            work.conn.execute(update(t.meal_order).values(state="served"))
            assert AskMealRatings().run(work)["asked"] == 1
        community.show_pushes()
        return community.words(community.told()[-1])

    def _carer_asks(self) -> str:
        self.phone.says("138 0013 8000")
        daughter = self.community.resident("daughter")
        for words in ("给我妈订饭", "张丽", "138 0013 8000"):
            daughter.says(words)
        self.community.show_pushes()
        return self.community.words(self.community.told()[-1])

    def _staff_does(self, *, finish: bool) -> str:
        self.phone.says("幸福小区3号楼电梯坏了")
        self.phone.says("1")
        order = self.community.rows(t.work_order)[-1]
        worker = self.community.town.workers["李华"]
        with self.community.store.work(self.community.clock.now()) as work:
            Claim(order.id, worker).run(work)
            action = (
                Finish(order.id, worker, "换了皮带") if finish else AskResident(order.id, worker, "几楼？")
            )
            assert action.run(work)["ok"]
        self.community.show_pushes()
        return self.community.words(self.community.told()[-1])

    @property
    def state(self) -> State:
        """The talk as it is stored."""
        rows = self.community.rows(t.conversation)
        return State.load(rows[-1].state if rows else "{}")


@pytest.fixture
def stage(tmp_path: Path) -> Example:
    """A fresh community."""
    return Example(tmp_path)


@pytest.mark.parametrize("name", DIALOGS)
def test_the_docstring_is_how_it_goes(name: str, stage: Example) -> None:
    talk = example(name)
    assert talk[0][0] == "住户"
    assert any(who == "机器人" for who, _ in talk)
    answer = ""
    for who, words in talk:
        if who == "住户":
            answer = stage.says(words)
        for part in words.split() if who == "机器人" else ():
            assert part in answer


@pytest.mark.parametrize("name", DIALOGS)
def test_it_says_what_it_is_about(name: str) -> None:
    assert DIALOGS[name].name == DIALOGS[name].script.__module__.rpartition(".")[2]
    assert 2 <= len(DIALOGS[name].about) <= 10


def prefixes() -> list[tuple[str, int]]:
    """Every dialog stopped after every line of its example."""
    return [(name, n) for name in DIALOGS for n in range(1, len(lines_of(name)) + 1)]


@pytest.mark.parametrize(("name", "count"), prefixes(), ids=lambda value: str(value))
@pytest.mark.parametrize("detour", DETOURS)
def test_every_question_survives_every_detour(name: str, count: int, detour: str, stage: Example) -> None:
    for words in lines_of(name)[:count]:
        stage.says(words)
    before = stage.state
    answer = stage.says(detour)
    assert answer or detour == "[照片]"
    assert "抱歉，我这边出了点问题" not in answer
    assert State.load(json.dumps(json.loads(stage.state.dump()))) == stage.state
    if detour == "着火了":
        assert answer.startswith(("请先打 119", "您好"))
        assert "119" in answer
    if detour == "取消" and len(before.stack) == 1 and before.stack[-1].shown:
        assert not stage.state.stack
    if detour == "人工":
        assert any(row.state == "open" for row in stage.community.rows(t.person_talk))
        assert not stage.state.stack
    assert not any(row.kind == "defect" for row in stage.community.rows(t.desk_item))
