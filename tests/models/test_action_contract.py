"""Every action there is: a frozen value, JSON comes back, and doing it twice in a row does no harm."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from models import actions
from models import tables as t
from models.actions.again import HearAgain, TellAgain
from models.actions.answers import AddSentence, AnswerStaff, QuestionShown, Rate
from models.actions.binding import BindGroup, BindWorker, MakeBindingWord, UnbindGroup, UnbindWorker
from models.actions.clock import MoveClock
from models.actions.console_orders import CloseOrder, NoteOrder, ReplyFromDesk
from models.actions.desk import (
    Audit,
    CloseDeskItem,
    OpenDeskItem,
    SaveUser,
    SignedIn,
    SignInFailed,
    SignOutEverywhere,
)
from models.actions.escalation import Unattended, Unclaimed
from models.actions.orders import (
    AddPhotos,
    AddWords,
    GivePlace,
    JoinOrder,
    NotFixed,
    OpenOrder,
    Urge,
    Withdraw,
)
from models.actions.people import (
    BindHome,
    Consent,
    EnsureAccount,
    Follow,
    KeepPhotos,
    LockAccount,
    SetPhone,
    UnbindHome,
    Unfollow,
)
from models.actions.persons import AnswerPerson, ForgetPerson
from models.actions.register import (
    MakeHomes,
    SaveBot,
    SaveBuilding,
    SaveEstate,
    SaveGroup,
    SaveRoute,
    SaveUnit,
    SaveWorker,
    SwitchWorker,
)
from models.actions.staff import (
    Arrive,
    AskResident,
    Assign,
    Claim,
    Finish,
    Progress,
    ReplyResident,
    Return,
    SetDuty,
    TellPhotoGone,
)
from tests.town import TestTown


def _actions() -> dict[str, type[Any]]:
    modules = (
        importlib.import_module(f"{actions.__name__}.{found.name}")
        for found in pkgutil.iter_modules(actions.__path__)
    )
    return {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and hasattr(kind, "run") and kind.__module__ == module.__name__
    }


ACTIONS = _actions()


@dataclasses.dataclass
class Scene:
    """A town with one order in every state, and everybody an action may need."""

    town: TestTown

    def __post_init__(self) -> None:
        town = self.town
        self.who, self.neighbour = town.resident(), town.resident("o-neighbour")
        self.account, self.person = self.who.account_id, self.who.person_id
        self.unit = town.planted.units["安居物业"]
        self.worker = town.planted.workers["王伟"]
        self.user = int(town.do(SaveUser("admin", "admin", "hash"))["user_id"])
        self.home = town.home("幸福小区", "3", "2", "602")
        self.item = int(town.do(OpenDeskItem("defect"))["desk_item_id"])
        self.bot = town.planted.bots[0].id
        self.group = town.planted.groups[0].id
        self.waiting, self.claimed, self.closed = (self._order(name) for name in ("等", "接", "完"))
        for order_id in (self.claimed, self.closed):
            town.do(Claim(order_id, self.worker))
        town.do(AskResident(self.claimed, self.worker, "几楼？"))
        self.question = town.rows(t.open_question, kind="staff_question")[0].id
        town.do(Finish(self.closed, self.worker, "好了"))
        self.inbox = self._inbox()

    def _order(self, summary: str) -> int:
        return int(self.town.order(self.who, summary=summary)["order_id"])

    def _inbox(self) -> int:
        now = self.town.clock.now()
        row = {"key": "k", "channel": "wechat_oa", "sender": "o", "received_at": now, "next_at": now}
        with self.town.store.work(now) as work:
            made = insert(t.inbox).values(**row, state="dead").returning(t.inbox.c.id)
            work.conn.execute(t.outbox.update().values(state="failed"))
            return work.conn.execute(made).scalar_one()

    def rated(self) -> int:
        """The closed order, rated."""
        self.town.do(Rate(self.account, self.closed, 1, 5))
        return self.closed

    def word(self, **whose: int) -> str:
        """A fresh binding word."""
        return str(self.town.do(MakeBindingWord(**whose))["word"])


EXAMPLES: dict[type[Any], Callable[[Scene], Any]] = {
    AddPhotos: lambda s: AddPhotos(s.waiting, s.account, ("m1",)),
    AddSentence: lambda s: AddSentence(s.account, s.rated(), 1, "很快"),
    AddWords: lambda s: AddWords(s.waiting, s.account, "快点"),
    AnswerStaff: lambda s: AnswerStaff(s.account, s.question, "六楼"),
    Arrive: lambda s: Arrive(s.claimed, s.worker),
    AnswerPerson: lambda s: AnswerPerson(s.account, s.user, "明天给您打电话"),
    AskResident: lambda s: AskResident(s.claimed, s.worker, "在家吗？"),
    Assign: lambda s: Assign(s.waiting, s.worker, s.user),
    Audit: lambda s: Audit(s.user, "door", "1001"),
    BindGroup: lambda s: BindGroup(s.bot, "wrNew", s.word(work_group_id=s.group), "LiHua"),
    BindHome: lambda s: BindHome(s.person, s.home),
    BindWorker: lambda s: BindWorker(s.bot, "NewPhone", s.word(worker_id=s.worker)),
    Claim: lambda s: Claim(s.waiting, s.worker),
    CloseDeskItem: lambda s: CloseDeskItem(s.item, s.user),
    CloseOrder: lambda s: CloseOrder(s.waiting, s.user, "已说明", "explained"),
    Consent: lambda s: Consent(s.account, "1"),
    EnsureAccount: lambda s: EnsureAccount("wechat_oa", "o-new"),
    Finish: lambda s: Finish(s.claimed, s.worker, "好了"),
    Follow: lambda s: Follow(s.account),
    ForgetPerson: lambda s: ForgetPerson(s.account, s.user),
    GivePlace: lambda s: GivePlace(s.waiting, s.account, public_part="屋顶"),
    HearAgain: lambda s: HearAgain(s.inbox, s.user),
    JoinOrder: lambda s: JoinOrder(s.waiting, s.neighbour.account_id, s.neighbour.person_id),
    KeepPhotos: lambda s: KeepPhotos(s.account, ("m1",)),
    LockAccount: lambda s: LockAccount("wechat_oa", "o-new"),
    MakeBindingWord: lambda s: MakeBindingWord(worker_id=s.worker),
    MakeHomes: lambda s: MakeHomes(s.town.planted.buildings["幸福小区", "3"], 4, 6, 2),
    MoveClock: lambda s: MoveClock(60),
    NotFixed: lambda s: NotFixed(s.closed, s.account, "没好"),
    NoteOrder: lambda s: NoteOrder(s.waiting, s.user, "记一下"),
    OpenDeskItem: lambda s: OpenDeskItem("unrouted", order_id=s.waiting),
    OpenOrder: lambda s: OpenOrder(s.account, s.person, "gas", "urgent", "煤气味", home_id=s.home),
    Progress: lambda s: Progress(s.claimed, s.worker, "在修", ("m1",), "wecom_aibot:anju"),
    QuestionShown: lambda s: QuestionShown(s.question),
    Rate: lambda s: Rate(s.account, s.closed, 1, 2),
    ReplyFromDesk: lambda s: ReplyFromDesk(s.waiting, s.user, "明天来"),
    ReplyResident: lambda s: ReplyResident(s.claimed, s.worker, "下午到"),
    Return: lambda s: Return(s.claimed, s.worker, "要换主机"),
    SaveBot: lambda s: SaveBot("new", s.unit, "小邻", "aib", "token", "k" * 43),
    SaveBuilding: lambda s: SaveBuilding(s.town.planted.estates["幸福小区"], "9", "9 号楼"),
    SaveEstate: lambda s: SaveEstate("新小区", ("新家",)),
    SaveGroup: lambda s: SaveGroup("新群", s.bot, "robot"),
    SaveRoute: lambda s: SaveRoute(s.unit, date(2026, 3, 1), category="gas"),
    SaveUnit: lambda s: SaveUnit("firm", "新物业"),
    SaveUser: lambda s: SaveUser("li", "admin", "hash"),
    SaveWorker: lambda s: SaveWorker(s.unit, "新人", 5),
    SetDuty: lambda s: SetDuty(s.worker, True),
    SetPhone: lambda s: SetPhone(s.person, "13812345678"),
    SignInFailed: lambda s: SignInFailed("admin"),
    SignOutEverywhere: lambda s: SignOutEverywhere(s.user),
    SignedIn: lambda s: SignedIn(s.user),
    SwitchWorker: lambda s: SwitchWorker(s.worker, False),
    TellPhotoGone: lambda s: TellPhotoGone(s.claimed, s.worker, "lost"),
    TellAgain: lambda s: TellAgain(s.town.told()[0].id, s.user),
    UnbindGroup: lambda s: UnbindGroup(s.group),
    UnbindHome: lambda s: UnbindHome(s.person, s.home),
    UnbindWorker: lambda s: UnbindWorker(s.town.rows(t.worker_account)[0].id),
    Unattended: lambda s: Unattended(s.claimed, 1),
    Unclaimed: lambda s: Unclaimed(s.waiting, 0),
    Unfollow: lambda s: Unfollow(s.account),
    Urge: lambda s: Urge(s.waiting, s.account),
    Withdraw: lambda s: Withdraw(s.waiting, s.account),
}
# What people see, or what must be done; none of it may double.
COUNTED = (
    t.outbox, t.work_order, t.order_entry, t.order_follower, t.photo, t.timer, t.open_question, t.rating,
    t.desk_item, t.account, t.person, t.binding, t.worker_account, t.binding_word, t.console_user,
    t.handling_unit, t.worker, t.bot, t.work_group, t.estate, t.building, t.home, t.route,
)  # fmt: skip


def test_every_action_has_an_example() -> None:
    assert {kind.__name__ for kind in EXAMPLES} == set(ACTIONS)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_twice_in_a_row_does_no_harm(town: TestTown, kind: type[Any]) -> None:
    scene = Scene(town)
    action = EXAMPLES[kind](scene)
    first = town.do(action)
    assert first["ok"] is True
    before = [len(town.rows(table)) for table in COUNTED]
    again = town.do(action)
    assert [len(town.rows(table)) for table in COUNTED] == before
    for done in (first, again):
        assert json.loads(json.dumps(done)) == done
        assert done["ok"] or isinstance(done["why"], str)


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_actions_are_frozen_values(kind: type[Any]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert kind.__doc__
