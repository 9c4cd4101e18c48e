"""`app.py alarms`: what stands, and which group hears of it."""

from __future__ import annotations

from argparse import Namespace

from bot.clock import SystemClock, local_text
from bot.language.categories import CATEGORIES
from bot.settings import Settings
from models import views
from models.actions.alarms import SetAlarmGroup, operators_group
from models.store import Store
from operate.command import CommandRefused, option, takes
from operate.opening import open_current
from workers.watch import alarm_words

arguments = takes(
    option(
        "--group", metavar="NAME", help="alarms go to this work group from now on; '' for the street's own"
    )
)


def run(chosen: Settings, args: Namespace) -> int:
    """Show, or choose the group. The status is 1 while an alarm stands. Raises CommandRefused."""
    store = open_current(chosen)
    try:
        if args.group is not None:
            _choose(store, args.group)
        return _show(store)
    finally:
        store.engine.dispose()


def _choose(store: Store, name: str) -> None:
    with store.work(SystemClock().now()) as work:
        named = [group.id for group in views.groups(work) if group.name == name] if name else [None]
        if len(named) != 1 or not SetAlarmGroup(named[0]).run(work)["ok"]:
            speaking = "、".join(group.name for group in views.groups(work) if group.speaks)
            raise CommandRefused(
                f"没有名叫“{name}”、又有消息推送地址的工作群。可以选：{speaking or '还没有这样的群'}"
            )


def _show(store: Store) -> int:
    with store.look(SystemClock().now()) as work:
        group_id, alarms = operators_group(work), views.standing_alarms(work)
        group = views.group_by_id(work, group_id) if group_id is not None else None
    print(f"系统提醒发到：{group.name}" if group else "还没有群可以发系统提醒，只在工作台“待办”里显示。")
    for alarm in alarms:
        words = alarm_words(alarm.facts, CATEGORIES, alarm.raised_at)
        told = "已通知" if alarm.told_at else "还没有通知"
        print(f"\n{words}\n（{local_text(alarm.raised_at)} 开始，{told}）")
    if not alarms:
        print("没有提醒，一切正常。")
    return 1 if alarms else 0
