"""LT208: A layer draws random numbers that are the same each time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import calls, constant_of, default_of, dotted, line_of, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location


@rule("LT208", "frozen-randomness", "warning", links.SEED_GENERATOR)
def frozen_randomness(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer draws random numbers that are the same each time.

    NumPy and Python draw once, while the function is traced; the number is a constant of the graph. A
    function of `keras.random` with an integer as seed gives the same numbers on every call, also eagerly.

    Bad:

    ```python
    def call(self, x):
        return x + np.random.normal(size=(4,))
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x):
        return x + keras.random.normal((4,), seed=self.seed)
    ```
    """
    told: set[object] = set()
    for one in context.observations("random"):
        op = one.before if isinstance(one.before, str) else None  # which a constant seed was given to
        layer = one.layer
        key = one.location if layer is None else layer.id
        if key in told:
            continue
        told.add(key)
        trace = context.event(one.during)
        function = "A function" if trace is None or trace.function is None else trace.function.name
        who = function if layer is None else "{layer}"
        yield Violation(
            message=f"{who} draws from {one.name} while it is traced: the number is a constant of the "
            "graph, the same in every step."
            if op is None
            else f"{who} draws with a seed that is a constant of the graph: the numbers are the same in "
            "every step.",
            layer=layer,
            location=one.location,
            evidence=(Evidence(f"{one.name} was drawn from", _during(one), one.location),),
            fix=_seeded(one.location, layer, context.step_seen(one)),
        )
    yield from _fixed_seeds(context, told)


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
_ARGUMENTS = {"randint": "shape, low, high", "shuffle": "x", "categorical": "logits, number"}
_COUNTERPARTS = {name: ours for ours, names in _DRAWS.items() for name in names.split()}


def _seeded(line: Location | None, layer: LayerRef | None, step: str | None = None) -> str:
    """Write down how to draw anew in each step, with the counterpart of the function that is called now."""
    names = [dotted(node.func).rpartition(".")[2] for node in nodes_at(line) if isinstance(node, ast.Call)]
    ours = next((_COUNTERPARTS[name] for name in names if name in _COUNTERPARTS), "normal")
    arguments = _ARGUMENTS.get(ours, "shape")
    if layer is None:
        seed, made, where = "seed", "outside of the function", "inside"
    else:
        seed, made, where = "self.seed", "in __init__", f"in {step or 'call'}"
    return (
        f"{seed} = keras.random.SeedGenerator(1)  # {made}\n"
        f"keras.random.{ours}({arguments}, seed={seed})  # {where}"
    )


def _during(one: Observation) -> tuple[int, ...]:
    return () if one.during is None else (one.during,)


def _fixed_seeds(context: DiagnosisContext, told: set[object]) -> Iterator[Violation]:
    """Find integer seeds by the source: of what ran eagerly only, no graph tells."""
    for layer in context.layers:
        made = context.of(layer, "call")
        if not is_user_defined(layer) or layer.id in told or not made:
            continue
        method = context.call_defined_at(layer)
        for name, node in calls(method):
            values = [given.value for given in node.keywords if given.arg == "seed"]
            stateless = "stateless_" in name
            drawn = re.search(r"(^|\.)random\.(?!set|Seed)\w+$", name) and not name.startswith(_STATEFUL)
            if (drawn or stateless) and values and _may_be_constant(values[0], context, layer, method):
                yield Violation(
                    message=f"{{layer}} gives {name} an integer as its seed: every call draws the same "
                    f"numbers.",
                    layer=layer,
                    location=line_of(method, node),
                    evidence=(Evidence(f"{name}(…, seed=…)", (made[0].seq,), line_of(method, node)),),
                    fix=_seeded(line_of(method, node), layer),
                )
                break


_STATEFUL = ("np.", "numpy.", "tf.random.", "tensorflow.random.")
"""What draws other numbers each time although it was given the same seed, or is seeded elsewhere."""


def _may_be_constant(
    value: ast.expr, context: DiagnosisContext, layer: LayerRef, method: Location | None
) -> bool:
    """Tell an integer, or integers; also in an attribute that `__init__` was given, or in a global."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int) and not isinstance(value.value, bool)
    if isinstance(value, (ast.List, ast.Tuple)):
        return bool(value.elts) and all(_may_be_constant(one, context, layer, method) for one in value.elts)
    if isinstance(value, ast.Attribute):
        return type(_given(context, layer, value.attr)) is int
    if isinstance(value, ast.Name):
        found = constant_of(method, value.id)
        return found is not None and _may_be_constant(found, context, layer, None)
    if isinstance(value, ast.IfExp):
        taken = _taken(value, context, layer)
        return any(_may_be_constant(one, context, layer, method) for one in taken)
    return False


def _given(context: DiagnosisContext, layer: LayerRef, name: str) -> object:
    """Return what a layer's `__init__` was given for a parameter, or its default."""
    state = context.state(layer)
    place = None if state is None else state.methods.get("__init__")
    given = [one.arguments[name] for one in context.of(layer, "init") if name in one.arguments]
    return given[0] if given else default_of(place, name)


def _taken(value: ast.IfExp, context: DiagnosisContext, layer: LayerRef) -> list[ast.expr]:
    """Return the branch that a condition on an argument of `__init__` leads to, if that is known."""
    test = value.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Attribute)):
        return []
    wanted = test.comparators[0]
    given = [one.arguments.get(test.left.attr) for one in context.of(layer, "init")]
    if not given or not isinstance(wanted, ast.Constant) or not isinstance(test.ops[0], (ast.Eq, ast.Is)):
        return []
    return [value.body if given[0] == wanted.value else value.orelse]
