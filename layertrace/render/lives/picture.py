"""Draw the life chart as a picture: an SVG for a README or a talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os.path import basename

from layertrace.diagnosis import Finding, serious
from layertrace.render.lives.captions import left_out_text
from layertrace.render.lives.chart import limited
from layertrace.render.lives.columns import columns, cut_to, heads, without_layers
from layertrace.render.lives.drawing import Drawing
from layertrace.render.lives.geometry import times_text
from layertrace.render.lives.legend import keys
from layertrace.render.lives.opening import opened, shown
from layertrace.render.lives.palette import Theme
from layertrace.render.lives.rows import rows
from layertrace.render.tables.counts import count
from layertrace.render.tables.verdict import Verdict, verdict
from layertrace.render.wording.file_names import base_name
from layertrace.render.wording.formatting import counted, duration
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.messages import prose
from layertrace.timeline import Timeline
from layertrace.timeline.lives import Lives, lives

__all__ = ["life_picture"]

MOST_ROWS = 40
WIDEST = 1500
MOST_COLUMNS = 50
WAYS_TO_FIT = ((4, 8), (2, 6), (2, 3), (2, 2))
"""The numbers of `heads`, tried in order."""

MOST_FINDINGS = 5


def life_picture(
    timeline: Timeline, findings: Sequence[Finding] | None = None, *, theme: Theme = "auto"
) -> str:
    """Return the life chart as an SVG, with a title, a legend and the verdict.

    It loads nothing, its text can be selected, and without colour its letters and shapes suffice. Its layers
    are folded, so that it has at most some 40 rows.

    Args:
        timeline: The events.
        findings: Findings to mark; None if the rules did not run.
        theme: `auto` follows the system of the reader.
    """
    events = timeline[:]
    everything = lives(events)
    found = serious(findings or ())
    drawing = _chart(everything, found, theme)
    judged = verdict(events, findings)
    drawing.title(_title(events), " · ".join(_facts(events)))
    drawing.rows()
    left_out = left_out_text(without_layers(everything, heads(everything)))
    if left_out:
        drawing.line(left_out, "q")
    drawing.legend(_legend(drawing))
    drawing.line(printable(judged.sentence), _style(judged))
    for finding in found[:MOST_FINDINGS]:
        place = (
            "" if finding.location is None else f"{base_name(finding.location.file)}:{finding.location.line}"
        )
        drawing.finding(finding.code, finding.severity, printable(place), prose(finding.message, UNICODE))
    if len(found) > MOST_FINDINGS:
        drawing.line(f"… {counted(len(found) - MOST_FINDINGS, 'more finding')}", "q")
    return drawing.text()


def _chart(everything: Lives, findings: Sequence[Finding], theme: Theme) -> Drawing:
    """Return the most detailed chart that is not too wide; columns that are left over are cut."""
    for creating, traces in WAYS_TO_FIT:
        found = heads(everything, findings, fewest_creating=creating, most_traces=traces)
        if len(columns(found)) > MOST_COLUMNS and (creating, traces) != WAYS_TO_FIT[-1]:
            continue  # without laying it out
        kept, cut = cut_to(found, MOST_COLUMNS)
        top = rows(everything, columns(kept), findings)
        is_open = opened(top, MOST_ROWS)
        visible, more = limited(list(shown(top, is_open)), MOST_ROWS, is_open)
        drawing = Drawing(kept, visible, is_open, theme, more=more, cut=cut)
        if drawing.width <= WIDEST:
            return drawing
    while drawing.width > WIDEST and len(kept) > 1:
        cut.insert(0, kept.pop())
        drawing = Drawing(kept, visible, is_open, theme, more=more, cut=cut)
    return drawing


def _title(timeline: Timeline) -> str:
    command = timeline.surroundings.command
    file = next((event.location.file for event in timeline if event.location is not None), "")
    words = [basename(command[0]), *command[1:]] if command else [base_name(file) or "lives of layers"]
    return printable(" ".join(words))


def _facts(timeline: Timeline) -> Iterator[str]:
    """Yield the counts of the whole recording, and how long it took."""
    totals = count(timeline)
    together = totals.all_layers()
    yield counted(len(totals.layers), "layer")
    yield counted(sum(together.calls.values()), "call")
    yield counted(together.variables, "variable")
    if totals.runs:
        yield counted(totals.runs, "run")
    ends = [event.start_ns + event.duration_ns for event in timeline if event.duration_ns is not None]
    if ends:
        yield duration(max(ends) - timeline[0].start_ns)


def _legend(drawing: Drawing) -> list[tuple[str, str]]:
    """Return the signs that occur, each with its meaning."""
    return [
        ("", f"×{key.count:,} {key.words}")
        if key.what == "alike"
        else (key.what, f"{times_text(key.count)} {key.words}".strip())
        for key in keys(drawing.geometry.columns, drawing.visible, drawing.is_open)
    ]


def _style(judged: Verdict) -> str:
    """Return the style of a verdict, which is green only if nothing is wrong and nothing was missed."""
    if judged.is_failed:
        return "error o"
    if judged.findings:
        return f"{judged.findings[0].severity} o"
    return "clean o" if judged.is_checked and judged.is_complete else "warning o"
