"""LT608: A recreated layer holds the config of another layer instead of the layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import before_method, only, stored_in_init
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_classes import statement_with_key
from layertrace.diagnosis.user_source import line_of
from layertrace.timeline.event import Event, LayerRef, Opaque


@rule("LT608", "config-not-deserialized", "error", links.SAVING, backends=ANY_BACKEND)
def config_not_deserialized(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer that was recreated from its config holds the config of another layer instead of the layer.

    ## Why is this bad?

    `serialize_keras_object` in `get_config` turns a layer into a dictionary. Keras passes it to `__init__` as
    it is, so the recreated layer calls a dictionary and fails.

    ## Example

    ```python
    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "inner": inner}
    ```

    ## Use instead

    ```python
    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "inner": inner}

    @classmethod
    def from_config(cls, config):
        config["inner"] = keras.saving.deserialize_keras_object(config["inner"])
        return cls(**config)
    ```

    ## Known limits

    Found if the recording ended with an exception about the dictionary, in a method of the recreated layer.
    """
    failure = context.failure
    message = "" if failure is None else failure.error.message
    if failure is None:
        return
    for copy in reversed(context.events("init", lambda event: "from config" in event.flags)):
        layer = copy.layer
        names_only = any(_NOT_A_FUNCTION in text for text in (message, *_errors(context, layer)))
        keys = [name for name, value in copy.arguments.items() if _is_config(value)]
        if names_only:
            keys = [
                name for name, value in copy.arguments.items() if _was_a_function(context, copy, name, value)
            ]
        if layer is None or not keys or not is_user_defined(layer):
            continue
        state = context.state(layer)
        methods = {} if state is None else state.methods
        errors = _errors(context, layer)
        if failure.layer == layer:
            errors.append(message)
        about = next((text for text in errors if any(words in text for words in _ABOUT_A_DICT)), None)
        if about is None:
            continue
        statement = statement_with_key(methods.get("get_config"), keys[0])
        place = methods.get("get_config") or copy.defined_at
        if statement is not None:
            place = line_of(methods["get_config"], statement)
        if names_only:
            stored = f"keras.activations.get({keys[0]})"
            edits = only(stored_in_init(copy.defined_at, keys[0], stored))
        else:
            edits = only(before_method(place, _from_config(keys, copy)) if statement is not None else None)
        yield Violation(
            message=f"{{layer}} was recreated from its config with {' and '.join(keys)} as a "
            f"{'name' if names_only else 'dictionary'}, because nothing turns what get_config wrote back "
            f"into a {'function' if names_only else 'layer'}.",
            layer=layer,
            location=place,
            evidence=(
                Evidence("recreated from its config", (copy.seq,), copy.location),
                Evidence(f"{failure.error.type}: {_first_line(about)}", (), failure.error.location),
            ),
            fix=""
            if edits
            else f"self.{keys[0]} = keras.activations.get({keys[0]})  # in __init__"
            if names_only
            else _from_config(keys, copy),
            fix_place="elsewhere",
            edits=edits,
        )
        return


_NOT_A_FUNCTION = "'str' object is not callable"
_ABOUT_A_DICT = (
    _NOT_A_FUNCTION,
    "TrackedDict",
    "'dict' object",
    "DictWrapper",
    "type 'dict'",
    "class 'dict'",
)


def _errors(context: DiagnosisContext, layer: LayerRef | None) -> list[str]:
    """Return the messages of the exceptions that left the methods of a layer."""
    events = () if layer is None else context.of(layer)
    return [event.error.message for event in events if event.error is not None]


def _is_config(value: object) -> bool:
    """Return whether an argument is the config of a Keras object, or a list of such configs."""
    if isinstance(value, Mapping):
        return "class_name" in value and "config" in value
    return isinstance(value, tuple) and bool(value) and all(map(_is_config, value))


def _was_a_function(context: DiagnosisContext, copy: Event, name: str, value: object) -> bool:
    """Return whether an argument of a copy is a name where another layer of the class had something else."""
    others = (
        init.arguments.get(name)
        for init in context.events("init", lambda event: "from config" not in event.flags)
        if init.layer is not None and copy.layer is not None and init.layer.bases == copy.layer.bases
    )
    return isinstance(value, str) and any(isinstance(other, Opaque) for other in others)


def _first_line(message: str) -> str:
    """Return the sentence of an exception that names the dictionary."""
    lines = [line.strip() for line in message.splitlines()]
    return next((line for line in lines if any(words in line for words in _ABOUT_A_DICT)), lines[0])[:100]


def _from_config(keys: list[str], copy: Event) -> str:
    """Write a `from_config` that turns the configs into layers."""
    lines = ["@classmethod", "def from_config(cls, config):"]
    for key in keys:
        deserialize = "keras.saving.deserialize_keras_object"
        value = f'{deserialize}(config["{key}"])'
        if isinstance(copy.arguments[key], tuple):
            value = f'[{deserialize}(each) for each in config["{key}"]]'
        lines.append(f'    config["{key}"] = {value}')
    return "\n".join([*lines, "    return cls(**config)"])
