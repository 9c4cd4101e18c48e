"""Being told what is kept, agreeing to it, and taking that back. Every step is a row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, bindparam, exists, insert, literal, or_, select, update

from models import tables as t
from models.actions.forgetting import (
    forget_account_words,
    forget_voice,
    forget_when_closed,
    loose_photos,
)
from models.actions.stripping import Erased
from models.rules.orders import Refusal, Why
from models.store import Work

NOTICE, SHOWN = "notice", "notice_shown"


@dataclass(frozen=True, slots=True)
class Consent:
    """The person agrees to the privacy notice of that version."""

    account_id: int
    version: str

    def run(self, work: Work) -> dict[str, Any]:
        """The first time of each version counts."""
        agreed = {"consent_version": self.version, "consent_at": work.now}
        new = work.run(_AGREE, {"who": self.account_id, "now_agreed": self.version, **agreed})
        if new.rowcount:
            _write(work, self.account_id, NOTICE, self.version)
        return {"ok": True, "version": self.version}


@dataclass(frozen=True, slots=True)
class ShowNotice:
    """The notice of that version is about to be read. Gives {"new"}: whether it was not shown before."""

    account_id: int
    version: str

    def run(self, work: Work) -> dict[str, Any]:
        """Once for each version, and again after consent was taken back."""
        row = {"who": self.account_id, "of": self.version, "now": work.now}
        return {"ok": True, "new": work.run(_SHOW, row).first() is not None}


@dataclass(frozen=True, slots=True)
class GoOn:
    """The person goes on after the notice was shown, and so agrees, as it says. Refused while it was not shown."""

    account_id: int
    version: str

    def run(self, work: Work) -> dict[str, Any]:
        """The same as Consent from then on."""
        if not _shown(work, self.account_id, self.version):
            return Refusal(Why.UNKNOWN)
        return Consent(self.account_id, self.version).run(work)


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """The person takes consent back: what rests on it alone is erased (个人信息保护法 art. 15, 47).

    Phone, name and homes go at once, or once the person's open orders are closed; what was said before and photos
    outside orders go. The account stays, so that open orders are answered; the notice is shown again.
    Gives {"ends": True, "open": open orders that wait, "files": photo files that nobody needs any more}.
    """

    account_id: int

    def run(self, work: Work) -> dict[str, Any]:
        """Refused for an account that has left."""
        a = t.account.c
        mine = update(t.account).where(a.id == self.account_id, a.left_at.is_(None))
        gone = mine.values(consent_version=None, consent_at=None).returning(a.channel, a.address, a.person_id)
        row = work.conn.execute(gone).first()
        if row is None:
            return Refusal(Why.UNKNOWN, files=[])
        erased = Erased(work, "withdrawn")
        end_consents(work, self.account_id)
        forget_account_words(erased, row.channel, row.address)
        forget_voice(erased, self.account_id, row.channel, row.address)
        files = loose_photos(erased, self.account_id)
        waits = forget_when_closed(erased, row.person_id)
        return {"ok": True, "ends": True, "open": waits, "files": files}


def end_consents(work: Work, account_id: int) -> None:
    """Whatever this account was shown and agreed to ends now."""
    c = t.consent.c
    mine = update(t.consent).where(c.account_id == account_id, c.withdrawn_at.is_(None))
    work.conn.execute(mine.values(withdrawn_at=work.now))


def _shown(work: Work, account_id: int, version: str) -> bool:
    return bool(work.run(_WAS_SHOWN, {"who": account_id, "of": version}).scalar_one())


def _write(work: Work, account_id: int, purpose: str, version: str) -> None:
    row = {"account_id": account_id, "purpose": purpose, "version": version, "at": work.now}
    work.run(_WRITE, row)


# Of the first turns of everybody, so built once.
_C, _A = t.consent.c, t.account.c
_SHOWN_BEFORE = exists().where(
    _C.account_id == bindparam("who"),
    _C.purpose == SHOWN,
    _C.version == bindparam("of"),
    _C.withdrawn_at.is_(None),
)
_WAS_SHOWN = select(_SHOWN_BEFORE)
_SHOW = (
    insert(t.consent)
    .from_select(
        ["account_id", "purpose", "version", "at"],
        select(
            bindparam("who", type_=t.Id),
            literal(SHOWN),
            bindparam("of", type_=String),
            bindparam("now", type_=_C.at.type),
        ).where(~_SHOWN_BEFORE),
    )
    .returning(_C.id)
)
_OTHERWISE = or_(_A.consent_version.is_(None), _A.consent_version != bindparam("now_agreed"))
_AGREE = update(t.account).where(_A.id == bindparam("who"), _OTHERWISE)
_WRITE = insert(t.consent).inline()
