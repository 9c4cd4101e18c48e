"""The page 住户: find somebody, verify the homes people claim, and one person's page. Every look is written down."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.pages import as_whole, back, found, looking, me, show, working, write_down
from handlers.console.search import spots
from models import views
from models.actions.residents import AddHome, DecideHomes, EndHome, SavePerson
from models.views.residents import MOST

NO_HOME = "没有找到这个住址。请照登记的写，例如“幸福小区 3 号楼 2 单元 602”。"
TWO_HOMES = "有几个住址都像。请写清楚小区、楼号、单元和门牌。"
WRONG_PHONE = "手机号不对，请写 11 位手机号，或者带区号的座机号，例如 021-60000001。姓名和电话都没有改。"
VERDICTS = {
    "verified": "已经核实 {decided} 处住址，并告诉了住户。",
    "refused": "已经退回 {decided} 处住址，并告诉了住户。",
}


def residents() -> ResponseReturnValue:
    """The homes that wait to be verified; who is shown is written down."""
    with working() as work:
        claims = views.claims(work, me().asker)
        for one in claims[:MOST]:
            write_down(work, "found_person", one.person_id)
    return show("residents.html", claims=claims[:MOST], more=len(claims) > MOST)


def decide() -> ResponseReturnValue:
    """Verify or refuse the homes that are ticked."""
    state = request.form.get("state", "")
    ids = tuple(claim_id for text in request.form.getlist("claim") if (claim_id := as_whole(text)))
    if not ids:
        flash("请先勾选住址，再点按钮。", "bad")
        return redirect(url_for("console.residents"))
    with working() as work:
        outcome = DecideHomes(g.me.id, ids[:MOST], state).run(work)
    return back(outcome, VERDICTS.get(state, "").format(**outcome), "console.residents")


def resident(person_id: int) -> ResponseReturnValue:
    """One person, without the phone."""
    return _page(person_id)


def _page(person_id: int, phone: str | None = None) -> str:
    with working() as work:
        person = found(views.person_by_id(work, me().asker, person_id))
        if phone is None:
            write_down(work, "person", person_id)
    return show("resident.html", person=person, phone=phone)


def resident_phone(person_id: int) -> ResponseReturnValue:
    """The same page with the phone; that somebody looked is written down first."""
    with working() as work:
        found(views.person_by_id(work, me().asker, person_id))
        write_down(work, "person_phone", person_id)
        phone = views.phone_of_person(work, me().asker, person_id)
    return _page(person_id, phone)


def save_resident(person_id: int) -> ResponseReturnValue:
    """Correct a name or a phone."""
    name, phone = (request.form.get(field, "").strip()[:32] for field in ("name", "phone"))
    with looking() as work:
        found(views.person_by_id(work, me().asker, person_id))
    with working() as work:
        outcome = SavePerson(g.me.id, person_id, name, phone).run(work)
    if outcome.get("field") == "phone":
        flash(WRONG_PHONE, "bad")
        return redirect(url_for("console.resident", person_id=person_id))
    return back(outcome, "已经改好。", "console.resident", person_id=person_id)


def add_home(person_id: int) -> ResponseReturnValue:
    """A home, as it was written, that a clerk knows to be theirs."""
    asker = me().asker
    with working() as work:
        found(views.person_by_id(work, asker, person_id))
        places = spots(work, request.form.get("home", "")[:60])
        homes = {home.id for spot in places for home in views.homes_at(work, asker, spot)}
        outcome = AddHome(g.me.id, person_id, homes.pop()).run(work) if len(homes) == 1 else None
    if outcome is None:
        flash(TWO_HOMES if homes else NO_HOME, "bad")
        return redirect(url_for("console.resident", person_id=person_id))
    return back(outcome, "已经加上住址。", "console.resident", person_id=person_id)


def end_home(claim_id: int) -> ResponseReturnValue:
    """The person does not live there any more."""
    with working() as work:
        claim = found(views.claim_by_id(work, me().asker, claim_id))
        outcome = EndHome(g.me.id, claim_id).run(work)
    return back(outcome, "已经结束这个住址。", "console.resident", person_id=claim.person_id)
