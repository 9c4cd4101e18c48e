"""A town with one order in every state, for whatever an action may need."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from sqlalchemy import insert

from models import tables as t
from models.actions.answers import Rate
from models.actions.app_card_updates import KeepCard, PressCard
from models.actions.appointment import Appoint
from models.actions.binding import MakeBindingWord
from models.actions.carers import AskCarer
from models.actions.catalogue import SaveItem
from models.actions.deliveries import NotDelivered
from models.actions.desk import OpenDeskItem, SaveUser
from models.actions.helpers import AddHelper
from models.actions.import_runs import StartImport
from models.actions.kitchen import Correct, Freeze
from models.actions.meal_in_hand import Account, By
from models.actions.page import BindPhone
from models.actions.pause import Pause
from models.actions.people import BindHome, LockAccount, SetPhone
from models.actions.person_talk import OpenTalk
from models.actions.questions import AnswerUnanswered, FileQuestion, NoteAnswer
from models.actions.register import SaveApp
from models.actions.roster import SetLeave, SetShift
from models.actions.staff import AskResident, Claim, Finish
from models.actions.standing import SaveStandingOrder
from models.actions.voice import WantWords
from models.limits import load_limits
from models.sample_meals import plant_canteen, plant_menus
from models.views import my_data_link
from tests.kitchen.scene import Lunch
from tests.models.dining import Dining
from tests.town import TestTown


@dataclasses.dataclass
class Scene:
    """A town with one order in every state, and everybody an action may need.

    It is made once and its database is copied: what it keeps of it are numbers.
    """

    town: TestTown

    def __post_init__(self) -> None:
        town = self.town
        self.who, self.neighbour = town.resident(), town.resident("o-neighbour")
        self.account, self.person = self.who.account_id, self.who.person_id
        self.unit = town.planted.units["安居物业"]
        self.worker = town.planted.workers["王伟"]
        self.colleague = town.planted.workers["陈静"]
        self.now = town.clock.now()
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
        self.paused, self.visited = self._held("停"), self._held("约")
        self.helped = self._held("帮")
        town.do(AddHelper(self.helped, "worker", self.worker, worker_id=self.colleague))
        tomorrow = self.now + timedelta(days=1)
        town.do(Pause(self.paused, "worker", self.worker, "等配件", tomorrow))
        town.do(Appoint(self.visited, "worker", self.worker, tomorrow))
        self.inbox = self._inbox()
        later = self.now + timedelta(days=7)
        self.shift = int(town.do(SetShift(self.colleague, later, later + timedelta(hours=8)))["id"])
        self.leave = int(town.do(SetLeave(self.colleague, later, later + timedelta(days=1)))["id"])

    def _order(self, summary: str) -> int:
        return int(self.town.order(self.who, summary=summary)["order_id"])

    def _held(self, summary: str) -> int:
        order_id = self._order(summary)
        self.town.do(Claim(order_id, self.worker))
        return order_id

    def standing(self) -> SaveStandingOrder:
        """Lunch on every day, at the canteen that serves this scene's home."""
        with self.town.store.work(self.now) as work:
            canteen = plant_canteen(work, self.town.planted)
            plant_menus(work, 3)
        self.town.do(BindHome(self.person, self.home))
        return SaveStandingOrder(self.person, canteen, "lunch", (1, 2, 3, 4, 5, 6, 7), "pickup")

    def eaten(self) -> int:
        """A meal that was asked about."""
        self.town.do(self.standing())
        order = self.town.rows(t.meal_order)[-1]
        with self.town.store.work(self.now) as work:
            row = {"meal_order_id": order.id, "person_id": self.person, "asked_at": self.now}
            work.conn.execute(insert(t.meal_rating).values(row))
        return int(order.id)

    def carer(self) -> int:
        """Somebody who wants to order for the neighbour, who has not answered yet."""
        self.town.do(SetPhone(self.neighbour.person_id, "13900000009"))
        self.town.do(AskCarer(self.account, self.person, "妈妈", "13900000009", name="张丽"))
        return int(self.town.rows(t.carer)[0].id)

    def _inbox(self) -> int:
        now = self.town.clock.now()
        row = {"key": "k", "channel": "wechat_oa", "sender": "o", "received_at": now, "next_at": now}
        with self.town.store.work(now) as work:
            made = insert(t.inbox).values(**row, state="dead").returning(t.inbox.c.id)
            work.conn.execute(t.outbox.update().values(state="failed"))
            return work.conn.execute(made).scalar_one()

    def lunch(self) -> Dining:
        """A canteen with tomorrow's lunch; the resident lives where it serves."""
        self.claim()
        return Dining(self.town)

    def meal(self) -> int:
        """A meal that the resident has ordered."""
        return int(self.lunch().place(self.who)["meal_order_id"])

    def left_over(self) -> int:
        """The item about money in the account of somebody who has been erased."""
        with self.town.store.work(self.town.clock.now()) as work:
            row = {"pays": "pickup", "balance_cents": 0, "changed_at": work.now}
            account = work.conn.execute(insert(t.meal_account).values(row).returning(t.meal_account.c.id))
            account_id = int(account.scalar_one())
            Account(work, account_id, 0, "pickup", 0).enter("top_up", 500, By("console", self.user))
            return int(OpenDeskItem("pay_out", meal_account_id=account_id).run(work)["desk_item_id"])

    def greens(self) -> int:
        """The last dish of that lunch."""
        return Dining(self.town).on_lunch()[-1]

    def importing(self, state: str) -> int:
        """An import of one home in that state."""
        run_id = int(self.town.do(StartImport("homes", state, self.user))["id"])
        with self.town.store.work(self.town.clock.now()) as work:
            work.conn.execute(t.import_run.update().values(state=state, total=2))
        return run_id

    def rated(self) -> int:
        """The closed order, rated."""
        self.town.do(Rate(self.account, self.closed, 1, 5))
        return self.closed

    def claim(self) -> int:
        """A home that somebody claims."""
        self.town.do(BindHome(self.person, self.home))
        return int(self.town.rows(t.binding)[0].id)

    def talk(self) -> int:
        """An open talk with a person."""
        return int(self.town.do(OpenTalk(self.account, "asked"))["talk_id"])

    def voice(self) -> int:
        """A voice message that somebody is to listen to."""
        self.town.do(WantWords(8, self.account, "m1", 0))
        return int(self.town.rows(t.voice_note)[0].id)

    def word(self, **whose: int) -> str:
        """A fresh binding word."""
        return str(self.town.do(MakeBindingWord(**whose))["word"])

    def known(self) -> bool:
        """Somebody whose talk has begun."""
        return bool(self.town.do(LockAccount("wechat_oa", "o-known"))["ok"])

    def card(self) -> int:
        """The card of the waiting order in the app chat of the account "app-wang"."""
        now, app = self.town.clock.now(), self.app()
        with self.town.store.work(now) as work:
            row = {"bot_id": app, "userid": "app-wang", "worker_id": self.worker, "bound_at": now}
            account = work.conn.execute(
                insert(t.worker_account).values(**row).returning(t.worker_account.c.id)
            )
            KeepCard(account.scalar_one(), self.waiting, "o1-1", 0, "code").run(work)
        return int(self.town.rows(t.app_card)[0].id)

    def app(self) -> int:
        """A WeCom app of the firm."""
        return int(self.town.do(SaveApp("app", self.unit, "小邻", "ww1", "1", "s", "token", "k" * 43))["id"])

    def pressed(self) -> PressCard:
        """A press of that card."""
        card = self.town.rows(t.app_card, id=self.card())[0]
        return PressCard(card.bot_id, "app-wang", card.task, self.town.clock.now(), True, "code-2")

    def bind_phone(self) -> BindPhone:
        """A phone on which a fresh word is typed."""
        word, now = self.word(worker_id=self.worker), self.town.clock.now()
        return BindPhone(self.unit, word, "visitor", "192.0.2.1", "微信（安卓）", now)

    def phone(self) -> int:
        """A bound phone."""
        return int(self.town.do(self.bind_phone())["phone_id"])

    def reached(self) -> bool:
        """People can reach the server by an address from now on."""
        self.town.store.limits = load_limits(public_url="https://linli.example")
        return True

    def link(self) -> str:
        """The token of the account's own data."""
        return str(self.town.see(my_data_link, self.account)).rpartition("/")[2]

    def item_values(self) -> dict[str, object]:
        """What the console types of a service item."""
        values: dict[str, object] = {"title": "养犬登记", "class_key": "convenience", "field_key": "support"}
        return values | {"steps": ["到定点宠物医院办。"], "source": "办事指南", "source_on": self.now.date()}

    def service_item(self) -> int:
        """A service item of another title."""
        return int(self.town.do(SaveItem(self.user, self.item_values() | {"title": "理发店"}))["id"])

    def asked(self) -> int:
        """A question that an item answered."""
        return int(self.town.do(NoteAnswer(self.account, "狗证", "sure", self.service_item()))["question_id"])

    def unanswered(self, *, answered: bool = False) -> int:
        """A question that no item answers; with `answered`, staff have."""
        self.town.do(FileQuestion(self.account, "哪里有理发的"))
        one = int(self.town.rows(t.unanswered)[0].id)
        if answered:
            self.town.do(AnswerUnanswered(one, "worker", self.worker, "东门外有一家。"))
        return one

    def kitchen(self, *, frozen: bool = False, corrected: bool = False) -> Lunch:
        """A lunch with one meal, that is fetched; the clock stands at its cut-off, or at noon."""
        lunch = Lunch(self.town)
        lunch.order(1)
        lunch.at(9, 30)
        if frozen or corrected:
            self.town.do(Freeze(lunch.menu, 0))
        if corrected:
            lunch.order(1)
            self.town.do(Correct(lunch.menu))
        elif frozen:
            lunch.at(12)
        return lunch

    def late(self) -> Lunch:
        """A frozen lunch of which the kitchen does not know the last order."""
        lunch = self.kitchen(frozen=True)
        lunch.order(1)
        return lunch

    def brought(self, *, missed: bool = False) -> int:
        """An order that is taken to the door at noon; `missed`: nobody was there."""
        lunch = self.kitchen(frozen=True)
        order = lunch.order(1, how="delivery")
        if missed:
            assert self.town.do(NotDelivered(order, "家里没人", worker_id=self.worker))["ok"]
        return order

    def over(self) -> Lunch:
        """A lunch that has been over for an hour."""
        lunch = self.kitchen(frozen=True)
        lunch.at(14)
        return lunch
