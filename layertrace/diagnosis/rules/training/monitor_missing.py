"""LT539: A callback monitors a value that `fit` does not report."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.callbacks import monitoring, with_argument
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._completed_fits import with_metric, with_validation
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.context import Observation

_LOST = {
    "EarlyStopping": "it never stops the training",
    "ModelCheckpoint": "it does not keep the best model",
    "ReduceLROnPlateau": "it never lowers the learning rate",
}


@rule("LT539", "monitor-missing", "warning", links.CALLBACKS, backends=WITH_TRAINING)
def monitor_missing(context: DiagnosisContext) -> Iterator[Violation]:
    """A callback monitors a value that `fit` does not report.

    ## Why is this bad?

    `EarlyStopping`, `ModelCheckpoint(save_best_only=True)` and `ReduceLROnPlateau` compare a value with that
    of earlier epochs. If the value has another name, or begins with `val_` and the fit has no validation
    data, they do nothing but warn; `ModelCheckpoint` saves each epoch then, or none (Keras 2). A metric has
    the name that it was compiled with: `accuracy`, not `acc`, and a second `Precision()` in one process is
    `precision_1`.

    ## Example

    ```python
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping("val_acc", mode="max")
    ```

    ## Use instead

    ```python
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping("val_accuracy", mode="max")
    ```

    ## Known limits

    Known are Keras's own three callbacks in `fit`. Not reported if another `fit` of the model reports the
    value to such a callback, or validates only in some epochs. Without `mode`, Keras raises an exception for
    most names that it does not know.
    """
    for layer, seen, created, call in monitoring(context, "monitor missing"):
        names = [name for name in seen.paths if name.startswith("val_") == seen.reader.startswith("val_")]
        if names:
            near = next((name for name in names if name.startswith(seen.reader)), None)
            why, place = f"this fit reports {_listed(seen)}", created
            if near is not None and _number_of(near, seen.reader):
                edits, fix = _named(seen), f'name="{_bare(seen.reader)}"  # of the metric'
            else:
                edits = (
                    with_metric(seen.location, layer, _bare(seen.reader))
                    if near is None
                    else with_argument(created, call, "monitor", f'"{near}"')
                )
                fix = f'monitor="{near}"' if near else _of_metric(seen)
        elif not seen.reader.startswith("val_"):
            why, place, edits = "this fit has no training data", seen.location, ()
            fix = "# give fit training data: it was given no batch"
        else:
            why, place = "this fit has no validation data", seen.location
            edits = with_validation(seen.location) or _held_out(seen)
            fix = "validation_data=validation  # in fit, for example a tuple (x, y) or a dataset"
        yield Violation(
            message=f"{{layer}} is trained with {seen.name}(monitor={seen.reader!r}), and {why}: "
            f"{_LOST[seen.name]}.",
            layer=layer,
            location=place,
            evidence=(Evidence("trained here", (), seen.location),),
            fix="" if edits else fix,
            fix_place="elsewhere",
            edits=edits,
        )


def _listed(seen: Observation) -> str:
    return ", ".join(name for name in seen.paths if name not in ("learning_rate", "lr"))


def _bare(name: str) -> str:
    return name.removeprefix("val_")


def _of_metric(seen: Observation) -> str:
    return f'metrics=["{_bare(seen.reader)}"]  # in compile, or monitor one of those that are reported'


def _number_of(name: str, monitor: str) -> bool:
    """Return whether a name is the monitored one with a number, which a second metric of a class gets."""
    return re.fullmatch(re.escape(monitor) + r"_\d+", name) is not None


def _named(seen: Observation) -> tuple[Edit, ...]:
    """Return the edit that gives the metric the name that is monitored, so that it gets no number."""
    tree = None if seen.location is None else tree_of(seen.location.file)
    calls = [
        node
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Call)
        and _snake(dotted(node.func).rpartition(".")[2]) == _bare(seen.reader)
        and not any(keyword.arg == "name" for keyword in node.keywords)
    ]
    return (
        with_argument(seen.location, calls[0], "name", f'"{_bare(seen.reader)}"') if len(calls) == 1 else ()
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _held_out(seen: Observation) -> tuple[Edit, ...]:
    """Return the edit that holds out a part of the arrays that a fit is given."""
    fits = [
        node
        for node in nodes_at(seen.location)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "fit"
    ]
    if seen.role != "array" or len(fits) != 1:
        return ()
    return with_argument(seen.location, fits[0], "validation_split", "0.2")
