"""LT601: A layer is made again from its configuration, and an argument is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.saving._shared import KERAS_OWN
from layertrace.diagnosis.user_source import aliases, default_of, mentions
from layertrace.timeline.event import Event, LayerRef, Structure


@rule("LT601", "config-loses-argument", "error", links.SAVING)
def config_loses_argument(context: DiagnosisContext) -> Iterator[Violation]:
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
    for event in context.events("init"):
        layer = event.layer
        if layer is None or not is_user_defined(layer) or event.error is not None:
            continue
        if "from config" not in event.flags:
            originals.setdefault(_identity(layer, layer.name), []).append(event)
            continue
        namesakes = next((found for key in _identities(layer) if (found := originals.get(key))), [])
        losses = [(made, lost) for made in namesakes if (lost := _lost(context, made, event))]
        if not losses or len(losses) < len(namesakes):
            continue  # of models with the same names one is meant, and it may be one that loses nothing
        made, lost = losses[-1]
        if made.seq not in told:
            told.add(made.seq)
            yield _loses(context, made, event, lost)


def _identity(layer: LayerRef, name: str) -> tuple[str, str]:
    return layer.bases[0] if layer.bases else layer.class_name, name


def _identities(layer: LayerRef) -> list[tuple[str, str]]:
    """Return what a layer made from a configuration may have been made from: it has the name in there.

    `Bidirectional` puts a word before it (`layers/rnn/bidirectional.py` of Keras 3 and of tf_keras).
    """
    names = (layer.name, *map(layer.name.removeprefix, ("forward_", "backward_")))
    return [_identity(layer, name) for name in names]


def _lost(context: DiagnosisContext, made: Event, again: Event) -> dict[str, object]:
    """Return the arguments that the first was given, other than their defaults, and the second was not.

    A tensor is no loss: what weights begin with is in the weights.
    """
    return {
        name: value
        for name, value in made.arguments.items()
        if name not in again.arguments and name not in KERAS_OWN and not isinstance(value, Mapping)
        if value != default_of(made.defined_at, name) and not any(specs(value))
        if not _has_another_name(context, made, again, name)
    }


def _has_another_name(context: DiagnosisContext, made: Event, again: Event, name: str) -> bool:
    """Tell an argument that the configuration holds by another name, that of the attribute it is kept in."""
    value, before = made.arguments[name], _flat(made)
    for key, other in _flat(again).items():
        if key in before or key in KERAS_OWN or other == default_of(again.defined_at, key):
            continue
        if type(other) is type(value) and other == value:
            return True
    state = context.state(made.layer)
    config = None if state is None else state.methods.get("get_config")
    return mentions(config, aliases(made.defined_at, name) - KERAS_OWN)


def _flat(init: Event) -> dict[str, Structure]:
    """Return the arguments of an `__init__`, with those that it takes as `**kwargs`."""
    found: dict[str, Structure] = {}
    for name, value in init.arguments.items():
        found |= value if isinstance(value, Mapping) else {name: value}
    return found


def _loses(context: DiagnosisContext, made: Event, again: Event, lost: dict[str, object]) -> Violation:
    state = context.state(made.layer)
    names = list(lost)
    told = ", ".join(f"{name}={lost[name]!r}" for name in names)
    config = "".join(f', "{name}": self.{name}' for name in names)
    return Violation(
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
