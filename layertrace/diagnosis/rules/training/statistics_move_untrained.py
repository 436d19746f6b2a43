"""LT543: The statistics of a batch normalization change although the model around it is not trained."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping

from layertrace.diagnosis import links
from layertrace.diagnosis.assigned_weights import may_be_assigned
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.freezing import was_frozen
from layertrace.diagnosis.rewriting import rewritten
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._shared import training_calls, with_training
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, FunctionRef, LayerRef
from layertrace.timeline.ownership import is_container


@rule("LT543", "statistics-move-untrained", "warning", links.TRANSFER_LEARNING)
def statistics_move_untrained(context: DiagnosisContext) -> Iterator[Violation]:
    """The statistics of a batch normalization change although the model around it is not trained.

    ## Why is this bad?

    An optimizer that is given only the variables of a head leaves the weights of its backbone alone. But in
    training mode a `BatchNormalization` updates its moving mean and variance by itself. The pretrained
    backbone gives other features after training.

    ## Example

    ```python
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            features = self.backbone(x, training=True)
            loss = self.compute_loss(x, y, self.head(features))
        variables = self.head.trainable_variables
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
    ```

    ## Use instead

    ```python
    self.head(self.backbone(x, training=False))
    ```

    ## Known limits

    - Reported if a model holds both the backbone and a layer that an optimizer updates, and if the backbone
      has other weights and no optimizer updates any of them. A model of its own is reported, too, that a
      `tf.function` which trains another model runs several times with `training=True`, and that is not
      trained afterwards.
    - Not reported if the program sets the weights of the backbone while it trains, or assigns computed values
      to what may be its weights, also in a file that it imports from its folder: it may be a teacher.
    """
    reported: set[int] = set()
    for layer, call in training_calls(context, "BatchNormalization"):
        if call.mode == "symbolic":
            continue
        state = context.state(layer)
        chain = [call, *context.enclosing(call, "call")]
        if state is None or state.statistics != "moved" or layer.id in reported or len(chain) < 2:
            continue
        # tests/cases/clean/frozen_and_thawed_around_measuring.py
        if was_frozen(context, layer, call.start_ns):
            continue
        untrained = [outer for outer in chain if _is_untrained(context, context.state(outer.layer))]
        trained = chain[len(untrained)] if untrained and len(untrained) < len(chain) else None
        if trained is None or untrained != chain[: len(untrained)]:
            continue
        backbone, model = context.state(untrained[-1].layer), context.state(trained.layer)
        if backbone is None or model is None or not context.updated & set(model.variables):
            continue
        if not _has_other_weights(context, state, backbone, model):
            continue
        if _is_moved(context, backbone):
            continue
        reported.add(layer.id)
        update = next(
            each for each in context.observations("update") if set(each.variables) & set(model.variables)
        )
        fix = "" if is_container(model.layer) else with_training(untrained[-1].location, "False") or ""
        yield _violation(context, call, untrained[-1], backbone, update, fix)
    yield from _in_steps_of_others(context, reported)


def _in_steps_of_others(context: DiagnosisContext, reported: set[int]) -> Iterator[Violation]:
    """Yield normalizations of models that run in the training step of another model, and train no more."""
    updates = [(update, outermost_trace(context, update.during)) for update in context.observations("update")]
    last_runs: dict[FunctionRef | None, int] = {}
    times: Counter[FunctionRef | None] = Counter()
    for run in context.events("run"):
        last_runs[run.function] = max(run.start_ns, last_runs.get(run.function, 0))
        times[run.function] += run.times
    last_made = [(update, _last_made(update, outer, last_runs)) for update, outer in updates]
    for layer, call in training_calls(context, "BatchNormalization"):
        chain = [call, *context.enclosing(call, "call")]
        state, model = context.state(layer), context.state(chain[-1].layer)
        trace = outermost_trace(context, call.seq)
        if state is None or model is None or trace is None or layer.id in reported or len(chain) < 2:
            continue
        # One run may follow an update of its own: tests/cases/clean/one_step_of_an_adversary.py
        if times[trace.function] < 2 or state.statistics != "moved":
            continue
        if was_frozen(context, layer, call.start_ns):
            continue
        here = {number for update, outer in updates if outer == trace for number in update.variables}
        own = set(model.variables)
        # Those that another function trains in turns: tests/cases/clean/statistics_of_an_adversary.py
        later = {
            number for update, last_ns in last_made if last_ns >= call.start_ns for number in update.variables
        }
        if not here or not here.isdisjoint(own) or not later.isdisjoint(own):
            continue
        if not _has_other_weights(context, state, model, model):
            continue
        if _is_moved(context, model):
            continue
        reported.add(layer.id)
        update = next(update for update, outer in updates if outer == trace)
        fix = _in_inference(context, chain[-1])
        yield _violation(context, call, chain[-1], model, update, fix, " in this step")


def _last_made(update: Observation, outer: Event | None, last_runs: Mapping[FunctionRef | None, int]) -> int:
    """Return when an update was last made: in the last run of the function that was traced with it."""
    if outer is None:  # of several in eager code, only the time of the first is known
        return update.start_ns if update.times == 1 else sys.maxsize
    return max(update.start_ns, last_runs.get(outer.function, 0))


def _is_moved(context: DiagnosisContext, model: LayerState) -> bool:
    """Return whether a model gets weights while another is trained, as a teacher does.

    They are assigned: tests/cases/clean/teacher_with_statistics_of_its_own.py; in a file that the program
    imports: tests/cases/clean/teacher_that_another_file_moves.py; or set:
    tests/cases/clean/teacher_that_is_set.py
    """
    first_ns = min((update.start_ns for update in context.observations("update")), default=0)
    return may_be_assigned(context, model) or any(
        (seen.times > 1 or seen.start_ns > first_ns) and not own.isdisjoint(_variables(context, layer))
        for own in [set(model.variables)]
        for layer, seen in context.layer_observations("weights set")
    )


def _variables(context: DiagnosisContext, layer: LayerRef) -> set[int]:
    state = context.state(layer)
    return set() if state is None else set(state.variables)


def _is_untrained(context: DiagnosisContext, state: LayerState | None) -> bool:
    """Return whether a layer has trainable weights, all of them known, and no optimizer updates any."""
    if state is None or 0 in state.variables or context.updated & set(state.variables):
        return False
    variables = [context.variables.get(number) for number in state.variables]
    return None not in variables and any(spec.trainable for spec in variables if spec is not None)


def _has_other_weights(
    context: DiagnosisContext, norm: LayerState, backbone: LayerState, model: LayerState
) -> bool:
    """Return whether a backbone has more trainable weights than those of a normalization.

    Of a normalization that is a layer of the trained model itself, those of the other layers count.
    """
    numbers = set(backbone.variables)
    if backbone is norm:
        numbers = set(model.variables) - context.updated
    others = [context.variables.get(number) for number in numbers - set(norm.variables)]
    return any(spec is not None and spec.trainable for spec in others)


def _violation(
    context: DiagnosisContext,
    call: Event,
    outer: Event,
    backbone: LayerState,
    update: Observation,
    fix: str,
    where: str = "",
) -> Violation:
    layer = call.layer
    inside = "it" if backbone.layer == layer else backbone.layer.name
    names = sorted({path.rpartition("/")[0] for path in update.paths})
    event = context.event(update.during)
    return Violation(
        message=f"{{layer}} runs with training=True, so its moving mean and variance change in each step, "
        f"though no optimizer updates the weights of {inside}{where}: it does not stay as it was.",
        layer=layer,
        location=outer.location,
        evidence=(
            Evidence("in training mode here", seqs(call), call.location),
            Evidence(f"updates only {', '.join(names[:3])}", seqs(event), update.location),
        ),
        fix=fix or f"{backbone.layer.name}.trainable = False  # before the training",
        fix_place="in place" if fix else "elsewhere",
    )


def _in_inference(context: DiagnosisContext, outer: Event) -> str:
    """Write the line that calls a model, with `training=False` in each call of it; empty if it is unclear."""
    place = outer.location
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    given = [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "training"]
    others = [
        call for call in context.events("call") if call.location == place and call.parent == outer.parent
    ]
    if statement is None or len(given) < 2 or any(call.layer != outer.layer for call in others):
        return with_training(place, "False") or ""
    return rewritten(place, statement, dict.fromkeys(given, "False"))
