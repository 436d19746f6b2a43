"""LT706: A program reads an attribute, or calls a method or function, that Keras 3 does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import imported_names, keras_in
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Location

_INSTEAD = {
    "Metric": {"reset_states": "{owner}.reset_state"},
    "Layer": {
        "input_shape": "{owner}.input.shape",
        "output_shape": "{owner}.output.shape",
        "get_input_at()": "{owner}.input",
        "get_output_at()": "{owner}.output",
        "get_input_shape_at()": "{owner}.input.shape",
        "get_output_shape_at()": "{owner}.output.shape",
    },
    "Model": {
        "fit_generator()": "{owner}.fit({passed})",
        "evaluate_generator()": "{owner}.evaluate({passed})",
        "predict_generator()": "{owner}.predict({passed})",
        "predict_proba": "{owner}.predict",
        "predict_classes()": "{owner}.predict({arguments}).argmax(axis=-1)",
    },
    "Optimizer": {
        "lr": "{owner}.learning_rate",
        "weights": "{owner}.variables",
        "get_scaled_loss": "{owner}.scale_loss",
        "get_unscaled_gradients()": "{arguments}",
        "get_weights()": "[keras.ops.convert_to_numpy(each) for each in {owner}.variables]",
    },
    "Variable": {
        "get_shape()": "{owner}.shape",
        "read_value()": "{owner}.value",
        "eval()": "keras.ops.convert_to_numpy({owner})",
    },
    "str": {"name": "{owner}"},
    "keras.backend": {
        "get_value()": "keras.ops.convert_to_numpy({arguments})",
        "set_value()": "{first}.assign({rest})",
        "int_shape()": "{first}.shape",
    },
}
"""What a program of Keras 2 reads of an object, and what Keras 3 has instead.

A name with `()` is replaced with its call. Of a string it is the name of a dtype, which was an object.
"""

_OPERATIONS = (
    *("abs", "all", "any", "cast", "clip", "cos", "dot", "equal", "exp", "greater", "greater_equal", "less"),
    *("less_equal", "log", "max", "maximum", "mean", "min", "minimum", "not_equal", "ones_like", "prod"),
    *("relu", "reshape", "round", "shape", "sigmoid", "sign", "sin", "softmax", "softplus", "sqrt", "square"),
    *("std", "sum", "tanh", "transpose", "var", "zeros_like"),
)
"""Functions of `keras.backend` that do the same in `keras.ops`, with the same order and defaults."""


@rule("LT706", "removed-attribute", "error", links.MIGRATING_TO_KERAS_3, backends=ANY_BACKEND)
def removed_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """A program uses an attribute, a method or a function of Keras 2 that Keras 3 does not have.

    ## Why is this bad?

    Keras 3 has renamed some attributes and left out others. Python raises an `AttributeError`, which names
    the class and not the new name. `tf.keras` is Keras 3 from TensorFlow 2.16 on.

    ## Example

    ```python
    loss.reset_states()
    print(layer.output_shape, model.optimizer.lr)
    scaled = K.mean(x, axis=-1)  # from keras import backend as K
    ```

    ## Use instead

    ```python
    loss.reset_state()
    print(layer.output.shape, model.optimizer.learning_rate)
    scaled = keras.ops.mean(x, axis=-1)
    ```

    ## Known limits

    Reported is the exception that ended the program. Known are the names of metrics, layers, models,
    optimizers, variables, dtypes and `keras.backend` that have a counterpart in one expression.
    """
    failure = context.failure
    if failure is None or failure.missing is None:
        return
    kind, _, name = failure.missing.rpartition(".")
    line = failure.error.location
    found = {
        node: _instead(line, node, kind)
        for node in nodes_at(line)
        if isinstance(node, ast.Attribute) and node.attr == name
    }
    changes = dict(filter(None, found.values()))
    if changes:
        first = next(node for node, change in found.items() if change is not None)
        yield Violation(
            message=f"{source_of(line, first)} is from Keras 2. Keras 3 has {next(iter(changes.values()))} "
            "instead.",
            location=line,
            evidence=(Evidence(f"raised {failure.error.type}", (), line),),
            fix=_statement(line, changes),
            fix_place="in place",
        )


def _instead(line: Location | None, node: ast.Attribute, kind: str) -> tuple[ast.expr, str] | None:
    """Return the expression to replace, and what to write for it; None without a counterpart."""
    if kind == "str" and not (isinstance(node.value, ast.Attribute) and node.value.attr == "dtype"):
        return None
    known = _INSTEAD.get(kind, {}) | (_INSTEAD["Layer"] if kind == "Model" else {})
    call = next((each for each in nodes_at(line) if isinstance(each, ast.Call) and each.func is node), None)
    replaced: ast.expr = node
    arguments: list[str] = []
    if node.attr in known:
        template = known[node.attr]
    elif call is not None and f"{node.attr}()" in known:
        template, replaced = known[f"{node.attr}()"], call
        arguments = [source_of(line, each) for each in (*call.args, *call.keywords)]
    elif kind == "keras.backend" and node.attr in _OPERATIONS and _has_new_names(call):
        template = f"keras.ops.{node.attr}"
    else:
        return None
    written = template.replace("keras.ops.", f"{keras_in(line)}.ops.").format(
        owner=source_of(line, node.value),
        arguments=", ".join(arguments),
        passed=", ".join(_passed(line, call)),
        first=arguments[0] if arguments else "",
        rest=", ".join(arguments[1:]),
    )
    return replaced, written


def _has_new_names(call: ast.Call | None) -> bool:
    """Return whether the arguments by keyword are called in `keras.ops` as they were in `keras.backend`."""
    return call is not None and all(keyword.arg in ("axis", "keepdims", "dtype") for keyword in call.keywords)


def _passed(line: Location | None, call: ast.Call | None) -> Iterator[str]:
    """Yield the arguments of `fit_generator` and its like as `fit` and its like take them in Keras 3."""
    if call is None:
        return
    is_fit = dotted(call.func).endswith("fit_generator")
    for place, value in enumerate(call.args):
        names = ("", "steps_per_epoch=", "epochs=", "verbose=") if is_fit else ("", "steps=", "callbacks=")
        yield (names[place] if place < len(names) else "") + source_of(line, value)
    for keyword in call.keywords:
        written = source_of(line, keyword.value)
        if keyword.arg == "generator":
            yield written
        elif keyword.arg not in ("workers", "use_multiprocessing", "max_queue_size"):
            yield f"{keyword.arg}={written}" if keyword.arg else f"**{written}"


def _statement(line: Location | None, changes: dict[ast.expr, str]) -> str:
    """Return the statement of a line with some expressions replaced, below an import that they need."""
    statements = [node for node in nodes_at(line) if isinstance(node, ast.stmt)]
    around = [each for each in statements if changes.keys() & set(ast.walk(each))]
    text = rewritten(line, around[-1], changes) if around else next(iter(changes.values()))
    is_imported = keras_in(line).partition(".")[0] in imported_names(line)
    needs_import = not is_imported and any("keras.ops." in written for written in changes.values())
    return f"import keras\n{text}" if needs_import else text
