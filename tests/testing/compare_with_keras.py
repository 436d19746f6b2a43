"""Print which mutants `run_layer_test` of Keras finds, next to the checks that find them.

    python tests/testing/compare_with_keras.py

Below are the rows of the table in `layertrace/testing/README.md`, in which `check_layer` finds all mutants
(`test_mutants.py`).

`run_layer_test` gets what an author can state: the shape of the output and the numbers of weights.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import sys
import tempfile
from collections import Counter
from pathlib import Path

import keras
import mutants
import tensorflow as tf
from keras.src.testing import TestCase

from layertrace.testing.contract.backends.loading import backend_of
from layertrace.testing.contract.check import all_checks
from layertrace.testing.contract.inputs import inputs_of


def arguments_of(module):
    """Return the class that a module creates, and the arguments of its `__init__`."""
    cls, seen = type(module.create()), {}
    original = cls.__init__

    def spy(self, *args, **kwargs):
        bound = inspect.signature(original).bind(self, *args, **kwargs).arguments
        extra = bound.pop("kwargs", {})
        seen.update({name: value for name, value in bound.items() if name != "self"} | extra)
        original(self, *args, **kwargs)

    cls.__init__ = spy
    try:
        module.create()
    finally:
        cls.__init__ = original
    return cls, seen


def facts_of(module):
    """Return what the author of a correct layer states."""
    layer = module.create()
    outputs = layer(*inputs_of(module.INPUTS).tensors(backend_of(keras)))
    return {
        "expected_output_shape": tf.nest.map_structure(lambda tensor: tuple(tensor.shape), outputs),
        "expected_num_trainable_weights": len(layer.trainable_weights),
        "expected_num_non_trainable_weights": len(layer.non_trainable_weights),
        "expected_num_losses": len(layer.losses),
        "supports_masking": layer.supports_masking,
    }


def finds(module, facts):
    """Return what `run_layer_test` raises for a layer; empty if it passes."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    tensors = inputs_of(module.INPUTS).tensors(backend_of(keras))
    try:
        cls, arguments = arguments_of(module)
        names = list(inspect.signature(cls.call).parameters)[1:]
        data = tensors[0] if len(tensors) == 1 else dict(zip(names, tensors, strict=False))
        with contextlib.redirect_stdout(io.StringIO()):
            TestCase().run_layer_test(
                cls, arguments, input_data=data, custom_objects={cls.__name__: cls}, **facts
            )
    except Exception as error:
        text = str(error).strip() or type(error).__name__
        return f"{type(error).__name__}: {text.splitlines()[0]}"
    return ""


def main():
    """Print a line for each correct layer that is refused, and the number of mutants found of each check."""
    facts, refused = {}, {}
    for kind in sorted({mutant.kind for mutant in mutants.MUTANTS}):
        module = importlib.import_module(f"kinds.{kind}")
        facts[kind] = facts_of(module)
        refused[kind] = finds(module, facts[kind])
        if refused[kind]:
            print(f"the correct layer {kind} fails: {refused[kind][:150]}", flush=True)
    tried, found = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, mutant in enumerate(mutants.MUTANTS):
            if refused[mutant.kind]:
                continue
            module = mutants.imported(Path(folder, f"mutant_{number}.py"), mutant.source)
            tried[mutant.check] += 1
            found[mutant.check] += bool(finds(module, facts[mutant.kind]))
    for check, count in tried.items():
        print(f"{check:<26} {found[check]} of {count}")
    print(f"{'all':<26} {sum(found.values())} of {sum(tried.values())}")
    groups = {check.name: check.group for check in all_checks()}
    written = Counter(groups[mutant.check] for mutant in mutants.MUTANTS)
    for group in dict.fromkeys(groups[mutant.check] for mutant in mutants.MUTANTS):
        inside = [check for check in tried if groups[check] == group]
        numbers = [sum(counts[check] for check in inside) for counts in (found, tried)]
        print(f"| {group} | {written[group]} of {written[group]} | {numbers[0]} of {numbers[1]} |")


if __name__ == "__main__":
    sys.exit(main())
