"""LT623: `load_weights(by_name=True)` finds none of the layers of a model in the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.saving._shared import are_set_later
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location


@rule("LT623", "weights-not-found-by-name", "error", links.SAVING)
def weights_not_found_by_name(context: DiagnosisContext) -> Iterator[Violation]:
    """`load_weights(by_name=True)` finds none of the layers of a model in the file.

    ## Why is this bad?

    `load_weights(by_name=True)` skips each layer whose name the file does not have, without a warning. Layers
    that Keras names are counted: the second model has `dense_2` where the first had `dense`. Then nothing is
    loaded, and the model trains from its new weights.

    ## Example

    ```python
    features = layers.Dense(64)
    model = keras.Sequential([features, layers.Dense(3)])
    model.load_weights("pretrained.h5", by_name=True)
    ```

    ## Use instead

    ```python
    features = layers.Dense(64, name="dense")
    model = keras.Sequential([features, layers.Dense(3)])
    model.load_weights("pretrained.h5", by_name=True)
    ```

    ## Known limits

    - Compared are the names of the layers that are directly in the model, as Keras does it.
    - Not reported if some layer is found, or if the weights of the model are set afterwards.
    """
    for layer, restored in context.layer_observations("restored"):
        # A program may try one file after the other: tests/cases/clean/weights_by_name.py
        if restored.role != "by name" or restored.now != 0 or are_set_later(context, layer, restored):
            continue
        alike = _alike(context, restored)
        edits = {edit.location: edit for each in alike for edit in _named(*each)}
        uses = [call for call in context.of(layer, "call") if call.start_ns > restored.start_ns]
        names = " and ".join(repr(name) for name in restored.paths[:3])
        first = f", and {alike[0][0].name!r} is not one of them" if alike else ""
        yield Violation(
            message=f"{{layer}} got no weights: load_weights(by_name=True) skips layers whose names the file "
            f"does not have. It has {names}{first}.",
            layer=layer,
            location=restored.location,
            evidence=(
                Evidence("loaded nothing here", (), restored.location),
                *([Evidence("used after that", seqs(uses[0]), uses[0].location)] if uses else []),
            ),
            fix="" if edits else f'name="{restored.paths[0]}"  # of the layer that is to get these weights',
            fix_place="elsewhere",
            edits=tuple(edits.values()),
        )


def _alike(context: DiagnosisContext, restored: Observation) -> list[tuple[LayerRef, Location | None, str]]:
    """Return the layers with weights as one in the file has them, where they were created, and its name."""
    pairs = restored.before if isinstance(restored.before, tuple) else ()
    found: list[tuple[LayerRef, Location | None, str]] = []
    for pair in pairs:
        state = context.states.get(pair[0]) if isinstance(pair, tuple) and isinstance(pair[0], int) else None
        init = None if state is None else context.init_of(state.layer)
        if state is not None and isinstance(pair, tuple) and isinstance(pair[1], str):
            found.append((state.layer, None if init is None else init.location, pair[1]))
    return found


def _named(layer: LayerRef, place: Location | None, name: str) -> tuple[Edit, ...]:
    """Return the edit that gives a layer a name where it is created, if it has none there."""
    created = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == layer.class_name
    ]
    created = [node for node in created if place and node.lineno == node.end_lineno == place.line]
    if place is None or len(created) != 1:
        return ()
    call, keywords = created[0], {keyword.arg: keyword.value for keyword in created[0].keywords}
    given = keywords.get("name")
    if None in keywords or call.end_col_offset is None:
        return ()
    if given is not None:
        return lines_with(place, [(place.line, given.col_offset, given.end_col_offset, f'"{name}"')])
    end = call.end_col_offset - 1
    separator = ", " if call.args or call.keywords else ""
    return lines_with(place, [(place.line, end, end, f'{separator}name="{name}"')])
