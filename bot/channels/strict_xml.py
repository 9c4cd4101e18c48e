"""Reads the platforms' XML strictly: no DTD, no entities, shallow and short. Writes CDATA that nothing breaks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

MAX_DEPTH = 8  # the deepest known message has five (MASSSENDJOBFINISH)
MAX_ELEMENTS = 1000

Tree = dict[str, Any]
"""Values are text, a Tree, or a list of these where an element is repeated."""


class Malformed(ValueError):
    """Not the XML that a platform would send."""


class _Reader:
    """Collects one document; expat calls its methods."""

    def __init__(self) -> None:
        self.tree: Tree = {}
        self._open: list[tuple[str, Tree]] = []
        self._text: list[str] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise Malformed("too deep or too many elements")
        if not self._open and name != "xml":
            raise Malformed("the root is not xml")
        self._open.append((name, {}))
        self._text = []

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        _, children = self._open.pop()
        if not self._open:
            self.tree = children
            return
        value = children or "".join(self._text)
        self._text = []
        _add(self._open[-1][1], name, value)

    def doctype(self, *_: object) -> None:
        raise Malformed("a DTD is never taken")


def _add(parent: Tree, name: str, value: str | Tree) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]


def read(raw: bytes) -> Tree:
    """The children of the root `xml` by name. The bytes are UTF-8, whatever they claim.

    Raises Malformed.
    """
    reader, parser = _Reader(), ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(raw, True)
    except ExpatError:
        raise Malformed("not well-formed") from None
    return reader.tree


def text(tree: Tree, name: str) -> str:
    """The text of one element, "" when it is not there. Raises Malformed when it is twice or has children."""
    value = tree.get(name, "")
    if not isinstance(value, str):
        raise Malformed("an element is not plain text, or comes twice")
    return value


def trees(tree: Tree, name: str) -> list[Tree]:
    """The elements of that name that have children: one or several read alike."""
    value = tree.get(name, [])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def moment(created: str) -> datetime:
    """CreateTime, in whole seconds, as both platforms write it. Raises Malformed."""
    try:
        return datetime.fromtimestamp(int(created), UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed("a time that no calendar has") from None


def message_id(tree: Tree) -> str:
    """MsgId of a message, which is digits on both platforms. Raises Malformed."""
    number = text(tree, "MsgId")
    if not (number.isascii() and number.isdigit()):
        raise Malformed("a message without its number")
    return number


def cdata(words: str) -> str:
    """A CDATA section that holds exactly `words`, which must have no control characters (see text.plain)."""
    return "<![CDATA[" + words.replace("]]>", "]]]]><![CDATA[>") + "]]>"
