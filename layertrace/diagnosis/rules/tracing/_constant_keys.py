"""Find a key of JAX that is the same in each run of a jitted function, for LT208."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.state_reads import line_with
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_edits import argument_at
from layertrace.diagnosis.user_source import (
    dotted,
    function_around,
    is_within,
    line_of,
    nodes_at,
    parameters,
    tree_of,
)
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Location

__all__ = ["draw_with_next_key", "is_made_key", "keys_in_traces"]

_Loop = ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_MAKE_KEYS = ("PRNGKey", "key")


def keys_in_traces(context: DiagnosisContext, reported: set[object]) -> Iterator[Violation]:
    """Yield the draws of a trace whose key is a constant of it, and those whose key a loop never changes.

    Args:
        context: The recording.
        reported: The layers, by number, and the lines that are reported already; new ones are added.
    """
    # The state of a seed generator that such a trace took as a constant is what LT407 reports:
    # tests/backends/cases/lt407_tracer_left_in_variable/another_dropout_in_a_gradient.py
    leaving = {each.during for each in context.observations("tracer left")}
    for drawn in (*context.observations("constant key"), *context.observations("key as argument")):
        subject = drawn.location if drawn.layer is None else drawn.layer.id
        trace = outermost_trace(context, drawn.during)
        if drawn.during in leaving or {subject, drawn.location} & reported or trace is None:
            continue
        is_argument = drawn.what == "key as argument"
        init = None if drawn.layer is None else context.init_of(drawn.layer)
        if init is not None and outermost_trace(context, init.seq) is not None:
            continue  # a layer that is created in a trace, which LT103 reports
        if not _is_training(context, trace) or _has_static_number(context.event(drawn.during)):
            continue
        violation = _argument(context, drawn) if is_argument else _constant(context, drawn)
        if violation is not None:
            reported.add(subject)
            yield violation


def _is_training(context: DiagnosisContext, trace: Event) -> bool:
    """Return whether a trace trains a model; if the program trains none, whether it is of its own.

    Where a program trains, it may well test with the same numbers each time, or sample with them.
    """
    # tests/backends/cases/lt208_frozen_randomness/clean_keys_of_tests.py
    if trace.function is not None and trace.function.role is not None:
        return trace.function.role == "train"
    trained = _traces_that_train(context)
    return trace.seq in trained if trained or context.updated else True


def _traces_that_train(context: DiagnosisContext) -> set[int | None]:
    """Return the outermost traces in which gradients by weights are taken."""
    return {
        None if (outer := outermost_trace(context, each.during)) is None else outer.seq
        for each in context.observations("weights differentiated")
    }


def _has_static_number(trace: Event | None) -> bool:
    """Return whether a trace is for one number, by which the key may differ from that of the next trace."""
    # tests/backends/cases/lt202_retraced_by_value/another_number_of_the_step.py
    inputs = None if trace is None else trace.inputs
    values = inputs.values() if isinstance(inputs, Mapping) else ()
    return any(type(value) is int for value in values)


def _draw_at(place: Location | None) -> ast.Call | None:
    """Return the only call on a line that draws: `jax.random.normal(key, …)`."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    draws = [call for call in calls if dotted(call.func).rpartition(".")[0].endswith("random") and call.args]
    draws = [call for call in draws if dotted(call.func).rpartition(".")[2] not in (*_MAKE_KEYS, "split")]
    return draws[0] if len(draws) == 1 else None


def draw_with_next_key(call: ast.Call, key: str) -> str:
    """Write a call that draws, with another key."""
    return f"{dotted(call.func)}({', '.join([key, *map(ast.unparse, [*call.args[1:], *call.keywords])])})"


def _constant(context: DiagnosisContext, drawn: Observation) -> Violation:
    """Return the violation of a key that is a constant of a trace."""
    call = _draw_at(drawn.location)
    fix = "key, now = jax.random.split(key)  # before each step, which gets now as an argument"
    if drawn.layer is not None:
        method = context.call_defined_at(drawn.layer)
        is_direct = drawn.location is not None and method is not None and is_within(drawn.location, method)
        next_key = "self.seed.next()"
        use = f"{next_key}  # in call, in place of the key"
        if call is not None and is_direct:
            use = f"{draw_with_next_key(call, next_key)}  # in call"
        fix = f"self.seed = keras.random.SeedGenerator(1)  # in __init__\n{use}"
    elif call is not None:
        fix += f"\n{draw_with_next_key(call, 'now')}  # in the step"
    name = "random numbers" if call is None else dotted(call.func)
    who = "This line" if drawn.layer is None else "{layer}"
    return Violation(
        message=f"{who} gives {name} a constant key in a trace: it draws the same numbers in every step.",
        layer=drawn.layer,
        location=drawn.location,
        evidence=(Evidence("the key is a constant", _during(drawn), drawn.location),),
        fix=fix,
    )


