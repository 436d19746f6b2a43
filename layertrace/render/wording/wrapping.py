"""Wrap texts that are too wide, between facts and words, but not inside a shape or a duration."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

__all__ = ["flowing", "wrapped"]

# One column wide, not a space to rich, and never part of a text: `printable` escapes it.
GLUE = "\ue000"

_TOGETHER = re.compile(r"\[[^\[\]]*\]|\d (?:min \d+ )?[mµu]?s\b")
"""Brackets, and durations such as `1 min 21 s`."""


def wrapped(text: Text, console: Console, width: int) -> list[Text]:
    """Return a text as lines; shapes and durations stay together, long names break after `_`."""
    glued = Text("\n").join(text.divide(_breaks(text.plain, width)))
    glued.plain = _TOGETHER.sub(lambda match: match[0].replace(" ", GLUE), glued.plain)
    lines = list(glued.wrap(console, max(width, 1), overflow="fold"))
    for line in lines:
        line.plain = line.plain.replace(GLUE, " ")
        line.rstrip()
    return lines


def _breaks(text: str, width: int) -> list[int]:
    """Return where words that are wider than a line break: after the last `_` or `/` that fits."""
    breaks = []
    for word in re.finditer(r"\S+", text):
        begin, end = word.span()
        while end - begin > width:
            last = max(text.rfind(sign, begin, begin + width) for sign in "_/") + 1
            if not last:
                break
            breaks.append(last)
            begin = last
    return breaks


def flowing(
    facts: Iterable[Text], separator: Text, console: Console, width: int, indent: int = 0
) -> list[Text]:
    """Return facts in sequence, as many in each line as fit; lines after the first are indented."""
    lines: list[Text] = []
    for fact in facts:
        if lines and lines[-1].cell_len + separator.cell_len + fact.cell_len <= width:
            lines[-1].append_text(separator).append_text(fact)
            continue
        is_first = not lines and fact.cell_len <= width
        for line in wrapped(fact, console, width if is_first else width - indent):
            lines.append(Text(" " * indent).append_text(line) if lines else line)
    return lines
