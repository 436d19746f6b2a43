"""LT571: A callback sets other weights for a validation, and training goes on from them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import before_method, line_edit, only
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.training_steps import Trainings
from layertrace.diagnosis.user_source import calls, dotted, function_around, methods_beside, nodes_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location

_ENDS = {"on_test_begin": "on_test_end", "on_predict_begin": "on_predict_end"}
_SETTING = ("set_weights", "load_weights", "assign", "swap", "load_state_dict", "copy_")
_NOT_BETWEEN = ("__init__", "set_model", "on_train_begin", "on_train_end")
"""Methods of a callback that do not run between a validation and the next epoch of a `fit`."""


@rule("LT571", "weights-not-put-back", "error", links.TRAINING, backends=WITH_TRAINING)
def weights_not_put_back(context: DiagnosisContext) -> Iterator[Violation]:
    """A callback sets other weights for a validation, and training goes on from them.

    ## Why is this bad?

    `on_test_begin` runs before each validation of a `fit`. Weights that are set there, such as an average,
    stay until something sets the old ones again: the next epoch trains the average, and its steps are lost.

    ## Example

    ```python
    def on_test_begin(self, logs=None):
        self.model.set_weights(self.average)
    ```

    ## Use instead

    ```python
    def on_test_begin(self, logs=None):
        self.kept = self.model.get_weights()
        self.model.set_weights(self.average)

    def on_test_end(self, logs=None):
        self.model.set_weights(self.kept)
    ```

    ## Known limits

    - Looked at are callbacks that call `set_weights` or `load_weights` in `on_test_begin` or
      `on_predict_begin`. Nothing is reported if another method of the class, which may run before the next
      epoch, sets weights, or if the program set weights of the model between that and the next step.
    """
    trainings = Trainings(context).all
    for model, seen in context.layer_observations("weights set"):
        place = seen.location
        end = _ENDS.get("" if place is None else place.function)
        if place is None or end is None:
            continue
        later = [
            run
            for training in trainings
            if training.model.layer.id == model.id
            for run in training.runs
            if run.start_ns > seen.start_ns
        ]
        function = function_around(place)
        method = None if function is None else Location(place.file, function.lineno, place.function)
        if not later or method is None or _others_set(method):
            continue
        if _is_put_back(context, seen, later[0].start_ns):
            continue
        edits = _put_back(place, method, end)
        what = "each validation" if end == "on_test_end" else "it predicts"
        yield Violation(
            message=f"{{layer}} is given other weights before {what}, and nothing puts its own back: "
            "training goes on from those.",
            layer=model,
            location=place,
            evidence=(Evidence("trained after that", seqs(later[0]), later[0].location),),
            fix="" if edits else f"# keep get_weights() before, and set these again in {end}",
            fix_place="elsewhere",
            edits=edits,
        )


def _others_set(method: Location) -> bool:
    """Return whether another method of a class sets weights: tests/cases/clean/averages_put_back.py.

    By torch: tests/backends/cases/lt571_weights_not_put_back_on_torch/fixed.py, clean_copied_back.py
    """
    methods = methods_beside(method).items()
    others = [each for name, each in methods if each.line != method.line and name not in _NOT_BETWEEN]
    return any(name.rpartition(".")[2].startswith(_SETTING) for place in others for name, _ in calls(place))


def _is_put_back(context: DiagnosisContext, seen: Observation, until_ns: float) -> bool:
    """Return whether another line set weights of the model, or of a layer inside it, before a time."""
    state = context.state(seen.layer)
    inside = () if state is None else (state.layer.id, *state.children)
    return any(
        layer.id in inside and other.location != seen.location and seen.start_ns < other.start_ns < until_ns
        for layer, other in context.layer_observations("weights set")
    )


def _put_back(place: Location, method: Location, end: str) -> tuple[Edit, ...]:
    """Return the edits that keep the weights before they are set, and add the method that sets them again."""
    model = receiver_at(place, ("set_weights", "load_weights"))
    kept = next((name for name in map(_kept, nodes_of(method)) if name), "")
    name = kept or "self.kept"
    added = before_method(place, f"def {end}(self, logs=None):\n    {model}.set_weights({name})")
    line = line_edit(place, "")
    keeping = Edit(line.location, line.source, f"{name} = {model}.get_weights()\n{line.source.strip()}")
    if not model:
        return ()
    return (*only(added), *(() if kept else (keeping,)))


def _kept(node: ast.AST) -> str:
    """Return the attribute in which a statement keeps the weights of a model."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return ""
    is_getting = dotted(node.value.func).endswith(".get_weights")
    return dotted(node.targets[0]) if is_getting and dotted(node.targets[0]).startswith("self.") else ""
