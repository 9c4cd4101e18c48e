"""The page 助餐统计: what the canteens served to whom and who paid, as numbers, plots, tables and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from bot.clock import local
from handlers.console.desk import here
from handlers.console.export import export
from handlers.console.pages import day, filters, looking, me, show, whole
from handlers.console.plotting import plotter
from handlers.console.words import date_text, word
from models import views
from models.rules.days import day_named
from models.store import Work
from models.views import servings as counted
from models.views.canteens import canteens_seen
from models.views.servings import Served, ServingsWanted

MONTHS = 18  # to choose from
DAYS_ALONE = 62  # a range no longer than this is shown by day, too
PERIOD = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")
COLUMNS = {
    "meals": "人次",
    "portions": "份数",
    "price_cents": "餐费（元）",
    "subsidy_cents": "补贴（元）",
    "pay_cents": "自付（元）",
    "missed": "没取",
    "cancelled": "取消",
    "waiting": "还没用餐",
}
NOWHERE = "没有登记小区"
MONEY = ("price_cents", "subsidy_cents", "pay_cents")
SUMS_OF_DISHES = ("portions", "cents", "scores", "rated")
EATEN, PAID = ("meals", "missed"), ("subsidy_cents", "pay_cents")  # what a plot shows
NAMES = ("period", "from", "to", "canteen", "area")


@dataclass(frozen=True, slots=True)
class Cut:
    """The same sums by one thing: a plot and the table beneath it. `plot`: columns, bars; `series`: what it shows."""

    key: str
    title: str
    head: str
    plot: str
    series: Sequence[str]
    rows: Sequence[tuple[str, Served]]


def servings() -> ResponseReturnValue:
    """The report of the range, narrowed as the address says."""
    wanted, wrong = _wanted()
    with looking() as work:
        facts = _facts(work, wanted)
    return show(
        "servings.html",
        wanted=wanted,
        wrong=wrong,
        span=_span(wanted),
        columns=COLUMNS,
        money=MONEY,
        score=score,
        periods=_periods(),
        asked=request.args,
        query=filters(*NAMES),
        plotly=plotter(),
        **facts,
    )


def _facts(work: Work, wanted: ServingsWanted) -> Mapping[str, Any]:
    asker = me().asker
    cells = counted.servings(work, asker, wanted)
    return {
        "total": sum((one.sums for one in cells), Served()),
        "cuts": [*_days(work, wanted), *_cuts(cells)],
        "payers": _payers(counted.subsidies_paid(work, asker, wanted)),
        "dishes": _by_name(counted.dishes_served(work, asker, wanted)),
        "canteens": [(one.id, one.name) for one in canteens_seen(work, asker)],
        "areas": _areas(work),
    }


def _span(wanted: ServingsWanted) -> str:
    """The range in words: 2026 年 11 月, 2026 年, 2026 年 11 月 3 日到 12 月 1 日."""
    since, until = wanted.since, wanted.until
    if (since, until) == _whole_period(since.year, since.month):
        return f"{since.year} 年 {since.month} 月"
    if (since, until) == _whole_period(since.year, 0):
        return f"{since.year} 年"
    year = "" if since.year == until.year else f"{until.year} 年 "
    return f"{since.year} 年 {date_text(since)}到 {year}{date_text(until)}"


def _today() -> date:
    return local(here().clock.now()).date()


def _wanted() -> tuple[ServingsWanted, str]:
    """What the address narrows the report to, and what is wrong with the address in words."""
    since, until = _range()
    canteen, area, most = whole("canteen", request.args), whole("area", request.args), _most_days()
    wanted = ServingsWanted(since, until, canteen, area)
    if since > until:
        return replace(wanted, until=since), "“到”早于“从”，下面只算了一天，请改日期。"
    if until - since > most:
        until = since + most
        return replace(wanted, until=until), f"一次最多看 {most.days} 天，下面只算到 {until}，请把日期改近。"
    return wanted, ""


def _most_days() -> timedelta:
    return timedelta(days=here().store.limits["servings_days"])


def _range() -> tuple[date, date]:
    """The month or year chosen, else the days typed; what is missing is this month's."""
    asked, today = request.args, _today()
    if period := PERIOD.fullmatch(asked.get("period", "")):
        return _whole_period(int(period[1]), int(period[2] or 0))
    first, last = _whole_period(today.year, today.month)
    since = day("from", asked)
    return since or first, day("to", asked) or (last if since is None else max(since, today))


def _whole_period(year: int, month: int) -> tuple[date, date]:
    """First and last day of that month; of the year for month 0."""
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _periods() -> Mapping[str, str]:
    """The months and years to choose from, the newest first."""
    today = _today()
    newest = today.year * 12 + today.month - 1
    months = [divmod(newest - back, 12) for back in range(MONTHS)]
    years = {str(year): f"{year} 年全年" for year in (today.year, today.year - 1)}
    return {f"{year}-{month + 1:02d}": f"{year} 年 {month + 1} 月" for year, month in months} | years


