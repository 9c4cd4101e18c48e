"""The one door to each thing. Every function takes the unit of work and, where it matters, who is asking."""

from models.views.alarms import Alarm, standing_alarms
from models.views.album import album_link, album_of
from models.views.askers import Asker, Resident, Staff, User
from models.views.audit import Trace, audit_trail
from models.views.calendar import OwnDayRow, calendar, own_days, today, year_unannounced
from models.views.canteen_facts import canteen_facts
from models.views.carers import (
    carer_asking,
    carer_links,
    carer_of_item,
    contact_of_item,
    name_known,
    served_people,
)
from models.views.catalogue import (
    Findable,
    KeptItem,
    ServiceItem,
    benefits,
    catalogue_version,
    counts_told,
    entries,
    health_item,
    item_kept,
    item_last_told,
    item_named,
    items_changed,
    items_choosable,
    items_kept,
    items_like,
    items_offered,
    items_told,
    kept_vectors,
)
from models.views.coverage import Gap, duty_hours, gaps
from models.views.desk import (
    DeskItem,
    Message,
    StuckMessage,
    desk_items,
    failed_messages,
    messages_of_order,
    stuck_messages,
)
from models.views.diets import HEALTH, diet_of, diet_shown, diet_words
from models.views.dishes_offered import dishes_known, dishes_offered
from models.views.doors import Door, door_of, doors_of
from models.views.duplicates import likely_same_as, own_order_at, similar_order
from models.views.duty import Duty, duty_now
from models.views.erasures import Erasure, erasures
from models.views.grids import officer_of, officers_in
from models.views.group_diners import estates_cooked_for, people_at
from models.views.helpers import Helper, helpers_of
from models.views.imports import ImportRun, import_run, import_runs
from models.views.meal_code import meal_code_link
from models.views.meals import (
    Canteen,
    canteen_for,
    canteens_of,
    meal_of,
    meals_of,
    menu_card,
    menus_open,
    price,
    prices,
    usual_of,
)
from models.views.my_data import my_data, my_data_link, my_data_of, my_data_times
from models.views.my_meals import meals_left
from models.views.orders import (
    Entry,
    Order,
    Question,
    Rating,
    newest_entry,
    open_orders_of,
    open_questions,
    order_by_id,
    order_by_number,
    orders_of_resident,
    rating_of,
    timeline,
)
from models.views.page import PageHead, WorkerPhone, page_link, page_of, phone_of, worker_phones
from models.views.passed_on import PassedOn, passed_on
from models.views.people import (
    Account,
    Contact,
    HomeOf,
    Reported,
    account_by_address,
    account_of,
    accounts_seen,
    contact_of,
    homes_of,
    last_reported,
    own_account,
)
from models.views.person_talk import (
    PersonTalk,
    TalkLine,
    contact_of_talk,
    latest_talks,
    person_talk,
    person_talks,
    talk_lines,
    talk_photos,
    waiting_talks,
)
from models.views.photos import Photo, has_photos, photo_by_id, photos
from models.views.privacy import notice_link, open_order_count
from models.views.questions import (
    Unanswered,
    Week,
    answered_lately,
    asked_week,
    open_by_unit,
    unanswered_by_number,
    unanswered_count,
    unanswered_open,
)
from models.views.queue import Page, Wanted, queue, queue_length, whole_queue
from models.views.register import (
    Building,
    Estate,
    Home,
    Part,
    building_by_scene,
    buildings,
    buildings_by_key,
    estates,
    find_home,
    home_units,
    own_building,
    own_estates,
    public_parts,
)
from models.views.rehearsal import Rehearsal, rehearsal, rehearsal_setting
from models.views.residents import (
    Claim,
    Person,
    claim_by_id,
    claims,
    claims_waiting,
    person_by_id,
    phone_of_person,
)
from models.views.roster import (
    LeaveOf,
    Shift,
    Skills,
    estates_of_unit,
    estates_of_worker,
    leaves,
    own_leave,
    own_shift,
    shifts,
    skills_of,
)
from models.views.search import (
    Found,
    Hits,
    Spot,
    by_name,
    by_phone,
    by_place,
    estates_called,
    estates_named,
    homes_at,
)
from models.views.setup import (
    SetupBot,
    SetupBuilding,
    SetupEstate,
    SetupGrid,
    SetupRoute,
    SetupWorker,
    setup_bots,
    setup_buildings,
    setup_estates,
    setup_grids,
    setup_routes,
    setup_workers,
)
from models.views.staff import (
    APP,
    Bot,
    BoundWorker,
    Group,
    Unit,
    Worker,
    bots,
    group_by_id,
    group_of,
    groups,
    groups_of_unit,
    own_group,
    own_units,
    own_worker,
    own_worker_account,
    robots,
    units,
    units_for,
    worker_accounts,
    worker_by_id,
    worker_of,
    workers_of_units,
)
from models.views.standing import dishes_cooked, standing_choices, standing_of, standing_on
from models.views.texts import OwnText, changed_texts, own_text, own_texts
from models.views.users import Area, ConsoleUser, areas, asker_of, console_user, console_users

