"""Describe in a few words what a chapter, or a pass through the layers, did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from layertrace.render.chapters.contents import Contents, Pass
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs
from layertrace.timeline.cause import Change
from layertrace.timeline.event import Event, LayerRef

__all__ = ["calls", "created", "first_runs", "numbers", "pass_name", "reasons", "rest", "runs"]

MOST_NAMES = 3
MOST_REASONS = 2
MOST_NUMBERS = 4
FEWEST_RUNS = 3
MOST_OF = 0.9
REST = {"test": ": loss, metrics", "predict": ": {backend}"}
NEW = {"value": "values", "shape": "shapes", "rank": "ranks", "dtype": "dtypes", "structure": "structures",
       "object": "objects"}  # fmt: skip


def created(contents: Contents) -> list[str]:
    """Return what came to be: `init 48 layers, build 65`, `4 variables outside of layers`."""
    facts = []
    made = contents.first_created if len(contents.first_created) == 1 else contents.created
    inside = len(contents.created) - len(made)
    if made and contents.built:
        facts.append(
            f"{_those('init', made)}{_inside(inside)}, {_those('build', contents.built, made, noun='')}"
        )
    elif made or contents.built:
        facts.append(_those("init", made) + _inside(inside) if made else _those("build", contents.built))
    if contents.outside:
        facts.append(f"{counted(len(contents.outside), 'variable')} outside of layers")
    return facts


def _those(
    verb: str, layers: dict[int, LayerRef], known: dict[int, LayerRef] | None = None, noun: str = "layer"
) -> str:
    if len(layers) > 1:
        return f"{verb} {counted(len(layers), noun) if noun else f'{len(layers):,}'}"
    (layer,) = layers.values()
    return f"{verb} it" if known is not None and layers.keys() == known.keys() else f"{verb} {layer}"


def _inside(number: int) -> str:
    return f" and {number:,} inside" if number else ""


def calls(way: Pass) -> str:
    """Return the calls of a pass: `call ×273: efficientnet, 272 inside`."""
    if not way.calls:
        return ""
    inside = way.calls - len(way.outermost)
    named = _names(way.outermost)
    times = f"×{way.calls:,}" if way.calls > 1 else ""
    verb = " ".join(filter(None, ("call", times)))
    if not named:
        return f"{verb} inside others"
    return f"{verb}{':' if times else ''} {named}" + (f", {inside:,} inside" if inside else "")


def rest(way: Pass) -> str:
    """Return what the time outside of layers was needed for, as far as that is certain: `: gradients`.

    A trace that an exception ended may have come to none of it.
    """
    if any(trace.error is not None for trace in way.traces):
        return ""
    if way.updates:
        return ": gradients, optimizer"
    role = "" if way.function is None else way.function.role
    return REST.get(role or "", "").format(backend=way.backend)


def _names(events: Iterable[Event]) -> str:
    """Return the layers of events, each with its number: `net ×6`."""
    names = Counter(event.layer.name for event in events if event.layer is not None)
    most = len(names) if len(names) == MOST_NAMES + 1 else MOST_NAMES  # `1 more` takes as much room
    shown = [name if number == 1 else f"{name} ×{number:,}" for name, number in names.most_common(most)]
    if len(names) > most:
        shown.append(f"{len(names) - most:,} more layers")
    return ", ".join(shown)


def pass_name(way: Pass) -> str:
    """Return what a pass is called: the function, or how the calls ran."""
    if way.function is None:
        return "in a graph" if way.kind == "graph" else way.kind
    return way.function.role or way.function.label


def numbers(way: Pass) -> str:
    """Return the numbers of the traces: `trace 1, 2`."""
    traced = [event.trace for event in way.traces if event.trace is not None]
    if not traced:
        return ""
    if len(traced) < way.trace_number:  # of several functions, whose numbers say little
        return counted(way.trace_number, "trace")
    if len(traced) > MOST_NUMBERS:
        return f"trace {traced[0]}…{traced[-1]}"
    return f"trace {', '.join(map(str, traced))}"


def runs(way: Pass) -> str:
    """Return how often a function ran: `run ×21`."""
    return f"run ×{way.runs:,}" if way.runs else ""


def first_runs(way: Pass) -> str:
    """Return whether nearly every execution was the first of a new graph, which takes longer than others."""
    if way.runs < FEWEST_RUNS or way.first_runs < MOST_OF * way.runs:
        return ""
    number = "each" if way.first_runs == way.runs else f"{way.first_runs:,}"
    return f"{number} the first of a new graph"


def reasons(way: Pass) -> Iterator[str]:
    """Yield why a function was traced again: `rate had 5 new values`; each reason once."""
    changed = [cause.changes for cause in way.causes if len(cause.changes) > 1]
    is_mixed = bool(changed) and len({str(cause) for cause in way.causes if cause.changes}) > 1
    by_argument: dict[tuple[str, str], list[str]] = {}
    for cause in way.causes:
        if is_mixed and cause.changes:
            continue
        key: tuple[str, str] = (cause.reason, cause.detail)
        if len(cause.changes) == 1:
            key = (cause.changes[0].argument, cause.changes[0].what)
        by_argument.setdefault(key, []).append(str(cause))
    texts = [
        f"{argument} had {len(causes):,} new {NEW[what]}"
        if what in NEW and len(set(causes)) > 1
        else causes[0]
        for (argument, what), causes in by_argument.items()
    ]
    if is_mixed:
        texts.insert(0, _arguments([cause.changes for cause in way.causes if cause.changes]))
    yield from texts[:MOST_REASONS]
    if len(texts) > MOST_REASONS:
        yield f"{len(texts) - MOST_REASONS:,} more causes"


def _arguments(causes: Iterable[tuple[Change, ...]]) -> str:
    """Return in how many traces each argument differed: `step differs in 23 traces; shapes of x, y in 11`.

    The number is left out where it is 1 for all: `step and shapes of x, y differ`.
    """
    differing: dict[tuple[str, bool], set[int]] = {}
    for number, changes in enumerate(causes):
        for change in changes:
            is_shape = change.what in ("shape", "rank")
            differing.setdefault((change.argument.partition("[")[0], is_shape), set()).add(number)
    names: dict[tuple[bool, frozenset[int]], list[str]] = {}
    for (name, is_shape), traces in differing.items():
        names.setdefault((is_shape, frozenset(traces)), []).append(name)
    if {len(differed) for _, differed in names} == {1}:
        subjects = [
            f"{'shapes of ' if is_shape else ''}{', '.join(arguments)}"
            for (is_shape, _), arguments in names.items()
        ]
        return f"{' and '.join(_first_of(subjects))} differ"
    parts: list[str] = []
    for (is_shape, differed), arguments in sorted(names.items(), key=lambda entry: -len(entry[0][1])):
        subject = f"shapes of {', '.join(arguments)}" if is_shape else ", ".join(arguments)
        verb = "differs" if len(arguments) == 1 and not is_shape else "differ"
        parts.append(f"{subject} in {len(differed):,}" if parts else
                     f"{subject} {verb} in {counted(len(differed), 'trace')}")  # fmt: skip
    return "; ".join(_first_of(parts))


def _first_of(parts: Sequence[str]) -> list[str]:
    """Return the first of some parts of a sentence, and how many more there are."""
    more = [f"{len(parts) - MOST_NUMBERS:,} more"] if len(parts) > MOST_NUMBERS else []
    return [*parts[:MOST_NUMBERS], *more]


def glyphed(text: str, glyphs: Glyphs) -> str:
    """Return a text with the signs that the output can show."""
    return glyphs.user(text.replace("×", glyphs.times).replace("…", glyphs.dots))
