"""Draws the sheets of bot/papers.py: A4, black on white, a subset of one font inside, so that they show anywhere.

python -m bot.drawing    reads one sheet as JSON, and writes its PDF
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from bot.papers import Column, Label, Section

FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"
LETTERS = "letters"  # what the font is called inside a sheet
MAINLAND, LOCAL_FORMS = "ZHS", "locl"  # OpenType: the letters as they are written here, dots and commas too
UNKNOWN = "〓"  # in place of a letter that the font does not have
MARGIN, GUTTER, PAD = 14.0, 3.0, 1.5  # millimetres: of the page, between columns, above and below a row
TITLE, HEADING, TEXT, SMALL = 20.0, 14.0, 11.5, 9.5  # points
LINE = 0.53  # millimetres of a line for each point of its letters
GREY, INK = 90, 0
LABEL_COLUMNS, LABEL_ROWS = 3, 8
LABEL_WIDTH, LABEL_HEIGHT = 70.0, 37.0
LABEL_EDGE = 4.0  # what a printer may not reach, and where labels are cut
PART = 13.0  # millimetres for which one of how many it is
SMALLEST = 7.0  # points
MARKS, MARK_LINES = (
    (10.0, 9.0, 8.0),
    2,
)  # points of a label's marks, the first in which they take so many lines
FITS = (("\n", 11.5), ("\n", 10.5), ("、", 10.5), ("、", 9.0), ("、", 8.0), ("、", 7.0), ("、", 6.0))
"""Ways to set the dishes of a label: what stands between them, and points; the first one that fits."""


def tables(title: str, notes: Sequence[str], sections: Iterable[Section], made_at: datetime) -> bytes:
    """A PDF of tables; each page says at its foot which one of how many it is. `made_at`: as people here read it."""
    with closing(_Paper(made_at)) as paper:
        paper.add_page()
        paper.words(title, TITLE)
        for note in notes:
            paper.words(note, TEXT)
        for number, section in enumerate(sections):
            if section.apart and number:
                paper.add_page()
            _section(paper, section)
        return bytes(paper.output())


def labels(found: Sequence[Label], made_at: datetime) -> bytes:
    """A PDF of labels for sheets of 3 × 8, row by row. Without a label: one page that is empty."""
    with closing(_Paper(made_at, footed=False)) as paper:
        paper.set_auto_page_break(False)
        on_page = LABEL_COLUMNS * LABEL_ROWS
        for number, one in enumerate(found):
            if number % on_page == 0:
                paper.add_page()
            row, column = divmod(number % on_page, LABEL_COLUMNS)
            _label(paper, one, column * LABEL_WIDTH, row * LABEL_HEIGHT)
        if not found:
            paper.add_page()
        return bytes(paper.output())


class _Paper(FPDF):
    """A4 with our font and, if `footed`, a line at the foot."""

    def __init__(self, made_at: datetime, *, footed: bool = True) -> None:
        super().__init__(format="A4")
        self.footed = footed
        self.c_margin = 0
        self.set_creation_date(made_at)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 6)
        self.add_font(LETTERS, fname=_font_file())
        font = self.fonts[LETTERS]
        assert isinstance(font, TTFFont)
        for letter, (name, number) in _local_forms().items():
            font.cmap[letter], font.glyph_ids[letter] = name, number
        self.set_font(LETTERS, size=TEXT)

    def close(self) -> None:
        """Close the font's file, which is read as letters are needed."""
        font = self.fonts[LETTERS]
        assert isinstance(font, TTFFont)
        font.ttfont.close()

    def footer(self) -> None:
        """Which page it is."""
        if not self.footed:
            return
        self.set_y(-MARGIN)
        self.set_font(LETTERS, size=SMALL)
        self.set_text_color(GREY)
        self.cell(0, 5, f"第 {self.page_no()} 页，共 {{nb}} 页", align=Align.R)
        self.set_text_color(INK)

    def words(self, text: str, size: float) -> None:
        """A paragraph over the whole width."""
        self.set_font(LETTERS, size=size)
        self.multi_cell(0, size * LINE, printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def fitted(self, text: str, width: float, size: float) -> str:
        """Set the letters as large as the text fits on one line, down to SMALLEST; what still does not is cut."""
        shown = printable(text)
        self.set_font(LETTERS, size=size)
        while size > SMALLEST and self.get_string_width(shown) > width:
            size -= 0.5
            self.set_font(LETTERS, size=size)
        while shown and self.get_string_width(shown) > width:
            shown = shown.removesuffix("…")[:-1] + "…" if len(shown) > 1 else ""
        return shown

    def wrapped(self, text: str, width: float, size: float) -> list[str]:
        """The lines of a text in letters of that size, which are then set."""
        self.set_font(LETTERS, size=size)
        lines = self.multi_cell(width, size * LINE, text, dry_run=True, output=MethodReturnValue.LINES)
        return list(cast(list[str], lines))


def _section(paper: _Paper, section: Section) -> None:
    head = (HEADING + TEXT * 3) * LINE
    if paper.will_page_break(head):
        paper.add_page()
    if section.heading:
        paper.ln(2.5)
        paper.words(section.heading, HEADING)
    for note in section.notes:
        paper.words(note, TEXT)
    if not section.columns:
        return
    paper.ln(1)
    shares = sum(one.share for one in section.columns)
    widths = [paper.epw * one.share / shares for one in section.columns]
    _row(paper, section.columns, widths, [one.title for one in section.columns], head=True)
    for cells in section.rows:
        _row(paper, section.columns, widths, cells)


def _row(
    paper: _Paper,
    columns: Sequence[Column],
    widths: Sequence[float],
    cells: Sequence[str],
    *,
    head: bool = False,
) -> None:
    """One row with a line under it; it is never torn between two pages."""
    sizes = [SMALL if head else HEADING if one.big else TEXT for one in columns]
    shown = [printable(cell) for cell in cells]
    heights = []
    for text, width, size in zip(shown, widths, sizes, strict=True):
        heights.append(len(paper.wrapped(text, width - GUTTER, size)) * size * LINE)
    height = max(heights) + 2 * PAD
    if paper.will_page_break(height):
        paper.add_page()
        if not head:
            _row(paper, columns, widths, [one.title for one in columns], head=True)
    top, left = paper.get_y(), paper.l_margin
    paper.set_text_color(GREY if head else INK)
    for one, text, width, size, own in zip(columns, shown, widths, sizes, heights, strict=True):
        paper.set_xy(left, top + (height - own) / 2)
        paper.set_font(LETTERS, size=size)
        align = Align.R if one.right else Align.L
        paper.multi_cell(width - GUTTER, size * LINE, text, align=align)
        left += width
    paper.set_text_color(INK)
    paper.set_draw_color(INK if head else 190)
    paper.line(paper.l_margin, top + height, paper.l_margin + paper.epw, top + height)
    paper.set_xy(paper.l_margin, top + height)


def _label(paper: _Paper, one: Label, left: float, top: float) -> None:
    inner, x, y = LABEL_WIDTH - 2 * LABEL_EDGE, left + LABEL_EDGE, top + LABEL_EDGE
    corner = 19.0 if one.corner else 0.0
    paper.set_xy(x, y)
    paper.cell(inner - corner, 7, paper.fitted(one.name, inner - corner - 2, 15))
    if one.corner:
        paper.set_xy(x + inner - corner, y)
        paper.cell(corner, 7, paper.fitted(one.corner, corner, 11), align=Align.R)
    part = PART if one.part else 0.0
    paper.set_xy(x, y + 7)
    paper.cell(inner - part, 5, paper.fitted(one.place, inner - part, 10))
    if one.part:
        paper.set_xy(x + inner - part, y + 7)
        paper.cell(part, 5, paper.fitted(one.part, part, 12), align=Align.R)
    bottom = top + LABEL_HEIGHT - LABEL_EDGE + 1
    if one.marks:
        bottom = _marks(paper, one.marks, x, bottom, inner)
    _dishes(paper, one.lines, x, y + 12, inner, bottom - (y + 12))


def _marks(paper: _Paper, marks: str, x: float, bottom: float, width: float) -> float:
    """The marks above `bottom`, in as many lines as they need: they are never cut. Gives where they begin."""
    for size in MARKS:
        lines = paper.wrapped(printable(marks), width - 2, size)
        if len(lines) <= MARK_LINES:
            break
    height = size * LINE * 0.95
    top = bottom - len(lines) * height
    paper.set_fill_color(INK)
    paper.set_text_color(255)
    for number, line in enumerate(lines):
        paper.set_xy(x, top + number * height)
        paper.cell(paper.get_string_width(line) + 2, height + 0.2, line, fill=True, align=Align.C)
    paper.set_text_color(INK)
    return top - 0.5


def _dishes(paper: _Paper, lines: Sequence[str], x: float, y: float, width: float, height: float) -> None:
    """One under the other while they fit in large letters, else one after the other in smaller ones."""
    for between, size in FITS:
        found = paper.wrapped(printable(between.join(lines)), width, size)
        if len(found) * size * LINE * 0.9 <= height:
            break
    for number, line in enumerate(found):
        paper.set_xy(x, y + number * size * LINE * 0.9)
        paper.cell(width, size * LINE * 0.9, line)


def printable(text: str) -> str:
    """The text with a sign in place of each letter that the font does not have.

    >>> printable("红烧肉🍖 12 份")
    '红烧肉〓 12 份'
    """
    known = _letters()
    return "".join(one if one == "\n" or (one >= " " and ord(one) in known) else UNKNOWN for one in text)


@cache
def _font_file() -> Path:
    """The file of the font. Raises FileNotFoundError when its package is not installed whole."""
    found = find_spec(FONT_PACKAGE)
    folder = Path(found.origin).parent if found and found.origin else None
    file = next(folder.glob("*.otf"), None) if folder else None
    if file is None:
        raise FileNotFoundError(f"the font of {FONT_PACKAGE} is missing: install the package again")
    return file


@cache
def _letters() -> frozenset[int]:
    with TTFont(_font_file(), lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


@cache
def _local_forms() -> Mapping[int, tuple[str, int]]:
    """By letter the glyph (name, number) of its form in mainland China, where it is not the font's own first one."""
    with TTFont(_font_file(), lazy=True) as font:
        table = font["GSUB"].table
        features = table.FeatureList.FeatureRecord
        lookups = {
            index
            for script in table.ScriptList.ScriptRecord
            for record in script.Script.LangSysRecord
            if record.LangSysTag.strip() == MAINLAND
            for number in record.LangSys.FeatureIndex
            if features[number].FeatureTag == LOCAL_FORMS
            for index in features[number].Feature.LookupListIndex
        }
        forms: dict[str, str] = {}
        for index in sorted(lookups):
            for part in table.LookupList.Lookup[index].SubTable:
                forms |= getattr(part, "ExtSubTable", part).mapping
        glyphs = (font.getBestCmap() or {}).items()
        return {one: (forms[name], font.getGlyphID(forms[name])) for one, name in glyphs if name in forms}


def _sections(rows: Iterable[Mapping[str, Any]]) -> list[Section]:
    return [Section(**{**row, "columns": [Column(**one) for one in row["columns"]]}) for row in rows]


def drawn(sheet: Mapping[str, Any]) -> bytes:
    """The PDF of a sheet as bot/papers.py sends it: labels, or tables under a title."""
    made_at = datetime.fromisoformat(sheet["made_at"])
    if "labels" in sheet:
        return labels([Label(**one) for one in sheet["labels"]], made_at)
    return tables(sheet["title"], sheet["notes"], _sections(sheet["sections"]), made_at)


if __name__ == "__main__":
    sys.stdout.buffer.write(drawn(json.load(sys.stdin.buffer)))
