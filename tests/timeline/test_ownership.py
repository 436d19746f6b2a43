"""The user's classes and files are distinguished from those of frameworks by their names."""

import keras
import pytest
import tf_keras

from layertrace.timeline import LayerRef, ownership
from layertrace.timeline.query import qualified_name


def layer(*bases, class_name="Net"):
    return LayerRef(id=1, class_name=class_name, name="net", path="net", bases=bases)


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ((), True),
        (("__main__.Net", "keras.src.layers.layer.Layer"), True),
        (("keras_hub.src.models.Net", "keras.src.layers.layer.Layer"), True),
        (("keras.src.layers.core.dense.Dense",), False),
        (("tf_keras.src.engine.base_layer.Layer",), False),
    ],
)
def test_a_layer_is_the_users_by_the_module_of_its_class(bases, expected):
    """A layer is the user's unless its class is in a package of Keras or TensorFlow."""
    assert ownership.is_user_defined(layer(*bases)) is expected


@pytest.mark.parametrize("name", ["keras.src.ops", "keras.src.models.sequential:add", "tensorflow:function"])
def test_modules_classes_and_functions_have_a_package(name):
    """A module and a `module:function` are a framework's by their package, not by how they begin."""
    assert ownership.is_framework_name(name)
    assert not ownership.is_framework_name(f"my_{name}")
    assert not ownership.is_framework_name(name.replace(".", "_.", 1).replace(":", "_:", 1))


@pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
def test_containers_have_the_names_that_keras_gives_them(k):
    """The names of `Functional` and `Sequential` are those in the installed Keras and tf_keras."""
    entry = k.Input((2,))
    functional = qualified_name(type(k.Model(entry, k.layers.Dense(1)(entry))))
    sequential = qualified_name(k.Sequential)

    assert ownership.is_functional(functional)
    assert not ownership.is_sequential(functional)
    assert ownership.is_sequential(sequential, k.__name__)
    assert not ownership.is_functional(sequential)


def test_a_container_of_another_keras_is_not_that_of_this_one():
    """A question about one Keras is not answered for the other."""
    assert not ownership.is_sequential(qualified_name(tf_keras.Sequential), "keras")


def test_derived_classes_are_containers_if_asked():
    """A class derived from Sequential is a container, except where only Keras's own are meant."""
    derived = layer("__main__.Net", qualified_name(keras.Sequential))

    assert ownership.is_container(derived)
    assert not ownership.is_container(derived, derived=False)
    assert ownership.is_container(layer(qualified_name(keras.Sequential)), derived=False)


@pytest.mark.parametrize(
    ("file", "framework", "of_keras"),
    [
        ("/usr/lib/python3/site-packages/keras/src/layers/layer.py", True, True),
        (r"C:\env\tf_keras\src\engine\training.py", True, True),
        ("/env/tf_keras/layers/__init__.py", True, False),
        ("/env/tensorflow/python/eager/def_function.py", True, False),
        ("/home/me/keras/train.py", False, False),
        ("/home/me/tensorflow/train.py", False, False),
    ],
)
def test_files_are_judged_on_any_machine(file, framework, of_keras):
    """A recorded file is a framework's by its folders, whatever the machine that is read on."""
    assert ownership.is_framework_file(file) is framework
    assert ownership.is_keras_file(file) is of_keras
