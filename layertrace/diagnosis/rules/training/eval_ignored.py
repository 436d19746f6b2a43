"""LT583: A module of torch in a layer runs in train mode although `eval()` was called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._shared import mode_at, with_training
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import function_at, parameters
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT583", "eval-ignored", "warning", links.TORCH_TRAINING_LOOPS, backends=("torch",))
def eval_ignored(context: DiagnosisContext) -> Iterator[Violation]:
    """A module of torch in a layer runs in train mode although `eval()` was called.

    ## Why is this bad?

    Keras makes a layer of each module of torch that is an attribute of a layer. A call of this layer sets the
    mode of the module by `training`: without `training=False` it is train mode, whatever `eval()` has set.
    Dropout then drops, and batch normalization averages the test data into its statistics. In `evaluate` and
    `predict` the same happens to a model whose `call` takes no `training`.

    ## Example

    ```python
    model.eval()
    with torch.no_grad():
        predictions = model(x)
    ```

    ## Use instead

    ```python
    with torch.no_grad():
        predictions = model(x, training=False)
    ```

    For `evaluate` and `predict`: `def call(self, x, training=None)`. Keras passes `training` on to the layers
    inside.

    ## Known limits

    - Reported of modules with dropout or moving statistics, and of classes that ask for `self.training`.
    - The first call after each `eval()` is looked at. `train(False)` is not observed.
    """
    reported: set[object] = set()
    for layer, ignored in context.layer_observations("eval ignored"):
        call = context.event(ignored.during)
        if call is None:
            continue
        outer = [call, *(each for each in context.ancestors(call) if each.kind == "call")][-1]
        model = outer.layer or layer
        if (model.id, ignored.role, ignored.defined_at) in reported:
            continue
        reported.add((model.id, ignored.role, ignored.defined_at))
        place = None if not ignored.role else _call_without_training(context, model)
        if place is not None:
            yield _without_parameter(model, outer, call, ignored, place)
        else:
            yield _plain_call(context, model, outer, call, ignored)


def _call_without_training(context: DiagnosisContext, model: LayerRef) -> Location | None:
    """Return the `call` of a user's model that takes no `training`."""
    state = context.state(model)
    place = None if state is None else state.methods.get("call")
    function = None if place is None else function_at(place)
    takes_it = function is not None and (function.args.kwarg is not None or "training" in parameters(place))
    return None if takes_it else place


def _without_parameter(
    model: LayerRef, outer: Event, call: Event, ignored: Observation, place: Location
) -> Violation:
    """Return the violation of a model that `evaluate` or `predict` runs."""
    line = text_replaced(place, r"(?=\)\s*(?:->[^:]*)?:)", ", training=None")
    return Violation(
        message=f"{{layer}} runs its {ignored.name} in train mode in {ignored.role}: Keras passes "
        "training=False only to a call that has this parameter. With it, the layers inside get it, too.",
        layer=model,
        location=place,
        evidence=(
            Evidence(
                f"{ignored.role} calls {model.name}, whose call has no training", (outer.seq,), outer.location
            ),
            Evidence(f"{ignored.name} without training", (call.seq,), call.location),
        ),
        fix=line or "def call(self, x, training=None):  # with its other parameters",
        fix_place="in place" if line else "elsewhere",
    )


def _plain_call(
    context: DiagnosisContext, model: LayerRef, outer: Event, call: Event, ignored: Observation
) -> Violation:
    """Return the violation of a call by the program, or by a step of its own."""
    direct = call if outer.training is False and "direct" in call.flags else outer
    place = direct.location
    line = with_training(place, mode_at(context, place, "False" if direct is outer else "training"))
    if ignored.role:
        asked = Evidence(f"{ignored.role} of Keras calls eval()", (), None)
    else:
        asked = Evidence("eval() is called", (), ignored.defined_at)
    return Violation(
        message=f"{{layer}} runs its {ignored.name} in train mode after eval(): Keras sets the mode of a "
        "module of torch in each call, by training, and this call passes none.",
        layer=model,
        location=place,
        evidence=(asked, Evidence(f"{ignored.name} without training", (call.seq,), call.location)),
        fix=line or f"{model.name}(x, training=False)",
        fix_place="in place" if line else None,
    )
