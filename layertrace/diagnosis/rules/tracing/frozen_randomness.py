"""LT208: A layer draws the same random numbers every time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.tracing._constant_keys import draw_with_next_key, is_made_key, keys_in_traces
from layertrace.diagnosis.rules.tracing._integer_seeds import is_integer_seed, with_generator
from layertrace.diagnosis.state_reads import line_with
from layertrace.diagnosis.user_source import (
    calls,
    dotted,
    function_around,
    line_of,
    nodes_at,
    nodes_of,
)
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT208", "frozen-randomness", "warning", links.SEED_GENERATOR, backends=ANY_BACKEND)
def frozen_randomness(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer draws the same random numbers every time.

    ## Why is this bad?

    NumPy and Python draw once, while the function is traced, and the number becomes a constant of the
    graph. A function of `keras.random` whose seed is an integer returns the same numbers in every call,
    also in eager mode, and so does one of `jax.random` whose key is not split.

    ## Example

    ```python
    def call(self, x):
        return x + np.random.normal(size=(4,))
    ```

    ## Use instead

    ```python
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x):
        return x + keras.random.normal((4,), seed=self.seed)
    ```

    ## Known limits

    - One finding for each layer, and for each line outside of layers.
    - In layers that only run eagerly, constant seeds are found by the source of `call`: in a `seed=`
      argument, as a literal, a global, or an attribute to which `__init__` assigns an integer.
    - Outside of layers, nothing is reported of a function that ran each of its graphs once, such as an
      initializer.
    - Of a key of JAX, one that is a constant of a trace that trains, whose numbers are combined with data; or
      one that a loop gives to a jitted function, and never changes. If a program trains nothing, any trace
      counts, unless the loop goes over a list of things: these may be compared on the same numbers. A matrix
      that data is multiplied by may be fixed on purpose, and so may what tests draw.
    - In layers that only run eagerly, a key of JAX is an array of two `uint32` in an attribute that `call`
      does not set, or one that `call` makes from a constant.
    - Functions of `tf.random` are stateful, and not reported for a seed; `tf.random.stateless_*` are.
    """
    reported: set[object] = set()
    for observation in context.observations("random"):
        layer, during = observation.layer, context.event(observation.during)
        if during is not None and during.mode == "symbolic":
            continue  # a graph draws once more; eagerly, a number is drawn in each call
        key = observation.location if layer is None else layer.id
        if key in reported or (layer is None and _each_graph_ran_once(context, during)):
            continue
        reported.add(key)
        function = "A function" if during is None or during.function is None else during.function.label
        function = observation.reader or function
        culprit = function if layer is None else "{layer}"
        line, other = observation.location, None
        if observation.role == "dataset function" and (returned := _draw_in_result(line)) not in (None, line):
            line, other = returned, line
        is_mapped = observation.role == "dataset function"
        fix = (
            _drawn_by_tensorflow(line)
            if is_mapped
            else _seeded(observation.location, layer, context.step_of_observation(observation))
        )
        has_constant_seed = isinstance(observation.before, str)  # the operation that was given the seed
        edits: tuple[Edit, ...] = ()
        if has_constant_seed and layer is not None and not is_mapped:
            written, edits = _with_own_seed(context, layer, line)
            fix = written or fix
        yield Violation(
            message=f"{culprit} draws with a seed that is a constant of the graph: the numbers are the same "
            "in every step."
            if has_constant_seed
            else f"{culprit} draws from {observation.name} while {_traced(observation)}: the number is a "
            f"constant of the graph, the same {_repeated(observation)}.",
            layer=layer,
            location=line,
            evidence=(
                Evidence(f"draws from {observation.name}", _during(observation), line),
                *([Evidence(f"draws from {observation.name} here, too", (), other)] if other else ()),
            ),
            fix=fix,
            fix_place="in place" if edits or (is_mapped and not fix.startswith("tf.random.")) else None,
            edits=edits,
        )
    seeds = list(_constant_seeds(context, reported))
    yield from seeds
    reported |= {seed.location for seed in seeds}  # whose key is a constant, too
    yield from keys_in_traces(context, reported)


def _each_graph_ran_once(context: DiagnosisContext, trace: Event | None) -> bool:
    """Return whether the program ran each graph of a function at most once, so that no number came twice.

    Such is an initializer inside a `tf.function`.
    """
    # tests/cases/clean/weights_drawn_in_a_function.py
    if trace is None or any(outer.kind == "trace" for outer in context.ancestors(trace)):
        return False
    lives = [life for life in context.timeline.functions if life.function == trace.function]
    return any(0 < life.runs <= life.traced and not life.traced_before for life in lives)


