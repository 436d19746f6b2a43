"""Find the random numbers that a jaxpr draws from a key that is the same in each run, and mixes with data.

A jaxpr has one operation after the other. Each gets arguments, constants, or what earlier ones have computed.
So it is known of each value whether it depends on an argument, and on which numbers that were drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from layertrace.record.process import safe

__all__ = ["Path", "draws_of"]

Path = tuple[Any, ...]
"""An operation that draws, with those around it, outermost first."""

_DRAWING = ("random_bits", "random_gamma", "threefry2x32")
_MOST = 100_000  # operations that are looked at in one trace
_ROUNDS = 3  # times that a loop is followed, until what it carries is known

_Constant = frozenset[int]
_State = _Constant | None
"""The numbers of the draws that a value depends on; None if it depends on an argument."""


def draws_of(jaxpr: Any, constant: Collection[int]) -> tuple[list[Path], list[Path]]:
    """Return the operations that draw from a constant key: of numbers mixed with data, and of others.

    The others are a matrix that data is multiplied by, as in random Fourier features, or an order of columns.

    Args:
        jaxpr: What JAX has traced.
        constant: The identities of the constants and arguments that are the same in each run.
    """
    flow = _Flow()
    if not flow.draws(jaxpr):
        return [], []
    inputs = (*jaxpr.constvars, *jaxpr.invars)
    flow.follow(jaxpr, {value: frozenset() if id(value) in constant else None for value in inputs}, ())
    mixed = [flow.paths[number] for number in sorted(flow.mixed - flow.projecting)]
    return mixed, [flow.paths[number] for number in sorted(flow.projecting)]


class _Flow:
    """What is known of the values of a jaxpr.

    Attributes:
        paths: The operations that draw from a constant key.
        mixed: The numbers of those whose numbers are combined with values that depend on an argument.
        projecting: The numbers of those that such a value is multiplied by, as a matrix, or ordered by.
    """

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.mixed: set[int] = set()
        self.projecting: set[int] = set()
        self._numbers: dict[tuple[int, ...], int] = {}
        self._left = _MOST
        self._drawing: dict[int, bool] = {}

    def follow(self, jaxpr: Any, states: dict[Any, _State], above: Path) -> list[_State]:
        """Follow the operations of a jaxpr, and return the states of what it returns."""
        for equation in jaxpr.eqns:
            self._left -= 1
            if self._left < 0:
                return [None for _ in jaxpr.outvars]
            given = [_state(states, value) for value in equation.invars]
            outputs = self._outputs(equation, given, (*above, equation))
            states.update(zip(equation.outvars, outputs, strict=True))
        return [_state(states, value) for value in jaxpr.outvars]

    def _outputs(self, equation: Any, given: list[_State], path: Path) -> list[_State]:
        inner = list(_inner(equation))
        name = equation.primitive.name
        together = _joined(given)
        if name in _DRAWING and together is not None:
            number = self._numbers.setdefault(tuple(map(id, path)), len(self._numbers))
            if number == len(self.paths):
                self.paths.append(path)
            together |= {number}
        elif inner and (any(given) or any(map(self.draws, inner))):
            return self._outputs_of_inner(equation, inner, given, path)
        elif together is None:
            drawn = [(at, state) for at, state in enumerate(given) if state]
            for at, state in drawn:
                (self.projecting if at == 1 and _projects(equation) else self.mixed).update(state or ())
        return [together for _ in equation.outvars]

    def _outputs_of_inner(
        self, equation: Any, inner: list[Any], given: list[_State], path: Path
    ) -> list[_State]:
        """Follow the functions that an operation calls, which get its last arguments."""
        carried = _carried(equation)
        results: list[_State] = []
        for _ in range(_ROUNDS if carried else 1):
            outputs = []
            for jaxpr in inner:
                if len(jaxpr.invars) > len(given):
                    return [None for _ in equation.outvars]
                last = given[len(given) - len(jaxpr.invars) :]
                states: dict[Any, _State] = dict.fromkeys(jaxpr.constvars, frozenset())
                states.update(zip(jaxpr.invars, last, strict=True))
                found = self.follow(jaxpr, states, path)
                if len(found) == len(equation.outvars):
                    outputs.append(found)
            if not outputs:
                return [_joined(given) for _ in equation.outvars]
            results = [_joined(states) for states in zip(*outputs, strict=True)]
            before = list(given)
            for at, output in carried:
                given[at] = _joined([given[at], results[output]])
            if given == before:
                break
        return results

    def draws(self, jaxpr: Any) -> bool:
        """Return whether a jaxpr, or one inside it, draws random numbers."""
        known = self._drawing.get(id(jaxpr))
        if known is None:
            known = self._drawing[id(jaxpr)] = any(
                equation.primitive.name in _DRAWING or any(map(self.draws, _inner(equation)))
                for equation in jaxpr.eqns
            )
        return known


def _state(states: dict[Any, _State], value: Any) -> _State:
    """Return the state of an argument of an operation; a literal, which has a value, is constant."""
    return frozenset() if hasattr(value, "val") else states.get(value)


def _projects(equation: Any) -> bool:
    """Return whether an operation multiplies by its second argument, or takes these columns of data."""
    if equation.primitive.name == "gather":
        return 0 not in equation.params["dimension_numbers"].start_index_map
    return equation.primitive.name in ("dot_general", "conv_general_dilated")


def _joined(states: Sequence[_State]) -> _State:
    return None if None in states else frozenset().union(*(state for state in states if state))


def _inner(equation: Any) -> Iterator[Any]:
    """Yield the jaxprs that an operation calls: of `jit`, of a loop, of the branches of a `cond`."""
    for name, value in equation.params.items():
        for each in value if type(value) in (tuple, list) else (value,):
            if not safe.module_of(type(each)).startswith(("jax", "jaxlib")):
                continue  # an object of the program, such as a policy of `jax.checkpoint`
            jaxpr = getattr(each, "jaxpr", each)
            if name != "cond_jaxpr" and hasattr(jaxpr, "eqns") and hasattr(jaxpr, "invars"):
                yield jaxpr


def _carried(equation: Any) -> list[tuple[int, int]]:
    """Return the arguments of a loop that its next round gets from the one before, each with that output."""
    count, name = len(equation.outvars), equation.primitive.name
    if name == "while":
        first = len(equation.invars) - count
        return [(first + at, at) for at in range(count)]
    if name == "scan":
        first, carried = _sizes_of_scan(equation.params)
        return [(first + at, at) for at in range(carried)]
    return []


def _sizes_of_scan(params: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many constants a scan has, and how many values it carries (JAX 0.10, and 0.12)."""
    if "num_consts" in params:
        return params["num_consts"], params["num_carry"]
    constants, carried, _ = params["ft_in"].unpack()
    return len(list(constants)), len(list(carried))
