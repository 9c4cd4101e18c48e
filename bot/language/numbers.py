"""Numbers, choices and yes or no, as people type or say them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.tables import any_of, read_table
from bot.language.text import bare, clean, spellings

_TABLE = read_table("numbers")
_DIGITS: dict[str, int] = _TABLE["digits"]
_UNITS: dict[str, int] = _TABLE["units"]
_REWRITES: dict[str, str] = _TABLE["rewrites"]
_LONGEST = 9  # digits; nothing here counts to a billion

_TENS: dict[str, str] = _TABLE["tens"]

SPOKEN = "[" + "".join((*_DIGITS, *_UNITS, *_TENS)) + "]"
_TOKEN = re.compile(rf"[0-9]+(?:\.[0-9]+)?|{SPOKEN}+")
_NOT_NUMBERS = re.compile(any_of(_TABLE["not_numbers"]))
_VAGUE = re.compile(
    rf"[几多余半负-]\s*(?:[0-9]|{SPOKEN})|(?:[0-9]|{SPOKEN})\s*(?:[几多余半点%/:~]|来个|来份)"
)
_BARE = re.compile(rf"第?\s*(?P<number>[0-9]+|{SPOKEN}+)\s*{any_of(_TABLE['measures'])}?")
_CHOSEN = re.compile(
    rf"(?:{any_of(_TABLE['choose'])}\s*第?\s*(?P<a>[0-9]+|{SPOKEN}+)\s*{any_of(_TABLE['option_measures'])}?"
    rf"|{any_of(_TABLE['want'])}\s*第\s*(?P<b>[0-9]+|{SPOKEN}+)\s*{any_of(_TABLE['option_measures'])}"
    rf"|{any_of(_TABLE['want'])}\s*(?P<c>[0-9]+|{SPOKEN}+)\s*号?)"
)
_NUMBERED_LABEL = re.compile(rf"(?P<number>[0-9]+|{SPOKEN}+)\s*[.、,:)\s]\s*(?P<label>\S.*)", re.S)
_WANT = re.compile(rf"^(?:{any_of([*_TABLE['want'], *_TABLE['choose']])}\s*)+")
_REFUSED = re.compile(any_of(_TABLE["not_wanted"]) + r"(?:这个|那个|选|很|太|怎么|特别|十分|那么)*$")
_SPACES = re.compile(r"(?<=[\u4e00-\u9fff])\s+|\s+(?=[\u4e00-\u9fff])")
_SHORT_ANSWER = 8  # characters that may stand around a label


def read_numeral(token: str) -> int | None:
    """The value of one run of digits or of Chinese numerals; None for 两三 (a guess) and malformed runs."""
    if token.isascii():
        return int(token) if token.isdigit() and len(token) <= _LONGEST else None
    if len(token) > _LONGEST * 2:
        return None
    for short, long in _TENS.items():
        token = token.replace(short, long)
    if any(c in _UNITS for c in token):
        return _with_units(token)
    return _digit_by_digit(token)


def _digit_by_digit(token: str) -> int | None:
    digits = [_DIGITS[c] for c in token if c in _DIGITS]
    guess = len(digits) == 2 and digits[1] == digits[0] + 1 and digits[0] > 0
    if guess or not digits or len(digits) != len(token) or len(digits) > _LONGEST:
        return None
    return int("".join(map(str, digits)))


def _with_units(token: str) -> int | None:
    """十二, 一百零二, 一百二 (120). Units must fall, and only 零 may stand beside another digit."""
    total, digit, last_unit, gap = 0, -1, 100_000, False
    for c in token:
        if c in _DIGITS:
            if digit > 0:
                return None
            digit, gap = _DIGITS[c], gap or _DIGITS[c] == 0
            continue
        unit = _UNITS[c]
        if unit >= last_unit or (digit < 0 and unit != 10):
            return None
        total, digit, last_unit, gap = total + max(digit, 1) * unit, -1, unit, False
    if digit > 0:
        total += digit if gap or last_unit <= 10 else digit * last_unit // 10
    return total


def _prepare(text: str) -> str:
    text = clean(text)
    for word, plain in _REWRITES.items():
        text = text.replace(word, plain)
    return text


def read_number(text: str) -> int | None:
    """The one whole number in `text` (2, ２, 二, 两份, 第二个, 一百零二).

    None when there is none, more than one, or only a guess (两三份, 十几个, 半份, 1.5).
    """
    text = _NOT_NUMBERS.sub(" ", _prepare(text))
    tokens = _TOKEN.findall(text)
    if len(tokens) != 1 or _VAGUE.search(text):
        return None
    return read_numeral(tokens[0])


def bare_number(text: str) -> int | None:
    """The number when `text` is nothing else: 2, 第二个, 2号, 两份. None for 2号楼 or 我家有两个人."""
    found = _BARE.fullmatch(bare(_prepare(text)))
    return read_numeral(found["number"]) if found else None


def with_digits(text: str) -> str:
    """`text` with its spoken numerals as digits, so that 两份 and 2份 compare equal."""

    def digits(found: re.Match[str]) -> str:
        value = read_numeral(found[0])
        return found[0] if value is None else str(value)

    return _TOKEN.sub(digits, text)


def read_option(text: str, labels: Sequence[str]) -> int | None:
    """Which of `labels` (0-based) a reply chooses, or None.

    Chosen by a bare number, 第N个, N号, 选N, or by the label: exact, a clear part (at least two
    characters) of exactly one, or named in a short answer. Never by a number inside a sentence, never
    when refused (不要电梯). A label outranks a number with a measure: of 2号楼 and 3号楼, "2号" is the first.
    """
    answer = with_digits(bare(_prepare(text)))
    names = [with_digits(bare(_prepare(label))) for label in labels]
    numbered = _NUMBERED_LABEL.fullmatch(answer)
    answer, names = _close(answer), [_close(name) for name in names]
    if numbered and answer not in names:
        named = _named(_close(numbered["label"]), names)
        if named is not None:  # 2.公共部位: the number and the label have to agree.
            return named if named + 1 == read_numeral(numbered["number"]) else None
    if not answer.isdigit():
        named = _named(answer, names)
        if named is not None:
            return named
    number = _chosen_number(answer)
    if number is None:
        return None
    return number - 1 if 1 <= number <= len(names) else _exact(answer, names)


def _close(text: str) -> str:
    """Without the spaces beside Chinese characters: some write 3 号楼, some 3号楼."""
    return _SPACES.sub("", text).strip()


def _chosen_number(answer: str) -> int | None:
    found = _BARE.fullmatch(answer)
    if found:
        return read_numeral(found["number"])
    found = _CHOSEN.fullmatch(answer)
    return read_numeral(found["a"] or found["b"] or found["c"]) if found else None


def _exact(answer: str, names: Sequence[str]) -> int | None:
    same = [index for index, name in enumerate(names) if name == answer]
    return same[0] if len(same) == 1 else None


def _named(answer: str, names: Sequence[str]) -> int | None:
    exact = _exact(answer, names)
    if exact is not None:
        return exact
    part = _WANT.sub("", answer)
    if _chosen_number(answer) is None or not part.isdigit():
        within = [index for index, name in enumerate(names) if len(part) >= 2 and part in name]
        starting = [index for index in within if names[index].startswith(part)]
        if len(within) == 1 or (_BARE.fullmatch(part) and len(starting) == 1):
            return (starting or within)[0]
    return _mentioned(answer, names)


def mentioned(text: str, labels: Sequence[str]) -> int | None:
    """Which of `labels` (0-based) a sentence of any length names whole, if just one; never one that is refused.

    >>> mentioned("明天中午订两份红烧肉送到家", ["红烧肉", "炖豆腐"]), mentioned("不要红烧肉", ["红烧肉"])
    (0, None)
    """
    said, names = (
        _close(with_digits(clean(text))),
        [_close(with_digits(bare(_prepare(label)))) for label in labels],
    )
    return _whole(said, [(index, name) for index, name in enumerate(names) if len(name) >= 2])


def says_any(text: str, words: Sequence[str]) -> bool:
    """Whether a sentence says one of `words` and does not refuse it.

    >>> says_any("请送上门", ["送上门"]), says_any("不要送上门", ["送上门"])
    (True, False)
    """
    said = _close(clean(text))
    places = (found.start() for word in words for found in re.finditer(re.escape(word), said))
    return any(not _REFUSED.search(said[:start]) for start in places)


def measured(text: str, unit: str) -> int | None:
    """The whole number that stands before `unit` in a sentence, if just one does and it is no guess.

    >>> measured("明天订两份红烧肉", "份"), measured("两三份", "份"), measured("不要两份", "份")
    (2, None, None)
    """
    found = list(re.finditer(rf"(?P<number>[0-9]+|{SPOKEN}+)\s*{re.escape(unit)}", _prepare(text)))
    if len(found) != 1 or _VAGUE.search(found[0].string[max(0, found[0].start() - 1) : found[0].end()]):
        return None
    return None if _REFUSED.search(found[0].string[: found[0].start()]) else read_numeral(found[0]["number"])


def _mentioned(answer: str, names: Sequence[str]) -> int | None:
    """The one label named in a short answer."""
    long = ((i, name) for i, name in enumerate(names) if len(name) >= 2)
    return _whole(answer, [(i, name) for i, name in long if len(answer) <= len(name) + _SHORT_ANSWER])


def _whole(answer: str, names: Sequence[tuple[int, str]]) -> int | None:
    """The one label named. Longer labels hide those within; refused ones do not count."""
    chosen: set[int] = set()
    rest = answer
    for index, name in sorted(names, key=lambda one: -len(one[1])):
        for found in re.finditer(re.escape(name), rest):
            # A digit before "2份" makes it another number: 12份.
            joined = name[0].isdigit() and rest[: found.start()][-1:].isdigit()
            if not joined and not _REFUSED.search(rest[: found.start()]):
                chosen.add(index)
        rest = rest.replace(name, "\0" * len(name))
    return chosen.pop() if len(chosen) == 1 else None


_ANSWERS = read_table("yes_no")
_YES = re.compile(any_of(_ANSWERS["yes"]) + "++")
_NO = re.compile(any_of(_ANSWERS["no"]) + "++")
_FILLER = re.compile(rf"^{any_of(_ANSWERS['fillers'])}(?=.)")
_POLITE = frozenset(_ANSWERS["polite"])
_CLAUSES = re.compile(r"[\s,。.!;、~]+")


def read_yes_no(text: str) -> bool | None:
    """True for yes, False for no, None when it is neither, both, or a question.

    A yes that brings something new (好的，改成三份) is not a yes to what was asked; a no may bring its
    correction (不对，是 8 号). "1" and "2" are options: see read_option.
    """
    clauses = [c for c in _CLAUSES.split(clean(text).lower()) if c and c not in _POLITE] or [bare(text)]
    senses = [_yes_no_clause(clause) for clause in clauses]
    if len(senses) > 1 and clauses[0] in _ANSWERS["fillers"]:
        senses = senses[1:]
    if senses[0] is False:
        return None if True in senses else False
    return True if all(sense is True for sense in senses) else None


def _yes_no_clause(clause: str) -> bool | None:
    for form in (*spellings(clause), _FILLER.sub("", clause)):
        if _YES.fullmatch(form):
            return True
        if _NO.fullmatch(form):
            return False
    return None
