"""Say in one sentence in what two recordings differ, and name the layers that differ alike together."""

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
    """The names of all layers that differ, each as in its own recording."""

    def __init__(self, found: Difference, glyphs: Glyphs) -> None:
        self._now = Names((one.now for one in found.layers if one.now is not None), glyphs)
        self._before = Names((one.layer for one in found.layers if one.now is None), glyphs)
        self._glyphs = glyphs

    def _label(self, one: LayerDifference) -> Text:
        return (self._before if one.now is None else self._now).label(one.layer)

    def of(self, members: Sequence[LayerDifference]) -> Text:
        """Name some layers, not all if they are many, and their class if they have one."""
        said = Text(", ").join(self._label(one) for one in members[:MOST_NAMES])
        if len(members) > MOST_NAMES:
            said.append(f" and {len(members) - MOST_NAMES:,} more", QUIET)
        classes = {one.layer.class_name for one in members}
        return said.append(f" ({self._glyphs.user(classes.pop())})" if len(classes) == 1 else "", CLASS)

    def short(self, members: Sequence[LayerDifference]) -> str:
        """Name some layers, in a sentence."""
        first = self._label(members[0]).plain
        if len(members) == 1:
            return first
        second = self._label(members[1]).plain
        return f"{first} and {second if len(members) == 2 else f'{len(members) - 1:,} layers more'}"


def together(found: Iterable[LayerDifference]) -> list[list[LayerDifference]]:
    """Put layers together that differ alike: a thousand may be called once more."""
    alike: dict[object, list[LayerDifference]] = {}
    for one in found:
        life = (one.layer.class_name, one.before is None, one.calls, one.inside)
        alike.setdefault(one.contrasts or life, []).append(one)
    return list(alike.values())


def sentence(found: Difference, labels: Labels, before: str, now: str, glyphs: Glyphs) -> str:
    """Say what matters most: `b calls dense 3 times more, traces step 2 times more since …`."""
    a, b = glyphs.user(before), glyphs.user(now)
    clauses = list(_clauses(found, labels, glyphs))
    if clauses:
        more = len(clauses) - MOST_CLAUSES
        rest = [f"and {formatting.counted(more, 'thing')} more"] if more > 0 else []
        return f"{b} {', '.join([*clauses[:MOST_CLAUSES], *rest])}."
    if found.parting is not None:
        return f"{b} does what {a} does, in another order."
    return f"{b} does what {a} does: they differ in numbers, times and places at most."


def _clauses(found: Difference, labels: Labels, glyphs: Glyphs) -> Iterator[str]:
    ended = [one for one in found.outside if one.what == "ended by"]
    for one in ended:
        error = glyphs.user((one.now or one.before)[0])
        yield f"ends by {error}" if one.now else f"does not end by {error}"
    known = {one.now.id: one.calls for one in found.layers if one.now is not None}
    groups = together(one for one in found.layers if not _goes_without_saying(one, known))
    for members in groups:
        if members[0].now is None:
            yield f"lacks {labels.short(members)}"
        elif members[0].before is None:
            yield f"has {labels.short(members)} in addition"
    for members in groups:
        if members[0].contrasts:
            yield _of_layers(members, labels, glyphs)
    for function in found.functions:
        if not function.is_of_tf_data:
            yield _of_function(function, glyphs)
    others = [one.what for one in found.outside if one not in ended]
    if others:
        yield f"differs in {_listed(others, glyphs)}"
    if any(function.is_of_tf_data for function in found.functions):
        yield "lets tf.data map other functions"


def _goes_without_saying(one: LayerDifference, known: Mapping[int, tuple[int, int]]) -> bool:
    """Tell a layer that is called more often since the model around it is."""
    return one.now is not None and one.around is not None and known.get(one.around.id) == one.calls


def _of_layers(members: Sequence[LayerDifference], labels: Labels, glyphs: Glyphs) -> str:
    was, is_ = members[0].calls
    if was != is_:
        return f"calls {labels.short(members)} {_more(was, is_)}"
    told = {contrast.what: contrast for contrast in members[0].contrasts}
    if "place" in told:
        return f"has {labels.short(members)} {glyphs.user(told['place'].now[0])}"
    if "inputs" in told:
        return f"calls {labels.short(members)} {_with(told['inputs'], glyphs)}"
    return f"differs in {_listed(list(told), glyphs)} of {labels.short(members)}"


def _with(came: Contrast, glyphs: Glyphs) -> str:
    """Say what comes into a layer that did not, and what came and does not."""
    new = [one for one in came.now if one not in came.before]
    gone = [one for one in came.before if one not in came.now]
    said = f"with {_listed(new, glyphs)}" if new else "no more"
    return said + (f" {'instead of' if new else 'with'} {_listed(gone, glyphs)}" if gone else "")


def _of_function(one: FunctionDifference, glyphs: Glyphs) -> str:
    name, (was, is_) = glyphs.user(one.name), one.traces
    if not one.now:
        return f"never traces {name}"
    if was != is_:
        causes = [event.cause for event in one.new if event.cause is not None]
        since = f" since {glyphs.user(str(causes[0]) or causes[0].reason)}" if causes and is_ > was else ""
        return f"traces {name} {_more(was, is_)}{since}"
    if one.new and one.gone:
        new, gone = (formatting.tensors(event.inputs, glyphs) for event in (one.new[0], one.gone[0]))
        return f"traces {name} for {new} instead of {gone}"
    if one.runs[0] != one.runs[1]:
        return f"runs {name} {_more(*one.runs)}"
    return f"differs in {_listed([contrast.what for contrast in one.contrasts], glyphs)} of {name}"


def _listed(said: Sequence[str], glyphs: Glyphs) -> str:
    more = f" and {len(said) - 2:,} more" if len(said) > 2 else ""
    return (", " if more else " and ").join(map(glyphs.user, said[:2])) + more


def _more(was: int, is_: int) -> str:
    return f"{formatting.counted(abs(is_ - was), 'time')} {'more' if is_ > was else 'less'}"
