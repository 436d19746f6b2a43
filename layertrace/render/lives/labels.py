"""Write what stands to the left and to the right of the cells of a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.lives.rows import Row
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import CLASS, ERROR, FOLD, NAME, QUIET, SEVERITIES, inked
from layertrace.timeline.event import Structure, TensorSpec

__all__ = [
    "class_text",
    "errors_of",
    "hidden_findings",
    "name_text",
    "outputs_text",
    "parameters_text",
    "plain_name",
    "remarks",
]

MOST_NAMES = 3
LONGEST_LIST = 28


def name_text(row: Row, glyphs: Glyphs) -> Text:
    """Return the name of a row: `dense_1`, or `block_0 … block_5 ×6` for rows that are alike."""
    text = inked(glyphs.user(plain_name(row, glyphs)), QUIET if row.sort == "outside" else NAME)
    if row.times > 1:
        text.append(f" {glyphs.times}{row.times:,}", FOLD)
    return text


def plain_name(row: Row, glyphs: Glyphs) -> str:
    """Return the name of a row, without the `×6` that counts equal rows."""
    if row.sort == "alike" and row.times <= MOST_NAMES and not row.is_group:
        listed = ", ".join(member.names[0] for member in row.members)
        if len(listed) <= LONGEST_LIST:
            return listed
    return f" {glyphs.dots} ".join(dict.fromkeys(row.names))


def class_text(row: Row, glyphs: Glyphs, *, is_open: bool) -> Text:
    """Return the class of a row, and the number of layers that a closed row hides."""
    if row.sort == "outside":
        return inked(glyphs.user(row.class_name), CLASS)
    facts = [glyphs.user(row.class_name)] if row.class_name else []
    each = row.layers // row.times
    hidden = each - (0 if row.is_group else 1)
    if row.is_group:
        facts.append(counted(each, "layer") + (" each" if row.times > 1 else ""))
    elif hidden and not is_open:
        facts.append(f"{hidden:,} inside")
    return inked(f" {glyphs.dot} ".join(facts), CLASS)


def outputs_text(row: Row, glyphs: Glyphs) -> str:
    """Return what `call` returned: `[None, 10]`, with the dtype unless it is float32."""
    value: Structure = row.outputs
    if isinstance(value, TensorSpec):
        return glyphs.user(str(value).removeprefix("float32"))
    if value is None:
        return ""
    return f"{len(value)} tensors" if isinstance(value, (tuple, Mapping)) else ""


def parameters_text(row: Row) -> str:
    """Return the number of parameters, including those of layers inside; empty without any."""
    return f"{row.parameters:,}" if row.parameters else ""


def remarks(row: Row, glyphs: Glyphs, *, is_open: bool, short: bool = False) -> Text:
    """Return the errors and findings of a row, and its remark."""
    parts = [inked(f"{glyphs.cross} {glyphs.user(error)}", ERROR) for error in errors_of(row)]
    parts += [_flag(finding, glyphs) for finding in row.findings]
    if not is_open:
        parts += [_flag(finding, glyphs).append(" inside") for finding in hidden_findings(row)]
        inside = row.errors - sum(cell.errors for cell in row.cells.values())
        if inside > 0 and not row.is_group:
            parts.append(inked(f"{glyphs.cross} {counted(inside, 'error')} inside", ERROR))
    if row.remark:
        parts.append(inked(glyphs.user(row.remark.partition(" by ")[0] if short else row.remark), QUIET))
    return Text("  ").join(parts)


def hidden_findings(row: Row) -> list[Finding]:
    """Return the findings about layers inside a row, except those about the row itself."""
    own = {finding.code for finding in row.findings}
    return [finding for finding in row.troubles if finding.code not in own]


def errors_of(row: Row) -> Iterator[str]:
    """Yield the types of the exceptions that were raised in a row, each once."""
    events = (cell.failed for cell in row.cells.values() if cell.failed is not None)
    yield from dict.fromkeys(event.error.type for event in events if event.error is not None)


def _flag(finding: Finding, glyphs: Glyphs) -> Text:
    return inked(f"{glyphs.mark} {finding.code}", SEVERITIES[finding.severity])