def _during(drawn: Observation) -> tuple[int, ...]:
    return () if drawn.during is None else (drawn.during,)


def _argument(context: DiagnosisContext, drawn: Observation) -> Violation | None:
    """Return the violation of a key that a loop gives to a function, and never changes."""
    trace = context.event(drawn.during)
    if trace is None or trace.function is None or trace.location is None:
        return None
    (name,) = drawn.paths
    key = _given(trace, name)
    loops = [] if key is None else list(_loops_around(trace.location, key))
    if key is None or not loops or not _is_the_same(trace.location, key, loops):
        return None
    if not context.updated and not _traces_that_train(context) and any(map(_goes_over_a_list, loops)):
        return None  # models, or strengths of noise, may be compared on the same numbers
    given = ast.unparse(key)
    line = line_of(trace.location, key)
    now = f"{given.rpartition('.')[2]}_now"
    is_statement = all(isinstance(loop, (ast.For, ast.While)) for loop in loops[:1])
    fix = f"{given}, {now} = jax.random.split({given})\n{line_with(line.file, key, now)}"
    if is_made_key(key) or not is_statement:
        made = given if is_made_key(key) else f"jax.random.fold_in({given}, step)"
        fix = f"jax.random.fold_in({made}, step)" if is_made_key(key) else made
        fix += "  # with the number of the step"
    who = "This function" if drawn.layer is None else "{layer}"
    return Violation(
        message=f"{who} draws with {given}, which this loop gives to {trace.function.name} each time and "
        "never changes: it draws the same numbers in every step.",
        layer=drawn.layer,
        location=line,
        evidence=(
            Evidence(f"{trace.function.name} is given {given}", (trace.seq,), line),
            Evidence(f"draws from its {name}", (), drawn.location),
        ),
        fix=fix,
        fix_place="in place" if is_statement and not is_made_key(key) else None,
    )


def _given(trace: Event, name: str) -> ast.expr | None:
    """Return what the line that runs a jitted function gives to one of its arguments."""
    calls = layer_calls_at(trace.location)  # by the columns: the program may have another name for it
    if len(calls) != 1:
        function = "" if trace.function is None else trace.function.name
        return argument_at(trace.location, function, trace.defined_at, name)
    by_name = (keyword.value for keyword in calls[0].keywords if keyword.arg == name)
    names = [each for each in parameters(trace.defined_at) if each != "self"]
    by_position = dict(zip(names, calls[0].args, strict=False))
    return next(by_name, by_position.get(name))


def _loops_around(place: Location, key: ast.expr) -> Iterator[_Loop]:
    """Yield the loops of the same function around an expression, innermost first."""
    top = function_around(place) or tree_of(place.file)
    loops = [node for node in ([] if top is None else ast.walk(top)) if isinstance(node, _Loop)]
    around = [loop for loop in loops if any(node is key for node in ast.walk(loop))]
    yield from sorted(around, key=lambda loop: -loop.lineno)


def _goes_over_a_list(loop: _Loop) -> bool:
    """Return whether a loop goes over things that the program lists there, such as two models.

    tests/backends/cases/lt208_frozen_randomness/clean_models_on_the_same_noise.py
    """
    iterables = [loop.iter] if isinstance(loop, ast.For) else []
    if isinstance(loop, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        iterables = [each.iter for each in loop.generators]
    return any(isinstance(each, (ast.Tuple, ast.List)) for each in iterables)


def _is_the_same(place: Location, key: ast.expr, loops: list[_Loop]) -> bool:
    """Return whether an expression has the same value in each round of some loops."""
    if is_made_key(key):
        return True
    tree, name = tree_of(place.file), dotted(key)
    if tree is None or not name or not isinstance(key, (ast.Name, ast.Attribute)):
        return False
    if isinstance(key, ast.Name):
        shared = [node.names for node in ast.walk(tree) if isinstance(node, (ast.Global, ast.Nonlocal))]
        inside = [node for loop in loops for node in ast.walk(loop)]
        set_there = any(isinstance(each, ast.Name) and _is_set(each, name) for each in inside)
        return not set_there and all(name not in names for names in shared)
    sets = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_set(node, name)]
    return len(sets) <= 1


def _is_set(node: ast.Name | ast.Attribute, name: str) -> bool:
    is_same = dotted(node).rpartition(".")[2] == name.rpartition(".")[2]
    return is_same and isinstance(node.ctx, (ast.Store, ast.Del))


def is_made_key(node: ast.expr) -> bool:
    """Return whether an expression makes a key from a number: `jax.random.key(0)`."""
    if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] not in _MAKE_KEYS:
        return False
    return all(isinstance(each, ast.Constant) for each in node.args)
