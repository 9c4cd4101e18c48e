"""Who may order for whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select

from models import tables as t
from models.rules.phones import tail
from models.store import Work
from models.views.askers import User
from models.views.desk import DeskItem
from models.views.people import Contact, contact_by_account, contact_of, kept_by_nobody, person_kept_by

UNNAMED = "一位家人"


def served_people(work: Work, person_id: int) -> list[dict[str, Any]]:
    """Whom this person may order for, because they have agreed: [{"person_id", "word"}], the first agreed first."""
    c = t.carer.c
    agreed = select(c.elder_id, c.word).where(c.carer_id == person_id, c.state == "agreed")
    rows = work.conn.execute(agreed.order_by(c.decided_at, c.id))
    return [{"person_id": row.elder_id, "word": row.word} for row in rows]


def carer_links(work: Work, person_id: int) -> list[dict[str, Any]]:
    """Every link that this person may end: [{"carer_id", "label", "elder"}]. `elder`: whether they are the elder."""
    c, p = t.carer.c, t.person.c
    mine = or_(c.elder_id == person_id, c.carer_id == person_id)
    query = select(c.id, c.elder_id, c.word, c.state, p.name_sealed, p.phone_sealed)
    rows = work.conn.execute(
        query.join_from(t.carer, t.person, p.id == c.carer_id)
        .where(mine, c.state.in_(("asked", "agreed")))
        .order_by(c.id)
    )
    return [_link(work, row, row.elder_id == person_id) for row in rows]


def _link(work: Work, row: Any, elder: bool) -> dict[str, Any]:
    if elder:
        label = f"{called(work, row)}替您订饭"
    else:
        label = f"您替{row.word}订饭" + ("" if row.state == "agreed" else "（还没有同意）")
    return {"carer_id": row.id, "label": label, "elder": elder}


def called(work: Work, row: Any) -> str:
    """How an elder is told who the carer is, by name and the phone's last digits."""
    name, phone = work.unseal(row.name_sealed) or UNNAMED, work.unseal(row.phone_sealed)
    return f"{name}（手机尾号 {tail(phone)}）" if phone else name


def carer_asking(work: Work, person_id: int, carer_id: int = 0) -> dict[str, Any] | None:
    """Who wants to order for this person and waits for the answer: {"carer_id", "name"}; the newest, or this one."""
    c, p = t.carer.c, t.person.c
    query = select(c.id, p.name_sealed, p.phone_sealed).join_from(t.carer, t.person, p.id == c.carer_id)
    asked = query.where(c.elder_id == person_id, c.state == "asked").order_by(c.made_at.desc(), c.id.desc())
    row = work.conn.execute(asked.where(c.id == carer_id) if carer_id else asked).first()
    return {"carer_id": row.id, "name": called(work, row)} if row else None


def carer_of_item(work: Work, asker: User, item: DeskItem) -> int | None:
    """The link that a desk item for a consent on paper is about; None where it is decided, or not for a firm."""
    if asker.is_firm or item.kind != "carer_paper":
        return None
    c, a, d = t.carer.c, t.account.c, t.desk_item.c
    both = and_(c.elder_id == d.person_id, c.carer_id == a.person_id, c.state == "asked")
    asked = select(c.id).join_from(t.desk_item, t.account).join(t.carer, both).where(d.id == item.id)
    return work.conn.execute(asked).scalar()


def contact_of_item(work: Work, asker: User, item: DeskItem) -> Contact | None:
    """Phone and doors of whom a desk item of the asker is about; whoever shows it writes an audit entry each time.

    Whoever sees an order has to call back who rates it low, and whoever has an elder's consent on paper the carer,
    also one of another area, whose doors stay hidden.
    """
    if item.account_id is None or asker.is_firm:
        return None
    if item.order_id is None and carer_of_item(work, asker, item) is None:
        return contact_of(work, asker, item.account_id)
    return contact_by_account(work, item.account_id, None if asker.sees_all else asker.estates)


def has_consent_of(work: Work, asker: User, elder_id: int, carer_id: int) -> bool:
    """Whether a user of the console has an elder's consent on paper: whoever keeps the elder's record.

    Of an elder whom only the carer has told of there is no record yet: then whoever looks after the carer.
    """
    elder, carer = t.person.alias("elder"), t.person.alias("carer")
    unknown = and_(kept_by_nobody(elder.c.id), person_kept_by(asker, carer.c.id))
    both = select(elder.c.id).join_from(elder, carer, carer.c.id == carer_id).where(elder.c.id == elder_id)
    mine = both.where(or_(person_kept_by(asker, elder.c.id), unknown))
    return work.conn.execute(mine).first() is not None


def name_known(work: Work, person_id: int) -> bool:
    """Whether we know what the person is called."""
    p = t.person.c
    return (
        work.conn.execute(select(p.id).where(p.id == person_id, p.name_sealed.is_not(None))).first()
        is not None
    )
