"""LT312: The `call` of a model takes several arguments, but `fit` passes one."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import function_at, nodes_at, parameters
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event, Location
from layertrace.timeline.ownership import is_user_defined


@rule("LT312", "several-arguments", "error", links.SUBCLASSING, backends=ANY_BACKEND)
def several_arguments(context: DiagnosisContext) -> Iterator[Violation]:
    """The `call` of a model takes several arguments, but `fit` passes one.

    ## Why is this bad?

    `fit`, `evaluate` and `predict` pass the inputs of a batch as one argument: a tensor, a list or a dict.
    A `call` with several required arguments works when the program calls the model itself, and raises a
    `TypeError` in `fit`. The same is true of a layer inside `Sequential`.

    ## Example

    ```python
    def call(self, left, right):
        ...
    model.fit([left, right], y)
    ```

    ## Use instead

    ```python
    def call(self, inputs):
        left, right = inputs
        ...
    model.fit([left, right], y)
    ```

    ## Known limits

    - Found by the exception of Python, so only the first model of a program is reported.
    - Not reported if the program itself passes one tensor, or if `mask` or `training` is what is missing.
    """
    for place, error in context.errors_from(*_CALLERS):
        missing = re.search(r"missing (?:a|\d+) required (?:positional )?arguments?:? '(\w+)'", error.message)
        layer = context.subject(place)
        defined_at = context.call_defined_at(layer)
        names = [name for name in parameters(defined_at) if name != "self"]
        if error.type != "TypeError" or missing is None or layer is None or missing[1] not in names[1:]:
            continue
        if missing[1] in _OF_KERAS or not (
            _is_by_keras(context, place) or _passes_several(context.line(place))
        ):
            continue
        taken = _required(defined_at) or names
        worked = [call for call in context.of(layer, "call") if call.error is None][:1]
        yield Violation(
            message=f"The call of {{layer}} takes {_listed(taken)}, but Keras passes all inputs as "
            "one argument here.",
            layer=layer,
            location=defined_at,
            evidence=(
                Evidence(f"{error.type}: {error.message.splitlines()[0]}", seqs(place), context.line(place)),
                *(Evidence("this call passed them one by one", seqs(call), call.location) for call in worked),
            ),
            fix=f"def call(self, inputs):\n    {', '.join(taken)} = inputs",
            fix_place="in place",
            edits=tuple(edit for call in worked for edit in _as_list(call, len(taken))),
        )


_CALLERS = ("keras.src.utils.traceback_utils:error_handler", ":error_handler", ":_bind", ":bind")
"""Functions through which Keras 3 and tf_keras call a layer, and which match arguments to parameters."""


_OF_KERAS = ("mask", "training")
"""Arguments that Keras passes by itself where it has a value for them."""
_LOOPS = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")


def _is_by_keras(context: DiagnosisContext, place: Event | Failure) -> bool:
    """Return whether Keras called the layer: in `fit`, or as a part of `Sequential` and the like."""
    outer = context.parent(place) if isinstance(place, Event) and place.kind == "build" else place
    if isinstance(outer, Event) and outer.kind == "call" and outer.layer is not None:
        return not is_user_defined(outer.layer)
    line = context.line(place)
    return any(isinstance(node.func, ast.Attribute) and node.func.attr in _LOOPS for node in _calls_at(line))


def _passes_several(line: Location | None) -> bool:
    """Return whether a call on a line passes a list, tuple or dict as its only input."""
    displays = (ast.List, ast.Tuple, ast.Dict)
    return any(len(node.args) == 1 and isinstance(node.args[0], displays) for node in _calls_at(line))


def _calls_at(line: Location | None) -> list[ast.Call]:
    """Return the call on a line that failed; all calls of the line if Python does not know which."""
    calls = [node for node in nodes_at(line) if isinstance(node, ast.Call)]
    columns = None if line is None else line.columns
    return [call for call in calls if (call.col_offset, call.end_col_offset) == columns] or calls


def _required(defined_at: Location | None) -> list[str]:
    """Return the parameters of a `call` that have no default."""
    function = function_at(defined_at)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return names[1 : len(names) - len(function.args.defaults)]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _as_list(call: Event, count: int) -> Iterator[Edit]:
    """Yield the line that passes the inputs one by one, with a list of them."""
    place = call.location
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call) and len(node.args) == count]
    if len(calls) > 1 and place is not None:
        calls = [node for node in calls if (node.col_offset, node.end_col_offset) == place.columns]
    if place is None or len(calls) != 1 or calls[0].lineno != calls[0].end_lineno:
        return
    source = linecache.getline(place.file, place.line).rstrip("\n")
    first, last = calls[0].args[0], calls[0].args[-1]
    raw = source.encode()
    before, inputs, after = (
        raw[: first.col_offset],
        raw[first.col_offset : last.end_col_offset],
        raw[last.end_col_offset :],
    )
    yield Edit(place, source, f"{before.decode()}[{inputs.decode()}]{after.decode()}".strip())
