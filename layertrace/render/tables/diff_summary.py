"""Write the changes between two recordings as a list, each with what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from layertrace.compare.changes import Change
from layertrace.compare.contrast import Contrast
from layertrace.compare.diff import Difference, LayerDifference
from layertrace.compare.function_diff import FunctionDifference
from layertrace.compare.holders import HolderDifference
from layertrace.render.wording import formatting
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import CLASS, ERROR, NAME, QUIET, cause_style, inked
from layertrace.timeline.event import Event

__all__ = ["Item", "Labels", "Phrases", "function_name", "values"]

MOST_NAMES = 3
MOST_EFFECTS = 2
MOST_TRACES = 4
MOST_VALUES = 3
SIGNS = {"+": "green", "-": "red", "~": "yellow", "!": ERROR}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list, and lines that explain it.

    Attributes:
        sign: `+` for what appeared, `-` for what disappeared, `~` for what changed, `!` for an exception.
        text: What changed.
        details: The explanations.
    """

    sign: str
    text: Text
    details: list[Text] = field(default_factory=list)


class Labels:
    """The names of all layers that differ, as in their own recording."""

    def __init__(self, difference: Difference, glyphs: Glyphs) -> None:
        self._now = Names((layer.now for layer in difference.layers if layer.now is not None), glyphs)
        self._before = Names((layer.layer for layer in difference.layers if layer.now is None), glyphs)
        self._glyphs = glyphs

    def of(self, layer: LayerDifference) -> Text:
        """Return the name of a layer."""
        return (self._before if layer.now is None else self._now).label(layer.layer)

    def of_alike(self, layers: Sequence[LayerDifference]) -> Text:
        """Return the names of layers that changed alike, and their class if they share it."""
        if len(layers) > MOST_NAMES:
            text = self.of(layers[0]).append(f" {self._glyphs.dots} ", QUIET).append_text(self.of(layers[-1]))
            text.append(f" {self._glyphs.times}{len(layers):,}", QUIET)
        else:
            text = Text(", ").join(map(self.of, layers))
        classes = {layer.layer.class_name for layer in layers}
        text.append(f" ({self._glyphs.user(classes.pop())})" if len(classes) == 1 else "", CLASS)
        around = [layer.around.name for layer in layers if layer.around is not None]
        if len(layers) > 1 and len(set(around)) == len(layers):
            text.append(
                f" in {self._glyphs.user(around[0])} {self._glyphs.dots} {self._glyphs.user(around[-1])}",
                QUIET,
            )
        return text

    def listed(self, layers: Sequence[LayerDifference]) -> str:
        """Return the names of some layers in a sentence: `head, norm and 4 more layers`."""
        names = [self.of(layer).plain for layer in layers[:MOST_NAMES]]
        if len(layers) > MOST_NAMES:
            return f"{', '.join(names)} and {formatting.counted(len(layers) - MOST_NAMES, 'more layer')}"
        return ", ".join(names)


