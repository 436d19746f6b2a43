"""LT518: A tape returns None for a tensor that it does not watch, or that the loss does not depend on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import argument, block_of, fails_below, model_of, request_at, tests_for_none
from layertrace.diagnosis.user_source import line_of, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location, TensorSpec


@rule("LT518", "gradient-not-watched", "error", links.AUTODIFF)
def gradient_not_watched(context: DiagnosisContext) -> Iterator[Violation]:
    """A tape returns None for a tensor that it does not watch, or that the loss does not depend on.

    ## Why is this bad?

    A tape watches trainable variables by itself, and tensors only after `tape.watch(tensor)`. For every other
    tensor its gradient is None, and the next operation on it fails. The same happens to variables if the
    model is called outside of the tape.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        score = tf.reduce_max(model(image), axis=-1)
    slope = tape.gradient(score, image)  # None
    ```

    ## Use instead

    ```python
    with tf.GradientTape() as tape:
        tape.watch(image)
        score = tf.reduce_max(model(image), axis=-1)
    slope = tape.gradient(score, image)
    ```

    ## Known limits

    - A function that compares anything with None, and does not fail, is taken to expect it.
    - Watched tensors and variables are reported only if the program fails in the same function. Variables
      that an optimizer gets are left to LT504.
    - `unconnected_gradients="zero"` hides the mistake.
    """
    reported: set[object] = set()
    updated = {number for update in context.observations("update") for number in update.variables}
    for seen in context.observations("no gradient"):
        is_fatal = fails_below(context, seen.location)
        if seen.location in reported or (seen.role == "variables" and {*seen.variables} & updated):
            continue
        # Gradients that are only looked at: tests/cases/clean/gradients_that_are_none.py
        if is_fatal or (seen.role == "tensor" and _is_used(seen.location)):
            reported.add(seen.location)
            yield _violation(context, seen, is_fatal)


def _is_used(place: Location | None) -> bool:
    """Return whether a program goes on with a gradient without asking whether it is None."""
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    return isinstance(statement, (ast.Assign, ast.Return)) and not tests_for_none(place)


def _violation(context: DiagnosisContext, seen: Observation, is_fatal: bool) -> Violation:
    place, request = seen.location, request_at(seen.location)
    block, what, target = block_of(place, request), _text(request, 1, "sources"), _text(request, 0, "target")
    is_float = not isinstance(seen.now, TensorSpec) or "float" in seen.now.dtype
    edits: tuple[Edit, ...] = ()
    layer = None
    if seen.role == "variables":
        layer = model_of(context, seen.variables)
        cause = f"{target or 'the loss'} is not computed from them inside of the tape"
        fix = "# call the model inside of the block of the tape, and use only operations that have gradients"
    elif not is_float:
        cause = f"only floating point tensors have gradients, and this is {seen.now}"
        fix = f"{what} = tf.cast({what}, tf.float32)  # before the tape begins; then tape.watch({what})"
    elif seen.role == "watched tensor":
        cause = f"{target or 'the target'} is not computed from it inside of the tape"
        fix = f"# compute {target or 'the target'} from {what} inside of the block, below tape.watch"
    else:
        tape = (
            ast.unparse(request.func.value) if request and isinstance(request.func, ast.Attribute) else "tape"
        )
        cause = "a tape watches trainable variables by itself, but no other tensor"
        fix = f"{tape}.watch({what})"
        begins = block.body[0] if block is not None and place is not None else None
        if begins is not None and place is not None and block is not None and begins.lineno > block.lineno:
            line = line_of(place, begins)
            source = statement_at(context, line).source
            edits = (Edit(line, source, f"{fix}\n{source}"),) if source else ()
        fix = "" if edits else f"{fix}  # as the first line inside of the block of the tape"
    what = f"for {what}" if seen.role != "variables" else f"for all {len(seen.variables) or ''} variables"
    return Violation(
        message=f"tape.gradient returns None {' '.join(what.split())}: {cause}.",
        layer=layer,
        location=place,
        evidence=(Evidence("the gradient is None here", seqs(context.event(seen.during)), place),),
        fix=fix,
        fix_place="elsewhere",
        edits=edits,
        severity="error" if is_fatal else "warning",
    )


def _text(request: ast.Call | None, position: int, name: str) -> str:
    node = argument(request, position, name)
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == 1:
        node = node.elts[0]
    return "the tensor" if node is None and position else "" if node is None else ast.unparse(node)
