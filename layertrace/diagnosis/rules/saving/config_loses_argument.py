"""LT601: An argument is lost when a layer is recreated from its config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layertrace.diagnosis import links
from layertrace.diagnosis.config_edits import config_with
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.saving._shared import KERAS_OWN
from layertrace.diagnosis.user_source import aliases, default_of, mentions
from layertrace.timeline.event import Event, LayerRef, Structure


@rule("LT601", "config-loses-argument", "error", links.SAVING, backends=ANY_BACKEND)
def config_loses_argument(context: DiagnosisContext) -> Iterator[Violation]:
    """An argument is lost when a layer is recreated from its config.

    ## Why is this bad?

    `get_config` must contain every argument of `__init__` that matters. Saving, cloning and `Bidirectional`
    recreate the layer from its config. They silently use defaults for the missing arguments, so the new
    layer behaves differently.

    ## Example

    ```python
    def get_config(self):
        return super().get_config()
    ```

    ## Use instead

    ```python
    def get_config(self):
        return {**super().get_config(), "k": self.k}
    ```

    ## Known limits

    The recording must contain both the original layer and its copy, and the two are matched by class and
    name. If several originals match, all of them must have lost an argument. Tensors, dictionaries and
    `**kwargs` are ignored, and so is an argument that `get_config` appears to store under another name. A
    default is recognized only if it is a literal. It is a note if the class has a `load_assets` or
    `load_own_variables`, which may restore the argument in a saved model.
    """
    originals: dict[tuple[str, str], list[Event]] = {}
    reported: set[int] = set()
    for copy in context.events("init"):
        layer = copy.layer
        # Keras's own layers are not the user's to fix: tests/cases/clean/saved_and_loaded.py
        if layer is None or not is_user_defined(layer) or copy.error is not None:
            continue
        if "from config" not in copy.flags:
            originals.setdefault(_identity(layer, layer.name), []).append(copy)
            continue
        candidates = next((inits for key in _identities(layer) if (inits := originals.get(key))), [])
        losses = [(original, lost) for original in candidates if (lost := _lost(context, original, copy))]
        # Of several originals with one name, the copied one may be the one that loses nothing:
        # tests/cases/clean/clones_of_one_of_two.py
        if not losses or len(losses) < len(candidates):
            continue
        original, lost = losses[-1]
        if original.seq not in reported:
            reported.add(original.seq)
            yield _loses(context, original, copy, lost)


def _identity(layer: LayerRef, name: str) -> tuple[str, str]:
    return layer.bases[0] if layer.bases else layer.class_name, name


def _identities(layer: LayerRef) -> list[tuple[str, str]]:
    """Return the classes and names of the layers that a layer may be a copy of.

    `Bidirectional` adds a prefix to the name (`layers/rnn/bidirectional.py` of Keras 3 and of tf_keras).
    """
    names = (layer.name, *map(layer.name.removeprefix, ("forward_", "backward_")))
    return [_identity(layer, name) for name in names]


def _lost(context: DiagnosisContext, original: Event, copy: Event) -> dict[str, object]:
    """Return the arguments of the original, except defaults, that its copy did not receive."""
    # A tensor is not lost if the weights start from it: tests/cases/clean/arguments_by_another_name.py
    return {
        name: value
        for name, value in original.arguments.items()
        if name not in copy.arguments and name not in KERAS_OWN and not isinstance(value, Mapping)
        if value != default_of(original.defined_at, name) and not any(specs(value))
        if not _has_another_name(context, original, copy, name)
    }


def _has_another_name(context: DiagnosisContext, original: Event, copy: Event, name: str) -> bool:
    """Return whether the config stores an argument under another name, such as that of its attribute."""
    # tests/cases/clean/arguments_by_another_name.py
    value, before = original.arguments[name], _flat_arguments(original)
    for key, other in _flat_arguments(copy).items():
        if key in before or key in KERAS_OWN or other == default_of(copy.defined_at, key):
            continue
        if type(other) is type(value) and other == value:
            return True
    state = context.state(original.layer)
    config = None if state is None else state.methods.get("get_config")
    return mentions(config, aliases(original.defined_at, name) - KERAS_OWN)


def _flat_arguments(init: Event) -> dict[str, Structure]:
    """Return the arguments of an `__init__`, including those in `**kwargs`."""
    arguments: dict[str, Structure] = {}
    for name, value in init.arguments.items():
        arguments |= value if isinstance(value, Mapping) else {name: value}
    return arguments


def _loses(context: DiagnosisContext, original: Event, copy: Event, lost: dict[str, object]) -> Violation:
    state = context.state(original.layer)
    # A saved model restores what these read, and only a clone differs:
    # tests/cases/clean/restored_by_its_own_methods.py
    restores = state is not None and not {"load_assets", "load_own_variables"}.isdisjoint(state.methods)
    copies = "a clone of its model" if restores else "saved and cloned models"
    arguments = ", ".join(f"{name}={value!r}" for name, value in lost.items())
    get_config = None if state is None else state.methods.get("get_config")
    whole = "".join(f', "{name}": self.{name}' for name in lost)
    edited = config_with(original.defined_at, get_config, tuple(lost))
    return Violation(
        message=f"{{layer}} was recreated from its config without {arguments}, which get_config omits; "
        f"{copies} will differ.",
        layer=original.layer,
        location=edited.location if edited is not None else get_config or original.defined_at,
        evidence=(
            Evidence(f"created with {arguments}", (original.seq,), original.location),
            Evidence("recreated without", (copy.seq,), copy.location),
        ),
        fix=edited.fix
        if edited is not None
        else f"def get_config(self):\n    return {{**super().get_config(){whole}}}",
        fix_place=None if edited is None else edited.place,
        edits=() if edited is None else edited.edits,
        severity="note" if restores else None,
    )
