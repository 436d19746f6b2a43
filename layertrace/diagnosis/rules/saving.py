"""What does not survive saving and loading: configurations, and the order and identity of weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from layertrace.diagnosis.case import Case, is_users, specs
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import aliases, default_of, function_at, mentions, nodes_of, parameters
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location, Structure

_GUIDE = "https://keras.io/guides/serialization_and_saving/"
_KERAS_OWN = {
    "name",
    "trainable",
    "dtype",
    "kwargs",
    "autocast",
    "activity_regularizer",
    "build_config",
    "input_dim",
    "input_shape",
}


@rule("LT601", "config-loses-argument", "error", _GUIDE)
def config_loses_argument(case: Case) -> Iterator[Found]:
    """A layer is made again from its configuration, and an argument is lost on the way.

    `get_config` must hold every argument of `__init__` that matters: saving, cloning and `Bidirectional`
    make the layer anew from it, with defaults for what is missing, and say nothing.

    Bad:

    ```python
    def get_config(self):
        return super().get_config()
    ```

    Good:

    ```python
    def get_config(self):
        return {**super().get_config(), "k": self.k}
    ```
    """
    originals: dict[tuple[str, str], list[Event]] = {}
    told: set[int] = set()
    for event in case.events("init"):
        layer = event.layer
        if layer is None or not is_users(layer) or event.error is not None:
            continue
        if "from config" not in event.flags:
            originals.setdefault(_identity(layer, layer.name), []).append(event)
            continue
        namesakes = next((found for key in _identities(layer) if (found := originals.get(key))), [])
        losses = [(made, lost) for made in namesakes if (lost := _lost(case, made, event))]
        if not losses or len(losses) < len(namesakes):
            continue  # of models with the same names one is meant, and it may be one that loses nothing
        made, lost = losses[-1]
        if made.seq not in told:
            told.add(made.seq)
            yield _loses(case, made, event, lost)


def _identity(layer: LayerRef, name: str) -> tuple[str, str]:
    return layer.bases[0] if layer.bases else layer.class_name, name


def _identities(layer: LayerRef) -> list[tuple[str, str]]:
    """Return what a layer made from a configuration may have been made from: it has the name in there.

    `Bidirectional` puts a word before it (`layers/rnn/bidirectional.py` of Keras 3 and of tf_keras).
    """
    names = (layer.name, *map(layer.name.removeprefix, ("forward_", "backward_")))
    return [_identity(layer, name) for name in names]


def _lost(case: Case, made: Event, again: Event) -> dict[str, object]:
    """Return the arguments that the first was given, other than their defaults, and the second was not.

    A tensor is no loss: what weights begin with is in the weights.
    """
    return {
        name: value
        for name, value in made.arguments.items()
        if name not in again.arguments and name not in _KERAS_OWN and not isinstance(value, Mapping)
        if value != default_of(made.defined_at, name) and not any(specs(value))
        if not _has_another_name(case, made, again, name)
    }


def _has_another_name(case: Case, made: Event, again: Event, name: str) -> bool:
    """Tell an argument that the configuration holds by another name, that of the attribute it is kept in."""
    value, before = made.arguments[name], _flat(made)
    for key, other in _flat(again).items():
        if key in before or key in _KERAS_OWN or other == default_of(again.defined_at, key):
            continue
        if type(other) is type(value) and other == value:
            return True
    state = case.state(made.layer)
    config = None if state is None else state.methods.get("get_config")
    return mentions(config, aliases(made.defined_at, name) - _KERAS_OWN)


def _flat(init: Event) -> dict[str, Structure]:
    """Return the arguments of an `__init__`, with those that it takes as `**kwargs`."""
    found: dict[str, Structure] = {}
    for name, value in init.arguments.items():
        found |= value if isinstance(value, Mapping) else {name: value}
    return found


def _loses(case: Case, made: Event, again: Event, lost: dict[str, object]) -> Found:
    state = case.state(made.layer)
    names = list(lost)
    told = ", ".join(f"{name}={lost[name]!r}" for name in names)
    config = "".join(f', "{name}": self.{name}' for name in names)
    return Found(
        message=f"{{layer}} was made anew from its configuration without {told}: get_config leaves "
        f"{'it' if len(names) == 1 else 'them'} out, so a saved or cloned model differs.",
        layer=made.layer,
        location=(state.methods.get("get_config") if state is not None else None) or made.defined_at,
        evidence=(
            Evidence(f"made with {told}", (made.seq,), made.location),
            Evidence("made anew without", (again.seq,), again.location),
        ),
        fix=f"def get_config(self):\n    return {{**super().get_config(){config}}}",
    )


@rule("LT602", "config-not-accepted", "error", _GUIDE)
def config_not_accepted(case: Case) -> Iterator[Found]:
    """A layer cannot be made from its own configuration, or has none.

    The configuration holds Keras's own `name`, `trainable` and `dtype` too, so `__init__` has to take
    them and hand them to `super().__init__`. An argument that is no plain value needs a `get_config`.

    Bad:

    ```python
    def __init__(self, k=1.0):
        super().__init__()
        self.k = k
    ```

    Good:

    ```python
    def __init__(self, k=1.0, **kwargs):
        super().__init__(**kwargs)
        self.k = k

    def get_config(self):
        return {**super().get_config(), "k": self.k}
    ```
    """
    failure = case.failure
    if failure is None or "safe_mode" in failure.error.message:
        return  # Keras loads no Lambda from a file unless it is told to: no __init__ is to blame
    inner = failure.error.raised_in[:2]
    if any(one.endswith(":from_config") for one in inner):
        layer = failure.layer or _of_message(case, failure.error.message)
        state = case.state(layer)
        init = state.methods.get("__init__") if state is not None else None
        wrong = _misnamed(init, state.methods.get("get_config") if state is not None else None)
        yield Found(
            message="{layer} cannot be made from its configuration, since its __init__ does not take "
            + (
                f"the {', '.join(map(repr, wrong))} that get_config puts into it: name it as __init__ does."
                if wrong
                else "all that is in it: let it take **kwargs and hand them on."
            ),
            layer=layer,
            location=init or failure.error.location,
            evidence=(Evidence("made from its configuration", (), failure.error.location),),
            fix=_config_of(init)
            if wrong
            else f"def __init__({', '.join([*parameters(init), '**kwargs']) or 'self, **kwargs'}):\n"
            "    super().__init__(**kwargs)",
        )
    elif any(one.endswith(":get_config") for one in inner) and failure.error.type == "NotImplementedError":
        state = case.state(failure.layer)
        init = state.methods.get("__init__") if state is not None else None
        yield Found(
            message="{layer} has arguments that are no plain values and no get_config, so it cannot be "
            "saved.",
            layer=failure.layer,
            location=init or failure.error.location,
            evidence=(Evidence("its configuration was asked for", (), failure.error.location),),
            fix=_config_of(init),
        )


def _misnamed(init: Location | None, get_config: Location | None) -> list[str]:
    """Return what a `get_config` writes that `__init__` has no parameter for, which takes all of Keras's."""
    function = function_at(init)
    if function is None or function.args.kwarg is None:
        return []
    keys: list[object] = []
    for node in nodes_of(get_config):
        if isinstance(node, ast.Dict):
            keys += [one.value for one in node.keys if isinstance(one, ast.Constant)]
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            keys += [node.slice.value] if isinstance(node.slice, ast.Constant) else []
    return [one for one in keys if isinstance(one, str) and one not in (*parameters(init), *_KERAS_OWN)]