def _areas(work: Work) -> Sequence[tuple[int, str]]:
    """The areas to narrow to: all for an admin, those under one's own, none for a firm."""
    asker = me().asker
    return [(one.id, one.name) for one in views.areas(work) if asker.sees_all or one.id in asker.areas]


def _days(work: Work, wanted: ServingsWanted) -> list[Cut]:
    if wanted.until - wanted.since > timedelta(days=DAYS_ALONE):
        return []
    days = counted.servings_by_day(work, me().asker, wanted)
    rows = [(day_named(one), sums) for one, sums in days.items()]
    return [Cut("day", "每天", "日期", "columns", (*EATEN, "waiting"), rows)]


def _cuts(cells: Sequence[counted.Servings]) -> list[Cut]:
    def by(key: Callable[[counted.Servings], str]) -> list[tuple[str, Served]]:
        return list(counted.add_up(cells, key).items())

    def most_first(key: Callable[[counted.Servings], str]) -> list[tuple[str, Served]]:
        return sorted(by(key), key=lambda row: -row[1].meals)

    bands = sorted(by(lambda one: one.age_band), key=lambda row: counted.AGE_BANDS.index(row[0]))
    months = by(lambda one: one.month)
    return [
        *([Cut("month", "每月", "月份", "columns", PAID, _months(months))] if len(months) > 1 else []),
        Cut("canteen", "各食堂", "食堂", "bars", EATEN, most_first(lambda one: one.canteen)),
        Cut("estate", "各小区", "小区", "bars", EATEN, most_first(lambda one: one.estate or NOWHERE)),
        Cut("age", "各年龄段", "年龄", "bars", EATEN, [(_band(band), sums) for band, sums in bands]),
    ]


def _months(rows: Sequence[tuple[str, Served]]) -> Sequence[tuple[str, Served]]:
    """With the months in words; the year is said where there is more than one."""
    one_year = len({month[:4] for month, _ in rows}) == 1
    return [(f"{'' if one_year else month[:4] + ' 年 '}{int(month[5:])} 月", sums) for month, sums in rows]


def _band(band: str) -> str:
    return word(band or "unknown", "age_band")


def _payers(paid: Sequence[counted.SubsidyPaid]) -> Sequence[tuple[str, str, int, int]]:
    """(payer, tier, meals, cents), who paid most first."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in paid:
        meals, cents = found.get((one.payer, one.tier), (0, 0))
        found[one.payer, one.tier] = meals + one.meals, cents + one.cents
    return sorted(((*names, *sums) for names, sums in found.items()), key=lambda row: -row[3])


def _by_name(dishes: Sequence[counted.DishServed]) -> Sequence[counted.DishServed]:
    """Dishes of one name together, whichever canteen cooked them; what was eaten most first."""
    found: dict[str, counted.DishServed] = {}
    for one in dishes:
        known = found.get(one.dish, counted.DishServed("", one.dish, 0, 0, 0, 0))
        sums = {name: getattr(known, name) + getattr(one, name) for name in SUMS_OF_DISHES}
        found[one.dish] = replace(known, **sums)
    return sorted(found.values(), key=lambda one: -one.portions)


def export_servings() -> ResponseReturnValue:
    """One of the report's tables as a file, in the finest lines that there are."""
    asked = request.form.get("what", "")
    what = asked if asked in FILES else "servings"
    view, row = FILES[what]
    wanted, _ = _wanted()
    with looking() as work:
        found = view(work, me().asker, wanted)
    return export(what, [row(one) for one in found])


def _servings_row(one: counted.Servings) -> Mapping[str, Any]:
    names = {"month": one.month, "canteen": one.canteen, "estate": one.estate or NOWHERE}
    return {**names, "age_band": _band(one.age_band), **asdict(one.sums)}


def _dish_row(one: counted.DishServed) -> Mapping[str, Any]:
    return {**asdict(one), "score": score(one)}


FILES: Mapping[str, tuple[Callable[..., Sequence[Any]], Callable[[Any], Mapping[str, Any]]]] = {
    "servings": (counted.servings, _servings_row),
    "subsidies": (counted.subsidies_paid, asdict),
    "dishes_served": (counted.dishes_served, _dish_row),
}


def score(one: counted.DishServed) -> str:
    """The mean of the digits with one place, rounded half up; empty when nobody gave one."""
    tenths = (one.scores * 20 + one.rated) // (2 * one.rated) if one.rated else None
    return "" if tenths is None else f"{tenths // 10}.{tenths % 10}"
