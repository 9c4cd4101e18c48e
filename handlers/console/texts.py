"""The tab 用语: an administrator puts what residents are told into the town's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue

from bot.own_words import FIELD, Text, advice, fits, lines_of, shaped, wrong
from bot.wording import Unworded, resident_texts, word
from dialogs.emergency import ADVICE
from dialogs.hello import WELCOME
from dialogs.phones import PHONES
from handlers.console.desk import here
from handlers.console.pages import back, found, looking, show, working
from handlers.console.sections import SECTIONS
from handlers.console.talk import PAGE
from handlers.console.words import OWN_TEXTS, TITLES
from handlers.person_talk import URGENT
from models import views
from models.actions.texts import ResetText, SaveText

BUILT_IN: Mapping[str, Text] = {
    **resident_texts(),
    **{f"advice.{kind}": [said] for kind, said in ADVICE.items()},
    "says.welcome": [WELCOME],
    "says.phones": list(PHONES),
    "says.urgent": [URGENT],
}
LETTERS = 40  # of what is searched for
NAMED: Mapping[str, str] = OWN_TEXTS["fields"]  # by field, as whoever writes reads it
FIELDS = {name: field for field, name in NAMED.items()}

Lines = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One text in the list. `own`: in the town's words; `stale`: those no longer fit, so the built-in one is said."""

    name: str
    title: str
    lines: Text
    own: views.OwnText | None
    stale: bool

    def holds(self, sought: str) -> bool:
        """Whether the words searched for stand in its title or lines."""
        said = [self.title, *(named(line) for slot in self.lines for line in lines_of(slot))]
        return any(sought in one for one in said)


def named(line: str) -> str:
    """A line with its fields by their Chinese names: {工单号}."""
    return FIELD.sub(lambda found: f"{{{NAMED.get(found[1], found[1])}}}", line)


def keyed(line: str) -> str:
    """The inverse of named()."""
    return FIELD.sub(lambda found: f"{{{FIELDS.get(found[1], found[1])}}}", line)


def texts() -> ResponseReturnValue:
    """All texts by section, or those that hold what is searched for."""
    sought = request.args.get("q", "").strip()[:LETTERS]
    with looking() as work:
        changed = views.changed_texts(work)
    sections = [
        (title, [one for name in named if (one := _shown(name, changed)).holds(sought)])
        for title, named in OWN_TEXTS["sections"]
    ]
    return _show("texts.html", sought=sought, found=[one for one in sections if one[1]])


def _show(template: str, **facts: Any) -> str:
    return show(template, sections=SECTIONS.values(), section=None, named=named, **facts)


def _shown(name: str, changed: Mapping[str, views.OwnText]) -> Shown:
    own = changed.get(name)
    stale = own is not None and not fits(BUILT_IN[name], own.lines)
    lines = own.lines if own and not stale else BUILT_IN[name]
    return Shown(name, TITLES[name], lines, own, stale)


def text(name: str) -> ResponseReturnValue:
    """One text as it is said now, the built-in one beside it."""
    one = _one(name)
    return _form(one, [lines_of(slot) for slot in one.lines])


def _one(name: str) -> Shown:
    found(BUILT_IN.get(name))
    with looking() as work:
        return _shown(name, views.changed_texts(work))


def change_text(name: str) -> ResponseReturnValue:
    """Show how it would look, or save it."""
    one, text = _one(name), BUILT_IN[name]
    said = _typed(text)
    own = shaped(text, said)
    errors = wrong(text, own)
    if errors or request.form.get("do") != "save":
        return _form(one, said, errors, seen=not errors), 422 if errors else 200
    with working() as work:
        outcome = SaveText(g.me.id, name, tuple(own)).run(work)
    return back(outcome, "已经保存，几秒钟内生效，不用重新启动。", "console.text", name=name)


def _typed(text: Text) -> Lines:
    return [
        [keyed(" ".join(request.form.get(f"line-{n}-{k}", "").split())) for k in range(len(lines_of(slot)))]
        for n, slot in enumerate(text)
    ]


def reset_text(name: str) -> ResponseReturnValue:
    """Say the built-in text again."""
    found(BUILT_IN.get(name))
    with working() as work:
        outcome = ResetText(g.me.id, name).run(work)
    return back(outcome, "已经恢复成原文，几秒钟内生效。", "console.text", name=name)


def _form(
    one: Shown, said: Lines, errors: Mapping[tuple[int, int], str] | None = None, seen: bool = False
) -> str:
    text = BUILT_IN[one.name]
    lines = [
        [
            (k, named(line), named(mine), named((errors or {}).get((n, k), "")))
            for k, (line, mine) in enumerate(zip(lines_of(slot), said[n], strict=True))
        ]
        for n, slot in enumerate(text)
    ]
    fields = {field for slot in text for line in lines_of(slot) for field in FIELD.findall(line)}
    own = shaped(text, said)
    return _show(
        "text.html",
        one=one,
        lines=lines,
        fields=[what for name, what in NAMED.items() if name in fields],
        errors=errors or {},
        warnings=[] if errors else [named(one) for one in advice(text, own)],
        previews=[] if errors else previews(one.name, own),
        seen=seen,
    )


def previews(name: str, own: Text) -> list[str]:
    """What a resident would read, with everything known and with as little as possible known."""
    if name.startswith("says."):
        return ["\n".join(line for slot in own for line in lines_of(slot) if line)]
    if name not in resident_texts() or ("." in name and name.startswith("rating")):
        return [line for slot in own for line in lines_of(slot)]
    full = dict(OWN_TEXTS["sample"])
    bare = {
        key: value for key, value in full.items() if key in ("number", "category", "unit", "place", "into")
    }
    said = (_said(name, own, facts) for facts in (full, bare | {"words": full["words"]}))
    return [words for words in dict.fromkeys(said) if words]


def _said(name: str, own: Text, facts: Mapping[str, Any]) -> str:
    kind, _, end = name.partition(".")
    try:
        facts = {**facts, "end": end}
        return word(
            kind, facts, channel=PAGE, names=here().categories, at=here().clock.now(), own={name: list(own)}
        ).words
    except Unworded:
        return ""
