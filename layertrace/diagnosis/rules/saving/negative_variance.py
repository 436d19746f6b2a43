"""LT622: A batch normalization was given a negative variance: its weights are in another order."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.statement_parts import receiver


@rule("LT622", "negative-variance", "error", links.BASE_LAYER, backends=WITH_TRAINING)
def negative_variance(context: DiagnosisContext) -> Iterator[Violation]:
    """A batch normalization was given a negative variance: its weights are in another order.

    ## Why is this bad?

    `set_weights` takes the arrays in the order of `layer.weights`: gamma, beta, moving mean, moving variance.
    All four have the same shape, so another order is not noticed. The layer divides by the root of what was
    meant as something else, and a model that was ported from another framework answers wrongly, or `nan`.

    ## Example

    ```python
    norm.set_weights([running_mean, running_var, weight, bias])
    ```

    ## Use instead

    ```python
    norm.set_weights([weight, bias, running_mean, running_var])
    ```

    ## Known limits

    Another order is seen only if what became the variance has a negative number, as a beta or a mean often
    has.
    """
    for state in context.states.values():
        if state.statistics != "negative variance":
            continue
        layer = state.layer
        settings = [
            each
            for outer, each in context.layer_observations("weights set")
            if outer == layer or layer.id in _children(context, outer.id)
        ]
        setting = settings[-1] if settings else None
        init = context.init_of(layer)
        place = None if init is None else init.location
        if setting is not None:
            place = setting.location
        target = receiver(statement_at(context, place).source, ("set_weights",)) or layer.name
        names = [spec.path.rpartition("/")[2] for _, spec, _ in context.created_variables(layer)]
        order = [name for name in names if name in _ORDER] or list(_ORDER)
        call = next((call for call in reversed(context.of(layer, "call")) if call.mode != "symbolic"), None)
        yield Violation(
            message="{layer} has a negative moving variance, whose root it takes: its weights were set in "
            f"another order than {', '.join(order)}.",
            layer=layer,
            location=place,
            evidence=(
                Evidence("created here", seqs(init), None if init is None else init.location),
                *([] if call is None else [Evidence("predicts with it", seqs(call), call.location)]),
            ),
            fix=f"{target}.set_weights([{', '.join(order)}])",
            fix_place="in place",
        )


_ORDER = ("gamma", "beta", "moving_mean", "moving_variance")


def _children(context: DiagnosisContext, number: int) -> tuple[int, ...]:
    state = context.states.get(number)
    return () if state is None else state.children
