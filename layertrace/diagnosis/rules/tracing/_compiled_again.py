"""Find models that one line compiles again and again, although nothing calls for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import is_one_statement, line_edit
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rules.tracing._recreated import MIN_FUNCTIONS, MIN_TRAINING_FUNCTIONS
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location

__all__ = ["compiled_again_and_again"]

MIN_RUNS_OF_COMPILED = 50
"""Runs for each compile of one model that make it worth a trace, and a new optimizer."""


def compiled_again_and_again(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the models that one line compiles again and again, although nothing calls for it."""
    by_line: dict[tuple[LayerRef, Location | None], list[Observation]] = {}
    for model, compiled in context.layer_observations("compiled"):
        by_line.setdefault((model, compiled.location), []).append(compiled)
    for (model, place), compiles in by_line.items():
        traces = list(_traces_after(context, model, compiles))
        is_for_rate = _differs_in_rate(compiles)
        least = MIN_TRAINING_FUNCTIONS if is_for_rate else MIN_FUNCTIONS
        if len(traces) < least or _begins_stages(context, model, compiles, is_for_rate):
            continue
        runs = [run for run in context.events("run") if run.function in {trace.function for trace in traces}]
        steps = sum(run.times for run in runs)
        # The traces are worth it if the graphs then run often.
        if steps >= MIN_RUNS_OF_COMPILED * len(traces):
            continue
        optimizers = {compiled.name for compiled in compiles}
        kind = _kind(compiles[0])
        edits = _rate_set(place) if is_for_rate else ()
        forgets = f", and its new {kind} begins without what the last one had learned" * (len(optimizers) > 1)
        yield Violation(
            message=f"{{layer}} was compiled {len(compiles)} times on this line, so its function was traced "
            f"{len(traces)} times for {steps} steps{forgets}; compile it once, outside the loop.",
            layer=model,
            location=place,
            evidence=(
                Evidence(
                    f"{len(traces)} traces of {traces[0].function}",
                    (traces[0].seq, traces[-1].seq),
                    traces[0].location,
                ),
            ),
            fix=""
            if edits
            else f"{statement_at(context, place).source or 'model.compile(...)'}  # once, before the loop;\n"
            "# what changes goes into a keras.Variable(value, trainable=False) that the loss reads",
            fix_place="elsewhere",
            edits=edits,
        )


def _traces_after(context: DiagnosisContext, model: LayerRef, compiles: list[Observation]) -> Iterator[Event]:
    """Yield for each compile of a model the first trace of a function that it caused."""
    traces = [
        trace
        for trace in context.events("trace")
        if (function := trace.function) is not None and function.role is not None
        if function.model == model.name
    ]
    ends = [*(compiled.start_ns for compiled in compiles[1:]), float("inf")]
    for compiled, end in zip(compiles, ends, strict=True):
        between = [trace for trace in traces if compiled.start_ns < trace.start_ns < end]
        if between:
            yield between[0]


def _kind(compiled: Observation) -> str:
    return compiled.name.strip("<>").partition(" ")[0]


def _differs_in_rate(compiles: list[Observation]) -> bool:
    """Return whether each compile has another learning rate, and a new optimizer that forgets its moments."""
    rates = {compiled.now for compiled in compiles if isinstance(compiled.now, float)}
    optimizers = {compiled.name for compiled in compiles}
    kinds = {_kind(compiled) for compiled in compiles}
    others = {(compiled.before, compiled.variables, compiled.paths) for compiled in compiles}
    is_new = len(rates) == len(optimizers) == len(compiles)
    return is_new and len(others) == len(kinds) == 1 and kinds != {"SGD"}


def _rate_set(place: Location | None) -> tuple[Edit, ...]:
    """Return the edits that compile a model before its loop, and set the learning rate in the loop."""
    tree = None if place is None else tree_of(place.file)
    nodes = list(nodes_at(place))
    compiling = [
        node for node in nodes if isinstance(node, ast.Call) and dotted(node.func).endswith(".compile")
    ]
    if tree is None or place is None or len(compiling) != 1 or not is_one_statement(place):
        return ()
    loops = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.For) and node.lineno < place.line <= (node.end_lineno or 0)
        if node.iter.end_lineno == node.lineno
    ]
    statement = next(node for node in nodes if isinstance(node, ast.stmt))
    given = [each.value for each in compiling[0].keywords if each.arg == "optimizer"] + compiling[0].args[:1]
    optimizer = given[0] if given else None
    if not loops or not isinstance(optimizer, ast.Call):
        return ()
    rates = [each.value for each in optimizer.keywords if each.arg == "learning_rate"] + optimizer.args[:1]
    arguments: list[ast.expr | ast.keyword] = [*optimizer.args, *optimizer.keywords]
    rest = [source_of(place, each) for each in arguments if _value(each) not in rates]
    if len(rates) != 1:
        return ()
    new = rewritten(place, statement, {optimizer: f"{source_of(place, optimizer.func)}({', '.join(rest)})"})
    loop = max(loops, key=lambda node: node.lineno)
    edit = line_edit(Location(place.file, loop.lineno, place.function), "")
    receiver = dotted(compiling[0].func).removesuffix(".compile")
    return (
        Edit(edit.location, edit.source, f"{new}\n{edit.source.strip()}"),
        line_edit(place, f"{receiver}.optimizer.learning_rate = {source_of(place, rates[0])}"),
    )


def _value(argument: ast.expr | ast.keyword) -> ast.expr:
    return argument.value if isinstance(argument, ast.keyword) else argument


def _begins_stages(
    context: DiagnosisContext, model: LayerRef, compiles: list[Observation], is_for_rate: bool
) -> bool:
    """Return whether each compile begins a stage of training that needs it.

    tests/cases/clean/new_models_and_functions_that_are_meant.py has another learning rate of SGD in each,
    tests/cases/clean/compiled_for_each_stage.py other layers frozen, or the first weights again.
    """
    settings = {
        (None if is_for_rate else compiled.now, compiled.before, compiled.variables) for compiled in compiles
    }
    first, last = compiles[0].start_ns, compiles[-1].start_ns
    state = context.state(model)
    inside = {model.id, *(() if state is None else state.children)}
    resets = [
        weights
        for layer, weights in context.layer_observations("weights set")
        if layer.id in inside and weights.start_ns < last
        if weights.start_ns > first or weights.times > 1
    ]
    return len(settings) > 1 or bool(resets)
