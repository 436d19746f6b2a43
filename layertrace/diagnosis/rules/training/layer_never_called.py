"""LT504: A layer has weights that training never reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.cut_gradients import ADVICE, OPERATIONS, cut_in_torch, without_cut
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.loss_paths import LossPaths, names_in
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.building.output_unused import unused_outputs
from layertrace.diagnosis.rules.training._left_out import output_left_out
from layertrace.diagnosis.rules.training._predicted import predicted_in_tape, with_call
from layertrace.diagnosis.rules.training.gradients_cleared_early import cleared_before_step
from layertrace.diagnosis.soft_operations import differentiable, operations_without_gradient
from layertrace.diagnosis.tapes import argument, block_of, request_at, statements_of_target
from layertrace.diagnosis.training_steps import gradient_before, nodes_around
from layertrace.diagnosis.user_source import (
    assigned_pairs,
    is_at,
    is_in_tape,
    is_within,
    line_of,
    nodes_at,
)
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT504", "layer-never-called", "warning", links.SUBCLASSING, backends=("tensorflow", "torch"))
def layer_never_called(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer has weights that training never reaches.

    ## Why is this bad?

    The layer was built, but no `call` uses it, or it is called outside of the `GradientTape`, or inside by
    `predict`, which returns NumPy arrays, or `compile` has no loss for this output, or it is cut off from the
    loss by `tf.argmax`, `tf.stop_gradient` or `.numpy()`, on torch also by `.detach()`, `.item()` or
    `no_grad`. Its gradients are `None`, and its weights keep their initial values.

    ## Example

    ```python
    def call(self, x):
        return self.first(self.first(x))  # self.second was meant
    ```

    ## Use instead

    ```python
    def call(self, x):
        return self.second(self.first(x))
    ```

    ## Known limits

    The optimizer must receive the weights with gradients that are `None`, so a custom loop that filters
    them out hides the mistake. The operation without a gradient is named in traced functions, and in eager
    steps if it is the only one in the lines that compute the loss in the block of the tape. Weights
    that received a gradient in any update of the recording are not reported, nor is a layer that no longer
    exists at the end. A gradient of zeros counts as a gradient, such as that of `floor` on torch.
    """
    unreached = _unreached(context)
    outside: set[int] = set()
    blocks, blocked_at = context.observations("blocked gradient"), set[Location | None]()
    unused = {layer.id for layer in unused_outputs(context)}  # LT315
    for state in context.states.values():
        own = _own_variables(context, state, unreached)
        if not own or not state.alive or state.layer.id in unused:
            continue
        update = unreached[own[0]][0]
        if context.backend == "torch" and cleared_before_step(update) is not None:  # LT585
            continue
        calls = context.of(state.layer, "call")
        if calls and _is_replaced(context, state.layer, calls[-1]):
            continue
        call = _call_outside_tape(context, calls, update)
        if call is not None:
            if call.seq not in outside:
                outside.add(call.seq)
                yield _outside_tape(context, call, update)
            continue
        predicted = predicted_in_tape(context, calls, update)
        if predicted is not None:
            if predicted.event.seq not in outside:
                outside.add(predicted.event.seq)
                yield with_call(predicted, update)
            continue
        blocked = next((each for each in blocks if {*each.variables} & {*own}), None)
        if blocked is None and calls:
            blocked = _in_eager_step(context, calls, update)
        if blocked is not None:
            if blocked.location not in blocked_at:
                blocked_at.add(blocked.location)
                yield _blocked(context, blocked, update)
            continue
        names = ", ".join(unreached[number][1].rpartition("/")[2] for number in own[:3])
        left_out = output_left_out(context, state.layer, update, names)
        if left_out is not None:
            yield left_out
            continue
        init = context.init_of(state.layer)
        creation = init.location if init is not None else update.location
        is_dropped = _is_dropped(context, calls, update)
        cause = (
            "was called, but the step does not use what it returns"
            if is_dropped
            else "was called, but no gradient reaches it from the loss"
            if calls
            else "was built but never called"
        )
        yield Violation(
            message=f"{{layer}} {cause}: its weights ({names}) get no gradient and never change.",
            layer=state.layer,
            location=calls[0].location if calls else creation,
            evidence=(
                Evidence("gradients are None in this update", (), update.location),
                Evidence("created here", seqs(init), creation),
            ),
            fix="# add a loss of what it returns, or leave its weights out of the optimizer"
            if is_dropped
            else "# use only operations that have gradients: no argmax, round, .numpy() or stop_gradient"
            if calls
            else f"x = self.{_attribute(context, state.layer)}(x)  # in call; or remove the layer",
        )


