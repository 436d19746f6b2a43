"""LT216: The functions of layers that were made in a loop all read the last value of its variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.state_reads import line_with
from layertrace.diagnosis.user_source import function_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location, Opaque


@rule("LT216", "late-bound-variable", "error", links.FREE_VARIABLES)
def late_bound_variable(context: DiagnosisContext) -> Iterator[Violation]:
    """The functions of layers that were made in a loop all read the last value of its variable.

    ## Why is this bad?

    A function looks its free variables up when it runs. The functions of all layers that a loop has made
    then find the same last value, although each layer had its own when it was put into the model.

    ## Example

    ```python
    for i in range(6):
        parts.append(layers.Lambda(lambda t: t[:, i:i + 1])(x))
    ```

    ## Use instead

    ```python
    for i in range(6):
        parts.append(layers.Lambda(lambda t, i=i: t[:, i:i + 1])(x))
    ```

    ## Known limits

    - Seen if at least two layers hold functions from the same code that found different values when the
      layers were made, and find another value when they run.
    - One finding for each variable of one function, with the first layer that it changes.
    """
    groups: dict[tuple[Location | None, str], list[tuple[LayerRef, Observation]]] = {}
    for layer, observation in context.layer_observations("bound late"):
        if _runs_later(context, layer):
            groups.setdefault((observation.defined_at, observation.name), []).append((layer, observation))
    by_function: dict[Location | None, list[list[tuple[LayerRef, Observation]]]] = {}
    for (place, _), seen in groups.items():
        # Two layers, of which one got the last value, or several with different values. A global that is
        # changed on purpose had one value for all of them: tests/cases/clean/functions_of_layers.py
        had = {str(observation.before) for _, observation in seen}
        if len(seen) == len(had) and (len(seen) > 1 or _is_made_again(context, seen[0][0])):
            by_function.setdefault(place, []).append(seen)
    for place, variables in by_function.items():
        layer, first = variables[0][0]
        firsts = [observation for seen in variables for owner, observation in seen if owner.id == layer.id]
        others = max(map(len, variables)) - 1
        share = f" So do {others} other layers" if others > 1 else " So does another layer" if others else ""
        names = [seen[0][1].name for seen in variables]
        was = joined([f"{each.name} was {_shown(each.before)}" for each in firsts])
        now = joined([f"{each.name}={_shown(each.now)}" for each in firsts])
        yield Violation(
            message=f"{{layer}} was made when {was}, but its function runs with {now}: it "
            f"reads the {'variable' if len(names) == 1 else 'variables'} only when it runs."
            + (f"{share} from this line." if share else ""),
            layer=layer,
            location=place,
            evidence=(Evidence(f"{was} when the layer was made", seqs(context.event(first.during))),),
            fix=_bound(place, names),
            fix_place="in place",
        )


def _runs_later(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer runs after the line that made it has made its last layer."""
    init = context.init_of(layer)
    made = [] if init is None else context.events("init", lambda event: event.location == init.location)
    last = max((event.seq for event in made), default=-1)
    return any(call.mode != "symbolic" and call.seq > last for call in context.of(layer, "call"))


def _is_made_again(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether the line that made a layer has made others: one of them got the last value."""
    init = context.init_of(layer)
    if init is None or init.location is None:
        return False
    return any(
        other.location == init.location and other.layer is not layer for other in context.events("init")
    )


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _bound(place: Location | None, names: list[str]) -> str:
    """Write the function with the variables as the defaults of parameters."""
    function = function_at(place)
    defaults = ", ".join(f"{name}={name}" for name in names)
    kept = f"# {defaults}: the values of this moment"
    if isinstance(function, ast.Lambda):
        bound = ast.parse(ast.unparse(function), mode="eval").body
        if isinstance(bound, ast.Lambda):
            bound.args.args += [ast.arg(name) for name in names]
            bound.args.defaults += [ast.Name(name, ast.Load()) for name in names]
            text = ast.unparse(bound)
            return f"{text if place is None else line_with(place.file, function, text)}  {kept}"
    if function is not None and not isinstance(function, ast.Lambda):
        return f"def {function.name}({ast.unparse(function.args)}, {defaults}): ...  {kept}"
    return f"lambda x, {defaults}: ...  {kept}"
