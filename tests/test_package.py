"""The package from outside: what an import loads, and which names it has."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

import layertrace.render

pytestmark = pytest.mark.reading


def test_importing_loads_no_host():
    """`import layertrace` loads neither TensorFlow nor Keras nor rich."""
    program = "import sys, json, layertrace; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}

    assert loaded.isdisjoint({"tensorflow", "keras", "tf_keras", "rich", "numpy", "lark", "wrapt", "click"})


def test_no_module_is_longer_than_a_reader_can_hold():
    """A module of more than 400 lines is two: each has one phrase."""
    root = Path(layertrace.__file__).parent
    lengths = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in root.rglob("*.py")}

    assert len(lengths) > 300
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_public_names_are_there():
    """Each name in __all__ can be imported, and dir() lists it."""
    for name in layertrace.__all__:
        assert getattr(layertrace, name).__module__.startswith("layertrace")

    assert set(layertrace.__all__) <= set(dir(layertrace))
    assert layertrace.__version__


def test_a_renderer_is_a_function_whichever_module_is_imported_first():
    """No module in `layertrace.render` has the name of a function there, which it would replace."""
    modules = {module.name for module in pkgutil.iter_modules(layertrace.render.__path__)}
    names = layertrace.render.__all__

    assert modules.isdisjoint(names)
    assert all(isinstance(getattr(layertrace.render, name), FunctionType) for name in names)


def test_unknown_names_are_attribute_errors():
    """A name that the package does not have raises AttributeError, as in any module."""
    with pytest.raises(AttributeError, match="has no attribute 'tarce'"):
        _ = layertrace.tarce
    with pytest.raises(AttributeError, match="has no attribute 'tbale'"):
        _ = layertrace.render.tbale


def test_the_reading_side_needs_no_tensorflow():
    """A timeline can be created, queried and printed where TensorFlow cannot be imported."""
    program = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = sys.modules["tf_keras"] = None
from layertrace.timeline import Event, LayerRef, Timeline
layer = LayerRef(id=1, class_name="Dense", name="dense", path="dense")
timeline = Timeline([Event(seq=0, kind="build", layer=layer), Event(seq=1, kind="call", layer=layer)])
assert timeline.matches("build call") and timeline.of("dense").kinds == ["build", "call"]
print(timeline)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "dense" in done.stdout


def test_without_tensorflow_a_trace_names_what_to_install():
    """Where TensorFlow is not installed, the error of `start` names the command that installs it."""
    program = """
import sys
sys.modules["tensorflow"] = None
import layertrace
try:
    layertrace.trace().start()
except layertrace.LayertraceError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("DependencyError layertrace needs tensorflow")
    assert "pip install 'tensorflow>=2.16'" in done.stdout