def _is_replaced(context: DiagnosisContext, layer: LayerRef, last: Event) -> bool:
    """Return whether the attribute that a layer was assigned to got another layer after its last call."""
    # tests/backends/cases/lt582_optimizer_before_build/clean_head_replaced_and_added.py
    own = context.init_of(layer)
    name = _assigned_to(own)
    inits = [context.init_of(state.layer) for state in context.states.values() if state.layer != layer]
    later = [init for init in inits if init is not None and init.start_ns > last.start_ns]
    # Another instance of one class has its layers from the same line.
    others = [init for init in later if own is not None and init.location != own.location]
    return bool(name) and any(_assigned_to(init) == name for init in others)


def _assigned_to(init: Event | None) -> str:
    """Return the attribute that the line which creates a layer assigns it to."""
    line = None if init is None else init.location
    for node in nodes_at(line):
        pairs = assigned_pairs(node.targets[0], node.value) if isinstance(node, ast.Assign) else []
        for target, value in pairs:
            calls = [each for each in ast.walk(value) if isinstance(each, ast.Call)]
            is_here = line is not None and any(is_at(each, line) for each in calls)
            if is_here and isinstance(target, ast.Attribute):
                return target.attr
    return ""


def _call_outside_tape(
    context: DiagnosisContext, calls: Sequence[Event], update: Observation
) -> Event | None:
    """Return the call from the user's step that ran before the tape of the step began to record."""
    earlier = [call for call in calls if call.start_ns < update.start_ns and call.mode != "symbolic"]
    step = gradient_before(update.location)
    if not earlier or step is None:
        return None
    outermost = [earlier[-1], *context.enclosing(earlier[-1], "call")][-1]
    place = outermost.location
    if place is None or place.file != step.place.file or place.function != step.place.function:
        return None
    is_outside = place.line < step.place.line and not is_in_tape(place)
    return outermost if is_outside and outermost.layer is not None else None


def _outside_tape(context: DiagnosisContext, call: Event, update: Observation) -> Violation:
    source = statement_at(context, call.location).source or "y = model(x, training=True)"
    return Violation(
        message="{layer} is called outside of the GradientTape, which therefore knows no gradient of its "
        "weights: they never change.",
        layer=call.layer,
        location=call.location,
        evidence=(
            Evidence("called outside of the tape", seqs(call), call.location),
            Evidence("gradients are None in this update", (), update.location),
        ),
        fix=f"with tf.GradientTape() as tape:\n    {source}  # and then the loss",
        fix_place="elsewhere",
        severity="error",
    )


def _called_at(context: DiagnosisContext, calls: Sequence[Event], update: Observation) -> Location | None:
    """Return the line by which the program last called a layer, or one around it, before an update."""
    earlier = [call for call in calls if call.start_ns < update.start_ns and call.mode != "symbolic"]
    return [earlier[-1], *context.enclosing(earlier[-1], "call")][-1].location if earlier else None


def _is_dropped(context: DiagnosisContext, calls: Sequence[Event], update: Observation) -> bool:
    """Return whether the step of an update never reads what a layer returns."""
    step = gradient_before(update.location)
    place = update.location if step is None else step.place
    if place is None:
        return False
    return LossPaths(place, nodes_around(place)[1], ()).is_dropped(_called_at(context, calls, update))


def _in_eager_step(
    context: DiagnosisContext, calls: Sequence[Event], update: Observation
) -> Observation | None:
    """Return the only operation without a gradient by which an eager step computes its loss from a layer."""
    called = _called_at(context, calls, update)
    missing = update.now if isinstance(update.now, tuple) else ()
    numbers = tuple(update.variables[at] for at in missing if isinstance(at, int))
    if context.backend == "torch":
        cut = cut_in_torch(context, update, called)
        if cut is None:
            return None
        return replace(update, what="blocked gradient", name=cut[1], location=cut[0], variables=numbers)
    step = gradient_before(update.location)
    if step is None or any(event.kind == "trace" for event in _around(context, update)):
        return None
    request = request_at(step.place)
    target = argument(request, 0, "target")
    reads = set() if target is None else names_in(target)
    paths = LossPaths(step.place, nodes_around(step.place)[1], reads)
    # tests/cases/lt504_layer_never_called/another_head_beside_a_fixed_target.py
    found = [
        (node, op)
        for statement in statements_of_target(block_of(step.place, request), request)
        for node, op in operations_without_gradient(statement)
        if paths.is_cut(called, [node])
    ]
    if len(found) != 1:
        return None
    node, op = found[0]
    place = line_of(step.place, node)
    return replace(update, what="blocked gradient", name=op, location=place, variables=numbers)


