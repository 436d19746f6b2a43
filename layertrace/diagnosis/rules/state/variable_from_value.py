"""LT113: `build` creates a variable from a value where Keras only infers shapes, on JAX and torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import keras_in
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.stateful_layers import without_cudnn
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at
from layertrace.timeline.event import Event, Location, Structure, TensorSpec, VariableSpec


@rule("LT113", "variable-from-value", "error", links.SUBCLASSING, backends=("jax", "torch"))
def variable_from_value(context: DiagnosisContext) -> Iterator[Violation]:
    """`build` creates a variable from a value where Keras only infers shapes, on JAX and torch.

    ## Why is this bad?

    `fit`, `evaluate` and `predict` first infer the shapes of a model that is not built, and so build its
    layers. There, Keras creates no variable that has a value, and raises "You are attempting to create a
    variable while in a stateless scope". With an initializer, the variable gets its value afterwards.
    The layers of Keras that are recurrent and `stateful=True` create their states from values: call
    a model that has one before `fit`, and Keras builds it with values. TensorFlow allows this.

    ## Example

    ```python
    def build(self, input_shape):
        self.scale = keras.Variable(np.ones(input_shape[-1]), name="scale")
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.scale = self.add_weight(
            shape=(input_shape[-1],), initializer="ones", name="scale"
        )
    ```

    ## Known limits

    - A variable that `call` creates is reported as LT101.
    - For several inputs, or an input of unknown size, no call of the model is written.
    """
    # Keras tries out a call before it calls a model, and goes on if that fails:
    # tests/backends/cases/lt113_variable_from_value/clean_called_first.py
    if context.failure is None or _REFUSED not in context.failure.error.message:
        return
    for event in reversed(context.errors):
        spec, build = event.variable, context.parent(event)
        if event.kind != "variable" or spec is None or build is None or build.kind != "build":
            continue
        if event.mode != "symbolic" or build.layer is None or event.error is None:
            continue
        if _CREATES not in event.error.raised_in[-1:]:
            continue
        yield _violation(context, event, spec, build, [build, *context.ancestors(build)][-1])
        break


_CREATES = "keras.src.backend.common.variables:__init__"
"""The method of Keras that refuses a value (Keras 3.0 to 3.15)."""
_REFUSED = "create a variable while in a stateless scope"
"""A part of its message, which is also in that of the exception that a `call` raises then."""


def _violation(
    context: DiagnosisContext, event: Event, spec: VariableSpec, build: Event, outermost: Event
) -> Violation:
    method = _method_at(outermost.location)
    while_ = f"{method} infers" if method else "Keras infers"
    evidence = [Evidence(f"{spec.name} is created in build", seqs(event), event.location)]
    layer = build.layer
    is_own = layer is not None and is_user_defined(layer)
    fix = _with_initializer(event.location, spec) if is_own else ""
    if fix:
        return Violation(
            message=f"{{layer}} creates {spec.name} from a value in build, while {while_} the shapes. "
            "There, Keras creates no variable that has a value; give it an initializer and a shape.",
            layer=layer,
            location=event.location,
            evidence=tuple(evidence),
            fix=fix,
            fix_place="in place",
        )
    call = _called_once(outermost)
    edits: tuple[Edit, ...] = ()
    if layer is not None and not is_own:
        created = context.init_of(layer)
        if created is not None and created.location is not None:
            evidence.append(Evidence(f"created {created.layer}", seqs(created), created.location))
        if context.backend == "torch" and method in _TRAINING:
            edits = without_cudnn(context)
    return Violation(
        message=f"{{layer}} creates {spec.name} from a value in build, while {while_} the shapes. "
        "There, Keras creates no variable that has a value; call the model once before, which builds it.",
        layer=layer,
        location=outermost.location,
        evidence=tuple(evidence[:2]),
        fix=call or "model(batch)  # before Keras infers shapes, with a batch of the size of the others",
        fix_place="before" if call else "elsewhere",
        edits=edits,
    )


_TRAINING = ("fit", "train_on_batch")
_BUILDING = (*_TRAINING, "evaluate", "predict", "test_on_batch", "predict_on_batch")
"""Methods that infer the shapes of a model that is not built."""


def _call_at(location: Location | None) -> ast.Call | None:
    """Return the call of a method of a model that infers shapes."""
    calls = [node for node in nodes_at(location) if isinstance(node, ast.Call)]
    found = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in _BUILDING]
    return found[0] if len(found) == 1 else None


def _method_at(location: Location | None) -> str:
    call = _call_at(location)
    return call.func.attr if call is not None and isinstance(call.func, ast.Attribute) else ""


def _called_once(outermost: Event) -> str:
    """Write a call of the model with zeros, as many as its input; nothing if that is unknown."""
    call = _call_at(outermost.location)
    if call is None or not isinstance(call.func, ast.Attribute) or outermost.location is None:
        return ""
    given: Structure = outermost.inputs
    dtype = ""
    if isinstance(given, TensorSpec):
        shape: Structure = given.shape
        dtype = "" if given.dtype == "float32" else f', "{given.dtype}"'
    else:
        shape = next(iter(outermost.arguments.values()), None) if outermost.kind == "build" else None
    if type(shape) is not tuple or not shape or not all(isinstance(size, int) for size in shape):
        return ""
    model = source_of(outermost.location, call.func.value)
    return f"{model}({keras_in(outermost.location)}.ops.zeros({shape}{dtype}))"


def _with_initializer(location: Location | None, spec: VariableSpec) -> str:
    """Write the statement with an initializer that computes the value; nothing if it must be computed before.

    What an operation of Keras computes while it infers shapes has no value afterwards.
    """
    nodes = list(nodes_at(location))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    created = [
        node for node in nodes if isinstance(node, ast.Call) and dotted(node.func).endswith("Variable")
    ]
    if location is None or statement is None or len(created) != 1 or spec.shape is None:
        return ""
    keywords = {keyword.arg: keyword.value for keyword in created[0].keywords}
    value = created[0].args[0] if created[0].args else keywords.get("initializer")
    if value is None or len(created[0].args) > 1 or None in spec.shape:
        return ""
    function = function_around(location)
    local = {
        node.id
        for node in ast.walk(function or ast.Module([], []))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    if any(isinstance(node, ast.Name) and node.id in local for node in ast.walk(value)):
        return ""
    text = f"lambda shape, dtype: {source_of(location, value)}"
    if "shape" not in keywords:
        text += f", shape={tuple(spec.shape)}"
    if "dtype" not in keywords and spec.dtype != "float32":
        text += f', dtype="{spec.dtype}"'
    return rewritten(location, statement, {value: text})
