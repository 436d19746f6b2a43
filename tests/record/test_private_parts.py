"""The tables of private parts are complete, and the installed frameworks have each part."""

import ast
import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import keras
import pytest
import tf_keras

import layertrace
from layertrace.record.frameworks import jax_private, keras_private, parts, tensorflow_private, torch_private

TABLES = {**keras_private.PARTS, "tensorflow": tensorflow_private.PARTS}
PARTS = [
    pytest.param(part, id=f"{framework}-{name}")
    for framework, table in TABLES.items()
    for name, part in table.items()
]
ROOT = Path(layertrace.__file__).parent
RECORD = ROOT / "record"


def every_part():
    """Yield the parts in the tables and in those of JAX and torch, and what they were in older versions."""
    for table in (*TABLES.values(), jax_private.PARTS, torch_private.PARTS):
        for part in table.values():
            while part is not None:
                yield part
                part = part.former


def named_functions():
    """Return the functions of frameworks that rules name as `module:function`."""
    nodes = [
        node for path in (ROOT / "diagnosis").rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))
    ]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return sorted(text for text in texts if re.fullmatch(r"(keras|tf_keras|tensorflow)\.[\w.]+:\w+", text))


@pytest.mark.parametrize("part", PARTS)
def test_the_installed_frameworks_have_each_part(part):
    """Each private part is in the installed Keras, tf_keras or TensorFlow."""
    assert parts.exists(part)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_gone_is_noticed(part):
    """A part with another name, or in another module, is not taken for one that is there."""
    assert not parts.exists(replace(part, name=f"{part.name}_that_is_gone", former=None))
    assert not parts.exists(replace(part, module=f"{part.module}_that_is_gone", former=None))


def test_a_part_that_moved_is_found_where_it_was():
    """A part that the newest version has elsewhere is found in an older version, too."""
    old = replace(parts.installed(keras_private.KERAS_PARTS["updates"]), former=None)
    new = replace(old, name="BaseOptimizer._a_newer_name", former=old)

    assert parts.installed(new) is old
    assert parts.home(new) == parts.home(old)
    assert parts.installed(replace(old, former=new)).name == old.name
    assert not parts.exists(replace(new, former=replace(old, module="keras.src.gone")))


@pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
def test_layers_have_the_attributes(k):
    """The attributes in the tables are attributes of a real layer, not only words in the code of Keras."""
    layer = k.layers.Dense(1)
    layer(keras.ops.ones((1, 2)))
    names = [
        part.name.partition(".")[2] for part in TABLES[k.__name__].values() if part.name.startswith("Layer._")
    ]

    assert len(names) >= 7
    assert [name for name in names if not hasattr(layer, name)] == []


@pytest.mark.parametrize("name", named_functions())
def test_functions_that_rules_name_are_defined(name):
    """A rule that waits for an error of a function of a framework waits for one that exists."""
    module, _, function = name.partition(":")
    source = Path(importlib.util.find_spec(module).origin).read_text()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]

    assert function in {node.name for node in functions}


def test_the_tables_are_complete():
    """Each private name of a framework that a module of `record` reads is in a table."""
    listed = {part.name.rpartition(".")[2] for part in every_part()}
    defined, read = set(), set()
    for path in RECORD.rglob("*.py"):
        if path.parent.name == "frameworks" and path.name.endswith("_private.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Constant(value=str(name)) if re.fullmatch(r"_[a-z]\w*[a-z]", name, re.IGNORECASE):
                    read.add(name)
                case ast.Attribute(attr=name, value=ast.Name(id="self" | "cls")):
                    defined.add(name)
                case ast.Attribute(attr=name) if re.fullmatch(r"_[a-z]\w*", name):
                    read.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                    defined.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    defined.add(name)

    assert read - defined - listed - NOT_OF_FRAMEWORKS == set()


NOT_OF_FRAMEWORKS = {
    "_current_frames",  # of sys
    "_exit",  # of os
    "_getframe",  # of sys
    "_layertrace_accepted",  # set by layertrace.accept
    "_mask",  # the end of the names of arguments
    "_self_",  # the beginning of names that tf_keras gives to what it tracks
    "_wrapped",  # of wrapt
}