def _config_of(init: Location | None) -> str:
    """Write the `get_config` that goes with an `__init__`."""
    names = [one for one in parameters(init)[1:] if one not in _KERAS_OWN] or ["k"]
    config = ", ".join(f'"{name}": self.{name}' for name in names)
    return f"def get_config(self):\n    return {{**super().get_config(), {config}}}"


def _of_message(case: Case, message: str) -> LayerRef | None:
    """Return a layer of the class that a message names in quotes: the one to blame was never made."""
    named = [layer for layer in case.layers if f"'{layer.class_name}'" in message]
    return named[-1] if named else None


@rule("LT603", "weight-order", "warning", _GUIDE)
def weight_order(case: Case) -> Iterator[Found]:
    """Two layers of one class make their weights in different orders.

    `get_weights` and `set_weights` go by position, and so do old weight files: weights of one shape are
    then swapped, and nothing says so.

    Bad:

    ```python
    for name in ("scale", "shift") if self.scale_first else ("shift", "scale"):
        setattr(self, name, self.add_weight(shape=(n,), name=name))
    ```

    Good:

    ```python
    self.scale = self.add_weight(shape=(n,), name="scale")
    self.shift = self.add_weight(shape=(n,), name="shift")
    ```
    """
    orders: dict[str, tuple[LayerRef, list[Event]]] = {}
    told = set()
    for layer in case.layers:
        made = [one for one in case.of(layer, "variable") if one.error is None and one.variable is not None]
        if not is_users(layer) or len(made) < 2:
            continue
        cls = layer.bases[0] if layer.bases else layer.class_name
        known, before = orders.setdefault(cls, (layer, made))
        was, is_ = _names(before), _names(made)
        if _is_reordered(was, is_):
            told.add(cls)
            differing = next(event for event, a, b in zip(made, was, is_, strict=True) if a != b)
            found = _reordered((known, before, was), (layer, made, is_), differing)
            yield replace(found, severity="note") if _is_asked_for(case, layer, is_) else found
    yield from _reordered_layers(case, told)


def _is_reordered(was: list[str], is_: list[str]) -> bool:
    return was != is_ and sorted(was) == sorted(is_) and len(set(is_)) == len(is_)


