"""Every address of the console in one table: who may open it, and which function answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask.typing import ResponseReturnValue

from handlers.console import (
    accounts,
    alarms,
    audit,
    caller,
    codes,
    dispatch,
    erasing,
    imports,
    items,
    leaves,
    orders,
    orders_export,
    pages,
    people,
    person_talk,
    photos,
    queue,
    rehearsal,
    residents,
    roster,
    search,
    session,
    settings,
    shifts,
    texts,
    trial,
    trouble,
    worker,
)

Who = Literal["anybody", "signed_in", "area", "admin"]  # area: an admin, or a district, street or community


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `view`'s name is the endpoint's; `poll`: asked by the page itself, so it is no sign of life."""

    rule: str
    method: Literal["GET", "POST"]
    view: Callable[..., ResponseReturnValue]
    who: Who = "signed_in"
    poll: bool = False
    body: int = 0  # bytes it may receive; 0: as everywhere


ROUTES = (
    Route("/sign-in", "GET", session.sign_in_page, "anybody"),
    Route("/sign-in", "POST", session.sign_in, "anybody"),
    Route("/sign-out", "POST", session.sign_out),
    Route("/", "GET", queue.queue),
    Route("/orders/export", "POST", orders_export.export_orders),
    Route("/orders/list", "GET", queue.queue_rows, poll=True),
    Route("/orders/<int(max=999999999):number>", "GET", orders.order),
    Route("/orders/<int(max=999999999):number>/news", "GET", orders.order_news, poll=True),
    Route("/orders/<int(max=999999999):number>/contact", "POST", orders.contact),
    Route("/orders/<int(max=999999999):number>/assign", "POST", orders.assign),
    Route("/orders/<int(max=999999999):number>/transfer", "POST", dispatch.transfer),
    Route("/orders/<int(max=999999999):number>/pause", "POST", dispatch.pause),
    Route("/orders/<int(max=999999999):number>/resume", "POST", dispatch.resume),
    Route("/orders/<int(max=999999999):number>/appoint", "POST", dispatch.appoint),
    Route("/orders/<int(max=999999999):number>/helper", "POST", dispatch.helper),
    Route("/orders/<int(max=999999999):number>/dismiss", "POST", dispatch.dismiss),
    Route("/orders/<int(max=999999999):number>/merge", "POST", dispatch.merge),
    Route("/orders/<int(max=999999999):number>/close", "POST", orders.close),
    Route("/orders/<int(max=999999999):number>/reply", "POST", orders.reply),
    Route("/orders/<int(max=999999999):number>/note", "POST", orders.note),
    Route(
        "/orders/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>.jpg", "GET", photos.large
    ),
    Route(
        "/orders/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>/small.jpg",
        "GET",
        photos.small,
    ),
    Route("/search", "GET", search.search_page),
    Route("/search", "POST", search.search),
    Route("/caller", "GET", caller.caller, "area"),
    Route("/caller", "POST", caller.enter_report, "area"),
    Route("/residents", "GET", residents.residents, "area"),
    Route("/residents/claims", "POST", residents.decide, "area"),
    Route("/residents/claims/<int(max=999999999):claim_id>/end", "POST", residents.end_home, "area"),
    Route("/residents/<int(max=999999999):person_id>", "GET", residents.resident, "area"),
    Route("/residents/<int(max=999999999):person_id>", "POST", residents.save_resident, "area"),
    Route("/residents/<int(max=999999999):person_id>/phone", "POST", residents.resident_phone, "area"),
    Route("/residents/<int(max=999999999):person_id>/homes", "POST", residents.add_home, "area"),
    Route("/residents/<int(max=999999999):person_id>/erase", "POST", erasing.erase_resident, "area"),
    Route("/talks", "GET", person_talk.talks),
    Route("/talks/list", "GET", person_talk.talk_rows, poll=True),
    Route("/talks/<int(max=999999999):number>", "GET", person_talk.talk),
    Route("/talks/<int(max=999999999):number>/lines", "GET", person_talk.talk_lines, poll=True),
    Route("/talks/<int(max=999999999):number>/answer", "POST", person_talk.talk_answer),
    Route("/talks/<int(max=999999999):number>/end", "POST", person_talk.talk_end),
    Route("/talks/<int(max=999999999):number>/contact", "POST", person_talk.talk_contact),
    Route("/talks/<int(max=999999999):number>/forget", "POST", person_talk.talk_forget),
    Route(
        "/talks/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>.jpg",
        "GET",
        photos.talk_large,
    ),
    Route(
        "/talks/<int(max=999999999):number>/photos/<int(max=999999999):photo_id>/small.jpg",
        "GET",
        photos.talk_small,
    ),
    Route("/items", "GET", items.items),
    Route("/items/<int(max=999999999):item_id>/done", "POST", items.done),
    Route("/items/<int(max=999999999):item_id>/contact", "POST", items.item_contact, "area"),
    Route("/items/<int(max=999999999):item_id>/answer", "POST", items.item_answer, "area"),
    Route("/items/<int(max=999999999):item_id>/forget", "POST", items.item_forget, "area"),
    Route("/people", "GET", people.people),
    Route("/people/workers", "POST", people.add_worker),
    Route("/people/workers/<int(max=999999999):worker_id>", "GET", worker.worker),
    Route("/people/workers/<int(max=999999999):worker_id>", "POST", worker.save_worker),
    Route("/people/workers/<int(max=999999999):worker_id>/stop", "POST", people.stop_worker),
    Route("/people/workers/<int(max=999999999):worker_id>/resume", "POST", people.resume_worker),
    Route("/people/workers/<int(max=999999999):worker_id>/word", "POST", people.worker_word),
    Route("/people/groups/<int(max=999999999):group_id>/word", "POST", people.group_word),
    Route("/people/workers/<int(max=999999999):worker_id>/duty", "POST", people.duty),
    Route("/people/bindings/<int(max=999999999):binding_id>/end", "POST", people.unbind),
    Route("/roster", "GET", roster.roster),
    Route("/roster/shifts", "POST", shifts.add_shifts),
    Route("/roster/shifts/<int(max=999999999):shift_id>/drop", "POST", shifts.drop_shift),
    Route("/roster/copy", "POST", shifts.copy_week),
    Route("/roster/leaves", "POST", leaves.add_leave),
    Route("/roster/leaves/<int(max=999999999):leave_id>/end", "POST", leaves.end_leave),
    Route("/roster/try", "GET", trial.try_route, "area"),
    Route("/import", "GET", imports.imports, "admin"),
    Route("/import/<kind>.xlsx", "GET", imports.import_template, "admin"),
    Route("/import/<kind>", "POST", imports.upload_import, "admin", body=imports.MOST_BYTES),
    Route("/import/<int(max=999999999):run_id>", "GET", imports.import_page, "admin"),
    Route("/import/<int(max=999999999):run_id>/progress", "GET", imports.import_progress, "admin", poll=True),
    Route("/import/<int(max=999999999):run_id>/start", "POST", imports.start_import, "admin"),
    Route("/import/<int(max=999999999):run_id>/drop", "POST", imports.drop_import, "admin"),
    Route("/import/<int(max=999999999):run_id>/errors.xlsx", "GET", imports.import_errors, "admin"),
    Route("/people/phones/<int(max=999999999):phone_id>/end", "POST", people.end_phone),
    Route("/codes", "GET", codes.codes, "area"),
    Route("/codes/<int(max=999999999):building_id>", "GET", codes.sheet, "area"),
    Route("/codes/estates/<int(max=999999999):estate_id>", "GET", codes.sheets, "area"),
    Route("/trouble", "GET", trouble.trouble, "admin"),
    Route("/trouble/heard/<int(max=999999999):inbox_id>/again", "POST", trouble.hear_again, "admin"),
    Route("/trouble/told/<int(max=999999999):outbox_id>/again", "POST", trouble.tell_again, "admin"),
    Route("/settings", "GET", settings.settings, "admin"),
    Route("/settings/rehearsal", "GET", rehearsal.rehearsal, "admin"),
    Route("/settings/rehearsal", "POST", rehearsal.begin_rehearsal, "admin"),
    Route("/settings/rehearsal/end", "POST", rehearsal.end_rehearsal, "admin"),
    Route("/settings/texts", "GET", texts.texts, "admin"),
    Route("/settings/texts/<name>", "GET", texts.text, "admin"),
    Route("/settings/texts/<name>", "POST", texts.change_text, "admin"),
    Route("/settings/texts/<name>/reset", "POST", texts.reset_text, "admin"),
    Route("/settings/alarms", "GET", alarms.alarms, "admin"),
    Route("/settings/alarms", "POST", alarms.set_alarms_group, "admin"),
    Route("/settings/alarms/try", "POST", alarms.try_alarms, "admin"),
    Route("/settings/<key>", "GET", settings.section, "admin"),
    Route("/settings/<key>", "POST", settings.make_setting, "admin"),
    Route("/settings/<key>/<int(max=999999999):row_id>", "GET", settings.setting, "admin"),
    Route("/settings/<key>/<int(max=999999999):row_id>", "POST", settings.change_setting, "admin"),
    Route("/settings/groups/<int(max=999999999):group_id>/unbind", "POST", settings.unbind_group, "admin"),
    Route("/audit/erasures", "GET", erasing.erasures, "admin"),
    Route("/audit", "GET", audit.audit, "admin"),
    Route("/accounts", "GET", accounts.accounts, "admin"),
    Route("/accounts", "POST", accounts.make, "admin"),
    Route("/accounts/<int(max=999999999):user_id>/password", "POST", accounts.renew, "admin"),
    Route("/accounts/<int(max=999999999):user_id>/lock", "POST", accounts.lock, "admin"),
    Route("/accounts/<int(max=999999999):user_id>/unlock", "POST", accounts.unlock, "admin"),
    Route("/<path:anything>", "GET", pages.missing),
)
