"""Draw rows, cells and heads of a life chart as SVG elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from layertrace.render.lives.captions import cut_text, time_of
from layertrace.render.lives.columns import ChapterHead, Group, columns
from layertrace.render.lives.geometry import LETTER, MARK, MOST_DOTS, Geometry, times_text
from layertrace.render.lives.labels import (
    class_text,
    errors_of,
    hidden_findings,
    outputs_text,
    parameters_text,
    plain_name,
)
from layertrace.render.lives.legend import WORDS
from layertrace.render.lives.marks import Mark
from layertrace.render.lives.palette import Theme, style_sheet
from layertrace.render.lives.rows import Row
from layertrace.render.wording.file_names import base_name
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import UNICODE, printable

__all__ = ["Drawing"]

LINE = 24
EDGE = 24
TOP = 76
HEAD = 78
INDENT = 14
NAME_LETTER = 7.3
WIDEST_NAME = 380
WIDEST_OUTPUT = 18
GAP = 14
BASELINE = 16
LEAST_WIDTH = 760
PROSE_LETTER = 6.9

SHAPES = (
    *(f'<g id="{sign}"><rect class="{sign}" width="{MARK}" height="{MARK}" rx="4"/>'
      f'<text class="w w{sign}" x="8" y="12">{sign}</text></g>' for sign in "ibet"),
    f'<g id="s"><rect class="s" x=".75" y=".75" width="{MARK - 1.5}" height="{MARK - 1.5}" rx="3.5"/>'
    '<text class="k" x="8" y="12">s</text></g>',
    '<g id="x"><circle class="x" cx="8" cy="8" r="7"/><text class="xk" x="8" y="12">!</text></g>',
    '<circle id="d" class="d" cx="2.5" cy="8" r="2.6"/>',
    '<path id="f" d="M2 1h1.6v14H2zM3.6 1.5l8 3.5-8 3.5z"/>',
)  # fmt: skip


class Drawing:
    """A picture that is drawn from top to bottom.

    Args:
        chapters: The heads of the columns.
        visible: The rows, each with its depth.
        is_open: The rows whose inside is shown.
        theme: The colours.
        more: The number of layers that are left out.
        cut: The heads of the columns that are left out.
    """

    def __init__(
        self,
        chapters: Sequence[ChapterHead],
        visible: Sequence[tuple[Row, int]],
        is_open: set[Row],
        theme: Theme,
        *,
        more: int = 0,
        cut: Sequence[ChapterHead] = (),
    ) -> None:
        self.visible = [row for row, _ in visible]
        self._depths = [depth for _, depth in visible]
        self.is_open, self._theme, self._more, self._cut = is_open, theme, more, cut
        self._parts: list[str] = []
        self._outputs = [shortened(outputs_text(row, UNICODE), WIDEST_OUTPUT) for row in self.visible]
        self._parameters = [parameters_text(row) for row in self.visible]
        self._name_width = min(max(map(self._label_width, range(len(visible))), default=0), WIDEST_NAME)
        self._output_x = EDGE + self._name_width + GAP
        outputs = max(map(len, self._outputs), default=0) * LETTER
        self._parameters_x = self._output_x + (outputs + GAP if outputs else 0)
        numbers = max(map(len, self._parameters), default=0) * LETTER
        self._left = self._parameters_x + (max(numbers, 6 * LETTER) + GAP if numbers else 0)
        shown = [row for row in self.visible if self._has_cells(row)]
        self.geometry = Geometry(chapters, shown, self._left)
        self._notes_x = self.geometry.right + GAP
        notes = max((self._notes_width(row) for row in self.visible), default=0)
        self.width = max(self._notes_x + notes if notes else self.geometry.right, LEAST_WIDTH) + EDGE
        self._y = TOP

    def title(self, title: str, facts: str) -> None:
        """Draw the title, and the counts of the recording."""
        self._text(EDGE, 36, title, "title")
        self._text(EDGE, 58, facts, "u q")

    def rows(self) -> None:
        """Draw the heads, the lines between chapters, and a line for each row."""
        top, bottom = TOP + HEAD, TOP + HEAD + LINE * len(self.visible)
        start, end = EDGE - 8, self.width - EDGE + 8
        bands = "".join(f"M{start} {y}H{_n(end)}v{LINE}H{start}z" for y in range(top, bottom, 2 * LINE))
        rules = "".join(f"M{_n(x)} {TOP}V{bottom}" for x in self.geometry.chapter_x)
        self._add(f'<path class="z" d="{bands}"/><path class="v" d="{rules}M{start} {top}H{_n(end)}"/>')
        self._heads()
        for at, row in enumerate(self.visible):
            self._row(at, row)
            self._y += LINE
        left_out = [counted(self._more, "more layer")] * bool(self._more)
        if self._cut:
            named = cut_text(self._cut)
            number = counted(len(columns(self._cut)), "more column")
            left_out.append(f"{number} to the right{f': {named}' if named else ''}")
        if left_out:
            self.line(f"… {', '.join(left_out)}", "q")

    def legend(self, keys: Sequence[tuple[str, str]]) -> None:
        """Draw the signs, each with its meaning."""
        self._y += 14
        x: float = EDGE
        for sign, words in keys:
            width = (22 if sign else 0) + len(words) * LETTER + 18
            if x + width > self.width - EDGE and x > EDGE:
                x, self._y = EDGE, self._y + 22
            if sign == "finding":
                self._add(f'<use href="#f" class="error" x="{_n(x + 3)}" y="{self._y}"/>')
            elif sign:
                shift = 6 if sign == "variable" else 0
                self._use({"variable": "d", "error": "x"}.get(sign, sign), x + shift, self._y)
            self._text(x + (22 if sign else 0), self._y + 12, words, "m q")
            x += width
        self._y += 26

    def line(self, text: str, style: str) -> None:
        """Draw a line of text below the chart, shortened to its width."""
        most = int((self.width - 2 * EDGE) / PROSE_LETTER)
        self._text(EDGE, self._y + BASELINE, _cut_off(text, most), f"u {style}")
        self._y += 22

    def finding(self, code: str, style: str, place: str, message: str) -> None:
        """Draw a finding in one line: its code in the colour of its severity, its place and its message."""
        y = self._y + BASELINE
        self._flag(EDGE + 2, self._y + 4, code, style)
        x = EDGE + 13 + (len(code) + 2) * LETTER
        self._text(x, y, place, "m q")
        x += (len(place) + 2) * LETTER if place else 0
        self._text(x, y, _cut_off(message, max(int((self.width - EDGE - x) / PROSE_LETTER), 20)), "u")
        self._y += 22

    def text(self) -> str:
        """Return the whole picture."""
        width, height = _n(self.width), self._y + EDGE - 4
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" aria-label="Lives of layers">'
            f"<style>{style_sheet(self._theme)}</style>"
            f'<defs>{"".join(SHAPES)}</defs><rect class="p" width="100%" height="100%" rx="10"/>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )

    # Heads

    def _heads(self) -> None:
        y = self._y
        geometry = self.geometry
        for chapter, source, x in zip(geometry.chapters, geometry.sources, geometry.chapter_x, strict=True):
            title = f"{base_name(chapter.file)}:{chapter.lines}  {chapter.source}"
            source = source or (f"thread {chapter.thread}" if chapter.thread else "")
            self._add(
                f'<text x="{_n(x + 12)}" y="{y + 15}"><title>{_e(title)}</title>'
                f'<tspan class="n">{_e(chapter.lines)}</tspan><tspan class="m"> {_e(source)}</tspan></text>'
            )
            if chapter.duration_ns is not None:
                self._text(x + 12, y + 32, time_of(chapter), "m q")
        for group, x in geometry.groups():
            self._group(group, x, y + 49)
        for column, x in zip(geometry.columns, geometry.column_x, strict=True):
            if column.label:
                self._text(x, y + 67, column.label, "m q")
        if any(self._outputs):
            self._text(self._output_x, y + 67, "output", "m q")
        if any(self._parameters):
            self._text(self._left - GAP, y + 67, "params", "r q")
        self._y += HEAD

    def _group(self, group: Group, x: float, y: float) -> None:
        style = "g" if group.columns[0].mode == "graph" else "q"
        text = shortened(self.geometry.group_text(group), 24)
        self._text(x, y, text, f"m {style}")
        for finding in group.findings:
            x += (len(text) + 1) * LETTER
            self._flag(x, y - 12, finding.code, finding.severity)

    # Rows

    def _has_cells(self, row: Row) -> bool:
        return not (row.is_group and row in self.is_open)

    def _row(self, at: int, row: Row) -> None:
        self._name(at, row)
        y = self._y + BASELINE
        if self._outputs[at]:
            self._text(self._output_x, y, self._outputs[at], "m q")
        if self._parameters[at]:
            self._text(self._left - GAP, y, self._parameters[at], "r q")
        if self._has_cells(row):
            self._cells(row)
        x = self._notes_x
        for text, style in self._notes(row):
            if style in ("error", "warning") and text.startswith("LT"):
                self._flag(x, self._y + 4, text, style)
                x += (len(text) + 3) * LETTER
            else:
                self._text(x, y, text, f"m {style}")
                x += (len(text) + 2) * LETTER

    def _label(self, at: int) -> tuple[str, str, str]:
        row = self.visible[at]
        times = f" ×{row.times:,}" if row.times > 1 else ""
        cls = class_text(row, UNICODE, is_open=row in self.is_open).plain
        return printable(plain_name(row, UNICODE)), times, cls

    def _label_width(self, at: int) -> float:
        name, times, cls = self._label(at)
        return self._depths[at] * INDENT + (len(name) + len(times)) * NAME_LETTER + (len(cls) + 1) * LETTER

    def _name(self, at: int, row: Row) -> None:
        name, times, cls = self._label(at)
        x = EDGE + min(self._depths[at], 10) * INDENT
        room = self._name_width - (x - EDGE) - len(times) * NAME_LETTER
        name = shortened(name, max(int(room / NAME_LETTER), 8))
        left = round((room - len(name) * NAME_LETTER) / LETTER) - 1
        cls = shortened(cls, left) if left >= 5 else ""
        style = "q" if row.sort == "outside" else "n"
        self._add(
            f'<text x="{_n(x)}" y="{self._y + BASELINE}" class="{style}">{_e(name + times)}'
            + (f'<tspan class="m q" font-weight="400"> {_e(cls)}</tspan>' if cls else "")
            + "</text>"
        )

    def _cells(self, row: Row) -> None:
        """Draw a line from the first to the last sign of life, and the signs."""
        shown = {at: cell for at, cell in row.cells.items() if at < len(self.geometry.columns)}
        placed = [list(self.geometry.marks(at, cell)) for at, cell in shown.items()]
        places = [x for found in placed for _, x in found]
        if len(places) > 1:
            self._add(f'<path class="h" d="M{_n(min(places) + 4)} {self._y + 12}H{_n(max(places) + 4)}"/>')
        for found in placed:
            title = ", ".join(_in_words(mark) for mark, _ in found)
            self._add(f"<g><title>{_e(title)}</title>{''.join(self._mark(mark, x) for mark, x in found)}</g>")

    def _mark(self, mark: Mark, x: float) -> str:
        y = self._y + 4
        count = times_text(mark.count)
        if mark.what == "variable":
            if mark.count <= MOST_DOTS:
                return "".join(_use("d", x + 7 * at, y) for at in range(mark.count))
            return _use("d", x, y) + _count(x + 9, y, count)
        sign = "x" if mark.what == "error" else mark.what
        return _use(sign, x, y) + (_count(x + MARK + 2, y, count) if count else "")

    def _notes(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield what stands to the right of a row, with its styles."""
        yield from ((f"! {printable(error)}", "error") for error in errors_of(row))
        yield from ((finding.code, finding.severity) for finding in row.findings)
        if row not in self.is_open:
            yield from ((f"{finding.code} inside", finding.severity) for finding in hidden_findings(row))
        if row.remark:
            yield printable(row.remark), "q"

    def _notes_width(self, row: Row) -> float:
        return sum((len(text) + 3) * LETTER for text, _ in self._notes(row))

    # Elements

    def _flag(self, x: float, y: float, text: str, style: str) -> None:
        self._add(f'<use href="#f" class="{style}" x="{_n(x - 2)}" y="{_n(y)}"/>')
        self._text(x + 13, y + 12, text, f"m o {style}")

    def _use(self, sign: str, x: float, y: float) -> None:
        self._add(_use(sign, x, y))

    def _text(self, x: float, y: float, text: str, style: str) -> None:
        self._add(f'<text x="{_n(x)}" y="{_n(y)}" class="{style}">{_e(text)}</text>')

    def _add(self, part: str) -> None:
        self._parts.append(part)


def _cut_off(text: str, width: int) -> str:
    """Return a sentence without its end if it is long: its beginning is what matters."""
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def _in_words(mark: Mark) -> str:
    words = WORDS[mark.what].partition(" (")[0]
    return f"{words} {times_text(mark.count)}".rstrip()


def _use(sign: str, x: float, y: float) -> str:
    return f'<use href="#{sign}" x="{_n(x)}" y="{_n(y)}"/>'


def _count(x: float, y: float, count: str) -> str:
    return f'<text class="m q c" x="{_n(x)}" y="{_n(y + 12)}">{count}</text>'


def _n(number: float) -> str:
    """Return a number with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")


def _e(text: str) -> str:
    return escape(printable(text), quote=True)
