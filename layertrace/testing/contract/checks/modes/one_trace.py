"""Equal shapes need one trace."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.subject import Subject


@check("modes", "one-trace", after=["modes-agree"])
def one_trace(subject: Subject) -> None:
    """A second call with the same shapes traces no function again, neither eagerly nor compiled.

    ## Why
    A trace takes a thousand times as long as a run.

    ## Known limits
    Functions that the layer compiles itself are seen if TensorFlow or JAX compiles them.
    """
    layer = subject.built()
    tensors = subject.tensors()
    function = subject.compiled(layer)
    with subject.doing(f"calling it eagerly and in {subject.backend.function}"):
        subject.call_with(layer, tensors, False)
        function(*tensors)
    with subject.watch() as timeline, subject.doing("calling it again with the same shapes"):
        subject.call_with(layer, tensors, False)
        function(*tensors)
    for event in timeline:
        # keras.ops.vectorized_map traces a function of its own in each eager call (TensorFlow 2.21).
        is_of_map = event.defined_at is not None and "parallel_for" in event.defined_at.file
        if event.kind == "trace" and event.function is not None and not is_of_map:
            why = f": {event.cause}" if event.cause is not None and str(event.cause) else ""
            raise Broken(
                f"{subject.class_name} traces {event.function.label} again for the same shapes{why}",
                event.location or event.defined_at,
                "compile the function once in __init__, and pass it tensors instead of Python values",
                timeline=timeline,
                events=[event],
            )
