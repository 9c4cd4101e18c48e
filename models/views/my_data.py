"""Everything that is kept of one resident, for that resident: behind a signed address that holds for a day.

The keys are Chinese, since a person reads them, on the page as in the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from models import tables as t
from models.rules.heard import silent, to_themselves
from models.store import Work
from models.views.album import album_link
from models.views.my_meals import Rows, my_meals, told_at
from models.views.people import account_of, homes_of
from models.views.signing import ids_of, signed

PURPOSE = "my_data"
LINK, OPENED = "my_data_link", "my_data"  # what the audit calls the making and each opening of an address
DAY = timedelta(days=1)

Worded = Callable[[str, Mapping[str, Any], datetime], str]

STATES = {"waiting": "待接单", "claimed": "已接单", "arrived": "已到场", "paused": "暂停", "closed": "已办结"}
BINDINGS = {"claimed": "您自己填的", "verified": "已核实", "refused": "没有通过核实"}
SPEAKERS = {"resident": "您", "system": "您和机器人，在这之前"}
SENT = {
    "held": "等您来看", "accepted": "已发出", "delivered": "已送到", "queued": "正要发", "sending": "正要发",
    "unknown": "不确定有没有送到",
}  # fmt: skip
# By how the name of the notice begins.
NOTICES = (
    ("said", "机器人的回答"), ("carer_", "家人代订"), ("standing_", "长期订餐"),
    ("meal_", "订餐"), ("order_asked", "师傅问您的话"), ("order_", "工单的进展"),
    ("talk_", "和工作人员的谈话"), ("home_", "住址的核实"), ("photo_", "照片没有收下"),
)  # fmt: skip
PURPOSES = {
    "notice": "同意隐私说明", "notice_shown": "看到隐私说明", "health": "同意记忌口",
}  # fmt: skip


def my_data_link(work: Work, account_id: int) -> str:
    """The address to send to this person; empty when people cannot reach this server by any address."""
    if not work.limits["public_url"]:
        return ""
    token = signed(work, PURPOSE, account_id, lasts=timedelta(hours=work.limits["my_data_hours"]))
    return f"{work.limits['public_url']}/my-data/{token}"


def my_data_of(work: Work, token: str) -> int | None:
    """Whose data a token opens; None when it is not ours, has ended, or its account has left or was erased."""
    ids = ids_of(work, PURPOSE, token)
    account = account_of(work, ids[0]) if ids is not None else None
    return None if account is None or account.left_at is not None else account.id


def my_data_times(work: Work, what: str, account_id: int) -> int:
    """How often within a day this account's link was made (LINK) or opened (OPENED)."""
    a = t.audit.c
    mine = select(func.count()).where(a.what == what, a.subject == str(account_id), a.at > work.now - DAY)
    return int(work.conn.execute(mine).scalar_one())


def _written(_kind: str, facts: Mapping[str, Any], _at: datetime) -> str:
    """What staff wrote."""
    return str(facts.get("words", ""))


def my_data(work: Work, account_id: int, worded: Worded = _written) -> Mapping[str, Rows]:
    """What is kept, by heading; a heading with nothing under it says that nothing is kept.

    `worded`: a notice's kind, facts and time as the words that were sent. Raises LookupError when there is no such
    account.
    """
    account = account_of(work, account_id)
    if account is None:
        raise LookupError(account_id)
    person = account.person_id
    return {
        "账号": _account(work, account_id),
        "同意": _consents(work, account_id),
        "姓名和电话": _person(work, person),
        "住址": _homes(work, person),
        "工单": _orders(work, account_id, person),
        "您在工单里写的话": _words(work, person),
        "评价": _ratings(work, person),
        "照片": _photos(work, account_id),
        "您问过的办事问题": _asked(work, account_id),
        "和工作人员的谈话": _talks(work, account_id),
        "发给您的通知": _told(work, account_id, worded),
        "最近的聊天": _heard(work, account_id),
        "正在办的对话": _conversation(work, account_id),
        "请工作人员看的事": _desk(work, account_id),
        **my_meals(work, person),
        "谁看过您的门牌和电话": _looks(work, account_id, person),
    }


