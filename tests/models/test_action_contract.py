"""Every action there is: a frozen value, JSON comes back, and doing it twice in a row does no harm."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import json
import pkgutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import FixedClock
from models import actions
from models import tables as t
from models.actions.again import HearAgain, TellAgain
from models.actions.alarms import SetAlarmGroup, SettleAlarms, TryAlarms
from models.actions.answers import AddSentence, AnswerStaff, CorrectAnswer, QuestionShown, Rate
from models.actions.app_card_updates import CardChanged, KeepCard, MissCard, PressCard
from models.actions.appointment import Appoint, VisitSoon
from models.actions.areas import SaveArea
from models.actions.binding import BindGroup, BindWorker, MakeBindingWord, UnbindGroup, UnbindWorker
from models.actions.calendar import ForgetDays, SaveDays
from models.actions.caller import Caller, JoinForCaller, OpenForCaller
from models.actions.canteens import (
    DropEstateCanteen,
    ForgetCanteenDay,
    SaveCanteen,
    SaveCanteenDay,
    SaveEstateCanteen,
    SaveSlot,
)
from models.actions.carers import AskCarer, DecideCarer, EndCarer
from models.actions.catalogue import DropVectors, KeepVectors, PutOffVectors, SaveItem, WantVectors
from models.actions.clock import MoveClock
from models.actions.consent import Consent, GoOn, ShowNotice, WithdrawConsent
from models.actions.console_orders import CloseOrder, NoteOrder, ReplyFromDesk
from models.actions.deliveries import Delivered, NotDelivered
from models.actions.desk import (
    Audit,
    AuditAll,
    CloseDeskItem,
    OpenDeskItem,
    SaveUser,
    SignedIn,
    SignInFailed,
    SignOutEverywhere,
)
from models.actions.diets import ForgetDiet, SaveDiet
from models.actions.door import TellDoor
from models.actions.endings import NotFixed, Withdraw
from models.actions.entitlements import SaveEntitlement, SaveTier
from models.actions.erasure import ErasePerson, ForgetErased, ForgetHeard
from models.actions.escalation import Unattended, Unclaimed
from models.actions.grids import SaveGrid
from models.actions.helpers import AddHelper, DismissHelper, HelperDone
from models.actions.import_lines import Line
from models.actions.import_runs import (
    BringLines,
    ConfirmImport,
    DropImport,
    EndReading,
    FailImport,
    FilesGone,
    NoteRead,
    StartImport,
    TryImport,
    YieldImport,
)
from models.actions.kitchen import (
    AcknowledgeCount,
    Correct,
    Freeze,
    MissMeals,
    RepeatCorrection,
    ServeMeal,
)
from models.actions.kitchen_unheard import PassUpCount
from models.actions.meal_money import PayAtCounter, PayBill, PayOut, PayOutLeft, SetPays, TopUp
from models.actions.meal_rating import AskMealRatings, RateMeal
from models.actions.meal_routes import SaveMealRoute
from models.actions.meal_withdrawal import CancelWithdrawn
from models.actions.meals import CancelMeal, ChangeMeal, PlaceMeal
from models.actions.menus import CopyMenus, MenuDish, PublishMenus, SaveDish, SaveMenu, WithdrawMenu
from models.actions.merge import Merge
from models.actions.my_data import MakeMyDataLink, OpenMyData
from models.actions.orders import AddPhotos, AddWords, GivePlace, JoinOrder, OpenOrder, Urge
from models.actions.page import BindPhone, EndPhone, PhoneSeen
from models.actions.pause import Pause, PauseOver, Resume
from models.actions.people import (
    BindHome,
    EnsureAccount,
    Follow,
    KeepPhotos,
    LockAccount,
    LockAtOnce,
    SetPhone,
    UnbindHome,
    Unfollow,
)
from models.actions.person_talk import AnswerTalk, EndTalk, OpenTalk, SayInTalk, Silent, StartTalk
from models.actions.persons import ForgetPerson
from models.actions.questions import (
    AnswerUnanswered,
    DropUnanswered,
    FileQuestion,
    MakeAlias,
    MakeItem,
    NoteAnswer,
    RateAnswer,
)
from models.actions.register import (
    MakeHomes,
    SaveApp,
    SaveBot,
    SaveBuilding,
    SaveEstate,
    SaveGroup,
    SaveRoute,
    SaveUnit,
    SaveWorker,
    SwitchWorker,
)
from models.actions.rehearsal import BeginRehearsal, EndRehearsal
from models.actions.residents import AddHome, DecideHomes, EndHome, SavePerson
from models.actions.roster import CopyWeek, DropShift, EndLeave, SetLeave, SetShift, SetSkills
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
from models.actions.standing import (
    PauseStandingOrder,
    ResumeStandingOrder,
    SaveStandingOrder,
    SkipStandingDay,
)
from models.actions.standing_days import RunStandingDay, RunStandingMenu
from models.actions.texts import ResetText, SaveText
from models.actions.transfer import Transfer
from models.actions.users import SetPassword, SwitchUser
from models.actions.voice import SettleVoice, VoicePlayed, WantWords
from models.rules.calendar import OwnDay
from models.store import Store
from tests.models.kitchen import kitchen
from tests.models.scene import Scene
from tests.models.test_menus import ordered
from tests.planted import lay_down, open_planted
from tests.town import KEYS, MONDAY_MORNING, TestTown


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


EXAMPLES: dict[type[Any], Callable[[Scene], Any]] = {
    AddHome: lambda s: AddHome(s.user, s.person, s.home),
    DecideHomes: lambda s: DecideHomes(s.user, (s.claim(),), "verified"),
    EndHome: lambda s: EndHome(s.user, s.claim()),
    SavePerson: lambda s: SavePerson(s.user, s.person, "张大妈", "13812345678"),
    AskCarer: lambda s: AskCarer(s.account, s.person, "妈妈", "13912345678", name="张丽"),
    AskMealRatings: lambda s: AskMealRatings(),
    RateMeal: lambda s: RateMeal(s.account, s.eaten(), 4),
    SaveStandingOrder: lambda s: s.standing(),
    PauseStandingOrder: lambda s: (
        s.town.do(s.standing()) and PauseStandingOrder(s.person, date(2026, 3, 3), date(2026, 3, 5))
    ),
    ResumeStandingOrder: lambda s: (
        s.town.do(s.standing())
        and s.town.do(PauseStandingOrder(s.person, date(2026, 3, 3)))
        and ResumeStandingOrder(s.person)
    ),
    SkipStandingDay: lambda s: (
        s.town.do(s.standing()) and SkipStandingDay(s.person, "lunch", date(2026, 3, 9))
    ),
    RunStandingDay: lambda s: RunStandingDay(
        s.town.do(s.standing())["standing_order_id"], date(2026, 3, 9), None
    ),
    RunStandingMenu: lambda s: RunStandingMenu(
        s.town.do(s.standing())["standing_order_id"], s.town.rows(t.menu, meal="lunch")[-1].id
    ),
    SaveDiet: lambda s: SaveDiet(s.person, ("low_sugar",), ("peanut",), "香菜", account_id=s.account),
    ForgetDiet: lambda s: (
        s.town.do(SaveDiet(s.person, ("soft",), account_id=s.account))
        and ForgetDiet(s.person, account_id=s.account)
    ),
    DecideCarer: lambda s: DecideCarer(s.carer(), True, account_id=s.neighbour.account_id),
    EndCarer: lambda s: EndCarer(s.carer(), s.person),
    AddHelper: lambda s: AddHelper(s.claimed, "worker", s.worker, "陈静 抬一下"),
    AddPhotos: lambda s: AddPhotos(s.waiting, s.account, ("m1",)),
    AddSentence: lambda s: AddSentence(s.account, s.rated(), 1, "很快"),
    AddWords: lambda s: AddWords(s.waiting, s.account, "快点"),
    TellDoor: lambda s: TellDoor(s.waiting, s.account, "9 单元 901"),
    AnswerStaff: lambda s: AnswerStaff(s.account, s.question, "六楼"),
    CorrectAnswer: lambda s: (
        s.town.do(AnswerStaff(s.account, s.question, "六楼")) and CorrectAnswer(s.account, s.question, "七楼")
    ),
    Appoint: lambda s: Appoint(s.claimed, "worker", s.worker, s.now + timedelta(days=1)),
    Arrive: lambda s: Arrive(s.claimed, s.worker),
    AnswerTalk: lambda s: AnswerTalk(s.talk(), "console", s.user, "明天给您打电话"),
    AskResident: lambda s: AskResident(s.claimed, s.worker, "在家吗？"),
    Assign: lambda s: Assign(s.waiting, s.worker, s.user),
    AuditAll: lambda s: AuditAll(s.user, "door_exported", ("1001", "1002")),
    Audit: lambda s: Audit(s.user, "door", "1001"),
    BringLines: lambda s: BringLines(
        s.importing("running"),
        0,
        (Line(2, {"estate": "幸福小区", "building": "3", "unit": "2", "room": "9901"}),),
    ),
    BeginRehearsal: lambda s: BeginRehearsal(s.group, s.user),
    BindGroup: lambda s: BindGroup(s.bot, "wrNew", s.word(work_group_id=s.group), "LiHua"),
    BindHome: lambda s: BindHome(s.person, s.home),
    BindPhone: lambda s: s.bind_phone(),
    BindWorker: lambda s: BindWorker(s.bot, "NewPhone", s.word(worker_id=s.worker)),
    Claim: lambda s: Claim(s.waiting, s.worker),
    CardChanged: lambda s: CardChanged(s.card(), 1, "code"),
    CloseDeskItem: lambda s: CloseDeskItem(s.item, s.user),
    CloseOrder: lambda s: CloseOrder(s.waiting, s.user, "已说明", "explained"),
    ConfirmImport: lambda s: ConfirmImport(s.importing("preview"), s.user),
    Consent: lambda s: Consent(s.account, "1"),
    DismissHelper: lambda s: DismissHelper(s.helped, "worker", s.worker, "陈静"),
    CopyWeek: lambda s: CopyWeek(s.unit, s.now + timedelta(days=7), s.user),
    DropShift: lambda s: DropShift(s.shift, s.user),
    EndLeave: lambda s: EndLeave(s.leave, s.user),
    DropImport: lambda s: DropImport(s.importing("preview"), s.user),
    EndReading: lambda s: EndReading(s.importing("reading"), 1, 0),
    EndRehearsal: lambda s: s.town.do(BeginRehearsal(s.group, s.user)) and EndRehearsal(s.user),
    EndTalk: lambda s: EndTalk(s.talk(), "resident", s.account),
    EndPhone: lambda s: EndPhone(s.phone()),
    EnsureAccount: lambda s: EnsureAccount("wechat_oa", "o-new"),
    FailImport: lambda s: FailImport(s.importing("reading"), "broken"),
    FilesGone: lambda s: FilesGone(s.importing("done")),
    ErasePerson: lambda s: ErasePerson(s.person, "console", s.user),
    Finish: lambda s: Finish(s.claimed, s.worker, "好了"),
    Follow: lambda s: Follow(s.account),
    ForgetErased: lambda s: ForgetErased(s.person),
    ForgetHeard: lambda s: ForgetHeard(s.account, "wechat_oa", "o", s.inbox),
    ForgetPerson: lambda s: ForgetPerson(s.account, s.user),
    GivePlace: lambda s: GivePlace(s.waiting, s.account, public_part="屋顶"),
    GoOn: lambda s: s.town.do(ShowNotice(s.account, "2")) and GoOn(s.account, "2"),
    HearAgain: lambda s: HearAgain(s.inbox, s.user),
    HelperDone: lambda s: HelperDone(s.helped, s.colleague, "抬好了", ("m1",)),
    JoinOrder: lambda s: JoinOrder(s.waiting, s.neighbour.account_id, s.neighbour.person_id),
    KeepCard: lambda s: KeepCard(s.town.rows(t.worker_account)[0].id, s.waiting, "o1-2", 0, "code"),
    KeepPhotos: lambda s: KeepPhotos(s.account, ("m1",)),
    LockAccount: lambda s: LockAccount("wechat_oa", "o-new"),
    LockAtOnce: lambda s: s.known() and LockAtOnce("wechat_oa", "o-known", s.inbox),
    MakeBindingWord: lambda s: MakeBindingWord(worker_id=s.worker),
    MakeMyDataLink: lambda s: s.reached() and MakeMyDataLink(s.account),
    MakeHomes: lambda s: MakeHomes(s.town.planted.buildings["幸福小区", "3"], 4, 6, 2),
    MissCard: lambda s: MissCard(s.pressed().bot_id, "app-wang", "o1-1"),
    MoveClock: lambda s: MoveClock(60),
    Merge: lambda s: Merge(s.waiting, s.town.row(s.claimed).number, "worker", s.worker),
    NoteRead: lambda s: NoteRead(s.importing("reading"), 5000),
    NotFixed: lambda s: NotFixed(s.closed, s.account, "没好"),
    NoteOrder: lambda s: NoteOrder(s.waiting, s.user, "记一下"),
    OpenDeskItem: lambda s: OpenDeskItem("unrouted", order_id=s.waiting),
    JoinForCaller: lambda s: JoinForCaller(s.user, s.waiting, Caller("13900000001", "李奶奶")),
    OpenForCaller: lambda s: OpenForCaller(
        s.user,
        Caller("13900000001", "李奶奶"),
        "lift",
        "normal",
        "电梯坏了",
        s.town.planted.estates["幸福小区"],
    ),
    OpenTalk: lambda s: OpenTalk(s.account, "asked", "住户：在吗", "在吗"),
    OpenMyData: lambda s: s.reached() and OpenMyData(s.link()),
    OpenOrder: lambda s: OpenOrder(s.account, s.person, "gas", "urgent", "煤气味", home_id=s.home),
    PlaceMeal: lambda s: PlaceMeal(s.lunch().lunch, s.person, {s.greens(): 1}, "delivery"),
    ChangeMeal: lambda s: ChangeMeal(s.meal(), {s.greens(): 3}, "delivery"),
    CancelMeal: lambda s: CancelMeal(s.meal()),
    TopUp: lambda s: TopUp(s.person, 5000, s.user),
    PayOut: lambda s: s.town.do(TopUp(s.person, 5000, s.user)) and PayOut(s.person, 2000, s.user),
    PayOutLeft: lambda s: PayOutLeft(s.left_over(), s.user),
    PayBill: lambda s: PayBill(s.person, 2000, s.user),
    SetPays: lambda s: SetPays(s.person, "bill", s.user),
    PayAtCounter: lambda s: PayAtCounter(s.meal(), "console", s.user),
    Pause: lambda s: Pause(s.claimed, "worker", s.worker, "等配件", s.now + timedelta(days=1)),
    PauseOver: lambda s: PauseOver(s.paused, 2),
    PressCard: lambda s: s.pressed(),
    PhoneSeen: lambda s: PhoneSeen(s.phone(), s.town.clock.now()),
    Progress: lambda s: Progress(s.claimed, s.worker, "在修", ("m1",), "wecom_aibot:anju"),
    QuestionShown: lambda s: QuestionShown(s.question),
    Rate: lambda s: Rate(s.account, s.closed, 1, 2),
    ReplyFromDesk: lambda s: ReplyFromDesk(s.waiting, s.user, "明天来"),
    Resume: lambda s: Resume(s.paused, "worker", s.worker),
    ReplyResident: lambda s: ReplyResident(s.claimed, s.worker, "下午到"),
    Return: lambda s: Return(s.claimed, s.worker, "要换主机"),
    SaveArea: lambda s: SaveArea("community", "新社区"),
    SayInTalk: lambda s: s.talk() and SayInTalk(s.account, "在吗", ("m1",)),
    SaveApp: lambda s: SaveApp("firm-app", s.unit, "小邻", "ww1", "1", "s", "token", "k" * 43),
    SaveBot: lambda s: SaveBot("new", s.unit, "小邻", "aib", "token", "k" * 43),
    SaveGrid: lambda s: SaveGrid("grid", "第一网格", officer_id=s.worker),
    SaveBuilding: lambda s: SaveBuilding(s.town.planted.estates["幸福小区"], "9", "9 号楼"),
    SaveEstate: lambda s: SaveEstate("新小区", ("新家",)),
    SaveGroup: lambda s: SaveGroup("新群", s.bot, "robot"),
    SaveRoute: lambda s: SaveRoute(s.unit, date(2026, 3, 1), category="gas"),
    SaveDays: lambda s: SaveDays(s.user, {date(2027, 1, 2): OwnDay(False, "元旦")}),
    ForgetDays: lambda s: (
        s.town.do(SaveDays(s.user, {date(2027, 1, 2): OwnDay(False)}))
        and ForgetDays(s.user, date(2027, 1, 1), date(2027, 12, 31))
    ),
    SaveText: lambda s: SaveText(s.user, "photo_lost", ("照片没有存下来。",)),
    SaveUnit: lambda s: SaveUnit("firm", "新物业", hours=({"days": [1], "from": "08:00", "to": "17:00"},)),
    SaveUser: lambda s: SaveUser("li", "admin", "hash"),
    ResetText: lambda s: s.town.do(SaveText(s.user, "x", ("y",))) and ResetText(s.user, "x"),
    SetAlarmGroup: lambda s: SetAlarmGroup(None, s.user),
    TryAlarms: lambda s: s.town.do(SetAlarmGroup(s.group, s.user)) and TryAlarms(s.user),
    SettleAlarms: lambda s: SettleAlarms({"redis": {"what": "x", "end": "redis"}}),
    SetPassword: lambda s: SetPassword("admin", "hash"),
    SwitchUser: lambda s: SwitchUser("admin", False),
    SaveWorker: lambda s: SaveWorker(s.unit, "新人", 5),
    SetDuty: lambda s: SetDuty(s.worker, True),
    SetLeave: lambda s: SetLeave(s.worker, s.now, s.now + timedelta(days=1), s.colleague),
    SetShift: lambda s: SetShift(s.worker, s.now, s.now + timedelta(hours=8)),
    SetSkills: lambda s: SetSkills(s.worker, ("lift",), (s.town.planted.estates["幸福小区"],)),
    SetPhone: lambda s: SetPhone(s.person, "13812345678"),
    Silent: lambda s: Silent(s.talk(), 1),
    StartTalk: lambda s: StartTalk(s.account, s.user, "刚才机器人出错了"),
    ShowNotice: lambda s: ShowNotice(s.account, "2"),
    SignInFailed: lambda s: SignInFailed("admin"),
    SignOutEverywhere: lambda s: SignOutEverywhere(s.user),
    SignedIn: lambda s: SignedIn(s.user),
    StartImport: lambda s: StartImport("homes", "x.sheet", s.user),
    SwitchWorker: lambda s: SwitchWorker(s.worker, False),
    TellPhotoGone: lambda s: TellPhotoGone(s.claimed, s.worker, "lost"),
    TryImport: lambda s: TryImport(s.importing("running"), 0),
    TellAgain: lambda s: TellAgain(s.town.told()[0].id, s.user),
    Transfer: lambda s: Transfer(s.claimed, "worker", s.worker, "陈静 下班了"),
    UnbindGroup: lambda s: UnbindGroup(s.group),
    UnbindHome: lambda s: UnbindHome(s.person, s.home),
    UnbindWorker: lambda s: UnbindWorker(s.town.rows(t.worker_account)[0].id),
    Unattended: lambda s: Unattended(s.claimed, 1),
    Unclaimed: lambda s: Unclaimed(s.waiting, 0),
    Unfollow: lambda s: Unfollow(s.account),
    Urge: lambda s: Urge(s.waiting, s.account),
    VisitSoon: lambda s: VisitSoon(s.visited, 2),
    Withdraw: lambda s: Withdraw(s.waiting, s.account),
    SaveItem: lambda s: SaveItem(s.user, s.item_values(), ("遛狗",)),
    KeepVectors: lambda s: KeepVectors({s.service_item(): MONDAY_MORNING}, {"digest": b"00"}),
    WantVectors: lambda s: WantVectors(),
    PutOffVectors: lambda s: PutOffVectors((s.service_item(),), timedelta(days=1)),
    DropVectors: lambda s: (
        s.town.do(KeepVectors({s.service_item(): MONDAY_MORNING}, {"old": b"00"})) and DropVectors(())
    ),
    NoteAnswer: lambda s: NoteAnswer(s.account, "狗证怎么办", "sure", s.service_item()),
    RateAnswer: lambda s: RateAnswer(s.account, s.asked(), True),
    FileQuestion: lambda s: FileQuestion(s.account, "哪里有理发的"),
    AnswerUnanswered: lambda s: AnswerUnanswered(s.unanswered(), "worker", s.worker, "东门外有一家。"),
    DropUnanswered: lambda s: DropUnanswered(s.unanswered(), s.user),
    MakeAlias: lambda s: MakeAlias(s.unanswered(answered=True), s.service_item(), s.user),
    MakeItem: lambda s: MakeItem(s.unanswered(answered=True), "理发", "convenience", "support", s.user),
    SaveCanteen: lambda s: SaveCanteen("东门食堂", s.unit),
    SaveSlot: lambda s: SaveSlot(
        s.town.do(SaveCanteen("东门食堂", s.unit))["id"],
        "lunch",
        (1, 2),
        "11:00",
        "13:00",
        "09:30",
        "09:00",
        9,
    ),
    SaveEstateCanteen: lambda s: SaveEstateCanteen(
        s.town.planted.estates["幸福小区"], s.town.do(SaveCanteen("东门食堂", s.unit))["id"]
    ),
    DropEstateCanteen: lambda s: kitchen(s.town) and DropEstateCanteen(s.town.rows(t.estate_canteen)[-1].id),
    SaveCanteenDay: lambda s: SaveCanteenDay(
        s.user, kitchen(s.town).canteen, date(2026, 3, 5), False, "停电"
    ),
    ForgetCanteenDay: lambda s: (
        (k := kitchen(s.town))
        and (
            s.town.do(SaveCanteenDay(s.user, k.canteen, date(2026, 3, 5), False))
            and ForgetCanteenDay(s.user, k.canteen, date(2026, 3, 5))
        )
    ),
    SaveDish: lambda s: SaveDish(s.user, kitchen(s.town).canteen, "白米饭", 200),
    SaveMenu: lambda s: (
        (k := kitchen(s.town))
        and SaveMenu(s.user, k.canteen, k.day, "dinner", (MenuDish(k.dishes["红烧肉"]),))
    ),
    PublishMenus: lambda s: PublishMenus(s.user, (kitchen(s.town).menu("dinner"),)),
    WithdrawMenu: lambda s: WithdrawMenu(s.user, kitchen(s.town).published("dinner")),
    CancelWithdrawn: lambda s: (
        (k := kitchen(s.town))
        and s.town.do(WithdrawMenu(None, k.published("dinner"), orders=True))
        and CancelWithdrawn(ordered(k, s.town.rows(t.menu)[-1].id, person_id=s.person), s.user)
    ),
    CopyMenus: lambda s: (
        (k := kitchen(s.town))
        and k.menu("dinner")
        and CopyMenus(s.user, k.canteen, k.day + timedelta(days=7))
    ),
    SaveEntitlement: lambda s: SaveEntitlement(s.user, s.person, date(1940, 5, 1), ("low_income",)),
    SaveTier: lambda s: SaveTier("高龄", "区民政", 300, date(2026, 1, 1), lowest_age=80),
    YieldImport: lambda s: YieldImport(s.importing("running")),
    SettleVoice: lambda s: SettleVoice(s.voice(), "heard"),
    VoicePlayed: lambda s: VoicePlayed(s.account, 0, s.voice()),
    WantWords: lambda s: WantWords(7, s.account, "m1", 0),
    WithdrawConsent: lambda s: WithdrawConsent(s.account),
    Freeze: lambda s: Freeze(s.kitchen().menu, 0),
    Correct: lambda s: Correct(s.late().menu),
    RepeatCorrection: lambda s: s.kitchen(corrected=True) and RepeatCorrection(2),
    PassUpCount: lambda s: s.kitchen(frozen=True) and PassUpCount(s.town.told("kitchen_count")[-1].id),
    AcknowledgeCount: lambda s: AcknowledgeCount(s.kitchen(corrected=True).menu, 2, worker_id=s.worker),
    ServeMeal: lambda s: ServeMeal(s.kitchen(frozen=True).codes[0], worker_id=s.worker),
    MissMeals: lambda s: MissMeals(s.over().menu),
    NotDelivered: lambda s: NotDelivered(s.brought(), "家里没人", worker_id=s.worker),
    Delivered: lambda s: Delivered(s.brought(missed=True), worker_id=s.worker),
    SaveMealRoute: lambda s: SaveMealRoute(s.kitchen().canteen, "东线", s.user, worker_id=s.worker),
}
# What people see, or what must be done; none of it may double.
COUNTED = (
    t.outbox, t.work_order, t.order_entry, t.order_follower, t.photo, t.timer, t.open_question, t.rating,
    t.desk_item, t.account, t.person, t.binding, t.worker_account, t.binding_word, t.console_user,
    t.person_talk, t.talk_entry, t.handling_unit, t.worker, t.bot, t.work_group, t.app_card, t.worker_phone,
    t.estate, t.building, t.home, t.route, t.shift, t.leave, t.order_helper, t.worker_skill, t.worker_estate,
    t.import_run, t.area, t.own_text, t.calendar_day, t.carer,
    t.meal_order, t.meal_order_dish, t.meal_subsidy, t.meal_account, t.meal_entry,
    t.dietary_restriction, t.consent, t.standing_order, t.standing_day, t.meal_rating,
    t.service_item, t.item_alias, t.item_vector, t.question_asked, t.unanswered, t.voice_note,
    t.kitchen_count, t.meal_route, t.meal_route_building,
)  # fmt: skip


def test_every_action_has_an_example() -> None:
    assert {kind.__name__ for kind in EXAMPLES} == set(ACTIONS)


@pytest.fixture(scope="session")
def scenery(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    """A scene and the file of its database, made once: it takes longer than what is tried in it."""
    file, clock = tmp_path_factory.mktemp("scenery") / "scene.db", FixedClock(MONDAY_MORNING)
    store, planted = open_planted(file, KEYS, clock.now())
    scene = Scene(TestTown(store, clock, planted))
    store.engine.dispose()
    return file, scene


@pytest.fixture
def scene(scenery: tuple[Path, Scene], store: Store, clock: FixedClock) -> Scene:
    """The scene in this test's database."""
    file, made = scenery
    lay_down(file, store)
    one = copy.copy(made)
    one.town = TestTown(store, clock, made.town.planted)
    return one


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_twice_in_a_row_does_no_harm(scene: Scene, kind: type[Any]) -> None:
    town = scene.town
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
