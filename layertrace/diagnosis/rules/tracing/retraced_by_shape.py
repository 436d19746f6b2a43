"""LT201: A function is traced again for each new shape, or dtype, of an argument."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import Retraces, retraces
from layertrace.timeline.event import TensorSpec


@rule("LT201", "retraced-by-shape", "warning", links.RETRACING, triggers=[("trace", None)])
def retraced_by_shape(context: DiagnosisContext) -> Iterator[Violation]:
    """A function is traced again for each new shape, or dtype, of an argument.

    A `tf.function` is specialised for the shapes that it is called with. With `reduce_retracing=True` it
    is made for any size of the dimension that differs, after the second; an `input_signature` says so
    from the start.

    Bad:

    ```python
    @tf.function
    def step(x): ...
    ```

    Good:

    ```python
    @tf.function(reduce_retracing=True)
    def step(x): ...
    ```
    """
    for one in retraces(context, "shape", "rank", "dtype"):
        axes = sorted({axis for change in one.changes for axis in change.axes})
        flips = all(change.what == "dtype" for change in one.changes)
        other = "the dtype of " if flips else "the rank of "
        where = f"dimension {', '.join(map(str, axes))} of " if axes else other
        yield Violation(
            message=f"{one.counts}, {len(one.traces)} of them since {where}{one.argument} differed.",
            location=one.location,
            evidence=one.evidence,
            fix=_cast(one) if flips else "@tf.function(reduce_retracing=True)" + _signature(one, axes),
        )


def _cast(one: Retraces) -> str:
    """Write down a call with one dtype for all: one of floats, if there is any."""
    met = [said.partition("[")[0] for change in one.changes for said in (change.before, change.now) if said]
    dtype = next((name for name in met if name.startswith("float")), met[0])
    return f"{one.life.name}(tf.cast({one.argument}, tf.{dtype}))  # the same dtype each time"


def _signature(one: Retraces, axes: list[int]) -> str:
    """Spell out the specification that fits all shapes, where the argument is the only one."""
    last = one.traces[-1].inputs
    spec = last.get(one.argument) if isinstance(last, dict) and len(last) == 1 else None
    if not isinstance(spec, TensorSpec) or spec.shape is None or not axes:
        return ""
    shape = tuple(None if axis in axes else size for axis, size in enumerate(spec.shape))
    return f"\n# or @tf.function(input_signature=[tf.TensorSpec({shape}, tf.{spec.dtype})])"
