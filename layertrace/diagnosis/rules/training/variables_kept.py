"""LT524: A program keeps the variables of a model, where their values are meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import is_one_statement
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_classes import class_around
from layertrace.diagnosis.user_source import dotted, function_around, line_of, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location


@rule("LT524", "variables-kept", "error", links.SAVING, backends=WITH_TRAINING)
def variables_kept(context: DiagnosisContext) -> Iterator[Violation]:
    """A program keeps the variables of a model, where their values are meant.

    ## Why is this bad?

    `model.weights` is a list of variables, and training changes what is in them. A list of the best weights
    that holds the variables has the last values at the end: assigning them back assigns each variable to
    itself. `get_weights()` returns copies of the values.

    ## Example

    ```python
    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.lowest:
            self.lowest = logs["val_loss"]
            self.best = list(self.model.weights)

    def on_train_end(self, logs=None):
        for variable, value in zip(self.model.weights, self.best):
            variable.assign(value)
    ```

    ## Use instead

    ```python
    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.lowest:
            self.lowest = logs["val_loss"]
            self.best = self.model.get_weights()

    def on_train_end(self, logs=None):
        self.model.set_weights(self.best)
    ```

    ## Known limits

    A list that is given to `set_weights` is found anywhere. One whose items are assigned is found in an
    attribute of a callback that `fit` was given, if the callback assigns them to variables of `self.model`.
    """
    for layer, seen in context.layer_observations("variables kept"):
        kept = _by_callback(seen) if seen.role == "callback" else _by_set_weights(seen)
        if kept is None or seen.location is None:
            continue
        fix = f"{kept.name} = {kept.values}"
        yield Violation(
            message=f"{kept.keeper} keeps the variables of {{layer}} in {kept.name}, and not their values: "
            "putting them back restores the values that they have by then.",
            layer=layer,
            location=kept.place,
            evidence=(Evidence("put back here", (), kept.used),),
            fix=fix,
            fix_place="in place" if kept.is_whole and is_one_statement(kept.place) else "elsewhere",
        )


class _Kept(NamedTuple):
    """A name that holds variables.

    Attributes:
        keeper: What keeps them: `KeepBest`, `train`.
        name: The name: `self.best`.
        values: What to keep.
        place: The line that keeps them.
        used: The line that assigns them to the variables.
        is_whole: Whether `values` is all that the line is to assign.
    """

    keeper: str
    name: str
    values: str
    place: Location
    used: Location
    is_whole: bool


def _by_set_weights(seen: Observation) -> _Kept | None:
    """Return the name whose variables were given to `set_weights`."""
    place = seen.location
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".set_weights") and node.args
    ]
    name = dotted(calls[0].args[0]) if calls else ""
    if place is None or not name:
        return None
    region = class_around(place) if name.startswith("self.") else function_around(place)
    keeper = tree_of(place.file) if region is None else region
    title = "The program" if isinstance(keeper, ast.Module) else getattr(keeper, "name", "The program")
    return None if keeper is None else _assignment(place, keeper, name, title, place)


def _by_callback(seen: Observation) -> _Kept | None:
    """Return the attribute of a callback that holds variables, if it assigns them to those of its model."""
    place, cls = seen.defined_at, class_around(seen.defined_at)
    if place is None or cls is None:
        return None
    name = f"self.{seen.name}"
    used = next(
        (node for node in ast.walk(cls) if isinstance(node, ast.For) and _puts_back(node, name)), None
    )
    # Its items may be what is assigned to: tests/cases/clean/variables_that_callbacks_hold.py
    return None if used is None else _assignment(place, cls, name, seen.reader, line_of(place, used))


def _puts_back(loop: ast.For, name: str) -> bool:
    """Return whether a loop over variables of `self.model` assigns them the items of a name."""
    iterated = loop.iter
    if not isinstance(iterated, ast.Call) or dotted(iterated.func) not in ("zip", "enumerate"):
        return False
    if not any(dotted(argument).startswith("self.model.") for argument in iterated.args):
        return False
    targets = loop.target.elts if isinstance(loop.target, (ast.Tuple, ast.List)) else []
    pairs = zip(targets, iterated.args, strict=False) if dotted(iterated.func) == "zip" else ()
    values = {dotted(target) for target, argument in pairs if dotted(argument) == name}
    assigned = [
        node.args[0]
        for each in loop.body
        for node in ast.walk(each)
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".assign") and node.args
    ]
    return any(
        dotted(value) in values or (isinstance(value, ast.Subscript) and dotted(value.value) == name)
        for value in assigned
    )


def _assignment(place: Location, region: ast.AST, name: str, keeper: str, used: Location) -> _Kept | None:
    """Return the last assignment that gives variables of a model to a name, before it is used or anywhere."""
    for node in reversed(list(ast.walk(region))):
        if not isinstance(node, ast.Assign) or dotted(node.targets[0]) != name:
            continue
        source = _source_of(node.value)
        if source is not None:
            owner, attribute = source.value, source.attr
            written = ast.unparse(owner)
            copies = f"[variable.numpy() for variable in {written}.{attribute}]"
            values = f"{written}.get_weights()" if attribute == "weights" else copies
            is_whole = not isinstance(node.value, (ast.Dict, ast.DictComp))
            return _Kept(keeper, name, values, line_of(place, node), used, is_whole)
    return None


def _source_of(value: ast.expr) -> ast.Attribute | None:
    """Return `model.weights` of an expression that has its items: a copy of the list, a slice, a loop."""
    if isinstance(value, ast.Call) and len(value.args) == 1 and dotted(value.func) in _COPIES:
        return _source_of(value.args[0])
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "copy":
        return _source_of(value.func.value)
    if isinstance(value, ast.Subscript):
        return _source_of(value.value)
    if isinstance(value, (ast.ListComp, ast.GeneratorExp)):
        return _source_of(value.generators[0].iter)
    return value if isinstance(value, ast.Attribute) and value.attr in _VARIABLES else None


_COPIES = ("list", "tuple", "copy.copy", "copy")
_VARIABLES = ("weights", "variables", "trainable_weights", "trainable_variables")
