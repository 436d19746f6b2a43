"""What a program sees when it inspects traced layers and classes."""

import collections
import functools
import inspect
import re
import types

import keras
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import fresh

import layertrace
from layertrace.record.hooks import hook_points

METHODS = ("__new__", "__init__", "build", "call", "add_weight", "__call__")


def all_classes():
    """Return every layer class of both Keras."""
    bases = (keras.layers.Layer, tf_keras.layers.Layer)
    return [cls for base in bases for cls in hook_points.subclasses(base)]


def answers(look):
    """Return the answer to a question for each class and each of its methods; an error is an answer."""

    def asked(thing):
        try:
            return str(look(thing))
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    things = {f"{cls.__module__}.{cls.__qualname__}": cls for cls in all_classes()}
    things |= {f"{n}.{m}": getattr(cls, m) for n, cls in things.items() for m in METHODS if m in vars(cls)}
    things["keras.Variable"] = keras.Variable
    things["keras.Variable.__init__"] = keras.Variable.__init__
    things["tf.Variable"] = tf.Variable
    return {name: asked(thing) for name, thing in things.items()}


def own_classes():
    """Return classes whose methods have every kind of parameter, decorator and documentation."""

    def decorated(method):
        @functools.wraps(method)
        def around(self, *args, **kwargs):
            return method(self, *args, **kwargs)

        return around

    class Parameters(keras.layers.Layer):
        """Has every kind of parameter."""

        def __init__(self, a, /, b: int, *rest, c: str = "c", d=None, **kwargs) -> None:
            super().__init__(**kwargs)

        def build(self, input_shape: tuple) -> None:
            """Create nothing."""

        def call(self, x: object, /, y=(1, 2), *more, training=None, mask: object = None) -> object:
            """Return the arguments."""
            return x

    class Decorated(Parameters):
        def __init__(self, units):
            super().__init__(1, 2)

        @decorated
        @decorated
        def call(self, x, factor: float = 2.0):
            return x

    class Exotic(keras.layers.Layer):
        call = functools.partialmethod(lambda self, x, y: x, y=3)

    class Function(keras.layers.Layer):
        @tf.function
        def call(self, x, y=1):
            """Return something."""
            return x

    class Legacy(tf_keras.layers.Layer):
        @tf.Module.with_name_scope
        def call(self, x, training=None):
            return x

    return Parameters, Decorated, Exotic, Function, Legacy


OWN = own_classes()


QUESTIONS = {
    "signature": inspect.signature,
    "signature that follows nothing": functools.partial(inspect.signature, follow_wrapped=False),
    "getfullargspec": inspect.getfullargspec,
    "doc": inspect.getdoc,
    "source lines": inspect.getsourcelines,  # `getsource` joins them
    "names": lambda thing: (thing.__name__, thing.__qualname__, thing.__module__),
    "annotations": inspect.get_annotations,
    "defaults": lambda thing: (thing.__defaults__, thing.__kwdefaults__),
    "arguments of the code": lambda thing: (
        thing.__code__.co_argcount,
        thing.__code__.co_posonlyargcount,
        thing.__code__.co_kwonlyargcount,
        thing.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS),
        inspect.getargs(thing.__code__),
    ),
    "markers": lambda thing: sorted(set(vars(thing)) - {"__wrapped__"}),
    "what it is": lambda thing: [
        getattr(inspect, name)(thing)
        for name in ("isfunction", "ismethod", "isroutine", "isclass", "isbuiltin", "iscoroutinefunction")
    ],
    "type": type,
    "module": inspect.getmodule,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_inspect_gives_the_same_answers(question):
    """Each method of each layer class of both Keras gives the same answers as without a trace."""
    look = QUESTIONS[question]
    bare = answers(look)
    with layertrace.trace():
        traced = answers(look)

    if question in ("defaults", "arguments of the code", "markers"):
        # The hook of add_weight takes all arguments, to record a request that is refused for them.
        traced |= {name: answer for name, answer in bare.items() if name.endswith(".add_weight")}
    assert traced == bare


