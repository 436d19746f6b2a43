"""Decide on JAX which retraces are a mistake, and write how one trace serves several shapes or values."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, FixPlace
from layertrace.diagnosis.program_lines import lines_at
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rules.tracing._called_once import created_for_argument
from layertrace.diagnosis.rules.tracing._retraces import MIN_RETRACES as MIN_RETRACES_OF_KERAS
from layertrace.diagnosis.rules.tracing._retraces import Retraces
from layertrace.diagnosis.rules.tracing._tracers import accepts_tracer
from layertrace.diagnosis.user_edits import argument_at
from layertrace.diagnosis.user_source import dotted, function_at, is_at, nodes_at, tree_of
from layertrace.timeline.event import Event, Location

__all__ = ["JitFix", "created_once", "is_open_set", "needs_no_value", "padded", "with_argument"]

MIN_RETRACES = 4
"""Retraces of a function whose runs are not seen; three may be the buckets of a small data set."""
BUCKET = 8
"""Sizes that are multiples of this are buckets."""
GROWTH = 1.5
"""Sizes that are each so many times the last are buckets."""

_METHODS = {"train": "fit", "test": "evaluate", "predict": "predict"}
_SHAPE = re.compile(r"\w+\[([\d, ]*)\]")


class JitFix(NamedTuple):
    """How to write it."""

    fix: str
    fix_place: FixPlace | None = None
    edits: tuple[Edit, ...] = ()


def is_open_set(context: DiagnosisContext, found: Retraces) -> bool:
    """Return whether new shapes keep coming, so that their traces are not worth it.

    tests/backends/cases/lt201_retraced_by_shape has the clean programs: buckets, a warm-up, and sizes that
    have all been met before most of the work is done.
    """
    if all(change.what == "dtype" for change in found.changes):
        return found.life.function.role is not None  # a program's dtypes are few
    if all(_is_bucketed(sizes) for sizes in _sizes(found).values()):
        return False
    if found.life.function.role is not None:
        return sum(_follows_one_run(trace, found) for trace in found.traces) >= MIN_RETRACES_OF_KERAS
    used = [trace for trace in found.traces if not _is_discarded(trace.location, found.life.name)]
    return len(used) >= MIN_RETRACES and not is_over(context, found)


def _follows_one_run(trace: Event, found: Retraces) -> bool:
    """Return whether the trace before ran only once; a last batch follows others, which had a trace."""
    before = max(each.seq for each in found.life.traces if each.seq < trace.seq)
    return sum(run.times for run in found.runs if before < run.seq < trace.seq) <= 1


def _sizes(found: Retraces) -> dict[tuple[str, int], set[int]]:
    """Return the sizes of each dimension that changed."""
    sizes: dict[tuple[str, int], set[int]] = {}
    for change in found.changes:
        for text in (change.before, change.now):
            match = _SHAPE.search(text or "")
            shape = [int(size) for size in match[1].split(",") if size.strip()] if match else []
            for axis in change.axes:
                if axis < len(shape):
                    sizes.setdefault((change.argument, axis), set()).add(shape[axis])
    return sizes or {(found.argument, 0): set()}


def _is_bucketed(sizes: set[int]) -> bool:
    """Return whether sizes are chosen from few, except the largest, which may be that of the longest."""
    ordered = sorted(sizes)
    is_growing = all(later >= GROWTH * earlier for earlier, later in pairwise(ordered[:-1]))
    return len(sizes) > 1 and (is_growing or all(size % BUCKET == 0 for size in ordered[:-1]))


def _is_discarded(line: Location | None, name: str) -> bool:
    """Return whether a line calls a function and does nothing with the result, as a warm-up."""
    statement = next((node for node in nodes_at(line) if isinstance(node, ast.Expr)), None)
    call = None if statement is None else statement.value
    if isinstance(call, ast.Call) and _waits(call):  # `jax.block_until_ready(step(x))`
        call = call.func.value if isinstance(call.func, ast.Attribute) and not call.args else call.args[0]
    if not isinstance(call, ast.Call) or line is None:
        return False
    if line.columns is None:  # Python 3.10
        return dotted(call.func).rpartition(".")[2] == name
    return is_at(call, line)


def _waits(call: ast.Call) -> bool:
    return dotted(call.func).endswith("block_until_ready") or (
        isinstance(call.func, ast.Attribute) and call.func.attr == "block_until_ready"
    )


def is_over(context: DiagnosisContext, found: Retraces) -> bool:
    """Return whether the program went on for longer after these traces than with them.

    The runs of a program's own functions are not seen, but the time is, with that of tracing and compiling
    left out.
    """
    ended = [each.start_ns for each in context.observations("ended")]
    if not ended:
        return False
    first, last = found.life.traces[0], found.traces[-1]
    between = _untraced(context, _end(first), last.start_ns)
    after = _untraced(context, _end(last), ended[-1])
    return after > max(2 * between, sum(map(_cost, found.traces)))


def _untraced(context: DiagnosisContext, begin: int, end: int) -> int:
    """Return the time between two moments, without the traces in between."""
    traces = context.events("trace", lambda event: event.parent is None and begin <= event.start_ns < end)
    return end - begin - sum(map(_cost, traces))


def _cost(trace: Event) -> int:
    compiled = 0 if trace.graph is None else trace.graph.compile_ns or 0
    return (trace.duration_ns or 0) + compiled


def _end(trace: Event) -> int:
    return trace.start_ns + _cost(trace)


def padded(found: Retraces) -> JitFix:
    """Write how an argument is padded to few sizes, in the program's own words if possible."""
    life, place = found.life, found.location
    name = life.name if life.function.role is None else _METHODS[life.function.role]
    axes = sorted({axis for change in found.changes for axis in change.axes})
    general = JitFix(
        f"# give {name} few shapes: pad {found.argument} with np.pad up to the next power of two,\n"
        "# and mask the padding"
    )
    shape = _SHAPE.search(found.changes[-1].now or "")
    rank = 0 if shape is None else len([size for size in shape[1].split(",") if size.strip()])
    if life.function.role is not None:
        return (axes == [0] and life.function.role == "predict" and _whole_batches(place, rank)) or general
    value = argument_at(place, life.name, life.defined_at, found.argument)
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    if value is None or statement is None or not rank or not axes:
        return general
    array = found.argument
    lines = [f"{array} = {source_of(place, value)}"]
    if isinstance(value, ast.Name):
        array, lines = value.id, []
    sizes = {axis: f"size_{axis}" if len(axes) > 1 else "size" for axis in axes}
    lines += [
        f"{size} = 1 << ({array}.shape[{axis}] - 1).bit_length()  # the next power of two"
        for axis, size in sizes.items()
    ]
    widths = [
        f"(0, {sizes[axis]} - {array}.shape[{axis}])" if axis in sizes else "(0, 0)" for axis in range(rank)
    ]
    lines.append(f"padded = np.pad({array}, {_tuple(widths)})  # {name} has to ignore the padding")
    lines.append(rewritten(place, statement, {value: "padded"}))
    return JitFix("\n".join(lines), "in place")