def _around(context: DiagnosisContext, update: Observation) -> list[Event]:
    event = context.event(update.during)
    return [] if event is None else [event, *context.ancestors(event)]


def _blocked(context: DiagnosisContext, blocked: Observation, update: Observation) -> Violation:
    """Return what is wrong with an operation that has no gradient."""
    place = blocked.location
    owner = next(
        (
            state.layer
            for state in context.states.values()
            if place is not None and "call" in state.methods and is_within(place, state.methods["call"])
        ),
        None,
    )
    function = "" if place is None else place.function
    where = "{layer}" if owner is not None else function if function.isidentifier() else "This line"
    count = len(blocked.variables)
    weights = "1 weight gets" if count == 1 else f"{count} weights get"
    what = _OPERATIONS.get(blocked.name, blocked.name)
    write = without_cut if blocked.name in OPERATIONS else differentiable
    fix, edits = write(place, blocked.name)
    return Violation(
        message=f"{where} uses {what}, which has no gradient: {weights} none and never change.",
        layer=owner,
        location=place,
        evidence=(Evidence("gradients are None in this update", (), update.location),),
        fix=fix or _ADVICE.get(blocked.name, "# use only operations that have gradients"),
        fix_place="in place" if fix else "elsewhere",
        edits=edits,
        severity="warning" if blocked.name == "StopGradient" else "error",
    )


_WITH_TENSORFLOW = "# write it with operations of TensorFlow or keras.ops, which have gradients"
_ADVICE = {
    "PyFunc": _WITH_TENSORFLOW,
    "PyFuncStateless": _WITH_TENSORFLOW,
    "StopGradient": "# remove stop_gradient if these weights are to be trained; else freeze them",
    "ArgMax": "# use the probabilities in place of the index of the greatest: softmax(scores, axis=-1)",
    "ArgMin": "# use the probabilities in place of the index of the least: softmax(-scores, axis=-1)",
    "Equal": "# use the distance of the two numbers: whether they are equal has no gradient",
    "NotEqual": "# use the distance of the two numbers: whether they are equal has no gradient",
    "OneHot": "# use the probabilities in place of the one-hot vector of a class",
    **ADVICE,
}
_OPERATIONS = {
    "PyFunc": "a numpy function",
    "PyFuncStateless": "a numpy function",
    "StopGradient": "stop_gradient",
    "ArgMax": "argmax",
    "ArgMin": "argmin",
    "Greater": "a comparison",
    "GreaterEqual": "a comparison",
    "Less": "a comparison",
    "LessEqual": "a comparison",
    "Equal": "a comparison",
    "NotEqual": "a comparison",
    "OneHot": "one_hot",
    "Round": "round",
    "Rint": "round",
    "Floor": "floor",
    "Ceil": "ceil",
    "Sign": "sign",
    "FloorDiv": "//",
    "numpy": ".numpy()",
    **OPERATIONS,
}


def _unreached(context: DiagnosisContext) -> dict[int, tuple[Observation, str]]:
    """Return the variables without a gradient in any update, each with the first update and its path."""
    missing: dict[int, tuple[Observation, str]] = {}
    reached: set[int] = set()
    for update in context.observations("update"):
        without = set(update.now) if isinstance(update.now, tuple) else set()
        for at, (number, path) in enumerate(zip(update.variables, update.paths, strict=True)):
            if at not in without:
                reached.add(number)
            elif number:
                missing.setdefault(number, (update, path))
    # Parts may be trained in turns: tests/cases/clean/gradients_in_turns.py
    return {number: first for number, first in missing.items() if number not in reached}


def _own_variables(
    context: DiagnosisContext, state: LayerState, numbers: dict[int, tuple[Observation, str]]
) -> list[int]:
    """Return which of some variables belong to a layer, and not to one of its children."""
    children = [context.states[child] for child in state.children if child in context.states]
    inner = {number for child in children for number in child.variables}
    return [number for number in state.variables if number in numbers and number not in inner]


def _attribute(context: DiagnosisContext, layer: LayerRef) -> str:
    """Return the attribute in which another layer holds a layer."""
    holder = context.holder(layer)
    return layer.name if holder is None else holder.held[layer.id]