def _draw_in_result(line: Location | None) -> Location | None:
    """Return the line of a function that returns a number from the generator that a line draws from."""
    if line is None or (function := function_around(line)) is None:
        return None
    nodes = [node for node in ast.walk(function) if getattr(node, "lineno", 0) == line.line]
    drawn = {dotted(node.func).rpartition(".")[0] for node in nodes if isinstance(node, ast.Call)}
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            names = [dotted(inner.func) for inner in ast.walk(node.value) if isinstance(inner, ast.Call)]
            if any(name.rpartition(".")[0] in drawn - {""} for name in names):
                return line_of(line, node)
    return None


def _traced(observation: Observation) -> str:
    return "Dataset.map traces it" if observation.role == "dataset function" else "it is traced"


def _repeated(observation: Observation) -> str:
    return (
        "for every element and in every epoch" if observation.role == "dataset function" else "in every step"
    )


def _drawn_by_tensorflow(line: Location | None) -> str:
    """Write how a function of a dataset draws a new number for each element."""
    for node in nodes_at(line):
        if line is None:
            break
        if isinstance(node, ast.Call) and (name := dotted(node.func).rpartition(".")[2]) in _REPLACEMENTS:
            given = [ast.unparse(argument) for argument in node.args]
            if name in _BY_PARAMETERS:
                function = "uniform" if name == "uniform" else "normal"
                arguments = ", ".join(_shape_and_parameters(node))
                return line_with(line.file, node, f"tf.random.{function}({arguments})")
            if name in ("rand", "random"):
                shape = f"({', '.join(given)},)" if given else "()"
                return f"tf.random.uniform({shape})  # and tf.cond where an if needs the number"
            if name in ("randint", "randrange", "integers"):
                low, high = (given if len(given) > 1 else ["0", *given, "..."])[:2]
                return line_with(line.file, node, f"tf.random.uniform((), {low}, {high}, tf.int32)")
    return "tf.random.uniform(())  # or another function of tf.random"


def _shape_and_parameters(node: ast.Call) -> list[str]:
    """Return the arguments of `np.random.normal(0, 0.1, size)` or the like, with the shape first."""
    given = [ast.unparse(argument) for argument in node.args]
    size = next((ast.unparse(each.value) for each in node.keywords if each.arg == "size"), "()")
    shape = given[2] if len(given) > 2 else size
    return [f"({shape},)" if shape.isdigit() else shape, *given[:2]]


_BY_PARAMETERS = ("uniform", "normal", "gauss", "normalvariate")
"""The functions that take two numbers, and then a size."""

_DRAWS = {
    "uniform": "rand random random_sample ranf sample stateless_uniform uniform",
    "randint": "integers randint random_integers randrange",
    "shuffle": "permutation permuted shuffle stateless_shuffle",
    "truncated_normal": "stateless_truncated_normal truncated_normal",
    "categorical": "categorical choice choices stateless_categorical",
    "beta": "beta betavariate",
    "binomial": "binomial stateless_binomial",
    "gamma": "gamma gammavariate stateless_gamma",
    "dropout": "dropout",
    "normal": "gauss normal normalvariate randn standard_normal stateless_normal",
}
"""The functions of `keras.random`, and those of other packages that each of them replaces."""
_ARGUMENTS = {"randint": "shape, low, high", "shuffle": "x", "categorical": "logits, number"}
_REPLACEMENTS = {name: replacement for replacement, names in _DRAWS.items() for name in names.split()}


def _seeded(line: Location | None, layer: LayerRef | None, step: str | None = None) -> str:
    """Write how to draw new numbers in each step, with the counterpart of the function on the line."""
    drawn = {
        dotted(node.func).rpartition(".")[2]: node for node in nodes_at(line) if isinstance(node, ast.Call)
    }
    name = next((name for name in drawn if name in _REPLACEMENTS), "")
    function = _REPLACEMENTS.get(name, "normal")
    arguments = _ARGUMENTS.get(function, "shape")
    seeds = [keyword.arg for keyword in drawn[name].keywords if keyword.arg == "seed"] if name else []
    if seeds and not dotted(drawn[name].func).startswith(("tf.", "tensorflow.")):  # one of Keras already
        node = drawn[name]
        function, given = name, [each for each in node.keywords if each.arg != "seed"]
        arguments = ", ".join(map(ast.unparse, [*node.args, *given]))
    elif name in _BY_PARAMETERS:
        arguments = ", ".join(_shape_and_parameters(drawn[name]))
    if layer is None or not is_user_defined(layer):  # also the function of a Lambda has no self
        seed, created_in, used_in = "seed", "outside of the function", "inside"
    else:
        seed, created_in, used_in = "self.seed", "in __init__", f"in {step or 'call'}"
    return (
        f"{seed} = keras.random.SeedGenerator(1)  # {created_in}\n"
        f"keras.random.{function}({arguments}, seed={seed})  # {used_in}"
    )


