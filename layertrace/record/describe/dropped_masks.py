"""Find the operation of a functional model that drops the mask which a layer would use.

A mask is an attribute of the tensor that a layer returns (Keras 3.0 to 3.15, tf_keras 2.16 to 2.21). An
operation that is not a layer returns a tensor without one, and so does `Add` if one of its inputs has none.
"""

from __future__ import annotations

from layertrace.record.describe.keras_tensors import Source, nodes_of, source_of
from layertrace.record.describe.values import spec
from layertrace.record.layers import class_facts, layer_name, register_layer
from layertrace.record.process import safe

__all__ = ["dropped_mask", "has_mask", "node_of", "tensors_of"]

_ELEMENTWISE = {
    "abs", "absolute", "add", "addv2", "arctan", "cast", "clip", "clip_by_value", "concat",
    "concatenate", "cos", "divide", "divide_no_nan", "elu", "exp", "gelu", "l2_normalize", "layernorm",
    "leaky_relu", "leakyrelu", "log", "log1p", "maximum", "minimum", "multiply", "negative",
    "normalize", "pow", "power", "realdiv", "relu", "relu6", "reshape", "rms_normalization", "rmsnorm",
    "rsqrt", "selu", "sigmoid", "sign", "silu", "sin", "softplus", "softsign", "sqrt", "square",
    "stop_gradient", "stopgradient", "subtract", "swish", "tanh", "truediv", "truedivide",
}  # fmt: skip
"""Operations that leave steps where they are; names of classes of Keras 3, and of functions of TensorFlow."""
_MERGES = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}
"""Layers that drop the mask if one of their inputs has none."""
_ATTENTION = ("MultiHeadAttention", "GroupedQueryAttention")
_READERS = ("RNN", "Bidirectional", "Attention", "AdditiveAttention", "GlobalAveragePooling1D")
"""Layers that leave out the steps that are masked, by the class or a base class."""
_OPERATIONS = ("TFOpLambda", "SlicingOpLambda")  # what tf_keras makes layers of
_MOST = 64  # operations and layers between the two


def node_of(layer: object) -> object:
    """Return a layer's only node in functional models, or None (`_inbound_nodes` of Keras 3.0 to 3.15)."""
    nodes = nodes_of(layer) if "_inbound_nodes" in safe.instance_dict(layer) else []
    return nodes[0] if len(nodes) == 1 else None


def tensors_of(node: object, name: str) -> list[object]:
    """Return the input or output tensors of a node."""
    tensors = safe.framework_attribute(node, name)
    inner = safe.unwrapped(tensors)
    if inner is None:  # tf_keras has a single tensor without a list
        return [] if safe.framework_attribute(tensors, "_keras_history") is None else [tensors]
    return safe.last_items(inner, safe.size_of(inner))


def has_mask(tensor: object) -> bool:
    """Return whether Keras has attached a mask to a tensor."""
    return safe.framework_attribute(tensor, "_keras_mask") is not None


def dropped_mask(layer: object) -> tuple[int, int, str, str] | None:
    """Return what drops the mask that a layer in a functional model would use.

    Returns:
        The number of the layer that made the mask, and of the layer that dropped it, or 0 for an operation,
        with its class and name; None if no mask was dropped.
    """
    nodes = nodes_of(layer)
    if len(nodes) != 1:
        return None
    todo = [tensor for tensor in [_read_without_mask(layer, nodes[0])] if tensor is not None]
    for _ in range(_MOST):
        if not todo:
            return None
        tensor = todo.pop()
        source = source_of(tensor)
        if source is None:
            continue
        masked = [each for each in source.inputs if has_mask(each)]
        if _drops(source):
            # What weights the steps has used the mask: tests/cases/clean/masks_applied_by_operations.py
            others = [each for each in source.inputs if not has_mask(each)]
            if (
                _weights_steps(source.inputs)
                or any(map(_has_condition, others))
                or _is_unchanged(source, tensor)
            ):
                return None
            if masked and _fits(source, masked[0], tensor):
                return _named(masked[0], source.operation)
            # Other steps get no mask of these: tests/cases/clean/masks_behind_operations.py
            todo += [each for each in source.inputs if not has_mask(each) and _fits(source, each, tensor)]
        elif not masked and _passes_on(source.operation):
            todo += source.inputs[:1]
    return None


def _named(masked: object, operation: object) -> tuple[int, int, str, str] | None:
    maker = _maker(masked)
    record = None if maker is None else register_layer(maker)
    if record is None:
        return None
    is_layer = safe.class_name(operation) not in _OPERATIONS
    dropper = register_layer(operation) if is_layer and class_facts(type(operation)) is not None else None
    number = 0 if dropper is None else dropper.number
    return record.number, number, _name(operation), layer_name(operation) or ""