QUESTIONS_TO_LAYERS = {
    "signature of call": lambda layer: inspect.signature(layer.call),
    "signature of build": lambda layer: inspect.signature(layer.build),
    "argspec of call": lambda layer: inspect.getfullargspec(layer.call),
    "methods": lambda layer: [inspect.ismethod(getattr(layer, name, None)) for name in METHODS],
    "attributes": dir,
    "own attributes": lambda layer: list(vars(layer)),
    "repr": repr,
    "type": lambda layer: (type(layer).__name__, type(layer).__mro__),
    "isinstance": lambda layer: [isinstance(layer, cls) for cls in (keras.layers.Layer, tf.Module)],
    "kind of method": lambda layer: isinstance(layer.call, types.MethodType),
    "hash": lambda layer: hash(layer) == object.__hash__(layer),
}


@pytest.mark.parametrize("question", QUESTIONS_TO_LAYERS)
@pytest.mark.parametrize("made", ["before the trace", "in the trace"])
def test_a_layer_gives_the_same_answers(question, made):
    """A layer created before the trace, or during it, gives the same answers."""
    look = QUESTIONS_TO_LAYERS[question]

    def make():
        fresh()
        return [OWN[0](1, 2, name="a"), OWN[1](3), OWN[3](name="f"), tf_keras.layers.Dense(1, name="d")]

    def tell(layer):
        return re.sub("0x[0-9a-f]+", "", str(look(layer)))

    bare = [tell(layer) for layer in make()]
    before = make()
    with layertrace.trace():
        layers = make() if made == "in the trace" else before
        assert [tell(layer) for layer in layers] == bare


def test_the_parameters_that_keras_finds_are_the_same():
    """Keras finds the same arguments of `call`, and the same `build` and config, in a traced class."""

    def found(layer):
        return (
            layer._call_signature_parameters if hasattr(layer, "_call_signature_parameters") else None,
            layer._call_has_training_arg,
            layer._call_has_mask_arg,
            getattr(layer.call, "_is_default", False),
            getattr(type(layer).build, "_is_default", False),
            getattr(type(layer).get_config, "_is_default", False),
        )

    bare = [found(make()) for make in (lambda: OWN[0](1, 2), lambda: OWN[1](1), lambda: keras.layers.LSTM(2))]
    with layertrace.trace():
        traced = [
            found(make()) for make in (lambda: OWN[0](1, 2), lambda: OWN[1](1), lambda: keras.layers.LSTM(2))
        ]

    assert traced == bare


def test_methods_stay_equal_to_themselves():
    """One method stays one method: inherited, looked up twice, compared with that of its class."""
    with layertrace.trace():
        layer = keras.layers.Dense(1)
        assert keras.layers.Dense.call is keras.layers.Dense.call
        assert layer.call == layer.call
        assert layer.call.__func__ is keras.layers.Dense.call
        assert OWN[1].build is OWN[0].build


@pytest.mark.parametrize("name", ["keras", "tf_keras"])
def test_the_automatic_config_is_the_same(name):
    """Keras's automatic `get_config` finds the arguments that a layer was created with."""
    host = {"keras": keras, "tf_keras": tf_keras}[name]

    class Auto(host.layers.Layer):
        def __init__(self, units, rate=0.5, *, name=None):
            super().__init__(name=name)

    def config():
        return collections.OrderedDict(Auto(3, name="auto").get_config())

    bare = config()
    with layertrace.trace():
        assert config() == bare


def test_a_tf_function_as_call_keeps_its_methods():
    """`layer.call` decorated with `tf.function` is still one, with all its methods and its count."""
    with layertrace.trace():
        layer = OWN[3]()
        layer(tf.ones((1,)))

        assert isinstance(layer.call, tf.types.experimental.PolymorphicFunction)
        assert layer.call.experimental_get_tracing_count() == 1
        assert layer.call.get_concrete_function(tf.ones((1,))).structured_outputs is not None
        assert layer.call.python_function is not None