class Phrases:
    """Writes changes in words.

    Args:
        labels: The names of layers.
        glyphs: The symbols that can be shown.
    """

    def __init__(self, labels: Labels, glyphs: Glyphs) -> None:
        self._labels = labels
        self._glyphs = glyphs

    def item(self, change: Change) -> Item:
        """Return a change as a line of the list."""
        if change.function is not None:
            return self._of_function(change.function)
        if change.holder is not None:
            return self._of_holder(change.holder)
        if not change.layers:
            text = Text(", ").join(map(self.contrast, change.outside))
            return Item("~", Text("outside of layers  ").append_text(text))
        first = change.layers[0]
        name = self._labels.of_alike(change.layers)
        if first.before is None or first.now is None:
            text = name.append(f"  {self._position(first)}")
            return Item("+" if first.before is None else "-", text)
        causes = Text(", ").join(map(self.contrast, change.causes))
        consequences = self._consequences(change)
        if consequences and causes.plain.endswith(")"):
            causes.right_crop(1)
            causes.append(f", {consequences})")
        elif consequences:
            causes.append(f" ({consequences})")
        return Item("~", name.append("  ").append_text(causes))

    # Layers

    def _position(self, layer: LayerDifference) -> str:
        before, after = (None if other is None else self._glyphs.user(other.name) for other in layer.between)
        if before is not None and after is not None:
            where = f"between {before} and {after}"
        elif before is not None or after is not None:
            where = f"after {before}" if before is not None else f"before {after}"
        else:
            where = "" if layer.around is None else f"in {self._glyphs.user(layer.around.name)}"
        inside = f"with {formatting.counted(layer.inside, 'layer')} inside" if layer.inside else ""
        calls = max(layer.calls)
        called = formatting.counted(calls, "call") if calls else "never called"
        return ", ".join(filter(None, (where, inside, called)))

    def _consequences(self, change: Change) -> str:
        """Return what follows from a change: `kernel [2, 4] → [2, 8], and what follows from it in head`."""
        variables = [effect for effect in change.effects if effect.what.startswith("variable ")]
        parts = [self.contrast(effect).plain for effect in (variables or change.effects)[:MOST_EFFECTS]]
        inside, elsewhere = _split(change)
        follows = [f"the {formatting.counted(len(inside), 'layer')} inside"] if inside else []
        others = [
            *([self._labels.listed(elsewhere)] if elsewhere else []),
            *map(self._glyphs.user, change.holders),
        ]
        if others:
            follows.append(f"what follows from it in {', '.join(others)}")
        return ", ".join([*parts, f"and {' and '.join(follows)}"] if follows else parts)

    def contrast(self, contrast: Contrast) -> Text:
        """Return one respect with both values: `units 32 → 64`."""
        user, arrow = self._glyphs.user, self._glyphs.arrow
        what = contrast.what
        before = values(contrast.before, contrast.now, self._glyphs)
        now = values(contrast.now, contrast.before, self._glyphs)
        if what == "calls":
            return self._calls(contrast)
        if what == "raises":
            return inked(f"raises {now}" if now else f"no longer raises {before}", ERROR if now else "")
        if what == "name":
            return Text(f"was named {before}")
        if what in ("inits", "builds"):
            return Text(f"{'created' if what == 'inits' else 'built'} {before or 0} {arrow} {now or 0} times")
        kind, _, name = what.rpartition(" ")
        if kind == "variable" or what.startswith("variable "):
            name = user(what.removeprefix("variable "))
            if not before or not now:
                return Text(f"{'adds' if now else 'drops'} {name} {now or before}")
            return Text(f"{name} {f' {arrow} '.join(_differing_parts(before, now))}")
        if what == "place":
            return Text(f"now {now}, was {before}")
        label = {"class": "", "oddities": ""}.get(what, user(name))
        missing = "default" if kind in ("init", "build", "call") else "none"
        return Text(f"{label} {before or missing} {arrow} {now or missing}".strip())

    def _calls(self, contrast: Contrast) -> Text:
        before, now = _leading_number(contrast.before), _leading_number(contrast.now)
        if before != now:
            return Text(f"calls {_number(before, now, self._glyphs)}")
        by_mode = (", ".join(side) for side in (contrast.before, contrast.now))
        return Text(f"calls {f' {self._glyphs.arrow} '.join(by_mode)}")

    # Functions, and holders of variables

    def _of_holder(self, holder: HolderDifference) -> Item:
        name = inked(self._glyphs.user(holder.name), NAME).append(f" ({holder.role})", CLASS)
        before, now = holder.variables
        if not before or not now:
            text = formatting.counted(now or before, "variable")
            return Item("+" if now else "-", name.append(f"  {text}"))
        if before != now:
            return Item("~", name.append(f"  variables {_number(before, now, self._glyphs)}"))
        return Item(
            "~", name.append("  ").append_text(Text(", ").join(map(self.contrast, holder.contrasts[:2])))
        )

    def _of_function(self, function: FunctionDifference) -> Item:
        name = function_name(function, self._glyphs)
        if not function.before or not function.now:
            side = 0 if function.before else 1
            text = f"  {formatting.counted(function.traces[side], 'trace')}"
            text += f", {formatting.counted(function.runs[side], 'run')}" if function.runs[side] else ""
            return Item("-" if function.before else "+", name.append(text))
        parts = [
            f"{word} {_number(before, now, self._glyphs)}"
            for word, (before, now) in (("traces", function.traces), ("runs", function.runs))
            if before != now
        ]
        others = [contrast for contrast in function.contrasts if contrast.what not in ("traces", "runs")]
        parts += [self.contrast(contrast).plain for contrast in others]
        traces = list(self._traces(function))
        if not parts and len(traces) == 1:
            return Item("~", name.append("  ").append_text(traces[0]))
        return Item("~", name.append(f"  {', '.join(parts)}" if parts else ""), traces)

    def _traces(self, function: FunctionDifference) -> Iterator[Text]:
        """Yield why a function was traced again, or for which arguments it was traced instead."""
        new = function.new
        if function.traces[0] == function.traces[1] and function.gone:
            for gone, event in zip(function.gone[:MOST_TRACES], new, strict=False):
                before, now = self._arguments(gone), self._arguments(event)
                if before.plain != now.plain:
                    text = Text("traced for ").append_text(now)
                    yield text.append(" instead of ", QUIET).append_text(before)
            more = len(new) - MOST_TRACES
        else:
            for event in new[:MOST_TRACES]:
                yield Text(f"trace {event.trace}  ").append_text(self._cause(event))
            more = len(new) - MOST_TRACES
        if more > 0:
            yield inked(f"{self._glyphs.dots} {more:,} more", QUIET)

    def _cause(self, event: Event) -> Text:
        if event.cause is None:
            return self._arguments(event)
        return inked(self._glyphs.user(str(event.cause) or event.cause.reason), cause_style(event.cause))

    def _arguments(self, event: Event) -> Text:
        return Text(formatting.tensors(event.inputs, self._glyphs) if event.inputs else "no arguments")


