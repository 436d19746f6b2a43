"""Show how two recordings differ: the changes as a list, and on demand every difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.compare.changes import changes
from layertrace.compare.contrast import Contrast
from layertrace.compare.diff import Difference, LayerDifference
from layertrace.render.tables.diff_summary import (
    MOST_NAMES,
    SIGNS,
    Item,
    Labels,
    Phrases,
    function_name,
    values,
)
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import KINDS, NAME, NOTE, QUIET, TITLE, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline.event import Event

__all__ = ["DifferenceView", "differences"]

MOST_CHANGES = 15
ADDED, REMOVED = "green", "red"


@dataclass(frozen=True)
class DifferenceView:
    """The differences, which `rich` can print in any width, encoding and number of colours."""

    difference: Difference
    before: str
    now: str
    everything: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs = glyphs_of(options)
        for margin, text in self._lines(glyphs):
            # Below a sign, text is aligned with the text; other lines hang by two columns.
            hanging = margin.cell_len + (0 if margin.plain.strip() or not margin else 2)
            first, *further = wrapped(text, console, options.max_width - hanging)
            yield margin.copy().append_text(first)
            for line in further:
                yield Text(" " * hanging).append_text(line)

    def _lines(self, glyphs: Glyphs) -> Iterator[tuple[Text, Text]]:
        """Yield the lines, each as its margin and its text."""
        before, now = glyphs.user(self.before), glyphs.user(self.now)
        if not self.difference:
            yield Text(), inked(f"{now} does the same as {before}", TITLE)
            yield Text("  "), inked("ids, times, line numbers and messages of errors are not compared", QUIET)
        else:
            yield Text(), inked(now, NAME).append(" against ", QUIET).append(before, NAME)
            yield from self._list(glyphs)
        for name, notes in zip((before, now), self.difference.notes, strict=True):
            for note in notes:
                yield Text("  "), inked(f"note on {name}: {glyphs.user(note)}", NOTE)
        for version in self.difference.versions:
            older, newer = (values(side, (), glyphs) for side in (version.before, version.now))
            yield (
                Text("  "),
                inked(
                    f"{glyphs.user(version.what)} {older or 'none'} {glyphs.arrow} {newer or 'none'}", QUIET
                ),
            )

    def _list(self, glyphs: Glyphs) -> Iterator[tuple[Text, Text]]:
        labels = Labels(self.difference, glyphs)
        phrases = Phrases(labels, glyphs)
        listed = list(self._items(phrases, glyphs))
        most = len(listed) if self.everything else MOST_CHANGES
        for item in listed[:most]:
            yield inked(f"  {item.sign} ", SIGNS[item.sign]), item.text
            for detail in item.details:
                yield Text(" " * 6), detail
        if len(listed) > most:
            yield Text(" " * 4), inked(f"{glyphs.dots} {counted(len(listed) - most, 'more change')}", QUIET)
        if self.difference.parting is not None:
            yield Text(), self._first_difference(*self.difference.parting, glyphs)
        if self.everything:
            yield from self._everything(labels, glyphs)

    def _everything(self, labels: Labels, glyphs: Glyphs) -> Iterator[tuple[Text, Text]]:
        """Yield every difference of every layer and function; respects with equal values share a line."""
        groups = [(labels.of_alike(alike), alike[0].contrasts) for alike in together(self.difference.layers)]
        groups += [
            (function_name(function, glyphs), function.contrasts) for function in self.difference.functions
        ]
        groups += [
            (Text(f"{glyphs.user(holder.name)} ({holder.role})"), holder.contrasts)
            for holder in self.difference.holders
        ]
        groups.append((Text("outside of layers"), self.difference.outside))
        for subject, contrasts in groups:
            if not contrasts:
                continue
            yield Text(), Text()
            yield Text(), subject
            for what, contrast in _sharing_values(contrasts, glyphs):
                yield Text("  "), inked(f"{what}  ", QUIET).append_text(_sides(contrast, glyphs))

    def _items(self, phrases: Phrases, glyphs: Glyphs) -> Iterator[Item]:
        ended = [contrast for contrast in self.difference.outside if contrast.what == "ended by"]
        for contrast in ended:
            error = glyphs.user((contrast.now or contrast.before)[0])
            yield Item("!", Text(f"ends with {error}" if contrast.now else f"no longer ends with {error}"))
        separated = changes(self.difference)
        yield from map(phrases.item, separated)
        if not separated and not self.difference.outside:
            yield Item("~", Text("the same events in a different order"))

    def _first_difference(self, before: Event | None, now: Event | None, glyphs: Glyphs) -> Text:
        line = inked("First difference: ", QUIET)
        event = before or now
        same = before is not None and now is not None and before.seq == now.seq
        if same and event is not None:
            line.append(f"event {event.seq}, ", QUIET)
        for number, (side, name) in enumerate(((before, self.before), (now, self.now))):
            line.append(", " if number else "", QUIET).append_text(_event(side, glyphs, numbered=not same))
            line.append(f" ({glyphs.user(name)})", QUIET)
        return line


def differences(
    difference: Difference, *, before: str = "a", now: str = "b", everything: bool = False
) -> DifferenceView:
    """Return the result of `diff`, for `rich` to print: what was changed, and what follows from it.

    Args:
        difference: The differences.
        before: The name of the first recording, such as its file.
        now: The name of the second.
        everything: Whether to list every difference of every layer after the changes.

    Example:
        >>> from rich import print
        >>> print(differences(diff(yesterday, today)))  # doctest: +SKIP
    """
    return DifferenceView(difference, before, now, everything)


def together(differences: Iterable[LayerDifference]) -> list[list[LayerDifference]]:
    """Return layers grouped by equal differences: a thousand layers may be called one more time."""
    alike: dict[object, list[LayerDifference]] = {}
    for difference in differences:
        if difference.contrasts:
            alike.setdefault((difference.layer.class_name, difference.contrasts), []).append(difference)
    return list(alike.values())


def _sharing_values(contrasts: Iterable[Contrast], glyphs: Glyphs) -> Iterator[tuple[str, Contrast]]:
    """Yield the respects that have equal values on both sides together, with the values."""
    names: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Contrast]] = {}
    for contrast in contrasts:
        names.setdefault((contrast.before, contrast.now), []).append(contrast)
    for members in names.values():
        named = ", ".join(glyphs.user(member.what) for member in members[:MOST_NAMES])
        more = len(members) - MOST_NAMES
        yield f"{named} and {more:,} more" if more > 0 else named, members[0]


def _sides(contrast: Contrast, glyphs: Glyphs) -> Text:
    before, now = values(contrast.before, (), glyphs), values(contrast.now, (), glyphs)
    text = inked(before, REMOVED) if before else inked("none", QUIET)
    text.append(f" {glyphs.arrow} ", QUIET)
    return text.append_text(inked(now, ADDED) if now else inked("none", QUIET))


def _event(event: Event | None, glyphs: Glyphs, *, numbered: bool) -> Text:
    if event is None:
        return Text("nothing more")
    number = event.trace if event.kind == "trace" else event.call_index if event.kind == "call" else None
    text = inked(f"{event.kind} {number or ''}".strip(), KINDS[event.kind])
    subject = event.variable or event.layer or event.function
    if subject is not None:
        text.append(" of " if number else " ").append(glyphs.user(subject.name), NAME)
    return text.append(f" in event {event.seq}" if numbered else "", QUIET)