def _read_without_mask(layer: object, node: object) -> object:
    """Return the tensor with steps that a layer reads without the mask that it takes, or None."""
    arguments = safe.framework_attribute(node, "arguments")  # of Keras 3
    source, names = (
        (node, ("call_args", "call_kwargs")) if arguments is None else (arguments, ("args", "kwargs"))
    )
    values, keywords = (safe.unwrapped(safe.framework_attribute(source, name)) for name in names)
    given = [] if values is None else [value for _, value in safe.first_items(values, 3)]
    named = {} if keywords is None else dict(safe.first_items(keywords, _MOST))
    if any(
        _is_given(value)
        for name, value in named.items()
        if str(name).endswith("mask") and name not in ("query_mask", "use_causal_mask")
    ):
        return None
    if _is_keras(layer, _ATTENTION):
        read = named.get("value", given[1] if len(given) > 1 else None)
    elif _is_keras(layer, _READERS) or _is_users_with_mask(layer):
        several = [*given, *map(named.get, ("sequences", "inputs", "x"))]
        read = next((each for each in several if each is not None), None)
        pair = safe.unwrapped(read)
        if pair is not None:  # `Attention` takes query and value
            read = next((each for _, each in safe.first_items(pair, 2)[::-1]), None)
    else:
        return None
    return read if len(_shape(read)) > 2 and not has_mask(read) else None


def _is_given(mask: object) -> bool:
    """Return whether a mask is given: a list of Nones is not one."""
    several = safe.unwrapped(mask)
    if several is None:
        return mask is not None
    return any(each is not None for _, each in safe.first_items(several, 3)[1:])


def _is_users_with_mask(layer: object) -> bool:
    """Return whether a layer is of a class of the program, and its `call` takes a mask."""
    takes = safe.instance_dict(layer).get("_call_has_mask_arg")
    return not safe.is_library_class(type(layer)) and safe.truth(takes) is True


def _is_keras(layer: object, classes: tuple[str, ...]) -> bool:
    """Return whether the class of a layer, or a base class that is of Keras, has one of some names."""
    return any(safe.name_of(cls) in classes and safe.is_framework_class(cls) for cls in safe.mro(type(layer)))


def _drops(source: Source) -> bool:
    """Return whether an operation leaves steps where they are, and passes on no mask."""
    operation = source.operation
    name = safe.class_name(operation)
    if not safe.is_framework_class(type(operation)):
        return False
    if class_facts(type(operation)) is None or name in _OPERATIONS:
        return _name(operation).lower() in _ELEMENTWISE
    # A model inside returns its mask only when it runs: tests/cases/clean/masks_applied_by_operations.py
    return name in _MERGES and not any(map(_is_of_model, source.inputs))


def _is_of_model(tensor: object) -> bool:
    source = source_of(tensor)
    return source is not None and _is_keras(source.operation, ("Model",))


def _name(operation: object) -> str:
    """Return the name of an operation: its class, or the function that tf_keras made a layer of."""
    symbol = safe.instance_dict(operation).get("symbol")
    return symbol.rpartition(".")[2] if type(symbol) is str else safe.class_name(operation)


def _weights_steps(inputs: list[object]) -> bool:
    """Return whether one of several tensors has a number for each step, or is a condition."""
    most = max((_shape(each)[-1] or 2 for each in inputs if _shape(each)), default=0)
    return any(
        described.dtype == "bool" or (most > 1 and (described.shape or (0,))[-1] == 1)
        for each in inputs
        if len(inputs) > 1 and (described := spec(each)) is not None
    )


def _has_condition(tensor: object) -> bool:
    """Return whether a tensor is a condition, or was computed from one, as the program's own mask is."""
    todo, seen = [tensor], 0
    while todo and seen < _MOST:
        seen += 1
        each = todo.pop()
        described = spec(each)
        if described is not None and described.dtype == "bool":
            return True
        source = source_of(each)
        todo += [] if source is None else source.inputs
    return False


def _is_unchanged(source: Source, tensor: object) -> bool:
    """Return whether a cast has nothing to do, so that it returns the very tensor, with its mask."""
    before = [spec(each) for each in source.inputs]
    after = spec(tensor)
    return _name(source.operation).lower() == "cast" and [after and after.dtype] == [
        each and each.dtype for each in before
    ]


def _fits(source: Source, masked: object, tensor: object) -> bool:
    """Return whether the output of an operation has the steps of its input, or others besides."""
    before, after = _shape(masked), _shape(tensor)
    is_joined = _name(source.operation).lower() in ("concat", "concatenate")
    return len(before) > 2 and len(after) > 2 and (before[1] == after[1] or is_joined)


def _passes_on(operation: object) -> bool:
    """Return whether a layer would pass on the mask of its input, and does not read it."""
    facts = class_facts(type(operation))
    supports = safe.instance_dict(operation).get("_supports_masking")
    is_reader = _is_keras(operation, (*_ATTENTION, *_READERS, "Model")) or _is_users_with_mask(operation)
    return facts is not None and safe.truth(supports) is True and not is_reader


def _maker(tensor: object) -> object:
    """Return the layer that made the mask of a tensor, which others may have passed on."""
    for _ in range(_MOST):
        source = source_of(tensor)
        masked = [] if source is None else [each for each in source.inputs if has_mask(each)]
        if not masked:
            return None if source is None else source.operation
        tensor = masked[0]
    return None


def _shape(tensor: object) -> tuple[int | None, ...]:
    described = spec(tensor)
    return () if described is None or described.shape is None else described.shape