def _whole_batches(place: Location | None, rank: int) -> JitFix | None:
    """Write how `predict` is given whole batches."""
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    calls = [node for node in nodes if isinstance(node, ast.Call) and dotted(node.func).endswith(".predict")]
    if statement is None or len(calls) != 1 or not calls[0].args or not rank:
        return None
    call = calls[0]
    sizes = [ast.unparse(each.value) for each in call.keywords if each.arg == "batch_size"]
    size = sizes[0] if sizes else "32"
    rest = [source_of(place, each) for each in (*call.args[1:], *call.keywords)]
    called = f"{source_of(place, call.func)}({', '.join(['padded', *rest])})[: len(given)]"
    widths = [f"(0, -len(given) % {size})", *["(0, 0)"] * (rank - 1)]
    lines = (
        f"given = {source_of(place, call.args[0])}",
        f"padded = np.pad(given, {_tuple(widths)})  # whole batches",
        rewritten(place, statement, {call: called}),
    )
    return JitFix("\n".join(lines), "in place")


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def needs_no_value(context: DiagnosisContext, found: Retraces) -> bool:
    """Return whether the values of a static argument need no trace each.

    These are numbers that the function only computes with, and objects that are created alike for each call.
    """
    if found.argument.partition("[")[0] == "self":
        return False
    if all(change.what == "object" for change in found.changes):
        return _created(found) is not None
    is_numbers = all(_is_number(change.before) and _is_number(change.now) for change in found.changes)
    function, place = function_at(found.life.defined_at), found.life.defined_at
    tree = None if place is None else tree_of(place.file)
    return (
        is_numbers
        and accepts_tracer(function, found.argument, found.traces[-1].inputs, tree)
        and not is_over(context, found)
    )


def _is_number(text: str | None) -> bool:
    """Return whether a value, as Python writes it, is a number and not a Boolean."""
    try:
        return type(ast.literal_eval(text or "")) in (int, float)
    except (ValueError, SyntaxError):
        return False


def _created(found: Retraces) -> ast.expr | None:
    """Return what creates the argument for each call."""
    return created_for_argument(found.location, _argument(found))


def _argument(found: Retraces) -> ast.expr | None:
    return argument_at(found.location, found.life.name, found.life.defined_at, found.argument)


def created_once(found: Retraces) -> JitFix:
    """Write how an argument is created once, for all calls."""
    value, created, place = _argument(found), _created(found), found.location
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    if value is None or created is None or statement is None:
        return JitFix(f"# create {found.argument} once, outside of the loop or function")
    name = value.id if isinstance(value, ast.Name) else found.argument
    once = f"{name} = {source_of(place, created)}  # once, outside of the loop or function"
    if created is not value:
        return JitFix(once, "elsewhere")
    return JitFix(
        f"{once}\n{rewritten(place, statement, {value: name})}  # in place of the call", "elsewhere"
    )


def with_argument(context: DiagnosisContext, found: Retraces) -> JitFix:
    """Write how a function is jitted so that an argument is not static."""
    name = found.argument
    for place, text in lines_at(context, found.life.defined_at):
        new = _without_static(text, name)
        if new is not None:
            return JitFix("", None, (Edit(place, text, new),))
    return JitFix(f"# jit {found.life.name} without {name} among its static arguments")


_STATIC = r"static_arg(?:names|nums)\s*=\s*(?:\([^()]*\)|\[[^\[\]]*\]|[^\s,()]+)"


def _without_static(line: str, name: str) -> str | None:
    """Return a line that jits a function without its only static argument."""
    options = list(re.finditer(_STATIC, line))
    if len(options) != 1 or len(re.findall(r"\w+", options[0][0].partition("=")[2])) != 1:
        return None
    if "static_argnames" in options[0][0] and not re.search(rf"['\"]{name}['\"]", options[0][0]):
        return None
    rest = re.sub(rf",\s*{_STATIC}", "", line)
    return re.sub(r"@(?:functools\.)?partial\(((?:jax\.)?jit)\)", r"@\1", rest)