def _account(work: Work, account_id: int) -> Rows:
    row = work.conn.execute(select(t.account).where(t.account.c.id == account_id)).one()
    return [
        {
            "从哪里来": "微信公众号" if row.channel == "wechat_oa" else row.channel,
            "微信给您的编号（openid）": row.address,
            "第一次来": told_at(work, row.made_at),
            "同意的说明": f"第 {row.consent_version} 版" if row.consent_version else "没有",
        }
    ]


def _consents(work: Work, account_id: int) -> Rows:
    c = t.consent.c
    rows = work.conn.execute(select(t.consent).where(c.account_id == account_id).order_by(c.id))
    return [
        {
            "什么": f"{PURPOSES.get(row.purpose, row.purpose)} 第 {row.version} 版",
            "什么时候": told_at(work, row.at),
            "撤回": told_at(work, row.withdrawn_at) or "没有撤回",
        }
        for row in rows
    ]


def _person(work: Work, person_id: int) -> Rows:
    p = t.person.c
    row = work.conn.execute(select(p.name_sealed, p.phone_sealed).where(p.id == person_id)).one()
    kept = {"姓名": work.unseal(row.name_sealed), "电话": work.unseal(row.phone_sealed)}
    return [kept] if any(kept.values()) else []


def _homes(work: Work, person_id: int) -> Rows:
    return [
        {"住址": one.home.door, "核实": BINDINGS.get(one.state, one.state)}
        for one in homes_of(work, person_id)
    ]


def _mine(account_id: int, person_id: int) -> Any:
    o, f = t.work_order.c, t.order_follower.c
    return or_(
        o.reporter_id == person_id, o.id.in_(select(f.work_order_id).where(f.account_id == account_id))
    )


def _orders(work: Work, account_id: int, person_id: int) -> Rows:
    o = t.work_order.c
    rows = work.conn.execute(select(t.work_order).where(_mine(account_id, person_id)).order_by(o.id))
    kept = (t.photo.c.account_id == account_id, t.photo.c.state == "kept")
    pictured = set(work.conn.execute(select(t.photo.c.work_order_id).where(*kept)).scalars())
    return [
        {
            "工单": row.number,
            # What somebody else reported is theirs.
            "说的什么": row.summary if row.reporter_id == person_id else "（邻居报的，您也关注）",
            "地点": row.place,
            "定位": f"{row.latitude}, {row.longitude}"
            if row.latitude and row.reporter_id == person_id
            else "",
            "到哪一步": STATES.get(row.state, row.state),
            "报的时间": told_at(work, row.opened_at),
            "办结时间": told_at(work, row.closed_at),
            "看照片": album_link(work, row.id, account_id) if row.id in pictured else "",
        }
        for row in rows
    ]


def _words(work: Work, person_id: int) -> Rows:
    e, o = t.order_entry.c, t.work_order.c
    mine = (e.by == "resident", e.by_id == person_id, e.words != "")
    query = select(o.number, e.at, e.words).join_from(t.order_entry, t.work_order).where(*mine).order_by(e.id)
    return [
        {"工单": n, "什么时候": told_at(work, at), "话": words} for n, at, words in work.conn.execute(query)
    ]


def _ratings(work: Work, person_id: int) -> Rows:
    r, o = t.rating.c, t.work_order.c
    query = select(o.number, r.at, r.score, r.sentence).join_from(t.rating, t.work_order)
    rows = work.conn.execute(query.where(r.person_id == person_id).order_by(r.id))
    return [
        {"工单": n, "什么时候": told_at(work, at), "几分": score, "话": words} for n, at, score, words in rows
    ]


def _photos(work: Work, account_id: int) -> Rows:
    p, o = t.photo.c, t.work_order.c
    query = select(o.number, p.made_at, p.state).outerjoin_from(
        t.photo, t.work_order, p.work_order_id == o.id
    )
    rows = work.conn.execute(query.where(p.account_id == account_id).order_by(p.id))
    return [
        {"工单": number or "", "什么时候": told_at(work, at), "保存": "有" if state == "kept" else "没有"}
        for number, at, state in rows
    ]


def _asked(work: Work, account_id: int) -> Rows:
    q = t.question_asked.c
    rows = work.conn.execute(select(q.asked_at, q.words).where(q.account_id == account_id).order_by(q.id))
    return [{"什么时候": told_at(work, row.asked_at), "您问的": row.words} for row in rows]


