"""Two replicas give what one gives."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.devices import mirrored
from layertrace.testing.contract.frameworks import variables_inside
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.randomness import draws_numbers
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, sides_of
from layertrace.timeline.ownership import is_framework_name


@check("distribution", "replicas", after=["modes-agree", "deterministic-inference"], is_opt_in=True)
def replicas(subject: Subject) -> None:
    """Each of two replicas of `MirroredStrategy` gives the outputs of the layer alone, with equal states.

    ## Why
    `fit` under a strategy calls the layer once for each replica in one graph. A tensor that the first call
    keeps is used by the second. If each updates a state from its own rows, the states differ afterwards, and
    only the first is saved.

    ## Use instead
    State how the updates of a state are combined: `self.add_weight(..., aggregation="mean")`. Keep no tensor
    of a call in an attribute.

    ## Known limits
    This check runs only if it or its group is selected by name before TensorFlow has
    started, since it needs two logical CPUs. Outputs are compared in inference, unless the layer draws
    random numbers there. States of Keras's own layers are not compared: `BatchNormalization` has
    statistics for each replica (Keras 3.15).
    """
    strategy, tf = mirrored(), subject.tf
    with strategy.scope():
        layer = subject.built()
    batches = _batches(subject)
    fix = "keep no tensor of call in an attribute"
    with subject.doing("calling it in two replicas", fix):
        each = _run(subject, strategy, layer, batches, training=False)
    line = method_line(layer, "call")
    for number, (found, batch) in enumerate(zip(each, batches, strict=True)):
        alone = subject.arrays(subject.call_with(layer, batch, False))
        differs = difference(alone, found)
        if differs and not draws_numbers(subject, layer, False):
            raise Broken(
                f"{subject.class_name} gives other outputs in replica {number} of 2 than alone: {differs}",
                line,
                fix,
                sides=sides_of(differs, "alone", f"in replica {number}"),
            )
    with subject.doing("calling it in two replicas in training"):
        _run(subject, strategy, layer, batches, training=True)
    for holder, name, variable in variables_inside(layer):
        copies = [copy.numpy() for copy in strategy.experimental_local_results(variable)]
        differs = difference(copies[:1], copies[-1:])
        is_combined_on_read = variable.synchronization == tf.VariableSynchronization.ON_READ
        if differs and not is_combined_on_read and _has_own_call(holder):
            raise Broken(
                f"the replicas have other values of {name} of {type(holder).__name__} after a call in "
                "training, since nothing states how to combine their updates",
                method_line(holder, "call"),
                f'self.{name} = self.add_weight(..., aggregation="mean")',
                sides=sides_of(differs, "replica 0", "replica 1"),
            )


def _has_own_call(layer: Any) -> bool:
    """Return whether the call of a layer, which updates its states, is not that of Keras."""
    home = next(cls for cls in type(layer).__mro__ if "call" in vars(cls))
    return not is_framework_name(home.__module__)


def _batches(subject: Subject) -> list[tuple[Any, ...]]:
    """Return the inputs of each replica: other rows for each, if the number of rows can vary."""
    tf, size = subject.tf, subject.inputs.batch
    if not subject.inputs.can_vary:
        return [subject.tensors()] * 2
    first, both = subject.tensors(), subject.tensors(2 * size)

    def second(one: Any, two: Any) -> Any:
        return two if one.shape == two.shape else tf.reverse(two[size:], [0])

    return [first, tf.nest.map_structure(second, first, both)]


def _run(
    subject: Subject, strategy: Any, layer: Any, batches: list[tuple[Any, ...]], *, training: bool
) -> list[Any]:
    """Return the outputs of each replica, called in one graph with a batch of its own."""
    values = strategy.experimental_distribute_values_from_function(
        lambda context: batches[context.replica_id_in_sync_group]
    )
    compiled = subject.compiled(layer, training=training)
    results = strategy.run(compiled, args=values)
    return [subject.arrays(result) for result in strategy.experimental_local_results(results)]
