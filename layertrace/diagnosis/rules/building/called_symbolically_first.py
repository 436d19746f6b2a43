"""LT308: The `call` of a layer runs more often than the program calls the layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.timeline.call_counts import modes_in_words


@rule("LT308", "called-symbolically-first", "note", links.BASE_LAYER)
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
        is_outermost = all(context.enclosing_call(call) is None for call in calls)
        if not symbolic or len(calls) < 2 or not is_outermost:
            continue
        if any(call.error is not None for call in calls):
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
