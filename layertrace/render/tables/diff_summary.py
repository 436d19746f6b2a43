"""Summarize in one sentence how two recordings differ, and group layers with equal differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.text import Text

from layertrace.compare.diff import Contrast, Difference, FunctionDifference, LayerDifference
from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import CLASS, QUIET

__all__ = ["Labels", "sentence", "together"]

MOST_CLAUSES = 5
MOST_NAMES = 3


class Labels:
    """The names of all layers that differ, as in their own recording."""

    def __init__(self, difference: Difference, glyphs: Glyphs) -> None:
        self._now = Names((layer.now for layer in difference.layers if layer.now is not None), glyphs)
        self._before = Names((layer.layer for layer in difference.layers if layer.now is None), glyphs)
        self._glyphs = glyphs

    def _label(self, member: LayerDifference) -> Text:
        return (self._before if member.now is None else self._now).label(member.layer)

    def of(self, members: Sequence[LayerDifference]) -> Text:
        """Return the names of some layers, shortened if there are many, and their class if they share it."""
        names = Text(", ").join(self._label(member) for member in members[:MOST_NAMES])
        if len(members) > MOST_NAMES:
            names.append(f" and {len(members) - MOST_NAMES:,} more", QUIET)
        classes = {member.layer.class_name for member in members}
        return names.append(f" ({self._glyphs.user(classes.pop())})" if len(classes) == 1 else "", CLASS)

    def short(self, members: Sequence[LayerDifference]) -> str:
        """Return the names of some layers for a sentence."""
        first = self._label(members[0]).plain
        if len(members) == 1:
            return first
        second = self._label(members[1]).plain
        return f"{first} and {second if len(members) == 2 else f'{len(members) - 1:,} more layers'}"


def together(differences: Iterable[LayerDifference]) -> list[list[LayerDifference]]:
    """Return layers grouped by equal differences: a thousand layers may be called difference more time."""
    alike: dict[object, list[LayerDifference]] = {}
    for difference in differences:
        life = (difference.layer.class_name, difference.before is None, difference.calls, difference.inside)
        alike.setdefault(difference.contrasts or life, []).append(difference)
    return list(alike.values())


def sentence(difference: Difference, labels: Labels, before: str, now: str, glyphs: Glyphs) -> str:
    """Return the summary: `b calls dense 3 more times, traces step 2 more times because of …`."""
    a, b = glyphs.user(before), glyphs.user(now)
    clauses = list(_clauses(difference, labels, glyphs))
    if clauses:
        more = len(clauses) - MOST_CLAUSES
        rest = [f"and {more:,} more"] if more > 0 else []
        return f"{b} {', '.join([*clauses[:MOST_CLAUSES], *rest])}."
    if difference.parting is not None:
        return f"{b} does the same as {a}, in a different order."
    return f"{b} is equivalent to {a}, apart from ids, timings and line numbers."


def _clauses(difference: Difference, labels: Labels, glyphs: Glyphs) -> Iterator[str]:
    ended = [contrast for contrast in difference.outside if contrast.what == "ended by"]
    for contrast in ended:
        error = glyphs.user((contrast.now or contrast.before)[0])
        yield f"ends with {error}" if contrast.now else f"does not end with {error}"
    calls_by_layer = {layer.now.id: layer.calls for layer in difference.layers if layer.now is not None}
    groups = together(layer for layer in difference.layers if not _follows_from_parent(layer, calls_by_layer))
    for members in groups:
        if members[0].now is None:
            yield f"drops {labels.short(members)}"
        elif members[0].before is None:
            yield f"adds {labels.short(members)}"
    for members in groups:
        if members[0].contrasts:
            yield _of_layers(members, labels, glyphs)
    for function in difference.functions:
        if not function.is_of_tf_data:
            yield _of_function(function, glyphs)
    others = [contrast.what for contrast in difference.outside if contrast not in ended]
    if others:
        yield f"differs in {_listed(others, glyphs)}"
    if any(function.is_of_tf_data for function in difference.functions):
        yield "maps different functions with tf.data"


def _follows_from_parent(difference: LayerDifference, calls_by_layer: Mapping[int, tuple[int, int]]) -> bool:
    """Return whether a layer is called more often only because its parent is."""
    return (
        difference.now is not None
        and difference.around is not None
        and calls_by_layer.get(difference.around.id) == difference.calls
    )


def _of_layers(members: Sequence[LayerDifference], labels: Labels, glyphs: Glyphs) -> str:
    before, now = members[0].calls
    if before != now:
        return f"calls {labels.short(members)} {_more(before, now)}"
    contrasts = {contrast.what: contrast for contrast in members[0].contrasts}
    if "place" in contrasts:
        return f"has {labels.short(members)} {glyphs.user(contrasts['place'].now[0])}"
    if "inputs" in contrasts:
        return f"calls {labels.short(members)} {_with(contrasts['inputs'], glyphs)}"
    return f"differs in {_listed(list(contrasts), glyphs)} of {labels.short(members)}"


def _with(inputs: Contrast, glyphs: Glyphs) -> str:
    """Return the new inputs of a layer, and those that it no longer gets."""
    new = [value for value in inputs.now if value not in inputs.before]
    gone = [value for value in inputs.before if value not in inputs.now]
    phrase = f"with {_listed(new, glyphs)}" if new else "no longer"
    return phrase + (f" {'instead of' if new else 'with'} {_listed(gone, glyphs)}" if gone else "")


def _of_function(function: FunctionDifference, glyphs: Glyphs) -> str:
    name, (before, now) = glyphs.user(function.name), function.traces
    if not function.now:
        return f"never traces {name}"
    if before != now:
        causes = [event.cause for event in function.new if event.cause is not None]
        reason = glyphs.user(str(causes[0]) or causes[0].reason) if causes and now > before else ""
        because = f" because of {reason}" if reason else ""
        return f"traces {name} {_more(before, now)}{because}"
    if function.new and function.gone:
        new, gone = (
            formatting.tensors(event.inputs, glyphs) for event in (function.new[0], function.gone[0])
        )
        return f"traces {name} for {new} instead of {gone}"
    if function.runs[0] != function.runs[1]:
        return f"runs {name} {_more(*function.runs)}"
    return f"differs in {_listed([contrast.what for contrast in function.contrasts], glyphs)} of {name}"


def _listed(words: Sequence[str], glyphs: Glyphs) -> str:
    more = f" and {len(words) - 2:,} more" if len(words) > 2 else ""
    return (", " if more else " and ").join(map(glyphs.user, words[:2])) + more


def _more(before: int, now: int) -> str:
    number = abs(now - before)
    return f"{number:,} {'more' if now > before else 'fewer'} {'time' if number == 1 else 'times'}"
