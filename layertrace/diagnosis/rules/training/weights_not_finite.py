"""LT525: Weights have become NaN or infinite in training."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice, pairwise

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.guards import guarded_statement, module_alias, statement_node
from layertrace.diagnosis.lost_weights import LostWeights, lost_weights
from layertrace.diagnosis.program_lines import clipped_statement
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, is_within
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location


@rule("LT525", "weights-not-finite", "error", links.NUMERICS, backends=WITH_TRAINING)
def weights_not_finite(context: DiagnosisContext) -> Iterator[Violation]:
    """Weights have become NaN or infinite in training.

    ## Why is this bad?

    Whatever is computed from NaN is NaN, so one such number in a gradient makes all weights NaN in the next
    step, and training has no effect any more. The number comes from an operation that is infinite for some
    inputs, or whose gradient is: the root or the logarithm of 0, a division by 0, a softmax over a row of
    -inf, an exponential that overflows. Or it is in the data, or the learning rate is so large that the
    weights grow without limit.

    ## Example

    ```python
    def call(self, pair):
        square = ops.sum(ops.square(pair[0] - pair[1]), axis=-1)
        return ops.sqrt(square)  # for equal inputs its gradient is infinite
    ```

    ## Use instead

    ```python
    def call(self, pair):
        square = ops.sum(ops.square(pair[0] - pair[1]), axis=-1)
        return ops.sqrt(ops.maximum(square, 1e-7))
    ```

    ## Known limits

    - Weights are looked at when the recording ends, and at the end of a `fit` whose last loss is not finite;
      if there are more than 256 MB, only the smallest. They must have been given to an optimizer.
    - The cause is inferred. An operation is named if it lies between weights and the loss in a graph, and
      nothing in the graph keeps its input away from 0: a maximum, a `where`, a sum with a constant.
      Operations of eager steps, of other backends, and those inside of a loop of the graph or of another
      `tf.function`, are not known.
    - Arrays that `fit` was given are looked at when it ends, up to 256 MB. Datasets and generators are not.
      Data that is not finite is named before an operation, and so is a loss that grew in each epoch.
    - A program that makes weights NaN on purpose is reported if an optimizer does it.
    """
    for lost in lost_weights(context):
        causes = (_from_data, _from_labels, _from_growth, _from_operation, _unknown)
        yield from islice(filter(None, (cause(context, lost) for cause in causes)), 1)


def _evidence(context: DiagnosisContext, lost: LostWeights) -> tuple[Evidence, ...]:
    """Return where the weights were trained."""
    if lost.fit is not None:
        shown = [f"{loss:.3g}" for loss in lost.losses]
        more = ["…"] if len(shown) > _MOST_LOSSES else []
        last = [lost.fit.name] if lost.fit.name else []
        text = f"losses of its epochs: {', '.join([*more, *shown[-_MOST_LOSSES:], *last])}"
        return (Evidence(text, seqs(context.event(lost.fit.during)), lost.fit.location),)
    updates = context.observations("update")
    update = next((each for each in updates if {*each.paths} & {*lost.weights}), None)
    if update is None:
        return ()
    return (
        Evidence(
            f"{_class_of(update.name)} updates them", seqs(context.event(update.during)), update.location
        ),
    )


_MOST_LOSSES = 3


def _from_data(context: DiagnosisContext, lost: LostWeights) -> Violation | None:
    """Return that an array that `fit` was given is not finite."""
    for array in lost.arrays if lost.fit is not None else ():
        if array.bad_rows and lost.fit is not None:
            fix = _finite_rows(lost.fit.location, array.name)
            return Violation(
                message=f"{{layer}} is trained with NaN: {array.name}, which fit is given, is not finite in "
                f"{array.bad_rows} of {array.rows} rows, first in row {array.first}; {lost}.",
                layer=lost.model,
                location=lost.fit.location,
                evidence=_evidence(context, lost),
                fix=fix or f"# leave out the rows of {array.name} that are not finite, or fill these values",
                fix_place="before",
            )
    return None


def _finite_rows(place: Location | None, name: str) -> str:
    """Write the lines that leave out rows that are not finite, above a fit."""
    statement = statement_node(place)
    numpy = "" if place is None else module_alias(place, "numpy")
    calls = (node for node in ast.walk(statement or ast.Pass()) if isinstance(node, ast.Call))
    fit = next((call for call in calls if dotted(call.func).endswith("fit")), None)
    if fit is None or not numpy:
        return ""
    given = dict(zip(("x", "y"), fit.args, strict=False))
    given |= {each.arg: each.value for each in fit.keywords if each.arg in ("x", "y", "sample_weight")}
    given = {key: value for key, value in given.items() if not isinstance(value, ast.Constant)}
    names = [dotted(value) for value in given.values() if isinstance(value, (ast.Name, ast.Attribute))]
    if (
        name not in given
        or len(names) != len(given)
        or any(each.arg == "sample_weight" for each in fit.keywords)
    ):
        return ""
    of = source_of(place, given[name])
    finite = f"{numpy}.isfinite({numpy}.reshape({of}, (len({of}), -1))).all(axis=1)"
    return f"finite = {finite}\n{', '.join(names)} = {', '.join(f'{each}[finite]' for each in names)}"


def _from_labels(context: DiagnosisContext, lost: LostWeights) -> Violation | None:
    """Return that a class is outside of those that the output has."""
    compiled = _compiled(context, lost)
    if compiled is None or "sparse_categorical" not in "".join(compiled.paths[:1]) or lost.fit is None:
        return None
    calls = context.of(lost.model, "call")
    outputs = [spec for call in calls[-1:] for spec in specs(call.outputs)]
    units = outputs[0].shape[-1] if len(outputs) == 1 and outputs[0].shape else None
    for array in lost.arrays:
        if array.name != "y" or units is None or array.least is None or array.greatest is None:
            continue
        if array.least < 0 or array.greatest >= units:
            wrong = array.least if array.least < 0 else array.greatest
            return Violation(
                message=f"{{layer}} has outputs for the classes 0 to {units - 1}, and y has the class "
                f"{wrong:.0f}: {lost}.",
                layer=lost.model,
                location=lost.fit.location,
                evidence=_evidence(context, lost),
                fix=f"# number the classes 0 to {units - 1} in y, or give the last layer more units",
                fix_place="elsewhere",
            )
    return None


def _compiled(context: DiagnosisContext, lost: LostWeights) -> Observation | None:
    """Return the last `compile` of a model."""
    compiles = [each for layer, each in context.layer_observations("compiled") if layer == lost.model]
    return compiles[-1] if compiles else None


def _from_growth(context: DiagnosisContext, lost: LostWeights) -> Violation | None:
    """Return that the loss grew in each epoch, until it was not finite."""
    values = [abs(loss) for loss in lost.losses]
    is_growing = all(later > earlier for earlier, later in pairwise(values))
    if len(values) < 2 or not is_growing or values[-1] < _GROWTH * max(values[0], 1.0):
        return None
    compiled = _compiled(context, lost)
    rate = f"a learning rate of {compiled.now:g}" if compiled and isinstance(compiled.now, float) else ""
    ends = [abs(end) for array in lost.arrays[:1] for end in (array.least, array.greatest) if end]
    inputs = f"inputs of up to {max(ends):.3g}" if ends and max(ends) > _WIDE else ""
    reasons = " and ".join(filter(None, (rate, inputs)))
    place = None if compiled is None else compiled.location
    return Violation(
        message=f"{{layer}} diverges{f' with {reasons}' if reasons else ''}: its loss grows from "
        f"{values[0]:.3g} to {values[-1]:.3g}, and {lost}.",
        layer=lost.model,
        location=place or (None if lost.fit is None else lost.fit.location),
        evidence=_evidence(context, lost),
        fix=clipped_statement(place) or "# a smaller learning rate, inputs that are scaled, or clipnorm=1.0",
        fix_place="in place",
    )


_GROWTH = 1000.0
_WIDE = 100.0


def _from_operation(context: DiagnosisContext, lost: LostWeights) -> Violation | None:
    """Return the operation between weights and loss that is not finite for some inputs."""
    candidates = []
    for seen in context.observations("unguarded op"):
        owner = _owner(context, seen)
        outer = outermost_trace(context, seen.during)
        function = None if outer is None else outer.function
        is_others = function is not None and function.role == "train" and function.model != lost.model.name
        if not is_others and (owner is None or owner.id in lost.parts):
            candidates.append((seen, owner))
    if not candidates:
        return None
    seen, owner = max(candidates, key=lambda each: _certainty(each[0]))
    place = seen.location
    function_name = "" if place is None else place.function.rpartition(".")[2]
    clause = _clause(seen)
    if owner is not None:
        message = f"{{layer}} {clause}: {lost.counted(of_model=owner != lost.model)}."
    else:
        who = function_name if function_name.isidentifier() else "a line"
        message = f"{{layer}} learns from {who}, which {clause}: {lost}."
    is_half = any(
        state.compute_dtype == "float16"
        for state in map(context.state, (owner, lost.model))
        if state is not None
    )
    operand = f"{seen.role} {seen.before}".strip()
    fix = guarded_statement(place, seen.name, operand, is_half=is_half)
    return Violation(
        message=message,
        layer=owner or lost.model,
        location=place,
        evidence=_evidence(context, lost),
        fix=fix or _ADVICE.get(str(seen.before), "# keep its input away from 0: ops.maximum(…, 1e-7)"),
        fix_place="in place" if fix else "elsewhere",
    )


_ADVICE = {
    "-inf": "# use a large finite number in place of -inf: -1e9",
    "scores": "# use softmax, or subtract the greatest of the scores before exp",
    "cosine": "# keep its input between -1 + 1e-6 and 1 - 1e-6",
}


def _owner(context: DiagnosisContext, seen: Observation) -> LayerRef | None:
    """Return the layer whose method a line is in; of several, the one whose name the graph has."""
    if seen.location is None:
        return None
    owners = [
        state.layer
        for state in context.states.values()
        if any(
            is_within(seen.location, method) for name, method in state.methods.items() if name != "__init__"
        )
    ]
    scopes = str(seen.now).split("/")
    named = [layer for layer in owners if any(scope.rpartition("_")[0] == layer.name for scope in scopes)]
    named += [layer for layer in owners if layer.name in scopes]
    return next(iter((*named, *owners)), None)


def _certainty(seen: Observation) -> int:
    operand = str(seen.before)
    if operand in ("-inf", "mask"):
        return 3
    return 1 if operand == "output" or seen.name == "Exp" else 2


_OPERANDS = {
    "mask": "the number of entries in a mask",
    "difference": "a difference",
    "relu": "the output of relu",
    "clipped": "what is clipped at 0",
    "softmax": "a softmax",
    "sigmoid": "a sigmoid",
    "data": "the data",
    "output": "the output of a layer",
}


def _clause(seen: Observation) -> str:
    """Write what an operation does, and for which inputs it is not finite."""
    operand = _OPERANDS.get(str(seen.before), "a number")
    if seen.before == "-inf":
        return "sets masked scores to -inf, and the softmax of a row that is masked throughout is NaN"
    if seen.name in ("Acos", "Asin", "Atanh"):
        return f"takes {seen.name.lower()}, whose gradient is infinite at 1 and -1"
    if seen.before == "scores":
        return "takes exp of scores of any size and divides by the sum, which overflows above 88"
    if seen.name == "Exp":
        return "takes exp of the output of a layer, which overflows above 88"
    if seen.name == "Log":
        return f"takes log of {operand}, which may be 0"
    if seen.name in ("Sqrt", "Pow"):
        return f"takes the root of {operand}, whose gradient is infinite where it is 0"
    return f"divides by {operand}, which may be 0"


def _class_of(optimizer: str) -> str:
    """Return the class of an optimizer that is described as `<Adam #1>`."""
    return optimizer.strip("<>").partition(" ")[0]


def _unknown(context: DiagnosisContext, lost: LostWeights) -> Violation:
    """Return that weights are not finite, with what is known, and how to find the operation."""
    evidence = _evidence(context, lost)
    compiled = _compiled(context, lost)
    known = ""
    if compiled is not None and isinstance(compiled.now, float):
        known = f"; {_class_of(compiled.name)} has a learning rate of {compiled.now:g}"
    first = next(iter(lost.weights))
    place = evidence[0].location if evidence else None
    examined = "No operation of the program and no array" if context.backend == "tensorflow" else "No array"
    return Violation(
        message=f"{{layer}} has lost its training: {lost}, such as {first}. {examined} is known to be the "
        f"cause{known}.",
        layer=lost.model,
        location=place,
        evidence=evidence,
        fix=_CHECKS.get(context.backend, _CHECKS["tensorflow"]),
        fix_place="before",
    )


_CHECKS = {
    "tensorflow": "tf.debugging.enable_check_numerics()  "
    "# it stops at the first operation that is not finite",
    "jax": "import jax\n"
    'jax.config.update("jax_debug_nans", True)  # it stops at the first operation that gives NaN',
    "torch": "import torch\ntorch.autograd.set_detect_anomaly(True)  # it stops at the first gradient of NaN",
}
"""How each backend finds the operation."""
