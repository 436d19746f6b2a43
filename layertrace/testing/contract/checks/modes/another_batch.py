"""Another batch size needs one more trace."""

from __future__ import annotations

from collections import Counter
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.subject import Subject
from layertrace.timeline import Event
from layertrace.timeline.ownership import is_framework_file


@check("modes", "another-batch", after=["modes-agree", "one-trace", "batch-sizes"])
def another_batch(subject: Subject) -> None:
    """A batch of another size traces a function at most once more, and then the first size traces none.

    ## Why
    The last batch of an epoch is smaller. If each change of the size is a trace, every epoch has two.

    ## Known limits
    Functions that the layer compiles itself are seen if TensorFlow or JAX compiles them.
    """
    if not subject.inputs.can_vary:
        raise NotApplicable("its inputs have no batch dimension that could vary")
    layer = subject.built()
    function = subject.compiled(layer, reduce_retracing=True)
    batch = subject.inputs.batch
    # A function of the class has traces for the sizes that other checks have tried, which are smaller.
    other = 3 * batch + 5
    _try_batch(subject, layer, function, batch)
    for size, most in ((other, 1), (batch, 0)):
        with subject.watch() as timeline:
            _try_batch(subject, layer, function, size)
        traces = [event for event in timeline if event.kind == "trace" and event.function is not None]
        # tf_keras compiles new functions in each call of a GRU and an LSTM (tf_keras 2.21).
        traces = [event for event in traces if not _is_of_framework(event)]
        counts = Counter(event.function.label for event in traces if event.function is not None)
        for event in traces:
            assert event.function is not None  # noqa: S101  # chosen above
            count = counts[event.function.label]
            if count > most:
                before = "after" if size == other else "again, after"
                why = f": {event.cause}" if event.cause is not None and str(event.cause) else ""
                times = "once" if count == 1 else f"{count} times"
                raise Broken(
                    f"{subject.class_name} traces {event.function.label} {times} for a batch of {size} "
                    f"{before} one of {batch if size == other else other}{why}",
                    event.location or event.defined_at,
                    "compile the function once in __init__, and pass it tensors instead of Python values",
                )


def _is_of_framework(trace: Event) -> bool:
    return trace.defined_at is not None and is_framework_file(trace.defined_at.file)


def _try_batch(subject: Subject, layer: Any, function: Any, size: int) -> None:
    tensors = subject.tensors(size)
    with subject.doing(f"calling it with a batch of {size}, eagerly and in {subject.backend.function}"):
        subject.call_with(layer, tensors, False)
        function(*tensors)
