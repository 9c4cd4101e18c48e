"""The XML of the official account's callbacks."""

import re
import xml.etree.ElementTree as ElementTree

from emulator.store import Json

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_xml(fields: Json, root: str = "xml") -> str:
    """Fields as the platform writes them: text in CDATA, numbers bare, a dict nested, a list repeated."""
    return f"<{root}>{''.join(_element(name, value) for name, value in fields.items())}</{root}>"


def _element(name: str, value: object) -> str:
    if isinstance(value, dict):
        return to_xml(value, name)
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    text = _NOT_XML.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"


def from_xml(body: bytes) -> Json:
    """Parse one XML document whose root is <xml>; raises ValueError, also for any DTD."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("a DTD is not allowed")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # a DTD was refused above
    except ElementTree.ParseError as error:
        raise ValueError(f"not well-formed XML ({error})") from error
    if root.tag != "xml":
        raise ValueError("the root element is not <xml>")
    return _children(root)


def _children(element: ElementTree.Element) -> Json:
    found: Json = {}
    for child in element:
        value = _children(child) if len(child) else (child.text or "")
        if child.tag in found:
            earlier = found[child.tag]
            found[child.tag] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            found[child.tag] = value
    return found