def _talks(work: Work, account_id: int) -> Rows:
    e, k = t.talk_entry.c, t.person_talk.c
    query = select(e.at, e.by, e.words_sealed).join_from(t.talk_entry, t.person_talk)
    rows = work.conn.execute(query.where(k.account_id == account_id).order_by(e.id))
    return [
        {
            "什么时候": told_at(work, at),
            "谁": SPEAKERS.get(by, "工作人员"),
            "话": to_themselves(work.unseal(sealed)) if by == "system" else work.unseal(sealed),
        }
        for at, by, sealed in rows
        if sealed
    ]


def _told(work: Work, account_id: int, worded: Worded) -> Rows:
    m = t.outbox.c
    columns = (m.made_at, m.sent_at, m.state, m.kind, m.facts)
    rows = work.conn.execute(select(*columns).where(m.account_id == account_id).order_by(m.id))
    return [
        {
            "什么时候": told_at(work, row.sent_at or row.made_at),
            "什么": _notice(row.kind),
            "送到": SENT.get(row.state, "没有送到"),
            "话": _said(row.facts.get("reply"))
            if row.kind == "said"
            else worded(row.kind, row.facts, row.made_at),
            "工单": row.facts.get("number", ""),
        }
        for row in rows
        if row.facts
    ]


def _notice(kind: str) -> str:
    return next((title for start, title in NOTICES if kind.startswith(start)), "通知")


def _heard(work: Work, account_id: int) -> Rows:
    i, a = t.inbox.c, t.account.c
    own = select(a.channel, a.address).where(a.id == account_id)
    channel, address = work.conn.execute(own).one()
    query = select(i.received_at, i.payload, i.reply).where(i.channel == channel, i.sender == address)
    rows = work.conn.execute(query.where(i.payload.is_not(None)).order_by(i.id))
    return [
        {"什么时候": told_at(work, at), "您": _spoken(payload), "机器人": _said(reply)}
        for at, payload, reply in rows
    ]


def _spoken(payload: str) -> str:
    """What was heard, in words; what has none by its kind."""
    heard = json.loads(payload)
    return str(heard.get("text") or silent(str(heard.get("kind", ""))))


def _said(reply: str | None) -> str:
    return str(json.loads(reply).get("words", "")) if reply else ""


def _conversation(work: Work, account_id: int) -> Rows:
    c = t.conversation.c
    query = select(c.changed_at, c.state).where(c.account_id == account_id)
    row = work.conn.execute(query).first()
    if row is None or not json.loads(row.state).get("stack"):
        return []
    return [{"最后一次说话": told_at(work, row.changed_at), "记下的（给程序看的格式）": row.state}]


def _desk(work: Work, account_id: int) -> Rows:
    d = t.desk_item.c
    rows = work.conn.execute(select(d.made_at, d.words).where(d.account_id == account_id).order_by(d.id))
    return [
        {"什么时候": told_at(work, at), "交给工作人员的话": to_themselves(words)}
        for at, words in rows
        if words
    ]


def _looks(work: Work, account_id: int, person_id: int) -> Rows:
    """Each look that was written down, by the level of who looked; names of staff are not the resident's."""
    a, o, u, w, h = t.audit.c, t.work_order.c, t.console_user.c, t.worker.c, t.handling_unit.c
    numbers = work.conn.execute(select(o.number).where(o.reporter_id == person_id)).scalars()
    looked = or_(
        _about(("contact",), [account_id]),
        _about(("door", "door_exported"), numbers),
        _about(("found_person", "person", "person_phone"), [person_id]),
    )
    query = (
        select(a.at, func.coalesce(h.kind, u.role))
        .outerjoin_from(t.audit, t.console_user, u.id == a.console_user_id)
        .outerjoin(t.worker, w.id == a.worker_id)
        .outerjoin(t.handling_unit, h.id == func.coalesce(w.unit_id, u.unit_id))
        .where(looked)
        .order_by(a.id)
    )
    names = work.limits["levels"].names
    return [
        {"什么时候": told_at(work, at), "谁": names.get(level, "社区")}
        for at, level in work.conn.execute(query)
    ]


def _about(what: Iterable[str], subjects: Iterable[int]) -> Any:
    a = t.audit.c
    return a.what.in_(tuple(what)) & a.subject.in_([str(one) for one in subjects])