def _is_asked_for(case: Case, layer: LayerRef, order: list[str]) -> bool:
    """Tell an order that an argument of `__init__` gives, name by name."""
    given = [value for init in case.of(layer, "init") for value in init.arguments.values()]
    lists = [value for value in given if isinstance(value, (tuple, Mapping))]
    return any([one for one in value if one in order] == order for value in lists)


Order = tuple[LayerRef, list[Event], list[str]]


def _reordered(first: Order, second: Order, differing: Event) -> Found:
    (known, before, was), (layer, made, is_) = first, second
    return Found(
        message=f"{{layer}} makes its weights in the order {', '.join(is_)}, but {known.name} of the "
        f"same class in the order {', '.join(was)}: set_weights goes by position and would swap "
        f"them.",
        layer=layer,
        location=differing.location,
        evidence=(
            Evidence(f"{known.name}: {', '.join(was)}", tuple(one.seq for one in before)),
            Evidence(f"{layer.name}: {', '.join(is_)}", tuple(one.seq for one in made)),
        ),
        fix="\n".join(f'self.{name} = self.add_weight(..., name="{name}")' for name in was),
    )


def _reordered_layers(case: Case, told: set[str]) -> Iterator[Found]:
    """Find two layers of one class that hold the same layers in different orders."""
    orders: dict[str, tuple[LayerRef, list[Event], list[str]]] = {}
    for state in case.states.values():
        layer = state.layer
        inits = _inner_layers(case, state)
        cls = layer.bases[0] if layer.bases else layer.class_name
        if not is_users(layer) or len(inits) < 2 or cls in told:
            continue
        names = list(inits)
        known, before, was = orders.setdefault(cls, (layer, list(inits.values()), names))
        if not _is_reordered(was, names):
            continue
        told.add(cls)
        made = list(inits.values())
        differing = next(event for event, a, b in zip(made, was, names, strict=True) if a != b)
        yield Found(
            message=f"{{layer}} holds its layers in the order {', '.join(names)}, but {known.name} of the "
            f"same class in the order {', '.join(was)}: set_weights goes by position and would swap them.",
            layer=layer,
            location=differing.location,
            evidence=(
                Evidence(f"{known.name}: {', '.join(was)}", tuple(one.seq for one in before)),
                Evidence(f"{layer.name}: {', '.join(names)}", tuple(one.seq for one in made)),
            ),
            fix="\n".join(f"self.{name} = ...  # always in this order" for name in was),
            severity="note" if _is_asked_for(case, layer, names) else None,
        )


def _inner_layers(case: Case, state: LayerState) -> dict[str, Event]:
    """Return by attribute how the layers were made that a layer's variables belong to, in their order.

    A weight of its own stands there by its name.
    """
    makings = {one.variable.id: one for one in case.events("variable") if one.variable is not None}
    found: dict[str, Event] = {}
    for number in state.variables:
        making = makings.get(number)
        if making is None or making.variable is None or making.layer is None:
            return {}
        if making.layer.id == state.layer.id:
            found.setdefault(making.variable.name, making)
            continue
        name, init = state.held.get(making.layer.id), next(iter(case.of(making.layer, "init")), None)
        if name is None or init is None:
            return {}  # of a layer deeper inside: not to be told by attributes
        found.setdefault(name, init)
    return found


def _names(made: list[Event]) -> list[str]:
    return [one.variable.name for one in made if one.variable is not None]


@rule("LT604", "optimizer-of-other-variables", "error", _GUIDE)
def optimizer_of_other_variables(case: Case) -> Iterator[Found]:
    """An optimizer is given variables that it was not built with.

    An optimizer keeps slots (momenta, say) for the variables that it saw first. For a second model it
    takes one of its own, or one that is built with the variables of both.

    Bad:

    ```python
    optimizer = keras.optimizers.Adam()
    for model in (a, b):
        step(model, optimizer)
    ```

    Good:

    ```python
    for model in (a, b):
        step(model, keras.optimizers.Adam())
    ```
    """
    for place in case.raised_in(":_check_variables_are_known", ":_get_variable_index"):
        error = place.error
        updates = case.observations("update")
        if error is None or not updates:
            continue
        last = updates[-1]
        known = next((one for one in updates if one.name == last.name), last)
        new = [path for path in last.paths if path not in known.paths] or list(last.paths)
        shown = ", ".join(known.paths[:2])
        yield Found(
            message=f"The optimizer {known.name.strip('<>')} was built with {len(known.paths)} variables "
            f"({shown}{', …' if len(known.paths) > 2 else ''}), and then given {new[0]}, which it does "
            f"not know.",
            location=case.line(place),
            evidence=(Evidence("given other variables", (), case.line(place)),),
            fix="optimizer.build(a.trainable_variables + b.trainable_variables)  # before the first step;\n"
            "# or make one optimizer for each model",
        )
