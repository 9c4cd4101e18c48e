"""Hides phones, identity and other long numbers, and doors in words that go to a group."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_letters

PHONE, NUMBER, IDENTITY, DOOR = "〔电话已隐去〕", "〔号码已隐去〕", "〔证件号已隐去〕", "〔门牌已隐去〕"
DOOR_LEFT = "留了门牌，只有接单的师傅能看到"  # in place of words that are a door, however it is written
NAME = "〔姓名已隐去〕"
SAID = frozenset({"words", "summary_group", "question", "sentence", "place"})  # facts in somebody's own words

# Full-width digits, letters and the signs that stand in numbers, as their plain forms.
_PLAIN = {0xFEE0 + ord(c): c for c in "0123456789" + ascii_letters + ".-+"}

_HAN = {
    "0": "零〇○洞", "1": "一幺壹", "2": "二两贰", "3": "三叁", "4": "四肆", "5": "五伍", "6": "六陆", "7": "七柒拐",
    "8": "八捌", "9": "九玖勾",
}  # fmt: skip
_D = "[0-9" + "".join(_HAN.values()) + "]"
_GAP = r"[\s.·_\-—–]{0,2}"
# A phone is dictated with pauses: 一三八，零零一三，嗯，八零零零.
_PAUSE = r"(?:[\s.·_\-—–,，、。…/~:：()（）]|嗯|啊|呃|的|是|再|然后|接着|中间|后面|最后){0,6}"
_N = r"[\d一二三四五六七八九十两]"
_DASH = r"\s*[-—–~]\s*"
_SUFFIX = r"(?:\s*(?:号房|室|房|号|户))?"
# 602, 1203A, 12B03, B1203, 六〇二. No door ends in 00: 300 is a count.
_ROOM = (
    rf"(?:\d{{1,2}}[A-Za-z]\d{{2}}|(?![A-Za-z]?\d{{1,2}}00(?!\d))"
    rf"(?:[A-Za-z]?\d{{3,4}}(?:[A-Ha-h](?![A-Za-z]))?|{_D}{{3,4}}))"
)
_ALONE = rf"(?<![\dA-Za-z.]){_ROOM}(?![\dA-Za-z])(?!{_D})"

# What makes a number a quantity, a time or the number of something else than a door.
_UNIT = (
    r"\s*(?:元|块|毛|米|度|次|分|秒|点|年|月|日|天|周|号楼|号线|号|楼|层|栋|幢|弄|单元|个|人|位|只|条|台|部|辆|盏|根|棵|扇|片"
    r"|张|套|把|件|箱|包|瓶|斤|公斤|克|升|瓦|伏|安|平|厘米|毫米|公分|公里|小时|岁|级|份|倍|批|期|路|多|来个|余|万|千|百|摄氏"
    r"|[%‰℃°]|[cm]m|kg|[mwv]\b|[.:：/\-—~]\s*\d)"
)
# Counters that are surnames too: 602张阿婆 is a door and who lives there, 602张票 is not.
_PERSON = (
    r"\s*[张安平万包毛米路][\u4e00-\u9fff]{0,2}?"
    r"(?:阿婆|阿公|阿姨|阿伯|奶奶|爷爷|外婆|外公|大爷|大妈|大娘|大叔|婆婆|公公|叔|伯|先生|女士|小姐|太太|师傅|老师|老太|老伯)"
)
_NO_UNIT = rf"(?!(?!{_PERSON}){_UNIT})"
_EMERGENCY = r"(?!(?:110|119|120|122)(?!\d))"
# A door stands at the start of a clause, or after a word of place.
_HEAD = re.compile(
    r"(?:^|[\s,，。.!！?？;；、:：()（）“”\"'…〕]"
    r"|门牌号?|房间号?|房号|室号|楼上|楼下|隔壁|对门|对面|邻居|[我家住在是到给从和与跟往找去漏])\s*$"
)
_NAMED = re.compile(
    r"(?:工单号?|单号|编号|订单号?|型号|密码|尾号|温度|电压|频道|共|约|大概|第|查|催|价格?|[0-9A-Za-z〔#【])[:：\s]*$"
)

# In this order: what is longer and surer first.
_MASKS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            r"(?<!\d)\d{4}(?:[\s-]{1,2}\d{4}){2,3}[\s-]{1,2}\d{1,4}(?![\dXx])",
            NUMBER,
        ),  # as a bank card shows it
        (rf"(?<!{_D}){_D}(?:{_GAP}{_D}){{16}}{_GAP}(?:{_D}|[Xx])(?!{_GAP}{_D})", IDENTITY),
        (rf"(?<!\d)\d{{6}}{_GAP}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}(?!\d)", IDENTITY),
        (
            rf"(?<!{_D})(?:[+]?86{_GAP})?[1一幺壹]{_PAUSE}[3-9三四五六七八九拐勾](?:{_PAUSE}{_D}){{9}}(?!{_D})",
            PHONE,
        ),
        (rf"(?<!\d)0\d{{2,3}}{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)", PHONE),
        (r"(?<=[话机码])\s*[是为:：]?\s*\d{3,4}[-\s]\d{4}(?!\d)", PHONE),
        (rf"{_D}{{7,}}[Xx]?", NUMBER),
        (
            rf"(?<!\d)({_N}{{1,3}})\s*(号楼|栋|幢|号)\s*(?:{_N}{{1,2}}\s*单元)?\s*{_ROOM}(?!\d){_SUFFIX}{_NO_UNIT}",
            r"\1 \2",
        ),
        (rf"(?<!\d)({_N}{{1,3}})\s*(号楼|栋|幢)\s*{_N}{{1,2}}{_DASH}{_ROOM}(?!\d){_SUFFIX}", r"\1 \2"),
        (rf"(?<!\d)(\d{{1,3}}){_DASH}\d{{1,2}}{_DASH}\d{{3,4}}(?!\d){_SUFFIX}", r"\1 号楼"),
        (rf"(?<!\d){_N}{{1,2}}\s*单元\s*{_ROOM}(?!\d){_SUFFIX}", DOOR),
        (rf"(?<!\d)\d{{1,3}}{_DASH}\d{{3,4}}(?!\d){_SUFFIX}", DOOR),
        (rf"(?<!\d){_N}{{1,3}}\s*[楼层]\s*(?:0\d|{_ROOM})(?!\d){_SUFFIX}{_NO_UNIT}", DOOR),
        (rf"{_ALONE}\s*(?:室|号房|房|户|家)", DOOR),
        (r"(?<![\dA-Za-z])\d{1,2}[A-Za-z]\d{2}(?![\dA-Za-z])", DOOR),
    )
)
_BARE_ROOM = re.compile(_EMERGENCY + _ALONE + _NO_UNIT)


def mask(words: str, letters: int | None = None, rooms: Iterable[str | None] = ()) -> str:
    """The words without phones, identity numbers, runs of seven digits or more, and doors; cut to `letters`.

    `rooms`: the doors that are known to be meant, hidden however they are spelt: 602, 六〇二, 六百零二, 6楼02; None
    and empty are no door.
    """
    known = tuple(room for room in rooms if room)
    words = words.translate(_PLAIN)
    # Again until nothing is left: what stood behind a hidden door may now stand behind a word for one.
    while (masked := _masked_once(words, known)) != words:
        words = masked
    if letters is not None and len(words) > letters:
        words = words[: letters - 1] + "…"
    return words


def hide(
    words: str, names: Iterable[str | None], rooms: Iterable[str | None] = (), letters: int | None = None
) -> str:
    """What mask() gives, and without these names, with or without blanks in them. A single letter is no name."""
    for name in sorted({"".join(one.split()) for one in names if one}, key=len, reverse=True):
        if len(name) > 1:
            words = re.sub(r"\s*".join(map(re.escape, name)), NAME, words, flags=re.I)
    return mask(words, letters, rooms)


def _masked_once(words: str, rooms: tuple[str, ...]) -> str:
    for pattern, hidden in _MASKS:
        words = pattern.sub(hidden, words)
    for room in rooms:
        words = _spellings(room).sub(DOOR, words)
    return " ".join(_BARE_ROOM.sub(_unless_named, words).split())


def _unless_named(found: re.Match[str]) -> str:
    """A door where one is said; other numbers as they are."""
    before = found.string[: found.start()]
    return DOOR if _HEAD.search(before) and not _NAMED.search(before) else found[0]


@lru_cache(maxsize=1024)
def _spellings(room: str) -> re.Pattern[str]:
    """Every spelling of one door: digits of any kind, 六百零二, 6楼02. Short ones only with 室."""
    room = room.translate(_PLAIN).strip()
    kinds = [_any_kind(char) for char in room]
    forms = [r"[\s.]?".join(kinds)]
    if re.fullmatch(r"\d{3,4}", room):
        forms += [_floor_and_door(room), _in_words(room)]
    suffix = r"\s*(?:号房|室|房|户|家)"
    end = rf"(?!\d)(?:{suffix}|{_NO_UNIT})" if len(room) > 2 else suffix
    return re.compile(rf"(?<![\dA-Za-z.])(?:{'|'.join(forms)}){end}", re.I)


def _any_kind(char: str) -> str:
    return f"[{char}{_HAN[char]}]" if char in _HAN else re.escape(char)


def _floor_and_door(room: str) -> str:
    """6楼02, 六层2, 十二楼03."""
    floor, door = room[:-2], room[-2:]
    tens = "|".join(_tens(int(floor)))
    doors = "".join(map(_any_kind, door)) + (f"|{_any_kind(door[1])}" if door[0] == "0" else "")
    return rf"(?:{floor}|{tens})\s*[楼层]\s*(?:{doors})"


def _in_words(room: str) -> str:
    """六百零二, 一千二百零三, 一千零三."""
    value = int(room)
    thousands, hundreds, rest = value // 1000, value // 100 % 10, value % 100
    parts = f"{_digit(thousands)}千" if thousands else ""
    parts += f"{_digit(hundreds)}百" if hundreds else ""
    if rest < 10 or not hundreds:
        parts += "[零〇]"
    return parts + f"(?:{'|'.join(_tens(rest))})"


def _digit(value: int) -> str:
    return f"[{_HAN[str(value)]}]"


def _tens(value: int) -> list[str]:
    """十二, 一十二, 二十, 三: a number below a hundred."""
    tens, ones = divmod(value, 10)
    last = _digit(ones) if ones else ""
    if not tens:
        return [last or "零"]
    return [f"{_digit(tens)}十{last}", *([f"十{last}"] if tens == 1 else [])]


_EXTENSION = re.compile(r"(?<=[0-9]{7})-[0-9]{1,6}$")


def mask_name(name: str) -> str:
    """A name by its first letter only: 张**."""
    return f"{name.strip()[0]}**" if name.strip() else ""


def mask_phone(phone: str) -> str:
    """A phone number by which a clerk tells people apart, but calls nobody.

    >>> mask_phone("13812345678"), mask_phone("02162221234-801")
    ('138****5678', '021****1234-801')
    """
    line = _EXTENSION.sub("", phone)
    if len(line) <= 7:
        return "****" if phone else ""
    return f"{line[:3]}****{line[-4:]}{phone[len(line) :]}"
