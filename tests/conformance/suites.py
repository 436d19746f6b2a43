"""Test suites of other projects, by name: what they need and how they are run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["SUITES", "Suite"]


def _unchanged(source: Path, folder: Path) -> Path:
    return source


@dataclass(frozen=True)
class Suite:
    """A test suite of another project.

    Attributes:
        parts: Packages, or files and folders in a checkout of the suite's repository.
        pytest: Further arguments of pytest.
        environment: Further environment variables.
        in_checkout: Whether the parts are in a checkout, whose path the user gives.
        imports_checkout: Whether tests import modules by their place in the checkout.
        prepare: Makes a checkout runnable, in an empty folder, and returns where the parts are.
    """

    parts: Sequence[str]
    pytest: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    in_checkout: bool = True
    imports_checkout: bool = False
    prepare: Callable[[Path, Path], Path] = _unchanged


def with_installed_tf_keras(source: Path, folder: Path) -> Path:
    """Copy the tests of tf_keras's repository, and make them import the installed wheel.

    What is `tf_keras.engine` in the repository is `tf_keras.src.engine` in the wheel, which lacks the tests.
    They cannot stay in a folder named `tf_keras`: pytest would mistake it for the package.
    """
    for file in sorted((source / "tf_keras").rglob("*_test.py")):
        copy = folder / file.relative_to(source / "tf_keras")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_imported_from_the_wheel(file.read_text()))
    return folder


def _imported_from_the_wheel(text: str) -> str:
    text = re.sub(r"^( *from tf_keras)(?=[. ])(?!\.(?:protobuf|src)\b)", r"\1.src", text, flags=re.MULTILINE)
    text = re.sub(r"^( *import tf_keras) *$", r"\1.src as tf_keras", text, flags=re.MULTILINE)
    return re.sub(r"^( *import tf_keras)(?=\.(?!src\b)| as )", r"\1.src", text, flags=re.MULTILINE)


_KERAS = ("callbacks", "optimizers", "losses", "metrics", "trainers", "saving", "export", "utils")
_KERAS += ("wrappers", "quantizers")
_TF_KERAS = ("layers", "engine", "models", "optimizers", "metrics", "saving", "tests")

SUITES = {
    "keras": Suite(
        [f"keras.src.{part}" for part in _KERAS],
        pytest=["-p", "keras_conftest_plugin"],
        in_checkout=False,
    ),
    "tf-keras": Suite(
        _TF_KERAS,
        # Tests have the same file names in many folders, none of which is a package.
        pytest=["-p", "absl_plugin", "--import-mode=importlib"],
        environment={"TF_USE_LEGACY_KERAS": "1"},
        prepare=with_installed_tf_keras,
    ),
    "keras-hub": Suite(["keras_hub/src/layers/modeling"]),
    # Tests of JAX's own layers need JAX; files named `test_utils.py` have none.
    "keras-rs": Suite(
        ["keras_rs/src/layers"], pytest=["--ignore-glob=/*/jax/*", "--ignore-glob=/*/test_utils.py"]
    ),
    "spektral": Suite(
        ["tests/test_layers", "tests/test_models"],
        environment={"TF_USE_LEGACY_KERAS": "1"},  # it uses `tf.keras` as it was before Keras 3
        imports_checkout=True,
    ),
}
"""How each suite is run; `README.md` in this folder has the results."""
