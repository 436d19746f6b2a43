"""Recognize arguments that add nothing: those that equal the default of their parameter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from layertrace.timeline.event import Event, Opaque, Structure

__all__ = ["config_arguments", "equal", "is_config", "telling_arguments"]

# Of layers of Keras 3.0 to 3.15 and tf_keras. They matter for values that Keras itself passes on, mostly from
# a config, and for files that were recorded before events had `at_default`.
_KERAS: Mapping[str, Structure] = MappingProxyType(
    {
        "activation": "linear",
        "activity_regularizer": None,
        "autocast": True,
        "beta_initializer": "zeros",
        "bias_initializer": "zeros",
        "data_format": None,
        "depthwise_initializer": "glorot_uniform",
        "dilation_rate": 1,
        "dtype": None,
        "embeddings_initializer": "uniform",
        "gamma_initializer": "ones",
        "groups": 1,
        "implementation": 2,
        "kernel_initializer": "glorot_uniform",
        "moving_mean_initializer": "zeros",
        "moving_variance_initializer": "ones",
        "pointwise_initializer": "glorot_uniform",
        "recurrent_initializer": "orthogonal",
        "seed": None,
        "strides": 1,
        "trainable": True,
        "unit_forget_bias": True,
        "use_bias": True,
        "zero_output_for_mask": False,
    }
)
_NOTHING_BY_DEFAULT = ("_regularizer", "_constraint")
_SAME_AS_NONE = {"data_format": "channels_last"}
_DEFAULT_DTYPE = "float32"
_CONFIG_DEFAULTS: Mapping[str, Structure] = MappingProxyType(
    {"distribution": "truncated_normal", "gain": 1.0, "seed": None}
)
_ALIASES = {"uniform": "randomuniform", "normal": "randomnormal", "zero": "zeros", "one": "ones"}


def telling_arguments(event: Event) -> dict[str, Structure]:
    """Return the arguments of an event without those that equal their default.

    The name of the layer is left out, too, since every line shows it.

    Example:
        >>> arguments = {"units": 3, "rate": 0.1}
        >>> telling_arguments(Event(seq=0, kind="init", arguments=arguments, at_default=("rate",)))
        {'units': 3}
    """
    name = None if event.layer is None else event.layer.name
    bases = () if event.layer is None else event.layer.bases[:1]
    of_keras = any(base.startswith(("keras.", "tf_keras.")) for base in bases)
    return {
        key: value
        for key, value in event.arguments.items()
        if key not in event.at_default
        and not (key == "name" and value == name)
        and not (event.kind == "init" and _is_passed_on(key, value))
        and not (event.kind == "build" and value is None)
        and not (of_keras and event.kind == "init" and _is_usual(key, value))
    }


def equal(name: str, value: Structure, default: Structure) -> bool:
    """Return whether an argument equals its default, in whichever form it was passed.

    Example:
        >>> equal("kernel_initializer", {"class_name": "GlorotUniform", "config": {}}, "glorot_uniform")
        True
        >>> equal("strides", 1, (1, 1)), equal("units", 3, 4)
        (True, False)
    """
    if default is None and _SAME_AS_NONE.get(name) == value:
        return True
    if isinstance(value, bool) is not isinstance(default, bool):  # 1 equals True, and is another value
        return False
    return _canonical(name, value) == _canonical(name, default)


def is_config(value: Structure) -> bool:
    """Return whether a value is the config of an object: its class name and arguments."""
    return isinstance(value, Mapping) and isinstance(value.get("class_name"), str) and "config" in value


def config_arguments(value: Mapping[str, Structure]) -> dict[str, Structure]:
    """Return the arguments in a config that do not equal their default."""
    config = value.get("config")
    if not isinstance(config, Mapping):
        return {}
    return {
        key: inner
        for key, inner in config.items()
        if inner is not None and (key not in _CONFIG_DEFAULTS or inner != _CONFIG_DEFAULTS[key])
    }


def _is_passed_on(name: str, value: Structure) -> bool:
    """Return whether a layer passed its dtype on to one inside it, or left it open."""
    if name != "dtype":
        return False
    if isinstance(value, Opaque):
        return value.text in ("<DTypePolicy>", f"<DTypePolicy {_DEFAULT_DTYPE}>")
    if isinstance(value, Mapping) and is_config(value):
        return config_arguments(value) == {"name": _DEFAULT_DTYPE}
    return value is None


def _is_usual(name: str, value: Structure) -> bool:
    if name.endswith(_NOTHING_BY_DEFAULT):
        return value is None
    return name in _KERAS and equal(name, value, _KERAS[name])


def _canonical(name: str, value: Structure) -> Structure:
    if isinstance(value, Mapping) and is_config(value):
        value = (str(value["class_name"]), *config_arguments(value).items())
        value = value[0] if len(value) == 1 else value
    elif isinstance(value, Opaque) and value.text in ("<GlorotUniform>", "<Zeros>", "<Ones>"):
        value = value.text[1:-1]
    if isinstance(value, str) and name.endswith("_initializer"):
        plain = value.replace("_", "").lower()
        return _ALIASES.get(plain, plain)
    if isinstance(value, tuple) and value and all(type(item) is int and item == value[0] for item in value):
        return value[0]
    return value
