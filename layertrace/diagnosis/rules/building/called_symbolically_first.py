"""LT308: A layer's `call` runs more often than it seems to be called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule


@rule("LT308", "called-symbolically-first", "note", links.BASE_LAYER)
def called_symbolically_first(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer's `call` runs more often than it seems to be called.

    A layer without `build` that holds unbuilt layers is called once symbolically, so that Keras learns
    their shapes. In `fit`, its function is traced, and traced again if the first trace made variables, an
    optimizer's say. Steps after that run the graph. All of it is expected; with a `build`, the symbolic
    call falls away.

    Bad:

    ```python
    class Net(keras.Model):
        def call(self, x):
            print("once for each batch?")
            return self.dense(x)
    ```

    Good:

    ```python
    class Net(keras.Model):
        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, x):
            return self.dense(x)
    ```
    """
    for layer in context.layers:
        calls, state = context.of(layer, "call"), context.state(layer)
        if (
            not is_user_defined(layer)
            or state is None
            or "build" in state.methods
            or "call" not in state.methods
        ):
            continue
        symbolic = [one for one in calls if one.mode == "symbolic"]
        outermost = all(outer.kind != "call" for one in calls for outer in context.ancestors(one))
        if not symbolic or len(calls) < 2 or not outermost or any(one.error is not None for one in calls):
            continue
        inside = [event for one in symbolic for event in context.descendants(one)]
        if all(event.kind != "build" or event.layer is None for event in inside):
            continue
        if state.declared is not None:  # part of a functional model, where shapes are inferred in any case
            continue
        traced = sum(one.mode == "graph" for one in calls)
        eager = sum(one.mode == "eager" for one in calls)
        parts = [f"{len(symbolic)} symbolic, to build what is inside"]
        parts += [f"{traced} while tracing"] * bool(traced) + [f"{eager} eager"] * bool(eager)
        yield Violation(
            message=f"The call of {{layer}} ran {len(calls)} times: {', '.join(parts)}. That is expected, "
            f"since it has "
            "no build.",
            layer=layer,
            location=state.methods["call"],
            evidence=(Evidence("symbolic", tuple(one.seq for one in symbolic), symbolic[0].location),),
            fix="def build(self, input_shape): ...  # builds what is inside, and the symbolic call falls "
            "away",
        )
