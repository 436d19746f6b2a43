"""LT111: Layers side by side begin with the same weights, since they share one initializer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location, VariableSpec


@rule("LT111", "shared-initializer", "warning", links.SUBCLASSING, backends=ANY_BACKEND)
def shared_initializer(context: DiagnosisContext) -> Iterator[Violation]:
    """Layers side by side begin with the same weights, since they share one initializer.

    ## Why is this bad?

    An initializer of Keras 3 chooses a seed when it is created, even if it is given none. So it draws the
    same numbers each time it is asked for the same shape. Experts, heads or towers that share it and get the
    same input begin as copies of each other.

    ## Example

    ```python
    init = keras.initializers.GlorotUniform()
    self.left = keras.layers.Dense(8, kernel_initializer=init)
    self.right = keras.layers.Dense(8, kernel_initializer=init)
    ```

    ## Use instead

    ```python
    self.left = keras.layers.Dense(8, kernel_initializer=init)
    self.right = keras.layers.Dense(8, kernel_initializer=init.clone())
    ```

    ## Known limits

    - Layers that follow each other may share an initializer, and are not reported: only layers that get the
      same tensor inside one call are.
    - Initializers that were created separately with the same seed are not compared.
    """
    drawn = _drawn(context)
    groups: dict[tuple[int | None, object], list[Observation]] = {}
    for observation in context.observations("same input") if drawn else ():
        event = context.event(observation.during)
        if event is not None and observation.layer is not None:
            groups.setdefault((event.parent, observation.now), []).append(observation)
    reported: set[int] = set()
    for siblings in groups.values():
        first: dict[int, tuple[LayerRef, VariableSpec]] = {}
        for observation in sorted(siblings, key=lambda each: 0 if each.layer is None else each.layer.id):
            layer = observation.layer
            state = context.state(layer)
            if layer is None or state is None:
                continue
            for number in state.variables:
                spec = context.variables.get(number)
                if spec is None or number not in drawn or not spec.trainable:
                    continue
                earlier, _ = first.setdefault(drawn[number], (layer, spec))
                if earlier.id != layer.id and layer.id not in reported:
                    reported.add(layer.id)
                    yield _violation(context, earlier, layer, spec, observation)


def _drawn(context: DiagnosisContext) -> dict[int, int]:
    """Return the variables that share their numbers, each with the first of them."""
    drawn: dict[int, int] = {}
    for observation in context.observations("same values"):
        if len(observation.variables) == 2 and all(observation.variables):
            earlier, later = observation.variables
            drawn[earlier] = drawn.get(earlier, earlier)
            drawn[later] = drawn[earlier]
    return drawn


def _violation(
    context: DiagnosisContext, earlier: LayerRef, layer: LayerRef, spec: VariableSpec, seen: Observation
) -> Violation:
    init = context.init_of(layer)
    place = seen.location if init is None else init.location
    call = context.event(seen.during)
    fix = _cloned(place)
    return Violation(
        message=f"{{layer}} begins with the same {spec.name} as {earlier.name}, which gets the same input: "
        f"they share one {spec.initializer}, which draws the same numbers each time.",
        layer=layer,
        location=place,
        evidence=(
            Evidence("created here", seqs(init), place),
            Evidence(f"same input as {earlier.name}", seqs(call), seen.location),
        ),
        fix=fix or "kernel_initializer=initializer.clone()  # for each layer",
        fix_place="in place" if fix else None,
    )


def _cloned(place: Location | None) -> str:
    """Write the statement that creates a layer with a clone of its initializer; nothing if it names none."""
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    keywords = [each for node in nodes if isinstance(node, ast.Call) for each in node.keywords]
    values = [each.value for each in keywords if (each.arg or "").endswith("initializer")]
    given = [value for value in values if isinstance(value, (ast.Name, ast.Attribute))]
    if statement is None or not given:
        return ""
    return rewritten(place, statement, {value: f"{source_of(place, value)}.clone()" for value in given})
