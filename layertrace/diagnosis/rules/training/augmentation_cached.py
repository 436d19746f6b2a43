"""LT572: A dataset keeps the results of a random augmentation in a cache."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT572", "augmentation-cached", "error", links.CACHE)
def augmentation_cached(context: DiagnosisContext) -> Iterator[Violation]:
    """A dataset keeps the results of a random augmentation in a cache.

    ## Why is this bad?

    `cache()` stores what comes before it in the first epoch, and repeats that in all others. A random flip or
    crop before it is drawn once for each image: the model sees the same pictures in each epoch, as without
    any augmentation.

    ## Example

    ```python
    train = train.map(lambda x, y: (flip(x, training=True), y)).cache()
    ```

    ## Use instead

    ```python
    train = train.cache().map(lambda x, y: (flip(x, training=True), y))
    ```

    ## Known limits

    - Known are the random layers of Keras and the random functions of `tf.image`. Other random numbers before
      a cache may be meant, such as noise in data that a program makes up.
    - Reported if a model is trained with the dataset for more than one epoch, in `fit` or a loop over it.
    """
    reported: set[object] = set()
    for seen in context.observations("cached augmentation"):
        trace = context.event(seen.during)
        if trace is None or not _is_trained_again(context, seen):
            continue
        call = _random_call(context, trace)
        layer = None if call is None else call.layer
        place = seen.defined_at if call is None else call.location
        # Noise that is drawn once on purpose: tests/cases/clean/random_numbers_in_a_cache.py
        if (call is None and not seen.name) or place in reported:
            continue
        reported.add(place)
        edits = _edits(place)
        what = "{layer}" if layer is not None else f"tf.image.{seen.name}"
        yield Violation(
            message=f"{what} augments once for each element, and a cache() behind it repeats the results: "
            "each epoch trains on the same ones.",
            layer=layer,
            location=place,
            evidence=(
                Evidence("the function of the dataset", seqs(trace, call), trace.location),
                Evidence("trained with it here", (), seen.location),
            ),
            fix="" if edits else "# call cache() before the map() with the augmentation",
            fix_place="elsewhere",
            edits=edits,
        )


def _random_call(context: DiagnosisContext, trace: Event) -> Event | None:
    """Return the outermost call in a trace that runs a random augmentation of Keras."""
    for call in context.children(trace):
        if call.kind == "call" and any(
            _is_random(inner.layer) for inner in (call, *context.descendants(call)) if inner.kind == "call"
        ):
            return call
    return None


def _is_random(layer: LayerRef | None) -> bool:
    names = () if layer is None else layer.bases
    return any(
        name.startswith(("keras.", "tf_keras.")) and name.rpartition(".")[2].startswith(_RANDOM)
        for name in names
    )


_RANDOM = ("Random", "RandAugment", "AugMix", "MixUp", "CutMix")


def _is_trained_again(context: DiagnosisContext, seen: Observation) -> bool:
    """Return whether a model is trained with the dataset for more than one epoch."""
    if seen.role == "fit":
        epochs = seen.before[0] if isinstance(seen.before, tuple) else None
        return isinstance(epochs, int) and epochs * seen.times > 1
    tree = None if seen.location is None else tree_of(seen.location.file)
    loops = [
        node
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.For) and seen.location is not None and node.lineno == seen.location.line
    ]
    # Data that is only validated with is the same each time on purpose:
    # tests/cases/clean/random_numbers_in_a_cache.py
    return seen.times > 1 and any(_trains(context, seen.location, loop) for loop in loops)


def _trains(context: DiagnosisContext, place: Location | None, loop: ast.For) -> bool:
    """Return whether the body of a loop updates weights."""

    def is_inside(location: Location | None) -> bool:
        if location is None or place is None or location.file != place.file:
            return False
        return loop.body[0].lineno <= location.line <= (loop.end_lineno or loop.lineno)

    updates = context.observations("update")
    traces = [outermost_trace(context, update.during) for update in updates]
    functions = {trace.function for trace in traces if trace is not None}
    return any(is_inside(update.location) for update in updates) or any(
        is_inside(run.location) for run in context.events("run") if run.function in functions
    )


def _edits(place: Location | None) -> tuple[Edit, ...]:
    """Return the edits that move the only `cache()` of a file before the `map` with the augmentation."""
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None:
        return ()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    methods = [(call, call.func) for call in calls if isinstance(call.func, ast.Attribute)]
    caches = [(call, func) for call, func in methods if func.attr == "cache"]
    maps = [(call, func) for call, func in methods if func.attr == "map" and _maps(call, place)]
    if len(caches) != 1 or len(maps) != 1:
        return ()
    (cache, behind), (_, before) = caches[0], maps[0]
    dot, start = _after(behind.value), _after(before.value)
    if cache.lineno == cache.end_lineno and behind.value.end_lineno == cache.end_lineno:
        line, removed = dot[0], (dot[1], cache.end_col_offset)
    else:
        line, removed = cache.end_lineno or 0, (0, cache.end_col_offset)
    if line == dot[0] or _is_one_line(cache, behind):
        text = f".cache({', '.join(map(ast.unparse, cache.args))})"
        return lines_with(place, [(*start, start[1], text), (line, *removed, "")])
    return ()


def _is_one_line(cache: ast.Call, function: ast.Attribute) -> bool:
    """Return whether `.cache()` stands alone on the line below what it is called on."""
    below = (function.value.end_lineno or 0) + 1
    return function.end_lineno == cache.end_lineno == below


def _after(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def _maps(call: ast.Call, place: Location) -> bool:
    """Return whether a `map` is on a line, or maps the function that the line is in."""
    mapped = dotted(call.args[0]) if call.args else ""
    around = call.args[0] if call.args else call
    is_on_line = around.lineno <= place.line <= (around.end_lineno or around.lineno)
    return is_on_line or (bool(mapped) and mapped.rpartition(".")[2] == place.function)