def function_name(function: FunctionDifference, glyphs: Glyphs) -> Text:
    """Return the name of a function."""
    kind = "" if function.role[0] else " (tf.function)"
    return inked(glyphs.user(function.name), NAME).append(kind, CLASS)


def _split(change: Change) -> tuple[list[LayerDifference], list[LayerDifference]]:
    """Return the followers that lie inside the layers that changed, and those elsewhere, outermost first."""
    outer = tuple(f"{layer.layer.path}/" for layer in change.layers)
    inside = [layer for layer in change.followers if layer.layer.path.startswith(outer)]
    return inside, [layer for layer in change.followers if layer not in inside]


def _leading_number(texts: Sequence[str]) -> int:
    match = re.match(r"[\d,]+", texts[0]) if texts else None
    return 0 if match is None else int(match[0].replace(",", ""))


def _number(before: int, now: int, glyphs: Glyphs) -> str:
    """Return two counts with their difference: `8 → 4 (4 fewer)`, `1 → 3 (+2)`."""
    difference = f"+{now - before:,}" if now > before else f"{before - now:,} fewer"
    return f"{before:,} {glyphs.arrow} {now:,} ({difference})"


_SPEC = re.compile(r"(\w+)(\[[^\]]*\])(, .*)?")


def _differing_parts(before: str, now: str) -> tuple[str, str]:
    """Return two descriptions of a variable, without equal dtypes and traits; all if shapes are equal."""
    old, new = _SPEC.fullmatch(before), _SPEC.fullmatch(now)
    if old is None or new is None or old[2] == new[2]:
        return before, now
    shown = [group for group in (1, 2, 3) if group == 2 or old[group] != new[group]]
    first, second = ("".join(match[group] or "" for group in shown) for match in (old, new))
    return first, second


def values(shown: Sequence[str], others: Sequence[str], glyphs: Glyphs) -> str:
    """Return some values as text; if there are too many, those that the other side lacks come first."""
    chosen = list(shown)
    if len(chosen) > MOST_VALUES:
        on_other_side = set(others)
        chosen.sort(key=lambda value: value in on_other_side)
    widest = 2 * formatting.WIDEST_VALUE
    texts = [formatting.shortened(glyphs.user(value), widest, glyphs) for value in chosen[:MOST_VALUES]]
    more = [f"{glyphs.dots} {len(chosen) - MOST_VALUES:,} more"] * (len(chosen) > MOST_VALUES)
    return ", ".join([*texts, *more])
