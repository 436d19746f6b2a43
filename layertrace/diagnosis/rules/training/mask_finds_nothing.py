"""LT563: A `Masking` masks nothing, because the data is padded with another value."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Location

IN_PLACE: FixPlace = "in place"
ELSEWHERE: FixPlace = "elsewhere"


@rule("LT563", "mask-finds-nothing", "error", links.MASKING, backends=WITH_TRAINING)
def mask_finds_nothing(context: DiagnosisContext) -> Iterator[Violation]:
    """A `Masking` masks nothing, because the data is padded with another value.

    ## Why is this bad?

    `Masking` masks the time steps in which all features equal its `mask_value`, 0 by default. If the padding
    has another value, or a layer before it changes the padding, it masks nothing. The padding is then
    treated as data, and the length of the padding changes the answers.

    ## Example

    ```python
    x = keras.utils.pad_sequences(series, dtype="float32", value=-1.0)
    masking = layers.Masking()
    ```

    ## Use instead

    ```python
    x = keras.utils.pad_sequences(series, dtype="float32", value=-1.0)
    masking = layers.Masking(mask_value=-1.0)
    ```

    ## Known limits

    - Looked at are functional and sequential models with one input that are fitted to an array, and a
      `Masking` that is given the input itself, or the input after `Normalization` or `Rescaling`.
    - An array is taken to be padded if two or more rows end, or begin, with two equal time steps whose
      features all have one value, the same in all these rows.
    """
    for layer, masking in context.layer_observations("masks nothing"):
        init = context.init_of(layer)
        place = masking.location if init is None else init.location
        if not isinstance(masking.now, tuple) or len(masking.now) != 3:
            continue
        value, rows, of = masking.now
        padding = f"{value:g}" if isinstance(value, float) else value
        moved = f", which {masking.name} ({masking.role}) changes before that" if masking.name else ""
        fix, fix_place = _with_value(place, value), IN_PLACE
        if masking.name:
            fix_place = ELSEWHERE
            fix = f"mask = keras.ops.any(keras.ops.not_equal(inputs, {padding}), axis=-1)\n"
            fix += f"# before {masking.name}; give it to the layers behind Masking: rnn(x, mask=mask)"
        yield Violation(
            message=f"{{layer}} masks nothing: it looks for steps that are all {masking.before}, but {rows} "
            f"of {of} rows are padded with {padding}{moved}.",
            layer=layer,
            location=place,
            evidence=(Evidence("fitted to this data here", (), masking.location),),
            fix=fix,
            fix_place=fix_place,
        )


def _with_value(place: Location | None, value: object) -> str:
    """Return the line that creates a Masking, with another value."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "Masking":
            kept = [keyword for keyword in node.keywords if keyword.arg != "mask_value"]
            value_node = ast.keyword("mask_value", ast.parse(repr(value), mode="eval").body)
            made = ast.unparse(ast.Call(node.func, [], [value_node, *kept]))
            line = "" if place is None else linecache.getline(place.file, node.lineno)
            if node.lineno == node.end_lineno and line.isascii():
                return (line[: node.col_offset] + made + line[node.end_col_offset :]).strip()
            return made
    return f"keras.layers.Masking(mask_value={value})"
