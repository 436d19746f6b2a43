"""LT201: A function is traced again for every new shape or dtype of an argument."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Violation
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.rules.tracing._decorators import Relaxed, relaxed
from layertrace.diagnosis.rules.tracing._retraced_in_jit import JitFix, is_open_set, padded
from layertrace.diagnosis.rules.tracing._retraces import Retraces, retraces, tracing_cost
from layertrace.timeline.event import TensorSpec


@rule(
    "LT201",
    "retraced-by-shape",
    "warning",
    links.RETRACING,
    triggers=[("trace", None)],
    backends=TENSORFLOW_AND_JAX,
)
def retraced_by_shape(context: DiagnosisContext) -> Iterator[Violation]:
    """A function is traced again for every new shape or dtype of an argument.

    ## Why is this bad?

    A trace takes as long as many runs, and each graph needs memory. A `tf.function` is specialized for
    the shapes and dtypes that it is called with. With `reduce_retracing=True` its second trace accepts any
    size of the dimension that differs; with an `input_signature` the first one does. JAX has nothing like
    that: a `jax.jit` function is traced and compiled for each shape, so pad the arrays to few sizes.

    ## Example

    ```python
    @tf.function
    def step(x): ...
    ```

    ## Use instead

    ```python
    @tf.function(reduce_retracing=True)
    def step(x): ...
    ```

    ## Known limits

    - Reported if one argument alone, or the same arguments together, caused three or more retraces.
    - Not reported once the function has run more than twice as often since its last new shape as before:
      then the shapes are a closed set, such as bucket sizes.
    - Traces in which several arguments changed are counted only if each of them had another shape.
    - On JAX, sizes that are multiples of 8, or each at least 1.5 times the last, are taken to be buckets. In
      Keras's own functions, only retraces after a single run count; a last batch follows more.
      The runs of a program's own functions are not seen: they are reported after four retraces on lines that
      use the result, unless the program went on for longer after the last one than the traces and everything
      between them took.
    """
    for found in retraces(context, "shape", "rank", "dtype"):
        axes = sorted({axis for change in found.changes for axis in change.axes})
        is_dtype = all(change.what == "dtype" for change in found.changes)
        what = "dtype" if is_dtype else "rank"
        what = f"dimension {', '.join(map(str, axes))}" if axes else f"the {what}"
        new: Relaxed | JitFix = Relaxed(_cast(found))
        if context.backend == "jax":
            if not is_open_set(context, found):
                continue
            new = JitFix(f"# give {found.argument} the same dtype each time") if is_dtype else padded(found)
        elif not is_dtype:
            new = relaxed(context, found.life, found.location, instead=_signature(found, axes))
        account = found.account(f"{what} of {found.argument}")
        yield Violation(
            message=f"{account}{tracing_cost(context, found)}",
            location=found.location,
            evidence=found.evidence,
            fix=new.fix,
            fix_place=new.fix_place,
            edits=new.edits,
        )


def _cast(found: Retraces) -> str:
    """Write a call with one dtype for all values, which is a float dtype if there is one."""
    specs = [spec for change in found.changes for spec in (change.before, change.now) if spec]
    dtypes = [spec.partition("[")[0] for spec in specs]
    dtype = next((name for name in dtypes if name.startswith("float")), dtypes[0])
    return f"{found.life.name}(tf.cast({found.argument}, tf.{dtype}))  # the same dtype each time"


def _signature(found: Retraces, axes: list[int]) -> str:
    """Write the signature that fits all shapes, if the argument is the only one."""
    inputs = found.traces[-1].inputs
    spec = inputs.get(found.argument) if isinstance(inputs, dict) and len(inputs) == 1 else None
    if not isinstance(spec, TensorSpec) or spec.shape is None or not axes:
        return ""
    shape = tuple(None if axis in axes else size for axis, size in enumerate(spec.shape))
    return f"@tf.function(input_signature=[tf.TensorSpec({shape}, tf.{spec.dtype})])"
