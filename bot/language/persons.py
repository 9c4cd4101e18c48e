"""Who is spoken of: 我是 3 号楼的张阿姨, 我叫李建国, 派给王师傅, 我爸发烧 38 度."""

from __future__ import annotations

import re

from bot.language.tables import any_of, read_table

_TABLE = read_table("persons")
_SURNAME = any_of(_TABLE["surnames"])
_GIVEN = rf"[^\W\d_a-zA-Z{_TABLE['not_name_chars']}]"
_TITLED = re.compile(
    rf"(?P<name>(?:{any_of(_TABLE['familiar'])}(?={_SURNAME}))?{_SURNAME}{_GIVEN}{{0,2}}?{any_of(_TABLE['titles'])})"
)
_INTRODUCED = re.compile(
    rf"{any_of(_TABLE['introductions'])}[\s:]*(?P<name>{_SURNAME}{_GIVEN}{{1,2}})"
    r"(?=$|[\s,。!、;(\0]|的|住|在|电话|手机|家|工单|[0-9])"
)
_FAMILIAR = re.compile(
    rf"(?:给|派|转|找|叫|让|请|由|是|通知|联系|保安|电工|水工|保洁|管家|网格员|,|^|[0-9]\s*)\s*(?P<name>{any_of(_TABLE['familiar'])}{_SURNAME})"
    r"(?![区孩时心])(?=$|[\s,。!、;\0]|去|来|处理|接|负责|态度|服务|说|在|吧|他|她|那里|电话|[0-9])"
)
_NOT = frozenset(_TABLE["not_names"])
_RARE = frozenset(_TABLE["rare"])
_STARTS = re.compile(rf"(?:^|[\s,。!、;的\0]|{any_of(_TABLE['introductions'])}|住|姓)$")
_WORDS = frozenset(_TABLE["words"])
_INTRODUCES = re.compile(rf"(?:{any_of(_TABLE['introductions'])})$")
_INTRODUCTION = re.compile(r"^(?:我|本人|伊|她|他)?(?:的?(?:名字|姓名))?(?:叫做?|是|[:：])\s*")
_KIN = re.compile(rf"(?:我|阿拉|我们|我家|伲|俺|我的)?(?:家)?(?P<kin>{any_of(_TABLE['kin'])})")


def find_person(text: str) -> str | None:
    """The name by which a person is called in the cleaned `text`: with a title, or after 我叫, 派给 and the like.

    >>> find_person("我是3号楼1101的张阿姨"), find_person("派给小张"), find_person("小区门口的灯")
    ('张阿姨', '小张', None)
    """
    for form in (_INTRODUCED, _TITLED, _FAMILIAR):
        for found in form.finditer(text):
            name = found["name"]
            if form is _TITLED and _is_a_word(name[0], text[: found.start()]):
                continue
            if name not in _NOT:
                return name
    return None


def _is_a_word(surname: str, before: str) -> bool:
    """Whether 时, 和, 麻 and the like are more likely a word here than a surname."""
    return surname in _RARE and not (_INTRODUCES if surname in _WORDS else _STARTS).search(before)


def bare_name(text: str) -> str:
    """A name without the words that introduce it; other words as they are.

    >>> bare_name("我叫张丽。"), bare_name("是王桂芳"), bare_name("张阿姨")
    ('张丽', '王桂芳', '张阿姨')
    """
    said = text.strip("，,。.!！ ")
    return _INTRODUCTION.sub("", said) or said


def find_relative(text: str) -> str | None:
    """Whose health is spoken of, by kinship: 爸 of 我爸发烧, 小孩, 一家三口.

    >>> find_relative("我爸发烧38度多"), find_relative("36.8")
    ('爸', None)
    """
    found = _KIN.search(text)
    return found["kin"] if found else None
