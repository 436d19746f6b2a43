"""LT308: The `call` of a layer runs more often than the program calls the layer."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import dotted, nodes_of
from layertrace.timeline.call_counts import modes_in_words
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event


@rule("LT308", "called-symbolically-first", "note", links.BASE_LAYER, backends=ANY_BACKEND)
def called_symbolically_first(context: DiagnosisContext) -> Iterator[Violation]:
    """The `call` of a layer runs more often than the program calls the layer.

    ## Why is this bad?

    It is expected, but surprises those who print or count in `call`. A layer that contains unbuilt layers
    and has no `build` is called once symbolically, so that Keras learns the shapes. In `fit`, its function
    is traced, and traced again if the first trace created variables, such as those of an optimizer. Later
    steps run the graph. A `build` makes the symbolic call unnecessary.

    ## Example

    ```python
    class Net(keras.Model):
        def call(self, x):
            print("once for each batch?")
            return self.dense(x)
    ```

    ## Use instead

    ```python
    class Net(keras.Model):
        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, x):
            return self.dense(x)
    ```

    ## Known limits

    - Reported only if the `call`, or that of a layer inside, prints, or counts or collects in an attribute or
      a global variable: otherwise its runs show nowhere.
    - Only outermost layers are reported, and only if none of their calls failed.
    - Layers of a functional model are not reported: Keras infers their shapes in any case.
    """
    for layer in context.layers:
        calls, state = context.of(layer, "call"), context.state(layer)
        if state is None or not is_user_defined(layer):
            continue
        if "build" in state.methods or "call" not in state.methods:
            continue
        symbolic = [call for call in calls if call.mode == "symbolic"]
        if not symbolic or len(calls) < 2:
            continue
        if any(context.enclosing_call(call) is not None for call in calls):
            continue
        if any(call.error is not None for call in calls) or not _shows_its_calls(context, state, calls):
            continue
        inside = [event for call in symbolic for event in context.descendants(call)]
        if all(event.kind != "build" or event.layer is None for event in inside):
            continue
        if state.declared is not None:  # part of a functional model, whose shapes are inferred in any case
            continue
        modes = modes_in_words(Counter(call.mode for call in calls))
        yield Violation(
            message=f"The call of {{layer}} ran {len(calls)} times: {modes}. This is expected: it has no "
            "build, so Keras calls it symbolically to build the layers inside.",
            layer=layer,
            location=state.methods["call"],
            evidence=(Evidence("symbolic", seqs(*symbolic), symbolic[0].location),),
            fix="def build(self, input_shape): ...  # builds the layers inside, without a symbolic call",
        )


def _shows_its_calls(context: DiagnosisContext, state: LayerState, calls: Sequence[Event]) -> bool:
    """Return whether the `call` of a layer, or of a layer inside, has an effect that each run repeats."""
    inside = {event.layer.id for call in calls for event in context.descendants(call) if event.layer}
    layers = [state, *(context.states[number] for number in inside if number in context.states)]
    own = [each.methods.get("call") for each in layers if is_user_defined(each.layer)]
    # tests/cases/clean/models_of_ones_own_without_build.py
    return any(_is_effect(node) for call in own for node in nodes_of(call))


def _is_effect(node: ast.AST) -> bool:
    """Return whether a node prints, or changes an attribute or a global variable in place."""
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        return name == "print" or (name.startswith("self.") and name.endswith(_COLLECTS))
    return isinstance(node, ast.Global) or (
        isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Attribute, ast.Subscript))
    )


_COLLECTS = (".append", ".add", ".extend")
