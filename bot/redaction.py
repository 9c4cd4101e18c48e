"""Takes out of a text what no log may hold: secrets, phones, openids, tokens, what a database repeats of a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "●●●"
SHORTEST_SECRET = 6  # what is shorter would blot out ordinary words

# Names whose value is never shown, whatever it looks like; "session_key", "robot_key" and "aes_key" end in them.
_NAMES = (
    r"[\w-]*(?:token|secret|password|passwd|passphrase|signature|openid|unionid|echostr|aeskey|aes_key|robot_key"
    r"|session_key|api_key|authorization|cookie|touser|fromusername|phone|mobile|external_userid)"
)
_WORD = r"[0-9A-Za-z_-]"
_DIGIT = "[0-9０-９]"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Python's own parting lines of a chained traceback have a colon but no value, so values are one word.
    (
        re.compile(
            rf"(?i)(?<![\w-])(['\"]?(?:{_NAMES})['\"]?\s*[=:]\s*)(?:(?:Bearer|Basic)\s+)?['\"]?[^\s'\"&,;<>)}}\]]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"([?&](?:key|code|ticket)=)[^\s'\"&#]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(Bearer|Basic)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]+@"), rf"\1{HIDDEN}@"),
    # PostgreSQL repeats the row or the key that it refuses.
    (re.compile(r"(?m)\b(DETAIL:|Key \()[^\n]*"), rf"\1 {HIDDEN}"),
    (re.compile(r"\[parameters: [^\n]*"), f"[parameters: {HIDDEN}"),
    # A resident's identity number, then a mobile phone, with the pauses people write.
    (re.compile(rf"(?<!{_DIGIT}){_DIGIT}{{17}}[0-9０-９Xx](?!{_DIGIT})"), HIDDEN),
    (
        re.compile(rf"(?<!{_DIGIT})[1１][3-9３-９]{_DIGIT}(?:[ \u3000-]?{_DIGIT}{{4}}){{2}}(?!{_DIGIT})"),
        HIDDEN,
    ),
    # WeChat: an openid or unionid is 28 characters and begins with o.
    (re.compile(rf"(?<!{_WORD})o(?={_WORD}*[A-Z]){_WORD}{{27}}(?!{_WORD})"), HIDDEN),
    (re.compile(rf"gAAAA{_WORD}{{40,}}=*"), HIDDEN),  # Fernet
    (re.compile(r"(?i)(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"), HIDDEN),
    (re.compile(r"(?i)(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])"), HIDDEN),
    # Any long word of small and capital letters and digits: a token, a key, an id of somebody.
    (re.compile(rf"(?<!{_WORD})(?={_WORD}*[a-z])(?={_WORD}*[A-Z])(?={_WORD}*[0-9]){_WORD}{{20,}}"), HIDDEN),
)
_NAMED = re.compile(rf"(?i){_NAMES}")


class Redaction:
    """What is hidden: everything that looks like a secret, and the very `secrets` of this installation."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        long_enough = sorted({one for one in secrets if len(one) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def text(self, words: str) -> str:
        """The text without what must not be in it."""
        if self._known is not None:
            words = self._known.sub(HIDDEN, words)
        for pattern, instead in _RULES:
            words = pattern.sub(instead, words)
        return words

    def value(self, found: Any) -> Any:
        """The same for any value of a log line, however deep. Numbers stay unless they look like a phone."""
        if isinstance(found, Mapping):
            return {self.text(str(name)): self.field(str(name), one) for name, one in found.items()}
        if isinstance(found, list | tuple | set | frozenset):
            return [self.value(one) for one in found]
        if found is None or isinstance(found, bool | float):
            return found
        if isinstance(found, int):
            return found if self.text(str(found)) == str(found) else HIDDEN
        return self.text(found if isinstance(found, str) else str(found))

    def field(self, name: str, found: Any) -> Any:
        """A named value: hidden whole when its name says that it is a secret."""
        return HIDDEN if _NAMED.fullmatch(name) and found not in (None, "") else self.value(found)