def _with_own_seed(
    context: DiagnosisContext, layer: LayerRef, line: Location | None
) -> tuple[str, tuple[Edit, ...]]:
    """Return the line of a `call` with a generator of its seed, and the edit that creates this."""
    method = context.call_defined_at(layer)
    draws = [
        (node, keyword.value)
        for _, node in calls(method)
        if line is not None and method is not None and (line.file, line.line) == (method.file, node.lineno)
        for keyword in node.keywords
        if keyword.arg == "seed"
    ]
    return with_generator(context.state(layer), method, *draws[0]) if len(draws) == 1 else ("", ())


def _during(observation: Observation) -> tuple[int, ...]:
    return () if observation.during is None else (observation.during,)


def _constant_seeds(context: DiagnosisContext, reported: set[object]) -> Iterator[Violation]:
    """Find integer seeds by the source, because layers that run eagerly are in no graph."""
    for layer in context.layers:
        events = context.of(layer, "call")
        if not is_user_defined(layer) or layer.id in reported or not events:
            continue
        method = context.call_defined_at(layer)
        key = _constant_key(context, layer, method)
        if key is not None and not _is_fixed_in_traces(context, layer):
            yield key
            continue
        for name, node in calls(method):
            seeds = [keyword.value for keyword in node.keywords if keyword.arg == "seed"]
            if _is_stateless_draw(name) and seeds and is_integer_seed(seeds[0], context, layer, method):
                line = line_of(method, node)
                fix, edits = with_generator(context.state(layer), method, node, seeds[0])
                yield Violation(
                    message=f"{{layer}} gives {name} an integer seed: every call draws the same numbers.",
                    layer=layer,
                    location=line,
                    evidence=(Evidence(f"{name}(…, seed=…)", (events[0].seq,), line),),
                    fix=fix or _seeded(line, layer),
                    fix_place="in place" if edits else None,
                    edits=edits,
                )
                break


def _is_fixed_in_traces(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether JAX traced a layer, and none of its draws from a constant key is mixed with data."""
    # tests/backends/cases/lt208_frozen_randomness/clean_fixed_projections.py
    mixing = [each.layer for each in context.observations("constant key") if each.layer is not None]
    methods = {context.call_defined_at(each) for each in mixing}
    traced = any(call.mode == "graph" for call in context.of(layer, "call"))
    return traced and context.call_defined_at(layer) not in methods


def _constant_key(context: DiagnosisContext, layer: LayerRef, method: Location | None) -> Violation | None:
    """Return what is wrong if a layer draws with a key of JAX that is the same in each call.

    Such a key is an attribute that `call` does not set, or is made in `call` from a number.
    """
    state = context.state(layer)
    arrays = {} if state is None else state.arrays
    keys = {f"self.{name}" for name, array in arrays.items() if array.startswith(_KEYS)}
    attributes = [node for node in nodes_of(method) if isinstance(node, ast.Attribute)]
    keys -= {dotted(node) for node in attributes if isinstance(node.ctx, ast.Store)}
    for name, node in calls(method):
        module, _, function = name.rpartition(".")
        if not module.endswith("random") or module.startswith(_WITHOUT_KEYS) or not node.args:
            continue
        if function in _MAKE_KEYS or (dotted(node.args[0]) not in keys and not is_made_key(node.args[0])):
            continue
        line = line_of(method, node)
        return Violation(
            message=f"{{layer}} gives {name} the same key in every call: it draws the same numbers.",
            layer=layer,
            location=line,
            evidence=(Evidence(f"{name}({ast.unparse(node.args[0])}, …)", (), line),),
            fix="self.seed = keras.random.SeedGenerator(1)  # in __init__\n"
            f"{draw_with_next_key(node, 'self.seed.next()')}  # in call",
        )
    return None


_KEYS = ("uint32[2] ",)
_MAKE_KEYS = ("PRNGKey", "key", "split", "fold_in")
_WITHOUT_KEYS = ("np.", "numpy.", "keras.", "tf.", "torch.")


def _is_stateless_draw(name: str) -> bool:
    """Return whether a function of this name draws the same numbers whenever it is given the same seed."""
    is_random = re.search(r"(^|\.)random\.(?!set|Seed)\w+$", name) is not None
    return "stateless_" in name or (is_random and not name.startswith(_STATEFUL))


_STATEFUL = ("np.", "numpy.", "tf.random.", "tensorflow.random.")
"""Modules whose functions draw new numbers although they are given the same seed, or are seeded elsewhere."""
