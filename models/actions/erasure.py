"""Erasing a person because they, or somebody for them, asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select, update

from models import tables as t
from models.actions.desk import Audit
from models.actions.forgetting import callers_like, delete_photos, forget_when_closed
from models.actions.people import Unfollow
from models.actions.stripping import Erased
from models.rules.orders import Refusal, Why
from models.store import Work
from models.views.people import lives_elsewhere, person_seen_by
from models.views.users import asker_of


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Everything that is kept of a person goes, as they ask (个人信息保护法 art. 47).

    Their accounts are erased as by unfollowing. Name, phone, homes and the personal parts of their orders go at
    once, or, while an order of theirs is open, once it is closed: whoever works on it must know where to go.
    Orders stay as statistics, without anybody. What clerks of other areas entered for a caller with the same phone
    goes too. `user_id`: who does it at the console for somebody who called.
    Gives {"ends": True, "erased": True, "open": orders still open, "files": photo files that nobody needs any more}.
    """

    person_id: int
    why: str = "asked"  # asked, console
    user_id: int | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Again does no harm: there is nothing left."""
        p, a = t.person.c, t.account.c
        if work.conn.execute(select(p.id).where(p.id == self.person_id)).first() is None:
            return Refusal(Why.UNKNOWN, files=[])
        if why := self._refused(work):
            return Refusal(why, files=[])
        erased = Erased(work, self.why)
        mine = select(a.id).where(a.person_id == self.person_id).order_by(a.id)
        accounts = work.conn.execute(mine).scalars().all()
        called = callers_like(work, self.person_id)
        files = [file for one in accounts for file in Unfollow(one, why=self.why).run(work)["files"]]
        files += self._photos_of_closed(erased, list(accounts))
        waits = forget_when_closed(erased, self.person_id)
        waits += sum(forget_when_closed(erased, one) for one in called)
        if self.user_id is not None:
            Audit(self.user_id, "erase_person", str(self.person_id)).run(work)
        return {"ok": True, "ends": True, "erased": True, "open": waits, "files": sorted(set(files))}

    def _refused(self, work: Work) -> Why | None:
        """Of a user of the console: who may not see the person, and who does not look after their record."""
        if self.user_id is None:
            return None
        asker, p = asker_of(work, self.user_id), t.person.c
        if asker is None:
            return Why.UNKNOWN
        seen = select(p.id).where(p.id == self.person_id, person_seen_by(asker, p.id))
        if work.conn.execute(seen).first() is None:
            return Why.UNKNOWN
        return Why.ELSEWHERE if lives_elsewhere(work, asker, self.person_id) else None

    @staticmethod
    def _photos_of_closed(erased: Erased, accounts: list[int]) -> list[str]:
        o, p = t.work_order.c, t.photo.c
        closed = select(o.id).where(o.id == p.work_order_id, o.state == "closed").correlate(t.photo).exists()
        return delete_photos(erased, p.account_id.in_(accounts) & closed)


@dataclass(frozen=True, slots=True)
class ForgetErased:
    """A day after somebody was erased whose orders were open: finish it if they are closed, else wait on."""

    person_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Gives {"open": orders that are still open}. Who has agreed anew meanwhile is left alone."""
        a = t.account.c
        back = (a.person_id == self.person_id, a.left_at.is_(None), a.consent_version.is_not(None))
        if work.conn.execute(select(exists().where(*back))).scalar_one():
            return Refusal(Why.ALREADY, open=0)
        return {"ok": True, "open": forget_when_closed(Erased(work, "asked"), self.person_id)}


@dataclass(frozen=True, slots=True)
class ForgetHeard:
    """Empty the message by which somebody had themselves erased, and older ones that are not marked done yet."""

    account_id: int
    channel: str
    sender: str
    inbox_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """As for any other message of the account."""
        i = t.inbox.c
        heard = update(t.inbox).where(
            i.channel == self.channel, i.sender == self.sender, i.id <= self.inbox_id
        )
        work.conn.execute(heard.values(payload=None, reply=None, sender=f"left:{self.account_id}"))
        return {"ok": True}