__all__ = [
    "APP", "HEALTH", "Account", "Alarm", "Area", "Asker", "Bot", "BoundWorker", "Building", "Canteen", "Claim",
    "ConsoleUser", "Contact", "DeskItem", "Door", "Duty", "Entry", "Erasure", "Estate", "Findable", "Found",
    "Gap", "Group", "Helper", "Hits", "Home", "HomeOf", "ImportRun", "KeptItem", "LeaveOf", "Message", "Order",
    "OwnDayRow", "OwnText", "Page", "PageHead", "Part", "PassedOn", "Person", "PersonTalk", "Photo", "Question",
    "Rating", "Rehearsal", "Reported", "Resident", "ServiceItem", "SetupBot", "SetupBuilding", "SetupEstate",
    "SetupGrid", "SetupRoute", "SetupWorker", "Shift", "Skills", "Spot", "Staff", "StuckMessage", "TalkLine",
    "Trace", "Unanswered", "Unit", "User", "Wanted", "Week", "Worker", "WorkerPhone", "account_by_address",
    "account_of", "accounts_seen",
    "album_link", "album_of", "answered_lately", "areas", "asked_week", "asker_of", "audit_trail",
    "benefits", "bots", "building_by_scene", "buildings", "buildings_by_key", "by_name", "by_phone", "by_place",
    "calendar", "canteen_facts", "canteen_for", "canteens_of", "carer_asking", "carer_links", "carer_of_item",
    "catalogue_version", "changed_texts", "claim_by_id", "claims", "claims_waiting", "console_user", "console_users",
    "contact_of", "contact_of_item", "contact_of_talk", "counts_told", "desk_items", "diet_of", "diet_shown",
    "diet_words", "dishes_cooked", "dishes_known", "dishes_offered", "door_of", "doors_of", "duty_hours",
    "duty_now", "entries", "erasures", "estates", "estates_called", "estates_cooked_for", "estates_named",
    "estates_of_unit", "estates_of_worker", "failed_messages", "find_home", "gaps", "group_by_id", "group_of",
    "groups", "groups_of_unit", "has_photos", "health_item", "helpers_of", "home_units",
    "homes_at", "homes_of", "import_run",
    "import_runs", "item_kept", "item_last_told", "item_named", "items_changed", "items_choosable", "items_kept",
    "items_like", "items_offered", "items_told", "kept_vectors", "last_reported", "latest_talks", "leaves",
    "likely_same_as",
    "meal_code_link", "meal_of", "meals_left", "meals_of", "menu_card", "menus_open",
    "messages_of_order", "my_data", "my_data_link", "my_data_of", "my_data_times", "name_known", "newest_entry",
    "notice_link", "officer_of", "officers_in", "open_by_unit", "open_order_count", "open_orders_of",
    "open_questions", "order_by_id", "order_by_number", "orders_of_resident", "own_account", "own_building",
    "own_days", "own_estates", "own_group", "own_leave", "own_order_at", "own_shift", "own_text", "own_texts",
    "own_units", "own_worker", "own_worker_account", "page_link", "page_of", "passed_on", "people_at",
    "person_by_id", "person_talk", "person_talks", "phone_of", "phone_of_person", "photo_by_id", "photos",
    "price", "prices", "public_parts", "queue", "queue_length", "rating_of", "rehearsal", "rehearsal_setting",
    "robots", "served_people", "setup_bots", "setup_buildings", "setup_estates", "setup_grids", "setup_routes",
    "setup_workers", "shifts", "similar_order", "skills_of", "standing_alarms", "standing_choices", "standing_of",
    "standing_on",
    "stuck_messages", "talk_lines", "talk_photos", "timeline", "today", "unanswered_by_number",
    "unanswered_count", "unanswered_open", "units", "units_for", "usual_of", "waiting_talks", "whole_queue",
    "worker_accounts", "worker_by_id", "worker_of", "worker_phones", "workers_of_units", "year_unannounced",
]  # fmt: skip
