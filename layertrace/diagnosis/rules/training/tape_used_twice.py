"""LT519: A tape that is not persistent is asked for gradients twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import block_of, fails_below, model_of, request_at
from layertrace.diagnosis.user_source import dotted, line_of
from layertrace.timeline.event import Location


@rule("LT519", "tape-used-twice", "error", links.AUTODIFF)
def tape_used_twice(context: DiagnosisContext) -> Iterator[Violation]:
    """A tape that is not persistent is asked for gradients twice.

    ## Why is this bad?

    A `GradientTape` frees what it has recorded with the first `gradient`, and the second raises a
    `RuntimeError`.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(decoder(encoder(x)), x)
    for_encoder = tape.gradient(loss, encoder.trainable_variables)
    for_decoder = tape.gradient(loss, decoder.trainable_variables)
    ```

    ## Use instead

    ```python
    with tf.GradientTape(persistent=True) as tape:
        loss = loss_of(decoder(encoder(x)), x)
    for_encoder = tape.gradient(loss, encoder.trainable_variables)
    for_decoder = tape.gradient(loss, decoder.trainable_variables)
    ```

    ## Known limits

    A program that catches the exception is not reported.
    """
    for seen in context.observations("tape used twice"):
        if not fails_below(context, seen.location):
            continue
        layer = model_of(context, seen.variables)
        whose = "" if layer is None else " of {layer}"
        edit = _edit(context, seen.location)
        first = seen.defined_at or seen.location
        yield Violation(
            message=f"The gradients{whose} are requested from a tape that has already returned gradients: it "
            "is not persistent, so its record is gone after the first request.",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("the first request", (), first),),
            fix="" if edit else "with tf.GradientTape(persistent=True) as tape:",
            fix_place="elsewhere",
            edits=() if edit is None else (edit,),
        )
        return


def _edit(context: DiagnosisContext, place: Location | None) -> Edit | None:
    """Return the line that opens the tape, with `persistent=True`."""
    block = block_of(place, request_at(place))
    if block is None or place is None:
        return None
    line = line_of(place, block)
    source = statement_at(context, line).source or ast.unparse(block).splitlines()[0]
    opening = next(
        (
            ast.unparse(item.context_expr)
            for item in block.items
            if isinstance(item.context_expr, ast.Call) and dotted(item.context_expr.func).endswith("Tape")
        ),
        "",
    )
    if not opening or source.count(opening) != 1:
        return None
    begins = opening.removesuffix(")")
    return Edit(
        line, source, source.replace(opening, f"{begins}{'' if begins[-1] == '(' else ', '}persistent=True)")
    )
